//! The GIL: one lock for each interpreter, handed over on request after the switch interval, released around blocking calls.
//! Among the threads that wait only one at a time watches the clock, and at most one is on its way after a release: dozens of waiting
//! threads cost no more than two. Not here: thread states and their list (`threads.rs`), what the evaluation loop does when asked (crate `interp`).

use core::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::py::Py;
use crate::state::{ThreadState, breaker};

/// `sys.getswitchinterval` at start-up, in microseconds.
const DEFAULT_INTERVAL: u64 = 5000;

struct State {
    locked: bool,
    /// The thread that has it now, or had it last; only compared, unless `locked`.
    last_holder: *const ThreadState,
    /// Counts changes of `last_holder`: a waiter that sees one need not ask for the GIL yet.
    switches: u64,
    /// Threads in [`Gil::take`] that found it locked, without the one that watches the clock.
    waiting: usize,
    /// A thread waits that asks the holder for the GIL when its interval is over.
    clock: bool,
    /// A waiter was told that the GIL is free and has not looked yet: no other needs to be told.
    told: bool,
    /// Threads in [`Gil::release`] that let a waiter go first.
    yielding: usize,
}
// SAFETY: the pointer is only followed while its thread holds the GIL, and so lives.
unsafe impl Send for State {}

impl State {
    fn is_wanted(&self) -> bool {
        self.clock || self.waiting > 0
    }
}

/// The lock.
pub struct Gil {
    state: Mutex<State>,
    /// It became free, or must not be waited for any more: for all waiters but the one that watches the clock.
    freed: Condvar,
    /// The same for the one that does.
    freed_for_clock: Condvar,
    /// Another thread took it.
    switched: Condvar,
    interval: AtomicU64,
    /// The thread that ends the interpreter: all others that want the GIL hang from then on.
    finalizer: AtomicPtr<ThreadState>,
}

impl Default for Gil {
    fn default() -> Self {
        Gil::new()
    }
}

impl Gil {
    /// A free one.
    pub fn new() -> Gil {
        Gil::with_holder(core::ptr::null())
    }

    fn with_holder(holder: *const ThreadState) -> Gil {
        let state = State {
            locked: !holder.is_null(),
            last_holder: holder,
            switches: 0,
            waiting: 0,
            clock: false,
            told: false,
            yielding: 0,
        };
        Gil {
            state: Mutex::new(state),
            freed: Condvar::new(),
            freed_for_clock: Condvar::new(),
            switched: Condvar::new(),
            interval: AtomicU64::new(DEFAULT_INTERVAL),
            finalizer: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Microseconds that a waiter gives the holder before it asks for the GIL.
    pub fn switch_interval(&self) -> u64 {
        self.interval.load(Ordering::Relaxed)
    }

    /// See [`Gil::switch_interval`]; at least 1.
    pub fn set_switch_interval(&self, microseconds: u64) {
        self.interval.store(microseconds.max(1), Ordering::Relaxed);
    }

    /// From now on only `thread` gets the GIL; all others hang when they want it.
    pub fn keep_for(&self, thread: &ThreadState) {
        self.finalizer.store(core::ptr::from_ref(thread).cast_mut(), Ordering::Release);
    }

    fn is_barred(&self, thread: &ThreadState) -> bool {
        let finalizer = self.finalizer.load(Ordering::Acquire);
        !finalizer.is_null() && !core::ptr::eq(finalizer, thread)
    }

    /// Waits for the GIL and takes it. Does not come back in a thread that has outlived its interpreter.
    pub fn take(&self, thread: &ThreadState) {
        let mut state = self.state();
        if state.locked {
            state = self.wait(state, thread);
        }
        state.locked = true;
        if !core::ptr::eq(state.last_holder, thread) {
            state.last_holder = thread;
            state.switches += 1;
        }
        if state.yielding > 0 {
            self.switched.notify_all();
        }
        drop(state);
        if self.is_barred(thread) {
            self.release_for_good(thread);
            hang();
        }
        thread.eval_breaker.fetch_and(!breaker::GIL_DROP_REQUEST, Ordering::Relaxed);
    }

    #[cold]
    fn wait<'a>(&'a self, mut state: MutexGuard<'a, State>, thread: &ThreadState) -> MutexGuard<'a, State> {
        while state.locked {
            state = if state.clock { self.wait_in_line(state) } else { self.wait_by_the_clock(state) };
            if self.is_barred(thread) {
                self.step_out(state);
                hang();
            }
        }
        if !state.clock && state.waiting > 0 {
            // Somebody else is to watch the clock.
            self.freed.notify_one();
        }
        state
    }

    /// Waits to be told that the GIL is free, or that nobody watches the clock (in which case the next release at worst tells one more
    /// than it needs to).
    fn wait_in_line<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.waiting += 1;
        state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state.told = false;
        state
    }

    /// Waits likewise, for as long as a holder may keep the GIL; then asks for it, and gets back into line.
    fn wait_by_the_clock<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let seen = state.switches;
        let interval = Duration::from_micros(self.switch_interval());
        state.clock = true;
        let (mut state, timeout) =
            self.freed_for_clock.wait_timeout(state, interval).unwrap_or_else(PoisonError::into_inner);
        (state.clock, state.told) = (false, false);
        if timeout.timed_out() && state.locked {
            if state.switches == seen {
                // SAFETY: the holder's state lives for as long as it holds the GIL, which needs this mutex to end.
                unsafe { (*state.last_holder).set_breaker(breaker::GIL_DROP_REQUEST) };
            }
            if state.waiting > 0 {
                // The one at the head of the line watches next: nobody stays outside it for longer than an interval.
                self.freed.notify_one();
                state = self.wait_in_line(state);
            }
        }
        state
    }

