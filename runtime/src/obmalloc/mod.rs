//! The block allocator behind every object and buffer (CPython's `obmalloc`): blocks of up to 512 bytes come from 16 KiB pools of one
//! size class each, pools from 1 MiB arenas; bigger blocks, and all of them under `PYTHONMALLOC=malloc`, from the C library.
//! Here: the two fast paths and growing. Not here: arenas and the map of them (`arena.rs`), pools that run full or empty (`pool.rs`),
//! statistics (`report.rs`).
//!
//! The allocator belongs to whoever holds the GIL; nothing in it is locked.

mod arena;
mod pool;
mod report;
#[cfg(test)]
mod tests;
mod watch;

use core::cell::Cell;

use crate::checking::{self, blocks, blocks::Quarantine};
use crate::object::Static;
use crate::py::Py;
use pool::Pool;

pub(crate) use arena::map;
pub use report::{allocated_blocks, free_lists, report};
pub use watch::{Watcher, watch};

/// Blocks are multiples of this, and aligned to it.
const ALIGNMENT: usize = 16;
/// The largest block that pools serve.
const SMALL_LIMIT: usize = 512;
/// Number of size classes: 16, 32 … 512 bytes.
const CLASSES: usize = SMALL_LIMIT / ALIGNMENT;

/// What serves requests (`PYTHONMALLOC`).
struct Heap {
    /// For each size class a list of pools with at least one free block; null when there is none. With pools switched off all
    /// stay null, so the fast path needs no check of its own.
    usable: [Cell<*mut Pool>; CLASSES],
    /// `PYTHONMALLOC=malloc`: no pools.
    pools_off: Cell<bool>,
    /// Arenas and their free pools.
    arenas: arena::Arenas,
    /// Blocks of the C library that are in use.
    large_blocks: Cell<usize>,
    /// Who is told of every block, if anyone.
    watcher: Cell<Option<&'static Watcher>>,
}

static HEAP: Static<Heap> = Static(Heap {
    usable: [const { Cell::new(core::ptr::null_mut()) }; CLASSES],
    pools_off: Cell::new(false),
    arenas: arena::Arenas::new(),
    large_blocks: Cell::new(0),
    watcher: Cell::new(None),
});

/// The size class of a request of 1 to [`SMALL_LIMIT`] bytes; one of zero bytes counts as one byte.
#[inline(always)]
const fn class_of(size: usize) -> usize {
    size.saturating_sub(1) / ALIGNMENT
}

/// The bytes in a block of a class.
#[inline(always)]
const fn block_size(class: usize) -> usize {
    (class + 1) * ALIGNMENT
}

/// Serves every request by the C library from now on (`PYTHONMALLOC=malloc`); before the first allocation only.
pub fn switch_pools_off() {
    HEAP.pools_off.set(true);
}

/// `size` bytes, zeroed, 16-byte aligned; `None` when they cannot be had.
#[inline]
pub fn alloc_zeroed(_py: Py<'_>, size: usize) -> Option<*mut u8> {
    let block = if checking::ON {
        guarded_alloc(size, true)?
    } else if size > SMALL_LIMIT {
        large_zeroed(size)?
    } else {
        let block = unwatched_alloc(size)?;
        // SAFETY: the block has `size` bytes.
        unsafe { core::ptr::write_bytes(block, 0, size) };
        block
    };
    if HEAP.watcher.get().is_some() {
        watch::allocated(block, size);
    }
    Some(block)
}

/// Blocks of tables from this size on get huge pages.
const HUGE_TABLE: usize = 4 << 20;

/// A block was got for a table in which keys are looked for: if it is a big one, these looks go anywhere.
#[inline]
pub fn expect_scattered_use(block: *mut u8, size: usize) {
    if size >= HUGE_TABLE {
        arena::prefer_huge_pages(block, size);
    }
}

/// `size` bytes, uninitialised, 16-byte aligned; `None` when they cannot be had.
#[inline]
pub fn alloc(size: usize) -> Option<*mut u8> {
    let block = if checking::ON { guarded_alloc(size, false)? } else { unwatched_alloc(size)? };
    if HEAP.watcher.get().is_some() {
        watch::allocated(block, size);
    }
    Some(block)
}

#[inline(always)]
fn unwatched_alloc(size: usize) -> Option<*mut u8> {
    if size > SMALL_LIMIT {
        return large(size);
    }
    let class = class_of(size);
    // SAFETY: a class below CLASSES; a pool in the list has a free block, and blocks hold the link to the next free one.
    unsafe {
        let pool = HEAP.usable.get_unchecked(class).get();
        if pool.is_null() {
            return alloc_from_new_pool(class);
        }
        Some((*pool).take())
    }
}

