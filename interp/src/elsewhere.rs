//! Doors to what instructions need of neighbouring files: imports, generators, type parameters, template strings.

use krait_runtime::objects::{PyDict, PyStr, PyTuple, template, typevar};
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use crate::objects::function::PyFunction;

pub(crate) fn build_interpolation(
    py: Py<'_>,
    value: &PyObject,
    text: &PyObject,
    conversion: i32,
    format: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    template::build_interpolation(py, value, text, conversion, format)
}

pub(crate) fn build_template(
    py: Py<'_>,
    strings: &PyTuple,
    interpolations: &PyTuple,
) -> PyResult<Ref<PyObject>> {
    template::build_template(py, strings, interpolations)
}

pub(crate) fn typevar_1(
    py: Py<'_>,
    which: krait_bytecode::Intrinsic1,
    value: &PyObject,
) -> PyResult<Ref<PyObject>> {
    use krait_bytecode::Intrinsic1;
    match which {
        Intrinsic1::TypeVar => typevar::make_type_var(py, value, None, None),
        Intrinsic1::ParamSpec => typevar::make_param_spec(py, value),
        Intrinsic1::TypeVarTuple => typevar::make_type_var_tuple(py, value),
        Intrinsic1::SubscriptGeneric => typevar::subscript_generic(py, value),
        Intrinsic1::TypeAlias => typevar::make_type_alias(py, value),
        _ => Err(raise!(py, SystemError, "no intrinsic of type parameters")),
    }
}

pub(crate) fn typevar_2(
    py: Py<'_>,
    which: krait_bytecode::Intrinsic2,
    a: &PyObject,
    b: &PyObject,
) -> PyResult<Ref<PyObject>> {
    use krait_bytecode::Intrinsic2;
    match which {
        Intrinsic2::TypeVarWithBound => typevar::make_type_var(py, a, Some(b), None),
        Intrinsic2::TypeVarWithConstraints => typevar::make_type_var(py, a, None, Some(b)),
        Intrinsic2::SetTypeParamDefault => typevar::set_default(py, a, b),
        _ => Err(raise!(py, SystemError, "no intrinsic of type parameters")),
    }
}

pub(crate) fn import_name(
    py: Py<'_>,
    builtins: &PyObject,
    globals: &PyDict,
    locals: Option<&PyObject>,
    name: &PyStr,
    from_list: &PyObject,
    level: &PyObject,
) -> PyResult<Ref<PyObject>> {
    crate::import::import_name(py, builtins, globals, locals, name, from_list, level)
}

pub(crate) fn import_from(py: Py<'_>, module: &PyObject, name: &PyStr) -> PyResult<Ref<PyObject>> {
    crate::import::import_from(py, module, name)
}

pub(crate) fn make_generator(py: Py<'_>, function: &PyFunction) -> PyResult<Ref<PyObject>> {
    crate::objects::generator::PyGen::make(py, function).map(Ref::upcast)
}

pub(crate) fn awaitable_iter(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    crate::objects::coroutine::awaitable_iter(py, value)
}

pub(crate) fn get_anext(py: Py<'_>, iterator: &PyObject) -> PyResult<Ref<PyObject>> {
    crate::objects::async_generator::get_anext(py, iterator)
}

pub(crate) fn async_gen_wrap(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    crate::objects::async_generator::WrappedValue::new(py, value.to_ref()).map(Ref::upcast)
}

pub(crate) fn is_awaited_already(coroutine: &crate::objects::generator::PyCoroutine) -> bool {
    coroutine.as_gen().yield_from().is_some()
}

pub(crate) fn run_scheduled_gc(py: Py<'_>) {
    krait_runtime::gc::collect_scheduled(py);
}

pub(crate) fn hand_over_gil(py: Py<'_>) {
    py.yield_gil();
}
