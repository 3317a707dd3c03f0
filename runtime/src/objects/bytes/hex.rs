//! `hex()` and `fromhex()`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBytes, PyStr};
use crate::protocol::buffer::Buffer;
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, raise};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn push_hex(out: &mut Vec<u8>, b: u8) {
    for nibble in [b >> 4, b & 15] {
        out.extend(DIGITS.get(usize::from(nibble)));
    }
}

/// The digits of `bytes`, with a separator between groups counted from the right, or for a negative size from the left.
pub fn hex_digits(bytes: &[u8], separator: Option<u8>, group: i32) -> Vec<u8> {
    let size = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let len = bytes.len();
    for (i, b) in bytes.iter().enumerate() {
        if let Some(separator) = separator
            && i > 0
            && size > 0
            && (if group > 0 { len - i } else { i }) % size == 0
        {
            out.push(separator);
        }
        push_hex(&mut out, *b);
    }
    out
}

/// The separator argument of `hex`.
pub fn separator(py: Py<'_>, sep: Option<&PyObject>) -> PyResult<Option<u8>> {
    let Some(sep) = sep else { return Ok(None) };
    if sep.len(py)? != 1 {
        bail!(py, ValueError, "sep must be length 1.");
    }
    let c = if let Some(s) = sep.downcast::<PyStr>() {
        s.code_point(0)
    } else if let Some(b) = sep.downcast::<PyBytes>() {
        b.as_bytes().first().map(|b| u32::from(*b))
    } else {
        bail!(py, TypeError, "sep must be str or bytes.");
    };
    match c {
        Some(c @ 0..=0x7F) => Ok(Some(c as u8)),
        _ => Err(raise!(py, ValueError, "sep must be ASCII.")),
    }
}

/// `bytes.hex(sep, bytes_per_sep)` as a string.
pub fn hex_text(py: Py<'_>, bytes: &[u8], sep: Option<&PyObject>, group: i32) -> PyResult<Ref<PyStr>> {
    let separator = separator(py, sep)?;
    PyStr::from_ascii(py, &hex_digits(bytes, separator, group))
}

/// `bytes.fromhex`: the bytes.
pub(crate) fn from_hex(py: Py<'_>, source: &PyObject) -> PyResult<Vec<u8>> {
    let bad =
        |at: usize| raise!(py, ValueError, "non-hexadecimal number found in fromhex() arg at position {at}");
    let mut text = Vec::new();
    if let Some(s) = source.downcast::<PyStr>() {
        py.room_in(&mut text, s.len())?;
        for (i, c) in s.code_points().enumerate() {
            match u8::try_from(c) {
                Ok(b) if b.is_ascii() => text.push(b),
                _ => return Err(bad(i)),
            }
        }
    } else if source.has_buffer() {
        let buffer = Buffer::new(py, source)?;
        py.room_in(&mut text, buffer.as_bytes().len())?;
        text.extend_from_slice(buffer.as_bytes());
    } else {
        bail!(py, TypeError, "fromhex() argument must be str or bytes-like, not {}", source.ty().name());
    }
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let mut out = Vec::new();
    py.room_in(&mut out, text.len() / 2)?;
    let mut at = 0;
    while let Some(&b) = text.get(at) {
        if krait_unicode::split::is_ascii_space(b) {
            at += 1;
            continue;
        }
        let Some(high) = digit(b) else { return Err(bad(at)) };
        let Some(&next) = text.get(at + 1) else {
            bail!(py, ValueError, "fromhex() arg must contain an even number of hexadecimal digits");
        };
        let Some(low) = digit(next) else { return Err(bad(at + 1)) };
        out.push(high << 4 | low);
        at += 2;
    }
    Ok(out)
}
