//! `isinstance` and `issubclass`: exact types, tuples, unions, `__instancecheck__`, abstract classes.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;

/// `isinstance(object, class)`.
pub fn is_instance(py: Py<'_>, _object: &PyObject, _class: &PyObject) -> PyResult<bool> {
    Err(py.no_memory())
}

/// `issubclass(object, class)`.
pub fn is_subclass(py: Py<'_>, _object: &PyObject, _class: &PyObject) -> PyResult<bool> {
    Err(py.no_memory())
}
