//! Module `_lzma`. `filters.rs`: filter chains.

mod filters;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;
use liblzma::stream::{Action, Check, Error, LzmaOptions, Status, Stream};

use crate::decompressor::{Progress, Step};
use crate::exclusive::Exclusive;

const FORMAT_AUTO: i32 = 0;
const FORMAT_XZ: i32 = 1;
const FORMAT_ALONE: i32 = 2;
const FORMAT_RAW: i32 = 3;
const CHECK_CRC64: i32 = 4;
const CHECK_UNKNOWN: i32 = 16;
const PRESET_DEFAULT: u32 = 6;

/// `_lzma.LZMAError`.
static ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "_lzma.LZMAError", Some("Call to liblzma failed."), &[types::Exception()])
});

#[cold]
fn raise_error(py: Py<'_>, error: &Error) -> Raised {
    let text = match error {
        Error::Data => "Corrupt input data",
        Error::Options => "Invalid or unsupported options",
        Error::Format => "Input format not supported by decoder",
        Error::MemLimit => "Memory usage limit exceeded",
        Error::Mem => return py.no_memory(),
        Error::UnsupportedCheck => "Unsupported integrity check",
        Error::NoCheck => "Input data has no integrity check",
        Error::Program => "Internal error",
    };
    ERROR.raise(py, format_args!("{text}"))
}

fn check_of(id: i32) -> Option<Check> {
    Some(match id {
        0 => Check::None,
        1 => Check::Crc32,
        4 => Check::Crc64,
        10 => Check::Sha256,
        _ => return None,
    })
}

/// `_lzma.LZMACompressor`.
#[pyclass(module = "_lzma", name = "LZMACompressor", immutable, heap)]
#[repr(C)]
pub struct LzmaCompressor {
    base: PyObject,
    /// Nothing after `flush`.
    stream: Exclusive<Option<Stream>>,
}

/// Compresses everything.
fn squeeze(stream: &mut Stream, input: &[u8], action: Action) -> Result<Vec<u8>, Error> {
    let mut out: Vec<u8> = Vec::new();
    let begin = stream.total_in();
    loop {
        let used = (stream.total_in() - begin) as usize;
        let rest = input.get(used..).unwrap_or_default();
        let room = out.len().clamp(8 * 1024, 16 << 20);
        out.reserve(room);
        let before = out.len();
        match stream.process_vec(rest, &mut out, action)? {
            Status::StreamEnd => return Ok(out),
            Status::MemNeeded if matches!(action, Action::Run) => return Ok(out),
            _ => {}
        }
        let all_used = (stream.total_in() - begin) as usize == input.len();
        if matches!(action, Action::Run) && all_used && (out.len() == before || out.len() < out.capacity()) {
            return Ok(out);
        }
    }
}

fn encoder(
    py: Py<'_>,
    format: i32,
    check: i32,
    preset: Option<u32>,
    specs: Option<&PyObject>,
) -> PyResult<Stream> {
    if preset.is_some() && specs.is_some() {
        bail!(py, ValueError, "Cannot specify both preset and filter chain");
    }
    let preset = preset.unwrap_or(PRESET_DEFAULT);
    let made = match format {
        FORMAT_XZ => {
            let check = if check == -1 { CHECK_CRC64 } else { check };
            // What is no check at all is an internal error to liblzma, what it only does not know is unsupported.
            let Some(check) = check_of(check) else {
                let error = if (0..=15).contains(&check) { Error::UnsupportedCheck } else { Error::Program };
                return Err(raise_error(py, &error));
            };
            match specs {
                Some(specs) => {
                    let chain = filters::parse_chain(py, specs)?;
                    if chain.is_empty() {
                        return Err(raise_error(py, &Error::Program));
                    }
                    Stream::new_stream_encoder(&filters::build(py, &chain)?, check)
                }
                None => Stream::new_easy_encoder(preset, check),
            }
        }
        FORMAT_ALONE => match specs {
            Some(specs) => {
                let chain = filters::parse_chain(py, specs)?;
                match chain.as_slice() {
                    [filters::Filter::Lzma { two: false, options, .. }] => {
                        Stream::new_lzma_encoder(&options.build(py)?)
                    }
                    _ => bail!(
                        py,
                        ValueError,
                        "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter"
                    ),
                }
            }
            None => match LzmaOptions::new_preset(preset) {
                Ok(options) => Stream::new_lzma_encoder(&options),
                Err(_) => {
                    return Err(ERROR.raise(py, format_args!("Invalid compression preset: {preset}")));
                }
            },
        },
        _ => {
            let Some(specs) = specs else { bail!(py, ValueError, "Must specify filters for FORMAT_RAW") };
            let chain = filters::parse_chain(py, specs)?;
            if chain.is_empty() {
                return Err(raise_error(py, &Error::Program));
            }
            Stream::new_raw_encoder(&filters::build(py, &chain)?)
        }
    };
    made.map_err(|error| raise_error(py, &error))
}

