//! `_io.BufferedRandom`.

use krait_runtime::prelude::*;

use super::{Core, reading_methods, stream_methods, writing_methods};
use crate::base::{BufferedIoBase, IoBase};
use crate::common::DEFAULT_BUFFER_SIZE;

/// Reads ahead and gathers what is written, on one seekable stream.
#[pyclass(module = "_io", name = "BufferedRandom", base = BufferedIoBase, basetype, gc, immutable, heap, plain_new)]
#[repr(C)]
pub struct BufferedRandom {
    pub(super) base: IoBase,
    pub(super) core: Core,
}

stream_methods!(BufferedRandom);
reading_methods!(BufferedRandom);
writing_methods!(BufferedRandom);

#[pymethods(parts(stream, reading, writing))]
impl BufferedRandom {
    #[init]
    #[sig("(raw, buffer_size=DEFAULT_BUFFER_SIZE)")]
    fn init(
        &self,
        py: Py<'_>,
        raw: &PyObject,
        #[default(DEFAULT_BUFFER_SIZE as isize)] buffer_size: isize,
    ) -> PyResult<()> {
        self.core.start(py, raw, buffer_size, true, true)
    }
}
