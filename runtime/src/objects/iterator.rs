//! `iterator` (over `__getitem__`) and `callable_iterator`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Ref;

/// `iter()` of an object that only has `__getitem__`.
pub fn sequence_iterator(py: Py<'_>, _sequence: &PyObject) -> PyResult<Ref<PyObject>> {
    Err(py.no_memory())
}
