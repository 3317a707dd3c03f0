//! Error handlers: the built-in ones, the registered ones, and how codecs call either.

use krait_unicode::codecs::escape::push_hex_escape;
use krait_unicode::codecs::utf8::three;
use krait_unicode::unit::is_surrogate;

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyBytes, PyDict, PyInt, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, id, raise};

/// The handlers that every interpreter has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Builtin {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    NameReplace,
    SurrogateEscape,
    SurrogatePass,
}

impl Builtin {
    /// By its registered name; nothing given is `strict`.
    pub fn from_name(name: Option<&str>) -> Option<Builtin> {
        Some(match name {
            None | Some("strict") => Builtin::Strict,
            Some("ignore") => Builtin::Ignore,
            Some("replace") => Builtin::Replace,
            Some("backslashreplace") => Builtin::BackslashReplace,
            Some("xmlcharrefreplace") => Builtin::XmlCharRefReplace,
            Some("namereplace") => Builtin::NameReplace,
            Some("surrogateescape") => Builtin::SurrogateEscape,
            Some("surrogatepass") => Builtin::SurrogatePass,
            Some(_) => return None,
        })
    }
}

/// The dict of registered handlers.
fn registered(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    let place = &py.interp().codec_error_registry;
    match place.get() {
        Some(dict) => Ok(dict),
        None => {
            let dict = PyDict::new(py)?.upcast();
            place.set(dict.clone());
            Ok(dict)
        }
    }
}

/// `codecs.register_error`.
pub fn register_error(py: Py<'_>, name: &PyStr, handler: &PyObject) -> PyResult<()> {
    if !handler.is_callable() {
        bail!(py, TypeError, "handler must be callable");
    }
    registered(py)?.set_item(py, name, handler)
}

/// `codecs._unregister_error`: true when there was one.
pub fn unregister_error(py: Py<'_>, name: &PyStr) -> PyResult<bool> {
    if Builtin::from_name(Some(&name.to_utf8(py)?)).is_some() {
        bail!(py, ValueError, "cannot un-register built-in error handler '{name}'");
    }
    match registered(py)?.downcast::<PyDict>() {
        Some(dict) => Ok(dict.remove(py, name)?.is_some()),
        None => Ok(false),
    }
}

/// `codecs.lookup_error`.
pub fn lookup_error(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
    let dict = registered(py)?;
    let found = match dict.downcast::<PyDict>() {
        Some(dict) => dict.get(py, name)?,
        None => None,
    };
    found.ok_or_else(|| raise!(py, LookupError, "unknown error handler name '{name}'"))
}

/// The bad part of a Unicode error, as handlers see it.
struct Part {
    object: Ref<PyObject>,
    encoding: Option<Ref<PyObject>>,
    start: usize,
    end: usize,
}

fn part(py: Py<'_>, exc: &PyObject, kind: Kind) -> PyResult<Part> {
    let object = exc.get_attr(py, id!(py, "object"))?;
    let wanted = match kind {
        Kind::Decode => PyBytes::check(&object),
        Kind::Encode | Kind::Translate => PyStr::check(&object),
    };
    if !wanted {
        let what = if kind == Kind::Decode { "bytes" } else { "string" };
        bail!(py, TypeError, "UnicodeError 'object' attribute must be a {what}");
    }
    let encoding = exc.get_attr_optional(py, id!(py, "encoding"))?.filter(|e| !e.is_none());
    let len = object.len(py)?.max(0);
    let place = |name: &'static PyStr| -> PyResult<isize> {
        Ok(exc.get_attr(py, name)?.index(py)?.as_i64().unwrap_or(0) as isize)
    };
    let (start, end) = (place(id!(py, "start"))?, place(id!(py, "end"))?);
    let start = if len == 0 { 0 } else { start.clamp(0, len - 1) };
    let end = if end < 1 { isize::from(len > 0) } else { end.min(len) };
    Ok(Part { object, encoding, start: start as usize, end: end.max(start) as usize })
}

impl Part {
    fn code_points(&self) -> Vec<u32> {
        match self.object.downcast::<PyStr>() {
            Some(s) => (self.start..self.end).filter_map(|i| s.code_point(i)).collect(),
            None => Vec::new(),
        }
    }
    fn bytes(&self) -> &[u8] {
        let bytes = self.object.downcast::<PyBytes>().map(PyBytes::as_bytes).unwrap_or_default();
        bytes.get(self.start..self.end).unwrap_or_default()
    }
    fn rest(&self) -> &[u8] {
        let bytes = self.object.downcast::<PyBytes>().map(PyBytes::as_bytes).unwrap_or_default();
        bytes.get(self.start..).unwrap_or_default()
    }
}

