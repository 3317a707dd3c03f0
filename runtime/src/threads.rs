//! Threads of an interpreter: starting, linking and ending their states, what a fork leaves of them. Not here: facts about native
//! threads (`thread.rs`), the GIL (`gil.rs`), module `_thread`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::object::PyObject;
use crate::py::Py;
use crate::reference::Ref;
use crate::state::{InterpreterState, ThreadState, breaker};

/// Carries what a new thread needs over to it.
struct Sending<T>(T);
// SAFETY: what is inside is only touched again by the new thread, and then under the GIL.
unsafe impl<T> Send for Sending<T> {}

impl<T> Sending<T> {
    fn open(self) -> T {
        self.0
    }
}

impl InterpreterState {
    /// Makes a state known to the interpreter; the GIL is held.
    pub(crate) fn link_thread(&self, state: &ThreadState) {
        let head = self.threads_head.replace(state);
        state.next.set(head);
        state.prev.set(core::ptr::null());
        // SAFETY: linked states are alive.
        if let Some(next) = unsafe { head.as_ref() } {
            next.prev.set(state);
        }
    }

    fn unlink_thread(&self, state: &ThreadState) {
        // SAFETY: linked states are alive.
        unsafe {
            match state.prev.get().as_ref() {
                Some(prev) => prev.next.set(state.next.get()),
                None => self.threads_head.set(state.next.get()),
            }
            if let Some(next) = state.next.get().as_ref() {
                next.prev.set(state.prev.get());
            }
        }
    }
}

