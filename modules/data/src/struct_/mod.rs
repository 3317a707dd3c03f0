//! Module `_struct`: `format.rs` reads format strings, `value.rs` converts single values, `object.rs` has the types.

mod format;
mod object;
mod value;

pub use object::{Struct, UnpackIterator};

use krait_macros::pymodule;

/// Values as bytes.
#[pymodule(name = "_struct", types = [Struct, UnpackIterator])]
pub mod _struct {
    use super::object::{ERROR, Struct, UnpackIterator, cached, clear_cache};
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;

    #[pyattr]
    fn error(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        ERROR.get(py)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.dict().remove(py, id!(py, "unpack_iterator")).map(drop)
    }

    #[pyfunction]
    fn _clearcache(py: Py<'_>) -> PyResult<()> {
        clear_cache(py)
    }

    #[pyfunction]
    fn calcsize(py: Py<'_>, format: &PyObject) -> PyResult<isize> {
        Ok(cached(py, format)?.size())
    }

    #[pyfunction]
    #[raw(fastcall)]
    fn pack(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyBytes>> {
        let Some((format, values)) = args.positional().split_first() else {
            bail!(py, TypeError, "missing format argument");
        };
        cached(py, format)?.pack_bytes(py, values)
    }

    #[pyfunction]
    #[raw(fastcall)]
    fn pack_into(py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let Some((format, rest)) = args.positional().split_first() else {
            bail!(py, TypeError, "missing format argument");
        };
        cached(py, format)?.pack_into_buffer(py, rest)
    }

    #[pyfunction]
    fn unpack(py: Py<'_>, format: &PyObject, buffer: &PyObject) -> PyResult<Ref<PyTuple>> {
        cached(py, format)?.unpack_object(py, buffer)
    }

    #[pyfunction]
    fn unpack_from(
        py: Py<'_>,
        format: &PyObject,
        buffer: BufferArg,
        #[default(0)] offset: isize,
    ) -> PyResult<Ref<PyTuple>> {
        cached(py, format)?.unpack_at(py, &buffer.0, offset)
    }

    #[pyfunction]
    fn iter_unpack(py: Py<'_>, format: &PyObject, buffer: &PyObject) -> PyResult<Ref<UnpackIterator>> {
        UnpackIterator::over(py, &*cached(py, format)?, buffer)
    }
}
