//! `enumerate`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyInt, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, Ref};

/// `enumobject`.
#[pyclass(name = "enumerate", basetype, gc)]
#[repr(C)]
pub struct PyEnumerate {
    base: PyObject,
    /// The next index while it fits a machine word.
    en_index: Cell<isize>,
    en_sit: Member<PyObject>,
    /// The last result, given again while nobody else has it.
    en_result: Member<PyTuple>,
    /// The next index once it no longer fits.
    en_longindex: Member<PyInt>,
    one: Member<PyInt>,
}

#[pymethods(class = "enumerate")]
impl PyEnumerate {
    #[new]
    #[sig("(iterable=<unrepresentable>, start=0)")]
    fn enumerate_new(
        py: Py<'_>,
        cls: &PyType,
        iterable: Option<&PyObject>,
        start: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(iterable) = iterable else {
            return Err(raise!(py, TypeError, "enumerate() missing required argument 'iterable'"));
        };
        let start = match start {
            Some(start) => start.index(py)?,
            None => PyInt::new(py, 0)?,
        };
        let (index, long) = match start.as_i64() {
            Some(n) => (n as isize, None),
            None => (isize::MAX, Some(start)),
        };
        PyEnumerate {
            base: PyObject::HEADER,
            en_index: Cell::new(index),
            en_sit: Member::new(iterable.iter(py)?),
            en_result: Member::empty(),
            en_longindex: Member::from_option(long),
            one: Member::new(PyInt::new(py, 1)?),
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // SAFETY: the iterator is set once and goes when this object does.
        let Some(iterator) = (unsafe { self.en_sit.borrow() }) else { return Ok(None) };
        let Some(item) = iterator.next(py)? else { return Ok(None) };
        let index = self.next_index(py)?;
        PyTuple::next_pair(py, &self.en_result, index.upcast(), item).map(|t| Some(t.upcast()))
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let index = match self.en_longindex.get() {
            Some(n) => n,
            None => PyInt::new(py, self.en_index.get() as i64)?,
        };
        let iterator = self.en_sit.get().unwrap_or_else(|| py.none());
        let args = PyTuple::pair(py, iterator, index.upcast())?;
        PyTuple::pair(py, self.ty().to_ref(), args.upcast())
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}

impl PyEnumerate {
    fn next_index(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        let index = self.en_index.get();
        if index < isize::MAX && !self.en_longindex.is_some() {
            self.en_index.set(index + 1);
            return PyInt::new(py, index as i64);
        }
        let current = match self.en_longindex.get() {
            Some(n) => n,
            None => PyInt::new(py, index as i64)?,
        };
        let next = current.as_object().add(py, &*PyInt::new(py, 1)?)?;
        if let Ok(next) = next.downcast_into() {
            self.en_longindex.set(next);
        }
        Ok(current)
    }
}
