//! `TypeAliasType`: `type X = …` (PEP 695).

#![allow(non_snake_case)]

use super::{PyParamSpec, PyTypeVar, PyTypeVarTuple, evaluated, evaluator, unpack};
use crate::prelude::*;

/// `typealiasobject`.
#[pyclass(module = "typing", name = "TypeAliasType", gc)]
#[repr(C)]
pub struct PyTypeAlias {
    base: PyObject,
    #[pymember("__name__", object, readonly)]
    name: Member<PyObject>,
    type_params: Member<PyTuple>,
    compute_value: Member<PyObject>,
    value: Member<PyObject>,
    module: Member<PyObject>,
}

impl PyTypeAlias {
    pub(super) fn lazy(
        py: Py<'_>,
        name: &PyObject,
        params: &PyObject,
        compute: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        let module = match compute.get_attr_optional(py, id!(py, "__module__"))? {
            Some(module) => Some(module),
            None => py.current_module_name()?,
        };
        PyTypeAlias {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            type_params: Member::from_option(params.downcast::<PyTuple>().map(PyTuple::new_ref)),
            compute_value: Member::new(compute.to_ref()),
            value: Member::empty(),
            module: Member::from_option(module),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }

    fn params(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.type_params.get() {
            Some(params) => Ok(params),
            None => PyTuple::new(py, &[]),
        }
    }
}

/// Type parameters with defaults follow those without.
fn check_params(py: Py<'_>, params: &PyTuple) -> PyResult<()> {
    let mut seen_default = false;
    for param in params.as_slice() {
        let native = param.downcast::<PyTypeVar>().is_some()
            || param.downcast::<PyParamSpec>().is_some()
            || param.downcast::<PyTypeVarTuple>().is_some();
        let default = param.get_attr_optional(py, id!(py, "__default__"))?;
        let Some(default) = default.filter(|_| native || !param.ty().name().is_empty()) else {
            bail!(py, TypeError, "Expected a type param, got {}", param.repr(py)?)
        };
        if default.is(super::PyNoDefault::get()) {
            if seen_default {
                bail!(
                    py,
                    TypeError,
                    "non-default type parameter '{}' follows default type parameter",
                    param.repr(py)?
                )
            }
        } else {
            seen_default = true;
        }
    }
    Ok(())
}

#[pymethods]
impl PyTypeAlias {
    #[new(name = "typealias")]
    #[sig("(name, value, *, type_params=())")]
    fn new(
        py: Py<'_>,
        _cls: &PyType,
        name: &PyStr,
        value: &PyObject,
        type_params: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let params = match type_params {
            None => None,
            Some(params) => match params.downcast::<PyTuple>() {
                Some(params) => {
                    check_params(py, params)?;
                    Some(params.new_ref()).filter(|p| !p.is_empty())
                }
                None => bail!(py, TypeError, "type_params must be a tuple"),
            },
        };
        PyTypeAlias {
            base: PyObject::HEADER,
            name: Member::new(name.to_ref()),
            type_params: Member::from_option(params),
            compute_value: Member::empty(),
            value: Member::new(value.to_ref()),
            module: Member::from_option(py.current_module_name()?),
        }
        .alloc_exact(py)
        .map(Ref::upcast)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.name.get().unwrap_or_else(|| py.none()).str(py)
    }
    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyTuple::from_vec(py, vec![unpack(py, self)?])?.iter(py)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::union::union_of(py, a, b)
    }
    #[slot]
    fn mp_subscript(&self, py: Py<'_>, args: &PyObject) -> PyResult<Ref<PyObject>> {
        if self.type_params.get().is_none() {
            bail!(py, TypeError, "Only generic type aliases are subscriptable")
        }
        crate::objects::generic_alias::class_getitem(py, self, args)
    }
    #[pymethod]
    fn __reduce__(&self) -> Option<Ref<PyObject>> {
        self.name.get()
    }
    #[getter]
    fn __parameters__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let mut items = Vec::new();
        for param in self.params(py)?.as_slice() {
            items.push(match param.downcast_exact::<PyTypeVarTuple>() {
                Some(tuple) => unpack(py, tuple)?,
                None => param.clone(),
            });
        }
        PyTuple::from_vec(py, items)
    }
    #[getter]
    fn __type_params__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.params(py)
    }
    #[getter]
    fn __value__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluated(py, &self.value, &self.compute_value)
    }
    #[getter]
    fn evaluate_value(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        evaluator(py, &self.value, &self.compute_value)
    }
    #[getter]
    fn __module__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if let Some(module) = self.module.get() {
            return Ok(Some(module));
        }
        match self.compute_value.get() {
            Some(function) => function.get_attr_optional(py, id!(py, "__module__")),
            None => Ok(None),
        }
    }
}
