//! Telling a watcher of every block that is given out or comes back: what `tracemalloc` hangs on.

use super::HEAP;

/// What a watcher does. It runs inside the allocator's callers, so it must neither run Python code nor raise.
pub struct Watcher {
    /// A block of this many bytes was given out.
    pub allocated: fn(*mut u8, usize),
    /// A block came back; its memory may be in use again already.
    pub freed: fn(*mut u8),
}

/// Sets or takes away the watcher.
pub fn watch(watcher: Option<&'static Watcher>) {
    HEAP.watcher.set(watcher);
}

#[cold]
#[inline(never)]
pub(super) fn allocated(block: *mut u8, size: usize) {
    if let Some(watcher) = HEAP.watcher.get() {
        (watcher.allocated)(block, size);
    }
}

#[cold]
#[inline(never)]
pub(super) fn freed(block: *mut u8) {
    if let Some(watcher) = HEAP.watcher.get() {
        (watcher.freed)(block);
    }
}
