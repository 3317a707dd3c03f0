//! Memory of dead floats and short ints, kept for the next ones: both take 32 bytes, so one list serves both. Not here: the block
//! allocator (`obmalloc`).

use core::cell::Cell;

use crate::checking;
use crate::object::PyObject;
use crate::obmalloc;

/// Bytes of a block: a float, or an int of up to two digits.
pub const BLOCK_BYTES: usize = 32;
/// Blocks kept at most.
const KEPT: u32 = 200;

/// A thread's list of free blocks, linked through their first words.
pub struct NumberBlocks {
    first: Cell<*mut u8>,
    count: Cell<u32>,
}

impl NumberBlocks {
    /// An empty list.
    pub const fn new() -> NumberBlocks {
        NumberBlocks { first: Cell::new(core::ptr::null_mut()), count: Cell::new(0) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count.get() as usize
    }

    /// A block, if one is there; its content is arbitrary.
    #[inline(always)]
    pub fn take(&self) -> Option<*mut PyObject> {
        let block = self.first.get();
        if block.is_null() {
            return None;
        }
        // SAFETY: a block of the list holds the next one's address.
        self.first.set(unsafe { block.cast::<*mut u8>().read() });
        self.count.set(self.count.get() - 1);
        Some(block.cast())
    }

    /// Keeps a block, or frees it when there are enough.
    ///
    /// # Safety
    /// `block` has [`BLOCK_BYTES`] bytes, came from the block allocator, and nobody uses it any more.
    #[inline(always)]
    pub unsafe fn give(&self, block: *mut PyObject) {
        let block: *mut u8 = block.cast();
        // SAFETY: by contract.
        unsafe {
            if checking::ON {
                checking::freeing(&*block.cast(), block, false);
            }
            // The checking build keeps none: they would be used again at once.
            if self.count.get() >= KEPT || checking::ON {
                obmalloc::free(block);
                return;
            }
            block.cast::<*mut u8>().write(self.first.get());
        }
        self.first.set(block);
        self.count.set(self.count.get() + 1);
    }

    /// Frees all of them.
    pub fn clear(&self) {
        while let Some(block) = self.take() {
            // SAFETY: the list's blocks came from the block allocator.
            unsafe { obmalloc::free(block.cast()) };
        }
    }
}

impl Default for NumberBlocks {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for NumberBlocks {
    fn drop(&mut self) {
        self.clear();
    }
}
