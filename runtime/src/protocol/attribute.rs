//! Generic attribute access: data descriptors, instance dict, other descriptors; method look-up without binding.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyStr;
use crate::py::Py;
use crate::reference::Ref;

impl PyObject {
    /// `object.__getattribute__` without raising for a missing attribute (`_PyObject_GenericGetAttrWithDict(suppress=1)`).
    pub fn generic_get_attr_optional(&self, py: Py<'_>, _name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        Err(py.no_memory())
    }

    /// `object.__getattribute__` (`PyObject_GenericGetAttr`).
    pub fn generic_get_attr(&self, py: Py<'_>, _name: &PyStr) -> PyResult<Ref<PyObject>> {
        Err(py.no_memory())
    }

    /// `object.__setattr__` / `__delattr__` (`PyObject_GenericSetAttr`).
    pub fn generic_set_attr(&self, py: Py<'_>, _name: &PyStr, _value: Option<&PyObject>) -> PyResult<()> {
        Err(py.no_memory())
    }

    /// `_PyObject_GetMethod`: the attribute, and whether it is an unbound function that wants `self` as first argument.
    pub fn load_method(&self, py: Py<'_>, _name: &PyStr) -> PyResult<(Ref<PyObject>, bool)> {
        Err(py.no_memory())
    }
}
