//! The arguments of functions that compile: source and file name.

use krait_interp::compile::Source;
use krait_runtime::prelude::*;

/// Source given as text or bytes, copied out of the object.
pub enum Given {
    /// Decoded.
    Text(String),
    /// Of a file.
    Bytes(Vec<u8>),
}

impl Given {
    /// What an argument of that function holds.
    pub fn of(py: Py<'_>, source: &PyObject, function: &str, what: &str) -> PyResult<Given> {
        if let Some(text) = source.downcast::<PyStr>() {
            return Ok(Given::Text(text.to_utf8(py)?.into_owned()));
        }
        match source.buffer_bytes(py) {
            Ok(bytes) => Ok(Given::Bytes(bytes.to_vec())),
            Err(raised) => {
                py.clear_error(raised);
                Err(raise!(py, TypeError, "{function}() arg 1 must be a {what}"))
            }
        }
    }

    /// As the compiler takes it.
    pub fn source(&self) -> Source<'_> {
        match self {
            Given::Text(text) => Source::Text(text),
            Given::Bytes(bytes) => Source::Bytes(bytes),
        }
    }
}

/// A file name from `str`, `bytes` or a path object (`PyUnicode_FSDecoder`).
pub fn file_name(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyStr>> {
    let path = path_text(py, name)?;
    if path.find_char(0).is_some() {
        bail!(py, ValueError, "embedded null character")
    }
    Ok(path)
}

fn path_text(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyStr>> {
    if let Some(name) = name.downcast::<PyStr>() {
        return Ok(name.new_ref());
    }
    if let Some(name) = name.downcast::<PyBytes>() {
        return PyStr::from_os_bytes(py, name.as_bytes());
    }
    let path = name.fs_path(py)?;
    if let Some(path) = path.downcast::<PyStr>() {
        return Ok(path.new_ref());
    }
    match path.downcast::<PyBytes>() {
        Some(path) => PyStr::from_os_bytes(py, path.as_bytes()),
        None => Err(raise!(
            py,
            TypeError,
            "expected {}.__fspath__() to return str or bytes, not {}",
            name.ty().name(),
            path.ty().name()
        )),
    }
}
