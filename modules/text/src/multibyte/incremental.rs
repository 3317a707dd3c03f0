//! `MultibyteIncrementalEncoder` and `MultibyteIncrementalDecoder`.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use super::stateful::{MOST_BYTES, MOST_CHARACTERS, Stateful};
use super::{bytes_of, number_of, state_of};

/// The base of incremental encoders.
#[pyclass(module = "_multibytecodec", name = "MultibyteIncrementalEncoder", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct MultibyteIncrementalEncoder {
    base: PyObject,
    #[no_traverse]
    encoder: Stateful<u32>,
}

#[pymethods(class = "_multibytecodec.MultibyteIncrementalEncoder")]
impl MultibyteIncrementalEncoder {
    #[new(name = "IncrementalEncoder")]
    #[sig("(errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let encoder = Stateful::encoder(py, cls, errors)?;
        MultibyteIncrementalEncoder { base: PyObject::HEADER, encoder }.alloc(py, cls).map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, /, input, final=False)")]
    fn encode(&self, py: Py<'_>, input: &PyObject, #[default(false)] last: bool) -> PyResult<Ref<PyBytes>> {
        PyBytes::new(py, &self.encoder.encode(py, input, last)?)
    }

    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        let pending = PyStr::from_code_points(py, &self.encoder.pending.borrow())?;
        let pending = pending.to_utf8(py)?;
        let mut bytes = vec![pending.len() as u8];
        bytes.extend_from_slice(pending.as_bytes());
        bytes.extend_from_slice(&self.encoder.state.get());
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
        *self.encoder.pending.borrow_mut() = text.chars().map(u32::from).collect();
        self.encoder.state.set(state_of(bytes.get(length + 1..).unwrap_or_default()));
        Ok(())
    }

    #[pymethod]
    fn reset(&self, _py: Py<'_>) {
        self.encoder.reset_encoder();
    }

    #[getter(name = "errors")]
    fn get_errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.encoder.errors(py)
    }

    #[setter(name = "errors")]
    fn set_errors(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.encoder.set_errors(py, value)
    }
}

/// The base of incremental decoders.
#[pyclass(module = "_multibytecodec", name = "MultibyteIncrementalDecoder", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct MultibyteIncrementalDecoder {
    base: PyObject,
    #[no_traverse]
    decoder: Stateful<u8>,
}

#[pymethods(class = "_multibytecodec.MultibyteIncrementalDecoder")]
impl MultibyteIncrementalDecoder {
    #[new(name = "IncrementalDecoder")]
    #[sig("(errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let decoder = Stateful::decoder(py, cls, errors)?;
        MultibyteIncrementalDecoder { base: PyObject::HEADER, decoder }.alloc(py, cls).map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, /, input, final=False)")]
    fn decode(&self, py: Py<'_>, input: BufferArg, #[default(false)] last: bool) -> PyResult<Ref<PyStr>> {
        PyStr::from_code_points(py, &self.decoder.decode(py, input.as_bytes(), last)?)
    }

    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let pending = PyBytes::new(py, &self.decoder.pending.borrow())?;
        PyTuple::new(py, &[&pending, &*number_of(py, &self.decoder.state.get())?])
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
                self.decoder.codec.name,
                bytes,
                0,
                bytes.len(),
                reason,
            ));
        }
        *self.decoder.pending.borrow_mut() = buffer.as_bytes().to_vec();
        self.decoder.state.set(state_of(&bytes));
        Ok(())
    }

    #[pymethod]
    fn reset(&self, _py: Py<'_>) {
        self.decoder.reset_decoder();
    }

    #[getter(name = "errors")]
    fn get_errors(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.decoder.errors(py)
    }

    #[setter(name = "errors")]
    fn set_errors(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.decoder.set_errors(py, value)
    }
}
