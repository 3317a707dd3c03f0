//! The buffer protocol (PEP 3118).

use core::ffi::{c_char, c_int, c_void};

use crate::object::PyObject;

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
