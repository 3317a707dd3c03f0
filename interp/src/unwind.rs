//! Unwinding: from a raised exception to its handler, through frames; leaving frames. Not here: the exception table's format
//! (`exception_table.rs`), traceback objects (`objects/traceback.rs`).

use krait_runtime::objects::PyInt;
use krait_runtime::objects::exceptions::types;
use krait_runtime::{Py, PyObject, raise};

use crate::dispatch::{Signal, machine};
use crate::exception_table;
use crate::frame::{CodeUnit, Frame, Owner};
use crate::frame_stack;
use crate::objects::generator::{PyGen, frame_state};
use crate::objects::traceback;
use crate::stackref::StackRef;
use crate::tracing;

/// Finds the handler of the exception that is set, leaving frames that have none; then the machine stands at the handler.
///
/// # Safety
/// The thread's machine stands where the exception was raised.
pub unsafe fn unwind(py: Py<'_>, signal: Signal) -> Signal {
    let ts = py.thread();
    // SAFETY: by contract.
    let (mut frame, mut sp, ip) = unsafe {
        let m = machine(ts);
        (m.frame, m.sp, m.ip)
    };
    let top = frame;
    let mut reraised = signal == Signal::Reraise;
    let mut first = signal != Signal::Thrown;
    // SAFETY: frames of the chain are live; the stack pointer is up to date for the frame being unwound.
    unsafe {
        loop {
            if (*frame).owner == Owner::Interpreter {
                // This run's entry frame: its caller handles the exception.
                ts.current_frame.set((*frame).previous.cast());
                return Signal::ExitError;
            }
            if !py.has_error() {
                let _ = raise!(py, SystemError, "error return without exception set");
            }
            if !reraised && !Frame::is_incomplete(frame) {
                traceback::add(py, frame);
                (*frame).stackpointer = sp;
                if tracing::watches_exceptions(py) {
                    tracing::raised(py, frame, last_unit(frame, first));
                }
            } else if reraised {
                (*frame).stackpointer = sp;
                tracing::reraised(py, frame, ip.sub(1));
            }
            // Raising again may have set `instr_ptr` to where the exception first came from; the handler is the instruction's own.
            // A suspended frame stands behind its `YIELD_VALUE`, whose handler (`CLEANUP_THROW`) sees what is thrown in.
            let thrown = signal == Signal::Thrown && !first && core::ptr::eq(frame, top);
            let at = match (reraised, thrown) {
                (true, _) => ip.sub(1),
                (_, true) => (*frame).instr_ptr.sub(1),
                _ => (*frame).instr_ptr,
            };
            match handle(py, frame, sp, at) {
                Some((sp, ip)) => {
                    let m = machine(ts);
                    (m.frame, m.ip, m.sp) = (frame, ip, sp);
                    return Signal::Continue;
                }
                None => {
                    let base = Frame::stack_base(frame);
                    while sp > base {
                        sp = sp.sub(1);
                        core::mem::replace(&mut *sp, StackRef::NULL).close();
                    }
                    (*frame).stackpointer = sp;
                    if tracing::watches_exceptions(py) {
                        let at = if reraised { ip.sub(1).cast_const() } else { last_unit(frame, first) };
                        tracing::unwound(py, frame, at);
                    }
                    first = false;
                    frame = leave(py, frame);
                    sp = (*frame).stackpointer;
                    reraised = false;
                }
            }
        }
    }
}

/// Where events about an exception are said to happen: at the last unit of the instruction that raised it; in a caller, before the
/// call.
unsafe fn last_unit(frame: *mut Frame, raising: bool) -> *const CodeUnit {
    // SAFETY: by `unwind`: the frame is live and stands at an instruction.
    unsafe {
        let ip = (*frame).instr_ptr;
        if !raising {
            return ip.sub(1);
        }
        let code = Frame::code(frame);
        let at = ip.offset_from(code.first_unit()) as usize;
        let op = crate::monitoring::instrument::base_opcode(code, at);
        ip.add(krait_bytecode::opcode::CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0) as usize)
    }
}

/// Goes to the frame's handler of the instruction at `at`, if it has one: cuts the stack, pushes offset and
/// exception, and gives the new stack pointer and the handler's first instruction.
unsafe fn handle(
    py: Py<'_>,
    frame: *mut Frame,
    mut sp: *mut StackRef,
    at: *mut CodeUnit,
) -> Option<(*mut StackRef, *mut CodeUnit)> {
    // SAFETY: called by `unwind` with a live frame; tables are checked against the code's bounds.
    unsafe {
        loop {
            let code = Frame::code(frame);
            let offset = at.offset_from(code.first_instr());
            let handler = exception_table::find(code.exceptiontable(), usize::try_from(offset).ok()?)?;
            let floor = Frame::stack_base(frame).add(handler.depth);
            while sp > floor {
                sp = sp.sub(1);
                core::mem::replace(&mut *sp, StackRef::NULL).close();
            }
            if handler.lasti {
                match PyInt::new(py, Frame::lasti(frame) as i64) {
                    Ok(n) => {
                        *sp = StackRef::owned(n.upcast());
                        sp = sp.add(1);
                    }
                    // Out of memory: that exception is looked up instead, from the same instruction.
                    Err(_) => continue,
                }
            }
            let exc = py.take_error()?;
            *sp = StackRef::owned(exc);
            let target = code.first_instr().add(handler.target);
            (*frame).stackpointer = sp.add(1);
            return match tracing::handled(py, frame, target) {
                Ok(()) => Some((sp.add(1), target)),
                Err(_) => {
                    (*sp).close();
                    *sp = StackRef::NULL;
                    continue;
                }
            };
        }
    }
}

