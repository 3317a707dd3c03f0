//! `bytes`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::PyVarObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyBytesObject`: one byte more than the size, a NUL.
#[repr(C)]
pub struct PyBytes {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_shash: Cell<isize>,
    pub(crate) ob_sval: [u8; 1],
}
declare_class!(
    PyBytes,
    ob_base,
    c"bytes",
    itemsize = 1,
    flags = flags::BASETYPE | flags::BYTES_SUBCLASS | flags::MATCH_SELF
);

impl PyBytes {
    /// A bytes object with this content.
    pub fn new(py: Py<'_>, _content: &[u8]) -> PyResult<Ref<PyBytes>> {
        crate::bail!(py, SystemError, "bytes is not there yet")
    }
    /// The content; bytes never change.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: allocated with that many bytes.
        unsafe { core::slice::from_raw_parts(self.ob_sval.as_ptr(), self.ob_base.size()) }
    }
}
