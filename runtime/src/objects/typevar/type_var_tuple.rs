//! `TypeVarTuple`.

#![allow(non_snake_case)]

use super::{cannot_subclass, default_of, evaluator, has_default, note_module, typing_call, unpack};
use crate::prelude::*;

/// `typevartupleobject`.
#[pyclass(module = "typing", name = "TypeVarTuple", gc, dict = dict, heap, immutable)]
#[repr(C)]
pub struct PyTypeVarTuple {
    base: PyObject,
    #[pymember("__name__", object, readonly)]
    name: Member<PyObject>,
    default_value: Member<PyObject>,
    pub(super) evaluate_default: Member<PyObject>,
    dict: Member<PyObject>,
    weaklist: WeakList,
}

impl PyTypeVarTuple {
    fn plain(name: &PyObject) -> PyTypeVarTuple {
        PyTypeVarTuple {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            default_value: Member::empty(),
            evaluate_default: Member::empty(),
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
        }
    }

    pub(super) fn lazy(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        PyTypeVarTuple::plain(name).alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods]
impl PyTypeVarTuple {
    #[new(name = "typevartuple")]
    #[sig("(name, *, default=NoDefault)")]
    fn new(py: Py<'_>, _cls: &PyType, name: &PyStr, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let made = PyTypeVarTuple::plain(name);
        drop(made.default_value.replace(default.map(PyObject::to_ref)));
        let made = made.alloc_exact(py)?;
        note_module(py, &made)?;
        Ok(made.upcast())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.name.get().unwrap_or_else(|| py.none()).str(py)
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyTuple::from_vec(py, vec![unpack(py, self)?])?.iter(py)
    }
    #[pymethod]
    #[sig("($self, arg, /)")]
    fn __typing_subst__(&self, py: Py<'_>, _arg: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(raise!(py, TypeError, "Substitution of bare TypeVarTuple is not supported"))
    }
    #[pymethod]
    #[sig("($self, alias, args, /)")]
    fn __typing_prepare_subst__(
        &self,
        py: Py<'_>,
        alias: &PyObject,
        args: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        typing_call(py, id!(py, "_typevartuple_prepare_subst"), &[self, alias, args])
    }
    #[pymethod]
    fn __reduce__(&self) -> Option<Ref<PyObject>> {
        self.name.get()
    }
    #[pymethod]
    fn has_default(&self) -> bool {
        has_default(&self.default_value, &self.evaluate_default)
    }
    #[pymethod]
    #[sig("($self, bases, /)")]
    fn __mro_entries__(&self, py: Py<'_>, _bases: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(cannot_subclass(py, "TypeVarTuple"))
    }
    #[getter]
    fn __default__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        default_of(py, &self.default_value, &self.evaluate_default)
    }
    #[getter(name = "evaluate_default")]
    fn default_evaluator(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluator(py, &self.default_value, &self.evaluate_default)
    }
}
