//! Rust's own allocations when memory runs out. Python objects come from allocators that can say no; a `Vec` or `String` cannot: it ends
//! the process. So what they ask for beyond what the system gives comes from memory that was set aside at the start, and the main
//! thread is told to raise `MemoryError` at its next look at the breaker: by the time that the exception has gone up, most of it is free
//! again. Amounts that Python code decides are asked for beforehand ([`Py::expect_room`]): the spare memory is not for those.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
#[cfg(not(feature = "checking"))]
use std::alloc::System;

#[cfg(feature = "checking")]
use crate::checking::CheckedHeap;
use crate::error::PyResult;
use crate::obmalloc::map;
use crate::py::Py;
use crate::state::breaker;

/// Bytes set aside. Pages that are never touched cost nothing.
const SPARE: usize = 4 << 20;
/// Smaller amounts are not asked for beforehand.
const MUCH: usize = 1 << 20;

static START: AtomicPtr<u8> = AtomicPtr::new(null_mut());
/// Bytes given out from the start on, and how many pieces of them are in use: when none is, all can be given out anew.
static USED: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static LOCK: AtomicBool = AtomicBool::new(false);

/// Sets the memory aside; once, at start-up.
pub fn set_aside() {
    if let Some(start) = map(SPARE, libc::MAP_NORESERVE) {
        START.store(start, Ordering::Release);
    }
}

/// Whether any of it is in use.
pub fn is_in_use() -> bool {
    LIVE.load(Ordering::Relaxed) != 0
}

fn locked<R>(run: impl FnOnce() -> R) -> R {
    while LOCK.swap(true, Ordering::Acquire) {
        core::hint::spin_loop();
    }
    let result = run();
    LOCK.store(false, Ordering::Release);
    result
}

#[inline]
fn is_spare(p: *mut u8) -> bool {
    let start = START.load(Ordering::Relaxed);
    !start.is_null() && p.addr().wrapping_sub(start.addr()) < SPARE
}

#[cold]
fn give(layout: Layout) -> *mut u8 {
    let start = START.load(Ordering::Acquire);
    if start.is_null() {
        return null_mut();
    }
    let given = locked(|| {
        let from = USED.load(Ordering::Relaxed).next_multiple_of(layout.align());
        match from.checked_add(layout.size()).filter(|end| *end <= SPARE) {
            Some(end) => {
                USED.store(end, Ordering::Relaxed);
                LIVE.fetch_add(1, Ordering::Relaxed);
                start.wrapping_add(from)
            }
            None => null_mut(),
        }
    });
    if !given.is_null() {
        crate::signals::set_main_breaker(breaker::MEMORY_LOW);
    }
    given
}

#[cold]
fn take_back() {
    locked(|| {
        if LIVE.fetch_sub(1, Ordering::Relaxed) == 1 {
            USED.store(0, Ordering::Relaxed);
        }
    });
}

/// The system's allocator; the checking build looks at what goes through it.
#[cfg(not(feature = "checking"))]
static SYSTEM: System = System;
#[cfg(feature = "checking")]
static SYSTEM: CheckedHeap = CheckedHeap::new();

/// The system's allocator with the spare memory behind it.
struct WithSpare;

#[global_allocator]
static ALLOCATOR: WithSpare = WithSpare;

// SAFETY: blocks come from the system's allocator, or are pieces of the spare memory that do not overlap; which of the two an address
// tells.
unsafe impl GlobalAlloc for WithSpare {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let p = unsafe { SYSTEM.alloc(layout) };
        if p.is_null() { give(layout) } else { p }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by contract.
        let p = unsafe { SYSTEM.alloc_zeroed(layout) };
        if !p.is_null() {
            return p;
        }
        let p = give(layout);
        if !p.is_null() {
            // SAFETY: a fresh piece of that size; it may have been used before.
            unsafe { p.write_bytes(0, layout.size()) };
        }
        p
    }

    #[inline]
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        if is_spare(p) {
            return take_back();
        }
        // SAFETY: by contract, and it is the system's.
        unsafe { SYSTEM.dealloc(p, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, p: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_spare(p) {
            // SAFETY: by contract, and it is the system's.
            let new = unsafe { SYSTEM.realloc(p, layout, size) };
            if !new.is_null() {
                return new;
            }
        }
        // SAFETY: by contract: `size` is valid with this alignment; the old block has the smaller of both sizes.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                core::ptr::copy_nonoverlapping(p, new, layout.size().min(size));
                self.dealloc(p, layout);
            }
            new
        }
    }
}

/// A formatted text, if there is memory for it.
pub(crate) fn written(text: core::fmt::Arguments<'_>) -> Option<String> {
    struct Bounded(String);
    impl core::fmt::Write for Bounded {
        fn write_str(&mut self, part: &str) -> core::fmt::Result {
            self.0.try_reserve(part.len()).map_err(|_| core::fmt::Error)?;
            self.0.push_str(part);
            Ok(())
        }
    }
    let mut out = Bounded(String::new());
    core::fmt::Write::write_fmt(&mut out, text).ok()?;
    Some(out.0)
}

impl Py<'_> {
    /// An error where so many bytes cannot be had: whoever fills a collection of Rust's with an amount that Python code decides asks
    /// here first, with what it needs at most.
    #[inline]
    pub fn expect_room(self, bytes: usize) -> PyResult<()> {
        if bytes < MUCH { Ok(()) } else { self.try_room(bytes) }
    }

    /// Room for so many more items in a collection of Rust's, or an error: for those that grow as Python code has it.
    #[inline]
    pub fn room_in<T>(self, items: &mut Vec<T>, more: usize) -> PyResult<()> {
        items.try_reserve(more).map_err(|_| self.no_memory())
    }

    #[cold]
    fn try_room(self, bytes: usize) -> PyResult<()> {
        // More than the spare memory has. The kernel is asked first: the C library's allocator takes a big block that is given back for a
        // sign that it should keep such blocks from then on.
        let bytes = bytes.max(SPARE + 1);
        if let Some(start) = map(bytes, 0) {
            // SAFETY: just mapped, and not used.
            unsafe { libc::munmap(start.cast(), bytes) };
            return Ok(());
        }
        let mut probe: Vec<u8> = Vec::new();
        match probe.try_reserve_exact(bytes) {
            Ok(()) => {
                // Not optimised away.
                core::hint::black_box(probe.as_mut_ptr());
                Ok(())
            }
            Err(_) => Err(self.no_memory()),
        }
    }
}
