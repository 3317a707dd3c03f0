//! Locals, constants, and stack shuffling.
#![allow(non_snake_case)]

use crate::dispatch::{Cx, Step};
use crate::frame::Frame;
use crate::stackref::StackRef;

impl Cx<'_> {
    /// Pushes.
    ///
    /// # Safety
    /// The stack has room: the code's `co_stacksize` covers it.
    #[inline(always)]
    pub unsafe fn push(&mut self, value: StackRef) {
        // SAFETY: by contract.
        unsafe {
            *self.sp = value;
            self.sp = self.sp.add(1);
        }
    }

    /// Pops.
    ///
    /// # Safety
    /// The stack is not empty.
    #[inline(always)]
    pub unsafe fn pop(&mut self) -> StackRef {
        // SAFETY: by contract.
        unsafe {
            self.sp = self.sp.sub(1);
            *self.sp
        }
    }

    /// The value `depth` slots below the top (1 is the top).
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn peek(&self, depth: usize) -> StackRef {
        // SAFETY: by contract.
        unsafe { *self.sp.sub(depth) }
    }

    /// The local in slot `i`.
    ///
    /// # Safety
    /// `i` is below the code's number of slots.
    #[inline(always)]
    pub unsafe fn local(&self, i: u32) -> *mut StackRef {
        // SAFETY: by contract.
        unsafe { Frame::local(self.frame, i as usize) }
    }
}

/// Push a local known to be bound.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = (*cx.local(oparg)).dup();
        cx.push(value);
    }
    Step::Next
}

/// Push a local that outlives its use on the stack: no count.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_BORROW(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = (*cx.local(oparg)).borrow();
        cx.push(value);
    }
    Step::Next
}
