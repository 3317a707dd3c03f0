//! `_io.BufferedWriter`.

use krait_runtime::prelude::*;

use super::{Core, stream_methods, writing_methods};
use crate::base::{BufferedIoBase, IoBase};
use crate::common::DEFAULT_BUFFER_SIZE;

/// Gathers what is written.
#[pyclass(module = "_io", name = "BufferedWriter", base = BufferedIoBase, basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct BufferedWriter {
    pub(super) base: IoBase,
    pub(super) core: Core,
}

stream_methods!(BufferedWriter);
writing_methods!(BufferedWriter);

#[pymethods(parts(stream, writing))]
impl BufferedWriter {
    #[init]
    #[sig("(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(
        &self,
        py: Py<'_>,
        raw: &PyObject,
        #[default(DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize,
    ) -> PyResult<()> {
        self.core.start(py, raw, buffer_size, false, true)
    }
}
