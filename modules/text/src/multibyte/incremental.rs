//! `MultibyteIncrementalEncoder` and `MultibyteIncrementalDecoder`.

use std::cell::RefCell;

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use super::codec::{Codec, State};
use super::convert::{self, Errors};
use super::{MultibyteCodec, assigned_errors, bytes_of, errors_argument, number_of, state_of};

/// How many characters an encoder may hold back.
const MOST_CHARACTERS: usize = 2;
/// How many bytes a decoder may hold back.
pub const MOST_BYTES: usize = 8;

/// The base of incremental encoders.
#[pyclass(module = "_multibytecodec", name = "MultibyteIncrementalEncoder", basetype)]
#[repr(C)]
pub struct MultibyteIncrementalEncoder {
    base: PyObject,
    #[no_traverse]
    codec: Codec,
    #[no_traverse]
    errors: RefCell<Errors>,
    #[no_traverse]
    pending: RefCell<Vec<u32>>,
    state: Cell<State>,
}

#[pymethods(class = "_multibytecodec.MultibyteIncrementalEncoder")]
impl MultibyteIncrementalEncoder {
    #[new]
    #[sig("(errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let codec = MultibyteCodec::of_class(py, cls)?;
        MultibyteIncrementalEncoder {
            base: PyObject::HEADER,
            codec,
            errors: RefCell::new(errors_argument(py, errors)?),
            pending: RefCell::new(Vec::new()),
            state: Cell::new(codec.initial()),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, /, input, final=False)")]
    fn encode(&self, py: Py<'_>, input: &PyObject, #[default(false)] last: bool) -> PyResult<Ref<PyBytes>> {
        let text = match input.downcast::<PyStr>() {
            Some(text) => text.new_ref(),
            None => input.str(py)?,
        };
        let mut whole = self.pending.borrow().clone();
        let text = if whole.is_empty() {
            text
        } else {
            whole.extend(text.code_points());
            PyStr::from_code_points(py, &whole)?
        };
        let errors = self.errors.borrow().clone();
        let mut state = self.state.get();
        let (mut bytes, used) = convert::encode(py, &self.codec, &mut state, &text, &errors, last)?;
        let rest: Vec<u32> = text.code_points().skip(used).collect();
        if rest.len() > MOST_CHARACTERS {
            return Err(py.raise_unicode_encode(
                self.codec.name,
                &text,
                used,
                text.len(),
                "pending buffer overflow",
            ));
        }
        if last {
            self.codec.reset_encoder(&mut state, &mut bytes);
        }
        *self.pending.borrow_mut() = rest;
        self.state.set(state);
        PyBytes::new(py, &bytes)
    }

    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        let pending = PyStr::from_code_points(py, &self.pending.borrow())?;
        let pending = pending.to_utf8(py)?;
        let mut bytes = vec![pending.len() as u8];
        bytes.extend_from_slice(pending.as_bytes());
        bytes.extend_from_slice(&self.state.get());
        number_of(py, &bytes)
    }

    #[pymethod]
    #[sig("($self, state, /)")]
    fn setstate(&self, py: Py<'_>, state: &PyInt) -> PyResult<()> {
        const ROOM: usize = 1 + MOST_CHARACTERS * 4;
        let bytes = bytes_of(py, state, ROOM + 8)?;
        let length = bytes.first().copied().map_or(0, usize::from);
        let pending = bytes.get(1..=length).filter(|_| length < ROOM);
        let Some(pending) = pending else { bail!(py, UnicodeError, "pending buffer too large") };
        let Ok(text) = core::str::from_utf8(pending) else {
            let reason = "invalid start byte";
            return Err(krait_runtime::codecs::raise_decode_error(py, "utf-8", pending, 0, 1, reason));
        };
        *self.pending.borrow_mut() = text.chars().map(u32::from).collect();
        self.state.set(state_of(bytes.get(length + 1..).unwrap_or_default()));
        Ok(())
    }

    #[pymethod]
    fn reset(&self, _py: Py<'_>) {
        let mut state = self.state.get();
        self.codec.reset_encoder(&mut state, &mut Vec::new());
        self.state.set(state);
        self.pending.borrow_mut().clear();
    }

    #[getter(name = "errors")]
    fn get_errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.errors.borrow().name(py)
    }

    #[setter(name = "errors")]
    fn set_errors(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let new = assigned_errors(py, value)?;
        let old = self.errors.replace(new);
        drop(old);
        Ok(())
    }
}

