//! Decoding with error handlers.

use krait_unicode::codecs::{ByteOrder, Decoded, escape, raw_escape, single_byte, utf7, utf8, utf16, utf32};

use super::handlers::{self, Builtin};
use crate::error::PyResult;
use crate::objects::exceptions::types;
use crate::objects::{PyBytes, PyModule, PyStr};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, id, raise};

/// The encodings that are built in, to decode from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Source {
    Utf8,
    Utf7,
    Utf16(ByteOrder),
    Utf32(ByteOrder),
    Ascii,
    Latin1,
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Source::Utf8 => "utf-8",
            Source::Utf7 => "utf7",
            Source::Utf16(ByteOrder::Little) => "utf-16-le",
            Source::Utf16(ByteOrder::Big) => "utf-16-be",
            Source::Utf32(ByteOrder::Little) => "utf-32-le",
            Source::Utf32(ByteOrder::Big) => "utf-32-be",
            Source::Ascii => "ascii",
            Source::Latin1 => "latin-1",
            Source::UnicodeEscape => "unicodeescape",
            Source::RawUnicodeEscape => "rawunicodeescape",
        }
    }
}

/// Decodes `bytes`; without `last` an unfinished end is left over. The string, and how many bytes were used.
pub fn decode_from(
    py: Py<'_>,
    source: Source,
    bytes: &[u8],
    errors: Option<&str>,
    last: bool,
) -> PyResult<(Ref<PyStr>, usize)> {
    match source {
        Source::Utf8 => {
            let scan = utf8::scan(bytes);
            let whole = match scan.error {
                None => Some(bytes.len()),
                Some(_) if scan.unfinished && !last => Some(scan.valid),
                Some(_) => None,
            };
            if let Some(valid) = whole {
                let valid = bytes.get(..valid).unwrap_or_default();
                // SAFETY: the scan found so many bytes valid.
                let text = unsafe { core::str::from_utf8_unchecked(valid) };
                return Ok((PyStr::from_valid_utf8(py, text, scan.chars, scan.layout)?, valid.len()));
            }
        }
        Source::Ascii if bytes.is_ascii() => return Ok((PyStr::from_ascii(py, bytes)?, bytes.len())),
        Source::Latin1 => return Ok((PyStr::from_latin1(py, bytes)?, bytes.len())),
        _ => {}
    }
    let mut warning = None;
    let mut kernel = |bytes: &[u8], from: usize, out: &mut Vec<u32>| {
        Ok(match source {
            Source::Utf8 => utf8::decode(bytes, from, last, out),
            Source::Utf7 => utf7::decode(bytes, from, last, out),
            Source::Utf16(order) => utf16::decode(bytes, from, order, last, out),
            Source::Utf32(order) => utf32::decode(bytes, from, order, last, out),
            Source::Ascii | Source::Latin1 => single_byte::decode_ascii(bytes, from, out),
            Source::UnicodeEscape => {
                escape::decode(bytes, from, last, krait_unicode::names::lookup_character, &mut warning, out)
            }
            Source::RawUnicodeEscape => raw_escape::decode(bytes, from, last, out),
        })
    };
    if matches!(source, Source::UnicodeEscape) && names_characters(bytes) && !py.knows_character_names() {
        bail!(py, UnicodeError, "{NO_NAMES}")
    }
    let (out, used) = decode_loop(py, source.name(), bytes, errors, &mut kernel)?;
    if let Some(invalid) = warning {
        let text = if invalid.octal {
            format!(
                "\"\\{:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. ",
                invalid.value
            )
        } else {
            let c = char::from_u32(invalid.value).unwrap_or('?');
            format!("\"\\{c}\" is an invalid escape sequence. Such sequences will not work in the future. ")
        };
        py.warn(types::DeprecationWarning(), &text, 1)?;
    }
    Ok((PyStr::from_code_points(py, &out)?, used))
}

/// What is said of `\N{…}` when there is no module `unicodedata`.
pub const NO_NAMES: &str = "\\N escapes not supported (can't load unicodedata module)";

