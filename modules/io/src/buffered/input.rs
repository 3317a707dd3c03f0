//! Reading through the buffer.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::core::Core;
use crate::file_io::FileIo;

impl Core {
    /// Fills the empty buffer with one read; `None`: nothing there yet.
    fn fill(&self, py: Py<'_>, raw: &PyObject) -> PyResult<Option<usize>> {
        let mut buffer = self.buffer.take();
        let got = self.raw_read(py, raw, &mut buffer);
        if self.size.get() == buffer.len() {
            self.buffer.replace(buffer);
        }
        let got = got?;
        self.pos.set(0);
        self.ahead.set(got.unwrap_or(0));
        Ok(got)
    }

    /// Calls `with` with up to `most` bytes read ahead and marks them as read.
    fn consume<R>(&self, most: usize, with: impl FnOnce(&[u8]) -> R) -> R {
        let n = most.min(self.ahead.get());
        let pos = self.pos.get();
        self.pos.set(pos + n);
        self.ahead.set(self.ahead.get() - n);
        let buffer = self.buffer.borrow();
        with(buffer.get(pos..pos + n).unwrap_or_default())
    }

    /// What stands in front of reading: unwritten bytes go out first.
    fn prepare(&self, py: Py<'_>, raw: &PyObject) -> PyResult<()> {
        if self.pending.get() > 0 { self.flush_pending(py, raw) } else { Ok(()) }
    }

    /// `read(size)`.
    pub fn read(&self, py: Py<'_>, this: &PyObject, size: isize) -> PyResult<Option<Ref<PyBytes>>> {
        if size < -1 {
            self.raw(py)?;
            bail!(py, ValueError, "read length must be non-negative or -1");
        }
        let raw = self.open_raw(py, "read of closed file")?;
        let Ok(size) = usize::try_from(size) else {
            let _guard = self.enter(py, this)?;
            return self.read_all(py, &raw);
        };
        let _guard = self.enter(py, this)?;
        if size <= self.ahead.get() {
            return self.consume(size, |bytes| PyBytes::new(py, bytes)).map(Some);
        }
        self.read_many(py, &raw, size)
    }

    /// More than what is read ahead.
    fn read_many(&self, py: Py<'_>, raw: &PyObject, size: usize) -> PyResult<Option<Ref<PyBytes>>> {
        let mut blocked = false;
        let start = self.ahead.get();
        self.prepare(py, raw)?;
        let made = PyBytes::build(py, size, |into| {
            let mut done = self.consume(start, |bytes| {
                if let Some(into) = into.get_mut(..bytes.len()) {
                    into.copy_from_slice(bytes);
                }
                bytes.len()
            });
            self.forget_ahead();
            while done < size {
                let rest = into.get_mut(done..).unwrap_or_default();
                let whole = rest.len() - rest.len() % self.size.get().max(1);
                if whole > 0 {
                    // Whole buffers go straight to their place.
                    match self.raw_read(py, raw, rest.get_mut(..whole).unwrap_or_default())? {
                        Some(0) => break,
                        Some(n) => done += n,
                        None => {
                            blocked = true;
                            break;
                        }
                    }
                    continue;
                }
                match self.fill(py, raw)? {
                    Some(0) => break,
                    Some(_) => {
                        done += self.consume(rest.len(), |bytes| {
                            if let Some(into) = rest.get_mut(..bytes.len()) {
                                into.copy_from_slice(bytes);
                            }
                            bytes.len()
                        });
                    }
                    None => {
                        blocked = true;
                        break;
                    }
                }
            }
            Ok(done)
        })?;
        Ok((!blocked || !made.is_empty()).then_some(made))
    }

    /// Everything up to the end.
    fn read_all(&self, py: Py<'_>, raw: &PyObject) -> PyResult<Option<Ref<PyBytes>>> {
        self.prepare(py, raw)?;
        let ahead = self.consume(usize::MAX, <[u8]>::to_vec);
        self.forget_ahead();
        self.raw_position.set(None);
        let joined = |ahead: &[u8], more: &[u8]| {
            let mut all = Vec::new();
            if all.try_reserve_exact(ahead.len() + more.len()).is_err() {
                return Err(py.no_memory());
            }
            all.extend_from_slice(ahead);
            all.extend_from_slice(more);
            PyBytes::new(py, &all)
        };
        if let Some(file) = FileIo::is_plain(raw) {
            let more = file.read_to_end(py)?;
            return match more {
                Some(more) if ahead.is_empty() => Ok(Some(more)),
                Some(more) => joined(&ahead, more.as_bytes()).map(Some),
                None if ahead.is_empty() => Ok(None),
                None => PyBytes::new(py, &ahead).map(Some),
            };
        }
        if let Some(readall) = raw.get_attr_optional(py, id!(py, "readall"))? {
            let more = readall.call(py, &[])?;
            if more.is_none() {
                return if ahead.is_empty() { Ok(None) } else { PyBytes::new(py, &ahead).map(Some) };
            }
            let Some(more) = more.downcast::<PyBytes>() else {
                bail!(py, TypeError, "readall() should return bytes")
            };
            return joined(&ahead, more.as_bytes()).map(Some);
        }
        let mut all = ahead;
        loop {
            let data = raw.call_method(py, id!(py, "read"), &[])?;
            let more = match data.downcast::<PyBytes>() {
                Some(bytes) => Some(bytes),
                None if data.is_none() => None,
                None => bail!(py, TypeError, "read() should return bytes"),
            };
            match more {
                Some(more) if !more.is_empty() => all.extend_from_slice(more.as_bytes()),
                None if all.is_empty() => return Ok(None),
                _ => return PyBytes::new(py, &all).map(Some),
            }
        }
    }

