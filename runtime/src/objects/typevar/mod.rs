//! Type parameters (PEP 484, 612, 646, 695, 696): `type_var.rs`, `param_spec.rs`, `type_var_tuple.rs`, `type_alias.rs`, and
//! `generic.rs` with `Generic`, `NoDefault` and evaluators of constants. Here: what they share, and what bytecode calls.

pub mod generic;
pub mod param_spec;
pub mod type_alias;
pub mod type_var;
pub mod type_var_tuple;

pub use generic::{PyConstEvaluator, PyGeneric, PyNoDefault};
pub use param_spec::{PyParamSpec, PyParamSpecArgs, PyParamSpecKwargs};
pub use type_alias::PyTypeAlias;
pub use type_var::PyTypeVar;
pub use type_var_tuple::PyTypeVarTuple;

use crate::prelude::*;

/// Says in the classes' own dicts that they are of `typing`: instances made by syntax have no `__module__` of their own and find that one.
pub fn finish(py: Py<'_>) -> PyResult<()> {
    let module = PyStr::new(py, "typing")?;
    let classes = [
        PyTypeVar::type_object(),
        PyParamSpec::type_object(),
        PyParamSpecArgs::type_object(),
        PyParamSpecKwargs::type_object(),
        PyTypeVarTuple::type_object(),
    ];
    for class in classes {
        if let Some(dict) = class.dict() {
            dict.set(py, id!(py, "__module__"), &module)?;
        }
    }
    Ok(())
}

/// True for `type X = …` aliases and type parameters, which may stand in unions.
pub fn is_type_alias(object: &PyObject) -> bool {
    object.downcast::<PyTypeAlias>().is_some()
}

/// True for `TypeVarTuple` objects.
pub fn is_type_var_tuple(object: &PyObject) -> bool {
    object.downcast::<PyTypeVarTuple>().is_some()
}

/// `typing.function(*args)`.
pub(crate) fn typing_call(py: Py<'_>, function: &PyStr, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
    let typing = py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "typing")])?;
    typing.get_attr(py, function)?.call(py, args)
}

/// `typing._type_check(object, message)`; types and the like pass at once.
pub(crate) fn type_check(py: Py<'_>, object: &PyObject, message: &str) -> PyResult<Ref<PyObject>> {
    if object.is_none() {
        return Ok(PyNone::type_object().to_ref());
    }
    if object.downcast::<PyType>().is_some() {
        return Ok(object.to_ref());
    }
    typing_call(py, id!(py, "_type_check"), &[object, &*PyStr::new(py, message)?])
}

/// A value that may be computed later: by a function called with the format number 1 (VALUE).
pub(crate) fn evaluated(
    py: Py<'_>,
    value: &Member<PyObject>,
    evaluate: &Member<PyObject>,
) -> PyResult<Option<Ref<PyObject>>> {
    if let Some(known) = value.get() {
        return Ok(Some(known));
    }
    let Some(evaluate) = evaluate.get() else { return Ok(None) };
    let result = evaluate.call(py, &[&*PyInt::new(py, 1)?])?;
    value.set(result.clone());
    Ok(Some(result))
}

/// The function behind `evaluate_bound` and kin: the compiler's, or one around a constant.
pub(crate) fn evaluator(
    py: Py<'_>,
    value: &Member<PyObject>,
    evaluate: &Member<PyObject>,
) -> PyResult<Option<Ref<PyObject>>> {
    if let Some(function) = evaluate.get() {
        return Ok(Some(function));
    }
    match value.get() {
        Some(value) => PyConstEvaluator::new(py, &value).map(Some),
        None => Ok(None),
    }
}

/// `__default__`.
pub(crate) fn default_of(
    py: Py<'_>,
    value: &Member<PyObject>,
    evaluate: &Member<PyObject>,
) -> PyResult<Ref<PyObject>> {
    match evaluated(py, value, evaluate)? {
        Some(value) => Ok(value),
        None => Ok(PyNoDefault::get().to_ref()),
    }
}

/// `has_default()`.
pub(crate) fn has_default(value: &Member<PyObject>, evaluate: &Member<PyObject>) -> bool {
    evaluate.is_some() || value.get().is_some_and(|v| !v.is(PyNoDefault::get()))
}

/// Notes the module that makes a type parameter.
pub(crate) fn note_module(py: Py<'_>, object: &PyObject) -> PyResult<()> {
    let module = py.current_module_name()?;
    object.set_attr(py, id!(py, "__module__"), module.as_deref().unwrap_or(PyNone::get()))
}

/// `__mro_entries__` of type parameters.
pub(crate) fn cannot_subclass(py: Py<'_>, what: &str) -> Raised {
    raise!(py, TypeError, "Cannot subclass an instance of {what}")
}

/// INTRINSIC_TYPEVAR and its two forms with a bound or constraints to be evaluated later.
pub fn make_type_var(
    py: Py<'_>,
    name: &PyObject,
    bound: Option<&PyObject>,
    constraints: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    PyTypeVar::lazy(py, name, bound, constraints)
}

/// INTRINSIC_PARAMSPEC.
pub fn make_param_spec(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
    PyParamSpec::lazy(py, name)
}

/// INTRINSIC_TYPEVARTUPLE.
pub fn make_type_var_tuple(py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
    PyTypeVarTuple::lazy(py, name)
}

/// INTRINSIC_TYPEALIAS: a tuple of name, type parameters (or None) and evaluator.
pub fn make_type_alias(py: Py<'_>, parts: &PyObject) -> PyResult<Ref<PyObject>> {
    let parts = parts.downcast::<PyTuple>();
    match parts.map(|p| (p.get(0), p.get(1), p.get(2))) {
        Some((Some(name), Some(params), Some(compute))) => PyTypeAlias::lazy(py, name, params, compute),
        _ => Err(raise!(py, SystemError, "a type alias needs a name, parameters and a value")),
    }
}

/// INTRINSIC_SET_TYPEPARAM_DEFAULT.
pub fn set_default(py: Py<'_>, parameter: &PyObject, evaluate: &PyObject) -> PyResult<Ref<PyObject>> {
    let field = if let Some(p) = parameter.downcast_exact::<PyTypeVar>() {
        &p.evaluate_default
    } else if let Some(p) = parameter.downcast_exact::<PyParamSpec>() {
        &p.evaluate_default
    } else if let Some(p) = parameter.downcast_exact::<PyTypeVarTuple>() {
        &p.evaluate_default
    } else {
        bail!(py, TypeError, "Expected a type param, got {}", parameter.repr(py)?)
    };
    field.set(evaluate.to_ref());
    Ok(parameter.to_ref())
}

/// INTRINSIC_SUBSCRIPT_GENERIC: `Generic[*params]`.
pub fn subscript_generic(py: Py<'_>, params: &PyObject) -> PyResult<Ref<PyObject>> {
    let mut unpacked = Vec::new();
    for param in params.collect(py)? {
        unpacked.push(match param.downcast_exact::<PyTypeVarTuple>() {
            Some(tuple) => unpack(py, tuple)?,
            None => param,
        });
    }
    let args = PyTuple::from_vec(py, unpacked)?;
    typing_call(py, id!(py, "_GenericAlias"), &[PyGeneric::type_object(), &args])
}

/// `typing.Unpack[parameter]`.
pub(crate) fn unpack(py: Py<'_>, parameter: &PyObject) -> PyResult<Ref<PyObject>> {
    let typing = py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "typing")])?;
    typing.get_attr(py, id!(py, "Unpack"))?.get_item(py, parameter)
}
