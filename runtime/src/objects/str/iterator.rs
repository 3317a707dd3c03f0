//! The two iterators over strings: one for ASCII strings, one for all others.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::PyStr;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyTuple;
use crate::py::Py;
use crate::reference::{Member, PyClass, Ref};

macro_rules! iterator {
    ($(#[$doc:meta])* $ty:ident, $name:literal) => {
        $(#[$doc])*
        #[pyclass(name = $name, gc, disallow_instantiation)]
        #[repr(C)]
        pub struct $ty {
            base: PyObject,
            index: Cell<isize>,
            text: Member<PyStr>,
        }

        #[pymethods(class = $name)]
        impl $ty {
            #[slot]
            fn tp_iter(&self) -> Ref<PyObject> {
                self.to_ref()
            }

            #[slot]
            fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
                // SAFETY: `text` is only emptied below, after the last use.
                let Some(text) = (unsafe { self.text.borrow() }) else { return Ok(None) };
                let index = self.index.get();
                match text.code_point(index as usize) {
                    Some(c) => {
                        self.index.set(index + 1);
                        PyStr::from_char(py, c).map(|s| Some(s.upcast()))
                    }
                    None => {
                        drop(self.text.take());
                        Ok(None)
                    }
                }
            }

            #[pymethod]
            fn __length_hint__(&self) -> isize {
                // SAFETY: nothing runs meanwhile.
                unsafe { self.text.borrow() }.map_or(0, |s| (s.len() as isize - self.index.get()).max(0))
            }

            #[pymethod]
            fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
                let iter = py.builtin(crate::id!(py, "iter"))?;
                match self.text.get() {
                    Some(text) => {
                        let args = PyTuple::new(py, &[&text])?;
                        let index = crate::objects::PyInt::new(py, self.index.get() as i64)?;
                        PyTuple::new(py, &[&iter, &args, &index])
                    }
                    None => {
                        let empty = PyTuple::new(py, &[&PyStr::empty()])?;
                        PyTuple::new(py, &[&iter, &empty])
                    }
                }
            }

            #[pymethod]
            fn __setstate__(&self, _py: Py<'_>, state: isize) {
                // SAFETY: nothing runs meanwhile.
                if let Some(text) = unsafe { self.text.borrow() } {
                    self.index.set(state.clamp(0, text.len() as isize));
                }
            }
        }
    };
}

iterator! {
    /// Iterates over an ASCII string.
    PyStrAsciiIterator, "str_ascii_iterator"
}
iterator! {
    /// Iterates over any other string.
    PyStrIterator, "str_iterator"
}

/// `iter(str)`.
pub(super) fn iter(py: Py<'_>, s: &PyStr) -> PyResult<Ref<PyObject>> {
    let (base, index, text) = (PyObject::HEADER, Cell::new(0), Member::new(s.new_ref()));
    if s.is_ascii() {
        PyStrAsciiIterator { base, index, text }.alloc_exact(py).map(Ref::upcast)
    } else {
        PyStrIterator { base, index, text }.alloc_exact(py).map(Ref::upcast)
    }
}
