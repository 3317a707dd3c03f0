//! The block allocator behind every object and buffer.

use crate::py::Py;

/// `size` bytes, zeroed, 16-byte aligned; `None` when they cannot be had.
#[inline]
pub fn alloc_zeroed(_py: Py<'_>, size: usize) -> Option<*mut u8> {
    // SAFETY: calloc takes any size.
    let p = unsafe { libc::calloc(1, size.max(1)) };
    (!p.is_null()).then_some(p.cast())
}

/// `size` bytes, uninitialised, 16-byte aligned; `None` when they cannot be had.
#[inline]
pub fn alloc(size: usize) -> Option<*mut u8> {
    // SAFETY: malloc takes any size.
    let p = unsafe { libc::malloc(size.max(1)) };
    (!p.is_null()).then_some(p.cast())
}

/// Grows or shrinks a block; on `None` the old one still stands.
///
/// # Safety
/// `p` is null or came from this allocator.
#[inline]
pub unsafe fn realloc(p: *mut u8, size: usize) -> Option<*mut u8> {
    // SAFETY: by contract.
    let q = unsafe { libc::realloc(p.cast(), size.max(1)) };
    (!q.is_null()).then_some(q.cast())
}

/// Gives a block back; null is allowed.
///
/// # Safety
/// `p` came from this allocator and is not used afterwards.
#[inline]
pub unsafe fn free(p: *mut u8) {
    // SAFETY: by contract.
    unsafe { libc::free(p.cast()) }
}