/// Gives a block back; null is allowed.
///
/// # Safety
/// `p` came from this allocator and is not used afterwards.
#[inline]
pub unsafe fn free(p: *mut u8) {
    if HEAP.watcher.get().is_some() {
        watch::freed(p);
    }
    // SAFETY: by contract.
    unsafe {
        if !checking::ON {
            unguarded_free(p);
        } else if !p.is_null() {
            QUARANTINE.add(p, |memory, _| unguarded_free(memory));
        }
    }
}

#[inline(always)]
unsafe fn unguarded_free(p: *mut u8) {
    // SAFETY: by contract of `free`; addresses in arenas lie in pools.
    unsafe {
        if arena::contains(p) {
            (*Pool::of(p)).give_back(p);
        } else {
            free_large(p);
        }
    }
}

/// Freed blocks of the checking build.
static QUARANTINE: Static<Quarantine> = Static(Quarantine::new(if checking::ON { 128 << 20 } else { 0 }));

/// A block of the checking build.
fn guarded_alloc(size: usize, zeroed: bool) -> Option<*mut u8> {
    let gross = blocks::gross(size)?;
    let memory = if gross > SMALL_LIMIT && zeroed { large_zeroed(gross)? } else { unwatched_alloc(gross)? };
    // SAFETY: the memory has as many bytes as were asked for.
    unsafe {
        if gross <= SMALL_LIMIT && zeroed {
            memory.write_bytes(0, gross);
        }
        Some(blocks::dress(memory, size, zeroed))
    }
}

/// Grows or shrinks a block; on `None` the old one still stands.
///
/// # Safety
/// `p` is null or came from this allocator.
pub unsafe fn realloc(p: *mut u8, size: usize) -> Option<*mut u8> {
    if p.is_null() {
        return alloc(size);
    }
    if checking::ON {
        // SAFETY: by contract. Every block moves, so that whoever keeps the old address is found out.
        unsafe {
            let old = blocks::size(p);
            let q = alloc(size)?;
            core::ptr::copy_nonoverlapping(p, q, old.min(size));
            free(p);
            return Some(q);
        }
    }
    // SAFETY: by contract; a pool's block has its class's size.
    unsafe {
        if !arena::contains(p) {
            let q: *mut u8 = libc::realloc(p.cast(), size.max(1)).cast();
            if q.is_null() {
                return None;
            }
            if HEAP.watcher.get().is_some() {
                watch::freed(p);
                watch::allocated(q, size);
            }
            return Some(q);
        }
        let old = block_size((*Pool::of(p)).class());
        // A block that would lose less than a quarter stays where it is.
        if size <= old && size > old / 4 * 3 {
            if HEAP.watcher.get().is_some() {
                watch::freed(p);
                watch::allocated(p, size);
            }
            return Some(p);
        }
        let q = alloc(size)?;
        core::ptr::copy_nonoverlapping(p, q, old.min(size));
        free(p);
        Some(q)
    }
}

#[cold]
#[inline(never)]
fn alloc_from_new_pool(class: usize) -> Option<*mut u8> {
    if HEAP.pools_off.get() {
        return large(block_size(class));
    }
    match HEAP.arenas.take_pool() {
        Some(memory) => {
            // SAFETY: fresh memory of a pool's size and alignment.
            unsafe {
                let pool = Pool::start(memory, class);
                Some((*pool).take())
            }
        }
        None => large(block_size(class)),
    }
}

fn large(size: usize) -> Option<*mut u8> {
    // SAFETY: malloc takes any size.
    count_large(unsafe { libc::malloc(size) })
}

fn large_zeroed(size: usize) -> Option<*mut u8> {
    // SAFETY: calloc takes any size.
    count_large(unsafe { libc::calloc(1, size) })
}

fn count_large(p: *mut libc::c_void) -> Option<*mut u8> {
    if p.is_null() {
        return None;
    }
    HEAP.large_blocks.set(HEAP.large_blocks.get() + 1);
    Some(p.cast())
}

#[cold]
#[inline(never)]
unsafe fn free_large(p: *mut u8) {
    if !p.is_null() {
        HEAP.large_blocks.set(HEAP.large_blocks.get().wrapping_sub(1));
        // SAFETY: not from a pool, so from the C library.
        unsafe { libc::free(p.cast()) }
    }
}
