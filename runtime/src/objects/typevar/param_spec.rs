//! `ParamSpec` and its `args` and `kwargs`.

#![allow(non_snake_case)]

use super::{cannot_subclass, default_of, evaluator, has_default, note_module, typing_call};
use crate::prelude::*;

/// `paramspecobject`.
#[pyclass(module = "typing", name = "ParamSpec", gc, dict = dict, heap, immutable)]
#[repr(C)]
pub struct PyParamSpec {
    base: PyObject,
    #[pymember("__name__", object, readonly)]
    name: Member<PyObject>,
    #[pymember("__bound__", object, readonly)]
    bound: Member<PyObject>,
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

impl PyParamSpec {
    fn plain(name: &PyObject) -> PyParamSpec {
        PyParamSpec {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            bound: Member::empty(),
            default_value: Member::empty(),
            evaluate_default: Member::empty(),
            covariant: Cell::new(false),
            contravariant: Cell::new(false),
            infer_variance: Cell::new(false),
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
        }
    }

    pub(super) fn lazy(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        let made = PyParamSpec::plain(name);
        made.infer_variance.set(true);
        made.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods]
impl PyParamSpec {
    #[new(name = "paramspec")]
    #[sig(
        "(name, *, bound=None, default=NoDefault, covariant=False, contravariant=False, infer_variance=False)"
    )]
    fn new(
        py: Py<'_>,
        _cls: &PyType,
        name: &PyStr,
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
        let made = PyParamSpec::plain(name);
        if let Some(bound) = bound.filter(|b| !b.is_none()) {
            made.bound.set(bound.to_ref());
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
        typing_call(py, id!(py, "_paramspec_subst"), &[self, arg])
    }
    #[pymethod]
    #[sig("($self, alias, args, /)")]
    fn __typing_prepare_subst__(
        &self,
        py: Py<'_>,
        alias: &PyObject,
        args: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        typing_call(py, id!(py, "_paramspec_prepare_subst"), &[self, alias, args])
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
        Err(cannot_subclass(py, "ParamSpec"))
    }
    #[getter]
    fn args(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyParamSpecArgs {
            base: PyObject::HEADER,
            origin: Member::new(self.to_ref()),
            weaklist: WeakList::EMPTY,
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
    #[getter]
    fn kwargs(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyParamSpecKwargs {
            base: PyObject::HEADER,
            origin: Member::new(self.to_ref()),
            weaklist: WeakList::EMPTY,
        }
        .alloc_exact(py)
        .map(Ref::upcast)
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

macro_rules! half {
    ($(#[$doc:meta])* $ty:ident, $name:literal, $suffix:literal) => {
        $(#[$doc])*
        #[pyclass(module = "typing", name = $name, gc, heap, immutable)]
        #[repr(C)]
        pub struct $ty {
            base: PyObject,
            #[pymember("__origin__", object, readonly)]
            origin: Member<PyObject>,
            weaklist: WeakList,
        }

        #[pymethods(class = $name)]
        impl $ty {
            #[new]
            #[sig("(origin)")]
            fn new(py: Py<'_>, _cls: &PyType, origin: &PyObject) -> PyResult<Ref<PyObject>> {
                $ty { base: PyObject::HEADER, origin: Member::new(origin.to_ref()), weaklist: WeakList::EMPTY }
                    .alloc_exact(py)
                    .map(Ref::upcast)
            }
            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                let origin = self.origin.get().unwrap_or_else(|| py.none());
                let shown = match origin.downcast_exact::<PyParamSpec>() {
                    Some(spec) => spec.name.get().unwrap_or_else(|| py.none()).str(py)?,
                    None => origin.repr(py)?,
                };
                PyStr::new(py, &format!("{shown}.{}", $suffix))
            }
            #[slot]
            fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
                let (Some(other), true) =
                    (other.downcast_exact::<$ty>(), matches!(op, CompareOp::Eq | CompareOp::Ne))
                else {
                    return Ok(py.not_implemented());
                };
                match (self.origin.get(), other.origin.get()) {
                    (Some(a), Some(b)) => a.rich_compare(py, &b, op),
                    _ => Ok(py.not_implemented()),
                }
            }
            #[pymethod]
            #[sig("($self, object, /)")]
            fn __mro_entries__(&self, py: Py<'_>, _bases: &PyObject) -> PyResult<Ref<PyObject>> {
                Err(cannot_subclass(py, $name))
            }
        }
    };
}
half! {
    /// `P.args`.
    PyParamSpecArgs, "ParamSpecArgs", "args"
}
half! {
    /// `P.kwargs`.
    PyParamSpecKwargs, "ParamSpecKwargs", "kwargs"
}