    /// `read1(size)`.
    pub fn read1(&self, py: Py<'_>, this: &PyObject, size: isize) -> PyResult<Ref<PyBytes>> {
        let size = usize::try_from(size).unwrap_or(self.size.get());
        let raw = self.open_raw(py, "read of closed file")?;
        if size == 0 {
            return Ok(PyBytes::empty());
        }
        let _guard = self.enter(py, this)?;
        if self.ahead.get() > 0 {
            return self.consume(size, |bytes| PyBytes::new(py, bytes));
        }
        self.prepare(py, &raw)?;
        self.forget_ahead();
        PyBytes::build(py, size, |into| Ok(self.raw_read(py, &raw, into)?.unwrap_or(0)))
    }

    /// `readinto(buffer)` and `readinto1(buffer)`.
    pub fn read_into(
        &self,
        py: Py<'_>,
        this: &PyObject,
        buffer: &Buffer,
        once: bool,
    ) -> PyResult<Option<usize>> {
        let raw = self.open_raw(py, "readinto of closed file")?;
        let _guard = self.enter(py, this)?;
        let total = buffer.len();
        let mut done = self.consume(total, |bytes| {
            buffer.write_at(0, bytes);
            bytes.len()
        });
        if done == total {
            return Ok(Some(done));
        }
        self.prepare(py, &raw)?;
        self.forget_ahead();
        while done < total {
            let left = total - done;
            let got = if left > self.size.get() {
                let plain = FileIo::is_plain(&raw).is_some();
                if plain {
                    buffer.fill(|into| self.raw_read(py, &raw, into.get_mut(done..).unwrap_or_default()))?
                } else {
                    let mut room = Vec::new();
                    if room.try_reserve_exact(left).is_err() {
                        return Err(py.no_memory());
                    }
                    room.resize(left, 0);
                    let got = self.raw_read(py, &raw, &mut room)?;
                    buffer.write_at(done, room.get(..got.unwrap_or(0)).unwrap_or_default());
                    got
                }
            } else if once && done > 0 {
                break;
            } else {
                let got = self.fill(py, &raw)?;
                got.map(|_| {
                    self.consume(left, |bytes| {
                        buffer.write_at(done, bytes);
                        bytes.len()
                    })
                })
            };
            match got {
                Some(0) => break,
                Some(n) => done += n,
                None if done > 0 => break,
                None => return Ok(None),
            }
            if once {
                break;
            }
        }
        Ok(Some(done))
    }

    /// `peek()`.
    pub fn peek(&self, py: Py<'_>, this: &PyObject) -> PyResult<Ref<PyBytes>> {
        let raw = self.open_raw(py, "peek of closed file")?;
        let _guard = self.enter(py, this)?;
        if self.ahead.get() == 0 {
            self.prepare(py, &raw)?;
            self.forget_ahead();
            self.fill(py, &raw)?;
        }
        let (pos, ahead) = (self.pos.get(), self.ahead.get());
        PyBytes::new(py, self.buffer.borrow().get(pos..pos + ahead).unwrap_or_default())
    }

    /// `readline(limit)`.
    pub fn readline(&self, py: Py<'_>, this: &PyObject, limit: Option<usize>) -> PyResult<Ref<PyBytes>> {
        let raw = self.open_raw(py, "readline of closed file")?;
        let _guard = self.enter(py, this)?;
        let limit = limit.unwrap_or(usize::MAX);
        let found = |most: usize| {
            let (pos, ahead) = (self.pos.get(), self.ahead.get().min(most));
            let buffer = self.buffer.borrow();
            memchr::memchr(b'\n', buffer.get(pos..pos + ahead).unwrap_or_default()).map(|i| i + 1)
        };
        if let Some(end) = found(limit) {
            return self.consume(end, |bytes| PyBytes::new(py, bytes));
        }
        if limit <= self.ahead.get() {
            return self.consume(limit, |bytes| PyBytes::new(py, bytes));
        }
        let mut line = self.consume(usize::MAX, <[u8]>::to_vec);
        self.prepare(py, &raw)?;
        while line.len() < limit {
            self.forget_ahead();
            if self.fill(py, &raw)?.unwrap_or(0) == 0 {
                break;
            }
            let left = limit - line.len();
            match found(left) {
                Some(end) => {
                    self.consume(end, |bytes| line.extend_from_slice(bytes));
                    break;
                }
                None => self.consume(left, |bytes| line.extend_from_slice(bytes)),
            }
        }
        PyBytes::new(py, &line)
    }
}
