//! `make_scanner`: reads one JSON value from a place in a string.

use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::str::StrData;
use krait_runtime::prelude::*;
use krait_runtime::protocol::vectorcall::spread;
use krait_unicode::unit::CodeUnit;

use super::decode_error;
use super::scanstring::scan_units;

/// `_json.Scanner`.
#[pyclass(module = "_json", name = "Scanner", gc, heap)]
#[repr(C)]
pub struct Scanner {
    base: PyObject,
    #[pymember("strict", bool, readonly)]
    strict: Cell<bool>,
    #[pymember("object_hook", object, readonly)]
    object_hook: Ref<PyObject>,
    #[pymember("object_pairs_hook", object, readonly)]
    object_pairs_hook: Ref<PyObject>,
    #[pymember("parse_float", object, readonly)]
    parse_float: Ref<PyObject>,
    #[pymember("parse_int", object, readonly)]
    parse_int: Ref<PyObject>,
    #[pymember("parse_constant", object, readonly)]
    parse_constant: Ref<PyObject>,
}

/// Slots of the quick way to keys seen before.
const RECENT: usize = 64;

/// One reading: the text in its own width, and the keys met so far.
struct Reader<'a, T: CodeUnit> {
    scanner: &'a Scanner,
    string: &'a PyStr,
    text: &'a [T],
    ascii: bool,
    /// Equal keys become one string.
    keys: Ref<PyDict>,
    /// Keys of late, by length and ends; a short way around the dict.
    recent: [Option<Ref<PyStr>>; RECENT],
}

/// "Here is no value": `StopIteration(index)`.
#[cold]
fn no_value(py: Py<'_>, at: usize) -> krait_runtime::error::Raised {
    let stop = krait_runtime::objects::exceptions::types::StopIteration();
    match at.into_py(py) {
        Ok(at) => py.raise_object(stop, Some(&at)),
        Err(raised) => raised,
    }
}

