//! `iterator` (over `__getitem__`) and `callable_iterator`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyInt, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, Ref};

/// `iter()` of an object that only has `__getitem__`.
pub fn sequence_iterator(py: Py<'_>, sequence: &PyObject) -> PyResult<Ref<PyObject>> {
    PySequenceIterator {
        base: PyObject::HEADER,
        it_index: Cell::new(0),
        it_seq: Member::new(sequence.to_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

/// `iter(callable, sentinel)`.
pub fn callable_iterator(py: Py<'_>, callable: &PyObject, sentinel: &PyObject) -> PyResult<Ref<PyObject>> {
    PyCallableIterator {
        base: PyObject::HEADER,
        it_callable: Member::new(callable.to_ref()),
        it_sentinel: Member::new(sentinel.to_ref()),
    }
    .alloc_exact(py)
    .map(Ref::upcast)
}

/// `iterator`.
#[pyclass(name = "iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PySequenceIterator {
    base: PyObject,
    it_index: Cell<isize>,
    it_seq: Member<PyObject>,
}

#[pymethods(class = "iterator")]
impl PySequenceIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(sequence) = self.it_seq.get() else { return Ok(None) };
        let index = self.it_index.get();
        if index == isize::MAX {
            return Err(raise!(py, OverflowError, "iter index too large"));
        }
        match sequence.sequence_item(py, index) {
            Ok(item) => {
                self.it_index.set(index + 1);
                Ok(Some(item))
            }
            Err(raised)
                if py.error_matches(types::IndexError()) || py.error_matches(types::StopIteration()) =>
            {
                py.clear_error(raised);
                drop(self.it_seq.take());
                Ok(None)
            }
            Err(raised) => Err(raised),
        }
    }

    #[pymethod]
    fn __length_hint__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(sequence) = self.it_seq.get() else { return PyInt::new(py, 0).map(Ref::upcast) };
        let has_len = sequence.sequence_slots().is_some_and(|s| s.sq_length.get().is_some())
            || sequence.mapping_slots().is_some_and(|m| m.mp_length.get().is_some());
        if !has_len {
            return Ok(py.not_implemented());
        }
        let left = (sequence.len(py)? - self.it_index.get()).max(0);
        PyInt::new(py, left as i64).map(Ref::upcast)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        match self.it_seq.get() {
            Some(sequence) => {
                let args = PyTuple::from_vec(py, vec![sequence])?;
                let index = PyInt::new(py, self.it_index.get() as i64)?;
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
        if self.it_seq.is_some() {
            self.it_index.set(index.max(0));
        }
        Ok(())
    }
}

/// `callable_iterator`.
#[pyclass(name = "callable_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyCallableIterator {
    base: PyObject,
    it_callable: Member<PyObject>,
    it_sentinel: Member<PyObject>,
}

#[pymethods(class = "callable_iterator")]
impl PyCallableIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(callable) = self.it_callable.get() else { return Ok(None) };
        let result = match callable.call(py, &[]) {
            Ok(r) => r,
            Err(raised) if py.error_matches(types::StopIteration()) => {
                py.clear_error(raised);
                drop((self.it_callable.take(), self.it_sentinel.take()));
                return Ok(None);
            }
            Err(raised) => return Err(raised),
        };
        let Some(sentinel) = self.it_sentinel.get() else { return Ok(None) };
        if sentinel.eq(py, &result)? {
            drop((self.it_callable.take(), self.it_sentinel.take()));
            return Ok(None);
        }
        Ok(Some(result))
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.frame_builtin(id!(py, "iter"))?;
        let args = match (self.it_callable.get(), self.it_sentinel.get()) {
            (Some(callable), Some(sentinel)) => PyTuple::from_vec(py, vec![callable, sentinel])?,
            _ => PyTuple::from_vec(py, vec![PyTuple::empty(py)?.upcast()])?,
        };
        PyTuple::from_vec(py, vec![iter, args.upcast()])
    }
}
