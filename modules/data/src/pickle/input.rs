//! Where pickles come from: bytes in memory, or a file that is read no further than needed.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use super::unpickling_error;

/// Bytes asked from a file's `peek`.
const PREFETCH: usize = 128 * 1024;

struct File {
    read: Ref<PyObject>,
    readline: Ref<PyObject>,
    peek: Option<Ref<PyObject>>,
}

/// The bytes at hand, and where more come from.
pub struct Input {
    bytes: Option<Buffer>,
    at: usize,
    /// From here on bytes were peeked at: the file still has them.
    peeked: usize,
    /// Where the present frame ends: no opcode and no argument may reach beyond.
    frame_end: Option<usize>,
    file: Option<File>,
}

#[cold]
fn truncated(py: Py<'_>) -> krait_runtime::error::Raised {
    unpickling_error!(py, "pickle data was truncated")
}

impl Input {
    /// All bytes of a buffer.
    pub fn bytes(py: Py<'_>, data: &PyObject) -> PyResult<Input> {
        Ok(Input { bytes: Some(Buffer::new(py, data)?), at: 0, peeked: 0, frame_end: None, file: None })
    }

    /// A file.
    pub fn file(py: Py<'_>, file: &PyObject) -> PyResult<Input> {
        let peek = file.get_attr_optional(py, id!(py, "peek"))?;
        let read = file.get_attr_optional(py, id!(py, "read"))?;
        let readline = file.get_attr_optional(py, id!(py, "readline"))?;
        match (read, readline) {
            (Some(read), Some(readline)) => {
                let file = Some(File { read, readline, peek });
                Ok(Input { bytes: None, at: 0, peeked: 0, frame_end: None, file })
            }
            _ => Err(raise!(py, TypeError, "file must have 'read' and 'readline' attributes")),
        }
    }

    #[inline]
    fn content(&self) -> &[u8] {
        self.bytes.as_ref().map_or(&[], Buffer::as_bytes)
    }

    fn hold(&mut self, py: Py<'_>, data: &PyObject) -> PyResult<usize> {
        let buffer = Buffer::new(py, data)?;
        let n = buffer.len();
        self.bytes = Some(buffer);
        self.at = 0;
        self.peeked = n;
        Ok(n)
    }

    /// Makes the file go past what was peeked at and used.
    pub fn skip_used(&mut self, py: Py<'_>) -> PyResult<()> {
        let Some(file) = &self.file else { return Ok(()) };
        if self.at > self.peeked {
            let used = (self.at - self.peeked).into_py(py)?;
            self.peeked = self.at;
            file.read.clone().call(py, &[&used])?;
        }
        Ok(())
    }

    /// Gets `n` bytes, or a line, from the file; how many came.
    fn fetch(&mut self, py: Py<'_>, n: Option<usize>) -> PyResult<usize> {
        self.skip_used(py)?;
        let Some(file) = &self.file else { return Err(truncated(py)) };
        let Some(n) = n else {
            let line = file.readline.clone().call(py, &[])?;
            return self.hold(py, &line);
        };
        let read = file.read.clone();
        if let Some(peek) = file.peek.clone()
            && n < PREFETCH
        {
            match peek.call(py, &[&*PREFETCH.into_py(py)?]) {
                Ok(data) => {
                    let got = self.hold(py, &data)?;
                    self.peeked = 0;
                    if n <= got {
                        return Ok(got);
                    }
                }
                Err(raised) if py.error_matches(types::NotImplementedError()) => {
                    py.clear_error(raised);
                    if let Some(file) = &mut self.file {
                        file.peek = None;
                    }
                }
                Err(raised) => return Err(raised),
            }
        }
        let data = read.call(py, &[&*n.into_py(py)?])?;
        self.hold(py, &data)
    }

    /// The next `n` bytes.
    #[inline]
    pub fn take(&mut self, py: Py<'_>, n: usize) -> PyResult<&[u8]> {
        if n > self.content().len() - self.at || self.frame_end.is_some() {
            self.more(py, n)?;
        }
        let start = self.at;
        self.at += n;
        self.content().get(start..start + n).ok_or_else(|| truncated(py))
    }

    #[inline(never)]
    fn more(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        self.stay_in_frame(py, n)?;
        if n <= self.content().len() - self.at {
            return Ok(());
        }
        if self.file.is_none() {
            return Err(truncated(py));
        }
        if isize::try_from(n).is_err() {
            return Err(unpickling_error!(py, "read would overflow (invalid bytecode)"));
        }
        if self.fetch(py, Some(n))? < n {
            return Err(truncated(py));
        }
        Ok(())
    }

    /// Refuses to read `n` bytes when the frame has some but not so many. An empty frame is forgotten.
    fn stay_in_frame(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        let Some(end) = self.frame_end else { return Ok(()) };
        if self.at == end {
            self.frame_end = None;
        } else if n > end - self.at {
            return Err(unpickling_error!(py, "pickle exhausted before end of frame"));
        }
        Ok(())
    }

    /// The next byte.
    #[inline]
    pub fn byte(&mut self, py: Py<'_>) -> PyResult<u8> {
        if self.frame_end != Some(self.at)
            && let Some(byte) = self.content().get(self.at)
        {
            let byte = *byte;
            self.at += 1;
            return Ok(byte);
        }
        self.take(py, 1).map(|bytes| bytes.first().copied().unwrap_or(0))
    }

    /// The next `N` bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self, py: Py<'_>) -> PyResult<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(py, N)?);
        Ok(array)
    }

    /// The next line, its end included.
    pub fn line(&mut self, py: Py<'_>) -> PyResult<&[u8]> {
        self.stay_in_frame(py, 0)?;
        let start = self.at;
        if let Some(n) = self
            .content()
            .get(start..self.frame_end.unwrap_or(self.content().len()))
            .and_then(|rest| rest.iter().position(|b| *b == b'\n'))
        {
            self.at = start + n + 1;
            return Ok(self.content().get(start..=start + n).unwrap_or_default());
        }
        if self.frame_end.is_some() {
            return Err(unpickling_error!(py, "pickle exhausted before end of frame"));
        }
        if self.file.is_none() {
            return Err(truncated(py));
        }
        let n = self.fetch(py, None)?;
        if n == 0 || self.content().last() != Some(&b'\n') {
            return Err(truncated(py));
        }
        self.at = n;
        Ok(self.content())
    }

    /// The next line without its end, which must not be empty.
    pub fn full_line(&mut self, py: Py<'_>) -> PyResult<&[u8]> {
        match self.line(py)? {
            [line @ .., _] if !line.is_empty() => Ok(line),
            _ => Err(truncated(py)),
        }
    }

    /// Begins a frame of `n` bytes, which are at hand then.
    pub fn frame(&mut self, py: Py<'_>, n: usize) -> PyResult<()> {
        self.stay_in_frame(py, 0)?;
        if self.frame_end.is_some() {
            return Err(unpickling_error!(py, "beginning of a new frame before end of current frame"));
        }
        self.take(py, n)?;
        self.at -= n;
        self.frame_end = (n > 0).then_some(self.at + n);
        Ok(())
    }
}