impl<'py> Py<'py> {
    /// The states of all threads of this interpreter, latest first. They are alive as long as the GIL is held on.
    pub fn threads(self) -> impl Iterator<Item = &'py ThreadState> {
        let mut next = self.interp().threads_head.get();
        core::iter::from_fn(move || {
            // SAFETY: linked states are alive; the GIL keeps the list as it is.
            let state = unsafe { next.as_ref() }?;
            next = state.next.get();
            Some(state)
        })
    }

    /// Sets an exception (a class or instance) to be raised in the thread with this identity, or takes it back; how many threads
    /// there were (`PyThreadState_SetAsyncExc`).
    pub fn set_async_exception(self, ident: u64, exception: Option<&PyObject>) -> usize {
        let Some(thread) = self.threads().find(|ts| ts.thread_id.get() == ident) else { return 0 };
        let old = thread.async_exc.replace(exception.map(PyObject::to_ref));
        if exception.is_some() {
            thread.set_breaker(breaker::ASYNC_EXCEPTION);
        }
        drop(old);
        1
    }

    fn new_thread_state(self) -> *mut ThreadState {
        let interp = self.interp();
        let id = interp.next_thread_id.get();
        interp.next_thread_id.set(id + 1);
        let state = ThreadState::new(interp, id, interp.recursion_limit.get());
        // The upper bits are the version of the instrumentation.
        let here = self.thread().eval_breaker.load(core::sync::atomic::Ordering::Relaxed);
        state.set_breaker(here & !breaker::ALL);
        let state = Box::into_raw(state);
        // SAFETY: fresh.
        interp.link_thread(unsafe { &*state });
        state
    }

    /// Starts a thread that runs `body` with the GIL. `at_end` runs last, when the thread has neither GIL nor state any more.
    pub fn spawn(
        self,
        stack_size: usize,
        body: impl FnOnce(Py<'_>) + 'static,
        at_end: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<JoinHandle<()>> {
        let state = self.new_thread_state();
        let sending = Sending((state, Box::new(body)));
        let size = if stack_size == 0 { crate::thread::default_stack_size() } else { stack_size };
        let spawned = std::thread::Builder::new().stack_size(size).spawn(move || {
            let (state, body) = sending.open();
            // SAFETY: the state was made for this thread and nobody else ends it.
            unsafe { run_thread(state, body) };
            at_end();
        });
        if spawned.is_err() {
            // SAFETY: the state was never used.
            unsafe { self.end_thread_state(state) };
        }
        spawned
    }

    /// Takes a thread's state out of the interpreter and releases all it holds.
    ///
    /// # Safety
    /// The state was made by `new_thread_state`; no thread runs with it; it is not used again.
    unsafe fn end_thread_state(self, state: *mut ThreadState) {
        // SAFETY: by contract.
        unsafe {
            (*state).release_objects();
            self.interp().unlink_thread(&*state);
            crate::frame_hooks::thread_ended(&*state);
            drop(Box::from_raw(state));
        }
    }
}

impl ThreadState {
    /// Lets go of every object (`PyThreadState_Clear`); runs Python code.
    pub fn release_objects(&self) {
        let members = [
            &self.dict,
            &self.async_exc,
            &self.current_exception,
            &self.exc_state.exc_value,
            &self.profile_object,
            &self.trace_object,
            &self.async_gen_firstiter,
            &self.async_gen_finalizer,
            &self.context,
            &self.asyncio_running_loop,
            &self.asyncio_running_task,
        ];
        for member in members {
            drop(member.take());
        }
        // SAFETY: a state's interpreter outlives it.
        self.asyncio_tasks.move_to(unsafe { &(*self.interp).asyncio_tasks });
        self.locals.clear(self.id);
        let in_repr: Vec<Ref<PyObject>> = core::mem::take(&mut *self.repr_stack.borrow_mut());
        drop(in_repr);
    }
}

/// What a new native thread does with its state.
///
/// # Safety
/// The state is linked and this thread's alone.
unsafe fn run_thread(state: *mut ThreadState, body: Box<impl FnOnce(Py<'_>)>) {
    // SAFETY: by contract; the interpreter outlives its threads' states.
    unsafe {
        let ts = &*state;
        let gil = &(*ts.interp).gil;
        ts.thread_id.set(crate::thread::current_ident());
        ts.native_thread_id.set(crate::thread::current_native_id());
        gil.take(ts);
        let py = Py::attach(ts);
        py.init_stack_bounds();
        // A panic is a bug, but no reason to keep the GIL.
        let _ = catch_unwind(AssertUnwindSafe(|| body(py)));
        ts.release_objects();
        (*ts.interp).unlink_thread(ts);
        crate::frame_hooks::thread_ended(ts);
        Py::clear_current();
        gil.release_for_good(ts);
        drop(Box::from_raw(state));
    }
}

type ForkCallback = fn(Py<'_>);
static AFTER_FORK: Mutex<Vec<ForkCallback>> = Mutex::new(Vec::new());

/// Has `callback` run in the child of every fork, before any Python code: for locks of native modules. Once for each.
pub fn run_in_forked_child(callback: ForkCallback) {
    let mut all = AFTER_FORK.lock().unwrap_or_else(PoisonError::into_inner);
    if !all.iter().any(|known| core::ptr::fn_addr_eq(*known, callback)) {
        all.push(callback);
    }
}

impl Py<'_> {
    /// Before a fork: no import is half done in the child (`PyOS_BeforeFork`, without the callbacks of `os.register_at_fork`).
    pub fn before_fork(self) {
        self.interp().import_lock.lock_uninterrupted(self);
    }

    /// After a fork, in the parent; also when the fork failed.
    pub fn after_fork_in_parent(self) {
        self.interp().import_lock.unlock(self);
    }

    /// Makes the child of a fork a working interpreter with this one thread (`PyOS_AfterFork_Child`, without the callbacks of
    /// `os.register_at_fork`).
    ///
    /// # Safety
    /// Called in the child, first of all.
    pub unsafe fn after_fork_in_child(self) {
        let ts = self.thread();
        let interp = self.interp();
        // SAFETY: by contract this is the only thread, so nobody waits and nobody holds a lock.
        unsafe {
            crate::sync::parking_lot::reset_after_fork();
            crate::gil::Gil::reset_after_fork(&interp.gil, ts);
        }
        // Taken before the fork, perhaps not for the first time.
        interp.import_lock.unlock(self);
        interp.warnings_lock.reset_unless_mine(self);
        crate::signals::forget_pending();
        ts.native_thread_id.set(crate::thread::current_native_id());
        ts.eval_breaker.fetch_and(!breaker::GIL_DROP_REQUEST, core::sync::atomic::Ordering::Relaxed);
        // SAFETY: a thread's state outlives its Python code, and the main thread's does not end.
        crate::signals::set_main_thread(unsafe { &*core::ptr::from_ref(ts) });
        interp.thread_count.set(0);
        // The event loop that runs here is the parent's.
        drop(ts.asyncio_running_loop.take());
        drop(ts.asyncio_running_task.take());
        ts.asyncio_tasks.clear();
        let callbacks = AFTER_FORK.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for callback in callbacks {
            callback(self);
        }
        // The other threads do not exist any more. Their frames are left as they stand, like what their native stacks held.
        let others: Vec<&ThreadState> = self.threads().filter(|other| !core::ptr::eq(*other, ts)).collect();
        for other in others {
            interp.unlink_thread(other);
            other.release_objects();
        }
    }
}
