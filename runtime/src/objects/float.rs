//! `float`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyFloatObject`.
#[repr(C)]
pub struct PyFloat {
    pub(crate) ob_base: PyObject,
    pub(crate) ob_fval: f64,
}
declare_class!(PyFloat, ob_base, c"float", itemsize = 0, flags = flags::BASETYPE | flags::MATCH_SELF);

impl PyFloat {
    /// A float of this value.
    pub fn new(py: Py<'_>, _value: f64) -> PyResult<Ref<PyFloat>> {
        crate::bail!(py, SystemError, "float is not there yet")
    }
    /// The value.
    #[inline(always)]
    pub fn value(&self) -> f64 {
        self.ob_fval
    }
    /// `PyFloat_AsDouble`: a float's value, or through `__float__` / `__index__`.
    pub fn value_of(py: Py<'_>, _obj: &PyObject) -> PyResult<f64> {
        crate::bail!(py, SystemError, "float is not there yet")
    }
}
