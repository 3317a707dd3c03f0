//! The chunked per-thread frame stack: where frames of running functions live. Growing, shrinking, one spare chunk against
//! thrashing at a chunk's edge. Not here: what stands in a frame (`frame.rs`).

use core::cell::Cell;

use std::alloc::{Layout, alloc, dealloc};

use krait_runtime::state::ThreadState;

use crate::dispatch::machine;
use crate::frame::{Frame, StackChunk};
use crate::stackref::StackRef;

/// Bytes of the first chunk; bigger ones follow when a frame needs more.
const CHUNK_BYTES: usize = 16 * 1024;
/// Slots of a chunk that its head takes.
const HEAD_SLOTS: usize = size_of::<StackChunk>() / size_of::<StackRef>();

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes, align_of::<StackChunk>()).ok()
}

/// Room for a frame of `slots` slots on the thread's stack; null when there is no memory.
///
/// # Safety
/// `ts` is this thread's state, with its machine in place.
#[inline(always)]
pub unsafe fn push(ts: &ThreadState, slots: usize) -> *mut Frame {
    let top: *mut StackRef = ts.datastack_top.get().cast();
    let limit: *mut StackRef = ts.datastack_limit.get().cast();
    // Both are null before the first frame.
    if (limit.addr() - top.addr()) / size_of::<StackRef>() > slots {
        ts.datastack_top.set(top.wrapping_add(slots).cast());
        return top.cast();
    }
    // SAFETY: by contract.
    unsafe { push_in_new_chunk(ts, slots) }
}

/// As [`push`], but null also when the present chunk is full.
///
/// # Safety
/// As [`push`].
#[inline(always)]
pub unsafe fn push_here(ts: &ThreadState, slots: usize) -> *mut Frame {
    let top: *mut StackRef = ts.datastack_top.get().cast();
    let limit: *mut StackRef = ts.datastack_limit.get().cast();
    if (limit.addr() - top.addr()) / size_of::<StackRef>() <= slots {
        return core::ptr::null_mut();
    }
    ts.datastack_top.set(top.wrapping_add(slots).cast());
    top.cast()
}

#[cold]
#[inline(never)]
unsafe fn push_in_new_chunk(ts: &ThreadState, slots: usize) -> *mut Frame {
    let mut bytes = CHUNK_BYTES;
    // Twice the frame leaves room for its callees.
    while bytes < (slots + HEAD_SLOTS) * size_of::<StackRef>() * 2 {
        bytes *= 2;
    }
    // SAFETY: the spare is a chunk of this thread; fresh memory is written before it is used.
    unsafe {
        let m = machine(ts);
        let mut chunk = m.spare_chunk;
        if !chunk.is_null() && (*chunk).size >= bytes {
            m.spare_chunk = core::ptr::null_mut();
        } else {
            let Some(layout) = layout(bytes) else { return core::ptr::null_mut() };
            chunk = alloc(layout).cast();
            if chunk.is_null() {
                return core::ptr::null_mut();
            }
            chunk.write(StackChunk {
                previous: Cell::new(core::ptr::null_mut()),
                size: bytes,
                top: Cell::new(core::ptr::null_mut()),
            });
        }
        let old: *mut StackChunk = ts.datastack_chunk.get().cast();
        if let Some(old) = old.as_ref() {
            old.top.set(ts.datastack_top.get().cast());
        }
        (*chunk).previous.set(old);
        ts.datastack_chunk.set(chunk.cast());
        let data: *mut StackRef = chunk.add(1).cast();
        ts.datastack_limit.set(chunk.cast::<u8>().add((*chunk).size).cast());
        ts.datastack_top.set(data.add(slots).cast());
        data.cast()
    }
}

/// Gives the room of the topmost frame back.
///
/// # Safety
/// `frame` is the topmost frame of the thread's stack, and cleared.
#[inline(always)]
pub unsafe fn pop(ts: &ThreadState, frame: *mut Frame) {
    let chunk: *mut StackChunk = ts.datastack_chunk.get().cast();
    if frame.cast::<StackChunk>() == chunk.wrapping_add(1) {
        // SAFETY: by contract.
        unsafe { pop_chunk(ts, chunk) };
    } else {
        ts.datastack_top.set(frame.cast());
    }
}

#[cold]
#[inline(never)]
unsafe fn pop_chunk(ts: &ThreadState, chunk: *mut StackChunk) {
    // SAFETY: the chunk is the thread's topmost one and has no frame left.
    unsafe {
        let previous = (*chunk).previous.get();
        ts.datastack_chunk.set(previous.cast());
        match previous.as_ref() {
            Some(p) => {
                ts.datastack_top.set(p.top.get().cast());
                ts.datastack_limit.set(previous.cast::<u8>().add(p.size).cast());
            }
            None => {
                ts.datastack_top.set(core::ptr::null_mut());
                ts.datastack_limit.set(core::ptr::null_mut());
            }
        }
        let m = machine(ts);
        let surplus = core::mem::replace(&mut m.spare_chunk, chunk);
        free(surplus);
    }
}

/// Frees a chunk (or nothing, for null).
///
/// # Safety
/// Nobody uses the chunk any more.
pub unsafe fn free(chunk: *mut StackChunk) {
    if chunk.is_null() {
        return;
    }
    // SAFETY: made by `push_in_new_chunk` with this size.
    unsafe {
        if let Some(layout) = layout((*chunk).size) {
            dealloc(chunk.cast(), layout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispatch::Machine;

    #[test]
    fn frames_cross_chunks() {
        let ts = ThreadState::new(core::ptr::null(), 1, 1000);
        crate::dispatch::ensure_machine(&ts);
        let mut frames = Vec::new();
        for i in 0..200 {
            // SAFETY: the state is private to this test.
            let f = unsafe { push(&ts, 100 + i) };
            assert!(!f.is_null());
            frames.push(f);
        }
        assert!(frames.windows(2).all(|w| w[0] != w[1]));
        for f in frames.into_iter().rev() {
            // SAFETY: popped in reverse order.
            unsafe { pop(&ts, f) };
        }
        assert!(ts.datastack_chunk.get().is_null());
        // SAFETY: one frame after another.
        unsafe {
            let big = push(&ts, 50_000);
            assert!(!big.is_null());
            pop(&ts, big);
        }
        let _: *mut Machine = ts.interp_data.get().cast();
    }
}
