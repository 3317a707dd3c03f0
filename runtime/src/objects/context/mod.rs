//! `contextvars`: `Context` here; `ContextVar` in `variable.rs`, `Token` in `token.rs`, the persistent map behind contexts in
//! `map.rs`, iterators in `iterators.rs`. Module `_contextvars` only names them.

pub mod iterators;
mod map;
pub mod token;
pub mod variable;

use crate::objects::dict::insert::raise_key_error;
use crate::prelude::*;

pub use map::MapNode;
pub use token::{PyMissing, PyToken};
pub use variable::PyContextVar;

/// `Context`: a mapping from variables to values that is cheap to copy.
#[pyclass(module = "_contextvars", name = "Context", gc)]
#[repr(C)]
pub struct PyContext {
    base: PyObject,
    /// The context that was current when this one was entered; none when it is not entered.
    previous: Member<PyContext>,
    root: Member<MapNode>,
    weaklist: WeakList,
    count: Cell<u32>,
    entered: Cell<bool>,
}

impl PyContext {
    /// A context without variables.
    pub fn empty(py: Py<'_>) -> PyResult<Ref<PyContext>> {
        PyContext::with(py, None, 0)
    }

    fn with(py: Py<'_>, root: Option<Ref<MapNode>>, count: u32) -> PyResult<Ref<PyContext>> {
        PyContext {
            base: PyObject::HEADER,
            previous: Member::empty(),
            root: Member::from_option(root),
            weaklist: WeakList::EMPTY,
            count: Cell::new(count),
            entered: Cell::new(false),
        }
        .alloc_exact(py)
    }

    /// This thread's context, made where there is none.
    pub fn current(py: Py<'_>) -> PyResult<Ref<PyContext>> {
        if let Some(current) = py.thread().context.get()
            && let Ok(current) = current.downcast_into::<PyContext>()
        {
            return Ok(current);
        }
        let fresh = PyContext::empty(py)?;
        py.thread().context.set(fresh.clone().upcast());
        Ok(fresh)
    }

    /// A copy of this thread's context (`PyContext_CopyCurrent`).
    pub fn copy_current(py: Py<'_>) -> PyResult<Ref<PyContext>> {
        PyContext::current(py)?.copied(py)
    }

    /// A copy, made in constant time.
    pub fn copied(&self, py: Py<'_>) -> PyResult<Ref<PyContext>> {
        PyContext::with(py, self.root.get(), self.count.get())
    }

    /// Makes this the thread's context (`PyContext_Enter`).
    pub fn enter(&self, py: Py<'_>) -> PyResult<()> {
        if self.entered.get() {
            bail!(py, RuntimeError, "cannot enter context: {} is already entered", self.repr(py)?);
        }
        let ts = py.thread();
        self.entered.set(true);
        let current = ts.context.replace(Some(self.to_ref()));
        ts.context_ver.set(ts.context_ver.get() + 1);
        drop(self.previous.replace(current.and_then(|c| c.downcast_into::<PyContext>().ok())));
        Ok(())
    }

    /// Makes the context that was current before the thread's again (`PyContext_Exit`).
    pub fn exit(&self, py: Py<'_>) -> PyResult<()> {
        if !self.entered.get() {
            bail!(py, RuntimeError, "cannot exit context: {} has not been entered", self.repr(py)?);
        }
        let ts = py.thread();
        if !core::ptr::eq(ts.context.as_raw(), self.as_ptr()) {
            bail!(
                py,
                RuntimeError,
                "cannot exit context: thread state references a different context object"
            );
        }
        self.entered.set(false);
        let left = ts.context.replace(self.previous.take().map(Ref::upcast));
        ts.context_ver.set(ts.context_ver.get() + 1);
        drop(left);
        Ok(())
    }

    /// Calls `function` with this as the thread's context.
    pub fn call_in(
        &self,
        py: Py<'_>,
        function: impl FnOnce() -> PyResult<Ref<PyObject>>,
    ) -> PyResult<Ref<PyObject>> {
        self.enter(py)?;
        let result = function();
        match result {
            Ok(value) => self.exit(py).map(|()| value),
            Err(raised) => {
                let exc = py.fetch(raised);
                self.exit(py)?;
                Err(py.restore(exc))
            }
        }
    }

    /// The value of a variable.
    #[inline]
    pub fn lookup(&self, var: &PyContextVar) -> Option<Ref<PyObject>> {
        self.root.get()?.find(var)
    }

    fn assign(&self, py: Py<'_>, var: &PyContextVar, value: &PyObject) -> PyResult<()> {
        let (root, added) = match self.root.get() {
            Some(root) => root.with(py, var, value)?,
            None => (MapNode::single(py, var, value)?, true),
        };
        if added {
            self.count.set(self.count.get() + 1);
        }
        self.root.set(root);
        Ok(())
    }

    /// Removes a variable; false when it has no value here.
    fn remove(&self, py: Py<'_>, var: &PyContextVar) -> PyResult<bool> {
        let Some(root) = self.root.get() else { return Ok(false) };
        let Some(rest) = root.without(py, var)? else { return Ok(false) };
        self.count.set(self.count.get().saturating_sub(1));
        drop(self.root.replace(rest));
        Ok(true)
    }

    fn key<'a>(py: Py<'_>, key: &'a PyObject) -> PyResult<&'a PyContextVar> {
        match key.downcast_exact::<PyContextVar>() {
            Some(key) => Ok(key),
            None => Err(raise!(py, TypeError, "a ContextVar key was expected, got {}", key.repr(py)?)),
        }
    }
}

#[pymethods]
impl PyContext {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if !args.is_empty() || kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "Context() does not accept any arguments");
        }
        PyContext::empty(py).map(Ref::upcast)
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        let var = PyContext::key(py, key)?;
        self.lookup(var).ok_or_else(|| raise_key_error(py, key))
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.count.get() as isize
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        Ok(self.lookup(PyContext::key(py, key)?).is_some())
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        iterators::ContextKeys::over(py, self.root.get(), self.count.get())
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let (Some(other), CompareOp::Eq | CompareOp::Ne) = (other.downcast_exact::<PyContext>(), op) else {
            return Ok(py.not_implemented());
        };
        let mut same = self.count.get() == other.count.get();
        if same && self.root.as_raw() != other.root.as_raw() {
            let theirs = other.root.get();
            let mut walk = map::Walk::new(self.root.get());
            while let Some((var, value)) = walk.next() {
                same = match theirs.as_ref().and_then(|root| root.find(&var)) {
                    Some(other) => value.eq(py, &other)?,
                    None => false,
                };
                if !same {
                    break;
                }
            }
        }
        Ok(PyBool::get(same == (op == CompareOp::Eq)).to_ref())
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyContext>> {
        self.copied(py)
    }

    #[pymethod]
    fn get(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let var = PyContext::key(py, key)?;
        Ok(self.lookup(var).unwrap_or_else(|| default.map_or_else(|| py.none(), PyObject::to_ref)))
    }

    #[pymethod]
    fn keys(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        iterators::ContextKeys::over(py, self.root.get(), self.count.get())
    }

    #[pymethod]
    fn values(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        iterators::ContextValues::over(py, self.root.get(), self.count.get())
    }

    #[pymethod]
    fn items(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        iterators::ContextItems::over(py, self.root.get(), self.count.get())
    }

    #[pymethod]
    #[raw]
    fn run(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let Some((function, rest)) = args.split_first() else {
            bail!(py, TypeError, "run() missing 1 required positional argument");
        };
        self.call_in(py, || function.call_args(py, rest))
    }
}