/// The base of incremental decoders.
#[pyclass(module = "_multibytecodec", name = "MultibyteIncrementalDecoder", basetype)]
#[repr(C)]
pub struct MultibyteIncrementalDecoder {
    base: PyObject,
    #[no_traverse]
    codec: Codec,
    #[no_traverse]
    errors: RefCell<Errors>,
    #[no_traverse]
    pending: RefCell<Vec<u8>>,
    state: Cell<State>,
}

#[pymethods(class = "_multibytecodec.MultibyteIncrementalDecoder")]
impl MultibyteIncrementalDecoder {
    #[new]
    #[sig("(errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let codec = MultibyteCodec::of_class(py, cls)?;
        MultibyteIncrementalDecoder {
            base: PyObject::HEADER,
            codec,
            errors: RefCell::new(errors_argument(py, errors)?),
            pending: RefCell::new(Vec::new()),
            state: Cell::new(codec.initial()),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, /, input, final=False)")]
    fn decode(&self, py: Py<'_>, input: BufferArg, #[default(false)] last: bool) -> PyResult<Ref<PyStr>> {
        let mut whole = self.pending.borrow().clone();
        whole.extend_from_slice(input.as_bytes());
        let errors = self.errors.borrow().clone();
        let mut state = self.state.get();
        let (text, used) = convert::decode(py, &self.codec, &mut state, &whole, &errors, last)?;
        let rest = whole.get(used..).unwrap_or_default();
        if rest.len() > MOST_BYTES {
            let end = whole.len();
            let reason = "pending buffer overflow";
            return Err(krait_runtime::codecs::raise_decode_error(
                py,
                self.codec.name,
                &whole,
                used,
                end,
                reason,
            ));
        }
        *self.pending.borrow_mut() = rest.to_vec();
        self.state.set(state);
        PyStr::from_code_points(py, &text)
    }

    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let pending = PyBytes::new(py, &self.pending.borrow())?;
        PyTuple::new(py, &[&pending, &*number_of(py, &self.state.get())?])
    }

    #[pymethod]
    #[sig("($self, state, /)")]
    fn setstate(&self, py: Py<'_>, state: &PyTuple) -> PyResult<()> {
        let parts = (state.get(0), state.get(1), state.len());
        let (Some(buffer), Some(number), 2) = parts else {
            bail!(py, TypeError, "setstate(): illegal state argument")
        };
        let (Some(buffer), Some(number)) = (buffer.downcast::<PyBytes>(), number.downcast::<PyInt>()) else {
            bail!(py, TypeError, "setstate(): illegal state argument")
        };
        let bytes = bytes_of(py, number, 8)?;
        if buffer.len() > MOST_BYTES {
            let reason = "pending buffer too large";
            let bytes = buffer.as_bytes();
            return Err(krait_runtime::codecs::raise_decode_error(
                py,
                self.codec.name,
                bytes,
                0,
                bytes.len(),
                reason,
            ));
        }
        *self.pending.borrow_mut() = buffer.as_bytes().to_vec();
        self.state.set(state_of(&bytes));
        Ok(())
    }

    #[pymethod]
    fn reset(&self, _py: Py<'_>) {
        let mut state = self.state.get();
        self.codec.reset_decoder(&mut state);
        self.state.set(state);
        self.pending.borrow_mut().clear();
    }

    #[getter(name = "errors")]
    fn get_errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.errors.borrow().name(py)
    }

    #[setter(name = "errors")]
    fn set_errors(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let new = assigned_errors(py, value)?;
        let old = self.errors.replace(new);
        drop(old);
        Ok(())
    }
}
