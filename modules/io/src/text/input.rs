//! Reading: chunks of the buffer are decoded and handed out bit by bit.

use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use super::TextIoWrapper;
use super::codec::DecoderState;
use crate::buffered::plain_core;
use crate::common::{retry_interrupted, unsupported};

/// A line that was just read, or nothing.
type Line = PyResult<Ref<PyStr>>;

/// Where the text decoded last began: to find positions in it again.
pub struct Snapshot {
    pub flags: Cell<u64>,
    pub input: Member<PyBytes>,
}

impl Snapshot {
    pub fn is_some(&self) -> bool {
        self.input.is_some()
    }

    pub fn clear(&self) {
        drop(self.input.take());
    }

    pub fn set(&self, flags: u64, input: Ref<PyBytes>) {
        self.flags.set(flags);
        self.input.set(input);
    }
}

impl TextIoWrapper {
    pub(super) fn forget_decoded(&self) {
        drop(self.decoded.take());
        self.used.set(0);
    }

    pub(super) fn set_decoded(&self, text: Ref<PyStr>) {
        self.used.set(0);
        self.decoded.set(text);
    }

    /// Takes up to `most` characters of the decoded ones.
    fn take_decoded(&self, py: Py<'_>, most: usize) -> Line {
        let Some(text) = self.decoded.get() else { return Ok(PyStr::empty()) };
        let (used, len) = (self.used.get().min(text.len()), text.len());
        let end = used + most.min(len - used);
        self.used.set(end);
        if used == 0 && end == len { Ok(text) } else { text.substring(py, used, end) }
    }

    /// Decodes the next chunk; false at the end of the stream.
    pub(super) fn read_chunk(&self, py: Py<'_>, wanted: usize) -> PyResult<bool> {
        if self.decoder.is_missing() {
            return Err(unsupported(py, "not readable"));
        }
        let before = if self.telling.get() { Some(self.decoder.state(py)?) } else { None };
        let mut size = self.chunk_size.get();
        if wanted > 0 {
            size = size.max((wanted as f64 * self.bytes_per_char.get().max(1.0)) as usize);
        }
        let buffer = self.buffer(py)?;
        let read1 = self.has_read1.get();
        let input = match plain_core(&buffer) {
            Some(core) if read1 && core.is_reader() => core.read1(py, &buffer, size as isize)?.upcast(),
            _ => {
                let size = PyInt::new(py, size as i64)?;
                let method = if read1 { id!(py, "read1") } else { id!(py, "read") };
                buffer.call_method(py, method, &[&size])?
            }
        };
        if !input.has_buffer() {
            let method = if read1 { "read1" } else { "read" };
            bail!(
                py,
                TypeError,
                "underlying {method}() should have returned a bytes-like object, not '{}'",
                input.ty().name()
            );
        }
        let n = match input.downcast_exact::<PyBytes>() {
            Some(bytes) => bytes.len(),
            None => krait_runtime::protocol::buffer::Buffer::new(py, &input)?.len(),
        };
        let text = self.decoder.decode(py, &input, &self.errors_text(py), n == 0)?;
        let chars = text.len();
        self.bytes_per_char.set(if chars > 0 { n as f64 / chars as f64 } else { 0.0 });
        self.set_decoded(text);
        if let Some(DecoderState { bytes, flags }) = before {
            let input = match input.downcast_into::<PyBytes>() {
                Ok(input) => input,
                Err(other) => PyBytes::new(py, &other.buffer_bytes(py)?)?,
            };
            let all = if bytes.is_empty() {
                input
            } else {
                PyBytes::new(py, &[bytes.as_bytes(), input.as_bytes()].concat())?
            };
            self.snapshot.set(flags, all);
        }
        Ok(n > 0 || chars > 0)
    }

    /// [`Self::read_chunk`], called again after interruptions.
    fn read_chunk_retry(&self, py: Py<'_>, wanted: usize) -> PyResult<bool> {
        retry_interrupted(py, || self.read_chunk(py, wanted))
    }