    /// Leaves the waiting to the others: whom to tell what this thread was told.
    fn step_out(&self, mut state: MutexGuard<'_, State>) {
        let next = if state.locked {
            (!state.clock && state.waiting > 0).then_some(&self.freed)
        } else {
            self.set_free(&mut state)
        };
        // A holder that yields waits for as long as somebody wants the GIL.
        self.switched.notify_all();
        drop(state);
        next.inspect(|next| next.notify_one());
    }

    /// Gives the GIL away. The result is to be told, unless a waiter is on its way already.
    fn set_free(&self, state: &mut State) -> Option<&Condvar> {
        state.locked = false;
        if state.told || !state.is_wanted() {
            return None;
        }
        state.told = true;
        Some(if state.waiting > 0 { &self.freed } else { &self.freed_for_clock })
    }

    /// Releases the GIL. If somebody asked for it, comes back only when another thread has taken it.
    pub fn release(&self, thread: &ThreadState) {
        let mut state = self.state();
        let next = self.set_free(&mut state);
        if !state.is_wanted() || thread.eval_breaker.load(Ordering::Relaxed) & breaker::GIL_DROP_REQUEST == 0
        {
            // Told afterwards, so that it does not find the mutex locked.
            drop(state);
            next.inspect(|next| next.notify_one());
            return;
        }
        next.inspect(|next| next.notify_one());
        thread.eval_breaker.fetch_and(!breaker::GIL_DROP_REQUEST, Ordering::Relaxed);
        state.yielding += 1;
        while core::ptr::eq(state.last_holder, thread) && state.is_wanted() {
            state = self.switched.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.yielding -= 1;
    }

    /// Releases the GIL in a thread that does not want it back.
    pub fn release_for_good(&self, _thread: &ThreadState) {
        let next = self.set_free(&mut self.state());
        next.inspect(|next| next.notify_one());
    }

    /// In the child of a fork: `thread`, the only one, holds it.
    ///
    /// # Safety
    /// Only one thread exists, `this` is alive.
    pub unsafe fn reset_after_fork(this: *const Gil, thread: &ThreadState) {
        // SAFETY: nobody else looks; the old mutex may be locked and is forgotten.
        unsafe {
            let fresh = Gil::with_holder(thread);
            fresh.set_switch_interval((*this).switch_interval());
            this.cast_mut().write(fresh);
        }
    }
}

/// Sleeps for ever.
fn hang() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(1 << 30));
    }
}

/// While it lives this thread is without GIL and state; the end takes both back.
struct Detached<'py>(&'py ThreadState);

impl<'py> Detached<'py> {
    #[inline]
    fn new(thread: &'py ThreadState) -> Self {
        Py::clear_current();
        // SAFETY: a thread state's interpreter outlives it.
        unsafe { (*thread.interp).gil.release(thread) };
        Detached(thread)
    }
}

impl Drop for Detached<'_> {
    #[inline]
    fn drop(&mut self) {
        // What the blocking call left in `errno` is looked at afterwards.
        let errno = crate::thread::errno();
        // SAFETY: the interpreter is alive; the state is this thread's own.
        unsafe {
            (*self.0.interp).gil.take(self.0);
            Py::attach(self.0);
        }
        crate::thread::set_errno(errno);
    }
}

impl Detached<'_> {
    /// Stays detached.
    fn forget(self) {
        core::mem::forget(self);
    }
}

thread_local! {
    /// The thread state of the innermost call that may call back.
    static CALLED_FROM: core::cell::Cell<*const ThreadState> = const { core::cell::Cell::new(core::ptr::null()) };
}

impl Py<'_> {
    /// Releases the GIL around `blocking`, which must not touch Python objects, and takes it back afterwards.
    #[inline]
    pub fn detach<R>(self, blocking: impl FnOnce() -> R) -> R {
        let _back = Detached::new(self.thread());
        blocking()
    }

    /// The same for a call of a library that may call back on this thread: see [`Py::called_back`].
    pub fn detach_for_callbacks<R>(self, blocking: impl FnOnce() -> R) -> R {
        let before = CALLED_FROM.replace(self.thread());
        let result = self.detach(blocking);
        CALLED_FROM.set(before);
        result
    }

    /// Runs `work` with the interpreter of the call that led here, whether it kept the GIL or not. Nothing when this thread
    /// has no interpreter.
    pub fn called_back<R>(work: impl FnOnce(Py<'_>) -> R) -> Option<R> {
        if let Some(py) = Py::current() {
            return Some(work(py));
        }
        // SAFETY: the state is that of a call further up on this thread's stack, which borrows it.
        let thread = unsafe { CALLED_FROM.get().as_ref() }?;
        // SAFETY: its interpreter is alive; this thread detached from it and attaches for a while.
        unsafe {
            (*thread.interp).gil.take(thread);
            let result = work(Py::attach(thread));
            Detached::new(thread).forget();
            Some(result)
        }
    }

    /// Lets other threads run that asked for the GIL.
    #[cold]
    pub fn yield_gil(self) {
        self.detach(|| ());
    }
}
