//! `list_iterator` and `list_reverseiterator`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::PyList;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyInt, PyTuple};
use crate::py::Py;
use crate::reference::{Member, PyClass, Ref};

/// `list_iterator`; the interpreter's `FOR_ITER_LIST` steps it directly.
#[pyclass(name = "list_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyListIterator {
    base: PyObject,
    /// The next index.
    pub it_index: Cell<isize>,
    /// Empty once exhausted.
    pub it_seq: Member<PyList>,
}

impl PyListIterator {
    /// An iterator at the start of `list`.
    pub fn over(py: Py<'_>, list: &PyList) -> PyResult<Ref<PyObject>> {
        PyListIterator { base: PyObject::HEADER, it_index: Cell::new(0), it_seq: Member::new(list.new_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
}

fn exhausted(py: Py<'_>, function: Ref<PyObject>) -> PyResult<Ref<PyTuple>> {
    let args = PyTuple::from_vec(py, vec![PyList::new(py)?.upcast()])?;
    PyTuple::from_vec(py, vec![function, args.upcast()])
}

fn standing(py: Py<'_>, function: Ref<PyObject>, list: Ref<PyList>, index: isize) -> PyResult<Ref<PyTuple>> {
    let args = PyTuple::from_vec(py, vec![list.upcast()])?;
    PyTuple::from_vec(py, vec![function, args.upcast(), PyInt::new(py, index as i64)?.upcast()])
}

#[pymethods(class = "list_iterator")]
impl PyListIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, _py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // SAFETY: nothing runs while the list is borrowed.
        let item = match unsafe { self.it_seq.borrow() } {
            Some(list) => list.get(self.it_index.get() as usize),
            None => return Ok(None),
        };
        match item {
            Some(item) => {
                self.it_index.set(self.it_index.get() + 1);
                Ok(Some(item))
            }
            None => {
                drop(self.it_seq.take());
                Ok(None)
            }
        }
    }

    #[pymethod]
    fn __length_hint__(&self, _py: Py<'_>) -> isize {
        self.it_seq.get().map_or(0, |list| (list.len() as isize - self.it_index.get()).max(0))
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        match self.it_seq.get() {
            Some(list) => standing(py, iter, list, self.it_index.get()),
            None => exhausted(py, iter),
        }
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index: isize = crate::args::extract(py, state, "__setstate__", 0)?;
        if let Some(list) = self.it_seq.get() {
            self.it_index.set(index.clamp(0, list.len() as isize));
        }
        Ok(())
    }
}

/// `list_reverseiterator`.
#[pyclass(name = "list_reverseiterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyListReverseIterator {
    base: PyObject,
    /// The next index; below zero once exhausted.
    it_index: Cell<isize>,
    it_seq: Member<PyList>,
}

impl PyListReverseIterator {
    /// An iterator at the end of `list`.
    pub fn over(py: Py<'_>, list: &PyList) -> PyResult<Ref<PyObject>> {
        PyListReverseIterator {
            base: PyObject::HEADER,
            it_index: Cell::new(list.len() as isize - 1),
            it_seq: Member::new(list.new_ref()),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
}

#[pymethods(class = "list_reverseiterator")]
impl PyListReverseIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, _py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let index = self.it_index.get();
        let item = match (self.it_seq.get(), usize::try_from(index)) {
            (Some(list), Ok(i)) => list.get(i),
            _ => None,
        };
        if item.is_some() {
            self.it_index.set(index - 1);
        } else {
            self.it_index.set(-1);
            drop(self.it_seq.take());
        }
        Ok(item)
    }

    #[pymethod]
    fn __length_hint__(&self, _py: Py<'_>) -> isize {
        let length = self.it_index.get() + 1;
        self.it_seq.get().map_or(0, |list| if (list.len() as isize) < length { 0 } else { length })
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        // Looking the name up may run the iterator out.
        let reversed = py.frame_builtin(id!(py, "reversed"))?;
        match self.it_seq.get() {
            Some(list) if self.it_index.get() >= 0 => standing(py, reversed, list, self.it_index.get()),
            _ => exhausted(py, reversed),
        }
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index: isize = crate::args::extract(py, state, "__setstate__", 0)?;
        if let Some(list) = self.it_seq.get() {
            self.it_index.set(index.clamp(-1, list.len() as isize - 1));
        }
        Ok(())
    }
}
