//! Doors to neighbouring files that are being written: each raises a clear error until its file stands, and goes away then.

use krait_runtime::objects::{PyDict, PyStr, PyTuple};
use krait_runtime::{Py, PyObject, PyResult, Raised, Ref, raise};

use crate::objects::function::PyFunction;

#[cold]
fn missing(py: Py<'_>, what: &str) -> Raised {
    raise!(py, SystemError, "{what}: not available in this build")
}

macro_rules! missing {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $ret:ty = $what:literal;)*) => { $(
        pub(crate) fn $name(py: Py<'_>, $($arg: $ty),*) -> PyResult<$ret> { $(let _ = $arg;)* Err(missing(py, $what)) }
    )* };
}

missing! {
    build_interpolation(value: &PyObject, text: &PyObject, conversion: i32, format: Option<&PyObject>) -> Ref<PyObject> = "template strings";
    build_template(strings: &PyTuple, interpolations: &PyTuple) -> Ref<PyObject> = "template strings";
    typevar_1(which: krait_bytecode::Intrinsic1, value: &PyObject) -> Ref<PyObject> = "type parameters";
    typevar_2(which: krait_bytecode::Intrinsic2, a: &PyObject, b: &PyObject) -> Ref<PyObject> = "type parameters";
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

pub(crate) fn run_scheduled_gc(_py: Py<'_>) {}

pub(crate) fn hand_over_gil(_py: Py<'_>) {}
