//! `_thread._ThreadHandle`: a started thread, to be waited for. The facts about the thread stand outside of the object, since the
//! thread itself refers to them and may end without touching Python objects.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;

use krait_runtime::prelude::*;
use krait_runtime::sync::{Event, RawLock, Timeout};
use krait_runtime::time::{Rounding, nanos_from_seconds};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    NotStarted,
    Starting,
    Running,
    Done,
}

struct State {
    stage: Stage,
    ident: u64,
    /// Taken by the one who waits for the native thread's end.
    native: Option<JoinHandle<()>>,
}

/// What the handle, the starter and the thread itself share.
pub(super) struct Shared {
    /// Only locked under the GIL, and never while waiting.
    state: Mutex<State>,
    /// The thread has no state and no GIL any more, or never will have.
    exiting: Event,
    joining: RawLock,
}

/// All that live, for the child of a fork.
static ALL: Mutex<Vec<Weak<Shared>>> = Mutex::new(Vec::new());
/// Those that `_shutdown` waits for.
static AWAITED: Mutex<Vec<Arc<Shared>>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn new(stage: Stage, ident: u64) -> Arc<Shared> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State { stage, ident, native: None }),
            exiting: Event::new(),
            joining: RawLock::new(),
        });
        let mut all = lock(&ALL);
        if all.len() == all.capacity() {
            all.retain(|other| other.strong_count() != 0);
        }
        all.push(Arc::downgrade(&shared));
        shared
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn join(&self, py: Py<'_>, timeout: Timeout) -> PyResult<()> {
        let (stage, ident) = {
            let state = self.state();
            (state.stage, state.ident)
        };
        if matches!(stage, Stage::NotStarted | Stage::Starting) {
            bail!(py, RuntimeError, "thread not started");
        }
        if !self.exiting.is_set() {
            if ident == py.thread().thread_id.get() {
                bail!(py, RuntimeError, "Cannot join current thread");
            }
            if py.interp().finalizing.get() {
                bail!(py, PythonFinalizationError, "cannot join thread at interpreter shutdown");
            }
        }
        if !self.exiting.wait(py, timeout)? {
            return Ok(());
        }
        self.joining.lock_uninterrupted(py);
        let native = self.state().native.take();
        if let Some(native) = native {
            // A panic of the thread has been reported already.
            let _ = py.detach(|| native.join());
        }
        self.state().stage = Stage::Done;
        self.joining.unlock();
        Ok(())
    }

    fn stop_awaiting(&self) {
        lock(&AWAITED).retain(|other| !core::ptr::eq(&**other, self));
    }
}

/// Starts a thread that calls `function`.
pub(super) fn start(
    py: Py<'_>,
    shared: &Arc<Shared>,
    function: Ref<PyObject>,
    args: Ref<PyTuple>,
    kwargs: Option<Ref<PyDict>>,
    daemon: bool,
) -> PyResult<()> {
    {
        let mut state = shared.state();
        if state.stage != Stage::NotStarted {
            drop(state);
            bail!(py, RuntimeError, "thread already started");
        }
        state.stage = Stage::Starting;
    }
    if !daemon {
        lock(&AWAITED).push(Arc::clone(shared));
    }
    let of_thread = Arc::clone(shared);
    let body = move |py: Py<'_>| {
        let count = &py.interp().thread_count;
        count.set(count.get() + 1);
        run(py, function, args, kwargs);
        // Nobody needs to wait at the end of the process for what follows.
        of_thread.stop_awaiting();
        count.set(count.get().saturating_sub(1));
    };
    let at_end = {
        let shared = Arc::clone(shared);
        move || shared.exiting.set()
    };
    // The new thread needs the GIL before it does anything, so it finds its handle complete.
    match py.spawn(super::stack_size(), body, at_end) {
        Ok(native) => {
            let mut state = shared.state();
            state.ident = krait_runtime::thread::ident_of(&native);
            state.native = Some(native);
            state.stage = Stage::Running;
            Ok(())
        }
        Err(_) => {
            shared.stop_awaiting();
            shared.state().stage = Stage::NotStarted;
            Err(raise!(py, RuntimeError, "can't start new thread"))
        }
    }
}

