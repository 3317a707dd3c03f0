//! The lock of one byte (`PyMutex`) and the recursive lock on top of it, as Python code gets them: waiting releases the GIL and
//! lets signal handlers run. Not here: the queues (`parking_lot.rs`).

use core::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::error::PyResult;
use crate::py::Py;

use super::parker::Wake;
use super::parking_lot::{self, Waiter};

const LOCKED: u8 = 1;
const PARKED: u8 = 2;

/// How long to wait for a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timeout {
    /// As long as it takes.
    Never,
    /// Until then.
    At(Instant),
    /// Not at all.
    Now,
}

impl Timeout {
    /// So many nanoseconds from now; nothing for zero, no limit where the clock ends.
    pub fn after_nanos(nanos: u64) -> Timeout {
        match nanos {
            0 => Timeout::Now,
            n => Instant::now().checked_add(Duration::from_nanos(n)).map_or(Timeout::Never, Timeout::At),
        }
    }

    pub(super) fn deadline(self) -> Option<Instant> {
        match self {
            Timeout::At(deadline) => Some(deadline),
            Timeout::Never | Timeout::Now => None,
        }
    }
}

/// A lock that any thread may release.
#[derive(Default)]
pub struct RawLock(AtomicU8);

impl RawLock {
    /// Unlocked.
    pub const fn new() -> RawLock {
        RawLock(AtomicU8::new(0))
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Whether somebody holds it.
    #[inline]
    pub fn is_locked(&self) -> bool {
        self.0.load(Ordering::Relaxed) & LOCKED != 0
    }

    /// Takes it if it is free.
    #[inline]
    pub fn try_lock(&self) -> bool {
        let bits = self.0.load(Ordering::Relaxed);
        bits & LOCKED == 0
            && self.0.compare_exchange(bits, bits | LOCKED, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Takes it, waiting with the GIL released; false when the time was up. Signal handlers run meanwhile (on the main thread) and
    /// what they raise ends the wait.
    #[inline]
    pub fn lock(&self, py: Py<'_>, timeout: Timeout) -> PyResult<bool> {
        if self.try_lock() {
            return Ok(true);
        }
        if timeout == Timeout::Now {
            return Ok(false);
        }
        self.wait(py, timeout, true)
    }

    /// The same without running signal handlers: for locks inside objects, where no exception may come up.
    #[inline]
    pub fn lock_uninterrupted(&self, py: Py<'_>) {
        if !self.try_lock() {
            let _ = self.wait(py, Timeout::Never, false);
        }
    }

    #[cold]
    fn wait(&self, py: Py<'_>, timeout: Timeout, signals: bool) -> PyResult<bool> {
        let waiter = Waiter::new();
        let mut last_try = false;
        loop {
            let bits = self.0.load(Ordering::Relaxed);
            if bits & LOCKED == 0 {
                if self.try_lock() {
                    return Ok(true);
                }
                continue;
            }
            if last_try {
                return Ok(false);
            }
            if bits & PARKED == 0
                && self.0.compare_exchange(bits, bits | PARKED, Ordering::Relaxed, Ordering::Relaxed).is_err()
            {
                continue;
            }
            let still_locked = || self.0.load(Ordering::Relaxed) == LOCKED | PARKED;
            if !parking_lot::enqueue(self.address(), &waiter, still_locked) {
                continue;
            }
            let mut wake = py.detach(|| waiter.wait(timeout.deadline()));
            if wake != Wake::Notified && !parking_lot::dequeue(self.address(), &waiter) {
                // Whoever released the lock has chosen this thread and no other: it must not leave without having tried once more.
                py.detach(|| waiter.wait_for_waker());
                wake = Wake::Notified;
            }
            if waiter.owns_lock() {
                return Ok(true);
            }
            match wake {
                Wake::Notified => {}
                Wake::Interrupted if signals => py.check_signals()?,
                Wake::Interrupted => {}
                Wake::TimedOut => last_try = true,
            }
        }
    }

    /// Releases it and lets the next waiter in; false when it was not locked.
    #[inline]
    pub fn unlock(&self) -> bool {
        match self.0.compare_exchange(LOCKED, 0, Ordering::Release, Ordering::Relaxed) {
            Ok(_) => true,
            Err(bits) if bits & LOCKED == 0 => false,
            Err(_) => {
                self.unlock_contended();
                true
            }
        }
    }

    #[cold]
    fn unlock_contended(&self) {
        parking_lot::wake_one(self.address(), |waiter, more| {
            let parked = if more { PARKED } else { 0 };
            let locked = if waiter == Some(true) { LOCKED } else { 0 };
            self.0.store(parked | locked, Ordering::Release);
        });
    }

    /// Unlocked again, in the child of a fork: the holder does not exist any more.
    pub fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// A lock that its holder may take again.
#[derive(Default)]
pub struct RecursiveLock {
    lock: RawLock,
    /// Identity of the holder (`_thread.get_ident`), 0 for nobody.
    owner: AtomicU64,
    /// How many times beyond the first the holder has it; only the holder looks.
    level: AtomicUsize,
}

impl RecursiveLock {
    /// Unlocked.
    pub const fn new() -> RecursiveLock {
        RecursiveLock { lock: RawLock::new(), owner: AtomicU64::new(0), level: AtomicUsize::new(0) }
    }

    /// Whether somebody holds it.
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }

    /// Whether this thread holds it.
    #[inline]
    pub fn is_mine(&self, py: Py<'_>) -> bool {
        self.owner.load(Ordering::Relaxed) == py.thread().thread_id.get()
    }

    /// The holder and how often it has it.
    pub fn state(&self) -> (u64, usize) {
        match self.owner.load(Ordering::Relaxed) {
            0 => (0, 0),
            owner => (owner, self.level.load(Ordering::Relaxed).saturating_add(1)),
        }
    }

    /// See [`RawLock::lock`].
    #[inline]
    pub fn lock(&self, py: Py<'_>, timeout: Timeout) -> PyResult<bool> {
        if self.is_mine(py) {
            self.level.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        let taken = self.lock.lock(py, timeout)?;
        if taken {
            self.owner.store(py.thread().thread_id.get(), Ordering::Relaxed);
        }
        Ok(taken)
    }

    /// See [`RawLock::lock_uninterrupted`].
    pub fn lock_uninterrupted(&self, py: Py<'_>) {
        if self.is_mine(py) {
            self.level.fetch_add(1, Ordering::Relaxed);
        } else {
            self.lock.lock_uninterrupted(py);
            self.owner.store(py.thread().thread_id.get(), Ordering::Relaxed);
        }
    }

    /// Gives it back once; false when this thread does not hold it.
    #[inline]
    pub fn unlock(&self, py: Py<'_>) -> bool {
        if !self.is_mine(py) {
            return false;
        }
        match self.level.load(Ordering::Relaxed) {
            0 => {
                self.owner.store(0, Ordering::Relaxed);
                self.lock.unlock();
            }
            n => self.level.store(n - 1, Ordering::Relaxed),
        }
        true
    }

    /// Gives it back entirely and tells how often this thread had it.
    pub fn unlock_all(&self, py: Py<'_>) -> Option<usize> {
        if !self.is_mine(py) {
            return None;
        }
        let count = self.level.swap(0, Ordering::Relaxed).saturating_add(1);
        self.owner.store(0, Ordering::Relaxed);
        self.lock.unlock();
        Some(count)
    }

    /// Takes it for `owner`, `count` times (what [`RecursiveLock::unlock_all`] gave back).
    pub fn restore(&self, py: Py<'_>, owner: u64, count: usize) {
        self.lock.lock_uninterrupted(py);
        self.owner.store(owner, Ordering::Relaxed);
        self.level.store(count.saturating_sub(1), Ordering::Relaxed);
    }

    /// Unlocked again, in the child of a fork, unless the thread that lives on holds it.
    pub fn reset_unless_mine(&self, py: Py<'_>) {
        if !self.is_mine(py) {
            self.reset();
        }
    }

    /// Unlocked again, in the child of a fork.
    pub fn reset(&self) {
        self.lock.reset();
        self.owner.store(0, Ordering::Relaxed);
        self.level.store(0, Ordering::Relaxed);
    }
}
