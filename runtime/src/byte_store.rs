//! A growable block of bytes that lends itself out through the buffer protocol: what safe native types keep items in.
//! While a view is held the block neither moves nor changes its size. Also what such a type's buffer slots return.

use core::cell::Cell;
use core::ffi::{CStr, c_int, c_void};

use crate::error::PyResult;
use crate::object::PyObject;
use crate::obmalloc;
use crate::protocol::buffer::{Py_buffer, buf};
use crate::py::Py;
use crate::raise;

/// The block.
#[repr(C)]
pub struct ByteStore {
    bytes: Cell<*mut u8>,
    len: Cell<usize>,
    capacity: Cell<usize>,
    exports: Cell<u32>,
    /// The block belongs to somebody else: it is neither grown nor given back here.
    foreign: Cell<bool>,
    readonly: Cell<bool>,
}

impl Default for ByteStore {
    fn default() -> Self {
        ByteStore::new()
    }
}

impl Drop for ByteStore {
    fn drop(&mut self) {
        if !self.foreign.get() {
            // SAFETY: the block is this store's own; null is allowed.
            unsafe { obmalloc::free(self.bytes.get()) };
        }
    }
}

impl ByteStore {
    /// Holds nothing.
    pub const fn new() -> ByteStore {
        ByteStore {
            bytes: Cell::new(core::ptr::null_mut()),
            len: Cell::new(0),
            capacity: Cell::new(0),
            exports: Cell::new(0),
            foreign: Cell::new(false),
            readonly: Cell::new(false),
        }
    }

    /// Lends out memory that is somebody else's; with null none any more.
    ///
    /// # Safety
    /// `bytes` holds `len` bytes, writable unless `readonly`, until this is called again; no view is held; the store had no block of
    /// its own.
    pub(crate) unsafe fn set_foreign(&self, bytes: *mut u8, len: usize, readonly: bool) {
        self.foreign.set(true);
        self.readonly.set(readonly);
        self.bytes.set(bytes);
        self.len.set(len);
        self.capacity.set(len);
    }

    /// The address of the bytes.
    pub(crate) fn start(&self) -> *mut u8 {
        self.bytes.get()
    }

    /// Number of bytes.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// No byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes there is room for.
    #[inline(always)]
    pub fn capacity(&self) -> usize {
        self.capacity.get()
    }

    /// Views held.
    #[inline(always)]
    pub fn exports(&self) -> usize {
        self.exports.get() as usize
    }

    /// The address: for `buffer_info`.
    pub fn address(&self) -> usize {
        self.bytes.get().expose_provenance()
    }

    /// The bytes. As with every interior of an object, nothing that may run Python code happens while the result lives.
    #[inline(always)]
    pub fn as_bytes(&self) -> &[u8] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: so many bytes stand there.
        unsafe { core::slice::from_raw_parts(self.bytes.get(), self.len()) }
    }

    /// The `N` bytes at `at`.
    #[inline(always)]
    pub fn read<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        if at.checked_add(N)? > self.len() {
            return None;
        }
        // SAFETY: within the block.
        Some(unsafe { self.bytes.get().add(at).cast::<[u8; N]>().read_unaligned() })
    }

    /// Writes at `at`; false when it does not fit into the length.
    #[inline(always)]
    pub fn write(&self, at: usize, bytes: &[u8]) -> bool {
        if self.readonly.get() || at.checked_add(bytes.len()).is_none_or(|end| end > self.len()) {
            return false;
        }
        // SAFETY: within the block; the source may be the block itself.
        unsafe { core::ptr::copy(bytes.as_ptr(), self.bytes.get().add(at), bytes.len()) };
        true
    }

    /// Moves `count` bytes inside the block; false when they would not stay inside.
    pub fn shift(&self, from: usize, to: usize, count: usize) -> bool {
        let fits = |at: usize| at.checked_add(count).is_some_and(|end| end <= self.len());
        if self.readonly.get() || !fits(from) || !fits(to) {
            return false;
        }
        if count > 0 {
            // SAFETY: both ranges are inside.
            unsafe { core::ptr::copy(self.bytes.get().add(from), self.bytes.get().add(to), count) };
        }
        true
    }

    /// Changes the length within the capacity; new bytes are zero. False when views are held or room is missing.
    #[inline]
    pub fn set_len(&self, len: usize) -> bool {
        let old = self.len();
        if (self.exports() > 0 && len != old) || len > self.capacity() {
            return false;
        }
        if len > old {
            // SAFETY: within the capacity.
            unsafe { self.bytes.get().add(old).write_bytes(0, len - old) };
        }
        self.len.set(len);
        true
    }

    /// Gives the block room for `capacity` bytes, cutting the length if need be.
    pub fn reserve_exact(&self, py: Py<'_>, capacity: usize) -> PyResult<()> {
        if self.exports() > 0 {
            return Err(raise!(py, BufferError, "cannot resize while views are held"));
        }
        if capacity > isize::MAX as usize || self.foreign.get() {
            return Err(py.no_memory());
        }
        if capacity == 0 {
            // SAFETY: the block is this store's own.
            unsafe { obmalloc::free(self.bytes.replace(core::ptr::null_mut())) };
        } else {
            // SAFETY: the block is this store's own.
            match unsafe { obmalloc::realloc(self.bytes.get(), capacity) } {
                Some(block) => self.bytes.set(block),
                None => return Err(py.no_memory()),
            }
        }
        self.capacity.set(capacity);
        self.len.set(self.len().min(capacity));
        Ok(())
    }
}

