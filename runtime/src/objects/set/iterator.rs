//! `set_iterator`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::PySet;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::{PyList, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `set_iterator`.
#[pyclass(name = "set_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PySetIterator {
    base: PyObject,
    /// A set or frozenset; empty once exhausted.
    set: Member<PySet>,
    used: Cell<isize>,
    position: Cell<usize>,
    left: Cell<isize>,
}

impl PySetIterator {
    /// An iterator at the start of `set`.
    pub fn over(py: Py<'_>, set: &PySet) -> PyResult<Ref<PyObject>> {
        PySetIterator {
            base: PyObject::HEADER,
            set: Member::new(set.new_ref()),
            used: set.used.clone(),
            position: Cell::new(0),
            left: set.used.clone(),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    /// The next element; `None` at the end, and where the set has changed.
    #[inline(always)]
    pub fn next_plain(&self) -> Option<Ref<PyObject>> {
        // SAFETY: nothing runs until the element is taken.
        let set = unsafe { self.set.borrow() }?;
        if set.used.get() != self.used.get() {
            return None;
        }
        let mut position = self.position.get();
        let entry = set.next_entry(&mut position);
        // Also at the end, which may be far behind the last element.
        self.position.set(position);
        let (key, _) = entry?;
        self.left.set(self.left.get() - 1);
        Some(key)
    }
}

#[pymethods(class = "set_iterator")]
impl PySetIterator {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(key) = self.next_plain() {
            return Ok(Some(key));
        }
        let Some(set) = self.set.get() else { return Ok(None) };
        if set.used.get() != self.used.get() {
            self.used.set(-1);
            return Err(raise!(py, RuntimeError, "Set changed size during iteration"));
        }
        drop(self.set.take());
        Ok(None)
    }

    #[pymethod]
    fn __length_hint__(&self, _py: Py<'_>) -> isize {
        match self.set.get() {
            Some(set) if set.used.get() == self.used.get() => self.left.get(),
            _ => 0,
        }
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let rest = PySetIterator {
            base: PyObject::HEADER,
            set: Member::from_option(self.set.get()),
            used: self.used.clone(),
            position: self.position.clone(),
            left: self.left.clone(),
        }
        .alloc_exact(py)?;
        let items = PyList::from_vec(py, rest.as_object().collect(py)?)?;
        let iter = py.frame_builtin(id!(py, "iter"))?;
        PyTuple::from_vec(py, vec![iter, PyTuple::from_vec(py, vec![items.upcast()])?.upcast()])
    }
}
