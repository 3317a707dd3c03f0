//! The buffer protocol (PEP 3118): asking for views, giving them back, and parameters that take any bytes-like object.
//! Not here: `memoryview`, Python-level `__buffer__` (`objects/memoryview`).

use core::ffi::{c_char, c_int, c_void};

use crate::args::{ArgPos, FromArg};
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

impl Py_buffer {
    /// A view of nothing.
    pub const EMPTY: Py_buffer = Py_buffer {
        buf: core::ptr::null_mut(),
        obj: core::ptr::null_mut(),
        len: 0,
        itemsize: 1,
        readonly: 1,
        ndim: 1,
        format: core::ptr::null_mut(),
        shape: core::ptr::null_mut(),
        strides: core::ptr::null_mut(),
        suboffsets: core::ptr::null_mut(),
        internal: core::ptr::null_mut(),
    };
}

impl PyObject {
    /// True when the object offers buffers (`PyObject_CheckBuffer`).
    #[inline]
    pub fn has_buffer(&self) -> bool {
        self.get_buffer_func().is_some()
    }

    /// A copy of a bytes-like object's content; `TypeError` "a bytes-like object is required, not 'X'" for others.
    pub fn buffer_bytes(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        let buffer = Buffer::new(py, self)?;
        py.expect_room(buffer.len())?;
        Ok(buffer.as_bytes().to_vec())
    }

    /// The same where an object without a plain buffer is no error yet.
    pub fn buffer_bytes_if_any(&self, py: Py<'_>) -> Option<Vec<u8>> {
        if !self.has_buffer() {
            return None;
        }
        match self.buffer_bytes(py) {
            Ok(bytes) => Some(bytes),
            Err(raised) => {
                py.clear_error(raised);
                None
            }
        }
    }

    /// `bytes(self)` as `PyObject_Bytes` makes it: `__bytes__`, the buffer, or an iterable of ints.
    pub fn to_bytes_object(&self, py: Py<'_>) -> PyResult<Ref<PyBytes>> {
        PyBytes::from_object(py, self)
    }

    fn get_buffer_func(&self) -> Option<crate::slots::GetBufferProc> {
        // SAFETY: a non-null table lives as long as the type.
        unsafe { self.ty().tp_as_buffer.get().as_ref() }.and_then(|b| b.bf_getbuffer.get())
    }
}

/// Fills `view` from `object` (`PyObject_GetBuffer`).
///
/// # Safety
/// `view` is writable memory that does not move until [`release_view`].
pub unsafe fn get_view(py: Py<'_>, object: &PyObject, view: *mut Py_buffer, flags: c_int) -> PyResult<()> {
    if flags == buf::READ || flags == buf::WRITE {
        return Err(raise!(py, SystemError, "bad argument to internal function"));
    }
    let Some(f) = object.get_buffer_func() else {
        return Err(raise!(py, TypeError, "a bytes-like object is required, not '{}'", object.ty().name()));
    };
    // SAFETY: slot call on a live object.
    if unsafe { f(object.as_ptr(), view, flags) } != 0 { Err(Raised::already(py)) } else { Ok(()) }
}

/// Gives a view back (`PyBuffer_Release`); a second time does nothing.
///
/// # Safety
/// `view` was filled by [`get_view`] or is empty.
pub unsafe fn release_view(view: *mut Py_buffer) {
    // SAFETY: by contract; a filled view owns a reference on its object.
    unsafe {
        let obj = (*view).obj;
        let Some(object) = obj.as_ref() else { return };
        if let Some(f) = object.ty().tp_as_buffer.get().as_ref().and_then(|b| b.bf_releasebuffer.get()) {
            f(obj, view);
        }
        (*view).obj = core::ptr::null_mut();
        PyObject::decref(obj);
    }
}

/// What `bf_getbuffer` of a one-dimensional object of bytes does (`PyBuffer_FillInfo`).
///
/// # Safety
/// `view` is what the slot got; `buf` holds `len` bytes as long as `object` lives or until the view is released.
pub unsafe fn fill_view(
    py: Py<'_>,
    view: *mut Py_buffer,
    object: &PyObject,
    buf: *mut c_void,
    len: usize,
    readonly: bool,
    flags: c_int,
) -> PyResult<()> {
    if view.is_null() {
        return Err(raise!(py, BufferError, "PyBuffer_FillInfo: view==NULL argument is obsolete"));
    }
    if flags == self::buf::READ || flags == self::buf::WRITE {
        return Err(raise!(py, SystemError, "bad argument to internal function"));
    }
    if flags & self::buf::WRITABLE != 0 && readonly {
        return Err(raise!(py, BufferError, "Object is not writable."));
    }
    // SAFETY: by contract.
    unsafe {
        object.incref();
        view.write(Py_buffer {
            buf,
            obj: object.as_ptr(),
            len: len as isize,
            itemsize: 1,
            readonly: c_int::from(readonly),
            ndim: 1,
            format: if flags & self::buf::FORMAT != 0 {
                c"B".as_ptr().cast_mut()
            } else {
                core::ptr::null_mut()
            },
            shape: core::ptr::null_mut(),
            strides: core::ptr::null_mut(),
            suboffsets: core::ptr::null_mut(),
            internal: core::ptr::null_mut(),
        });
        if flags & self::buf::ND == self::buf::ND {
            (*view).shape = &raw mut (*view).len;
        }
        if flags & self::buf::STRIDES == self::buf::STRIDES {
            (*view).strides = &raw mut (*view).itemsize;
        }
    }
    Ok(())
}

