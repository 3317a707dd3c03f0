//! `make_encoder`: writes a value as JSON, into one string.

use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::spread;

use super::escape;

/// How strings are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    /// `encode_basestring_ascii`.
    Ascii,
    /// `encode_basestring`.
    Any,
    /// By a function that somebody else wrote.
    Custom,
}

/// `_json.Encoder`.
#[pyclass(module = "_json", name = "Encoder", gc, heap)]
#[repr(C)]
pub struct Encoder {
    base: PyObject,
    #[pymember("markers", object, readonly)]
    markers: Ref<PyObject>,
    #[pymember("default", object, readonly)]
    default: Ref<PyObject>,
    #[pymember("encoder", object, readonly)]
    encoder: Ref<PyObject>,
    #[pymember("indent", object, readonly)]
    indent: Ref<PyObject>,
    #[pymember("key_separator", object, readonly)]
    key_separator: Ref<PyStr>,
    #[pymember("item_separator", object, readonly)]
    item_separator: Ref<PyStr>,
    #[pymember("sort_keys", bool, readonly)]
    sort_keys: Cell<bool>,
    #[pymember("skipkeys", bool, readonly)]
    skipkeys: Cell<bool>,
    allow_nan: bool,
    #[no_traverse]
    strings: Strings,
}

/// One writing.
struct Writer<'a> {
    encoder: &'a Encoder,
    out: StrBuilder,
    markers: Option<&'a PyDict>,
    indent: Option<&'a PyStr>,
}

/// Adds "when serializing …" to the exception that is set.
#[cold]
fn note(py: Py<'_>, raised: krait_runtime::error::Raised, text: &str) -> krait_runtime::error::Raised {
    let error = py.fetch(raised);
    let added = PyStr::new(py, text).and_then(|text| error.call_method(py, id!(py, "add_note"), &[&text]));
    if let Err(raised) = added {
        py.clear_error(raised);
    }
    py.restore(error)
}

