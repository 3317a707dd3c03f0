//! Encoding and decoding by name: the built-in encodings without the registry, all others through it.

use krait_unicode::codecs::{ByteOrder, utf16, utf32};

use super::decode::{Source, decode_from};
use super::encode::{Target, encode_to};
use super::registry::{normalized_short, run_text};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyByteArray, PyBytes, PyStr};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// An encoding that needs no look-up.
#[derive(Clone, Copy)]
enum Known {
    Utf8,
    Ascii,
    Latin1,
    Utf16,
    Utf32,
}

fn known(encoding: Option<&str>) -> Option<Known> {
    let Some(encoding) = encoding else { return Some(Known::Utf8) };
    if encoding == "utf-8" {
        return Some(Known::Utf8);
    }
    Some(match normalized_short(encoding, &mut [0; 10])? {
        b"utf8" | b"utf_8" => Known::Utf8,
        b"utf16" | b"utf_16" => Known::Utf16,
        b"utf32" | b"utf_32" => Known::Utf32,
        b"ascii" | b"us_ascii" => Known::Ascii,
        b"latin1" | b"latin_1" | b"iso_8859_1" | b"iso8859_1" => Known::Latin1,
        _ => return None,
    })
}

/// In development mode names are looked up even where nothing would need them: there may be nothing to encode, or nothing
/// wrong with it.
fn check_names(py: Py<'_>, encoding: Option<&str>, errors: Option<&str>) -> PyResult<()> {
    let interp = py.interp();
    if !interp.config.borrow().dev_mode || !interp.codec_search_path.is_some() || interp.finalizing.get() {
        return Ok(());
    }
    if let Some(encoding) = encoding
        && known(Some(encoding)).is_none()
    {
        super::lookup(py, encoding)?;
    }
    if let Some(errors) = errors
        && !matches!(errors, "strict" | "ignore" | "replace" | "surrogateescape" | "surrogatepass")
    {
        super::lookup_error(py, &*PyStr::new(py, errors)?)?;
    }
    Ok(())
}

/// `str.encode`.
pub fn encode_to_bytes(
    py: Py<'_>,
    s: &PyStr,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyBytes>> {
    check_names(py, encoding, errors)?;
    let target = match known(encoding) {
        Some(Known::Utf8) => Target::Utf8,
        Some(Known::Ascii) => Target::Ascii,
        Some(Known::Latin1) => Target::Latin1,
        Some(Known::Utf16) => Target::Utf16(None),
        Some(Known::Utf32) => Target::Utf32(None),
        None => {
            let encoding = encoding.unwrap_or("utf-8");
            let made = run_text(py, s, encoding, errors, false)?;
            if let Some(b) = made.downcast::<PyByteArray>() {
                return PyBytes::new(py, b.as_bytes());
            }
            return made.downcast_into().map_err(|made| {
                raise!(
                    py,
                    TypeError,
                    "'{encoding}' encoder returned '{}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types",
                    made.ty().name()
                )
            });
        }
    };
    encode_to(py, target, s, errors)
}

/// The byte order of UTF-16 or UTF-32 without one in its name, and the bytes behind the mark.
fn marked(bytes: &[u8], wide: bool) -> (ByteOrder, &[u8]) {
    let mark = if wide { utf32::byte_order_mark(bytes) } else { utf16::byte_order_mark(bytes) };
    match mark {
        Some(order) => (order, bytes.get(if wide { 4 } else { 2 }..).unwrap_or_default()),
        None => (ByteOrder::Little, bytes),
    }
}

/// Decodes bytes.
pub fn decode(
    py: Py<'_>,
    bytes: &[u8],
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyStr>> {
    let (source, bytes) = match known(encoding) {
        Some(Known::Utf8) => (Source::Utf8, bytes),
        Some(Known::Ascii) => (Source::Ascii, bytes),
        Some(Known::Latin1) => (Source::Latin1, bytes),
        Some(Known::Utf16) => {
            let (order, rest) = marked(bytes, false);
            (Source::Utf16(order), rest)
        }
        Some(Known::Utf32) => {
            let (order, rest) = marked(bytes, true);
            (Source::Utf32(order), rest)
        }
        None => return decode_through(py, &*PyBytes::new(py, bytes)?, encoding.unwrap_or("utf-8"), errors),
    };
    decode_from(py, source, bytes, errors, true).map(|(s, _)| s)
}

fn decode_through(
    py: Py<'_>,
    object: &PyObject,
    encoding: &str,
    errors: Option<&str>,
) -> PyResult<Ref<PyStr>> {
    let made = run_text(py, object, encoding, errors, true)?;
    made.downcast_into().map_err(|made| {
        raise!(
            py,
            TypeError,
            "'{encoding}' decoder returned '{}' instead of 'str'; use codecs.decode() to decode to arbitrary types",
            made.ty().name()
        )
    })
}

/// Decodes a bytes-like object.
pub fn decode_object(
    py: Py<'_>,
    object: &PyObject,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> PyResult<Ref<PyStr>> {
    if !object.has_buffer() {
        return Err(raise!(
            py,
            TypeError,
            "decoding to str: need a bytes-like object, {} found",
            object.ty().name()
        ));
    }
    check_names(py, encoding, errors)?;
    if known(encoding).is_none() && PyBytes::check(object) {
        return decode_through(py, object, encoding.unwrap_or("utf-8"), errors);
    }
    let buffer = Buffer::new(py, object)?;
    decode(py, buffer.as_bytes(), encoding, errors)
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
