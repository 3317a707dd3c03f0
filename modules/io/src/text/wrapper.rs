//! The object `TextIOWrapper`: its life and its attributes.

use std::cell::RefCell;

use krait_runtime::codecs;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

use super::codec::{Decoder, Encoder, Native};
use super::input::Snapshot;
use super::newline_mode::NewlineMode;
use crate::base::{IoBase, TextIoBase};
use crate::common::{self, Size, both, check_closed, text_or_none, unsupported};

/// What the object is good for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Usable,
    Detached,
}

/// `TextIOWrapper`.
#[pyclass(module = "_io", name = "TextIOWrapper", base = TextIoBase, basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct TextIoWrapper {
    base: IoBase,
    state: Cell<State>,
    buffer: Member<PyObject>,
    encoding: Member<PyStr>,
    errors: Member<PyStr>,
    pub(super) encoder: Encoder,
    pub(super) decoder: Decoder,
    #[no_traverse]
    pub(super) newline: Cell<NewlineMode>,
    pub(super) line_buffering: Cell<bool>,
    pub(super) write_through: Cell<bool>,
    pub(super) seekable: Cell<bool>,
    /// Positions can be told: not while lines are read by `next`.
    pub(super) telling: Cell<bool>,
    pub(super) has_read1: Cell<bool>,
    finalizing: Cell<bool>,
    pub(super) chunk_size: Cell<usize>,
    /// Encoded text that waits to be written.
    #[no_traverse]
    pub(super) pending: RefCell<Vec<u8>>,
    /// Decoded text, and how much of it was handed out.
    pub(super) decoded: Member<PyStr>,
    pub(super) used: Cell<usize>,
    #[no_traverse]
    pub(super) snapshot: Snapshot,
    pub(super) bytes_per_char: Cell<f64>,
}

impl Traverse for Encoder {
    fn traverse(&self, visit: &mut Visitor<'_>) -> std::ffi::c_int {
        self.object.traverse(visit)
    }
    fn clear_references(&self) {
        Traverse::clear_references(&self.object);
    }
}

impl Traverse for Decoder {
    fn traverse(&self, visit: &mut Visitor<'_>) -> std::ffi::c_int {
        self.object.traverse(visit)
    }
    fn clear_references(&self) {
        Traverse::clear_references(&self.object);
    }
}

/// The encoding of the locale, as `locale.getencoding()` names it.
pub fn locale_encoding(py: Py<'_>) -> String {
    if py.interp().config.borrow().utf8_mode > 0 {
        return "utf-8".to_owned();
    }
    krait_runtime::system::locale::codeset()
}

impl TextIoWrapper {
    /// Refuses an object that has no buffer.
    #[inline]
    pub(super) fn check_usable(&self, py: Py<'_>) -> PyResult<()> {
        match self.state.get() {
            State::Usable => Ok(()),
            State::Fresh => bail!(py, ValueError, "I/O operation on uninitialized object"),
            State::Detached => bail!(py, ValueError, "underlying buffer has been detached"),
        }
    }

    /// The buffer of a usable object.
    #[inline]
    pub(super) fn buffer(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        match self.buffer.get() {
            Some(buffer) => Ok(buffer),
            None => bail!(py, ValueError, "I/O operation on uninitialized object"),
        }
    }

    /// Refuses a closed stream.
    #[inline]
    pub(super) fn check_open(&self, py: Py<'_>) -> PyResult<()> {
        if self.is_exactly(Self::type_object())
            && let Some(buffer) = self.buffer.get()
        {
            let closed =
                match crate::buffered::exact_core(&buffer).and_then(crate::buffered::Core::plainly_closed) {
                    Some(closed) => closed,
                    None => common::is_closed(py, self)?,
                };
            if closed {
                bail!(py, ValueError, "I/O operation on closed file.");
            }
            return Ok(());
        }
        check_closed(py, self)
    }

    pub(super) fn errors_text(&self, py: Py<'_>) -> Ref<PyStr> {
        self.errors.get().unwrap_or_else(|| id!(py, "strict").new_ref())
    }

    /// Sets up encoder and decoder.
    fn set_codec(&self, py: Py<'_>, encoding: &PyStr, errors: &PyStr) -> PyResult<()> {
        let codec = codecs::lookup_text(py, encoding.as_utf8(py)?)?;
        let name = codec.get_attr_optional(py, id!(py, "name"))?;
        let native = match name.as_ref().and_then(|n| n.downcast::<PyStr>()) {
            Some(name) => Native::from_codec_name(name.as_utf8(py)?),
            None => None,
        };
        let buffer = self.buffer.get().unwrap_or_else(|| py.none());
        let mode = self.newline.get();
        if buffer.call_method(py, id!(py, "readable"), &[])?.is_true(py)? {
            let (universal, translate) = (mode.reads_universal(), mode.reads_translated());
            self.decoder.set(py, &codec, native, errors, universal, translate)?;
        } else {
            self.decoder.clear();
        }
        if buffer.call_method(py, id!(py, "writable"), &[])?.is_true(py)? {
            self.encoder.set(py, &codec, native, errors)?;
        } else {
            self.encoder.clear();
        }
        self.encoding.set(encoding.new_ref());
        self.errors.set(errors.new_ref());
        Ok(())
    }

