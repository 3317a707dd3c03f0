//! Unwinding: from a raised exception to its handler, through frames.

use krait_runtime::Py;

use crate::dispatch::Signal;

/// Finds the handler of the exception that is set, leaving frames that have none; then the machine stands at the handler.
///
/// # Safety
/// The thread's machine stands where the exception was raised.
pub unsafe fn unwind(_py: Py<'_>) -> Signal {
    Signal::ExitError
}