/// What `bf_getbuffer` of a type with a [`ByteStore`] returns: the store and how its bytes are to be seen.
pub struct Lent<'a> {
    /// The bytes.
    pub store: &'a ByteStore,
    /// The struct code of an item.
    pub format: &'static CStr,
    /// Bytes of an item.
    pub itemsize: usize,
}

/// Fills a view from what a safe `bf_getbuffer` returned.
///
/// # Safety
/// `view` is what the slot got, `owner` the object that holds the store.
pub unsafe fn return_lent(
    py: Py<'_>,
    owner: *mut PyObject,
    view: *mut Py_buffer,
    flags: c_int,
    lent: PyResult<Lent<'_>>,
) -> c_int {
    static NOTHING: u8 = 0;
    let Ok(lent) = lent else { return -1 };
    if view.is_null() {
        let _ = raise!(py, BufferError, "view==NULL argument is obsolete");
        return -1;
    }
    let store = lent.store;
    if store.readonly.get() && flags & buf::WRITABLE != 0 {
        let _ = raise!(py, BufferError, "Object is not writable.");
        return -1;
    }
    let bytes = store.bytes.get();
    let itemsize = lent.itemsize.max(1);
    let wants = |flag: i32| flags & flag == flag;
    // SAFETY: by contract. The store's block stays where it is while `exports` counts this view. An empty store has no block, but
    // a view's address is never null.
    unsafe {
        (*owner).incref();
        view.write(Py_buffer {
            buf: if bytes.is_null() { (&raw const NOTHING).cast_mut().cast() } else { bytes.cast() },
            obj: owner,
            len: store.len() as isize,
            itemsize: itemsize as isize,
            readonly: c_int::from(store.readonly.get()),
            ndim: 1,
            format: if wants(buf::FORMAT) { lent.format.as_ptr().cast_mut() } else { core::ptr::null_mut() },
            shape: core::ptr::null_mut(),
            strides: core::ptr::null_mut(),
            suboffsets: core::ptr::null_mut(),
            // The number of items: `shape` points here, into the view itself.
            internal: core::ptr::without_provenance_mut::<c_void>(store.len() / itemsize),
        });
        if wants(buf::ND) {
            (*view).shape = (&raw mut (*view).internal).cast();
        }
        if wants(buf::STRIDES) {
            (*view).strides = &raw mut (*view).itemsize;
        }
    }
    store.exports.set(store.exports.get() + 1);
    0
}

/// Counts a view off, for a safe `bf_releasebuffer`.
pub fn end_loan(store: &ByteStore) {
    store.exports.set(store.exports.get().saturating_sub(1));
}