impl<T: CodeUnit> Reader<'_, T> {
    #[inline(always)]
    fn unit(&self, at: usize) -> Option<u32> {
        self.text.get(at).map(|c| c.get())
    }

    /// The first place from `at` on that is no white space.
    #[inline(always)]
    fn skip_space(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(0x20 | 0x09 | 0x0A | 0x0D) = self.unit(at) {
            at += 1;
        }
        at
    }

    fn is_at(&self, at: usize, word: &[u8]) -> bool {
        self.text
            .get(at..at + word.len())
            .is_some_and(|text| text.iter().zip(word).all(|(a, b)| a.get() == u32::from(*b)))
    }

    fn error(&self, py: Py<'_>, message: &str, at: usize) -> krait_runtime::error::Raised {
        decode_error(py, message, self.string, at)
    }

    #[inline]
    fn new_str(&self, py: Py<'_>, text: &[T]) -> PyResult<Ref<PyStr>> {
        PyStr::from_units(py, text)
    }

    fn string(&self, py: Py<'_>, begin: usize) -> PyResult<(Ref<PyStr>, usize)> {
        let strict = self.scanner.strict.get();
        scan_units(py, self.string, self.text, begin, strict, |text| self.new_str(py, text))
    }

    /// A key: a string that may have been met before.
    fn key(&mut self, py: Py<'_>, begin: usize) -> PyResult<(Ref<PyStr>, usize)> {
        let rest = self.text.get(begin..).unwrap_or_default();
        let mut slot = None;
        if self.ascii {
            let n = super::scanstring::plain_prefix(rest);
            if rest.get(n).is_some_and(|c| c.get() == 0x22) {
                let key = rest.get(..n).unwrap_or_default();
                let ends = key.first().map_or(0, |c| c.get()) as usize * 31
                    + key.last().map_or(0, |c| c.get()) as usize * 7
                    + key.get(n / 2).map_or(0, |c| c.get()) as usize
                    + n;
                let at = ends % RECENT;
                if let Some(Some(known)) = self.recent.get(at)
                    && known.len() == n
                    && known.raw_bytes().iter().zip(key).all(|(a, b)| u32::from(*a) == b.get())
                {
                    return Ok((known.clone(), begin + n + 1));
                }
                slot = Some(at);
            }
        }
        let (key, end) = self.string(py, begin)?;
        let known = self.keys.set_default(py, &key, &key)?;
        let key = known.downcast_into::<PyStr>().unwrap_or(key);
        if let Some(place) = slot.and_then(|at| self.recent.get_mut(at)) {
            *place = Some(key.clone());
        }
        Ok((key, end))
    }

    fn value(&mut self, py: Py<'_>, at: usize) -> PyResult<(Ref<PyObject>, usize)> {
        let Some(c) = self.unit(at) else { return Err(no_value(py, at)) };
        let constant = |me: &Self, name: &str| {
            let name = PyStr::new(py, name)?;
            me.scanner.parse_constant.call(py, &[&name])
        };
        match char::from_u32(c) {
            Some('"') => self.string(py, at + 1).map(|(text, end)| (text.upcast(), end)),
            Some('{') => {
                py.check_stack(" while decoding a JSON object from a unicode string")?;
                self.object(py, at + 1)
            }
            Some('[') => {
                py.check_stack(" while decoding a JSON array from a unicode string")?;
                self.array(py, at + 1)
            }
            Some('n') if self.is_at(at, b"null") => Ok((py.none(), at + 4)),
            Some('t') if self.is_at(at, b"true") => Ok((PyBool::get(true).to_ref(), at + 4)),
            Some('f') if self.is_at(at, b"false") => Ok((PyBool::get(false).to_ref(), at + 5)),
            Some('N') if self.is_at(at, b"NaN") => Ok((constant(self, "NaN")?, at + 3)),
            Some('I') if self.is_at(at, b"Infinity") => Ok((constant(self, "Infinity")?, at + 8)),
            Some('-') if self.is_at(at, b"-Infinity") => Ok((constant(self, "-Infinity")?, at + 9)),
            _ => self.number(py, at),
        }
    }

    fn object(&mut self, py: Py<'_>, at: usize) -> PyResult<(Ref<PyObject>, usize)> {
        let pairs = if self.scanner.object_pairs_hook.is_none() { None } else { Some(PyList::new(py)?) };
        let dict = if pairs.is_none() { Some(PyDict::new(py)?) } else { None };
        let mut at = self.skip_space(at);
        if self.unit(at) != Some(0x7D) {
            loop {
                if self.unit(at) != Some(0x22) {
                    return Err(self.error(py, "Expecting property name enclosed in double quotes", at));
                }
                let (key, end) = self.key(py, at + 1)?;
                at = self.skip_space(end);
                if self.unit(at) != Some(0x3A) {
                    return Err(self.error(py, "Expecting ':' delimiter", at));
                }
                at = self.skip_space(at + 1);
                let (value, end) = self.value(py, at)?;
                match (&dict, &pairs) {
                    (Some(dict), _) => {
                        let hash = key.hash_value();
                        dict.insert(py, key.upcast(), hash, value)?;
                    }
                    (None, Some(pairs)) => {
                        pairs.append(py, PyTuple::pair(py, key.upcast(), value)?.upcast())?;
                    }
                    (None, None) => {}
                }
                at = self.skip_space(end);
                match self.unit(at) {
                    Some(0x7D) => break,
                    Some(0x2C) => {}
                    _ => return Err(self.error(py, "Expecting ',' delimiter", at)),
                }
                let comma = at;
                at = self.skip_space(at + 1);
                if self.unit(at) == Some(0x7D) {
                    return Err(self.error(py, "Illegal trailing comma before end of object", comma));
                }
            }
        }
        let end = at + 1;
        match (dict, pairs) {
            (_, Some(pairs)) => Ok((self.scanner.object_pairs_hook.call(py, &[&pairs])?, end)),
            (Some(dict), None) if self.scanner.object_hook.is_none() => Ok((dict.upcast(), end)),
            (Some(dict), None) => Ok((self.scanner.object_hook.call(py, &[&dict])?, end)),
            (None, None) => Err(raise!(py, SystemError, "nothing read")),
        }
    }

    fn array(&mut self, py: Py<'_>, at: usize) -> PyResult<(Ref<PyObject>, usize)> {
        let list = PyList::new(py)?;
        let mut at = self.skip_space(at);
        if self.unit(at) == Some(0x5D) {
            return Ok((list.upcast(), at + 1));
        }
        loop {
            let (value, end) = self.value(py, at)?;
            list.append(py, value)?;
            at = self.skip_space(end);
            match self.unit(at) {
                Some(0x5D) => return Ok((list.upcast(), at + 1)),
                Some(0x2C) => {}
                _ => return Err(self.error(py, "Expecting ',' delimiter", at)),
            }
            let comma = at;
            at = self.skip_space(at + 1);
            if self.unit(at) == Some(0x5D) {
                return Err(self.error(py, "Illegal trailing comma before end of array", comma));
            }
        }
    }

    fn digits(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(0x30..=0x39) = self.unit(at) {
            at += 1;
        }
        at
    }

    fn number(&self, py: Py<'_>, start: usize) -> PyResult<(Ref<PyObject>, usize)> {
        let mut at = start;
        let negative = self.unit(at) == Some(0x2D);
        if negative {
            at += 1;
        }
        let first = at;
        at = match self.unit(at) {
            Some(0x31..=0x39) => self.digits(at + 1),
            Some(0x30) => at + 1,
            _ => return Err(no_value(py, start)),
        };
        let mut is_float = false;
        if self.unit(at) == Some(0x2E) && matches!(self.unit(at + 1), Some(0x30..=0x39)) {
            is_float = true;
            at = self.digits(at + 2);
        }
        if let Some(0x65 | 0x45) = self.unit(at) {
            let signed = usize::from(matches!(self.unit(at + 1), Some(0x2B | 0x2D)));
            let digits = at + 1 + signed;
            let end = self.digits(digits);
            if end > digits {
                is_float = true;
                at = end;
            }
        }
        let text = self.text.get(start..at).unwrap_or_default();
        let parser = if is_float { &self.scanner.parse_float } else { &self.scanner.parse_int };
        if !is_float && parser.is(PyInt::type_object()) && at - first <= 18 {
            let digits = text.iter().skip(usize::from(negative));
            let value = digits.fold(0i64, |n, c| n * 10 + (i64::from(c.get()) - 0x30));
            return Ok((PyInt::new(py, if negative { -value } else { value })?.upcast(), at));
        }
        let builtin = if is_float { PyFloat::type_object() } else { PyInt::type_object() };
        if !parser.is(builtin) {
            let text = self.new_str(py, text)?;
            return Ok((parser.call(py, &[&text])?, at));
        }
        let mut small = [0u8; 64];
        let mut big = Vec::new();
        let bytes: &[u8] = if text.len() <= small.len() {
            for (slot, c) in small.iter_mut().zip(text) {
                *slot = c.get() as u8;
            }
            small.get(..text.len()).unwrap_or_default()
        } else {
            big.extend(text.iter().map(|c| c.get() as u8));
            &big
        };
        let value = if is_float {
            PyFloat::new(py, PyFloat::parse(py, bytes, self.string)?)?.upcast()
        } else {
            PyInt::parse(py, bytes, 10, self.string)?.upcast()
        };
        Ok((value, at))
    }
}

