//! Internal functions with a number: `CALL_INTRINSIC_1`, `CALL_INTRINSIC_2`, and the objects of `LOAD_COMMON_CONSTANT`.

use krait_bytecode::{CodeFlags, Intrinsic1, Intrinsic2};
use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::objects::{PyDict, PyList, PyStr, PyTuple};
use krait_runtime::{Member, Py, PyClass, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// The object of `LOAD_COMMON_CONSTANT`.
#[inline(never)]
pub(crate) fn common_constant(py: Py<'_>, oparg: u32) -> PyResult<Ref<PyObject>> {
    let kept = |place: &Member<PyObject>| {
        place.get().ok_or_else(|| raise!(py, SystemError, "common constant {oparg} is not set"))
    };
    match oparg {
        0 => Ok(types::AssertionError().to_ref()),
        1 => Ok(types::NotImplementedError().to_ref()),
        2 => Ok(PyTuple::type_object().to_ref()),
        3 => kept(&py.interp().common_all),
        4 => kept(&py.interp().common_any),
        _ => Err(raise!(py, SystemError, "unknown common constant {oparg}")),
    }
}

/// `sys.displayhook(value)`: what an expression statement does in interactive code.
fn print_expression(py: Py<'_>, value: &PyObject) -> PyResult<Ref<PyObject>> {
    let hook = match py.interp().sysdict.get().as_deref().and_then(|d| d.downcast::<PyDict>()) {
        Some(dict) => dict.get_str(py, krait_runtime::id!(py, "displayhook"))?,
        None => None,
    };
    match hook {
        Some(hook) => hook.call(py, &[value]),
        None => Err(raise!(py, RuntimeError, "lost sys.displayhook")),
    }
}

/// `from module import *` into the frame's namespace.
fn import_star(py: Py<'_>, module: &PyObject, namespace: &PyObject) -> PyResult<()> {
    let all = module.get_attr_optional(py, krait_runtime::id!(py, "__all__"))?;
    let explicit = all.is_some();
    let names = match all {
        Some(all) => all,
        None => match module.get_attr_optional(py, krait_runtime::id!(py, "__dict__"))? {
            Some(dict) => dict.call_method(py, krait_runtime::id!(py, "keys"), &[])?,
            None => {
                return Err(raise!(py, ImportError, "from-import-* object has no __dict__ and no __all__"));
            }
        },
    };
    for name in names.collect(py)? {
        let Some(text) = name.downcast::<PyStr>() else {
            let module_name = module.get_attr(py, krait_runtime::id!(py, "__name__"))?;
            let Some(module_name) = module_name.downcast::<PyStr>() else {
                return Err(raise!(
                    py,
                    TypeError,
                    "module __name__ must be a string, not {}",
                    module_name.ty().name()
                ));
            };
            let (item, what) = if explicit { ("Item", "__all__") } else { ("Key", "__dict__") };
            return Err(raise!(
                py,
                TypeError,
                "{item} in {module_name}.{what} must be str, not {}",
                name.ty().name()
            ));
        };
        if !explicit && text.code_point(0) == Some(u32::from('_')) {
            continue;
        }
        let value = module.get_attr(py, text)?;
        match namespace.downcast_exact::<PyDict>() {
            Some(dict) => dict.set(py, text, &value)?,
            None => namespace.set_item(py, text, &value)?,
        }
    }
    Ok(())
}

/// PEP 479: a `StopIteration` that leaves a generator becomes a `RuntimeError`.
fn stop_iteration_error(py: Py<'_>, exc: &PyObject, code: &PyCode) -> PyResult<Ref<PyObject>> {
    let message = if exc.ty().is_subtype(types::StopIteration()) {
        if code.has(CodeFlags::ASYNC_GENERATOR) {
            "async generator raised StopIteration"
        } else if code.has(CodeFlags::COROUTINE) {
            "coroutine raised StopIteration"
        } else {
            "generator raised StopIteration"
        }
    } else if code.has(CodeFlags::ASYNC_GENERATOR) && exc.ty().is_subtype(types::StopAsyncIteration()) {
        "async generator raised StopAsyncIteration"
    } else {
        return Ok(exc.to_ref());
    };
    let text = PyStr::new(py, message)?;
    let error = types::RuntimeError().call(py, &[&text])?;
    if let Some(e) = error.downcast::<PyBaseException>() {
        e.set_cause(Some(exc.to_ref()));
        e.set_context(Some(exc.to_ref()));
    }
    Ok(error)
}

#[inline(never)]
fn call_one(
    py: Py<'_>,
    code: &PyCode,
    locals: Option<&PyObject>,
    which: Intrinsic1,
    value: &PyObject,
) -> PyResult<Ref<PyObject>> {
    match which {
        Intrinsic1::Invalid => Err(raise!(py, SystemError, "unknown intrinsic function")),
        Intrinsic1::Print => print_expression(py, value),
        Intrinsic1::ImportStar => {
            let Some(namespace) = locals else {
                return Err(raise!(py, SystemError, "no locals found during 'import *'"));
            };
            import_star(py, value, namespace)?;
            Ok(py.none())
        }
        Intrinsic1::StopIterationError => stop_iteration_error(py, value, code),
        Intrinsic1::AsyncGenWrap => crate::elsewhere::async_gen_wrap(py, value),
        Intrinsic1::UnaryPositive => value.positive(py),
        Intrinsic1::ListToTuple => match value.downcast::<PyList>() {
            Some(list) => list.to_tuple(py).map(Ref::upcast),
            None => Err(raise!(py, SystemError, "not a list")),
        },
        Intrinsic1::TypeVar
        | Intrinsic1::ParamSpec
        | Intrinsic1::TypeVarTuple
        | Intrinsic1::SubscriptGeneric
        | Intrinsic1::TypeAlias => crate::elsewhere::typevar_1(py, which, value),
    }
}

fn call_two(py: Py<'_>, which: Intrinsic2, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
    match which {
        Intrinsic2::Invalid => Err(raise!(py, SystemError, "unknown intrinsic function")),
        Intrinsic2::PrepReraiseStar => super::exception::prep_reraise_star(py, a, b),
        Intrinsic2::SetFunctionTypeParams => {
            if let Some(function) = a.downcast::<PyFunction>() {
                function.func_typeparams.set(b.to_ref());
            }
            Ok(a.to_ref())
        }
        Intrinsic2::TypeVarWithBound
        | Intrinsic2::TypeVarWithConstraints
        | Intrinsic2::SetTypeParamDefault => crate::elsewhere::typevar_2(py, which, a, b),
    }
}

instructions! {
    /// A one-argument internal function.
    fn CALL_INTRINSIC_1(cx, oparg) {
        let which = Intrinsic1::from_number(oparg).unwrap_or(Intrinsic1::Invalid);
        let locals = (*cx.frame).f_locals.as_ref();
        let result = attempt!(call_one(cx.py, cx.code(), locals, which, cx.object(1)));
        cx.replace_n(1, StackRef::owned(result));
        Step::Next
    }

    /// A two-argument internal function.
    fn CALL_INTRINSIC_2(cx, oparg) {
        let which = Intrinsic2::from_number(oparg).unwrap_or(Intrinsic2::Invalid);
        let result = attempt!(call_two(cx.py, which, cx.object(2), cx.object(1)));
        cx.replace_n(2, StackRef::owned(result));
        Step::Next
    }
}