fn run(py: Py<'_>, function: Ref<PyObject>, args: Ref<PyTuple>, kwargs: Option<Ref<PyDict>>) {
    let Err(raised) = function.call_dict(py, &args, kwargs.as_deref()) else { return };
    if py.error_matches(krait_runtime::objects::exceptions::types::SystemExit()) {
        return py.clear_error(raised);
    }
    let exc = py.fetch(raised);
    let message = match function.repr(py) {
        Ok(shown) => format!("Exception ignored in thread started by {shown}"),
        Err(raised) => {
            py.clear_error(raised);
            "Exception ignored in thread started by".to_owned()
        }
    };
    let raised = py.restore(exc);
    py.report_unraisable(raised, Some(&message), None);
}

/// Waits for all threads that are no daemons, but for this one.
pub(super) fn shutdown(py: Py<'_>) {
    loop {
        let me = py.thread().thread_id.get();
        let next = lock(&AWAITED).iter().find(|shared| shared.state().ident != me).map(Arc::clone);
        let Some(next) = next else { return };
        match next.join(py, Timeout::Never) {
            Ok(()) => next.stop_awaiting(),
            Err(raised) => {
                let message = "Exception ignored while joining a thread in _thread._shutdown()";
                py.report_unraisable(raised, Some(message), None);
                return;
            }
        }
    }
}

/// In the child of a fork: the other threads have ended.
pub(super) fn after_fork(py: Py<'_>) {
    let me = py.thread().thread_id.get();
    let all: Vec<_> = lock(&ALL).iter().filter_map(Weak::upgrade).collect();
    for shared in all {
        let mut state = shared.state();
        if state.ident == me && state.stage == Stage::Running {
            // It is the main thread now, and has nothing to be joined.
            if let Some(native) = state.native.take() {
                core::mem::forget(native);
            }
            continue;
        }
        if matches!(state.stage, Stage::Running | Stage::Starting) {
            state.stage = Stage::Done;
            if let Some(native) = state.native.take() {
                core::mem::forget(native);
            }
            drop(state);
            shared.joining.reset();
            shared.exiting.set();
        }
    }
    lock(&AWAITED).clear();
}

/// `_thread._ThreadHandle`.
#[pyclass(module = "_thread", name = "_ThreadHandle", gc, heap, immutable)]
#[repr(C)]
pub struct ThreadHandle {
    base: PyObject,
    #[no_traverse]
    shared: Arc<Shared>,
}

impl ThreadHandle {
    pub(super) fn not_started(py: Py<'_>) -> PyResult<Ref<ThreadHandle>> {
        ThreadHandle { base: PyObject::HEADER, shared: Shared::new(Stage::NotStarted, 0) }.alloc_exact(py)
    }

    /// For a thread that something else started.
    pub(super) fn foreign(py: Py<'_>, ident: u64) -> PyResult<Ref<ThreadHandle>> {
        ThreadHandle { base: PyObject::HEADER, shared: Shared::new(Stage::Running, ident) }.alloc_exact(py)
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }
}

#[pymethods]
impl ThreadHandle {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        _cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        ThreadHandle::not_started(py).map(Ref::upcast)
    }

    #[pymethod]
    #[sig("($self, timeout=None, /)")]
    fn join(&self, py: Py<'_>, timeout: Option<&PyObject>) -> PyResult<()> {
        let timeout = match timeout.filter(|t| !t.is_none()) {
            None => Timeout::Never,
            Some(timeout) => match u64::try_from(nanos_from_seconds(py, timeout, Rounding::Up)?) {
                Ok(nanos) => Timeout::after_nanos(nanos),
                Err(_) => Timeout::Never,
            },
        };
        let shared = self.shared();
        shared.join(py, timeout)
    }

    #[pymethod]
    fn is_done(&self) -> bool {
        self.shared.exiting.is_set()
    }

    #[pymethod]
    fn _set_done(&self, py: Py<'_>) -> PyResult<()> {
        let mut state = self.shared.state();
        if matches!(state.stage, Stage::NotStarted | Stage::Starting) {
            drop(state);
            bail!(py, RuntimeError, "thread not started");
        }
        state.stage = Stage::Done;
        // Nobody will join it.
        let native = state.native.take();
        drop(state);
        drop(native);
        self.shared.exiting.set();
        Ok(())
    }

    #[getter]
    pub(super) fn ident(&self) -> u64 {
        self.shared.state().ident
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        format!("<{} object: ident={}>", self.ty().name(), self.shared.state().ident)
    }
}
