//! What `zlib.decompressobj` gives, and `zlib._ZlibDecompressor`.

use std::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::{Buffer, BufferArg};
use krait_runtime::system::zlib::{Outcome, ZStream};

use super::stream::{Shared, pump, raise_error};

/// `zlib.Decompress`.
#[pyclass(module = "zlib", name = "Decompress", disallow_instantiation, gc, heap)]
#[repr(C)]
pub struct Decompress {
    base: PyObject,
    stream: Shared,
    #[pymember("unused_data", object, readonly)]
    unused_data: Member<PyBytes>,
    #[pymember("unconsumed_tail", object, readonly)]
    unconsumed_tail: Member<PyBytes>,
    #[pymember("eof", readonly)]
    eof: Cell<bool>,
    zdict: Member<PyBytes>,
}

/// A decompressor, its dictionary set at once where the stream has no header to ask for it.
fn begin(py: Py<'_>, wbits: i32, zdict: Option<&PyBytes>) -> PyResult<ZStream> {
    let mut stream = match ZStream::decompressor(wbits) {
        Ok(stream) => stream,
        Err(-2) => bail!(py, ValueError, "Invalid initialization option"),
        Err(-4) => bail!(py, MemoryError, "Can't allocate memory for decompression object"),
        Err(code) => return Err(raise_error(py, None, code, "while creating decompression object")),
    };
    if let Some(zdict) = zdict.filter(|_| wbits < 0) {
        give_dictionary(py, &mut stream, zdict)?;
    }
    Ok(stream)
}

fn give_dictionary(py: Py<'_>, stream: &mut ZStream, zdict: &PyBytes) -> PyResult<()> {
    if u32::try_from(zdict.len()).is_err() {
        bail!(py, OverflowError, "zdict length does not fit in an unsigned int");
    }
    match stream.set_dictionary(zdict.as_bytes()) {
        0 => Ok(()),
        code => Err(raise_error(py, Some(stream), code, "while setting zdict")),
    }
}

fn dictionary(py: Py<'_>, zdict: Option<&PyObject>) -> PyResult<Option<Ref<PyBytes>>> {
    match zdict {
        None => Ok(None),
        Some(zdict) if !zdict.has_buffer() => {
            bail!(py, TypeError, "zdict argument must support the buffer protocol")
        }
        Some(zdict) => Ok(Some(PyBytes::new(py, Buffer::new(py, zdict)?.as_bytes())?)),
    }
}

/// Runs the stream, and gives it its dictionary when it asks.
fn inflate(
    py: Py<'_>,
    stream: &mut ZStream,
    input: &[u8],
    out: &mut Vec<u8>,
    limit: Option<usize>,
    flush: i32,
    zdict: Option<&PyBytes>,
) -> PyResult<Outcome> {
    let begin = out.len();
    let mut used = 0;
    loop {
        let rest = input.get(used..).unwrap_or_default();
        let left = limit.map(|limit| limit.saturating_sub(out.len() - begin));
        let mut done = py.detach(|| pump(stream, rest, out, left, flush));
        used += done.used;
        done.used = used;
        match (done.code, zdict) {
            (2, Some(zdict)) => give_dictionary(py, stream, zdict)?,
            _ => return Ok(done),
        }
    }
}

impl Decompress {
    /// `zlib.decompressobj`.
    pub fn start(py: Py<'_>, wbits: i32, zdict: Option<&PyObject>) -> PyResult<Ref<Decompress>> {
        let zdict = dictionary(py, zdict)?;
        let stream = begin(py, wbits, zdict.as_deref())?;
        Decompress {
            base: PyObject::HEADER,
            stream: Shared::new(stream),
            unused_data: Member::new(PyBytes::empty()),
            unconsumed_tail: Member::new(PyBytes::empty()),
            eof: Cell::new(false),
            zdict: Member::from_option(zdict),
        }
        .alloc_exact(py)
    }

    fn twin(&self, py: Py<'_>) -> PyResult<Ref<Decompress>> {
        let copied = self.stream.lock(py).as_mut().map(|stream| stream.copy());
        let stream = match copied {
            Some(Ok(stream)) => stream,
            Some(Err(-4)) => bail!(py, MemoryError, "Can't allocate memory for decompression object"),
            Some(Err(code)) => return Err(raise_error(py, None, code, "while copying decompression object")),
            None => bail!(py, ValueError, "Inconsistent stream state"),
        };
        Decompress {
            base: PyObject::HEADER,
            stream: Shared::new(stream),
            unused_data: Member::from_option(self.unused_data.get()),
            unconsumed_tail: Member::from_option(self.unconsumed_tail.get()),
            eof: Cell::new(self.eof.get()),
            zdict: Member::from_option(self.zdict.get()),
        }
        .alloc_exact(py)
    }

    /// Keeps what was not used.
    fn keep(&self, py: Py<'_>, rest: &[u8], ended: bool) -> PyResult<()> {
        if ended {
            if !rest.is_empty() {
                let old = self.unused_data.get().unwrap_or_else(PyBytes::empty);
                self.unused_data.set(PyBytes::new(py, &[old.as_bytes(), rest].concat())?);
            }
            self.unconsumed_tail.set(PyBytes::empty());
            self.eof.set(true);
        } else {
            self.unconsumed_tail.set(PyBytes::new(py, rest)?);
        }
        Ok(())
    }
}