impl Scanner {
    fn read<T: CodeUnit>(
        &self,
        py: Py<'_>,
        string: &PyStr,
        text: &[T],
        at: usize,
    ) -> PyResult<(Ref<PyObject>, usize)> {
        let mut reader = Reader {
            scanner: self,
            string,
            text,
            ascii: string.is_ascii(),
            keys: PyDict::new(py)?,
            recent: [const { None }; RECENT],
        };
        reader.value(py, at)
    }
}

static CALL: Signature = Signature {
    function: "scan_once",
    names: &["string", "idx"],
    posonly: 0,
    pos: 2,
    required: 2,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::Clinic,
};

#[pymethods]
impl Scanner {
    #[new(name = "make_scanner")]
    #[sig("(context)")]
    fn scanner_new(py: Py<'_>, cls: &PyType, context: &PyObject) -> PyResult<Ref<PyObject>> {
        let strict = context.get_attr(py, id!(py, "strict"))?.is_true(py)?;
        Scanner {
            base: PyObject::HEADER,
            strict: Cell::new(strict),
            object_hook: context.get_attr(py, id!(py, "object_hook"))?,
            object_pairs_hook: context.get_attr(py, id!(py, "object_pairs_hook"))?,
            parse_float: context.get_attr(py, id!(py, "parse_float"))?,
            parse_int: context.get_attr(py, id!(py, "parse_int"))?,
            parse_constant: context.get_attr(py, id!(py, "parse_constant"))?,
        }
        .alloc(py, cls)
    }

    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        spread(py, args, kwargs, |args| {
            let mut found = [None; 2];
            CALL.parse(py, args, &mut found)?;
            let [Some(string), Some(at)] = found else { return Err(raise!(py, SystemError, "no arguments")) };
            let at = krait_runtime::args::extract::<isize>(py, at, "scan_once", 2)?;
            let string = super::text_argument(py, string)?;
            let Ok(at) = usize::try_from(at) else { bail!(py, ValueError, "idx cannot be negative") };
            let (value, end) = match string.data() {
                StrData::Ascii(text) | StrData::Latin1(text) => self.read(py, string, text, at)?,
                StrData::Ucs2(text) => self.read(py, string, text, at)?,
                StrData::Ucs4(text) => self.read(py, string, text, at)?,
            };
            PyTuple::pair(py, value, end.into_py(py)?).map(Ref::upcast)
        })
    }
}
