//! Starting, resuming and leaving frames.

use krait_bytecode::Opcode;
use krait_runtime::{Py, raise};

use super::access::{attempt, guard};
use crate::dispatch::{Cx, Step};
use crate::eval_breaker;
use crate::frame::{CodeUnit, Frame, Owner};
use crate::frame_stack;
use crate::stackref::StackRef;
use crate::tracing;
use crate::unwind;

/// Goes on in `frame`, a caller: `units` past the instruction it stands at, with `value` on its stack.
#[inline(always)]
pub(super) unsafe fn go_on(cx: &mut Cx<'_>, frame: *mut Frame, units: usize, value: StackRef) -> Step {
    // SAFETY: a frame with a callee has up-to-date pointers.
    unsafe {
        cx.frame = frame;
        cx.ip = (*frame).instr_ptr.add(units);
        cx.sp = (*frame).stackpointer;
        cx.push(value);
    }
    Step::Jump
}

/// Enters `frame`, which was made for a callee of the present one.
#[inline(always)]
pub(super) unsafe fn enter(cx: &mut Cx<'_>, frame: *mut Frame) -> Step {
    // SAFETY: by contract the frame is fresh (or a suspended generator's) and `previous` is the present one.
    unsafe {
        (*cx.frame).stackpointer = cx.sp;
        cx.py.thread().current_frame.set(frame.cast());
        cx.frame = frame;
        cx.ip = (*frame).instr_ptr;
        cx.sp = (*frame).stackpointer;
        if unwind::enter_level(cx.py) { Step::Jump } else { Step::Refused }
    }
}

instructions! {
    /// Start or resumption of a frame; polls the eval breaker.
    fn RESUME(cx, oparg) {
        if tracing::must_instrument(cx.py, cx.code()) {
            tracing::instrument(cx.py, cx.code());
            return Step::Again;
        }
        let this = cx.this();
        if cx.py.thread().tracing.get() == 0 && (*this).op == Opcode::RESUME as u8 {
            (*this).op = Opcode::RESUME_CHECK as u8;
        }
        if oparg & krait_bytecode::operands::resume::LOCATION_MASK < krait_bytecode::operands::resume::AFTER_YIELD_FROM
            && eval_breaker::is_set(cx.py)
        {
            attempt!(eval_breaker::handle(cx.py));
        }
        Step::Next
    }

    /// `RESUME` when nothing asks for attention.
    fn RESUME_CHECK(cx, _) {
        guard!(eval_breaker::matches_version(cx.py, cx.code()));
        Step::Next
    }

    /// Return the value to the calling frame.
    fn RETURN_VALUE(cx, _) {
        let value = cx.pop().make_owned();
        let dying = cx.frame;
        let ts = cx.py.thread();
        if (*dying).owner != Owner::Thread || !(*dying).frame_obj.is_null() || !(*dying).f_locals.is_null() {
            (*dying).stackpointer = cx.sp;
            // Whoever holds the frame object sees where it returned.
            (*dying).instr_ptr = cx.this();
            return Step::Return(value);
        }
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*dying).previous;
        ts.current_frame.set(caller.cast());
        let first = Frame::localsplus(dying);
        let mut sp = cx.sp;
        while sp > first {
            sp = sp.sub(1);
            let dead = (*sp).give_up();
            if !dead.is_null() {
                return Step::ReturnDead(value, sp, dead);
            }
        }
        let dead = (*dying).f_funcobj.give_up();
        if !dead.is_null() {
            return Step::ReturnDead(value, (&raw mut (*dying).f_funcobj).cast(), dead);
        }
        let dead = (*dying).f_executable.give_up();
        if !dead.is_null() {
            return Step::ReturnDead(value, (&raw mut (*dying).f_executable).cast(), dead);
        }
        frame_stack::pop(ts, dying);
        let units = (*caller).return_offset as usize;
        go_on(cx, caller, units, value)
    }

    /// Leave the evaluation loop with the value.
    fn INTERPRETER_EXIT(cx, _) {
        let value = cx.pop();
        cx.py.thread().current_frame.set((*cx.frame).previous.cast());
        Step::Exit(value)
    }

    /// `__init__` must have returned None.
    fn EXIT_INIT_CHECK(cx, _) {
        let value = cx.pop();
        if !value.is(krait_runtime::objects::PyNone::get()) {
            let _ = raise!(cx.py, TypeError, "__init__() should return None, not '{}'", value.get().ty().name());
            value.close();
            return Step::Error;
        }
        Step::Next
    }

    /// An inline-cache entry; never executed.
    fn CACHE(cx, _) {
        unexpected(cx.py, cx.this());
        Step::Error
    }

    /// Kept free for the interpreter's own use; never emitted.
    fn RESERVED(cx, _) {
        unexpected(cx.py, cx.this());
        Step::Error
    }

    /// Handled where handlers are made.
    fn EXTENDED_ARG(cx, _) {
        unexpected(cx.py, cx.this());
        Step::Error
    }

    /// Compiled code stands behind no instruction yet.
    fn ENTER_EXECUTOR(cx, _) {
        unexpected(cx.py, cx.this());
        Step::Error
    }
}

#[cold]
#[inline(never)]
fn unexpected(py: Py<'_>, this: *const CodeUnit) {
    // SAFETY: `this` is the instruction being executed.
    let _ = raise!(py, SystemError, "unknown opcode {}", unsafe { (*this).op });
}
