//! Module `_thread`. `excepthook.rs`: `_excepthook`; `lock.rs`: `lock` and `RLock`; `local.rs`: `_local`; `handle.rs`: `_ThreadHandle` and what starts threads.

mod excepthook;
mod handle;
mod local;
mod lock;

use core::sync::atomic::{AtomicUsize, Ordering};

use krait_macros::pymodule;

pub use handle::ThreadHandle;
pub use local::Local;
pub use lock::{Lock, RLock};

/// `_thread.stack_size`: bytes of native stack that new threads get; 0 for the system's default.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);

fn stack_size() -> usize {
    STACK_SIZE.load(Ordering::Relaxed)
}

/// The module.
#[pymodule(name = "_thread", types = [super::Lock, super::RLock, super::Local, super::ThreadHandle])]
pub mod thread {
    use std::sync::atomic::Ordering;

    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;
    use krait_runtime::thread as native;

    use super::{Lock, STACK_SIZE, ThreadHandle, excepthook, handle};

    /// CPython's least size, though ours would do with less.
    const MIN_STACK_SIZE: usize = 53248;

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

    #[pyfunction]
    fn daemon_threads_allowed(_py: Py<'_>) -> bool {
        true
    }

    #[pyfunction]
    fn _get_main_thread_ident(_py: Py<'_>) -> u64 {
        krait_runtime::signals::main_thread_ident()
    }

    #[pyfunction]
    fn _count(py: Py<'_>) -> usize {
        py.interp().thread_count.get()
    }

    fn check_not_finalizing(py: Py<'_>) -> PyResult<()> {
        if py.interp().finalizing.get() {
            bail!(py, PythonFinalizationError, "can't create new thread at interpreter shutdown");
        }
        Ok(())
    }

    #[pyfunction(name = "start_new_thread")]
    #[pyfunction(name = "start_new")]
    #[raw(fastcall)]
    fn start_new_thread(py: Py<'_>, args: Args<'_>) -> PyResult<u64> {
        let args = args.positional();
        check_positional(py, "start_new_thread", args.len() as isize, 2, 3)?;
        let [function, arguments, rest @ ..] = args else { return Ok(0) };
        if !function.is_callable() {
            bail!(py, TypeError, "first arg must be callable");
        }
        let Some(arguments) = arguments.downcast::<PyTuple>() else {
            bail!(py, TypeError, "2nd arg must be a tuple");
        };
        let kwargs = match rest.first().map(|k| k.downcast::<PyDict>()) {
            Some(None) => bail!(py, TypeError, "optional 3rd arg must be a dictionary"),
            Some(kwargs) => kwargs,
            None => None,
        };
        py.audit_with("_thread.start_new_thread", || {
            let kwargs = kwargs.map_or_else(|| py.none(), |k| k.to_ref());
            Ok([function.to_ref(), arguments.to_ref(), kwargs])
        })?;
        check_not_finalizing(py)?;
        let handle = ThreadHandle::not_started(py)?;
        let kwargs = kwargs.map(PyClass::new_ref);
        handle::start(py, &handle.shared(), function.to_ref(), arguments.new_ref(), kwargs, true)?;
        Ok(handle.ident())
    }

    #[pyfunction]
    #[sig("($module, /, function, handle=None, daemon=True)")]
    fn start_joinable_thread(
        py: Py<'_>,
        function: &PyObject,
        handle: Option<&PyObject>,
        #[default(true)] daemon: bool,
    ) -> PyResult<Ref<PyObject>> {
        if !function.is_callable() {
            bail!(py, TypeError, "thread function must be callable");
        }
        let given = handle.map_or_else(|| py.none(), PyObject::to_ref);
        let handle = match handle.filter(|h| !h.is_none()) {
            None => ThreadHandle::not_started(py)?,
            Some(handle) => match handle.downcast::<ThreadHandle>() {
                Some(handle) => handle.new_ref(),
                None => bail!(py, TypeError, "'handle' must be a _ThreadHandle"),
            },
        };
        py.audit_with("_thread.start_joinable_thread", || {
            Ok([function.to_ref(), i32::from(daemon).into_py(py)?, given])
        })?;
        check_not_finalizing(py)?;
        handle::start(py, &handle.shared(), function.to_ref(), PyTuple::empty(py)?, None, daemon)?;
        Ok(handle.upcast())
    }

    #[pyfunction]
    #[sig("($module, ident, /)")]
    fn _make_thread_handle(py: Py<'_>, ident: &PyObject) -> PyResult<Ref<ThreadHandle>> {
        let Some(ident) = ident.downcast::<PyInt>() else {
            bail!(py, TypeError, "ident must be an integer");
        };
        ThreadHandle::foreign(py, ident.as_u64_mask())
    }

    #[pyfunction]
    #[sig("($module, signum=signal.SIGINT, /)")]
    fn interrupt_main(py: Py<'_>, signum: Option<i32>) -> PyResult<()> {
        use krait_runtime::signals;
        let signum = signum.unwrap_or(2);
        if !(1..signals::COUNT).contains(&signum) {
            bail!(py, ValueError, "signal number out of range");
        }
        signals::simulate(signum);
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, args, /)")]
    fn _excepthook(py: Py<'_>, args: &PyObject) -> PyResult<()> {
        excepthook::excepthook(py, args)
    }

    #[pyfunction]
    fn _shutdown(py: Py<'_>) {
        handle::shutdown(py);
    }

    #[pyfunction]
    #[sig("($module, size=0, /)")]
    fn stack_size(py: Py<'_>, size: Option<isize>) -> PyResult<usize> {
        let old = super::stack_size();
        match size.map(usize::try_from) {
            None => {}
            Some(Ok(0)) => STACK_SIZE.store(0, Ordering::Relaxed),
            Some(Ok(size)) if size >= MIN_STACK_SIZE => STACK_SIZE.store(size, Ordering::Relaxed),
            Some(_) => bail!(py, ValueError, "size must be at least {MIN_STACK_SIZE} bytes"),
        }
        Ok(old)
    }

    #[pyfunction]
    #[sig("($module, /, name)")]
    fn set_name(py: Py<'_>, name: &PyStr) -> PyResult<()> {
        native::set_name(name.to_string_lossy().as_bytes()).map_err(|error| py.raise_errno(error))
    }

    #[pyfunction]
    fn _get_name(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = native::name().map_err(|error| py.raise_errno(error))?;
        PyStr::from_os_bytes(py, &name)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        krait_runtime::threads::run_in_forked_child(handle::after_fork);
        module.add(py, "_ExceptHookArgs", excepthook::HOOK_ARGS.ty(py)?)?;
        module.add(py, "error", types::RuntimeError())?;
        module.add(py, "LockType", Lock::type_object())
    }
}
