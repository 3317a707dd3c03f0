//! The lock of a buffered stream. Its state changes only under the GIL, so taking it free costs two plain stores; a thread that finds it
//! taken waits without the GIL.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use krait_runtime::prelude::*;

/// How often it was released while somebody waited.
#[derive(Default)]
struct Signal {
    releases: Mutex<u64>,
    changed: Condvar,
}

/// A lock that knows its owner.
#[derive(Default)]
pub struct Lock {
    /// Identity of the thread that holds it; 0: nobody.
    owner: Cell<usize>,
    waiting: Cell<usize>,
    signal: std::cell::OnceCell<Arc<Signal>>,
}

/// While it lives, this thread holds the lock.
pub struct Guard<'a>(&'a Lock);

impl Drop for Guard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.owner.set(0);
        if self.0.waiting.get() > 0 {
            self.0.wake();
        }
    }
}

fn this_thread(py: Py<'_>) -> usize {
    std::ptr::from_ref(py.thread()).addr()
}

impl Lock {
    /// Takes the lock; an error when this thread holds it already.
    #[inline]
    pub fn enter<'a>(&'a self, py: Py<'_>, stream: &PyObject) -> PyResult<Guard<'a>> {
        if self.owner.get() != 0 {
            self.wait(py, stream)?;
        }
        self.owner.set(this_thread(py));
        Ok(Guard(self))
    }

    #[cold]
    fn wait(&self, py: Py<'_>, stream: &PyObject) -> PyResult<()> {
        while self.owner.get() != 0 {
            if self.owner.get() == this_thread(py) {
                let text = stream.repr(py)?;
                bail!(py, RuntimeError, "reentrant call inside {}", text.to_string_lossy());
            }
            let signal = self.signal.get_or_init(Arc::default).clone();
            let before = *signal.releases.lock().unwrap_or_else(PoisonError::into_inner);
            self.waiting.set(self.waiting.get() + 1);
            py.detach(|| {
                let mut releases = signal.releases.lock().unwrap_or_else(PoisonError::into_inner);
                while *releases == before {
                    releases = signal.changed.wait(releases).unwrap_or_else(PoisonError::into_inner);
                }
            });
            self.waiting.set(self.waiting.get() - 1);
        }
        Ok(())
    }

    #[cold]
    fn wake(&self) {
        if let Some(signal) = self.signal.get() {
            *signal.releases.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            signal.changed.notify_all();
        }
    }
}
