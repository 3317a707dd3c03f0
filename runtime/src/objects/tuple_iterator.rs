//! `tuple_iterator`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::PyTuple;
use crate::py::Py;
use crate::reference::{Member, PyClass, Ref};

/// `_PyTupleIterObject`; the interpreter's `FOR_ITER_TUPLE` steps it directly.
#[pyclass(name = "tuple_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyTupleIterator {
    base: PyObject,
    /// The next index.
    pub it_index: Cell<isize>,
    /// Empty once exhausted.
    pub it_seq: Member<PyTuple>,
}

impl PyTupleIterator {
    /// An iterator at the start of `tuple`.
    pub fn over(py: Py<'_>, tuple: &PyTuple) -> PyResult<Ref<PyObject>> {
        PyTupleIterator {
            base: PyObject::HEADER,
            it_index: Cell::new(0),
            it_seq: Member::new(tuple.new_ref()),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
}

#[pymethods(class = "tuple_iterator")]
impl PyTupleIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, _py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // SAFETY: the tuple is not let go of while the item is read.
        let Some(tuple) = (unsafe { self.it_seq.borrow() }) else { return Ok(None) };
        let i = self.it_index.get();
        match tuple.get(i as usize) {
            Some(item) => {
                self.it_index.set(i + 1);
                Ok(Some(item.to_ref()))
            }
            None => {
                drop(self.it_seq.take());
                Ok(None)
            }
        }
    }

    #[pymethod]
    fn __length_hint__(&self, _py: Py<'_>) -> isize {
        self.it_seq.get().map_or(0, |t| t.len() as isize - self.it_index.get())
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        match self.it_seq.get() {
            Some(tuple) => {
                let args = PyTuple::from_vec(py, vec![tuple.upcast()])?;
                let index = crate::objects::PyInt::new(py, self.it_index.get() as i64)?;
                PyTuple::from_vec(py, vec![iter, args.upcast(), index.upcast()])
            }
            None => {
                let args = PyTuple::from_vec(py, vec![PyTuple::empty(py)?.upcast()])?;
                PyTuple::from_vec(py, vec![iter, args.upcast()])
            }
        }
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index: isize = crate::args::extract(py, state, "__setstate__", 0)?;
        if let Some(tuple) = self.it_seq.get() {
            self.it_index.set(index.clamp(0, tuple.len() as isize));
        }
        Ok(())
    }
}
