//! `MultibyteStreamReader` and `MultibyteStreamWriter`.

use krait_runtime::prelude::*;

use super::stateful::Stateful;

/// The base of stream readers.
#[pyclass(module = "_multibytecodec", name = "MultibyteStreamReader", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct MultibyteStreamReader {
    base: PyObject,
    #[no_traverse]
    decoder: Stateful<u8>,
    #[pymember("stream", object, readonly)]
    stream: Member<PyObject>,
}

/// A size: an integer or None.
fn size_argument(py: Py<'_>, size: Option<&PyObject>) -> PyResult<isize> {
    match size {
        None => Ok(-1),
        Some(size) if size.is_none() => Ok(-1),
        Some(size) => match size.downcast::<PyInt>() {
            Some(_) => krait_runtime::args::extract(py, size, "read", 1),
            None => Err(raise!(py, TypeError, "arg 1 must be an integer")),
        },
    }
}

impl MultibyteStreamReader {
    /// Calls `stream.method(size)` until there is something to return.
    fn read_with(&self, py: Py<'_>, method: &PyStr, mut size: isize) -> PyResult<Ref<PyStr>> {
        if size == 0 {
            return Ok(PyStr::empty());
        }
        let Some(stream) = self.stream.get() else { return Ok(PyStr::empty()) };
        loop {
            let read = if size < 0 {
                stream.call_method(py, method, &[])?
            } else {
                stream.call_method(py, method, &[&*PyInt::new(py, size as i64)?])?
            };
            let Some(read) = read.downcast::<PyBytes>() else {
                bail!(py, TypeError, "stream function returned a non-bytes object ({})", read.ty().name())
            };
            let at_end = read.is_empty() || size < 0;
            let text = self.decoder.decode(py, read.as_bytes(), at_end)?;
            if size < 0 || !text.is_empty() || read.is_empty() {
                return PyStr::from_code_points(py, &text);
            }
            // Only part of a character was there: one more byte.
            size = 1;
        }
    }
}

#[pymethods(class = "_multibytecodec.MultibyteStreamReader")]
impl MultibyteStreamReader {
    #[new(name = "StreamReader")]
    #[sig("(stream, errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, stream: &PyObject, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let decoder = Stateful::decoder(py, cls, errors)?;
        MultibyteStreamReader { base: PyObject::HEADER, decoder, stream: Member::new(stream.to_ref()) }
            .alloc(py, cls)
            .map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, sizeobj=None, /)")]
    fn read(&self, py: Py<'_>, sizeobj: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        self.read_with(py, id!(py, "read"), size_argument(py, sizeobj)?)
    }

    #[pymethod]
    #[sig("($self, sizeobj=None, /)")]
    fn readline(&self, py: Py<'_>, sizeobj: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        self.read_with(py, id!(py, "readline"), size_argument(py, sizeobj)?)
    }

    #[pymethod]
    #[sig("($self, sizehintobj=None, /)")]
    fn readlines(&self, py: Py<'_>, sizehintobj: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let text = self.read_with(py, id!(py, "read"), size_argument(py, sizehintobj)?)?;
        text.call_method(py, id!(py, "splitlines"), &[PyBool::get(true)])
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

/// The base of stream writers.
#[pyclass(module = "_multibytecodec", name = "MultibyteStreamWriter", basetype, gc, heap, immutable)]
#[repr(C)]
pub struct MultibyteStreamWriter {
    base: PyObject,
    #[no_traverse]
    encoder: Stateful<u32>,
    #[pymember("stream", object, readonly)]
    stream: Member<PyObject>,
}

impl MultibyteStreamWriter {
    fn put(&self, py: Py<'_>, text: &PyObject, last: bool) -> PyResult<()> {
        let bytes = self.encoder.encode(py, text, last)?;
        if last && bytes.is_empty() {
            return Ok(());
        }
        let Some(stream) = self.stream.get() else { return Ok(()) };
        stream.call_method(py, id!(py, "write"), &[&*PyBytes::new(py, &bytes)?]).map(drop)
    }
}

#[pymethods(class = "_multibytecodec.MultibyteStreamWriter")]
impl MultibyteStreamWriter {
    #[new(name = "StreamWriter")]
    #[sig("(stream, errors='strict')")]
    fn new(py: Py<'_>, cls: &PyType, stream: &PyObject, errors: Option<&PyStr>) -> PyResult<Ref<PyObject>> {
        let encoder = Stateful::encoder(py, cls, errors)?;
        MultibyteStreamWriter { base: PyObject::HEADER, encoder, stream: Member::new(stream.to_ref()) }
            .alloc(py, cls)
            .map(Ref::upcast)
    }

    #[slot]
    fn tp_init(&self, _py: Py<'_>, _args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<()> {
        Ok(())
    }

    #[pymethod]
    #[sig("($self, strobj, /)")]
    fn write(&self, py: Py<'_>, strobj: &PyObject) -> PyResult<()> {
        self.put(py, strobj, false)
    }

    #[pymethod]
    #[sig("($self, lines, /)")]
    fn writelines(&self, py: Py<'_>, lines: &PyObject) -> PyResult<()> {
        if !lines.is_sequence() {
            bail!(py, TypeError, "arg must be a sequence object")
        }
        let mut index = 0;
        while index < lines.len(py)? {
            let line = lines.sequence_item(py, index)?;
            self.write(py, &line)?;
            index += 1;
        }
        Ok(())
    }

    #[pymethod]
    fn reset(&self, py: Py<'_>) -> PyResult<()> {
        self.put(py, &PyStr::empty(), true)
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