impl Writer<'_> {
    /// Remembers that `object` is being written; its place in the markers.
    fn enter(&self, py: Py<'_>, object: &PyObject) -> PyResult<Option<Ref<PyInt>>> {
        let Some(markers) = self.markers else { return Ok(None) };
        let ident = PyInt::from_u64(py, object.id() as u64)?;
        if markers.contains(py, &ident)? {
            bail!(py, ValueError, "Circular reference detected");
        }
        markers.set(py, &ident, object)?;
        Ok(Some(ident))
    }

    fn leave(&self, py: Py<'_>, ident: Option<Ref<PyInt>>) -> PyResult<()> {
        match (self.markers, ident) {
            (Some(markers), Some(ident)) => markers.delete(py, &ident),
            _ => Ok(()),
        }
    }

    fn newline(&mut self, py: Py<'_>, level: usize) -> PyResult<()> {
        if let Some(indent) = self.indent {
            self.out.push_ascii(py, b"\n")?;
            for _ in 0..level {
                self.out.push(py, indent)?;
            }
        }
        Ok(())
    }

    fn string(&mut self, py: Py<'_>, s: &PyStr) -> PyResult<()> {
        match self.encoder.strings {
            Strings::Ascii => escape::push_quoted(py, &mut self.out, s, true),
            Strings::Any => escape::push_quoted(py, &mut self.out, s, false),
            Strings::Custom => {
                let text = self.encoder.encoder.call(py, &[s])?;
                match text.downcast::<PyStr>() {
                    Some(text) => self.out.push(py, text),
                    None => {
                        let got = text.ty().name();
                        Err(raise!(py, TypeError, "encoder() must return a string, not {got}"))
                    }
                }
            }
        }
    }

    fn int_text(py: Py<'_>, n: &PyInt) -> PyResult<String> {
        n.to_decimal(py)
    }

    fn float_text(&self, py: Py<'_>, object: &PyObject, value: f64) -> PyResult<String> {
        if value.is_finite() {
            return Ok(krait_numeric::float_text::repr(value));
        }
        if !self.encoder.allow_nan {
            let shown = object.repr(py)?;
            bail!(py, ValueError, "Out of range float values are not JSON compliant: {shown}");
        }
        let text = if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        Ok(text.to_owned())
    }

    fn value(&mut self, py: Py<'_>, object: &PyObject, level: usize) -> PyResult<()> {
        if object.is_none() {
            return self.out.push_ascii(py, b"null");
        }
        if object.is(PyBool::get(true)) {
            return self.out.push_ascii(py, b"true");
        }
        if object.is(PyBool::get(false)) {
            return self.out.push_ascii(py, b"false");
        }
        if let Some(s) = object.downcast::<PyStr>() {
            return self.string(py, s);
        }
        if let Some(n) = object.downcast::<PyInt>() {
            if let Some(n) = n.as_i64() {
                let mut buffer = [0u8; 20];
                return self.out.push_ascii(py, decimal(n, &mut buffer));
            }
            let text = Self::int_text(py, n)?;
            return self.out.push_ascii(py, text.as_bytes());
        }
        if let Some(x) = object.downcast::<PyFloat>() {
            let text = self.float_text(py, object, x.value())?;
            return self.out.push_ascii(py, text.as_bytes());
        }
        if object.downcast::<PyList>().is_some() || object.downcast::<PyTuple>().is_some() {
            py.check_stack(" while encoding a JSON object")?;
            return self.list(py, object, level);
        }
        if let Some(dict) = object.downcast::<PyDict>() {
            py.check_stack(" while encoding a JSON object")?;
            return self.dict(py, dict, level);
        }
        let ident = self.enter(py, object)?;
        let replacement = self.encoder.default.call(py, &[object])?;
        py.check_stack(" while encoding a JSON object")?;
        if let Err(raised) = self.value(py, &replacement, level) {
            let text = format!("when serializing {} object", object.ty().qualified_name());
            return Err(note(py, raised, &text));
        }
        self.leave(py, ident)
    }

    fn list(&mut self, py: Py<'_>, object: &PyObject, level: usize) -> PyResult<()> {
        let items = match object.downcast::<PyTuple>() {
            Some(tuple) => tuple.new_ref(),
            None => match object.downcast::<PyList>() {
                Some(list) if PyList::check_exact(list) => {
                    // A list may change while it is written: item by item, as it is then.
                    return self.items(py, object, level, |at| list.get(at));
                }
                _ => PyTuple::from_vec(py, object.collect(py)?)?,
            },
        };
        self.items(py, object, level, |at| items.get(at).map(PyObject::to_ref))
    }

    fn items(
        &mut self,
        py: Py<'_>,
        object: &PyObject,
        level: usize,
        get: impl Fn(usize) -> Option<Ref<PyObject>>,
    ) -> PyResult<()> {
        let Some(first) = get(0) else { return self.out.push_ascii(py, b"[]") };
        let ident = self.enter(py, object)?;
        self.out.push_ascii(py, b"[")?;
        self.newline(py, level + 1)?;
        let mut next = Some(first);
        let mut at = 0;
        while let Some(item) = next {
            if at > 0 {
                self.separator(py, level + 1)?;
            }
            if let Err(raised) = self.value(py, &item, level + 1) {
                let text = format!("when serializing {} item {at}", object.ty().qualified_name());
                return Err(note(py, raised, &text));
            }
            at += 1;
            next = get(at);
        }
        self.leave(py, ident)?;
        self.newline(py, level)?;
        self.out.push_ascii(py, b"]")
    }

    fn separator(&mut self, py: Py<'_>, level: usize) -> PyResult<()> {
        self.out.push(py, &self.encoder.item_separator)?;
        self.newline(py, level)
    }

    fn dict(&mut self, py: Py<'_>, dict: &PyDict, level: usize) -> PyResult<()> {
        if dict.is_empty() {
            return self.out.push_ascii(py, b"{}");
        }
        let ident = self.enter(py, dict)?;
        self.out.push_ascii(py, b"{")?;
        let mut first = true;
        if self.encoder.sort_keys.get() || !PyDict::check_exact(dict) {
            let items = dict.call_method(py, id!(py, "items"), &[])?;
            let list = PyList::from_vec(py, items.collect(py)?)?;
            if self.encoder.sort_keys.get() {
                list.call_method(py, id!(py, "sort"), &[])?;
            }
            let mut at = 0;
            while let Some(item) = list.get(at) {
                at += 1;
                let pair = item.downcast::<PyTuple>().map(PyTuple::as_slice);
                let Some([key, value]) = pair else {
                    bail!(py, ValueError, "items must return 2-tuples");
                };
                self.entry(py, dict, key, value, &mut first, level + 1)?;
            }
        } else {
            let mut position = 0;
            while let Some((key, value)) = dict.next_entry(&mut position) {
                self.entry(py, dict, &key, &value, &mut first, level + 1)?;
            }
        }
        self.leave(py, ident)?;
        // All keys may have been skipped.
        if !first {
            self.newline(py, level)?;
        }
        self.out.push_ascii(py, b"}")
    }

    fn entry(
        &mut self,
        py: Py<'_>,
        dict: &PyDict,
        key: &PyObject,
        value: &PyObject,
        first: &mut bool,
        level: usize,
    ) -> PyResult<()> {
        let text;
        let key_text = if let Some(s) = key.downcast::<PyStr>() {
            s
        } else {
            text = if let Some(x) = key.downcast::<PyFloat>() {
                PyStr::new(py, &self.float_text(py, key, x.value())?)?
            } else if key.is_none() {
                PyStr::new(py, "null")?
            } else if key.is(PyBool::get(true)) {
                PyStr::new(py, "true")?
            } else if key.is(PyBool::get(false)) {
                PyStr::new(py, "false")?
            } else if let Some(n) = key.downcast::<PyInt>() {
                PyStr::new(py, &Self::int_text(py, n)?)?
            } else if self.encoder.skipkeys.get() {
                return Ok(());
            } else {
                bail!(
                    py,
                    TypeError,
                    "keys must be str, int, float, bool or None, not {}",
                    key.ty().qualified_name()
                );
            };
            &text
        };
        if core::mem::take(first) {
            self.newline(py, level)?;
        } else {
            self.separator(py, level)?;
        }
        self.string(py, key_text)?;
        self.out.push(py, &self.encoder.key_separator)?;
        self.value(py, value, level).map_err(|raised| {
            let shown = match key.repr(py) {
                Ok(shown) => shown.to_string_lossy().into_owned(),
                Err(again) => {
                    py.clear_error(again);
                    String::from("?")
                }
            };
            let text = format!("when serializing {} item {shown}", dict.ty().qualified_name());
            note(py, raised, &text)
        })
    }
}

