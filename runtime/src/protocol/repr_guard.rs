//! Guards a container's `repr` against containing itself (`Py_ReprEnter`), and finds built-in functions by name.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// While it lives, the object's repr is being made on this thread.
pub struct ReprGuard<'py> {
    py: Py<'py>,
    object: *const PyObject,
}

impl Drop for ReprGuard<'_> {
    fn drop(&mut self) {
        let removed = {
            let mut stack = self.py.thread().repr_stack.borrow_mut();
            let at = stack.iter().rposition(|o| core::ptr::eq(o.as_raw(), self.object));
            at.map(|i| stack.remove(i))
        };
        drop(removed);
    }
}

impl<'py> Py<'py> {
    /// `None` when the object's repr is being made already, further out.
    pub fn repr_enter(self, object: &PyObject) -> PyResult<Option<ReprGuard<'py>>> {
        self.check_stack(" while getting the repr of an object")?;
        let mut stack = self.thread().repr_stack.borrow_mut();
        if stack.iter().any(|o| o.is(object)) {
            return Ok(None);
        }
        stack.push(object.to_ref());
        Ok(Some(ReprGuard { py: self, object }))
    }

    /// `name` of the builtins of the Python frame that runs, which may be any mapping (`_PyEval_GetBuiltin`).
    pub fn frame_builtin(self, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let Some(builtins) = self.frame_builtins() else { return self.builtin(name) };
        let found = match builtins.downcast::<PyDict>() {
            Some(dict) => dict.get(self, name)?,
            None => match builtins.get_item(self, name) {
                Ok(found) => Some(found),
                Err(raised) if self.error_matches(crate::objects::exceptions::types::LookupError()) => {
                    self.clear_error(raised);
                    None
                }
                Err(raised) => return Err(raised),
            },
        };
        found.ok_or_else(|| raise!(self, AttributeError, "{name}"))
    }

    /// `name` of module `builtins`.
    pub fn builtin(self, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let builtins = self.interp().builtins.get();
        if let Some(dict) = builtins.as_ref().and_then(|b| b.downcast::<PyDict>())
            && let Some(found) = dict.get(self, name)?
        {
            return Ok(found);
        }
        Err(raise!(self, AttributeError, "{name}"))
    }
}
