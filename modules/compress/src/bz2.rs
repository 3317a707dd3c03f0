//! Module `_bz2`.

use bzip2::{Action, Compress, Compression, Decompress, Error, Status};
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use crate::decompressor::{Progress, Step};
use crate::exclusive::Exclusive;

#[cold]
fn raise_error(py: Py<'_>, error: &Error) -> Raised {
    match error {
        Error::Sequence => {
            raise!(py, RuntimeError, "Internal error - Invalid sequence of commands sent to libbzip2")
        }
        Error::Data | Error::DataMagic => raise!(py, OSError, "Invalid data stream"),
        Error::Param => {
            raise!(py, ValueError, "Internal error - invalid parameters passed to libbzip2")
        }
    }
}

/// `_bz2.BZ2Compressor`.
#[pyclass(module = "_bz2", name = "BZ2Compressor", immutable, heap)]
#[repr(C)]
pub struct Bz2Compressor {
    base: PyObject,
    /// Nothing after `flush`.
    stream: Exclusive<Option<Compress>>,
}

/// Compresses everything.
fn squeeze(stream: &mut Compress, input: &[u8], action: Action) -> Result<Vec<u8>, Error> {
    let mut out: Vec<u8> = Vec::new();
    let begin = stream.total_in();
    loop {
        let used = (stream.total_in() - begin) as usize;
        let rest = input.get(used..).unwrap_or_default();
        if rest.is_empty() && matches!(action, Action::Run) {
            return Ok(out);
        }
        out.reserve(out.len().clamp(8 * 1024, 16 << 20));
        if let Status::StreamEnd = stream.compress_vec(rest, &mut out, action)? {
            return Ok(out);
        }
    }
}

#[pymethods]
impl Bz2Compressor {
    #[new]
    #[sig("(compresslevel=9, /)")]
    fn new(py: Py<'_>, cls: &PyType, #[default(9)] compresslevel: i32) -> PyResult<Ref<PyObject>> {
        let Some(level) = u32::try_from(compresslevel).ok().filter(|l| (1..=9).contains(l)) else {
            bail!(py, ValueError, "compresslevel must be between 1 and 9")
        };
        let stream = Exclusive::new(Some(Compress::new(Compression::new(level), 0)));
        Bz2Compressor { base: PyObject::HEADER, stream }.alloc(py, cls)
    }

    #[pymethod]
    fn compress(&self, py: Py<'_>, data: BufferArg) -> PyResult<Vec<u8>> {
        let mut guard = self.stream.lock(py);
        let Some(stream) = guard.as_mut() else { bail!(py, ValueError, "Compressor has been flushed") };
        let bytes = data.as_bytes();
        py.detach(|| squeeze(stream, bytes, Action::Run)).map_err(|e| raise_error(py, &e))
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<Vec<u8>> {
        let mut guard = self.stream.lock(py);
        let Some(mut stream) = guard.take() else { bail!(py, ValueError, "Repeated call to flush()") };
        py.detach(|| squeeze(&mut stream, &[], Action::Finish)).map_err(|e| raise_error(py, &e))
    }
}

/// `_bz2.BZ2Decompressor`.
#[pyclass(module = "_bz2", name = "BZ2Decompressor", immutable, heap)]
#[repr(C)]
pub struct Bz2Decompressor {
    base: PyObject,
    stream: Exclusive<Decompress>,
    #[no_traverse]
    progress: Progress,
    /// After an error the stream is in no state to go on.
    failed: Cell<bool>,
}

#[pymethods]
impl Bz2Decompressor {
    #[new]
    #[sig("()")]
    fn new(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyObject>> {
        let stream = Exclusive::new(Decompress::new(false));
        Bz2Decompressor {
            base: PyObject::HEADER,
            stream,
            progress: Progress::new(),
            failed: Cell::new(false),
        }
        .alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, /, data, max_length=-1)")]
    fn decompress(&self, py: Py<'_>, data: BufferArg, #[default(-1)] max_length: isize) -> PyResult<Vec<u8>> {
        let mut stream = self.stream.lock(py);
        if self.progress.eof.get() {
            bail!(py, EOFError, "End of stream already reached");
        }
        if self.failed.get() {
            bail!(py, ValueError, "Decompressor is unusable after a previous error");
        }
        let limit = usize::try_from(max_length).ok();
        let made = self.progress.run(py, data.as_bytes(), limit, |input, out| {
            let before = stream.total_in();
            let status = stream.decompress_vec(input, out);
            let used = (stream.total_in() - before) as usize;
            match status {
                Ok(Status::StreamEnd) => Step::Ended(used),
                Ok(_) => Step::Going(used),
                Err(error) => Step::Failed(error),
            }
        })?;
        made.map_err(|error| {
            self.failed.set(true);
            self.progress.needs_input.set(false);
            raise_error(py, &error)
        })
    }

    #[getter]
    fn eof(&self) -> bool {
        self.progress.eof.get()
    }

    #[getter]
    fn needs_input(&self) -> bool {
        self.progress.needs_input.get()
    }

    #[getter]
    fn unused_data(&self) -> Ref<PyBytes> {
        self.progress.unused()
    }
}

/// The module.
#[pymodule(name = "_bz2", types = [super::Bz2Compressor, super::Bz2Decompressor])]
#[allow(clippy::module_inception)]
pub mod bz2 {}