/// A held view; dropping gives it back. Plain bytes need none: they never change.
pub enum Buffer {
    /// An exact `bytes`.
    Bytes(Ref<PyBytes>),
    /// Anything else; boxed, since a view may point into itself.
    View(Box<Py_buffer>),
}

impl Buffer {
    /// A contiguous, readable view (`PyBUF_SIMPLE`).
    #[inline]
    pub fn new(py: Py<'_>, object: &PyObject) -> PyResult<Buffer> {
        match object.downcast_exact::<PyBytes>() {
            Some(b) => Ok(Buffer::Bytes(b.new_ref())),
            None => Buffer::with_flags(py, object, buf::SIMPLE),
        }
    }

    /// A contiguous, writable view.
    pub fn writable(py: Py<'_>, object: &PyObject) -> PyResult<Buffer> {
        Buffer::with_flags(py, object, buf::WRITABLE)
    }

    /// A view with these `PyBUF_*` flags.
    pub fn with_flags(py: Py<'_>, object: &PyObject, flags: c_int) -> PyResult<Buffer> {
        let mut view = Box::new(Py_buffer::EMPTY);
        // SAFETY: the box does not move its content.
        unsafe { get_view(py, object, &raw mut *view, flags)? };
        Ok(Buffer::View(view))
    }

    /// The bytes. While a view is held its exporter does not move them; Python code may change their values.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Buffer::Bytes(b) => b.as_bytes(),
            Buffer::View(v) => {
                if v.len <= 0 || v.buf.is_null() {
                    return &[];
                }
                // SAFETY: the exporter keeps `len` bytes there until the view is released.
                unsafe { core::slice::from_raw_parts(v.buf.cast(), v.len as usize) }
            }
        }
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// No byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory of a writable view.
    pub fn as_mut_ptr(&self) -> *mut u8 {
        match self {
            Buffer::Bytes(b) => b.as_bytes().as_ptr().cast_mut(),
            Buffer::View(v) => v.buf.cast(),
        }
    }

    /// Lets `fill`, which runs no Python code, write the bytes of a writable view. For a view that is not writable the slice is empty.
    pub fn fill<R>(&self, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        match self {
            Buffer::View(v) if v.readonly == 0 && v.len > 0 && !v.buf.is_null() => {
                // SAFETY: the exporter keeps `len` writable bytes there until the view is released.
                fill(unsafe { core::slice::from_raw_parts_mut(v.buf.cast(), v.len as usize) })
            }
            _ => fill(&mut []),
        }
    }

    /// Copies `bytes` to `at` in a writable view; false when they do not fit.
    pub fn write_at(&self, at: usize, bytes: &[u8]) -> bool {
        match self {
            Buffer::View(v)
                if v.readonly == 0 && at.checked_add(bytes.len()).is_some_and(|n| n <= v.len as usize) =>
            {
                // SAFETY: within the view; the source may overlap it.
                unsafe { core::ptr::copy(bytes.as_ptr(), v.buf.cast::<u8>().add(at), bytes.len()) };
                true
            }
            _ => bytes.is_empty(),
        }
    }

    /// The raw view, when it is not plain bytes.
    pub fn view(&self) -> Option<&Py_buffer> {
        match self {
            Buffer::Bytes(_) => None,
            Buffer::View(v) => Some(v),
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Buffer::View(v) = self {
            // SAFETY: filled when it was made.
            unsafe { release_view(&raw mut **v) };
        }
    }
}

/// A bytes-like parameter (`Py_buffer`).
pub struct BufferArg(pub Buffer);

impl BufferArg {
    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl<'a> FromArg<'a> for BufferArg {
    #[inline]
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        Buffer::new(py, obj).map(BufferArg)
    }
}

/// A writable bytes-like parameter (`Py_buffer(accept={rwbuffer})`).
pub struct WritableBufferArg(pub Buffer);

impl<'a> FromArg<'a> for WritableBufferArg {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        match Buffer::writable(py, obj) {
            Ok(b) => Ok(WritableBufferArg(b)),
            Err(raised) => {
                py.clear_error(raised);
                Err(crate::args::bad_argument(py, at, "read-write bytes-like object", obj))
            }
        }
    }
}
