//! `bytearray`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::PyVarObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyByteArrayObject`.
#[repr(C)]
pub struct PyByteArray {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_alloc: Cell<isize>,
    pub(crate) ob_bytes: Cell<*mut u8>,
    pub(crate) ob_start: Cell<*mut u8>,
    pub(crate) ob_exports: Cell<isize>,
}
declare_class!(PyByteArray, ob_base, c"bytearray", itemsize = 0, flags = flags::BASETYPE | flags::MATCH_SELF);

impl PyByteArray {
    /// A bytearray with this content.
    pub fn new(py: Py<'_>, _content: &[u8]) -> PyResult<Ref<PyByteArray>> {
        crate::bail!(py, SystemError, "bytearray is not there yet")
    }
}
