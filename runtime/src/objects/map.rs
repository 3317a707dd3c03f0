//! `map`.

use core::cell::Cell;

use krait_macros::{pyclass, pymethods};

use super::zip::{check_ends, iterators, strict_of};
use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyDict, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, Ref};

/// `mapobject`.
#[pyclass(name = "map", basetype, gc)]
#[repr(C)]
pub struct PyMap {
    base: PyObject,
    iters: Member<PyTuple>,
    func: Member<PyObject>,
    strict: Cell<bool>,
}

fn make(py: Py<'_>, cls: &PyType, args: &[&PyObject], strict: bool) -> PyResult<Ref<PyObject>> {
    let [func, items @ ..] = args else {
        return Err(raise!(py, TypeError, "map() must have at least two arguments."));
    };
    if items.is_empty() {
        return Err(raise!(py, TypeError, "map() must have at least two arguments."));
    }
    let iters = iterators(py, items)?;
    PyMap {
        base: PyObject::HEADER,
        iters: Member::new(iters),
        func: Member::new(func.to_ref()),
        strict: Cell::new(strict),
    }
    .alloc(py, cls)
    .map(Ref::upcast)
}

#[pymethods(class = "map")]
impl PyMap {
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let strict = strict_of(py, args, "map")?;
        make(py, cls, args.positional(), strict)
    }

    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let mut strict = false;
        for (name, value) in kwargs.map(PyDict::items_snapshot).unwrap_or_default() {
            match name.downcast::<PyStr>() {
                Some(n) if n.eq_str("strict") => strict = value.is_true(py)?,
                Some(n) => {
                    return Err(raise!(py, TypeError, "map() got an unexpected keyword argument '{n}'"));
                }
                None => return Err(raise!(py, TypeError, "keywords must be strings")),
            }
        }
        let args: Vec<&PyObject> = args.as_slice().iter().map(|a| &**a).collect();
        make(py, cls, &args, strict)
    }

    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let (Some(iters), Some(func)) = (self.iters.get(), self.func.get()) else { return Ok(None) };
        if let [only] = iters.as_slice() {
            return match only.next(py)? {
                Some(item) => func.call(py, &[&item]).map(Some),
                None => Ok(None),
            };
        }
        let mut items = Vec::with_capacity(iters.len());
        for (i, iterator) in iters.as_slice().iter().enumerate() {
            match iterator.next(py)? {
                Some(item) => items.push(item),
                None => {
                    if self.strict.get() {
                        check_ends(py, &iters, i, "map")?;
                    }
                    return Ok(None);
                }
            }
        }
        let args: Vec<&PyObject> = items.iter().map(|i| &**i).collect();
        func.call(py, &args).map(Some)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let mut args = vec![self.func.get().unwrap_or_else(|| py.none())];
        if let Some(iters) = self.iters.get() {
            args.extend(iters.as_slice().iter().cloned());
        }
        let args = PyTuple::from_vec(py, args)?;
        if self.strict.get() {
            return PyTuple::new(py, &[self.ty(), &args, PyBool::get(true)]);
        }
        PyTuple::new(py, &[self.ty(), &args])
    }

    #[pymethod]
    fn __setstate__(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        self.strict.set(state.is_true(py)?);
        Ok(())
    }
}
