//! Encoders and decoders of text streams: UTF-8, ASCII and Latin-1 are done here, all others by the codec's incremental classes.

use std::cell::RefCell;

use krait_runtime::codecs::{self, Source, Target};
use krait_runtime::prelude::*;

use crate::newline::{NewlineState, decoded_text};

/// An encoding that needs no codec object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Native {
    Utf8,
    Ascii,
    Latin1,
}

impl Native {
    /// By the name that codecs give themselves.
    pub fn from_codec_name(name: &str) -> Option<Native> {
        match name {
            "utf-8" => Some(Native::Utf8),
            "ascii" => Some(Native::Ascii),
            "iso8859-1" => Some(Native::Latin1),
            _ => None,
        }
    }

    fn source(self) -> Source {
        match self {
            Native::Utf8 => Source::Utf8,
            Native::Ascii => Source::Ascii,
            Native::Latin1 => Source::Latin1,
        }
    }

    fn target(self) -> Target {
        match self {
            Native::Utf8 => Target::Utf8,
            Native::Ascii => Target::Ascii,
            Native::Latin1 => Target::Latin1,
        }
    }
}

/// What does the work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Missing,
    Native(Native),
    Object,
}

/// The encoder of a stream, if it writes.
pub struct Encoder {
    kind: Cell<Kind>,
    pub object: Member<PyObject>,
}

impl Encoder {
    pub fn new() -> Encoder {
        Encoder { kind: Cell::new(Kind::Missing), object: Member::empty() }
    }

    pub fn is_missing(&self) -> bool {
        self.kind.get() == Kind::Missing
    }

    pub fn clear(&self) {
        self.kind.set(Kind::Missing);
        drop(self.object.take());
    }

    pub fn set(&self, py: Py<'_>, codec: &PyObject, native: Option<Native>, errors: &PyStr) -> PyResult<()> {
        match native {
            Some(native) => {
                drop(self.object.take());
                self.kind.set(Kind::Native(native));
            }
            None => {
                let make = codec.get_attr(py, id!(py, "incrementalencoder"))?;
                self.object.set(make.call(py, &[errors])?);
                self.kind.set(Kind::Object);
            }
        }
        Ok(())
    }

    /// Appends the encoded text to `out`.
    #[inline]
    pub fn encode(
        &self,
        py: Py<'_>,
        text: &PyStr,
        errors: &PyStr,
        out: &RefCell<Vec<u8>>,
    ) -> PyResult<usize> {
        match self.kind.get() {
            Kind::Native(native) => {
                let plain = text.is_ascii() || native == Native::Latin1 && text.kind() == 1;
                if plain {
                    let bytes = text.raw_bytes();
                    out.borrow_mut().extend_from_slice(bytes);
                    return Ok(bytes.len());
                }
                let errors = errors.as_utf8(py)?;
                let bytes = codecs::encode_to(py, native.target(), text, Some(errors))?;
                out.borrow_mut().extend_from_slice(bytes.as_bytes());
                Ok(bytes.len())
            }
            Kind::Object => {
                let Some(encoder) = self.object.get() else { return Ok(0) };
                let bytes = encoder.call_method(py, id!(py, "encode"), &[text])?;
                let Some(bytes) = bytes.downcast::<PyBytes>() else {
                    bail!(py, TypeError, "encoder should return a bytes object, not '{}'", bytes.ty().name())
                };
                out.borrow_mut().extend_from_slice(bytes.as_bytes());
                Ok(bytes.len())
            }
            Kind::Missing => Ok(0),
        }
    }

    /// How many bytes the text takes at least: to know before whether what is pending must go first.
    pub fn is_native_plain(&self, text: &PyStr) -> bool {
        match self.kind.get() {
            Kind::Native(native) => text.is_ascii() || native == Native::Latin1 && text.kind() == 1,
            _ => false,
        }
    }

    /// At the start of a stream an encoder may write a mark, elsewhere not.
    pub fn restart(&self, py: Py<'_>, at_start: bool) -> PyResult<()> {
        let Some(encoder) = self.object.get() else { return Ok(()) };
        if at_start {
            encoder.call_method(py, id!(py, "reset"), &[])?;
        } else {
            encoder.call_method(py, id!(py, "setstate"), &[&*PyInt::new(py, 0)?])?;
        }
        Ok(())
    }
}

/// The decoder of a stream, if it reads, with the translation of newlines.
pub struct Decoder {
    kind: Cell<Kind>,
    pub object: Member<PyObject>,
    /// The beginning of a character whose other bytes are to come.
    undecoded: RefCell<Vec<u8>>,
    /// Newlines are noted, and translated when it says so.
    pub universal: Cell<bool>,
    pub newlines: NewlineState,
}

/// A decoder's state: bytes it keeps, and flags.
#[derive(Clone)]
pub struct DecoderState {
    pub bytes: Ref<PyBytes>,
    pub flags: u64,
}

