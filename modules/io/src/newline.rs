//! Newline translation: the state of a stream's input, and `_io.IncrementalNewlineDecoder`.

use krait_runtime::objects::str::StrData;
use krait_runtime::prelude::*;

const CR: u8 = 1;
const LF: u8 = 2;
const CRLF: u8 = 4;

/// What was seen of newlines so far, and a carriage return that may be half of one.
#[derive(Default)]
pub struct NewlineState {
    /// The last text ended in a carriage return, which is held back.
    pub pending_cr: Cell<bool>,
    seen: Cell<u8>,
    /// All newlines become `\n`.
    pub translate: Cell<bool>,
}

impl NewlineState {
    /// Takes decoded text and gives it translated. Without `last` a carriage return at the end waits for what follows.
    pub fn feed(&self, py: Py<'_>, text: Ref<PyStr>, last: bool) -> PyResult<Ref<PyStr>> {
        let mut text = text;
        if self.pending_cr.get() && (last || !text.is_empty()) {
            text = PyStr::latin1_char(b'\r').concat(py, &text)?;
            self.pending_cr.set(false);
        }
        let len = text.len();
        if !last && len > 0 && text.code_point(len - 1) == Some(u32::from(b'\r')) {
            text = text.substring(py, 0, len - 1)?;
            self.pending_cr.set(true);
        }
        if text.is_empty() {
            return Ok(text);
        }
        match text.data() {
            StrData::Ascii(t) | StrData::Latin1(t) => {
                if memchr::memchr(b'\r', t).is_none() {
                    if self.seen.get() & LF == 0 && memchr::memchr(b'\n', t).is_some() {
                        self.seen.set(self.seen.get() | LF);
                    }
                    return Ok(text);
                }
                let translated = self.scan(t.iter().copied().map(u32::from), |c| c as u8);
                match translated {
                    Some(bytes) if text.is_ascii() => PyStr::from_ascii(py, &bytes),
                    Some(bytes) => PyStr::from_latin1(py, &bytes),
                    None => Ok(text),
                }
            }
            StrData::Ucs2(t) => {
                let translated = self.scan(t.iter().copied().map(u32::from), |c| c);
                translated.map_or(Ok(text.clone()), |t| PyStr::from_code_points(py, &t))
            }
            StrData::Ucs4(t) => {
                let translated = self.scan(t.iter().copied(), |c| c);
                translated.map_or(Ok(text.clone()), |t| PyStr::from_code_points(py, &t))
            }
        }
    }

    /// Notes the newlines; the translated text when they are translated.
    fn scan<U>(&self, text: impl Iterator<Item = u32>, unit: impl Fn(u32) -> U) -> Option<Vec<U>> {
        let translate = self.translate.get();
        let mut out = Vec::new();
        let mut seen = self.seen.get();
        let mut text = text.peekable();
        while let Some(c) = text.next() {
            let mut c = c;
            if c == u32::from(b'\n') {
                seen |= LF;
            } else if c == u32::from(b'\r') {
                if text.next_if_eq(&u32::from(b'\n')).is_some() {
                    seen |= CRLF;
                } else {
                    seen |= CR;
                }
                c = u32::from(b'\n');
            }
            if translate {
                out.push(unit(c));
            }
        }
        self.seen.set(seen);
        translate.then_some(out)
    }

    /// Back to the beginning.
    pub fn reset(&self) {
        self.seen.set(0);
        self.pending_cr.set(false);
    }

    /// Forgets the newlines seen: a decoder set back to the very beginning starts anew.
    pub fn forget_seen(&self) {
        self.seen.set(0);
    }

    /// The kinds of newlines seen: `None`, one, or a tuple.
    pub fn newlines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let seen = self.seen.get();
        let kinds: Vec<Ref<PyObject>> = [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")]
            .into_iter()
            .filter(|(bit, _)| seen & bit != 0)
            .map(|(_, text)| PyStr::new(py, text).map(Ref::upcast))
            .collect::<PyResult<_>>()?;
        match kinds.as_slice() {
            [] => Ok(py.none()),
            [one] => Ok(one.clone()),
            _ => PyTuple::from_vec(py, kinds).map(Ref::upcast),
        }
    }
}

