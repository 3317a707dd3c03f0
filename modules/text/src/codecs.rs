//! Module `_codecs`: the codec registry, error handlers, and each built-in codec as a pair of functions.
//! Not here: the codecs themselves (`krait_runtime::codecs`).

use krait_runtime::prelude::*;
use krait_unicode::codecs::ByteOrder;

/// Text or bytes to decode: `str` counts as its UTF-8.
pub struct Data(Vec<u8>);

impl<'a> FromArg<'a> for Data {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        match obj.downcast::<PyStr>() {
            Some(s) => Ok(Data(s.to_utf8(py)?.as_bytes().to_vec())),
            None => obj.buffer_bytes(py).map(Data),
        }
    }
}

/// An `errors` argument: a string or None.
pub struct Errors(Option<String>);

impl<'a> FromArg<'a> for Errors {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        if obj.is_none() {
            return Ok(Errors(None));
        }
        let Some(s) = obj.downcast::<PyStr>() else {
            return Err(krait_runtime::args::bad_argument(py, at, "str or None", obj));
        };
        let text = s.to_utf8(py)?;
        if text.contains('\0') {
            bail!(py, ValueError, "embedded null character");
        }
        Ok(Errors(Some(text.into_owned())))
    }
}

impl Errors {
    const NONE: Errors = Errors(None);
    fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

fn pair(py: Py<'_>, made: &PyObject, used: usize) -> PyResult<Ref<PyTuple>> {
    let used = PyInt::new(py, i64::try_from(used).unwrap_or(i64::MAX))?;
    PyTuple::new(py, &[made, &used])
}

/// The byte order that Python's -1, 0 and 1 mean.
fn order(n: i32) -> Option<ByteOrder> {
    match n {
        0 => None,
        n if n < 0 => Some(ByteOrder::Little),
        _ => Some(ByteOrder::Big),
    }
}

/// `escape_decode`: the escapes of bytes literals.
fn unescape(py: Py<'_>, bytes: &[u8], errors: Option<&str>) -> PyResult<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut warned = false;
    while let Some(&b) = bytes.get(at) {
        at += 1;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let Some(&escape) = bytes.get(at) else { bail!(py, ValueError, "Trailing \\ in string") };
        at += 1;
        match escape {
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(escape),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b't' => out.push(b'\t'),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'v' => out.push(11),
            b'a' => out.push(7),
            b'0'..=b'7' => {
                let mut value = u32::from(escape - b'0');
                for _ in 0..2 {
                    if let Some(d @ b'0'..=b'7') = bytes.get(at) {
                        value = value * 8 + u32::from(d - b'0');
                        at += 1;
                    }
                }
                if value > 0o377 && !warned {
                    warned = true;
                    let text = format!(
                        "b\"\\{value:o}\" is an invalid octal escape sequence. Such sequences will not work in the future. "
                    );
                    py.warn(krait_runtime::objects::exceptions::types::DeprecationWarning(), &text, 1)?;
                }
                out.push((value & 0xFF) as u8);
            }
            b'x' => {
                let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
                if let (Some(high), Some(low)) = (digit(at), digit(at + 1)) {
                    out.push((high * 16 + low) as u8);
                    at += 2;
                    continue;
                }
                match errors {
                    None | Some("strict") => {
                        bail!(py, ValueError, "invalid \\x escape at position {}", at - 2)
                    }
                    Some("replace") => out.push(b'?'),
                    Some("ignore") => {}
                    Some(other) => {
                        bail!(py, ValueError, "decoding error; unknown error handling code: {other}")
                    }
                }
                // One digit that does stand there is skipped.
                if digit(at).is_some() {
                    at += 1;
                }
            }
            other => {
                if !warned {
                    warned = true;
                    let text = format!(
                        "b\"\\{}\" is an invalid escape sequence. Such sequences will not work in the future. ",
                        char::from(other)
                    );
                    py.warn(krait_runtime::objects::exceptions::types::DeprecationWarning(), &text, 1)?;
                }
                out.push(b'\\');
                out.push(other);
            }
        }
    }
    Ok(out)
}

/// Text codecs and their registry.
#[pymodule(name = "_codecs")]
pub mod _codecs {
    use super::{Data, Errors, order, pair};
    use krait_runtime::codecs::{self, Builtin, Source, Target};
    use krait_runtime::objects::builtin_function::PyCFunction;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;
    use krait_unicode::codecs::{ByteOrder, utf16, utf32};