impl Decoder {
    pub fn new() -> Decoder {
        Decoder {
            kind: Cell::new(Kind::Missing),
            object: Member::empty(),
            undecoded: RefCell::new(Vec::new()),
            universal: Cell::new(false),
            newlines: NewlineState::default(),
        }
    }

    pub fn is_missing(&self) -> bool {
        self.kind.get() == Kind::Missing
    }

    pub fn clear(&self) {
        self.kind.set(Kind::Missing);
        drop(self.object.take());
    }

    pub fn set(
        &self,
        py: Py<'_>,
        codec: &PyObject,
        native: Option<Native>,
        errors: &PyStr,
        universal: bool,
        translate: bool,
    ) -> PyResult<()> {
        match native {
            Some(native) => {
                drop(self.object.take());
                self.kind.set(Kind::Native(native));
            }
            None => {
                let make = codec.get_attr(py, id!(py, "incrementaldecoder"))?;
                self.object.set(make.call(py, &[errors])?);
                self.kind.set(Kind::Object);
            }
        }
        self.undecoded.borrow_mut().clear();
        self.universal.set(universal);
        self.newlines.translate.set(translate);
        self.newlines.reset();
        Ok(())
    }

    fn run(&self, py: Py<'_>, input: &PyObject, errors: &PyStr, last: bool) -> PyResult<Ref<PyStr>> {
        match self.kind.get() {
            Kind::Native(native) => {
                let buffer = krait_runtime::protocol::buffer::Buffer::new(py, input)?;
                let errors = errors.as_utf8(py)?;
                let kept = self.undecoded.take();
                let joined;
                let bytes = if kept.is_empty() {
                    buffer.as_bytes()
                } else {
                    joined = [kept.as_slice(), buffer.as_bytes()].concat();
                    &joined
                };
                let decoded = codecs::decode_from(py, native.source(), bytes, Some(errors), last);
                let (text, used) = match decoded {
                    Ok(decoded) => decoded,
                    Err(raised) => {
                        self.undecoded.replace(kept);
                        return Err(raised);
                    }
                };
                if used < bytes.len() {
                    self.undecoded.replace(bytes.get(used..).unwrap_or_default().to_vec());
                }
                Ok(text)
            }
            Kind::Object => {
                let Some(decoder) = self.object.get() else { return Ok(PyStr::empty()) };
                let decoded = decoder.call_method(py, id!(py, "decode"), &[input, PyBool::get(last)])?;
                decoded_text(py, decoded)
            }
            Kind::Missing => Ok(PyStr::empty()),
        }
    }

    /// Decodes, and translates newlines.
    pub fn decode(&self, py: Py<'_>, input: &PyObject, errors: &PyStr, last: bool) -> PyResult<Ref<PyStr>> {
        let text = self.run(py, input, errors, last)?;
        if self.universal.get() { self.newlines.feed(py, text, last) } else { Ok(text) }
    }

    pub fn reset(&self, py: Py<'_>) -> PyResult<()> {
        self.undecoded.borrow_mut().clear();
        self.newlines.reset();
        if let Some(decoder) = self.object.get() {
            decoder.call_method(py, id!(py, "reset"), &[])?;
        }
        Ok(())
    }

    pub fn state(&self, py: Py<'_>) -> PyResult<DecoderState> {
        let (bytes, flags) = match self.object.get() {
            None => (PyBytes::new(py, &self.undecoded.borrow())?, 0),
            Some(decoder) => {
                let state = decoder.call_method(py, id!(py, "getstate"), &[])?;
                let Some(state) = state.downcast::<PyTuple>() else {
                    bail!(py, TypeError, "illegal decoder state")
                };
                let [bytes, flags] = state.as_slice() else { bail!(py, TypeError, "illegal decoder state") };
                let Some(bytes) = bytes.downcast::<PyBytes>() else {
                    bail!(
                        py,
                        TypeError,
                        "illegal decoder state: the first item should be a bytes object, not '{}'",
                        bytes.ty().name()
                    )
                };
                (bytes.new_ref(), flags.index(py)?.as_u64_mask())
            }
        };
        if self.universal.get() {
            return Ok(DecoderState { bytes, flags: flags << 1 | u64::from(self.newlines.pending_cr.get()) });
        }
        Ok(DecoderState { bytes, flags })
    }

    pub fn set_state(&self, py: Py<'_>, state: &DecoderState) -> PyResult<()> {
        let mut flags = state.flags;
        if self.universal.get() {
            self.newlines.pending_cr.set(flags & 1 != 0);
            flags >>= 1;
        }
        match self.object.get() {
            None => {
                self.undecoded.replace(state.bytes.as_bytes().to_vec());
                Ok(())
            }
            Some(decoder) => {
                let flags = PyInt::from_u64(py, flags)?.upcast();
                let pair = PyTuple::pair(py, state.bytes.new_ref().upcast(), flags)?;
                decoder.call_method(py, id!(py, "setstate"), &[&pair]).map(drop)
            }
        }
    }
}
