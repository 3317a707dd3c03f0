//! What `bytes(…)` and `bytearray(…)` make of their arguments.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyBytes, PyInt, PyList, PyStr, PyTuple};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, id, raise};

/// Which type is being made: their texts differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Bytes,
    ByteArray,
}

impl Target {
    fn name(self) -> &'static str {
        if self == Target::Bytes { "bytes" } else { "bytearray" }
    }
    fn out_of_range(self) -> &'static str {
        if self == Target::Bytes { "bytes must be in range(0, 256)" } else { "byte must be in range(0, 256)" }
    }
}

/// Room for `n` zero bytes.
fn zeros(py: Py<'_>, n: usize) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    if n > isize::MAX as usize - 64 || out.try_reserve_exact(n).is_err() {
        return Err(py.no_memory());
    }
    out.resize(n, 0);
    Ok(out)
}

/// The bytes for a text argument with its encoding; `None` when there is no text and the source decides.
pub(crate) fn encoded(
    py: Py<'_>,
    source: Option<&PyObject>,
    encoding: Option<&PyStr>,
    errors: Option<&PyStr>,
    target: Target,
) -> PyResult<Option<Vec<u8>>> {
    let text = source.and_then(|s| s.downcast::<PyStr>());
    // `bytes()` asks a str subclass with `__bytes__` before it complains of the missing encoding.
    if target == Target::Bytes
        && encoding.is_none()
        && errors.is_none()
        && let Some(text) = text
        && text.downcast_exact::<PyStr>().is_none()
        && text.lookup_special(py, id!(py, "__bytes__"))?.is_some()
    {
        return Ok(None);
    }
    if let Some(text) = text {
        let Some(encoding) = encoding else {
            bail!(py, TypeError, "string argument without an encoding");
        };
        let encoding = encoding.to_utf8(py)?;
        let errors = errors.map(|e| e.to_utf8(py)).transpose()?;
        let made = crate::codecs::encode_to_bytes(py, text, Some(&encoding), errors.as_deref())?;
        return Ok(Some(made.as_bytes().to_vec()));
    }
    if encoding.is_some() {
        bail!(py, TypeError, "encoding without a string argument");
    }
    if errors.is_some() {
        bail!(py, TypeError, "errors without a string argument");
    }
    Ok(None)
}

/// A byte from an integer object.
pub(crate) fn byte_value(py: Py<'_>, item: &PyObject, target: Target) -> PyResult<u8> {
    let n = item.index(py)?;
    match n.as_i64().and_then(|n| u8::try_from(n).ok()) {
        Some(b) => Ok(b),
        None => Err(raise!(py, ValueError, "{}", target.out_of_range())),
    }
}

/// Whether `source` can only be iterated over, by code that may do anything.
pub(crate) fn only_iterable(source: &PyObject) -> bool {
    let plain = source.downcast_exact::<PyList>().is_some() || source.downcast_exact::<PyTuple>().is_some();
    !plain && !source.is_index() && !source.has_buffer() && source.is_iterator()
}

/// The bytes of an object that offers a buffer or yields integers.
pub(crate) fn from_object(py: Py<'_>, source: &PyObject, target: Target) -> PyResult<Vec<u8>> {
    if source.has_buffer() {
        let buffer = Buffer::with_flags(py, source, crate::protocol::buffer::buf::FULL_RO)?;
        return contiguous(py, &buffer);
    }
    if source.downcast::<PyStr>().is_some() {
        bail!(py, TypeError, "cannot convert '{}' object to {}", source.ty().name(), target.name());
    }
    let iterator = match source.iter(py) {
        Ok(iterator) => iterator,
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            bail!(py, TypeError, "cannot convert '{}' object to {}", source.ty().name(), target.name());
        }
        Err(raised) => return Err(raised),
    };
    let mut out = Vec::new();
    let hint = source.length_hint(py, 64)?;
    if out.try_reserve(hint.clamp(0, 1 << 24) as usize).is_err() {
        return Err(py.no_memory());
    }
    while let Some(item) = iterator.next(py)? {
        out.push(byte_value(py, &item, target)?);
    }
    Ok(out)
}

/// The items of any view in C order.
pub(crate) fn contiguous(py: Py<'_>, buffer: &Buffer) -> PyResult<Vec<u8>> {
    match buffer.view() {
        None => Ok(buffer.as_bytes().to_vec()),
        Some(view) => crate::objects::memoryview::to_contiguous(py, view, b'C'),
    }
}

/// The bytes for one non-text source: a count, a buffer, or integers.
pub(crate) fn from_source(py: Py<'_>, source: &PyObject, target: Target) -> PyResult<Vec<u8>> {
    if source.is_index() {
        let size = match source.to_index_isize(py, "cannot fit '{}' into an index-sized integer") {
            Ok(size) => Some(size),
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                None
            }
            Err(raised) if py.error_matches(types::IndexError()) => {
                py.clear_error(raised);
                bail!(py, OverflowError, "cannot fit '{}' into an index-sized integer", source.ty().name());
            }
            Err(raised) => return Err(raised),
        };
        match size {
            Some(n) if n < 0 => bail!(py, ValueError, "negative count"),
            Some(n) => return zeros(py, n as usize),
            None => {}
        }
    }
    from_object(py, source, target)
}

/// The same as a bytes object; a buffer is copied once.
pub(crate) fn bytes_from_source(py: Py<'_>, source: &PyObject) -> PyResult<Ref<PyBytes>> {
    if source.is_index() || !source.has_buffer() {
        return PyBytes::new(py, &from_source(py, source, Target::Bytes)?);
    }
    let buffer = Buffer::with_flags(py, source, crate::protocol::buffer::buf::FULL_RO)?;
    match buffer.view() {
        None => PyBytes::new(py, buffer.as_bytes()),
        Some(view) => crate::objects::memoryview::to_bytes(py, view, b'C'),
    }
}

/// `__bytes__` of an object, if it has one (`PyObject_Bytes` without its fall-backs).
pub(crate) fn dunder_bytes(py: Py<'_>, source: &PyObject) -> PyResult<Option<Ref<PyBytes>>> {
    if source.downcast_exact::<PyInt>().is_some() {
        return Ok(None);
    }
    let Some(method) = source.lookup_special(py, id!(py, "__bytes__"))? else { return Ok(None) };
    let made = method.call(py, &[])?;
    match made.downcast_into::<PyBytes>() {
        Ok(b) => Ok(Some(b)),
        Err(other) => Err(raise!(py, TypeError, "__bytes__ returned non-bytes (type {})", other.ty().name())),
    }
}