/// Whether a backslash with an `N` is among the escapes.
fn names_characters(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|&b| b == b'\\') {
        if rest.get(at + 1) == Some(&b'N') {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

impl Py<'_> {
    /// Finds module `unicodedata`, from which CPython takes the names of characters: a program may keep it out. The names
    /// themselves are in the executable; once found, the module is not asked for again.
    pub fn find_character_names(self) -> PyResult<()> {
        if self.interp().character_names.get() {
            return Ok(());
        }
        let import = self.builtin(id!(self, "__import__"))?;
        let module = match import.call(self, &[&*PyStr::new_interned(self, "unicodedata")?]) {
            Ok(module) => module,
            Err(raised) => {
                self.clear_error(raised);
                bail!(self, ImportError, "PyCapsule_Import could not import module \"unicodedata\"")
            }
        };
        if module.downcast::<PyModule>().is_none() {
            module.get_attr(self, &*PyStr::new(self, "_ucnhash_CAPI")?)?;
        }
        self.interp().character_names.set(true);
        Ok(())
    }

    /// As `find_character_names`, without the error.
    pub fn knows_character_names(self) -> bool {
        match self.find_character_names() {
            Ok(()) => true,
            Err(raised) => {
                self.clear_error(raised);
                false
            }
        }
    }
}

/// Runs a kernel, and a handler wherever it stops. The code points, and how many bytes were used.
pub(super) fn decode_loop(
    py: Py<'_>,
    encoding: &str,
    bytes: &[u8],
    errors: Option<&str>,
    kernel: &mut dyn FnMut(&[u8], usize, &mut Vec<u32>) -> PyResult<Decoded>,
) -> PyResult<(Vec<u32>, usize)> {
    // From so many bytes on, room for as many characters is asked for at once.
    const MANY: usize = 1 << 16;
    let handler = Builtin::from_name(errors);
    let mut out = Vec::new();
    if bytes.len() >= MANY {
        py.room_in(&mut out, bytes.len())?;
    }
    let mut input = std::borrow::Cow::Borrowed(bytes);
    let mut at = 0;
    loop {
        let decoded = kernel(&input, at, &mut out)?;
        let Some(bad) = decoded.error else { return Ok((out, decoded.consumed)) };
        let part = input.get(bad.start..bad.end).unwrap_or_default();
        match handler {
            Some(Builtin::Ignore) => at = bad.end,
            Some(Builtin::Replace) => {
                out.push(0xFFFD);
                at = bad.end;
            }
            Some(Builtin::BackslashReplace) => {
                py.room_in(&mut out, 4 * part.len())?;
                for b in part {
                    escape::push_hex_escape(u32::from(*b), |b| out.push(b.into()));
                }
                at = bad.end;
            }
            Some(Builtin::SurrogateEscape) if part.first().is_some_and(|b| *b >= 0x80) => {
                let escaped = handlers::escaped(part);
                at = bad.start + escaped.len();
                out.extend(escaped);
            }
            Some(Builtin::SurrogatePass)
                if let Some((c, used)) = handlers::utf_width(encoding).and_then(|w| {
                    handlers::read_surrogate(input.get(bad.start..).unwrap_or_default(), w)
                }) =>
            {
                out.push(c);
                at = bad.start + used;
            }
            None => {
                let exc = py.unicode_decode_error(encoding, &input, bad.start, bad.end, bad.reason)?;
                let (text, position) = handlers::call_registered(py, errors.unwrap_or("strict"), &exc, true)?;
                // A handler may put other bytes in place.
                let object = exc.get_attr(py, crate::id!(py, "object"))?;
                let Some(object) = object.downcast::<PyBytes>() else {
                    return Err(raise!(py, TypeError, "exception attribute object must be bytes"));
                };
                if object.as_bytes() != &*input {
                    input = std::borrow::Cow::Owned(object.as_bytes().to_vec());
                }
                at = handlers::checked_position(py, position, input.len())?;
                if let Some(text) = text.downcast::<PyStr>() {
                    out.extend(text.code_points());
                }
            }
            Some(_) => {
                return Err(py.raise_unicode_decode(encoding, &input, bad.start, bad.end, bad.reason));
            }
        }
    }
}