    #[pyfunction]
    fn register(py: Py<'_>, search_function: &PyObject) -> PyResult<()> {
        codecs::register(py, search_function)
    }

    #[pyfunction]
    fn unregister(py: Py<'_>, search_function: &PyObject) -> PyResult<()> {
        codecs::unregister(py, search_function)
    }

    #[pyfunction]
    fn lookup(py: Py<'_>, encoding: &PyStr) -> PyResult<Ref<PyTuple>> {
        codecs::lookup(py, &encoding.to_utf8(py)?)
    }

    #[pyfunction]
    fn encode(
        py: Py<'_>,
        obj: &PyObject,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
    ) -> PyResult<Ref<PyObject>> {
        let encoding = encoding.map(|e| e.to_utf8(py)).transpose()?;
        let errors = errors.map(|e| e.to_utf8(py)).transpose()?;
        codecs::encode_any(py, obj, encoding.as_deref().unwrap_or("utf-8"), errors.as_deref())
    }

    #[pyfunction]
    fn decode(
        py: Py<'_>,
        obj: &PyObject,
        encoding: Option<&PyStr>,
        errors: Option<&PyStr>,
    ) -> PyResult<Ref<PyObject>> {
        let encoding = encoding.map(|e| e.to_utf8(py)).transpose()?;
        let errors = errors.map(|e| e.to_utf8(py)).transpose()?;
        codecs::decode_any(py, obj, encoding.as_deref().unwrap_or("utf-8"), errors.as_deref())
    }

    #[pyfunction]
    fn register_error(py: Py<'_>, errors: &PyStr, handler: &PyObject) -> PyResult<()> {
        codecs::register_error(py, errors, handler)
    }

    #[pyfunction]
    fn _unregister_error(py: Py<'_>, errors: &PyStr) -> PyResult<bool> {
        codecs::unregister_error(py, errors)
    }

    #[pyfunction]
    fn lookup_error(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        codecs::lookup_error(py, name)
    }

    macro_rules! handlers {
        ($($name:ident, $registered:literal, $which:ident;)*) => {
            /// Name of the function, name of the handler.
            const HANDLERS: &[(&str, &str)] = &[$((stringify!($name), $registered)),*];
        };
    }
    handlers! {
        strict_errors, "strict", Strict;
        ignore_errors, "ignore", Ignore;
        replace_errors, "replace", Replace;
        backslashreplace_errors, "backslashreplace", BackslashReplace;
        xmlcharrefreplace_errors, "xmlcharrefreplace", XmlCharRefReplace;
        namereplace_errors, "namereplace", NameReplace;
        surrogateescape, "surrogateescape", SurrogateEscape;
        surrogatepass, "surrogatepass", SurrogatePass;
    }

    #[pyfunction]
    #[sig("(exc, /)")]
    fn strict_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::Strict, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn ignore_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::Ignore, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn replace_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::Replace, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn backslashreplace_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::BackslashReplace, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn xmlcharrefreplace_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::XmlCharRefReplace, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn namereplace_errors(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::NameReplace, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn surrogateescape(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::SurrogateEscape, exc)
    }
    #[pyfunction]
    #[sig("(exc, /)")]
    fn surrogatepass(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
        codecs::call_builtin(py, Builtin::SurrogatePass, exc)
    }

    /// The handlers are functions of no module: they move from this one to the registry.
    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let dict = module.dict();
        for (function, name) in HANDLERS {
            let key = PyStr::new_interned(py, function)?;
            if let Some(handler) = dict.remove(py, &key)? {
                let name = PyStr::new_interned(py, name)?;
                // The handlers are functions of no module.
                let Some(function) = handler.downcast::<PyCFunction>() else { continue };
                let handler = PyCFunction::new(py, function.def(), None, None, None)?;
                codecs::register_error(py, &name, &handler)?;
            }
        }
        Ok(())
    }

