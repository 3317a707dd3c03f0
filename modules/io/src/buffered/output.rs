//! Writing through the buffer.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::core::{Core, would_block};
use crate::common::check_signals;

impl Core {
    /// Writes out what is pending; `BlockingIOError` when the raw stream takes no more.
    pub(super) fn flush_pending(&self, py: Py<'_>, raw: &PyObject) -> PyResult<()> {
        while self.pending.get() > 0 {
            let (pos, pending) = (self.pos.get(), self.pending.get());
            // The buffer is out of reach while the raw stream reads it; the lock keeps other calls away.
            let buffer = self.buffer.take();
            let written = self.raw_write(py, raw, buffer.get(pos..pos + pending).unwrap_or_default());
            self.buffer.replace(buffer);
            match written? {
                Some(n) => {
                    self.pos.set(pos + n);
                    self.pending.set(pending - n);
                }
                None => return Err(would_block(py, 0)),
            }
            check_signals(py)?;
        }
        self.pos.set(0);
        Ok(())
    }

    /// Puts as much as fits behind what is pending.
    fn append(&self, bytes: &[u8]) -> usize {
        let mut buffer = self.buffer.borrow_mut();
        let end = self.pos.get() + self.pending.get();
        let n = bytes.len().min(self.size.get().saturating_sub(end));
        if let (Some(to), Some(from)) = (buffer.get_mut(end..end + n), bytes.get(..n)) {
            to.copy_from_slice(from);
        }
        self.pending.set(self.pending.get() + n);
        n
    }

    /// Moves what is pending to the front of the buffer.
    fn compact(&self) {
        let (pos, pending) = (self.pos.get(), self.pending.get());
        if let Some(part) = self.buffer.borrow_mut().get_mut(..pos + pending) {
            part.copy_within(pos.., 0);
        }
        self.pos.set(0);
    }

    /// `write(bytes)`.
    pub fn write(&self, py: Py<'_>, this: &PyObject, bytes: &[u8]) -> PyResult<usize> {
        self.raw(py)?;
        let _guard = self.enter(py, this)?;
        // The closed check comes with the lock held: another thread may be closing.
        let raw = self.open_raw_for_writing(py)?;
        if self.readable.get() && (self.ahead.get() > 0 || self.pending.get() == 0) {
            self.rewind_ahead(py, &raw)?;
        }
        let end = self.pos.get() + self.pending.get();
        if bytes.len() <= self.size.get().saturating_sub(end) {
            return Ok(self.append(bytes));
        }
        if let Err(raised) = self.flush_pending(py, &raw) {
            if !py.error_matches(types::BlockingIOError()) {
                return Err(raised);
            }
            self.compact();
            let n = self.append(bytes);
            py.clear_error(raised);
            return if n == bytes.len() { Ok(n) } else { Err(would_block(py, n)) };
        }
        let mut done = 0;
        while bytes.len() - done > self.size.get() {
            let rest = bytes.get(done..).unwrap_or_default();
            match self.raw_write(py, &raw, rest)? {
                Some(n) => done += n,
                None => {
                    done += self.append(rest);
                    return Err(would_block(py, done));
                }
            }
            check_signals(py)?;
        }
        self.append(bytes.get(done..).unwrap_or_default());
        Ok(bytes.len())
    }

    fn open_raw_for_writing(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.open_raw(py, "write to closed file")
    }
}
