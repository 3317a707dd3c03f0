//! Writing strings as JSON.

use krait_runtime::objects::str::{StrBuilder, StrData};
use krait_runtime::prelude::*;
use krait_unicode::unit::CodeUnit;

use super::scanstring::plain_prefix;

/// How many units from the start stand for themselves.
#[inline]
fn verbatim<T: CodeUnit>(text: &[T], ascii_only: bool) -> usize {
    let n = plain_prefix(text);
    if !ascii_only {
        return n;
    }
    let plain = text.get(..n).unwrap_or_default();
    plain.iter().position(|c| c.get() > 0x7E).unwrap_or(n)
}

fn hex(out: &mut StrBuilder, py: Py<'_>, unit: u32) -> PyResult<()> {
    let digit = |shift: u32| b"0123456789abcdef".get((unit >> shift & 15) as usize).copied().unwrap_or(b'0');
    out.push_ascii(py, &[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)])
}

fn escape<T: CodeUnit>(py: Py<'_>, out: &mut StrBuilder, text: &[T], ascii_only: bool) -> PyResult<()> {
    let mut rest = text;
    loop {
        let n = verbatim(rest, ascii_only);
        out.push_units(py, rest.get(..n).unwrap_or_default())?;
        let Some(c) = rest.get(n).map(|c| c.get()) else { return Ok(()) };
        rest = rest.get(n + 1..).unwrap_or_default();
        match c {
            0x22 => out.push_ascii(py, b"\\\"")?,
            0x5C => out.push_ascii(py, b"\\\\")?,
            0x08 => out.push_ascii(py, b"\\b")?,
            0x0C => out.push_ascii(py, b"\\f")?,
            0x0A => out.push_ascii(py, b"\\n")?,
            0x0D => out.push_ascii(py, b"\\r")?,
            0x09 => out.push_ascii(py, b"\\t")?,
            0x10000.. => {
                let c = c - 0x10000;
                hex(out, py, 0xD800 + (c >> 10))?;
                hex(out, py, 0xDC00 + (c & 0x3FF))?;
            }
            _ => hex(out, py, c)?,
        }
    }
}

/// Appends `s` in quotes, escaped.
pub fn push_quoted(py: Py<'_>, out: &mut StrBuilder, s: &PyStr, ascii_only: bool) -> PyResult<()> {
    out.push_ascii(py, b"\"")?;
    match s.data() {
        StrData::Ascii(t) => {
            // 0x7F is written as it is only when everything else may be, too.
            let n = verbatim(t, ascii_only);
            if n == t.len() { out.push_ascii(py, t)? } else { escape(py, out, t, ascii_only)? }
        }
        StrData::Latin1(t) => escape(py, out, t, ascii_only)?,
        StrData::Ucs2(t) => escape(py, out, t, ascii_only)?,
        StrData::Ucs4(t) => escape(py, out, t, ascii_only)?,
    }
    out.push_ascii(py, b"\"")
}

/// `s` in quotes, escaped.
pub fn quoted(py: Py<'_>, s: &PyStr, ascii_only: bool) -> PyResult<Ref<PyStr>> {
    let mut out = StrBuilder::with_capacity(py, s.len() + 2)?;
    push_quoted(py, &mut out, s, ascii_only)?;
    out.finish(py)
}
