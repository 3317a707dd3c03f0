//! The checking build (cargo feature `checking`): looks for memory that is used after it was freed, freed twice or written beyond
//! its end, and for reference counts that cannot be. What it finds ends the process with a message and a native backtrace.
//! Here: the switch, counts and types. Not here: blocks and the quarantine of freed ones (`blocks.rs`), the heap of Rust's own
//! collections (`heap.rs`).
//!
//! All of it is compiled in every build, so that it cannot rot; [`ON`] is a constant, so that an ordinary build pays nothing.

pub mod blocks;
mod heap;

use core::sync::atomic::{AtomicBool, Ordering};

use crate::gc;
use crate::object::{IMMORTAL_REFCNT, PyObject};
use crate::objects::r#type::{PyType, flags};

pub use heap::CheckedHeap;

/// Whether this is a checking build.
pub const ON: bool = cfg!(feature = "checking");

/// What freed memory is filled with, and memory that was never written.
const FREED: u8 = 0xDD;
const FRESH: u8 = 0xCD;
/// A word of freed memory.
const FREED_WORD: u32 = 0xDDDD_DDDD;
const FRESH_WORD: u32 = 0xCDCD_CDCD;

/// The object is alive: its count is above zero, or that of an immortal object.
#[inline(always)]
pub fn live(op: &PyObject) {
    let n = op.raw_refcnt();
    if n as i32 <= 0 && n != IMMORTAL_REFCNT {
        not_live(op, n);
    }
}

/// The object is alive or dying, in any case not freed.
#[inline(always)]
pub fn not_freed(op: &PyObject) {
    let n = op.raw_refcnt();
    if (n as i32) < 0 && n != IMMORTAL_REFCNT {
        not_live(op, n);
    }
}

#[cold]
#[inline(never)]
fn not_live(op: &PyObject, n: u32) -> ! {
    let what = match n {
        0 => "a dead object is used",
        FREED_WORD => "use after free of an object",
        FRESH_WORD => "use of an object that was never made",
        _ => "a reference count that cannot be",
    };
    fail(what, op)
}

/// Ends the process: something is wrong with `op`.
#[cold]
#[inline(never)]
pub fn fail(what: &str, op: &PyObject) -> ! {
    let address = op.as_ptr();
    let n = op.raw_refcnt();
    let ty = op.raw_type();
    let name = if n == FREED_WORD {
        blocks::last_type(address.cast())
    } else if is_type(ty) {
        // SAFETY: it is a type.
        Some(unsafe { (*ty).name().to_string() })
    } else {
        None
    };
    let name = name.as_deref().unwrap_or("?");
    report(&format!("{what}: '{name}' object at {address:p}, count {:#x}, type at {ty:p}", n as i32))
}

/// Ends the process with a message and a native backtrace.
#[cold]
#[inline(never)]
pub fn report(message: &str) -> ! {
    static REPORTING: AtomicBool = AtomicBool::new(false);
    if !REPORTING.swap(true, Ordering::Relaxed) {
        crate::stderr_line!(
            "\nkrait: memory check: {message}\n{}",
            std::backtrace::Backtrace::force_capture()
        );
    }
    std::process::abort()
}

/// Whether a type pointer may be followed, as far as its looks tell, and leads to a type.
fn is_type(ty: *const PyType) -> bool {
    let word = ty.addr();
    if word < 4096 || !word.is_multiple_of(8) || word >> 47 != 0 {
        return false;
    }
    // SAFETY: an address of user memory that an object gave as its type's.
    unsafe {
        let head: &PyObject = &(*ty).ob_base;
        let n = head.raw_refcnt();
        let meta = head.raw_type();
        if (n as i32 <= 0 && n != IMMORTAL_REFCNT) || meta.addr() < 4096 || meta.addr() >> 47 != 0 {
            return false;
        }
        (*meta).tp_flags.get() & flags::TYPE_SUBCLASS != 0
    }
}

/// `op` is about to be deallocated: its type is one, and alive.
pub fn dying(op: &PyObject) {
    if op.raw_refcnt() != 0 {
        fail("an object is deallocated that has references", op);
    }
    if !is_type(op.raw_type()) {
        fail("a dying object's type is none", op);
    }
}

/// `op`'s memory is about to be freed: the collector does not know it any more. Remembers the type for a later report.
///
/// # Safety
/// `block` came from the block allocator; `collectable` tells whether `op` has a collector's head.
pub unsafe fn freeing(op: &PyObject, block: *mut u8, collectable: bool) {
    // SAFETY: by contract.
    unsafe {
        if collectable && !gc::head_of(op).next.get().is_null() {
            fail("an object is freed that the collector knows", op);
        }
        blocks::remember_type(block, if is_type(op.raw_type()) { (*op.raw_type()).name() } else { "?" });
    }
}