    fn encoded(py: Py<'_>, target: Target, text: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        let errors = errors.unwrap_or(Errors::NONE);
        pair(py, &*codecs::encode_to(py, target, text, errors.name())?, text.len())
    }

    fn decoded(
        py: Py<'_>,
        source: Source,
        data: &[u8],
        errors: Option<Errors>,
        last: bool,
    ) -> PyResult<Ref<PyTuple>> {
        let errors = errors.unwrap_or(Errors::NONE);
        let (text, used) = codecs::decode_from(py, source, data, errors.name(), last)?;
        // A handler may have put other data in place of this one: the places in it say nothing of what was given.
        pair(py, &text, if last { data.len() } else { used })
    }

    #[pyfunction]
    fn utf_8_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf8, str, errors)
    }
    #[pyfunction]
    fn utf_8_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf8, data.as_bytes(), errors, r#final)
    }
    #[pyfunction]
    fn utf_7_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf7, str, errors)
    }
    #[pyfunction]
    fn utf_7_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf7, data.as_bytes(), errors, r#final)
    }
    #[pyfunction]
    fn ascii_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Ascii, str, errors)
    }
    #[pyfunction]
    fn ascii_decode(py: Py<'_>, data: BufferArg, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Ascii, data.as_bytes(), errors, true)
    }
    #[pyfunction]
    fn latin_1_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Latin1, str, errors)
    }
    #[pyfunction]
    fn latin_1_decode(py: Py<'_>, data: BufferArg, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Latin1, data.as_bytes(), errors, true)
    }
    #[pyfunction]
    fn unicode_escape_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::UnicodeEscape, str, errors)
    }
    #[pyfunction]
    fn unicode_escape_decode(
        py: Py<'_>,
        data: Data,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::UnicodeEscape, &data.0, errors, r#final)
    }
    #[pyfunction]
    fn raw_unicode_escape_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::RawUnicodeEscape, str, errors)
    }
    #[pyfunction]
    fn raw_unicode_escape_decode(
        py: Py<'_>,
        data: Data,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::RawUnicodeEscape, &data.0, errors, r#final)
    }

    #[pyfunction]
    fn utf_16_encode(
        py: Py<'_>,
        str: &PyStr,
        errors: Option<Errors>,
        byteorder: i32,
    ) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf16(order(byteorder)), str, errors)
    }
    #[pyfunction]
    fn utf_16_le_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf16(Some(ByteOrder::Little)), str, errors)
    }
    #[pyfunction]
    fn utf_16_be_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf16(Some(ByteOrder::Big)), str, errors)
    }
    #[pyfunction]
    fn utf_32_encode(
        py: Py<'_>,
        str: &PyStr,
        errors: Option<Errors>,
        byteorder: i32,
    ) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf32(order(byteorder)), str, errors)
    }
    #[pyfunction]
    fn utf_32_le_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf32(Some(ByteOrder::Little)), str, errors)
    }
    #[pyfunction]
    fn utf_32_be_encode(py: Py<'_>, str: &PyStr, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        encoded(py, Target::Utf32(Some(ByteOrder::Big)), str, errors)
    }
    #[pyfunction]
    fn utf_16_le_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf16(ByteOrder::Little), data.as_bytes(), errors, r#final)
    }
    #[pyfunction]
    fn utf_16_be_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf16(ByteOrder::Big), data.as_bytes(), errors, r#final)
    }
    #[pyfunction]
    fn utf_32_le_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf32(ByteOrder::Little), data.as_bytes(), errors, r#final)
    }
    #[pyfunction]
    fn utf_32_be_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        decoded(py, Source::Utf32(ByteOrder::Big), data.as_bytes(), errors, r#final)
    }

    /// Decodes with a byte order mark, if there is one and the order is open: text, bytes used, order.
    fn marked(
        py: Py<'_>,
        data: &[u8],
        errors: Option<Errors>,
        byteorder: i32,
        last: bool,
        wide: bool,
    ) -> PyResult<(Ref<PyStr>, usize, i32)> {
        let mark = match (byteorder, wide) {
            (0, true) => utf32::byte_order_mark(data),
            (0, false) => utf16::byte_order_mark(data),
            _ => None,
        };
        let skip = if mark.is_some() { 2 + 2 * usize::from(wide) } else { 0 };
        let found = match mark {
            Some(ByteOrder::Little) => -1,
            Some(ByteOrder::Big) => 1,
            None => byteorder,
        };
        let order = order(found).unwrap_or(ByteOrder::Little);
        let source = if wide { Source::Utf32(order) } else { Source::Utf16(order) };
        let errors = errors.unwrap_or(Errors::NONE);
        let rest = data.get(skip..).unwrap_or_default();
        let (text, used) = codecs::decode_from(py, source, rest, errors.name(), last)?;
        Ok((text, used + skip, found))
    }

    fn triple(py: Py<'_>, (text, used, order): (Ref<PyStr>, usize, i32)) -> PyResult<Ref<PyTuple>> {
        let used = PyInt::new(py, i64::try_from(used).unwrap_or(i64::MAX))?;
        let order = PyInt::new(py, order.into())?;
        PyTuple::new(py, &[&text, &used, &order])
    }

    #[pyfunction]
    fn utf_16_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        let (text, used, _) = marked(py, data.as_bytes(), errors, 0, r#final, false)?;
        pair(py, &text, used)
    }
    #[pyfunction]
    fn utf_32_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        let (text, used, _) = marked(py, data.as_bytes(), errors, 0, r#final, true)?;
        pair(py, &text, used)
    }
    #[pyfunction]
    fn utf_16_ex_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        triple(py, marked(py, data.as_bytes(), errors, byteorder, r#final, false)?)
    }
    #[pyfunction]
    fn utf_32_ex_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        byteorder: i32,
        r#final: bool,
    ) -> PyResult<Ref<PyTuple>> {
        triple(py, marked(py, data.as_bytes(), errors, byteorder, r#final, true)?)
    }

    #[pyfunction]
    fn escape_encode(py: Py<'_>, data: &PyBytes, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        let _ = errors;
        let mut out = Vec::with_capacity(data.len());
        for b in data.as_bytes() {
            match b {
                b'\\' | b'\'' => out.extend_from_slice(&[b'\\', *b]),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b' '..=b'~' => out.push(*b),
                _ => out.extend_from_slice(format!("\\x{b:02x}").as_bytes()),
            }
        }
        pair(py, &*PyBytes::new(py, &out)?, data.len())
    }

    #[pyfunction]
    fn escape_decode(py: Py<'_>, data: Data, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        let errors = errors.unwrap_or(Errors::NONE);
        let out = super::unescape(py, &data.0, errors.name())?;
        pair(py, &*PyBytes::new(py, &out)?, data.0.len())
    }

    #[pyfunction]
    fn readbuffer_encode(py: Py<'_>, data: Data, errors: Option<Errors>) -> PyResult<Ref<PyTuple>> {
        let _ = errors;
        pair(py, &*PyBytes::new(py, &data.0)?, data.0.len())
    }

    #[pyfunction]
    fn charmap_build(py: Py<'_>, map: &PyStr) -> PyResult<Ref<PyObject>> {
        codecs::charmap_build(py, map)
    }
    #[pyfunction]
    fn charmap_encode(
        py: Py<'_>,
        str: &PyStr,
        errors: Option<Errors>,
        mapping: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let errors = errors.unwrap_or(Errors::NONE);
        pair(py, &*codecs::charmap_encode(py, str, errors.name(), mapping)?, str.len())
    }
    #[pyfunction]
    fn charmap_decode(
        py: Py<'_>,
        data: BufferArg,
        errors: Option<Errors>,
        mapping: Option<&PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        let errors = errors.unwrap_or(Errors::NONE);
        let text = codecs::charmap_decode(py, data.as_bytes(), errors.name(), mapping)?;
        pair(py, &text, data.as_bytes().len())
    }
}
