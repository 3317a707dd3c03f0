//! Hooks of tracing and monitoring (`sys.settrace`, `sys.setprofile`, `sys.monitoring`) in the unwinder and at frames' starts.

use core::sync::atomic::Ordering;

use krait_runtime::{Py, PyResult};

use crate::eval_breaker::EVENTS;
use crate::frame::Frame;
use crate::objects::code::PyCode;

/// Whether the code's instrumentation is out of date.
#[inline(always)]
pub fn must_instrument(py: Py<'_>, code: &PyCode) -> bool {
    py.thread().eval_breaker.load(Ordering::Relaxed) & !EVENTS != code._co_instrumentation_version.get()
}

/// Brings the code's instrumentation up to date.
#[cold]
pub fn instrument(py: Py<'_>, code: &PyCode) -> PyResult<()> {
    code._co_instrumentation_version.set(py.thread().eval_breaker.load(Ordering::Relaxed) & !EVENTS);
    Ok(())
}

/// An exception was raised in `frame`.
#[inline]
pub fn raised(_py: Py<'_>, _frame: *mut Frame) {}

/// An exception leaves `frame`.
#[inline]
pub fn unwound(_py: Py<'_>, _frame: *mut Frame) {}

/// `frame` is about to handle an exception.
#[inline]
pub fn handled(_py: Py<'_>, _frame: *mut Frame) -> PyResult<()> {
    Ok(())
}

/// An exception is thrown into `frame`, a generator's.
#[inline]
pub fn thrown_into(_py: Py<'_>, _frame: *mut Frame) {}