    /// An encoder that starts in the middle of a stream writes no mark.
    fn place_encoder(&self, py: Py<'_>) -> PyResult<()> {
        if !self.seekable.get() || self.encoder.is_missing() {
            return Ok(());
        }
        let at = self.buffer.get().unwrap_or_else(|| py.none()).call_method(py, id!(py, "tell"), &[])?;
        if !at.eq(py, &*PyInt::new(py, 0)?)? {
            self.encoder.restart(py, false)?;
        }
        Ok(())
    }

    fn set_newline_mode(&self, mode: NewlineMode) {
        self.newline.set(mode);
    }

    /// In development mode names of encodings and handlers are tried at once.
    fn check_errors(py: Py<'_>, errors: &PyStr) -> PyResult<()> {
        let text = errors.as_utf8(py)?;
        if text.contains('\0') {
            bail!(py, ValueError, "embedded null character");
        }
        if py.interp().config.borrow().dev_mode {
            codecs::lookup_error(py, errors)?;
        }
        Ok(())
    }
}

#[pymethods]
impl TextIoWrapper {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        TextIoWrapper {
            base: IoBase::EMPTY,
            state: Cell::new(State::Fresh),
            buffer: Member::empty(),
            encoding: Member::empty(),
            errors: Member::empty(),
            encoder: Encoder::new(),
            decoder: Decoder::new(),
            newline: Cell::new(NewlineMode::Universal),
            line_buffering: Cell::new(false),
            write_through: Cell::new(false),
            seekable: Cell::new(false),
            telling: Cell::new(false),
            has_read1: Cell::new(false),
            finalizing: Cell::new(false),
            chunk_size: Cell::new(8192),
            pending: RefCell::new(Vec::new()),
            decoded: Member::empty(),
            used: Cell::new(0),
            snapshot: Snapshot { flags: Cell::new(0), input: Member::empty() },
            bytes_per_char: Cell::new(0.0),
        }
        .alloc(py, cls)
    }

    #[init]
    #[sig("(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)")]
    #[allow(clippy::too_many_arguments)]
    fn init(
        &self,
        py: Py<'_>,
        buffer: &PyObject,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        newline: Option<&PyObject>,
        #[default(false)] line_buffering: bool,
        #[default(false)] write_through: bool,
    ) -> PyResult<()> {
        self.state.set(State::Fresh);
        let encoding = text_or_none(py, encoding, "TextIOWrapper", "encoding")?;
        let newline = text_or_none(py, newline, "TextIOWrapper", "newline")?;
        if encoding.is_none() && py.interp().config.borrow().warn_default_encoding > 0 {
            py.warn(types::EncodingWarning(), "'encoding' argument not specified", 1)?;
        }
        let errors = text_or_none(py, errors, "TextIOWrapper", "errors")?;
        if let Some(errors) = errors {
            TextIoWrapper::check_errors(py, errors)?;
        }
        let mode = NewlineMode::parse(py, newline)?;
        if let Some(encoding) = encoding
            && encoding.as_utf8(py)?.contains('\0')
        {
            bail!(py, ValueError, "embedded null character");
        }
        let encoding = match encoding.filter(|e| !e.eq_str("locale")) {
            Some(encoding) => encoding.new_ref(),
            None => PyStr::new_interned(py, &locale_encoding(py))?,
        };
        let errors = match errors {
            Some(errors) => errors.new_ref(),
            None => id!(py, "strict").new_ref(),
        };
        self.pending.borrow_mut().clear();
        self.forget_decoded();
        self.snapshot.clear();
        self.bytes_per_char.set(0.0);
        self.line_buffering.set(line_buffering);
        self.write_through.set(write_through);
        self.chunk_size.set(8192);
        self.set_newline_mode(mode);
        // The codec is looked up before anything is asked of the buffer.
        codecs::lookup_text(py, encoding.as_utf8(py)?)?;
        self.buffer.set(buffer.to_ref());
        self.set_codec(py, &encoding, &errors)?;
        let seekable = buffer.call_method(py, id!(py, "seekable"), &[])?.is_true(py)?;
        self.seekable.set(seekable);
        self.telling.set(seekable);
        self.has_read1.set(buffer.get_attr_optional(py, id!(py, "read1"))?.is_some());
        self.place_encoder(py)?;
        self.state.set(State::Usable);
        Ok(())
    }

    #[pymethod]
    #[sig("($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)")]
    fn reconfigure(
        &self,
        py: Py<'_>,
        encoding: Option<&PyObject>,
        errors: Option<&PyObject>,
        newline: Option<&PyObject>,
        line_buffering: Option<&PyObject>,
        write_through: Option<&PyObject>,
    ) -> PyResult<()> {
        self.check_usable(py)?;
        let encoding = text_or_none(py, encoding, "reconfigure", "encoding")?;
        let errors = text_or_none(py, errors, "reconfigure", "errors")?;
        if let Some(encoding) = encoding
            && let Some((name, _)) = encoding.as_utf8(py)?.split_once('\0')
        {
            bail!(py, LookupError, "unknown encoding: {name}");
        }
        let new_mode = match newline {
            Some(n) => Some(NewlineMode::parse(py, text_or_none(py, Some(n), "reconfigure", "newline")?)?),
            None => None,
        };
        if self.decoded.is_some() && (encoding.is_some() || errors.is_some() || new_mode.is_some()) {
            return Err(unsupported(
                py,
                "It is not possible to set the encoding or newline of stream after the first read",
            ));
        }
        let flag = |value: Option<&PyObject>, now: bool| match value.filter(|v| !v.is_none()) {
            Some(value) => {
                if !value.is_index() {
                    bail!(py, TypeError, "'{}' object cannot be interpreted as an integer", value.ty().name())
                }
                match value.index(py)?.as_i64().and_then(|n| i32::try_from(n).ok()) {
                    Some(n) => Ok(n != 0),
                    None => bail!(py, OverflowError, "Python int too large to convert to C int"),
                }
            }
            None => Ok(now),
        };
        let line_buffering = flag(line_buffering, self.line_buffering.get())?;
        let write_through = flag(write_through, self.write_through.get())?;
        self.call_method(py, id!(py, "flush"), &[])?;
        self.bytes_per_char.set(0.0);
        if let Some(mode) = new_mode {
            self.set_newline_mode(mode);
        }
        if encoding.is_some() || errors.is_some() || new_mode.is_some() {
            let errors = match (errors, encoding) {
                (Some(errors), _) => errors.new_ref(),
                (None, Some(_)) => id!(py, "strict").new_ref(),
                (None, None) => self.errors_text(py),
            };
            TextIoWrapper::check_errors(py, &errors)?;
            let encoding = match encoding {
                Some(e) if e.eq_str("locale") => PyStr::new_interned(py, &locale_encoding(py))?,
                Some(e) => e.new_ref(),
                None => match self.encoding.get() {
                    Some(e) => e,
                    None => PyStr::new_interned(py, &locale_encoding(py))?,
                },
            };
            self.set_codec(py, &encoding, &errors)?;
            self.place_encoder(py)?;
        }
        self.line_buffering.set(line_buffering);
        self.write_through.set(write_through);
        Ok(())
    }

    #[pymethod]
    fn detach(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        self.call_method(py, id!(py, "flush"), &[])?;
        let buffer = self.buffer(py)?;
        drop(self.buffer.take());
        self.state.set(State::Detached);
        Ok(buffer)
    }

    #[pymethod]
    #[inline]
    fn write(&self, py: Py<'_>, text: &PyStr) -> PyResult<usize> {
        self.write_text(py, text)
    }

    #[pymethod]
    fn read(&self, py: Py<'_>, #[default(Size(-1))] size: Size) -> PyResult<Ref<PyStr>> {
        self.read_text(py, size.limit())
    }

    #[pymethod]
    fn readline(&self, py: Py<'_>, #[default(-1)] size: isize) -> PyResult<Ref<PyStr>> {
        self.read_line(py, usize::try_from(size).ok())
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.next_line(py).map(|line| line.map(Ref::upcast))
    }

    #[pymethod]
    fn tell(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.tell_text(py)
    }

    #[pymethod]
    #[sig("($self, cookie, whence=0, /)")]
    fn seek(&self, py: Py<'_>, cookie: &PyObject, #[default(0)] whence: i32) -> PyResult<Ref<PyObject>> {
        self.seek_text(py, cookie, whence)
    }

    #[pymethod]
    fn truncate(&self, py: Py<'_>, pos: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        self.call_method(py, id!(py, "flush"), &[])?;
        let none = py.none();
        self.buffer(py)?.call_method(py, id!(py, "truncate"), &[pos.unwrap_or(&none)])
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        self.check_open(py)?;
        self.telling.set(self.seekable.get());
        // Held here: what is written may detach it.
        let buffer = self.buffer(py)?;
        self.write_pending(py)?;
        buffer.call_method(py, id!(py, "flush"), &[])
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        // Asking whether it is closed may detach it.
        if common::is_closed(py, self)? || self.state.get() == State::Detached {
            return Ok(py.none());
        }
        let buffer = self.buffer(py)?;
        if self.finalizing.get()
            && let Err(raised) = buffer.call_method(py, id!(py, "_dealloc_warn"), &[self])
        {
            py.clear_error(raised);
        }
        let flushed = self.call_method(py, id!(py, "flush"), &[]).map(drop);
        both(py, flushed, || buffer.call_method(py, id!(py, "close"), &[]))
    }

    #[pymethod]
    fn fileno(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.call_method(py, id!(py, "fileno"), &[])
    }

    #[pymethod]
    fn seekable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.call_method(py, id!(py, "seekable"), &[])
    }

    #[pymethod]
    fn readable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.call_method(py, id!(py, "readable"), &[])
    }

    #[pymethod]
    fn writable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.call_method(py, id!(py, "writable"), &[])
    }

    #[pymethod]
    fn isatty(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.call_method(py, id!(py, "isatty"), &[])
    }

    #[pymethod]
    fn __getstate__(&self, py: Py<'_>) -> PyResult<()> {
        Err(common::cannot_pickle(py, self))
    }

    #[getter(name = "buffer")]
    fn buffer_attribute(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)
    }

    #[getter]
    fn encoding(&self) -> Option<Ref<PyStr>> {
        self.encoding.get()
    }

    #[getter]
    fn errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.state.get() == State::Fresh {
            self.check_usable(py)?;
        }
        Ok(self.errors_text(py))
    }

    #[getter]
    fn line_buffering(&self) -> bool {
        self.line_buffering.get()
    }

    #[getter]
    fn write_through(&self) -> bool {
        self.write_through.get()
    }

    #[getter]
    fn _finalizing(&self) -> bool {
        self.finalizing.get()
    }

    #[setter(name = "_finalizing")]
    fn set_finalizing(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let _ = py;
        self.finalizing.set(value.is_some_and(|v| v.is(PyBool::get(true))));
        Ok(())
    }

    #[getter]
    fn name(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.get_attr(py, id!(py, "name"))
    }

    #[getter]
    fn closed(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.buffer(py)?.get_attr(py, id!(py, "closed"))
    }

    #[getter]
    fn newlines(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.check_usable(py)?;
        if self.decoder.is_missing() || !self.decoder.universal.get() {
            return match self.decoder.object.get() {
                Some(decoder) => {
                    Ok(decoder.get_attr_optional(py, id!(py, "newlines"))?.unwrap_or_else(|| py.none()))
                }
                None => Ok(py.none()),
            };
        }
        self.decoder.newlines.newlines(py)
    }

    #[getter(name = "_CHUNK_SIZE")]
    fn chunk_size_attribute(&self, py: Py<'_>) -> PyResult<usize> {
        self.check_usable(py)?;
        Ok(self.chunk_size.get())
    }

    #[setter(name = "_CHUNK_SIZE")]
    fn set_chunk_size(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.check_usable(py)?;
        let Some(value) = value else {
            bail!(
                py,
                AttributeError,
                "attribute '_CHUNK_SIZE' of '{}' objects cannot be deleted",
                TextIoWrapper::type_object().name()
            )
        };
        let n =
            value.to_index_isize(py, "cannot fit '{}' into an index-sized integer").map_err(|raised| {
                if py.error_matches(types::IndexError()) {
                    py.clear_error(raised);
                    return raise!(py, ValueError, "cannot fit 'int' into an index-sized integer");
                }
                raised
            })?;
        match usize::try_from(n) {
            Ok(n) if n > 0 => {
                self.chunk_size.set(n);
                Ok(())
            }
            _ => bail!(py, ValueError, "a strictly positive integer is required"),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.state.get() == State::Fresh {
            self.check_usable(py)?;
        }
        let type_name = self.ty().name();
        let Some(_guard) = py.repr_enter(self)? else {
            bail!(py, RuntimeError, "reentrant call inside {type_name}.__repr__")
        };
        let mut text = krait_runtime::objects::str::StrBuilder::new();
        text.push_str(py, &format!("<{type_name}"))?;
        for (label, attribute) in [(" name=", id!(py, "name")), (" mode=", id!(py, "mode"))] {
            match self.get_attr_optional(py, attribute) {
                Ok(Some(value)) => {
                    text.push_str(py, label)?;
                    text.push(py, &*value.repr(py)?)?;
                }
                Ok(None) => {}
                Err(raised) if py.error_matches(types::ValueError()) => py.clear_error(raised),
                Err(raised) => return Err(raised),
            }
        }
        text.push_str(py, " encoding=")?;
        match self.encoding.get() {
            Some(encoding) => text.push(py, &*encoding.as_object().repr(py)?)?,
            None => text.push_str(py, "None")?,
        }
        text.push_str(py, ">")?;
        text.finish(py)
    }
}
