//! What the runtime itself does with signals: telling the main thread, running the handlers. Not here: module `_signal` (crate
//! `modules/os`), which knows the Python handlers.

use core::sync::atomic::{AtomicPtr, Ordering};
use std::sync::OnceLock;

use crate::error::PyResult;
use crate::py::Py;
use crate::state::{ThreadState, breaker};

/// Runs the Python handlers of the signals that have come in.
pub type Handler = fn(Py<'_>) -> PyResult<()>;

static HANDLER: OnceLock<Handler> = OnceLock::new();
/// The thread that runs signal handlers; null before start-up.
static MAIN_THREAD: AtomicPtr<ThreadState> = AtomicPtr::new(core::ptr::null_mut());

/// Says what runs the Python handlers; module `_signal` does, once.
pub fn set_handler(handler: Handler) {
    let _ = HANDLER.set(handler);
}

/// Says which thread runs them. Its state lives to the end of the process.
pub fn set_main_thread(state: &'static ThreadState) {
    MAIN_THREAD.store(core::ptr::from_ref(state).cast_mut(), Ordering::Release);
}

/// Identity of the main thread, 0 before start-up.
pub fn main_thread_ident() -> u64 {
    // SAFETY: null, or a state that lives to the end of the process.
    unsafe { MAIN_THREAD.load(Ordering::Acquire).as_ref() }.map_or(0, |main| main.thread_id.get())
}

/// Makes the main thread look for signals that have come in. May be called in a native signal handler.
pub fn notify_main_thread() {
    set_main_breaker(breaker::SIGNALS_PENDING);
}

/// Sets a bit of the main thread's eval breaker, from any thread.
pub fn set_main_breaker(bit: usize) {
    // SAFETY: null, or a state that lives to the end of the process; the word is atomic.
    if let Some(main) = unsafe { MAIN_THREAD.load(Ordering::Acquire).as_ref() } {
        main.set_breaker(bit);
    }
}

impl Py<'_> {
    /// Whether this is the thread that runs signal handlers.
    #[inline]
    pub fn is_main_thread(self) -> bool {
        core::ptr::eq(MAIN_THREAD.load(Ordering::Relaxed), self.thread())
    }

    /// Runs the handlers of signals that have come in, when this is the main thread (`PyErr_CheckSignals`). Blocking calls that
    /// end with `EINTR` call this and then go on.
    #[inline]
    pub fn check_signals(self) -> PyResult<()> {
        let pending = self.thread().eval_breaker.load(Ordering::Relaxed) & breaker::SIGNALS_PENDING != 0;
        if pending { self.run_signal_handlers() } else { Ok(()) }
    }

    #[cold]
    fn run_signal_handlers(self) -> PyResult<()> {
        let ts = self.thread();
        ts.eval_breaker.fetch_and(!breaker::SIGNALS_PENDING, Ordering::Relaxed);
        let (true, Some(handler)) = (self.is_main_thread(), HANDLER.get()) else { return Ok(()) };
        // Others may be waiting behind one that raises.
        handler(self).inspect_err(|_| ts.set_breaker(breaker::SIGNALS_PENDING))
    }
}

/// Ends the process by SIGINT with its default action, as an unhandled `KeyboardInterrupt` does.
pub fn die_of_interrupt() {
    // SAFETY: restores the default action and raises the signal on this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}