    /// `read(size)`.
    pub(super) fn read_text(&self, py: Py<'_>, size: Option<usize>) -> Line {
        self.check_usable(py)?;
        self.check_open(py)?;
        if self.decoder.is_missing() {
            return Err(unsupported(py, "not readable"));
        }
        self.write_pending(py)?;
        let Some(size) = size else { return self.read_rest(py) };
        let first = self.take_decoded(py, size)?;
        if first.len() == size {
            return Ok(first);
        }
        let mut text = StrBuilder::new();
        text.push(py, &first)?;
        while text.len() < size {
            if !self.read_chunk_retry(py, size - text.len())? {
                break;
            }
            let more = self.take_decoded(py, size - text.len())?;
            text.push(py, &more)?;
        }
        text.finish(py)
    }

    fn read_rest(&self, py: Py<'_>) -> Line {
        let buffer = self.buffer(py)?;
        let bytes = match plain_core(&buffer) {
            Some(core) if core.is_reader() => {
                core.read(py, &buffer, -1)?.map_or_else(|| py.none(), Ref::upcast)
            }
            _ => buffer.call_method(py, id!(py, "read"), &[])?,
        };
        if bytes.is_none() {
            bail!(py, BlockingIOError, "Read returned None.");
        }
        let rest = self.decoder.decode(py, &bytes, &self.errors_text(py), true)?;
        let first = self.take_decoded(py, usize::MAX)?;
        let text = if first.is_empty() { rest } else { first.concat(py, &rest)? };
        self.forget_decoded();
        self.snapshot.clear();
        Ok(text)
    }

    /// `readline(limit)`.
    pub(super) fn read_line(&self, py: Py<'_>, limit: Option<usize>) -> Line {
        self.check_usable(py)?;
        self.check_open(py)?;
        self.write_pending(py)?;
        let mode = self.newline.get();
        let limit = limit.unwrap_or(usize::MAX);
        let mut line: Option<StrBuilder> = None;
        // A carriage return at the end of the last piece: with a line feed next it ends the line.
        let mut half = false;
        loop {
            let text = match self.decoded.get() {
                Some(text) if self.used.get() < text.len() => text,
                _ => {
                    if self.read_chunk_retry(py, 0)? {
                        continue;
                    }
                    self.forget_decoded();
                    self.snapshot.clear();
                    return match line {
                        Some(line) => line.finish(py),
                        None => Ok(PyStr::empty()),
                    };
                }
            };
            let start = self.used.get();
            let room = limit - line.as_ref().map_or(0, StrBuilder::len);
            let mut end = if half && text.code_point(start) == Some(u32::from(b'\n')) {
                Some(start + 1)
            } else {
                mode.line_end(&text, start)
            };
            let mut done = end.is_some();
            let stop = start.saturating_add(room).min(text.len());
            if start.saturating_add(room) <= end.unwrap_or(text.len()) {
                end = Some(stop);
                done = true;
            }
            let end = end.unwrap_or(text.len());
            self.used.set(end);
            if done && line.is_none() {
                return if start == 0 && end == text.len() {
                    Ok(text)
                } else {
                    text.substring(py, start, end)
                };
            }
            let so_far = line.get_or_insert_with(StrBuilder::new);
            if start == 0 && end == text.len() {
                so_far.push(py, &text)?;
            } else {
                so_far.push_range(py, &text, start, end)?;
            }
            if done {
                return line.unwrap_or_default().finish(py);
            }
            half = mode == super::NewlineMode::CrLf && text.code_point(end - 1) == Some(u32::from(b'\r'));
        }
    }

    /// `__next__`.
    pub(super) fn next_line(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        self.check_usable(py)?;
        self.telling.set(false);
        let line = if self.is_exactly(Self::type_object()) {
            // Most lines stand wholly in what is decoded already.
            if let Some(text) = self.decoded.get() {
                let start = self.used.get();
                if let Some(end) = self.newline.get().line_end(&text, start)
                    && self.pending.borrow().is_empty()
                {
                    self.check_open(py)?;
                    self.used.set(end);
                    return text.substring(py, start, end).map(Some);
                }
            }
            self.read_line(py, None)?
        } else {
            let line = self.call_method(py, id!(py, "readline"), &[])?;
            line.downcast_into::<PyStr>().map_err(|other| {
                raise!(
                    py,
                    OSError,
                    "readline() should have returned a str object, not '{}'",
                    other.ty().name()
                )
            })?
        };
        if line.is_empty() {
            self.snapshot.clear();
            self.telling.set(self.seekable.get());
            return Ok(None);
        }
        Ok(Some(line))
    }
}