#[pymethods]
impl Decompress {
    #[pymethod]
    #[sig("($self, data, /, max_length=0)")]
    fn decompress(&self, py: Py<'_>, data: BufferArg, #[default(0)] max_length: isize) -> PyResult<Vec<u8>> {
        if max_length < 0 {
            bail!(py, ValueError, "max_length must be non-negative");
        }
        let limit = usize::try_from(max_length).ok().filter(|n| *n > 0);
        let mut guard = self.stream.lock(py);
        let Some(stream) = guard.as_mut() else {
            return Err(raise_error(py, None, -2, "while decompressing data"));
        };
        let bytes = data.as_bytes();
        let mut out = Vec::new();
        let zdict = self.zdict.get();
        let done = inflate(py, stream, bytes, &mut out, limit, 2, zdict.as_deref())?;
        self.keep(py, bytes.get(done.used..).unwrap_or_default(), done.code == 1)?;
        if !matches!(done.code, 0 | 1 | -5) {
            return Err(raise_error(py, guard.as_ref(), done.code, "while decompressing data"));
        }
        Ok(out)
    }

    #[pymethod]
    #[sig("($self, length=16384, /)")]
    fn flush(&self, py: Py<'_>, #[default(16384)] length: isize) -> PyResult<Vec<u8>> {
        if length <= 0 {
            bail!(py, ValueError, "length must be greater than zero");
        }
        let mut guard = self.stream.lock(py);
        let Some(stream) = guard.as_mut() else { return Ok(Vec::new()) };
        let tail = self.unconsumed_tail.get().unwrap_or_else(PyBytes::empty);
        let bytes = tail.as_bytes();
        let mut out = Vec::new();
        let zdict = self.zdict.get();
        let done = inflate(py, stream, bytes, &mut out, None, 4, zdict.as_deref())?;
        self.keep(py, bytes.get(done.used..).unwrap_or_default(), done.code == 1)?;
        match done.code {
            1 => *guard = None,
            0 | -5 => {}
            code => return Err(raise_error(py, guard.as_ref(), code, "while flushing")),
        }
        Ok(out)
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<Decompress>> {
        self.twin(py)
    }

    #[pymethod]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Decompress>> {
        self.twin(py)
    }

    #[pymethod]
    fn __deepcopy__(&self, py: Py<'_>, _memo: &PyObject) -> PyResult<Ref<Decompress>> {
        self.twin(py)
    }
}

/// `zlib._ZlibDecompressor`: keeps unused input by itself.
#[pyclass(module = "zlib", name = "_ZlibDecompressor", immutable, gc, heap)]
#[repr(C)]
pub struct ZlibDecompressor {
    base: PyObject,
    stream: Shared,
    #[no_traverse]
    waiting: RefCell<Vec<u8>>,
    #[pymember("unused_data", object, readonly)]
    unused_data: Member<PyBytes>,
    #[pymember("needs_input", readonly)]
    needs_input: Cell<bool>,
    #[pymember("eof", readonly)]
    eof: Cell<bool>,
    zdict: Member<PyBytes>,
}

#[pymethods]
impl ZlibDecompressor {
    #[new]
    #[sig("(wbits=15, zdict=b'')")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        #[default(15)] wbits: i32,
        zdict: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let zdict = dictionary(py, zdict)?;
        let stream = begin(py, wbits, zdict.as_deref())?;
        ZlibDecompressor {
            base: PyObject::HEADER,
            stream: Shared::new(stream),
            waiting: RefCell::new(Vec::new()),
            unused_data: Member::new(PyBytes::empty()),
            needs_input: Cell::new(true),
            eof: Cell::new(false),
            zdict: Member::from_option(zdict),
        }
        .alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, /, data, max_length=-1)")]
    fn decompress(&self, py: Py<'_>, data: BufferArg, #[default(-1)] max_length: isize) -> PyResult<Vec<u8>> {
        let mut guard = self.stream.lock(py);
        if self.eof.get() {
            bail!(py, EOFError, "End of stream already reached");
        }
        let Some(stream) = guard.as_mut() else {
            return Err(raise_error(py, None, -2, "while decompressing data"));
        };
        let mut joined = self.waiting.take();
        let bytes = if joined.is_empty() {
            data.as_bytes()
        } else {
            joined.extend_from_slice(data.as_bytes());
            &joined
        };
        let mut out = Vec::new();
        let (limit, zdict) = (usize::try_from(max_length).ok(), self.zdict.get());
        let done = inflate(py, stream, bytes, &mut out, limit, 2, zdict.as_deref())?;
        if !matches!(done.code, 0 | 1 | -5) {
            return Err(raise_error(py, guard.as_ref(), done.code, "while decompressing data"));
        }
        let rest = bytes.get(done.used..).unwrap_or_default();
        if done.code == 1 {
            self.eof.set(true);
            self.needs_input.set(false);
            self.unused_data.set(PyBytes::new(py, rest)?);
        } else {
            self.needs_input.set(rest.is_empty());
            self.waiting.replace(rest.to_vec());
        }
        Ok(out)
    }
}
