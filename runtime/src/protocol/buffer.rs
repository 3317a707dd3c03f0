//! The buffer protocol (PEP 3118).

use core::ffi::{c_char, c_int, c_void};

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::PyBytes;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `Py_buffer`.
#[repr(C)]
#[allow(non_camel_case_types, missing_docs)]
pub struct Py_buffer {
    pub buf: *mut c_void,
    /// Owned reference.
    pub obj: *mut PyObject,
    pub len: isize,
    pub itemsize: isize,
    pub readonly: c_int,
    pub ndim: c_int,
    pub format: *mut c_char,
    pub shape: *mut isize,
    pub strides: *mut isize,
    pub suboffsets: *mut isize,
    pub internal: *mut c_void,
}

/// `PyBUF_*` request flags.
#[allow(missing_docs)]
pub mod buf {
    pub const SIMPLE: i32 = 0;
    pub const WRITABLE: i32 = 0x1;
    pub const FORMAT: i32 = 0x4;
    pub const ND: i32 = 0x8;
    pub const STRIDES: i32 = 0x10 | ND;
    pub const C_CONTIGUOUS: i32 = 0x20 | STRIDES;
    pub const F_CONTIGUOUS: i32 = 0x40 | STRIDES;
    pub const ANY_CONTIGUOUS: i32 = 0x80 | STRIDES;
    pub const INDIRECT: i32 = 0x100 | STRIDES;
    pub const CONTIG: i32 = ND | WRITABLE;
    pub const CONTIG_RO: i32 = ND;
    pub const FULL: i32 = INDIRECT | WRITABLE | FORMAT;
    pub const FULL_RO: i32 = INDIRECT | FORMAT;
    pub const READ: i32 = 0x100;
    pub const WRITE: i32 = 0x200;
}

impl PyObject {
    /// A copy of a bytes-like object's content; `TypeError` "a bytes-like object is required, not 'X'" for others.
    pub fn buffer_bytes(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        // SAFETY: a non-null table lives as long as the type.
        let procs = unsafe { self.ty().tp_as_buffer.get().as_ref() };
        let Some(get) = procs.and_then(|p| p.bf_getbuffer.get()) else {
            return Err(raise!(py, TypeError, "a bytes-like object is required, not '{}'", self.ty().name()));
        };
        // SAFETY: the slot fills the view, whose memory is `len` contiguous bytes until it is released; releasing drops `obj`.
        unsafe {
            let mut view: Py_buffer = core::mem::zeroed();
            if get(self.as_ptr(), &mut view, buf::SIMPLE) < 0 {
                return Err(Raised::already(py));
            }
            let content = if view.len == 0 {
                Vec::new()
            } else {
                core::slice::from_raw_parts(view.buf.cast::<u8>(), view.len as usize).to_vec()
            };
            if !view.obj.is_null() {
                let owner = Ref::from_owned(view.obj);
                let procs = owner.ty().tp_as_buffer.get().as_ref();
                if let Some(release) = procs.and_then(|p| p.bf_releasebuffer.get()) {
                    release(owner.as_raw(), &mut view);
                }
            }
            Ok(content)
        }
    }

    /// `bytes(self)` as `PyObject_Bytes` makes it: `__bytes__`, the buffer, or an iterable of ints.
    pub fn to_bytes_object(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        if let Some(b) = self.downcast_exact::<PyBytes>() {
            return Ok(b.new_ref());
        }
        let bytes = PyObject::call(PyBytes::type_object(), py, &[self])?;
        bytes
            .downcast_into()
            .map_err(|b| raise!(py, TypeError, "__bytes__ returned non-bytes (type {})", b.ty().name()))
    }
}
