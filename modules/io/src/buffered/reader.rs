//! `_io.BufferedReader`.

use krait_runtime::prelude::*;

use super::{Core, reading_methods, stream_methods};
use crate::base::{BufferedIoBase, IoBase};
use crate::common::DEFAULT_BUFFER_SIZE;

/// Reads ahead.
#[pyclass(module = "_io", name = "BufferedReader", base = BufferedIoBase, basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct BufferedReader {
    pub(super) base: IoBase,
    pub(super) core: Core,
}

stream_methods!(BufferedReader);
reading_methods!(BufferedReader);

#[pymethods(parts(stream, reading))]
impl BufferedReader {
    #[init]
    #[sig("(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(
        &self,
        py: Py<'_>,
        raw: &PyObject,
        #[default(DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize,
    ) -> PyResult<()> {
        self.core.start(py, raw, buffer_size, true, false)
    }

    #[pymethod]
    fn flush(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.core.raw(py)?.call_method(py, id!(py, "flush"), &[])
    }
}
