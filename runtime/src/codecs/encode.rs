//! Encoding with error handlers.

use core::ops::Range;

use krait_unicode::codecs::{
    ByteOrder, SURROGATES, escape, raw_escape, single_byte, utf7, utf8, utf16, utf32,
};
use krait_unicode::unit::is_surrogate;

use super::handlers::{self, Builtin};
use crate::error::PyResult;
use crate::objects::str::units;
use crate::objects::{PyBytes, PyStr};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// The encodings that are built in, to encode to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Target {
    Utf8,
    Utf7,
    /// `None`: native order with a mark.
    Utf16(Option<ByteOrder>),
    /// `None`: native order with a mark.
    Utf32(Option<ByteOrder>),
    Ascii,
    Latin1,
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Target::Utf8 => "utf-8",
            Target::Utf7 => "utf7",
            Target::Utf16(None) => "utf-16",
            Target::Utf16(Some(ByteOrder::Little)) => "utf-16-le",
            Target::Utf16(Some(ByteOrder::Big)) => "utf-16-be",
            Target::Utf32(None) => "utf-32",
            Target::Utf32(Some(ByteOrder::Little)) => "utf-32-le",
            Target::Utf32(Some(ByteOrder::Big)) => "utf-32-be",
            Target::Ascii => "ascii",
            Target::Latin1 => "latin-1",
            Target::UnicodeEscape => "unicodeescape",
            Target::RawUnicodeEscape => "rawunicodeescape",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Target::Ascii => single_byte::NOT_ASCII,
            Target::Latin1 => single_byte::NOT_LATIN_1,
            _ => SURROGATES,
        }
    }

    /// Bytes of a unit.
    fn width(self) -> usize {
        match self {
            Target::Utf16(_) => 2,
            Target::Utf32(_) => 4,
            _ => 1,
        }
    }

    fn run(self, text: &PyStr, from: usize, out: &mut Vec<u8>) -> Option<Range<usize>> {
        units!(text.data(), |t| match self {
            Target::Utf8 => utf8::encode(t, from, out),
            Target::Utf16(order) => utf16::encode(t, from, order.unwrap_or(ByteOrder::Little), out),
            Target::Utf32(order) => utf32::encode(t, from, order.unwrap_or(ByteOrder::Little), out),
            Target::Ascii => single_byte::encode(t, from, 0x80, out),
            Target::Latin1 => single_byte::encode(t, from, 0x100, out),
            Target::Utf7 | Target::UnicodeEscape | Target::RawUnicodeEscape => None,
        })
    }
}

/// Encodes a string.
pub fn encode_to(py: Py<'_>, target: Target, text: &PyStr, errors: Option<&str>) -> PyResult<Ref<PyBytes>> {
    if matches!(target, Target::Utf7 | Target::UnicodeEscape | Target::RawUnicodeEscape) {
        py.expect_room(16 * text.len())?;
    }
    match target {
        Target::Utf8 | Target::Ascii if text.is_ascii() => return PyBytes::new(py, text.raw_bytes()),
        Target::Latin1 if text.kind() == 1 => return PyBytes::new(py, text.raw_bytes()),
        Target::Utf7 => return PyBytes::new(py, &units!(text.data(), |t| utf7::encode(t))),
        Target::UnicodeEscape => return PyBytes::new(py, &units!(text.data(), |t| escape::encode(t))),
        Target::RawUnicodeEscape => {
            return PyBytes::new(py, &units!(text.data(), |t| raw_escape::encode(t)));
        }
        _ => {}
    }
    py.expect_room(8 * text.len())?;
    let mut out = Vec::new();
    match target {
        Target::Utf16(None) => out.extend_from_slice(&[0xFF, 0xFE]),
        Target::Utf32(None) => out.extend_from_slice(&[0xFF, 0xFE, 0, 0]),
        _ => {}
    }
    let mut kernel = |text: &PyStr, from: usize, out: &mut Vec<u8>| Ok(target.run(text, from, out));
    encode_loop(py, target.name(), target.reason(), target.width(), text, errors, &mut out, &mut kernel)?;
    PyBytes::new(py, &out)
}

