//! `ZstdDecompressor`.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;
use krait_runtime::system::zstd::Decompressor;

use super::ERROR;
use super::dictionary::{Use, argument};
use super::parameters::{options, refused};
use crate::decompressor::{Progress, Step};
use crate::exclusive::Exclusive;

/// `compression.zstd.ZstdDecompressor`.
#[pyclass(module = "compression.zstd", name = "ZstdDecompressor", gc, heap, immutable)]
#[repr(C)]
pub struct ZstdDecompressor {
    base: PyObject,
    #[no_traverse]
    stream: Exclusive<Decompressor>,
    #[no_traverse]
    progress: Progress,
}

#[pymethods]
impl ZstdDecompressor {
    #[new]
    #[sig("(zstd_dict=None, options=None)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        zstd_dict: Option<&PyObject>,
        options: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(mut stream) = Decompressor::new() else { return Err(py.no_memory()) };
        if let Some(dictionary) = zstd_dict.filter(|dictionary| !dictionary.is_none()) {
            let (dictionary, how) = argument(py, dictionary, Use::Digested)?;
            let loaded = match how {
                Use::Digested => stream.refer(dictionary.for_decompression(py)?),
                Use::Undigested => stream.load(dictionary.content()),
                Use::Prefix => stream.prefix(dictionary.content()),
            };
            loaded.map_err(|text| {
                ERROR.raise(
                    py,
                    format_args!("Unable to load Zstandard dictionary or prefix for decompression: {text}"),
                )
            })?;
        }
        if let Some(given) = options.filter(|options| !options.is_none()) {
            let Some(given) = given.downcast::<PyDict>() else {
                bail!(
                    py,
                    TypeError,
                    "ZstdDecompressor() argument 'options' must be dict, not {}",
                    given.ty().name()
                );
            };
            for (id, value) in self::options(py, given, false)? {
                if stream.set(id, value).is_err() {
                    return Err(refused(py, id, value, false));
                }
            }
        }
        let stream = Exclusive::new(stream);
        ZstdDecompressor { base: PyObject::HEADER, stream, progress: Progress::new() }.alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, /, data, max_length=-1)")]
    fn decompress(&self, py: Py<'_>, data: BufferArg, #[default(-1)] max_length: isize) -> PyResult<Vec<u8>> {
        let mut stream = self.stream.lock(py);
        if self.progress.eof.get() {
            bail!(py, EOFError, "Already at the end of a Zstandard frame.");
        }
        let limit = usize::try_from(max_length).ok();
        let made = self.progress.run(py, data.as_bytes(), limit, |input, out| {
            match stream.step(input, out, usize::MAX) {
                Ok(progress) if progress.left == 0 => Step::Ended(progress.used),
                Ok(progress) => Step::Going(progress.used),
                Err(text) => Step::Failed(text),
            }
        })?;
        made.map_err(|text| {
            stream.reset();
            self.progress.needs_input.set(true);
            ERROR.raise(py, format_args!("Unable to decompress Zstandard data: {text}"))
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