/// The decimal digits of a machine integer.
fn decimal(n: i64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut rest = n.unsigned_abs();
    let mut at = buffer.len();
    loop {
        at -= 1;
        if let Some(slot) = buffer.get_mut(at) {
            *slot = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        at -= 1;
        if let Some(slot) = buffer.get_mut(at) {
            *slot = b'-';
        }
    }
    buffer.get(at..).unwrap_or_default()
}

static CALL: Signature = Signature {
    function: "_iterencode",
    names: &["obj", "_current_indent_level"],
    posonly: 0,
    pos: 2,
    required: 2,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::Clinic,
};

#[pymethods]
impl Encoder {
    #[new(name = "make_encoder")]
    #[sig(
        "(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)"
    )]
    fn encoder_new(
        py: Py<'_>,
        cls: &PyType,
        markers: &PyObject,
        default: &PyObject,
        encoder: &PyObject,
        indent: &PyObject,
        key_separator: &PyObject,
        item_separator: &PyObject,
        sort_keys: bool,
        skipkeys: bool,
        allow_nan: bool,
    ) -> PyResult<Ref<PyObject>> {
        let text = |object: &PyObject, position: u8| {
            object.downcast::<PyStr>().map(|s| s.new_ref()).ok_or_else(|| {
                let got = if object.is_none() { "None" } else { object.ty().name() };
                raise!(py, TypeError, "make_encoder() argument {position} must be str, not {got}")
            })
        };
        let key_separator = text(key_separator, 5)?;
        let item_separator = text(item_separator, 6)?;
        if !markers.is_none() && markers.downcast::<PyDict>().is_none() {
            let got = markers.ty().name();
            bail!(py, TypeError, "make_encoder() argument 1 must be dict or None, not {got}");
        }
        let own = |name: &'static str| {
            krait_runtime::objects::function_name_is(encoder, name)
                && encoder.get_attr_optional(py, id!(py, "__module__")).is_ok_and(|m| {
                    m.is_some_and(|m| m.downcast::<PyStr>().is_some_and(|m| m.eq_str("_json")))
                })
        };
        let strings = if own("encode_basestring_ascii") {
            Strings::Ascii
        } else if own("encode_basestring") {
            Strings::Any
        } else {
            Strings::Custom
        };
        Encoder {
            base: PyObject::HEADER,
            markers: markers.to_ref(),
            default: default.to_ref(),
            encoder: encoder.to_ref(),
            indent: indent.to_ref(),
            key_separator,
            item_separator,
            sort_keys: Cell::new(sort_keys),
            skipkeys: Cell::new(skipkeys),
            allow_nan,
            strings,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| {
            let mut found = [None; 2];
            CALL.parse(py, args, &mut found)?;
            let [Some(object), Some(level)] = found else {
                return Err(raise!(py, SystemError, "no arguments"));
            };
            let level = krait_runtime::args::extract::<isize>(py, level, "_iterencode", 2)?;
            let indent = if self.indent.is_none() {
                None
            } else {
                match self.indent.downcast::<PyStr>() {
                    Some(indent) => Some(indent),
                    None => bail!(py, TypeError, "indent must be a string"),
                }
            };
            let mut writer = Writer {
                encoder: self,
                out: StrBuilder::new(),
                markers: self.markers.downcast::<PyDict>(),
                indent,
            };
            writer.value(py, object, usize::try_from(level).unwrap_or(0))?;
            let text = writer.out.finish(py)?;
            PyTuple::new(py, &[&text]).map(Ref::upcast)
        })
    }
}
