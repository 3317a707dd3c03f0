//! The encodings that need no registry.

use krait_unicode::codecs::utf8;

use super::{raise_decode_error, raise_encode_error};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBytes, PyStr};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// `str.encode`.
pub fn encode_to_bytes(
    py: Py<'_>,
    s: &PyStr,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyBytes>> {
    let _ = (encoding, errors);
    let mut out = Vec::new();
    match super::super::objects::str::units!(s.data(), |t| utf8::encode(t, 0, &mut out)) {
        None => PyBytes::new(py, &out),
        Some(r) => Err(raise_encode_error(py, "utf-8", s, r.start, r.end, krait_unicode::codecs::SURROGATES)),
    }
}

/// Decodes bytes.
pub fn decode(
    py: Py<'_>,
    bytes: &[u8],
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyStr>> {
    let _ = (encoding, errors);
    let scan = utf8::scan(bytes);
    match scan.error {
        // SAFETY: the scan found all of it valid.
        None => PyStr::from_valid_utf8(
            py,
            unsafe { core::str::from_utf8_unchecked(bytes) },
            scan.chars,
            scan.layout,
        ),
        Some(e) => Err(raise_decode_error(py, "utf-8", bytes, e.start, e.end, e.reason)),
    }
}

/// Decodes a bytes-like object.
pub fn decode_object(
    py: Py<'_>,
    object: &PyObject,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyStr>> {
    match object.downcast::<PyBytes>() {
        Some(b) => decode(py, b.as_bytes(), encoding, errors),
        None => Err(raise!(
            py,
            TypeError,
            "decoding to str: need a bytes-like object, {} found",
            object.ty().name()
        )),
    }
}

/// `object.decode(encoding, errors)` of a bytes-like object.
pub fn decode_argument(
    py: Py<'_>,
    object: &PyObject,
    encoding: Option<&PyStr>,
    errors: Option<&PyStr>,
) -> PyResult<Ref<PyStr>> {
    let encoding = encoding.map(|e| e.to_utf8(py)).transpose()?;
    let errors = errors.map(|e| e.to_utf8(py)).transpose()?;
    decode_object(py, object, encoding.as_deref(), errors.as_deref())
}
