//! `memory_iterator`: what `iter(memoryview)` gives.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::{PyMemoryView, dimensions, format_of, item, walk};
use crate::bail;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::py::Py;
use crate::reference::{Member, PyClass, Ref};

/// The iterator of a one-dimensional view.
#[pyclass(name = "memory_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyMemoryIter {
    base: PyObject,
    it_index: Cell<isize>,
    /// Empty when exhausted.
    it_seq: Member<PyMemoryView>,
    it_length: Cell<isize>,
    /// The items' format.
    it_fmt: Cell<u8>,
}

/// An iterator over the view's items.
pub(super) fn iterate(py: Py<'_>, view: &PyMemoryView) -> PyResult<Ref<PyObject>> {
    view.check_alive(py)?;
    match view.view().ndim {
        0 => bail!(py, TypeError, "invalid indexing of 0-dim memory"),
        1 => {}
        _ => bail!(py, NotImplementedError, "multi-dimensional sub-views are not implemented"),
    }
    let fmt = item::adjusted(py, format_of(view.view()))?;
    let iterator = PyMemoryIter {
        base: PyObject::HEADER,
        it_index: Cell::new(0),
        it_seq: Member::new(view.new_ref()),
        it_length: Cell::new(dimensions(view.view()).shape.first().copied().unwrap_or(0)),
        it_fmt: Cell::new(fmt),
    };
    iterator.alloc_exact(py).map(Ref::upcast)
}

#[pymethods(class = "memory_iterator")]
impl PyMemoryIter {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(seq) = self.it_seq.get() else { return Ok(None) };
        let index = self.it_index.get();
        if index < self.it_length.get() {
            self.it_index.set(index + 1);
            seq.check_alive(py)?;
            // SAFETY: the view is held; an item of its format stands at an address that the look-up gives.
            return unsafe {
                let p = walk::lookup(py, seq.view(), seq.view().buf.cast(), 0, index)?;
                item::unpack(py, p, self.it_fmt.get()).map(Some)
            };
        }
        drop(self.it_seq.take());
        Ok(None)
    }
}
