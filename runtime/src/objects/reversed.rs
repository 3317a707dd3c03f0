//! `reversed`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::args::Args;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyDict, PyInt, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `reversedobject`.
#[pyclass(name = "reversed", basetype, gc)]
#[repr(C)]
pub struct PyReversed {
    base: PyObject,
    index: Cell<isize>,
    seq: Member<PyObject>,
}

fn make(py: Py<'_>, cls: &PyType, sequence: &PyObject) -> PyResult<Ref<PyObject>> {
    let method = sequence.lookup_special(py, id!(py, "__reversed__"))?;
    match method {
        Some(m) if m.is_none() => {
            return Err(raise!(py, TypeError, "'{}' object is not reversible", sequence.ty().name()));
        }
        Some(m) => return m.call(py, &[]),
        None => {}
    }
    if !sequence.is_sequence() {
        return Err(raise!(py, TypeError, "'{}' object is not reversible", sequence.ty().name()));
    }
    let n = sequence.len(py)?;
    PyReversed { base: PyObject::HEADER, index: Cell::new(n - 1), seq: Member::new(sequence.to_ref()) }
        .alloc(py, cls)
        .map(Ref::upcast)
}

#[pymethods(class = "reversed")]
impl PyReversed {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "reversed() takes no keyword arguments"));
        }
        crate::args::check_positional(py, "reversed", args.positional().len() as isize, 1, 1)?;
        match args.positional() {
            [sequence] => make(py, cls, sequence),
            _ => Ok(py.none()),
        }
    }

    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, PyReversed::type_object()) {
            crate::args::no_keywords(py, "reversed", kwargs)?;
        }
        crate::args::check_positional(py, "reversed", args.len() as isize, 1, 1)?;
        match args.as_slice() {
            [sequence] => make(py, cls, sequence),
            _ => Ok(py.none()),
        }
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let index = self.index.get();
        let Some(sequence) = self.seq.get() else { return Ok(None) };
        if index >= 0 {
            match sequence.sequence_item(py, index) {
                Ok(item) => {
                    self.index.set(index - 1);
                    return Ok(Some(item));
                }
                Err(raised)
                    if py.error_matches(types::IndexError()) || py.error_matches(types::StopIteration()) =>
                {
                    py.clear_error(raised);
                }
                Err(raised) => return Err(raised),
            }
        }
        self.index.set(-1);
        drop(self.seq.take());
        Ok(None)
    }

    #[pymethod]
    fn __length_hint__(&self, py: Py<'_>) -> PyResult<isize> {
        let Some(sequence) = self.seq.get() else { return Ok(0) };
        let left = self.index.get() + 1;
        Ok(if sequence.len(py)? < left { 0 } else { left })
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.seq.get() {
            Some(sequence) => {
                let args = PyTuple::from_vec(py, vec![sequence])?;
                let index = PyInt::new(py, self.index.get() as i64)?;
                PyTuple::new(py, &[self.ty(), &args, &index])
            }
            None => {
                let args = PyTuple::from_vec(py, vec![PyTuple::empty(py)?.upcast()])?;
                PyTuple::new(py, &[self.ty(), &args])
            }
        }
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let index: isize = crate::args::extract(py, state, "__setstate__", 0)?;
        if let Some(sequence) = self.seq.get() {
            self.index.set(index.clamp(-1, sequence.len(py)? - 1));
        }
        Ok(())
    }
}
