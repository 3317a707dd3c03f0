//! `complex`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyComplexObject`.
#[repr(C)]
pub struct PyComplex {
    pub(crate) ob_base: PyObject,
    pub(crate) real: f64,
    pub(crate) imag: f64,
}
declare_class!(PyComplex, ob_base, c"complex", itemsize = 0, flags = flags::BASETYPE);

impl PyComplex {
    /// A complex number.
    pub fn new(py: Py<'_>, _real: f64, _imag: f64) -> PyResult<Ref<PyComplex>> {
        crate::bail!(py, SystemError, "complex is not there yet")
    }
    /// Real and imaginary part.
    pub fn value(&self) -> (f64, f64) {
        (self.real, self.imag)
    }
}
