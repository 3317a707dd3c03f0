//! Where the unwinder and frames' starts meet monitoring (`monitoring/`). Each hook is a look at a byte when nobody watches.

use core::sync::atomic::Ordering;

use krait_runtime::monitoring::event;
use krait_runtime::objects::exceptions::types;
use krait_runtime::{Py, PyResult, Raised};

use crate::eval_breaker::EVENTS;
use crate::frame::{CodeUnit, Frame};
use crate::monitoring::fire::{Arguments, fire, fire_exception};
use crate::monitoring::{instrument as probes, state};
use crate::objects::code::PyCode;

/// Whether the code's instrumentation is out of date and may be brought up to date now.
#[inline(always)]
pub fn must_instrument(py: Py<'_>, code: &PyCode) -> bool {
    let ts = py.thread();
    ts.eval_breaker.load(Ordering::Relaxed) & !EVENTS != code._co_instrumentation_version.get()
        && ts.tracing.get() == 0
}

/// Brings the code's instrumentation up to date.
#[cold]
#[inline(never)]
pub fn instrument(py: Py<'_>, code: &PyCode) {
    probes::update(py, code);
}

/// Whether anybody wants to know of exceptions that are raised, raised again or leave a frame.
#[inline]
pub fn watches_exceptions(py: Py<'_>) -> bool {
    let state = state(py);
    [event::RAISE, event::RERAISE, event::PY_UNWIND].iter().any(|&number| state.watchers(number) != 0)
}

/// Fires an event about the exception that is set. A callback may replace it.
///
/// # Safety
/// `frame` is live, its stack pointer up to date.
#[inline]
unsafe fn about_exception(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit, number: usize) {
    // SAFETY: by contract.
    unsafe {
        if state(py).watchers(number) != 0 && !Frame::is_incomplete(frame) {
            let _ = fire_exception(py, frame, instr, number);
        }
    }
}

/// Whether anybody wants to know of exceptions that are raised.
#[inline]
pub fn watches_raised(py: Py<'_>) -> bool {
    state(py).watchers(event::RAISE) != 0
}

/// An exception was raised in `frame`.
///
/// # Safety
/// `frame` is live, its stack pointer up to date.
#[inline]
pub unsafe fn raised(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) {
    // SAFETY: by contract.
    unsafe { about_exception(py, frame, instr, event::RAISE) }
}

/// The exception that is set ended a loop or a delegation in `frame` if it is a `StopIteration`: that is an event, and it is over.
///
/// # Safety
/// As [`raised`].
#[cold]
#[inline(never)]
pub unsafe fn ended_by_exception(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) -> PyResult<()> {
    if !py.error_matches(types::StopIteration()) {
        return Err(Raised::already(py));
    }
    // SAFETY: by contract.
    unsafe { raised(py, frame, instr) };
    drop(py.take_error());
    Ok(())
}

/// An exception was raised again by the instruction at `instr`.
///
/// # Safety
/// As [`raised`].
#[inline]
pub unsafe fn reraised(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) {
    // SAFETY: by contract.
    unsafe { about_exception(py, frame, instr, event::RERAISE) }
}

/// An exception leaves `frame`.
///
/// # Safety
/// As [`raised`].
#[inline]
pub unsafe fn unwound(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) {
    // SAFETY: by contract.
    unsafe { about_exception(py, frame, instr, event::PY_UNWIND) }
}

/// `frame` is about to handle the exception on top of its stack, at `instr`.
///
/// # Safety
/// As [`raised`].
#[inline]
pub unsafe fn handled(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) -> PyResult<()> {
    // SAFETY: by contract.
    unsafe {
        if state(py).watchers(event::EXCEPTION_HANDLED) == 0 {
            return Ok(());
        }
        let exc = (*(*frame).stackpointer.sub(1)).get().to_ref();
        fire(py, frame, instr, event::EXCEPTION_HANDLED, Arguments::One(&exc))
    }
}

/// An exception is thrown into `frame`, a generator's.
///
/// # Safety
/// As [`raised`].
#[inline]
pub unsafe fn thrown_into(py: Py<'_>, frame: *mut Frame) {
    // SAFETY: by contract.
    unsafe {
        if must_instrument(py, Frame::code(frame)) {
            instrument(py, Frame::code(frame));
        }
        about_exception(py, frame, (*frame).instr_ptr, event::PY_THROW);
    }
}