/// `_io.IncrementalNewlineDecoder`.
#[pyclass(module = "_io", name = "IncrementalNewlineDecoder", basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct IncrementalNewlineDecoder {
    base: PyObject,
    /// `None`: the input is text already. Empty before `__init__`.
    decoder: Member<PyObject>,
    #[no_traverse]
    state: NewlineState,
}

impl IncrementalNewlineDecoder {
    fn decoder(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        match self.decoder.get() {
            Some(decoder) if decoder.is_none() => Ok(None),
            Some(decoder) => Ok(Some(decoder)),
            None => bail!(py, ValueError, "IncrementalNewlineDecoder.__init__() not called"),
        }
    }
}

/// What a decoder gave, if it is text.
pub fn decoded_text(py: Py<'_>, decoded: Ref<PyObject>) -> PyResult<Ref<PyStr>> {
    decoded.downcast_into::<PyStr>().map_err(|other| {
        raise!(py, TypeError, "decoder should return a string result, not '{}'", other.ty().name())
    })
}

#[pymethods]
impl IncrementalNewlineDecoder {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        IncrementalNewlineDecoder {
            base: PyObject::HEADER,
            decoder: Member::empty(),
            state: NewlineState::default(),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(decoder, translate, errors='strict')")]
    fn init(
        &self,
        _py: Py<'_>,
        decoder: &PyObject,
        translate: bool,
        _errors: Option<&PyObject>,
    ) -> PyResult<()> {
        self.decoder.set(decoder.to_ref());
        self.state.translate.set(translate);
        self.state.reset();
        Ok(())
    }

    #[pymethod]
    fn decode(&self, py: Py<'_>, input: &PyObject, #[default(false)] r#final: bool) -> PyResult<Ref<PyStr>> {
        let decoded = match self.decoder(py)? {
            Some(decoder) => decoder.call_method(py, id!(py, "decode"), &[input, PyBool::get(r#final)])?,
            None => input.to_ref(),
        };
        self.state.feed(py, decoded_text(py, decoded)?, r#final)
    }

    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let cr = u64::from(self.state.pending_cr.get());
        let Some(decoder) = self.decoder(py)? else {
            return PyTuple::pair(py, PyBytes::empty().upcast(), PyInt::from_u64(py, cr)?.upcast());
        };
        let state = decoder.call_method(py, id!(py, "getstate"), &[])?;
        let Some(state) = state.downcast::<PyTuple>() else { bail!(py, TypeError, "illegal decoder state") };
        let [buffer, flags] = state.as_slice() else { bail!(py, TypeError, "illegal decoder state") };
        let flags = flags.index(py)?.as_u64_mask();
        PyTuple::pair(py, buffer.clone(), PyInt::from_u64(py, flags << 1 | cr)?.upcast())
    }

    #[pymethod]
    fn setstate(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let decoder = self.decoder(py)?;
        let Some(state) = state.downcast::<PyTuple>() else {
            bail!(py, TypeError, "state argument must be a tuple")
        };
        let [buffer, flags] = state.as_slice() else {
            bail!(py, TypeError, "setstate(): illegal state argument")
        };
        if !flags.is_index() {
            bail!(py, TypeError, "setstate(): illegal state argument");
        }
        let flags = flags.index(py)?.as_u64_mask();
        self.state.pending_cr.set(flags & 1 != 0);
        if let Some(decoder) = decoder {
            let state = PyTuple::pair(py, buffer.clone(), PyInt::from_u64(py, flags >> 1)?.upcast())?;
            decoder.call_method(py, id!(py, "setstate"), &[&state])?;
        }
        Ok(())
    }

    #[pymethod]
    fn reset(&self, py: Py<'_>) -> PyResult<()> {
        let decoder = self.decoder(py)?;
        self.state.reset();
        if let Some(decoder) = decoder {
            decoder.call_method(py, id!(py, "reset"), &[])?;
        }
        Ok(())
    }

    #[getter]
    fn newlines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.decoder(py)?;
        self.state.newlines(py)
    }
}
