//! A condition that threads wait for under the GIL: whoever changes what they wait for holds the GIL too, so nothing is missed
//! between a waiter's look and its sleep.

use core::sync::atomic::{AtomicU32, Ordering};

use crate::error::PyResult;
use crate::py::Py;

use super::lock::Timeout;
use super::parker::Wake;
use super::parking_lot::{self, Waiter};

/// The place where they wait; its address is what counts. Used under the GIL only.
#[derive(Default)]
pub struct WaitQueue {
    /// How many wait, or were woken and have not come back yet.
    waiting: AtomicU32,
}

impl WaitQueue {
    /// Nobody waits.
    pub const fn new() -> WaitQueue {
        WaitQueue { waiting: AtomicU32::new(0) }
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Waits with the GIL released until woken; false when the time was up. Signal handlers run meanwhile (on the main thread) and
    /// what they raise ends the wait: then somebody else is woken, if this thread was.
    pub fn wait(&self, py: Py<'_>, timeout: Timeout) -> PyResult<bool> {
        if timeout == Timeout::Now {
            return Ok(false);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let result = self.sleep(py, timeout);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        result
    }

    fn sleep(&self, py: Py<'_>, timeout: Timeout) -> PyResult<bool> {
        let waiter = Waiter::new();
        loop {
            // The GIL is held: nobody can have woken us since the caller looked.
            parking_lot::enqueue(self.address(), &waiter, || true);
            let wake = py.detach(|| waiter.wait(timeout.deadline()));
            let woken = wake == Wake::Notified || !parking_lot::dequeue(self.address(), &waiter);
            if woken && wake != Wake::Notified {
                py.detach(|| waiter.wait_for_waker());
            }
            if wake == Wake::Interrupted
                && let Err(raised) = py.check_signals()
            {
                if woken {
                    self.wake_one();
                }
                return Err(raised);
            }
            if woken {
                return Ok(true);
            }
            if wake == Wake::TimedOut {
                return Ok(false);
            }
        }
    }

    /// Wakes the thread that has waited longest.
    pub fn wake_one(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            parking_lot::wake_one(self.address(), |_, _| ());
        }
    }

    /// Wakes all.
    pub fn wake_all(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            parking_lot::wake_all(self.address());
        }
    }
}