#[cold]
fn wrong_type(py: Py<'_>, exc: &PyObject) -> Raised {
    raise!(py, TypeError, "don't know how to handle {} in error callback", exc.ty().short_name())
}

/// The three kinds of Unicode errors.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Encode,
    Decode,
    Translate,
}

fn kind_of(exc: &PyObject) -> Option<Kind> {
    let is = |ty| exc.ty().is_subtype(ty);
    if is(types::UnicodeEncodeError()) {
        Some(Kind::Encode)
    } else if is(types::UnicodeDecodeError()) {
        Some(Kind::Decode)
    } else if is(types::UnicodeTranslateError()) {
        Some(Kind::Translate)
    } else {
        None
    }
}

/// Writes the replacement of characters that cannot be encoded; `None` where a handler does not replace text.
pub(super) fn replacement(handler: Builtin, text: &[u32]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for &c in text {
        match handler {
            Builtin::Ignore => {}
            Builtin::Replace => out.push(b'?'),
            Builtin::BackslashReplace => push_hex_escape(c, |b| out.push(b)),
            Builtin::XmlCharRefReplace => out.extend_from_slice(format!("&#{c};").as_bytes()),
            Builtin::NameReplace => {
                match krait_unicode::names::name(c, krait_unicode::database::Version::V16) {
                    Some(name) => out.extend_from_slice(format!("\\N{{{name}}}").as_bytes()),
                    None => push_hex_escape(c, |b| out.push(b)),
                }
            }
            _ => return None,
        }
    }
    Some(out)
}

/// Which UTF an encoding name means, for `surrogatepass`: bytes in a unit, and big-endian.
pub(super) fn utf_width(name: &str) -> Option<(usize, bool)> {
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let rest = lower.strip_prefix("utf")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    match rest {
        "8" => Some((1, false)),
        "16" | "16-le" | "16le" => Some((2, false)),
        "16-be" | "16be" => Some((2, true)),
        "32" | "32-le" | "32le" => Some((4, false)),
        "32-be" | "32be" => Some((4, true)),
        _ => None,
    }
}

/// A surrogate in a UTF.
pub(super) fn push_surrogate(c: u32, width: (usize, bool), out: &mut Vec<u8>) {
    match width {
        (1, _) => out.extend_from_slice(&three(c)),
        (2, false) => out.extend_from_slice(&(c as u16).to_le_bytes()),
        (2, true) => out.extend_from_slice(&(c as u16).to_be_bytes()),
        (_, false) => out.extend_from_slice(&c.to_le_bytes()),
        (_, true) => out.extend_from_slice(&c.to_be_bytes()),
    }
}

/// The surrogate that bytes encode in a UTF, and how many bytes it takes.
pub(super) fn read_surrogate(bytes: &[u8], width: (usize, bool)) -> Option<(u32, usize)> {
    let c = match (width, bytes) {
        ((1, _), [0xED, b @ 0x80..=0xBF, c @ 0x80..=0xBF, ..]) => {
            0xD000 | u32::from(b & 0x3F) << 6 | u32::from(c & 0x3F)
        }
        ((2, false), [a, b, ..]) => u32::from(u16::from_le_bytes([*a, *b])),
        ((2, true), [a, b, ..]) => u32::from(u16::from_be_bytes([*a, *b])),
        ((4, false), [a, b, c, d, ..]) => u32::from_le_bytes([*a, *b, *c, *d]),
        ((4, true), [a, b, c, d, ..]) => u32::from_be_bytes([*a, *b, *c, *d]),
        _ => return None,
    };
    is_surrogate(c).then_some((c, if width.0 == 1 { 3 } else { width.0 }))
}

/// The bytes from 0x80 on (at most four) as lone surrogates.
pub(super) fn escaped(bytes: &[u8]) -> Vec<u32> {
    bytes.iter().take(4).take_while(|b| **b >= 0x80).map(|b| 0xDC00 + u32::from(*b)).collect()
}

fn answer(py: Py<'_>, text: &PyObject, position: usize) -> PyResult<Ref<PyObject>> {
    Ok(PyTuple::new(py, &[text, &*PyInt::new(py, position as i64)?])?.upcast())
}

