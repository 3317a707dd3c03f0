//! The charmap codec: mappings that are strings, `EncodingMap` objects, dicts, or anything with `__getitem__`.

use krait_macros::{pyclass, pymethods};
use krait_unicode::codecs::charmap::{EncodingMap, NO_CHARACTER, UNDEFINED};
use krait_unicode::codecs::{Decoded, Malformed};

use super::decode::decode_loop;
use super::encode::encode_loop;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::str::units;
use crate::objects::{PyBytes, PyDict, PyInt, PyStr};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

/// What `codecs.charmap_build` gives.
#[pyclass(name = "EncodingMap", disallow_instantiation)]
#[repr(C)]
pub struct PyEncodingMap {
    base: PyObject,
    #[no_traverse]
    map: EncodingMap,
}

#[pymethods]
impl PyEncodingMap {
    #[pymethod]
    fn size(&self) -> usize {
        size_of::<PyEncodingMap>()
    }
}

/// `codecs.charmap_build(table)`.
pub fn charmap_build(py: Py<'_>, table: &PyStr) -> PyResult<Ref<PyObject>> {
    // Tables that begin with NUL and hold each character once have a compact form; others are dicts.
    let compact = table.code_point(0) == Some(0)
        && table.len() <= 256
        && table.code_points().all(|c| c < 0x10000)
        && table.code_points().skip(1).all(|c| c != 0);
    if compact {
        let map = EncodingMap::new(table.code_points());
        crate::objects::PyType::ready::<PyEncodingMap>(py)?;
        return PyEncodingMap { base: PyObject::HEADER, map }.alloc_exact(py).map(Ref::upcast);
    }
    let dict = PyDict::new(py)?;
    for (i, c) in table.code_points().enumerate().take(256) {
        let (key, value) = (PyInt::new(py, i64::from(c))?, PyInt::new(py, i as i64)?);
        dict.set(py, &key, &value)?;
    }
    Ok(dict.upcast())
}

fn bad(at: usize) -> Decoded {
    Decoded { consumed: at, error: Some(Malformed { start: at, end: at + 1, reason: UNDEFINED }) }
}

/// Decodes with a mapping from bytes; without one it is Latin-1.
pub fn charmap_decode(
    py: Py<'_>,
    bytes: &[u8],
    errors: Option<&str>,
    mapping: Option<&PyObject>,
) -> PyResult<Ref<PyStr>> {
    let Some(mapping) = mapping.filter(|m| !m.is_none()) else { return PyStr::from_latin1(py, bytes) };
    let table = mapping.downcast_exact::<PyStr>();
    let mut kernel = |bytes: &[u8], from: usize, out: &mut Vec<u32>| {
        for (i, b) in bytes.iter().enumerate().skip(from) {
            if let Some(table) = table {
                match table.code_point(usize::from(*b)) {
                    Some(c) if c != NO_CHARACTER => out.push(c),
                    _ => return Ok(bad(i)),
                }
                continue;
            }
            let key = PyInt::new(py, i64::from(*b))?;
            let value = match mapping.get_item(py, &key) {
                Ok(value) => value,
                Err(raised) if py.error_matches(types::LookupError()) => {
                    py.clear_error(raised);
                    return Ok(bad(i));
                }
                Err(raised) => return Err(raised),
            };
            if value.is_none() {
                return Ok(bad(i));
            }
            if let Some(n) = value.downcast::<PyInt>() {
                match n.as_i64() {
                    Some(n) if n == i64::from(NO_CHARACTER) => return Ok(bad(i)),
                    Some(n @ 0..=0x10FFFF) => out.push(n as u32),
                    _ => bail!(py, TypeError, "character mapping must be in range(0x110000)"),
                }
            } else if let Some(s) = value.downcast::<PyStr>() {
                if s.len() == 1 && s.code_point(0) == Some(NO_CHARACTER) {
                    return Ok(bad(i));
                }
                out.extend(s.code_points());
            } else {
                bail!(py, TypeError, "character mapping must return integer, None or str");
            }
        }
        Ok(Decoded { consumed: bytes.len(), error: None })
    };
    let (out, _) = decode_loop(py, "charmap", bytes, errors, &mut kernel)?;
    PyStr::from_code_points(py, &out)
}

/// The bytes of one character, or nothing when the mapping has none.
fn encoded(py: Py<'_>, mapping: &PyObject, c: u32, out: &mut Vec<u8>) -> PyResult<bool> {
    if let Some(map) = mapping.downcast::<PyEncodingMap>() {
        let byte = map.map.get(c);
        out.extend(byte);
        return Ok(byte.is_some());
    }
    let value = match mapping.get_item(py, &*PyInt::new(py, i64::from(c))?) {
        Ok(value) => value,
        Err(raised) if py.error_matches(types::LookupError()) => {
            py.clear_error(raised);
            return Ok(false);
        }
        Err(raised) => return Err(raised),
    };
    if value.is_none() {
        return Ok(false);
    }
    if let Some(n) = value.downcast::<PyInt>() {
        match n.as_i64().and_then(|n| u8::try_from(n).ok()) {
            Some(b) => out.push(b),
            None => bail!(py, TypeError, "character mapping must be in range(256)"),
        }
        return Ok(true);
    }
    match value.downcast::<PyBytes>() {
        Some(b) => out.extend_from_slice(b.as_bytes()),
        None => {
            return Err(raise!(
                py,
                TypeError,
                "character mapping must return integer, bytes or None, not {}",
                value.ty().name()
            ));
        }
    }
    Ok(true)
}

/// Encodes with a mapping to bytes; without one it is Latin-1.
pub fn charmap_encode(
    py: Py<'_>,
    text: &PyStr,
    errors: Option<&str>,
    mapping: Option<&PyObject>,
) -> PyResult<Ref<PyBytes>> {
    let Some(mapping) = mapping.filter(|m| !m.is_none()) else {
        return super::encode_to(py, super::Target::Latin1, text, errors);
    };
    let mut out = Vec::new();
    let mut kernel = |text: &PyStr, from: usize, out: &mut Vec<u8>| {
        if let Some(map) = mapping.downcast::<PyEncodingMap>() {
            return Ok(units!(text.data(), |t| map.map.encode(t, from, out)));
        }
        for i in from..text.len() {
            let c = text.code_point(i).unwrap_or(0);
            if !encoded(py, mapping, c, out)? {
                let mut end = i + 1;
                let mut scratch = Vec::new();
                while end < text.len()
                    && !encoded(py, mapping, text.code_point(end).unwrap_or(0), &mut scratch)?
                {
                    end += 1;
                }
                return Ok(Some(i..end));
            }
        }
        Ok(None)
    };
    encode_loop(py, "charmap", UNDEFINED, 1, text, errors, &mut out, &mut kernel)?;
    PyBytes::new(py, &out)
}
