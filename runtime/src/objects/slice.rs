//! `slice`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::{Member, Ref};

/// `PySliceObject`.
#[repr(C)]
pub struct PySlice {
    pub(crate) ob_base: PyObject,
    pub(crate) start: Member<PyObject>,
    pub(crate) stop: Member<PyObject>,
    pub(crate) step: Member<PyObject>,
}
declare_class!(PySlice, ob_base, c"slice", itemsize = 0, flags = flags::HAVE_GC);

/// A slice applied to a length: `start`, `stop`, `step`, and how many items it selects.
#[derive(Clone, Copy, Debug)]
pub struct Indices {
    /// First index.
    pub start: isize,
    /// Index past the last.
    pub stop: isize,
    /// Never zero.
    pub step: isize,
    /// Number of items.
    pub len: usize,
}

impl PySlice {
    /// `slice(start, stop, step)`.
    pub fn new(py: Py<'_>, _start: &PyObject, _stop: &PyObject, _step: &PyObject) -> PyResult<Ref<PySlice>> {
        Err(py.no_memory())
    }
    /// Applies the slice to a sequence of `length` items (`PySlice_Unpack` + `PySlice_AdjustIndices`).
    pub fn indices(&self, py: Py<'_>, _length: usize) -> PyResult<Indices> {
        Err(py.no_memory())
    }
}