/// A kernel that encodes from a place on, up to a part that it cannot.
pub(super) type Kernel<'a> = dyn FnMut(&PyStr, usize, &mut Vec<u8>) -> PyResult<Option<Range<usize>>> + 'a;

/// Runs a kernel, and a handler wherever it stops.
#[allow(clippy::too_many_arguments)]
pub(super) fn encode_loop(
    py: Py<'_>,
    encoding: &str,
    reason: &str,
    width: usize,
    text: &PyStr,
    errors: Option<&str>,
    out: &mut Vec<u8>,
    kernel: &mut Kernel<'_>,
) -> PyResult<()> {
    let handler = Builtin::from_name(errors);
    let mut at = 0;
    while let Some(bad) = kernel(text, at, out)? {
        // The characters, and what handlers of our own make of them: a name has up to 90 letters.
        py.expect_room(bad.len().saturating_mul(if handler == Some(Builtin::NameReplace) {
            100
        } else {
            16
        }))?;
        let part: Vec<u32> = bad.clone().filter_map(|i| text.code_point(i)).collect();
        let give_up = || py.raise_unicode_encode(encoding, text, bad.start, bad.end, reason);
        at = bad.end;
        match handler {
            Some(Builtin::Strict) => return Err(give_up()),
            Some(Builtin::SurrogateEscape) => {
                if width != 1 {
                    return Err(give_up());
                }
                let is_escaped = |c: &u32| matches!(c, 0xDC80..=0xDCFF);
                match part.iter().position(|c| !is_escaped(c)) {
                    // The error is about what comes after the escaped bytes.
                    Some(n) => {
                        return Err(py.raise_unicode_encode(encoding, text, bad.start + n, bad.end, reason));
                    }
                    None => out.extend(part.iter().map(|c| *c as u8)),
                }
            }
            Some(Builtin::SurrogatePass) => {
                let Some(utf) =
                    handlers::utf_width(encoding).filter(|_| part.iter().all(|c| is_surrogate(*c)))
                else {
                    return Err(give_up());
                };
                part.iter().for_each(|c| handlers::push_surrogate(*c, utf, out));
            }
            Some(builtin) => {
                if builtin == Builtin::NameReplace {
                    py.find_character_names()?;
                }
                let Some(replacement) = handlers::replacement(builtin, &part) else { return Err(give_up()) };
                py.room_in(out, width * replacement.len())?;
                let replacement = PyStr::from_ascii(py, &replacement)?;
                if kernel(&replacement, 0, out)?.is_some() {
                    return Err(give_up());
                }
            }
            None => {
                let exc = py.unicode_encode_error(encoding, text, bad.start, bad.end, reason)?;
                let (made, position) =
                    handlers::call_registered(py, errors.unwrap_or("strict"), &exc, false)?;
                at = handlers::checked_position(py, position, text.len())?;
                if let Some(bytes) = made.downcast::<PyBytes>() {
                    if bytes.len() % width != 0 {
                        return Err(give_up());
                    }
                    py.room_in(out, bytes.len())?;
                    out.extend_from_slice(bytes.as_bytes());
                } else if let Some(made) = made.downcast::<PyStr>() {
                    // The UTFs take only ASCII here, though they could write anything.
                    let utf = handlers::utf_width(encoding).is_some();
                    if utf && !made.is_ascii() || kernel(made, 0, out)?.is_some() {
                        return Err(give_up());
                    }
                }
            }
        }
    }
    Ok(())
}

/// The name of an encoding that cannot be found.
#[cold]
pub(super) fn unknown(py: Py<'_>, encoding: &str) -> crate::error::Raised {
    raise!(py, LookupError, "unknown encoding: {encoding}")
}
