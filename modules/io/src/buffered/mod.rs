//! The buffered streams over a raw one. `core.rs`: the state they share, its lock, and calls on the raw stream; `input.rs`, `output.rs`:
//! reading and writing on that state; a file for each class.

mod core;
mod input;
mod lock;
mod output;
pub mod pair;
pub mod random;
pub mod reader;
pub mod writer;

pub use self::core::Core;
pub use pair::BufferedRwPair;
pub use random::BufferedRandom;
pub use reader::BufferedReader;
pub use writer::BufferedWriter;

use krait_runtime::prelude::*;

/// The shared state of an object that is exactly one of the three classes.
#[inline]
pub fn exact_core(object: &PyObject) -> Option<&Core> {
    parts(object).map(|(core, _)| core)
}

/// The same for an object whose methods nobody has replaced.
pub fn plain_core(object: &PyObject) -> Option<&Core> {
    parts(object).filter(|(_, base)| base.own_attributes() == 0).map(|(core, _)| core)
}

#[inline]
fn parts(object: &PyObject) -> Option<(&Core, &crate::base::IoBase)> {
    Some(if let Some(reader) = object.downcast_exact::<BufferedReader>() {
        (&reader.core, &reader.base)
    } else if let Some(writer) = object.downcast_exact::<BufferedWriter>() {
        (&writer.core, &writer.base)
    } else {
        let random = object.downcast_exact::<BufferedRandom>()?;
        (&random.core, &random.base)
    })
}

/// Methods that reader, writer and random have in common.
macro_rules! stream_methods {
    ($class:ident) => {
        #[pymethods(part = "stream")]
        impl $class {
            #[slot]
            fn tp_new(
                py: Py<'_>,
                cls: &PyType,
                _args: &PyTuple,
                _kwargs: Option<&PyDict>,
            ) -> PyResult<Ref<PyObject>> {
                $class { base: crate::base::IoBase::EMPTY, core: crate::buffered::Core::new() }.alloc(py, cls)
            }

            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                crate::common::describe(py, self, "")
            }

            #[pymethod]
            fn detach(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.detach(py, self)
            }

            #[pymethod]
            fn close(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.close(py, self)
            }

            #[pymethod]
            fn seekable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.call_method(py, id!(py, "seekable"), &[])
            }

            #[pymethod]
            fn fileno(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.call_method(py, id!(py, "fileno"), &[])
            }

            #[pymethod]
            fn isatty(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.call_method(py, id!(py, "isatty"), &[])
            }

            #[pymethod]
            fn tell(&self, py: Py<'_>) -> PyResult<i64> {
                self.core.tell(py, self)
            }

            #[pymethod]
            fn seek(&self, py: Py<'_>, target: &PyObject, #[default(0)] whence: i32) -> PyResult<i64> {
                self.core.seek(py, self, target, whence)
            }

            #[pymethod]
            fn truncate(&self, py: Py<'_>, pos: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
                self.core.truncate(py, self, pos)
            }

            #[pymethod]
            fn _dealloc_warn(&self, py: Py<'_>, source: &PyObject) {
                self.core.warn_unclosed(py, source);
            }

            #[pymethod]
            fn __getstate__(&self, py: Py<'_>) -> PyResult<()> {
                Err(crate::common::cannot_pickle(py, self))
            }

            #[pymethod]
            fn __sizeof__(&self) -> usize {
                let basic = usize::try_from(self.ty().tp_basicsize.get()).unwrap_or(0);
                basic + self.core.allocated()
            }

            #[getter]
            fn closed(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.get_attr(py, id!(py, "closed"))
            }

            #[getter]
            fn name(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.get_attr(py, id!(py, "name"))
            }

            #[getter]
            fn mode(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.get_attr(py, id!(py, "mode"))
            }

            #[getter]
            fn raw(&self) -> Option<Ref<PyObject>> {
                self.core.raw_field()
            }

            #[getter]
            fn _finalizing(&self) -> bool {
                self.core.finalizing.get()
            }

            #[setter(name = "_finalizing")]
            fn set_finalizing(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
                self.core.finalizing.set(value.is_some_and(|v| v.is(PyBool::get(true))));
                let _ = py;
                Ok(())
            }
        }
    };
}
pub(crate) use stream_methods;

/// Methods of those that read.
macro_rules! reading_methods {
    ($class:ident) => {
        #[pymethods(part = "reading")]
        impl $class {
            #[pymethod]
            fn peek(&self, py: Py<'_>, #[default(0)] _size: isize) -> PyResult<Ref<PyBytes>> {
                self.core.peek(py, self)
            }

            #[pymethod]
            fn read(
                &self,
                py: Py<'_>,
                #[default(crate::common::Size(-1))] size: crate::common::Size,
            ) -> PyResult<Option<Ref<PyBytes>>> {
                self.core.read(py, self, size.0)
            }

            #[pymethod]
            fn read1(&self, py: Py<'_>, #[default(-1)] size: isize) -> PyResult<Ref<PyBytes>> {
                self.core.read1(py, self, size)
            }

            #[pymethod]
            fn readinto(
                &self,
                py: Py<'_>,
                buffer: krait_runtime::protocol::buffer::WritableBufferArg,
            ) -> PyResult<Option<usize>> {
                self.core.read_into(py, self, &buffer.0, false)
            }

            #[pymethod]
            fn readinto1(
                &self,
                py: Py<'_>,
                buffer: krait_runtime::protocol::buffer::WritableBufferArg,
            ) -> PyResult<Option<usize>> {
                self.core.read_into(py, self, &buffer.0, true)
            }

            #[pymethod]
            fn readline(
                &self,
                py: Py<'_>,
                #[default(crate::common::Size(-1))] size: crate::common::Size,
            ) -> PyResult<Ref<PyBytes>> {
                self.core.readline(py, self, size.limit())
            }

            #[pymethod]
            fn readable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.call_method(py, id!(py, "readable"), &[])
            }

            #[slot]
            fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                if self.is_exactly($class::type_object()) {
                    let line = self.core.readline(py, self, None)?;
                    return Ok((!line.is_empty()).then(|| line.upcast()));
                }
                let line = self.call_method(py, id!(py, "readline"), &[])?;
                match line.downcast_into::<PyBytes>() {
                    Ok(line) => Ok((!line.is_empty()).then(|| line.upcast())),
                    Err(line) => bail!(
                        py,
                        OSError,
                        "readline() should have returned a bytes object, not '{}'",
                        line.ty().name()
                    ),
                }
            }
        }
    };
}
pub(crate) use reading_methods;

/// Methods of those that write.
macro_rules! writing_methods {
    ($class:ident) => {
        #[pymethods(part = "writing")]
        impl $class {
            #[pymethod]
            fn write(
                &self,
                py: Py<'_>,
                buffer: krait_runtime::protocol::buffer::BufferArg,
            ) -> PyResult<usize> {
                self.core.write(py, self, buffer.as_bytes())
            }

            #[pymethod]
            fn flush(&self, py: Py<'_>) -> PyResult<()> {
                self.core.flush(py, self)
            }

            #[pymethod]
            fn writable(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                self.core.raw(py)?.call_method(py, id!(py, "writable"), &[])
            }
        }
    };
}
pub(crate) use writing_methods;
