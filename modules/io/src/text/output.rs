//! Writing: encoded text waits until there is enough of it.

use krait_runtime::prelude::*;

use super::TextIoWrapper;
use crate::buffered::plain_core;
use crate::common::{retry_interrupted, unsupported};

impl TextIoWrapper {
    /// `write(text)`.
    pub(super) fn write_text(&self, py: Py<'_>, text: &PyStr) -> PyResult<usize> {
        self.check_usable(py)?;
        self.check_open(py)?;
        if self.encoder.is_missing() {
            return Err(unsupported(py, "not writable"));
        }
        let len = text.len();
        let mode = self.newline.get();
        let chunk = self.chunk_size.get();
        if !self.line_buffering.get()
            && !self.write_through.get()
            && mode.written().is_none()
            && self.encoder.is_native_plain(text)
            && self.append_plain(text, chunk)
        {
            self.forget_read(py)?;
            return Ok(len);
        }
        let translated;
        let mut out = text;
        let line_buffering = self.line_buffering.get();
        let mut flush = false;
        if line_buffering || mode.written().is_some() {
            let has_newline = text.find_char(u32::from(b'\n')).is_some();
            flush = line_buffering && (has_newline || text.find_char(u32::from(b'\r')).is_some());
            if has_newline && let Some(newline) = mode.written() {
                let newline = PyStr::new(py, newline)?;
                translated = if PyStr::check_exact(text) {
                    text.replace_str(py, id!(py, "\n"), &newline, -1)?
                } else {
                    let made = text.call_method(py, id!(py, "replace"), &[id!(py, "\n"), &newline])?;
                    let made = made.downcast_into::<PyStr>().map_err(|other| {
                        raise!(py, TypeError, "replace() should return a str, not {}", other.ty().name())
                    })?;
                    // A class's own method may have changed the stream.
                    self.check_usable(py)?;
                    self.check_open(py)?;
                    if self.encoder.is_missing() {
                        return Err(unsupported(py, "not writable"));
                    }
                    made
                };
                out = &translated;
            }
        }
        let errors = self.errors_text(py);
        if self.encoder.is_native_plain(out) {
            self.make_room(py, out.len(), chunk)?;
            self.encoder.encode(py, out, &errors, &self.pending)?;
        } else {
            let fresh = std::cell::RefCell::new(Vec::new());
            let n = self.encoder.encode(py, out, &errors, &fresh)?;
            self.make_room(py, n, chunk)?;
            self.pending.borrow_mut().extend_from_slice(&fresh.into_inner());
        }
        if flush || self.write_through.get() || self.pending.borrow().len() >= chunk {
            self.write_pending(py)?;
        }
        if flush {
            self.buffer(py)?.call_method(py, id!(py, "flush"), &[])?;
        }
        self.forget_read(py)?;
        Ok(len)
    }

    /// Writes out what waits until `n` bytes more make no more than a chunk; writing may itself bring something to wait.
    fn make_room(&self, py: Py<'_>, n: usize, chunk: usize) -> PyResult<()> {
        loop {
            let waiting = self.pending.borrow().len();
            if waiting == 0 || waiting + n <= chunk {
                return Ok(());
            }
            self.write_pending(py)?;
        }
    }

    /// Puts text that is its own encoding behind what waits, when less than a chunk comes together.
    #[inline]
    fn append_plain(&self, text: &PyStr, chunk: usize) -> bool {
        let mut pending = self.pending.borrow_mut();
        let bytes = text.raw_bytes();
        let fits = pending.len() + bytes.len() < chunk;
        if fits {
            pending.extend_from_slice(bytes);
        }
        fits
    }

    /// What was read ahead is no longer what comes next.
    #[inline]
    fn forget_read(&self, py: Py<'_>) -> PyResult<()> {
        if self.snapshot.is_some() {
            self.forget_decoded();
            self.snapshot.clear();
        }
        if self.decoder.is_missing() { Ok(()) } else { self.decoder.reset(py) }
    }

    /// Hands what waits to the buffer.
    pub(super) fn write_pending(&self, py: Py<'_>) -> PyResult<()> {
        if self.pending.borrow().is_empty() {
            return Ok(());
        }
        let bytes = self.pending.take();
        let buffer = self.buffer(py)?;
        if let Some(core) = plain_core(&buffer)
            && core.is_writer()
        {
            core.write(py, &buffer, &bytes)?;
            let mut bytes = bytes;
            bytes.clear();
            if bytes.capacity() <= 4 * self.chunk_size.get() && self.pending.borrow().is_empty() {
                self.pending.replace(bytes);
            }
            return Ok(());
        }
        let bytes = PyBytes::new(py, &bytes)?;
        retry_interrupted(py, || buffer.call_method(py, id!(py, "write"), &[&bytes])).map(drop)
    }
}
