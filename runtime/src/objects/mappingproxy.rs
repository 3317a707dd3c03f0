//! `mappingproxy`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Ref;

/// A read-only view of a mapping (`PyDictProxy_New`).
pub fn proxy_of(py: Py<'_>, _mapping: &PyObject) -> PyResult<Ref<PyObject>> {
    Err(py.no_memory())
}
