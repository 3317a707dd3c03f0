//! A value that one thread uses at a time, waited for without the GIL.

use std::sync::{Mutex, MutexGuard, PoisonError};

use krait_runtime::prelude::*;

/// See above.
pub struct Exclusive<T>(Mutex<T>);

impl<T> Exclusive<T> {
    pub fn new(value: T) -> Exclusive<T> {
        Exclusive(Mutex::new(value))
    }

    pub fn lock(&self, py: Py<'_>) -> MutexGuard<'_, T> {
        match self.0.try_lock() {
            Ok(guard) => guard,
            Err(_) => py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}
