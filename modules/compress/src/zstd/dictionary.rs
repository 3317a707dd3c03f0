//! `ZstdDict`, and how it is handed to compressors and decompressors.

use std::cell::RefCell;
use std::rc::Rc;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;
use krait_runtime::system::zstd::{CompressionDictionary, DecompressionDictionary, dictionary_id};

use super::ERROR;

/// How a dictionary is to be used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Prepared once and shared.
    Digested = 0,
    /// Loaded by each user.
    Undigested = 1,
    /// As what stands before the data.
    Prefix = 2,
}

/// What is prepared, by level for compression.
#[derive(Default)]
struct Prepared {
    compression: Vec<(i32, Rc<CompressionDictionary>)>,
    decompression: Option<Rc<DecompressionDictionary>>,
}

/// `compression.zstd.ZstdDict`.
#[pyclass(module = "compression.zstd", name = "ZstdDict", gc, heap, immutable)]
#[repr(C)]
pub struct ZstdDict {
    base: PyObject,
    content: Ref<PyBytes>,
    #[pymember("dict_id", uint, readonly)]
    dict_id: Cell<u32>,
    #[no_traverse]
    prepared: RefCell<Prepared>,
}

impl ZstdDict {
    /// Its bytes.
    pub fn content(&self) -> &[u8] {
        self.content.as_bytes()
    }

    /// Prepared for a level.
    pub fn for_compression(&self, py: Py<'_>, level: i32) -> PyResult<Rc<CompressionDictionary>> {
        let known = self.prepared.borrow().compression.iter().find(|(known, _)| *known == level).cloned();
        if let Some((_, dictionary)) = known {
            return Ok(dictionary);
        }
        let Some(made) = CompressionDictionary::new(self.content(), level) else {
            return Err(ERROR.raise(
                py,
                format_args!("Failed to create a ZSTD_CDict instance from Zstandard dictionary content."),
            ));
        };
        let made = Rc::new(made);
        self.prepared.borrow_mut().compression.push((level, made.clone()));
        Ok(made)
    }

    /// Prepared for decompression.
    pub fn for_decompression(&self, py: Py<'_>) -> PyResult<Rc<DecompressionDictionary>> {
        if let Some(known) = self.prepared.borrow().decompression.clone() {
            return Ok(known);
        }
        let Some(made) = DecompressionDictionary::new(self.content()) else {
            return Err(ERROR.raise(
                py,
                format_args!("Failed to create a ZSTD_DDict instance from Zstandard dictionary content."),
            ));
        };
        let made = Rc::new(made);
        self.prepared.borrow_mut().decompression = Some(made.clone());
        Ok(made)
    }

    fn used_as(&self, py: Py<'_>, how: Use) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, self.to_ref(), (how as i32).into_py(py)?)
    }
}

/// The dictionary of an argument, and how it is to be used.
pub fn argument<'a>(py: Py<'_>, argument: &'a PyObject, default: Use) -> PyResult<(&'a ZstdDict, Use)> {
    if let Some(dictionary) = argument.downcast::<ZstdDict>() {
        return Ok((dictionary, default));
    }
    if let Some(pair) = argument.downcast_exact::<PyTuple>()
        && let [dictionary, how] = pair.as_slice()
        && let Some(dictionary) = dictionary.downcast::<ZstdDict>()
        && PyInt::check(how)
    {
        match krait_runtime::args::extract::<i32>(py, how, "zstd_dict", 0)? {
            0 => return Ok((dictionary, Use::Digested)),
            1 => return Ok((dictionary, Use::Undigested)),
            2 => return Ok((dictionary, Use::Prefix)),
            _ => {}
        }
    }
    bail!(py, TypeError, "zstd_dict argument should be a ZstdDict object.")
}

#[pymethods]
impl ZstdDict {
    #[new]
    #[sig("(dict_content, /, *, is_raw=False)")]
    fn new(
        py: Py<'_>,
        cls: &PyType,
        dict_content: BufferArg,
        #[default(false)] is_raw: bool,
    ) -> PyResult<Ref<PyObject>> {
        let bytes = dict_content.as_bytes();
        if bytes.len() < 8 {
            bail!(py, ValueError, "Zstandard dictionary content too short (must have at least eight bytes)");
        }
        let dict_id = dictionary_id(bytes);
        if !is_raw && dict_id == 0 {
            bail!(py, ValueError, "invalid Zstandard dictionary");
        }
        let content = PyBytes::new(py, bytes)?;
        ZstdDict {
            base: PyObject::HEADER,
            content,
            dict_id: Cell::new(dict_id),
            prepared: RefCell::default(),
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        format!("<ZstdDict dict_id={} dict_size={}>", self.dict_id.get(), self.content().len())
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.content().len() as isize
    }

    #[getter]
    fn dict_content(&self) -> Ref<PyBytes> {
        self.content.clone()
    }

    #[getter]
    fn as_digested_dict(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.used_as(py, Use::Digested)
    }

    #[getter]
    fn as_undigested_dict(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.used_as(py, Use::Undigested)
    }

    #[getter]
    fn as_prefix(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.used_as(py, Use::Prefix)
    }
}
