//! Reading a JSON string: from behind the opening quote to behind the closing one.

use krait_runtime::objects::str::{StrBuilder, StrData};
use krait_runtime::prelude::*;
use krait_unicode::unit::CodeUnit;

use super::decode_error;

/// How many units from the start need no attention: no quote, no backslash, no control character.
#[inline]
pub fn plain_prefix<T: CodeUnit>(text: &[T]) -> usize {
    let special = |c: &T| {
        let c = c.get();
        c == 0x22 || c == 0x5C || c < 0x20
    };
    let mut done = 0;
    // Whole pieces first: the test of a piece has no branches.
    for piece in text.chunks_exact(16) {
        if piece.iter().fold(false, |found, c| found | special(c)) {
            break;
        }
        done += 16;
    }
    let rest = text.get(done..).unwrap_or_default();
    done + rest.iter().position(special).unwrap_or(rest.len())
}

fn hex4<T: CodeUnit>(text: &[T], at: usize) -> Option<u32> {
    let digits = text.get(at..at.checked_add(4)?)?;
    digits.iter().try_fold(0, |value, digit| {
        let digit = char::from_u32(digit.get()).and_then(|c| c.to_digit(16))?;
        Some(value * 16 + digit)
    })
}

/// The string that starts at `begin` (behind its opening quote), and where it ends.
#[inline]
pub fn scan_units<T: CodeUnit>(
    py: Py<'_>,
    string: &PyStr,
    text: &[T],
    begin: usize,
    strict: bool,
    plain: impl Fn(&[T]) -> PyResult<Ref<PyStr>>,
) -> PyResult<(Ref<PyStr>, usize)> {
    let rest = text.get(begin..).unwrap_or_default();
    let n = plain_prefix(rest);
    if rest.get(n).is_some_and(|c| c.get() == 0x22) {
        return Ok((plain(rest.get(..n).unwrap_or_default())?, begin + n + 1));
    }
    scan_escaped(py, string, text, begin, strict)
}

#[inline(never)]
fn scan_escaped<T: CodeUnit>(
    py: Py<'_>,
    string: &PyStr,
    text: &[T],
    begin: usize,
    strict: bool,
) -> PyResult<(Ref<PyStr>, usize)> {
    let start = begin.saturating_sub(1);
    let unterminated = || decode_error(py, "Unterminated string starting at", string, start);
    let mut out = StrBuilder::new();
    let mut at = begin;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let n = plain_prefix(rest);
        out.push_units(py, rest.get(..n).unwrap_or_default())?;
        at += n;
        match text.get(at).map(|c| c.get()) {
            None => return Err(unterminated()),
            Some(0x22) => return Ok((out.finish(py)?, at + 1)),
            Some(0x5C) => {}
            Some(c) => {
                if strict {
                    return Err(decode_error(py, "Invalid control character at", string, at));
                }
                out.push_code_point(py, c)?;
                at += 1;
                continue;
            }
        }
        let Some(escape) = text.get(at + 1).map(|c| c.get()) else { return Err(unterminated()) };
        let plain = match char::from_u32(escape) {
            Some(c @ ('"' | '\\' | '/')) => u32::from(c),
            Some('b') => 0x08,
            Some('f') => 0x0C,
            Some('n') => 0x0A,
            Some('r') => 0x0D,
            Some('t') => 0x09,
            Some('u') => {
                let bad = |digits: usize| decode_error(py, "Invalid \\uXXXX escape", string, digits - 1);
                let first = at + 2;
                let Some(mut c) = hex4(text, first) else { return Err(bad(first)) };
                at = first + 4;
                let is = |at: usize, c: u32| text.get(at).is_some_and(|found| found.get() == c);
                if (0xD800..0xDC00).contains(&c) && is(at, 0x5C) && is(at + 1, 0x75) {
                    let Some(low) = hex4(text, at + 2) else { return Err(bad(at + 2)) };
                    if (0xDC00..0xE000).contains(&low) {
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                        at += 6;
                    }
                }
                out.push_code_point(py, c)?;
                continue;
            }
            _ => return Err(decode_error(py, "Invalid \\escape", string, at)),
        };
        out.push_code_point(py, plain)?;
        at += 2;
    }
}

/// `scanstring(string, end, strict)`.
pub fn scan(py: Py<'_>, string: &PyStr, end: isize, strict: bool) -> PyResult<(Ref<PyStr>, usize)> {
    let begin = match usize::try_from(end) {
        Ok(begin) if begin <= string.len() => begin,
        _ => bail!(py, ValueError, "end is out of bounds"),
    };
    match string.data() {
        StrData::Ascii(t) => scan_units(py, string, t, begin, strict, |t| PyStr::from_ascii(py, t)),
        StrData::Latin1(t) => scan_units(py, string, t, begin, strict, |t| PyStr::from_units(py, t)),
        StrData::Ucs2(t) => scan_units(py, string, t, begin, strict, |t| PyStr::from_units(py, t)),
        StrData::Ucs4(t) => scan_units(py, string, t, begin, strict, |t| PyStr::from_units(py, t)),
    }
}