/// Leaves a frame: it is taken out of the chain, cleared and its memory given back. Gives the frame to go on in, with
/// `return_offset` 0.
///
/// # Safety
/// `frame` is the running frame, entered (its recursion level is counted), with an up-to-date stack pointer.
pub unsafe fn leave(py: Py<'_>, frame: *mut Frame) -> *mut Frame {
    // SAFETY: by contract.
    unsafe {
        let caller = leave_keeping_offset(py, frame);
        (*caller).return_offset = 0;
        caller
    }
}

/// As [`leave`]; `return_offset` stays.
///
/// # Safety
/// As [`leave`].
pub unsafe fn leave_keeping_offset(py: Py<'_>, frame: *mut Frame) -> *mut Frame {
    let ts = py.thread();
    // SAFETY: by contract.
    unsafe {
        ts.py_recursion_remaining.set(ts.py_recursion_remaining.get() + 1);
        let caller = (*frame).previous;
        ts.current_frame.set(caller.cast());
        clear_and_pop(py, frame);
        caller
    }
}

/// Clears a frame that has left the chain and gives its memory back. The exception that is set, if any, stays.
///
/// # Safety
/// `frame` is live, its stack pointer up to date, and the topmost of the frame stack (unless a generator holds it).
#[inline]
pub unsafe fn clear_and_pop(py: Py<'_>, frame: *mut Frame) {
    // SAFETY: by contract.
    unsafe {
        if (*frame).owner == Owner::Thread {
            clear_thread_frame(py, frame);
        } else {
            clear_generator_frame(py, frame);
        }
    }
}

/// As [`clear_and_pop`], for a frame on the thread's stack.
///
/// # Safety
/// As [`clear_and_pop`].
#[inline(always)]
pub unsafe fn clear_thread_frame(py: Py<'_>, frame: *mut Frame) {
    // SAFETY: by contract.
    unsafe {
        if (*frame).frame_obj.is_null() {
            Frame::clear_locals(frame);
            core::mem::replace(&mut (*frame).f_funcobj, StackRef::NULL).close();
        } else {
            Frame::clear_except_code(py, frame);
        }
        core::mem::replace(&mut (*frame).f_executable, StackRef::NULL).close();
        frame_stack::pop(py.thread(), frame);
    }
}

/// As [`clear_and_pop`], for a frame inside a generator: the generator is finished.
///
/// # Safety
/// As [`clear_and_pop`].
#[inline(never)]
pub unsafe fn clear_generator_frame(py: Py<'_>, frame: *mut Frame) {
    // SAFETY: by contract.
    unsafe {
        let generator = PyGen::of_frame(frame);
        generator.gi_frame_state.set(frame_state::CLEARED);
        let item = &generator.gi_exc_state;
        py.thread().exc_info.set(item.previous.get());
        item.previous.set(core::ptr::null());
        Frame::clear_except_code(py, frame);
        drop(item.exc_value.take());
        (*frame).previous = core::ptr::null_mut();
    }
}

/// Enters one more level of Python calls; `RecursionError` when the limit is reached. The level counts in either case.
#[inline(always)]
pub fn enter_level(py: Py<'_>) -> bool {
    let ts = py.thread();
    let remaining = ts.py_recursion_remaining.get();
    ts.py_recursion_remaining.set(remaining - 1);
    remaining > 0 || level_in_reserve(py)
}

#[cold]
#[inline(never)]
fn level_in_reserve(py: Py<'_>) -> bool {
    let ts = py.thread();
    if ts.recursion_headroom.get() > 0 {
        // The error is being made: a few more levels are allowed.
        return ts.py_recursion_remaining.get() > -50;
    }
    ts.recursion_headroom.set(1);
    let _ = py.raise(types::RecursionError(), format_args!("maximum recursion depth exceeded"));
    ts.recursion_headroom.set(0);
    false
}

/// Moves on after a Rust panic somewhere below the loop: the machine's stack pointer is stale, so what stands above the handler's
/// depth is not released but forgotten.
///
/// # Safety
/// The loop has just been left by a panic on this thread; `SystemError` is set. `entry` is the run's entry frame.
pub unsafe fn after_panic(py: Py<'_>, entry: *mut Frame) -> Signal {
    let ts = py.thread();
    // SAFETY: by contract. The chain from the current frame leads to the run's entry frame, as nested runs have unwound already.
    unsafe {
        let frame: *mut Frame = ts.current_frame.get().cast();
        if core::ptr::eq(frame, entry) || frame.is_null() {
            ts.current_frame.set((*entry).previous.cast());
            return Signal::ExitError;
        }
        let offset = usize::try_from(Frame::lasti(frame)).unwrap_or(0);
        let depth = exception_table::find(Frame::code(frame).exceptiontable(), offset).map_or(0, |h| h.depth);
        let m = machine(ts);
        m.frame = frame;
        m.sp = Frame::stack_base(frame).add(depth);
        unwind(py, Signal::Error)
    }
}

/// Releases an object pointer that may be null.
///
/// # Safety
/// `p` is null or an owned reference.
#[inline(always)]
pub unsafe fn release(p: *mut PyObject) {
    if !p.is_null() {
        // SAFETY: by contract.
        unsafe { PyObject::decref(p) }
    }
}
