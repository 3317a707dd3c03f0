//! The memory of `bytearray`: a block that may have room at both ends, and the count of views that pin it.

use core::cell::Cell;

use krait_macros::pyclass;

use crate::error::PyResult;
use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::PyType;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, memory, obmalloc};

/// `PyByteArrayObject`: `ob_bytes` is the block, `ob_start` the first byte in it (deleting at the front only moves that).
#[pyclass(name = "bytearray", basetype, match_self, manual, no_alloc)]
#[repr(C)]
pub struct PyByteArray {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_alloc: Cell<isize>,
    pub(crate) ob_bytes: Cell<*mut u8>,
    pub(crate) ob_start: Cell<*mut u8>,
    pub(crate) ob_exports: Cell<isize>,
}

impl PyByteArray {
    /// A bytearray with this content.
    pub fn new(py: Py<'_>, content: &[u8]) -> PyResult<Ref<PyByteArray>> {
        let op = memory::alloc_object(py, PyByteArray::type_object(), 0)?;
        // SAFETY: fresh and zeroed: an empty bytearray without a block.
        let made = unsafe { Ref::from_owned(op.cast::<PyByteArray>()) };
        made.ob_base.ob_size.set(0);
        made.assign(py, content)?;
        Ok(made)
    }

    /// A bytearray of so many zeros, which take no memory until they are written where there are many.
    pub fn zeroed(py: Py<'_>, size: usize) -> PyResult<Ref<PyByteArray>> {
        let made = PyByteArray::new(py, &[])?;
        if size > 0 {
            let room = size.checked_add(1).filter(|room| *room <= isize::MAX as usize - 64);
            let Some(block) = room.and_then(|room| obmalloc::alloc_zeroed(py, room)) else {
                return Err(py.no_memory());
            };
            made.ob_bytes.set(block);
            made.ob_start.set(block);
            made.ob_alloc.set(size as isize + 1);
            made.ob_base.ob_size.set(size as isize);
        }
        Ok(made)
    }

    /// An empty instance of a class.
    pub(crate) fn new_empty(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyByteArray>> {
        // SAFETY: slot call with a live type; the memory is zeroed: an empty bytearray.
        unsafe {
            let op = match cls.tp_alloc.get() {
                Some(alloc) => crate::error::owned_or_raised(py, alloc(cls, 0))?.into_raw(),
                None => memory::alloc_object(py, cls, 0)?,
            };
            Ok(Ref::from_owned(op.cast()))
        }
    }

    /// Number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// No byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The content, until something resizes it: no Python code may run while it is used, unless a view is held.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: so many bytes stand there.
        unsafe { core::slice::from_raw_parts(self.ob_start.get(), self.len()) }
    }

    /// Where the bytes stand; an empty string when there is no block.
    #[inline]
    pub(crate) fn data_ptr(&self) -> *mut u8 {
        if self.ob_start.get().is_null() { c"".as_ptr().cast_mut().cast() } else { self.ob_start.get() }
    }

    /// Replaces the byte at `index`; false when there is none.
    pub fn set(&self, index: usize, byte: u8) -> bool {
        if index >= self.len() {
            return false;
        }
        // SAFETY: within the bytes.
        unsafe { self.ob_start.get().add(index).write(byte) };
        true
    }

    /// Refuses to resize while views are held.
    pub(crate) fn check_resizable(&self, py: Py<'_>) -> PyResult<()> {
        if self.ob_exports.get() > 0 {
            bail!(py, BufferError, "Existing exports of data: object cannot be re-sized");
        }
        Ok(())
    }

    /// Makes it `size` bytes long (`PyByteArray_Resize`); new bytes are not set.
    pub fn resize(&self, py: Py<'_>, size: usize) -> PyResult<()> {
        let len = self.len();
        if size == len {
            return Ok(());
        }
        self.check_resizable(py)?;
        if size > isize::MAX as usize - 64 {
            return Err(py.no_memory());
        }
        let alloc = self.ob_alloc.get() as usize;
        let offset = if self.ob_bytes.get().is_null() {
            0
        } else {
            self.ob_start.get().addr() - self.ob_bytes.get().addr()
        };
        let wanted;
        if size + offset < alloc {
            // The block is big enough, but a much smaller size gives room back.
            if size < alloc / 2 {
                wanted = size + 1;
            } else {
                self.ob_base.ob_size.set(size as isize);
                // SAFETY: within the block, which has room for one byte more.
                unsafe { self.ob_start.get().add(size).write(0) };
                return Ok(());
            }
        } else if size <= alloc + (alloc >> 3) {
            wanted = size + (size >> 3) + if size < 9 { 3 } else { 6 };
        } else {
            wanted = size + 1;
        }
        // SAFETY: the block is ours; the bytes are moved to its front.
        unsafe {
            let block = if offset > 0 {
                let Some(block) = obmalloc::alloc(wanted) else { return Err(py.no_memory()) };
                core::ptr::copy_nonoverlapping(self.ob_start.get(), block, len.min(size));
                obmalloc::free(self.ob_bytes.get());
                block
            } else {
                match obmalloc::realloc(self.ob_bytes.get(), wanted) {
                    Some(block) => block,
                    None => return Err(py.no_memory()),
                }
            };
            self.ob_bytes.set(block);
            self.ob_start.set(block);
            self.ob_alloc.set(wanted as isize);
            self.ob_base.ob_size.set(size as isize);
            block.add(size).write(0);
        }
        Ok(())
    }

