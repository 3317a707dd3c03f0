//! Mapped memory: files and anonymous pages (`mmap`). Not here: module `mmap`, which shows it to Python.

use core::cell::Cell;

use super::{Errno, SysResult, descriptors, done};
use crate::byte_store::ByteStore;

/// A mapping and the descriptor that belongs to it; dropping ends both.
pub struct Mapping {
    store: ByteStore,
    fd: Cell<i32>,
    open: Cell<bool>,
}

impl Mapping {
    /// Maps memory. `fd` is taken over; -1: none.
    pub fn new(fd: i32, len: usize, protection: i32, flags: i32, offset: i64) -> SysResult<Mapping> {
        let mapping = Mapping { store: ByteStore::new(), fd: Cell::new(fd), open: Cell::new(false) };
        // SAFETY: the kernel chooses the place; nobody else knows of it.
        let start = unsafe { libc::mmap(core::ptr::null_mut(), len, protection, flags, fd, offset) };
        if start == libc::MAP_FAILED {
            return Err(Errno::last());
        }
        let readonly = protection & libc::PROT_WRITE == 0;
        // SAFETY: so much memory was mapped.
        unsafe { mapping.store.set_foreign(start.cast(), len, readonly) };
        mapping.open.set(true);
        Ok(mapping)
    }

    /// The bytes.
    pub fn store(&self) -> &ByteStore {
        &self.store
    }

    /// The descriptor, or -1.
    pub fn descriptor(&self) -> i32 {
        self.fd.get()
    }

    /// Gives the descriptor away.
    pub fn forget_descriptor(&self) {
        self.fd.set(-1);
    }

    /// Whether it is mapped still.
    pub fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Ends the mapping; nobody may hold a view of it.
    pub fn close(&self) -> bool {
        if self.store.exports() > 0 {
            return false;
        }
        if self.open.replace(false) {
            let (start, len) = (self.store.start(), self.store.len());
            // SAFETY: the mapping is this one's own, and nobody holds a view.
            unsafe {
                self.store.set_foreign(core::ptr::null_mut(), 0, true);
                libc::munmap(start.cast(), len);
            }
        }
        let fd = self.fd.replace(-1);
        if fd != -1 {
            let _ = descriptors::close(fd);
        }
        true
    }

    /// Changes the size; the memory may move. Nobody may hold a view.
    pub fn resize(&self, len: usize) -> SysResult {
        if self.store.exports() > 0 || !self.open.get() {
            return Err(Errno(libc::EBUSY));
        }
        // SAFETY: the mapping is this one's own, and nobody holds a view; it was writable and is so after.
        unsafe {
            let start = libc::mremap(self.store.start().cast(), self.store.len(), len, libc::MREMAP_MAYMOVE);
            if start == libc::MAP_FAILED {
                return Err(Errno::last());
            }
            self.store.set_foreign(start.cast(), len, false);
        }
        Ok(())
    }

    /// `msync` of a part.
    pub fn flush(&self, offset: usize, len: usize) -> SysResult {
        self.within(offset, len)?;
        // SAFETY: within the mapping.
        done(unsafe { libc::msync(self.store.start().add(offset).cast(), len, libc::MS_SYNC) })
    }

    /// `madvise` of a part.
    pub fn advise(&self, offset: usize, len: usize, advice: i32) -> SysResult {
        self.within(offset, len)?;
        // SAFETY: within the mapping; the advice that would take it away is the caller's wish, as in C: pages read as zeros then.
        done(unsafe { libc::madvise(self.store.start().add(offset).cast(), len, advice) })
    }

    fn within(&self, offset: usize, len: usize) -> SysResult {
        match offset.checked_add(len) {
            Some(end) if self.open.get() && end <= self.store.len() => Ok(()),
            _ => Err(Errno(libc::EINVAL)),
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        self.close();
    }
}
