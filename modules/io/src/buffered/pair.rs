//! `_io.BufferedRWPair`: a reader and a writer on two streams.

use krait_runtime::prelude::*;

use super::{BufferedReader, BufferedWriter};
use crate::base::{BufferedIoBase, IoBase};
use crate::common::{DEFAULT_BUFFER_SIZE, both, check_readable, check_writable};

/// For sockets and pipes that go both ways.
#[pyclass(module = "_io", name = "BufferedRWPair", base = BufferedIoBase, basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct BufferedRwPair {
    base: IoBase,
    reader: Member<PyObject>,
    writer: Member<PyObject>,
}

impl BufferedRwPair {
    fn part(&self, py: Py<'_>, part: &Member<PyObject>) -> PyResult<Ref<PyObject>> {
        match part.get() {
            Some(part) => Ok(part),
            None => bail!(py, ValueError, "I/O operation on uninitialized object"),
        }
    }

    fn to_reader(&self, py: Py<'_>, method: &PyStr, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.part(py, &self.reader)?.call_method(py, method, args.positional())
    }

    fn to_writer(&self, py: Py<'_>, method: &PyStr, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.part(py, &self.writer)?.call_method(py, method, args.positional())
    }
}

#[pymethods]
impl BufferedRwPair {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        BufferedRwPair { base: IoBase::EMPTY, reader: Member::empty(), writer: Member::empty() }
            .alloc(py, cls)
    }

    #[init]
    #[sig("(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)")]
    fn init(
        &self,
        py: Py<'_>,
        reader: &PyObject,
        writer: &PyObject,
        #[default(DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize,
    ) -> PyResult<()> {
        check_readable(py, reader)?;
        check_writable(py, writer)?;
        let size = PyInt::new(py, buffer_size as i64)?;
        let reader = BufferedReader::type_object().call(py, &[reader, &size])?;
        let writer = BufferedWriter::type_object().call(py, &[writer, &size])?;
        self.reader.set(reader);
        self.writer.set(writer);
        Ok(())
    }

    #[pymethod]
    #[raw(fastcall)]
    fn read(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_reader(py, id!(py, "read"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn peek(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_reader(py, id!(py, "peek"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn read1(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_reader(py, id!(py, "read1"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn readinto(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_reader(py, id!(py, "readinto"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn readinto1(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_reader(py, id!(py, "readinto1"), args)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn write(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.to_writer(py, id!(py, "write"), args)
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.part(py, &self.writer)?.call_method(py, id!(py, "flush"), &[])
    }

    #[pymethod]
    fn readable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.part(py, &self.reader)?.call_method(py, id!(py, "readable"), &[])
    }

    #[pymethod]
    fn writable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.part(py, &self.writer)?.call_method(py, id!(py, "writable"), &[])
    }

    #[pymethod]
    fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let writer = self
            .part(py, &self.writer)
            .and_then(|writer| writer.call_method(py, id!(py, "close"), &[]))
            .map(drop);
        both(py, writer, || self.part(py, &self.reader)?.call_method(py, id!(py, "close"), &[]))
    }

    #[pymethod]
    fn isatty(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let answer = self.part(py, &self.writer)?.call_method(py, id!(py, "isatty"), &[])?;
        if !answer.is(PyBool::get(false)) {
            return Ok(answer);
        }
        self.part(py, &self.reader)?.call_method(py, id!(py, "isatty"), &[])
    }

    #[getter]
    fn closed(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.writer.get() {
            Some(writer) => writer.get_attr(py, id!(py, "closed")),
            None => bail!(py, RuntimeError, "the BufferedRWPair object is being garbage-collected"),
        }
    }
}
