//! A runtime for unit tests: an interpreter with the built-in types and nothing else, one for each test thread.

use crate::py::Py;
use crate::state::{Config, InterpreterState, ThreadState};

static ONE_AT_A_TIME: std::sync::Mutex<bool> = std::sync::Mutex::new(false);

/// Runs `test` with the types ready. Tests wait for each other: static types are shared by the process.
pub fn with_runtime<R>(test: impl FnOnce(Py<'_>) -> R) -> R {
    let mut started = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    static INTERPRETER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    let interp = *INTERPRETER.get_or_init(|| {
        let interp: &InterpreterState = Box::leak(Box::new(InterpreterState::new(0, Config::default())));
        core::ptr::from_ref(interp).expose_provenance()
    });
    let state: &'static ThreadState =
        Box::leak(ThreadState::new(core::ptr::with_exposed_provenance(interp), 1, 1000));
    // SAFETY: both are leaked; the lock stands in for the GIL.
    let py = unsafe { Py::attach(state) };
    py.init_stack_bounds();
    py.interp().gil.take(state);
    if !*started {
        assert!(crate::objects::init(py).is_ok(), "the built-in types could not be readied");
        *started = true;
    }
    let result = test(py);
    py.interp().gil.release_for_good(state);
    Py::clear_current();
    result
}