#[pymethods]
impl LzmaCompressor {
    #[new]
    #[sig("(format=1, check=-1, preset=None, filters=None)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        #[default(1)] format: i32,
        #[default(-1)] check: i32,
        preset: Option<&PyObject>,
        filters: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let preset = match preset.filter(|p| !p.is_none()) {
            None => None,
            Some(p) if p.index(py)?.is_negative() => bail!(py, ValueError, "Cannot convert negative int"),
            Some(p) => match p.index(py)?.as_u64().and_then(|p| u32::try_from(p).ok()) {
                Some(p) => Some(p),
                None => bail!(py, OverflowError, "Value too large for uint32_t type"),
            },
        };
        if format != FORMAT_XZ && check != -1 && check != 0 {
            bail!(py, ValueError, "Integrity checks are only supported by FORMAT_XZ");
        }
        if !(FORMAT_XZ..=FORMAT_RAW).contains(&format) {
            bail!(py, ValueError, "Invalid container format: {format}");
        }
        let stream = encoder(py, format, check, preset, filters.filter(|f| !f.is_none()))?;
        LzmaCompressor { base: PyObject::HEADER, stream: Exclusive::new(Some(stream)) }.alloc(py, cls)
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

/// `_lzma.LZMADecompressor`.
#[pyclass(module = "_lzma", name = "LZMADecompressor", immutable, heap)]
#[repr(C)]
pub struct LzmaDecompressor {
    base: PyObject,
    stream: Exclusive<Stream>,
    #[no_traverse]
    progress: Progress,
    check: Cell<i32>,
    format: Cell<i32>,
    /// The first bytes of the stream: they tell the kind and the check.
    #[no_traverse]
    head: std::cell::RefCell<Vec<u8>>,
}

/// How an `.xz` stream begins.
const XZ_MAGIC: &[u8] = b"\xFD7zXZ\0";

impl LzmaDecompressor {
    /// Looks for the kind of check in the stream's header.
    fn note_head(&self, data: &[u8]) {
        if self.check.get() != CHECK_UNKNOWN || self.format.get() == FORMAT_RAW {
            return;
        }
        let mut head = self.head.borrow_mut();
        let missing = 12usize.saturating_sub(head.len());
        head.extend(data.iter().take(missing));
        if head.starts_with(XZ_MAGIC) {
            if head.len() >= 12
                && let Some(flags) = head.get(7)
            {
                self.check.set(i32::from(flags & 15));
            }
        } else if !head.is_empty() && !XZ_MAGIC.starts_with(&head) {
            self.check.set(0);
        }
    }
}

#[pymethods]
impl LzmaDecompressor {
    #[new]
    #[sig("(format=0, memlimit=None, filters=None)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        #[default(0)] format: i32,
        memlimit: Option<&PyObject>,
        filters: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let filters = filters.filter(|f| !f.is_none());
        let limit = match memlimit.filter(|m| !m.is_none()) {
            None => u64::MAX,
            Some(_) if format == FORMAT_RAW => {
                bail!(py, ValueError, "Cannot specify memory limit with FORMAT_RAW")
            }
            Some(limit) => match limit.index(py)?.as_u64() {
                Some(limit) => limit,
                None => bail!(py, OverflowError, "Python int too large to convert to C unsigned long long"),
            },
        };
        if format == FORMAT_RAW && filters.is_none() {
            bail!(py, ValueError, "Must specify filters for FORMAT_RAW");
        }
        if format != FORMAT_RAW && filters.is_some() {
            bail!(py, ValueError, "Cannot specify filters except with FORMAT_RAW");
        }
        let stream = match (format, filters) {
            (FORMAT_AUTO, _) => Stream::new_auto_decoder(limit, 0),
            (FORMAT_XZ, _) => Stream::new_stream_decoder(limit, 0),
            (FORMAT_ALONE, _) => Stream::new_lzma_decoder(limit),
            (FORMAT_RAW, Some(specs)) => {
                let chain = filters::parse_chain(py, specs)?;
                Stream::new_raw_decoder(&filters::build(py, &chain)?)
            }
            _ => bail!(py, ValueError, "Invalid container format: {format}"),
        };
        let stream = stream.map_err(|error| raise_error(py, &error))?;
        LzmaDecompressor {
            base: PyObject::HEADER,
            stream: Exclusive::new(stream),
            progress: Progress::new(),
            check: Cell::new(if format == FORMAT_ALONE || format == FORMAT_RAW { 0 } else { CHECK_UNKNOWN }),
            format: Cell::new(format),
            head: Default::default(),
        }
        .alloc(py, cls)
    }

