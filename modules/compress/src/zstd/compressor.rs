//! `ZstdCompressor`.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;
use krait_runtime::system::zstd::{Compressor, Failure, Mode, parameter_bounds};

use super::ERROR;
use super::dictionary::{Use, argument};
use super::parameters::{LEVEL, options, refused};
use crate::exclusive::Exclusive;

/// `compression.zstd.ZstdCompressor`.
#[pyclass(module = "compression.zstd", name = "ZstdCompressor", gc, heap, immutable)]
#[repr(C)]
pub struct ZstdCompressor {
    base: PyObject,
    #[no_traverse]
    stream: Exclusive<Compressor>,
    #[pymember("last_mode", int, readonly)]
    last_mode: Cell<i32>,
}

fn mode_of(number: i32) -> Option<Mode> {
    Some(match number {
        0 => Mode::Continue,
        1 => Mode::FlushBlock,
        2 => Mode::FlushFrame,
        _ => return None,
    })
}

/// Compresses everything.
fn squeeze(stream: &mut Compressor, input: &[u8], mode: Mode) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let mut used = 0;
    loop {
        out.reserve(out.len().clamp(32 * 1024, 16 << 20));
        let rest = input.get(used..).unwrap_or_default();
        let progress = stream.step(rest, &mut out, mode)?;
        used += progress.used;
        let done = if mode == Mode::Continue { used == input.len() } else { progress.left == 0 };
        if done {
            return Ok(out);
        }
    }
}

impl ZstdCompressor {
    fn work(&self, py: Py<'_>, input: &[u8], mode: Mode) -> PyResult<Vec<u8>> {
        let mut stream = self.stream.lock(py);
        let made = py.detach(|| {
            let made = squeeze(&mut stream, input, mode);
            if made.is_err() {
                stream.reset();
            }
            made
        });
        match made {
            Ok(bytes) => {
                self.last_mode.set(mode as i32);
                Ok(bytes)
            }
            Err(text) => {
                self.last_mode.set(Mode::FlushFrame as i32);
                Err(ERROR.raise(py, format_args!("Unable to compress Zstandard data: {text}")))
            }
        }
    }
}

/// The level as a number within bounds.
fn level_of(py: Py<'_>, level: &PyObject) -> PyResult<i32> {
    let Some(number) = level.downcast::<PyInt>() else {
        bail!(py, TypeError, "invalid type for level, expected int");
    };
    let (low, high) = parameter_bounds(LEVEL, true).unwrap_or((0, 0));
    let Some(level) = number.as_i64().and_then(|level| i32::try_from(level).ok()) else {
        bail!(py, ValueError, "illegal compression level; the valid range is [{low}, {high}]");
    };
    if (low..=high).contains(&level) { Ok(level) } else { Err(refused(py, LEVEL, level, true)) }
}

#[pymethods]
impl ZstdCompressor {
    #[new]
    #[sig("(level=None, options=None, zstd_dict=None)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        level: Option<&PyObject>,
        options: Option<&PyObject>,
        zstd_dict: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let given = |argument: Option<&'_ PyObject>| argument.is_some_and(|argument| !argument.is_none());
        if given(level) && given(options) {
            bail!(py, TypeError, "Only one of level or options should be used.");
        }
        let mut parameters = Vec::new();
        if let Some(level) = level.filter(|level| !level.is_none()) {
            parameters.push((LEVEL, level_of(py, level)?));
        }
        if let Some(given) = options.filter(|options| !options.is_none()) {
            let Some(given) = given.downcast::<PyDict>() else {
                bail!(
                    py,
                    TypeError,
                    "ZstdCompressor() argument 'options' must be dict, not {}",
                    given.ty().name()
                );
            };
            parameters = self::options(py, given, true)?;
        }
        let Some(mut stream) = Compressor::new() else { return Err(py.no_memory()) };
        let mut level = 3;
        for (id, value) in parameters {
            if id == LEVEL {
                level = value;
            }
            if stream.set(id, value).is_err() {
                return Err(refused(py, id, value, true));
            }
        }
        if let Some(dictionary) = zstd_dict.filter(|dictionary| !dictionary.is_none()) {
            let (dictionary, how) = argument(py, dictionary, Use::Undigested)?;
            let loaded = match how {
                Use::Digested => stream.refer(dictionary.for_compression(py, level)?),
                Use::Undigested => stream.load(dictionary.content()),
                Use::Prefix => stream.prefix(dictionary.content()),
            };
            loaded.map_err(|text| {
                ERROR.raise(
                    py,
                    format_args!("Unable to load Zstandard dictionary or prefix for compression: {text}"),
                )
            })?;
        }
        let stream = Exclusive::new(stream);
        ZstdCompressor { base: PyObject::HEADER, stream, last_mode: Cell::new(Mode::FlushFrame as i32) }
            .alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, /, data, mode=0)")]
    fn compress(&self, py: Py<'_>, data: BufferArg, #[default(0)] mode: i32) -> PyResult<Vec<u8>> {
        let Some(mode) = mode_of(mode) else {
            bail!(
                py,
                ValueError,
                "mode argument wrong value, it should be one of ZstdCompressor.CONTINUE, \
                 ZstdCompressor.FLUSH_BLOCK, ZstdCompressor.FLUSH_FRAME."
            );
        };
        self.work(py, data.as_bytes(), mode)
    }

    #[pymethod]
    #[sig("($self, /, mode=2)")]
    fn flush(&self, py: Py<'_>, #[default(2)] mode: i32) -> PyResult<Vec<u8>> {
        let Some(mode) = mode_of(mode).filter(|mode| *mode != Mode::Continue) else {
            bail!(
                py,
                ValueError,
                "mode argument wrong value, it should be ZstdCompressor.FLUSH_FRAME or ZstdCompressor.FLUSH_BLOCK."
            );
        };
        self.work(py, &[], mode)
    }

    #[pymethod]
    #[sig("($self, size, /)")]
    fn set_pledged_input_size(&self, py: Py<'_>, size: &PyObject) -> PyResult<()> {
        let limit = u64::MAX - 1;
        let size = if size.is_none() {
            None
        } else {
            let Some(number) = size.downcast::<PyInt>() else {
                bail!(py, TypeError, "an integer is required")
            };
            match number.as_u64().filter(|number| *number < limit) {
                Some(number) => Some(number),
                None => bail!(py, ValueError, "size argument should be a positive int less than {limit}"),
            }
        };
        let mut stream = self.stream.lock(py);
        if self.last_mode.get() != Mode::FlushFrame as i32 {
            bail!(
                py,
                ValueError,
                "set_pledged_input_size() method must be called when last_mode == FLUSH_FRAME"
            );
        }
        stream.set_pledged_size(size).map_err(|text| {
            ERROR.raise(py, format_args!("Unable to set pledged uncompressed content size: {text}"))
        })
    }
}
