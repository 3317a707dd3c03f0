//! What `zlib.compressobj` gives.

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::BufferArg;

use super::stream::{Shared, pump, raise_error};

/// `zlib.Compress`.
#[pyclass(module = "zlib", name = "Compress", disallow_instantiation, gc, heap)]
#[repr(C)]
pub struct Compress {
    base: PyObject,
    stream: Shared,
}

impl Compress {
    /// Around a stream.
    pub fn make(py: Py<'_>, stream: Shared) -> PyResult<Ref<Compress>> {
        Compress { base: PyObject::HEADER, stream }.alloc_exact(py)
    }

    fn twin(&self, py: Py<'_>) -> PyResult<Ref<Compress>> {
        let copied = self.stream.lock(py).as_mut().map(|stream| stream.copy());
        match copied {
            Some(Ok(stream)) => Compress::make(py, Shared::new(stream)),
            Some(Err(-4)) => bail!(py, MemoryError, "Can't allocate memory for compression object"),
            Some(Err(code)) => Err(raise_error(py, None, code, "while copying compression object")),
            None => bail!(py, ValueError, "Inconsistent stream state"),
        }
    }
}

#[pymethods]
impl Compress {
    #[pymethod]
    fn compress(&self, py: Py<'_>, data: BufferArg) -> PyResult<Vec<u8>> {
        let mut guard = self.stream.lock(py);
        let Some(stream) = guard.as_mut() else {
            return Err(raise_error(py, None, -2, "while compressing data"));
        };
        let mut out = Vec::new();
        let bytes = data.as_bytes();
        let done = py.detach(|| pump(stream, bytes, &mut out, None, 0));
        if done.code < 0 {
            return Err(raise_error(py, guard.as_ref(), done.code, "while compressing data"));
        }
        Ok(out)
    }

    #[pymethod]
    #[sig("($self, mode=4, /)")]
    fn flush(&self, py: Py<'_>, #[default(4)] mode: i32) -> PyResult<Vec<u8>> {
        if mode == 0 {
            return Ok(Vec::new());
        }
        let mut guard = self.stream.lock(py);
        let Some(stream) = guard.as_mut() else {
            return Err(raise_error(py, None, -2, "while flushing"));
        };
        let mut out = Vec::new();
        let done = py.detach(|| pump(stream, &[], &mut out, None, mode));
        match done.code {
            1 if mode == 4 => *guard = None,
            0 | -5 => {}
            code => return Err(raise_error(py, guard.as_ref(), code, "while flushing")),
        }
        Ok(out)
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<Compress>> {
        self.twin(py)
    }

    #[pymethod]
    fn __copy__(&self, py: Py<'_>) -> PyResult<Ref<Compress>> {
        self.twin(py)
    }

    #[pymethod]
    fn __deepcopy__(&self, py: Py<'_>, _memo: &PyObject) -> PyResult<Ref<Compress>> {
        self.twin(py)
    }
}