    #[pymethod]
    #[sig("($self, /, data, max_length=-1)")]
    fn decompress(&self, py: Py<'_>, data: BufferArg, #[default(-1)] max_length: isize) -> PyResult<Vec<u8>> {
        let mut stream = self.stream.lock(py);
        if self.progress.eof.get() {
            bail!(py, EOFError, "Already at end of stream");
        }
        self.note_head(data.as_bytes());
        let limit = usize::try_from(max_length).ok();
        let made = self.progress.run(py, data.as_bytes(), limit, |input, out| {
            let before = stream.total_in();
            let status = stream.process_vec(input, out, Action::Run);
            let used = (stream.total_in() - before) as usize;
            match status {
                Ok(Status::StreamEnd) => Step::Ended(used),
                Ok(_) => Step::Going(used),
                Err(error) => Step::Failed(error),
            }
        })?;
        made.map_err(|error| raise_error(py, &error))
    }

    #[getter]
    fn check(&self) -> i32 {
        self.check.get()
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
#[pymodule(name = "_lzma", types = [super::LzmaCompressor, super::LzmaDecompressor])]
#[allow(clippy::module_inception)]
pub mod lzma {
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;

    use super::filters::{self, ids};
    use super::{ERROR, check_of};

    #[pyattr]
    const FORMAT_AUTO: i32 = super::FORMAT_AUTO;
    #[pyattr]
    const FORMAT_XZ: i32 = super::FORMAT_XZ;
    #[pyattr]
    const FORMAT_ALONE: i32 = super::FORMAT_ALONE;
    #[pyattr]
    const FORMAT_RAW: i32 = super::FORMAT_RAW;
    #[pyattr]
    const CHECK_NONE: i32 = 0;
    #[pyattr]
    const CHECK_CRC32: i32 = 1;
    #[pyattr]
    const CHECK_CRC64: i32 = super::CHECK_CRC64;
    #[pyattr]
    const CHECK_SHA256: i32 = 10;
    #[pyattr]
    const CHECK_ID_MAX: i32 = 15;
    #[pyattr]
    const CHECK_UNKNOWN: i32 = super::CHECK_UNKNOWN;
    #[pyattr]
    const FILTER_LZMA1: u64 = ids::LZMA1;
    #[pyattr]
    const FILTER_LZMA2: u64 = ids::LZMA2;
    #[pyattr]
    const FILTER_DELTA: u64 = ids::DELTA;
    #[pyattr]
    const FILTER_X86: u64 = ids::X86;
    #[pyattr]
    const FILTER_POWERPC: u64 = ids::POWERPC;
    #[pyattr]
    const FILTER_IA64: u64 = ids::IA64;
    #[pyattr]
    const FILTER_ARM: u64 = ids::ARM;
    #[pyattr]
    const FILTER_ARMTHUMB: u64 = ids::ARMTHUMB;
    #[pyattr]
    const FILTER_SPARC: u64 = ids::SPARC;
    #[pyattr]
    const MF_HC3: i32 = 3;
    #[pyattr]
    const MF_HC4: i32 = 4;
    #[pyattr]
    const MF_BT2: i32 = 18;
    #[pyattr]
    const MF_BT3: i32 = 19;
    #[pyattr]
    const MF_BT4: i32 = 20;
    #[pyattr]
    const MODE_FAST: i32 = 1;
    #[pyattr]
    const MODE_NORMAL: i32 = 2;
    #[pyattr]
    const PRESET_DEFAULT: u32 = super::PRESET_DEFAULT;
    #[pyattr]
    const PRESET_EXTREME: u32 = 1 << 31;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "LZMAError", &*ERROR.get(py)?)
    }

    #[pyfunction]
    fn is_check_supported(check_id: i32) -> bool {
        check_of(check_id).is_some()
    }

    #[pyfunction]
    fn _encode_filter_properties(py: Py<'_>, filter: &PyObject) -> PyResult<Vec<u8>> {
        filters::parse(py, filter)?.encode(py)
    }

    #[pyfunction]
    fn _decode_filter_properties(
        py: Py<'_>,
        filter_id: &PyObject,
        encoded_props: BufferArg,
    ) -> PyResult<Ref<PyDict>> {
        let Some(id) = filter_id.index(py)?.as_u64() else {
            bail!(py, OverflowError, "Value too large for lzma_vli type")
        };
        filters::decode(py, id, encoded_props.as_bytes())
    }
}
