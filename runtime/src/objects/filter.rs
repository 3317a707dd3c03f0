//! `filter`.

use krait_macros::{pyclass, pymethods};

use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyDict, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// `filterobject`.
#[pyclass(name = "filter", basetype, gc)]
#[repr(C)]
pub struct PyFilter {
    base: PyObject,
    func: Member<PyObject>,
    it: Member<PyObject>,
}

fn make(py: Py<'_>, cls: &PyType, func: &PyObject, iterable: &PyObject) -> PyResult<Ref<PyObject>> {
    PyFilter { base: PyObject::HEADER, func: Member::new(func.to_ref()), it: Member::new(iterable.iter(py)?) }
        .alloc(py, cls)
        .map(Ref::upcast)
}

#[pymethods(class = "filter")]
impl PyFilter {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "filter() takes no keyword arguments"));
        }
        let positional = args.positional();
        crate::args::check_positional(py, "filter", positional.len() as isize, 2, 2)?;
        match positional {
            [func, iterable] => make(py, cls, func, iterable),
            _ => Ok(py.none()),
        }
    }

    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let init = |ty: &PyType| ty.tp_init.get().map(|f| f as usize);
        if init(cls) == init(PyFilter::type_object()) {
            crate::args::no_keywords(py, "filter", kwargs)?;
        }
        crate::args::check_positional(py, "filter", args.len() as isize, 2, 2)?;
        match args.as_slice() {
            [func, iterable] => make(py, cls, func, iterable),
            _ => Ok(py.none()),
        }
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let (Some(func), Some(it)) = (self.func.get(), self.it.get()) else { return Ok(None) };
        let by_truth = func.is_none() || func.is(PyBool::type_object());
        while let Some(item) = it.next(py)? {
            let keep = if by_truth { item.is_true(py)? } else { func.call(py, &[&item])?.is_true(py)? };
            if keep {
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let part = |m: &Member<PyObject>| m.get().unwrap_or_else(|| py.none());
        let args = PyTuple::pair(py, part(&self.func), part(&self.it))?;
        PyTuple::new(py, &[self.ty(), &args])
    }
}