/// What `codecs.strict_errors(exc)` and its kin do.
pub fn call_builtin(py: Py<'_>, handler: Builtin, exc: &PyObject) -> PyResult<Ref<PyObject>> {
    if handler == Builtin::Strict {
        return Err(if exc.ty().is_subtype(types::BaseException()) {
            py.raise_instance(exc.to_ref())
        } else {
            raise!(py, TypeError, "codec must pass exception instance")
        });
    }
    let Some(kind) = kind_of(exc) else { return Err(wrong_type(py, exc)) };
    let part = part(py, exc, kind)?;
    let give_up = || Err(py.raise_instance(exc.to_ref()));
    match (handler, kind) {
        (Builtin::Ignore, _) => answer(py, &PyStr::empty(), part.end),
        (Builtin::Replace, Kind::Decode) => answer(py, &*PyStr::from_char(py, 0xFFFD)?, part.end),
        (Builtin::Replace, Kind::Translate) => {
            let text = vec![0xFFFD; part.end - part.start];
            answer(py, &*PyStr::from_code_points(py, &text)?, part.end)
        }
        (Builtin::BackslashReplace, Kind::Decode) => {
            let mut out = Vec::new();
            for b in part.bytes() {
                push_hex_escape(u32::from(*b), |b| out.push(b));
            }
            answer(py, &*PyStr::from_ascii(py, &out)?, part.end)
        }
        (Builtin::SurrogateEscape, Kind::Decode) => {
            let out = escaped(part.bytes());
            if out.is_empty() {
                return give_up();
            }
            answer(py, &*PyStr::from_code_points(py, &out)?, part.start + out.len())
        }
        (Builtin::SurrogateEscape, Kind::Encode) => {
            let mut out = Vec::new();
            for c in part.code_points() {
                match c {
                    0xDC80..=0xDCFF => out.push(c as u8),
                    _ => return give_up(),
                }
            }
            answer(py, &*PyBytes::new(py, &out)?, part.end)
        }
        (Builtin::SurrogatePass, Kind::Encode | Kind::Decode) => {
            let encoding = part.encoding.as_ref().and_then(|e| e.downcast::<PyStr>());
            let Some(width) = encoding.and_then(|e| utf_width(&e.to_string_lossy())) else {
                return give_up();
            };
            if kind == Kind::Decode {
                return match read_surrogate(part.rest(), width) {
                    Some((c, used)) => answer(py, &*PyStr::from_char(py, c)?, part.start + used),
                    None => give_up(),
                };
            }
            let mut out = Vec::new();
            for c in part.code_points() {
                if !is_surrogate(c) {
                    return give_up();
                }
                push_surrogate(c, width, &mut out);
            }
            answer(py, &*PyBytes::new(py, &out)?, part.end)
        }
        (_, Kind::Encode) | (Builtin::BackslashReplace, Kind::Translate) => {
            if handler == Builtin::NameReplace {
                py.find_character_names()?;
            }
            match replacement(handler, &part.code_points()) {
                Some(out) => answer(py, &*PyStr::from_ascii(py, &out)?, part.end),
                None => Err(wrong_type(py, exc)),
            }
        }
        _ => Err(wrong_type(py, exc)),
    }
}

/// What a registered handler answered: the replacement and where to go on.
pub(super) fn call_registered(
    py: Py<'_>,
    name: &str,
    exc: &PyObject,
    decoding: bool,
) -> PyResult<(Ref<PyObject>, isize)> {
    let handler = lookup_error(py, &*PyStr::new(py, name)?)?;
    let result = handler.call(py, &[exc])?;
    let texts = if decoding {
        "decoding error handler must return (str, int) tuple"
    } else {
        "encoding error handler must return (str/bytes, int) tuple"
    };
    let pair = result.downcast::<PyTuple>().and_then(|t| match t.as_slice() {
        [text, position] => Some((text.clone(), position.clone())),
        _ => None,
    });
    let Some((text, position)) = pair else { bail!(py, TypeError, "{texts}") };
    let good = PyStr::check(&text) || (!decoding && PyBytes::check(&text));
    let Some(n) = position.downcast::<PyInt>().filter(|_| good) else { bail!(py, TypeError, "{texts}") };
    match n.as_i64() {
        Some(n) => Ok((text, n as isize)),
        None => Err(raise!(py, OverflowError, "Python int too large to convert to C ssize_t")),
    }
}

/// A handler's position within an input of `len`.
pub(super) fn checked_position(py: Py<'_>, position: isize, len: usize) -> PyResult<usize> {
    let at = if position < 0 { position + len as isize } else { position };
    if at < 0 || at as usize > len {
        bail!(py, IndexError, "position {at} from error handler out of bounds");
    }
    Ok(at as usize)
}
