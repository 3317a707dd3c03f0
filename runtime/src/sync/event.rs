//! Something that happens once and that threads can wait for.

use core::sync::atomic::{AtomicBool, Ordering};

use crate::error::PyResult;
use crate::py::Py;

use super::lock::Timeout;
use super::parker::Wake;
use super::parking_lot::{self, Waiter};

/// Not happened, or happened.
#[derive(Default)]
pub struct Event(AtomicBool);

impl Event {
    /// Not happened yet.
    pub const fn new() -> Event {
        Event(AtomicBool::new(false))
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Whether it has happened.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// It happens: all who wait go on. Needs no GIL.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
        parking_lot::wake_all(self.address());
    }

    /// Waits for it with the GIL released; false when the time was up. Signal handlers run meanwhile (on the main thread) and what
    /// they raise ends the wait.
    pub fn wait(&self, py: Py<'_>, timeout: Timeout) -> PyResult<bool> {
        while !self.is_set() {
            if timeout == Timeout::Now {
                return Ok(false);
            }
            let waiter = Waiter::new();
            if !parking_lot::enqueue(self.address(), &waiter, || !self.is_set()) {
                continue;
            }
            let wake = py.detach(|| waiter.wait(timeout.deadline()));
            if wake != Wake::Notified && !parking_lot::dequeue(self.address(), &waiter) {
                py.detach(|| waiter.wait_for_waker());
            }
            match wake {
                Wake::Notified => {}
                Wake::Interrupted => py.check_signals()?,
                Wake::TimedOut => return Ok(self.is_set()),
            }
        }
        Ok(true)
    }
}
