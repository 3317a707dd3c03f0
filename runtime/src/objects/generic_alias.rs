//! `types.GenericAlias`: `list[int]`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Ref;

/// `origin[args]` as a `GenericAlias` (`Py_GenericAlias`).
pub fn class_getitem(py: Py<'_>, _origin: &PyObject, _args: &PyObject) -> PyResult<Ref<PyObject>> {
    Err(py.no_memory())
}
