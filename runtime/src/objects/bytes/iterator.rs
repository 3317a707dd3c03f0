//! `bytes_iterator`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::PyBytes;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyInt, PyTuple};
use crate::py::Py;
use crate::reference::{Member, PyClass, Ref};

/// Iterates over `bytes`.
#[pyclass(name = "bytes_iterator", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyBytesIterator {
    base: PyObject,
    index: Cell<isize>,
    bytes: Member<PyBytes>,
}

#[pymethods]
impl PyBytesIterator {
    #[slot]
    fn tp_iter(&self) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // SAFETY: the field is only emptied below, after the last use.
        let Some(bytes) = (unsafe { self.bytes.borrow() }) else { return Ok(None) };
        let index = self.index.get();
        match bytes.as_bytes().get(index as usize) {
            Some(b) => {
                self.index.set(index + 1);
                PyInt::new(py, i64::from(*b)).map(|n| Some(n.upcast()))
            }
            None => {
                drop(self.bytes.take());
                Ok(None)
            }
        }
    }

    #[pymethod]
    fn __length_hint__(&self) -> isize {
        // SAFETY: nothing runs meanwhile.
        unsafe { self.bytes.borrow() }.map_or(0, |b| (b.len() as isize - self.index.get()).max(0))
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let iter = py.builtin(crate::id!(py, "iter"))?;
        match self.bytes.get() {
            Some(bytes) => {
                let args = PyTuple::new(py, &[&bytes])?;
                let index = PyInt::new(py, self.index.get() as i64)?;
                PyTuple::new(py, &[&iter, &args, &index])
            }
            None => {
                let nothing = PyTuple::new(py, &[])?;
                let args = PyTuple::new(py, &[&nothing])?;
                PyTuple::new(py, &[&iter, &args])
            }
        }
    }

    #[pymethod]
    fn __setstate__(&self, _py: Py<'_>, state: isize) {
        // SAFETY: nothing runs meanwhile.
        if let Some(bytes) = unsafe { self.bytes.borrow() } {
            self.index.set(state.clamp(0, bytes.len() as isize));
        }
    }
}

/// `iter(bytes)`.
pub(super) fn iter(py: Py<'_>, bytes: &PyBytes) -> PyResult<Ref<PyObject>> {
    PyBytesIterator { base: PyObject::HEADER, index: Cell::new(0), bytes: Member::new(bytes.new_ref()) }
        .alloc_exact(py)
        .map(Ref::upcast)
}