    /// Makes `content` the content.
    pub fn assign(&self, py: Py<'_>, content: &[u8]) -> PyResult<()> {
        self.resize(py, content.len())?;
        // SAFETY: so many bytes stand there.
        unsafe { core::ptr::copy_nonoverlapping(content.as_ptr(), self.data_ptr(), content.len()) };
        Ok(())
    }

    /// Appends bytes that do not belong to it.
    pub fn extend(&self, py: Py<'_>, more: &[u8]) -> PyResult<()> {
        let len = self.len();
        let Some(size) = len.checked_add(more.len()) else { return Err(py.no_memory()) };
        self.resize(py, size)?;
        // SAFETY: so many bytes stand there.
        unsafe { core::ptr::copy_nonoverlapping(more.as_ptr(), self.data_ptr().add(len), more.len()) };
        Ok(())
    }

    /// Puts `with` in place of `start..end`; `with` does not belong to it.
    pub fn splice(&self, py: Py<'_>, start: usize, end: usize, with: &[u8]) -> PyResult<()> {
        let (len, gone) = (self.len(), end - start);
        let size = len - gone + with.len();
        // SAFETY: all moves stay within the bytes as they are before or after the resize.
        unsafe {
            if with.len() < gone {
                self.check_resizable(py)?;
                let less = gone - with.len();
                if start == 0 {
                    // Shrinking at the front only moves the start.
                    self.ob_start.set(self.ob_start.get().add(less));
                } else {
                    let p = self.ob_start.get();
                    core::ptr::copy(p.add(end), p.add(end - less), len - end);
                }
                if start == 0 {
                    self.ob_base.ob_size.set(size as isize);
                    if size < self.ob_alloc.get() as usize / 2 {
                        self.shrink(py, size)?;
                    }
                } else {
                    self.resize(py, size)?;
                }
            } else if with.len() > gone {
                self.resize(py, size)?;
                let p = self.ob_start.get();
                core::ptr::copy(p.add(end), p.add(start + with.len()), len - end);
            }
            if !with.is_empty() {
                core::ptr::copy_nonoverlapping(with.as_ptr(), self.ob_start.get().add(start), with.len());
            }
        }
        Ok(())
    }

    /// Writes `bytes`, which do not belong to it, over its own at `at`; false when they do not fit.
    pub fn overwrite(&self, at: usize, bytes: &[u8]) -> bool {
        if at.checked_add(bytes.len()).is_none_or(|end| end > self.len()) {
            return false;
        }
        // SAFETY: within the bytes.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), self.data_ptr().add(at), bytes.len()) };
        true
    }

    /// How many views are held.
    pub fn exports(&self) -> usize {
        self.ob_exports.get() as usize
    }

    /// Moves the bytes to a block of their size.
    fn shrink(&self, py: Py<'_>, size: usize) -> PyResult<()> {
        let Some(block) = obmalloc::alloc(size + 1) else { return Err(py.no_memory()) };
        // SAFETY: `size` bytes stand at the start.
        unsafe {
            core::ptr::copy_nonoverlapping(self.ob_start.get(), block, size);
            block.add(size).write(0);
            obmalloc::free(self.ob_bytes.get());
        }
        self.ob_bytes.set(block);
        self.ob_start.set(block);
        self.ob_alloc.set(size as isize + 1);
        Ok(())
    }
}

/// # Safety
/// A dead bytearray.
pub(super) unsafe fn dealloc(op: *mut PyObject) {
    // SAFETY: by contract.
    unsafe {
        let this = &*op.cast::<PyByteArray>();
        obmalloc::free(this.ob_bytes.get());
        match this.ty().tp_free.get() {
            Some(free) => free(op.cast()),
            None => memory::free_object(op),
        }
    }
}
