//! The eval breaker: what the loop looks at when a thread, a signal or the collector wants its attention. Not here: the bits
//! themselves (`krait_runtime::state::breaker`).

use std::sync::{Mutex, PoisonError};

use core::sync::atomic::Ordering;

use krait_runtime::state::breaker;
use krait_runtime::{Py, PyResult};

use crate::objects::code::PyCode;

/// The bits that ask for attention; above them stands the version of the instrumentation.
pub const EVENTS: usize = 0xff;

/// Whether anything asks for attention.
#[inline(always)]
pub fn is_set(py: Py<'_>) -> bool {
    py.thread().eval_breaker.load(Ordering::Relaxed) & EVENTS != 0
}

/// Whether nothing does and the code has the instrumentation that is wanted now.
#[inline(always)]
pub fn matches_version(py: Py<'_>, code: &PyCode) -> bool {
    py.thread().eval_breaker.load(Ordering::Relaxed) == code._co_instrumentation_version.get()
}

type PendingCall = Box<dyn FnOnce(Py<'_>) -> PyResult<()> + Send>;

static PENDING: Mutex<Vec<PendingCall>> = Mutex::new(Vec::new());

/// Has the main thread run `call` soon (`Py_AddPendingCall`). Any thread may call this, with or without the GIL.
pub fn add_pending_call(call: PendingCall) {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    krait_runtime::signals::set_main_breaker(breaker::CALLS_TO_DO);
}

/// Attends to everything that asks for it.
#[cold]
#[inline(never)]
pub fn handle(py: Py<'_>) -> PyResult<()> {
    let ts = py.thread();
    let take = |bit: usize| ts.eval_breaker.fetch_and(!bit, Ordering::Relaxed) & bit != 0;
    py.check_signals()?;
    if py.is_main_thread() && take(breaker::CALLS_TO_DO) {
        let calls = core::mem::take(&mut *PENDING.lock().unwrap_or_else(PoisonError::into_inner));
        let mut calls = calls.into_iter();
        while let Some(call) = calls.next() {
            if let Err(raised) = call(py) {
                let mut queue = PENDING.lock().unwrap_or_else(PoisonError::into_inner);
                let later = core::mem::take(&mut *queue);
                queue.extend(calls);
                queue.extend(later);
                ts.set_breaker(breaker::CALLS_TO_DO);
                return Err(raised);
            }
        }
    }
    if take(breaker::MEMORY_LOW) && krait_runtime::spare::is_in_use() {
        return Err(py.no_memory());
    }
    if take(breaker::DEBUGGER_SCRIPT) {
        crate::remote_script::run(py);
    }
    if take(breaker::GC_SCHEDULED) {
        crate::elsewhere::run_scheduled_gc(py);
    }
    if ts.eval_breaker.load(Ordering::Relaxed) & breaker::GIL_DROP_REQUEST != 0 {
        crate::elsewhere::hand_over_gil(py);
    }
    if take(breaker::ASYNC_EXCEPTION)
        && let Some(class) = ts.async_exc.take()
        && let Some(class) = class.downcast::<krait_runtime::objects::PyType>()
    {
        return Err(py.raise_object(class, None));
    }
    Ok(())
}
