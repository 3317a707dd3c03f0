//! The heap of Rust's own collections in the checking build: the system's, with guarded blocks and a quarantine.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};
use std::alloc::System;

use super::blocks::{self, Quarantine};

/// A global allocator that looks for wrong uses. Blocks with more alignment than objects have go past it.
pub struct CheckedHeap {
    busy: AtomicBool,
    quarantine: UnsafeCell<Quarantine>,
}

// SAFETY: the quarantine is only touched by whoever has set `busy`.
unsafe impl Sync for CheckedHeap {}

const ALIGNMENT: usize = 16;

fn dressed(layout: Layout) -> Option<Layout> {
    if layout.align() > ALIGNMENT {
        return None;
    }
    Layout::from_size_align(blocks::gross(layout.size())?, ALIGNMENT).ok()
}

impl CheckedHeap {
    /// One that keeps up to 64 MB of freed blocks.
    #[allow(clippy::new_without_default, reason = "a static's first value")]
    pub const fn new() -> CheckedHeap {
        CheckedHeap { busy: AtomicBool::new(false), quarantine: UnsafeCell::new(Quarantine::new(64 << 20)) }
    }
}

// SAFETY: blocks are the system's, each with room for head and tail around it.
unsafe impl GlobalAlloc for CheckedHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        unsafe {
            let Some(gross) = dressed(layout) else { return System.alloc(layout) };
            match System.alloc(gross) {
                memory if memory.is_null() => memory,
                memory => blocks::dress(memory, layout.size(), false),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        unsafe {
            let Some(gross) = dressed(layout) else { return System.alloc_zeroed(layout) };
            match System.alloc_zeroed(gross) {
                memory if memory.is_null() => memory,
                memory => blocks::dress(memory, layout.size(), true),
            }
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let release = |memory: *mut u8, bytes: usize| {
            // SAFETY: what `alloc` asked the system for.
            unsafe { System.dealloc(memory, Layout::from_size_align_unchecked(bytes, ALIGNMENT)) }
        };
        // SAFETY: by contract.
        unsafe {
            if dressed(layout).is_none() {
                return System.dealloc(block, layout);
            }
            let size = blocks::size(block);
            if size != layout.size() {
                super::report(&format!("{block:p} of {size} bytes is freed as one of {}", layout.size()));
            }
            // Whoever finds another thread inside (or the thread that a fork left behind) does without.
            if self.busy.swap(true, Ordering::Acquire) {
                return blocks::free_at_once(block, release);
            }
            (*self.quarantine.get()).add(block, release);
            self.busy.store(false, Ordering::Release);
        }
    }
}
