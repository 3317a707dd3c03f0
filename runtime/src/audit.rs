//! Auditing (PEP 578): `sys.addaudithook`'s hooks and the events that native code raises. Without hooks an event costs one test.

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::{PyList, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, id};

impl Py<'_> {
    /// Whether anybody listens: for events whose arguments cost something to make.
    #[inline]
    pub fn has_audit_hooks(self) -> bool {
        self.interp().audit_hooks.is_some()
    }

    /// Raises an audit event; an error when a hook objects.
    #[inline]
    pub fn audit(self, event: &str, args: &[&PyObject]) -> PyResult<()> {
        if self.has_audit_hooks() { self.audit_slowly(event, args) } else { Ok(()) }
    }

    #[cold]
    fn audit_slowly(self, event: &str, args: &[&PyObject]) -> PyResult<()> {
        self.run_audit_hooks(&*PyStr::new(self, event)?, args)
    }

    /// The same for an event's name that is an object already.
    pub fn run_audit_hooks(self, event: &PyStr, args: &[&PyObject]) -> PyResult<()> {
        let Some(hooks) = self.interp().audit_hooks.get() else { return Ok(()) };
        let Ok(hooks) = hooks.downcast_into::<PyList>() else { return Ok(()) };
        let args = PyTuple::new(self, args)?;
        let mut i = 0;
        while let Some(hook) = hooks.get(i) {
            i += 1;
            // A hook is not traced unless it asks for it.
            let traceable = match hook.get_attr_optional(self, id!(self, "__cantrace__"))? {
                Some(flag) => flag.is_true(self)?,
                None => false,
            };
            let tracing = &self.thread().tracing;
            tracing.set(tracing.get() + i32::from(!traceable));
            let result = hook.call(self, &[event, &args]);
            tracing.set(tracing.get() - i32::from(!traceable));
            drop(result?);
        }
        Ok(())
    }

    /// Adds a hook of this interpreter; it can never be removed.
    pub fn add_audit_hook(self, hook: &PyObject) -> PyResult<()> {
        let hooks = match self.interp().audit_hooks.get() {
            Some(hooks) => hooks,
            None => {
                let hooks: Ref<PyObject> = PyList::new(self)?.upcast();
                self.interp().audit_hooks.set(hooks.clone());
                hooks
            }
        };
        match hooks.downcast::<PyList>() {
            Some(hooks) => hooks.append(self, hook.to_ref()),
            None => bail!(self, SystemError, "audit hooks are no list"),
        }
    }

    /// Raises an audit event whose arguments `make` gives, when somebody listens.
    #[inline]
    pub fn audit_with<const N: usize>(
        self,
        event: &str,
        make: impl FnOnce() -> Result<[Ref<PyObject>; N], Raised>,
    ) -> PyResult<()> {
        if !self.has_audit_hooks() {
            return Ok(());
        }
        let args = make()?;
        let args: Vec<&PyObject> = args.iter().map(|a| &**a).collect();
        self.audit_slowly(event, &args)
    }
}
