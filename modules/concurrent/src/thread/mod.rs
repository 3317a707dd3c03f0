//! Module `_thread`. `lock.rs`: `lock` and `RLock`; `local.rs`: `_local`.

mod local;
mod lock;

pub use local::Local;
pub use lock::{Lock, RLock};

/// The module.
#[pymodule(name = "_thread", types = [super::Lock, super::RLock, super::Local])]
pub mod thread {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;
    use krait_runtime::thread as native;

    use super::Lock;

    #[pyattr]
    const TIMEOUT_MAX: f64 = 9223372036.0;

    #[pyattr]
    const _NAME_MAXLEN: usize = native::NAME_MAX;

    #[pyfunction(name = "allocate_lock")]
    #[pyfunction(name = "allocate")]
    fn allocate_lock(py: Py<'_>) -> PyResult<Ref<Lock>> {
        Lock::new_unlocked(py)
    }

    #[pyfunction]
    fn get_ident(py: Py<'_>) -> u64 {
        py.thread().thread_id.get()
    }

    #[pyfunction]
    fn get_native_id(_py: Py<'_>) -> u64 {
        native::current_native_id()
    }

    #[pyfunction(name = "exit")]
    #[pyfunction(name = "exit_thread")]
    fn exit(py: Py<'_>) -> PyResult<()> {
        Err(raise!(py, SystemExit))
    }

    #[pyfunction]
    fn _is_main_interpreter(py: Py<'_>) -> bool {
        py.interp().id == 0
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "error", types::RuntimeError())?;
        module.add(py, "LockType", Lock::type_object())
    }
}

use krait_macros::pymodule;
