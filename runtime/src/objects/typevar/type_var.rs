//! `TypeVar`.

#![allow(non_snake_case)]

use super::{
    cannot_subclass, default_of, evaluated, evaluator, has_default, note_module, type_check, typing_call,
};
use crate::prelude::*;

/// `typevarobject`.
#[pyclass(module = "typing", name = "TypeVar", gc, dict = dict, heap, immutable)]
#[repr(C)]
pub struct PyTypeVar {
    base: PyObject,
    #[pymember("__name__", object, readonly)]
    name: Member<PyObject>,
    bound: Member<PyObject>,
    evaluate_bound: Member<PyObject>,
    constraints: Member<PyObject>,
    evaluate_constraints: Member<PyObject>,
    default_value: Member<PyObject>,
    pub(super) evaluate_default: Member<PyObject>,
    #[pymember("__covariant__", bool, readonly)]
    covariant: Cell<bool>,
    #[pymember("__contravariant__", bool, readonly)]
    contravariant: Cell<bool>,
    #[pymember("__infer_variance__", bool, readonly)]
    infer_variance: Cell<bool>,
    dict: Member<PyObject>,
    weaklist: WeakList,
}

impl PyTypeVar {
    fn plain(name: &PyObject) -> PyTypeVar {
        PyTypeVar {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            bound: Member::empty(),
            evaluate_bound: Member::empty(),
            constraints: Member::empty(),
            evaluate_constraints: Member::empty(),
            default_value: Member::empty(),
            evaluate_default: Member::empty(),
            covariant: Cell::new(false),
            contravariant: Cell::new(false),
            infer_variance: Cell::new(false),
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
        }
    }

    pub(super) fn lazy(
        py: Py<'_>,
        name: &PyObject,
        bound: Option<&PyObject>,
        constraints: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let made = PyTypeVar::plain(name);
        made.infer_variance.set(true);
        drop(made.evaluate_bound.replace(bound.map(PyObject::to_ref)));
        drop(made.evaluate_constraints.replace(constraints.map(PyObject::to_ref)));
        made.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods]
impl PyTypeVar {
    #[new(name = "typevar")]
    #[sig(
        "(name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        py: Py<'_>,
        _cls: &PyType,
        name: &PyStr,
        constraints: &[&PyObject],
        bound: Option<&PyObject>,
        default: Option<&PyObject>,
        #[default(false)] covariant: bool,
        #[default(false)] contravariant: bool,
        #[default(false)] infer_variance: bool,
    ) -> PyResult<Ref<PyObject>> {
        if covariant && contravariant {
            bail!(py, ValueError, "Bivariant types are not supported.")
        }
        if infer_variance && (covariant || contravariant) {
            bail!(py, ValueError, "Variance cannot be specified with infer_variance.")
        }
        let made = PyTypeVar::plain(name);
        if let Some(bound) = bound.filter(|b| !b.is_none()) {
            made.bound.set(type_check(py, bound, "Bound must be a type.")?);
        }
        match constraints {
            [] => {}
            [_] => bail!(py, TypeError, "A single constraint is not allowed"),
            several => {
                if made.bound.is_some() {
                    bail!(py, TypeError, "Constraints cannot be combined with bound=...")
                }
                made.constraints.set(PyTuple::new(py, several)?.upcast());
            }
        }
        drop(made.default_value.replace(default.map(PyObject::to_ref)));
        made.covariant.set(covariant);
        made.contravariant.set(contravariant);
        made.infer_variance.set(infer_variance);
        let made = made.alloc_exact(py)?;
        note_module(py, &made)?;
        Ok(made.upcast())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = self.name.get().unwrap_or_else(|| py.none()).str(py)?;
        if self.infer_variance.get() {
            return Ok(name);
        }
        let sign = match (self.covariant.get(), self.contravariant.get()) {
            (true, _) => '+',
            (_, true) => '-',
            _ => '~',
        };
        PyStr::new(py, &format!("{sign}{name}"))
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::union::union_of(py, a, b)
    }
    #[pymethod]
    #[sig("($self, arg, /)")]
    fn __typing_subst__(&self, py: Py<'_>, arg: &PyObject) -> PyResult<Ref<PyObject>> {
        typing_call(py, id!(py, "_typevar_subst"), &[self, arg])
    }
    #[pymethod]
    #[sig("($self, alias, args, /)")]
    fn __typing_prepare_subst__(
        &self,
        py: Py<'_>,
        alias: &PyObject,
        args: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        let params = alias.get_attr(py, id!(py, "__parameters__"))?;
        let position = params.collect(py)?.iter().position(|p| p.is(self)).unwrap_or(0);
        let args = args.collect(py)?;
        if position < args.len() {
            return PyTuple::from_vec(py, args).map(Ref::upcast);
        }
        if position == args.len() && has_default(&self.default_value, &self.evaluate_default) {
            let mut args = args;
            args.push(self.__default__(py)?);
            return PyTuple::from_vec(py, args).map(Ref::upcast);
        }
        let alias = alias.str(py)?;
        Err(raise!(
            py,
            TypeError,
            "Too few arguments for {alias}; actual {}, expected at least {}",
            args.len(),
            position + 1
        ))
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
        Err(cannot_subclass(py, "TypeVar"))
    }
    #[getter]
    fn __bound__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluated(py, &self.bound, &self.evaluate_bound)
    }
    #[getter]
    fn __constraints__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match evaluated(py, &self.constraints, &self.evaluate_constraints)? {
            Some(constraints) => Ok(constraints),
            None => PyTuple::new(py, &[]).map(Ref::upcast),
        }
    }
    #[getter]
    fn __default__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        default_of(py, &self.default_value, &self.evaluate_default)
    }
    #[getter(name = "evaluate_bound")]
    fn bound_evaluator(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluator(py, &self.bound, &self.evaluate_bound)
    }
    #[getter(name = "evaluate_constraints")]
    fn constraints_evaluator(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluator(py, &self.constraints, &self.evaluate_constraints)
    }
    #[getter(name = "evaluate_default")]
    fn default_evaluator(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluator(py, &self.default_value, &self.evaluate_default)
    }
}
