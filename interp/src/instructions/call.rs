//! Calls, and making functions.

use krait_bytecode::operands::function_attribute as attribute;
use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::objects::{PyDict, PyList, PyStr, PyTuple};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use super::resume::enter;
use crate::call::{call_slots, function_vectorcall, push_function, push_function_ex};
use crate::dispatch::{Cx, Step};
use crate::eval_breaker;
use crate::objects::code::PyCode;
use crate::objects::function::PyFunction;
use crate::specialize;
use crate::stackref::StackRef;

/// How messages show what was called: `module.qualname()`, or its `str()` (`_PyObject_FunctionStr`).
#[cold]
pub(crate) fn function_text(py: Py<'_>, function: &PyObject) -> PyResult<String> {
    let Some(qualname) = function.get_attr_optional(py, krait_runtime::id!(py, "__qualname__"))? else {
        return Ok(function.str(py)?.to_string());
    };
    let qualname = qualname.str(py)?;
    let module = function.get_attr_optional(py, krait_runtime::id!(py, "__module__"))?;
    if let Some(module) = module
        && !module.is_none()
        && let Some(module) = module.downcast::<PyStr>()
        && !module.eq_str("builtins")
    {
        return Ok(format!("{module}.{}()", &*qualname));
    }
    Ok(format!("{}()", &*qualname))
}

/// The arguments after `*` as a tuple.
#[inline(never)]
pub(super) fn star_arguments(py: Py<'_>, function: &PyObject, args: &PyObject) -> PyResult<Ref<PyTuple>> {
    if let Some(tuple) = args.downcast_exact::<PyTuple>() {
        return Ok(tuple.new_ref());
    }
    if let Some(list) = args.downcast_exact::<PyList>() {
        return list.to_tuple(py);
    }
    if args.ty().tp_iter.get().is_none() && !args.is_sequence() {
        let function = function_text(py, function)?;
        return Err(raise!(
            py,
            TypeError,
            "{function} argument after * must be an iterable, not {}",
            args.ty().name()
        ));
    }
    PyTuple::from_vec(py, args.collect(py)?)
}

/// A function whose calls stay in the loop.
#[inline(always)]
pub(super) fn inlinable(callable: &PyObject) -> bool {
    match callable.downcast_exact::<PyFunction>() {
        Some(f) => f.vectorcall.get().is_some_and(|v| core::ptr::fn_addr_eq(v, FUNCTION_VECTORCALL)),
        None => false,
    }
}
const FUNCTION_VECTORCALL: krait_runtime::slots::VectorcallFunc = function_vectorcall;

/// Turns (bound method, NULL) under the arguments into (function, self).
#[inline(always)]
pub(super) unsafe fn expand_method(cx: &mut Cx<'_>, nargs: usize) {
    // SAFETY: callable and self slot stand under the arguments.
    unsafe {
        let callable = cx.slot(nargs + 2);
        let receiver = cx.slot(nargs + 1);
        if (*receiver).is_null()
            && let Some(method) = (*callable).get().downcast_exact::<PyMethod>()
        {
            let (function, this) = (method.function(), method.instance());
            *receiver = StackRef::borrowed(this).dup();
            let old = core::mem::replace(&mut *callable, StackRef::borrowed(function).dup());
            old.close();
        }
    }
}

/// Calls what stands under `nargs` arguments (the last ones named by `kwnames`), which with callable and self slot come off; goes
/// on after `caches` cache words.
#[inline(always)]
pub(super) unsafe fn call_on_stack(
    cx: &mut Cx<'_>,
    nargs: usize,
    kwnames: Option<&PyTuple>,
    caches: usize,
) -> Step {
    // SAFETY: as the instruction's effect says.
    unsafe {
        let callable = cx.slot(nargs + 2);
        let mut args = cx.slot(nargs);
        let mut total = nargs;
        if !cx.peek(nargs + 1).is_null() {
            args = args.sub(1);
            total += 1;
        }
        let positional = total - kwnames.map_or(0, PyTuple::len);
        if inlinable((*callable).get()) {
            let frame = push_function(cx.py, *callable, args, positional, kwnames, cx.frame);
            cx.sp = callable;
            if frame.is_null() {
                return Step::Error;
            }
            (*cx.frame).return_offset = (1 + caches) as u16;
            return enter(cx, frame);
        }
        let result = attempt!(call_slots(cx.py, (*callable).get(), args, positional, kwnames));
        cx.replace_n(nargs + 2, StackRef::owned(result));
        if eval_breaker::is_set(cx.py) {
            attempt!(eval_breaker::handle(cx.py));
        }
        Step::Next
    }
}

/// `function(*args, **kwargs)` from outside the loop's own functions.
#[inline(never)]
pub(super) fn call_ex(
    py: Py<'_>,
    function: &PyObject,
    args: &PyTuple,
    kwargs: Option<&PyDict>,
) -> PyResult<Ref<PyObject>> {
    function.call_dict(py, args, kwargs)
}

/// The function that evaluates another one's annotations is called after it.
fn name_annotate(py: Py<'_>, function: &PyFunction, annotate: &PyObject) -> PyResult<()> {
    let (Some(annotate), Some(name)) = (annotate.downcast::<PyFunction>(), function.func_qualname.get())
    else {
        return Ok(());
    };
    let mut qualname = StrBuilder::new();
    qualname.push(py, &name)?;
    qualname.push_str(py, ".__annotate__")?;
    annotate.func_qualname.set(qualname.finish(py)?);
    Ok(())
}

#[inline(never)]
fn make_function(py: Py<'_>, code: &PyCode, globals: &PyDict) -> PyResult<Ref<PyObject>> {
    let function = PyFunction::new(py, code, globals)?;
    // Functions of one code share its version until one of them is changed: call sites of closures stay specialised.
    function.func_version.set(code.co_version.get());
    Ok(function.upcast())
}

instructions! {
    /// Call with positional arguments; self or NULL under them.
    fn CALL(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        expand_method(cx, oparg as usize);
        call_on_stack(cx, oparg as usize, None, 3)
    }

    /// Call with the tuple of keyword names on top.
    fn CALL_KW(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let kwnames = cx.pop();
        expand_method(cx, oparg as usize);
        let step = call_on_stack(cx, oparg as usize, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }

    /// `callable(*args, **kwargs)`; kwargs may be NULL.
    fn CALL_FUNCTION_EX(cx, _) {
        let function = cx.object(4);
        let args = attempt!(star_arguments(cx.py, function, cx.object(2)));
        let kwargs: Option<&PyDict> =
            if cx.peek(1).is_null() { None } else { Some(cx.object(1).cast_unchecked()) };
        if inlinable(function) {
            let frame = push_function_ex(cx.py, cx.peek(4).dup(), &args, kwargs, cx.frame);
            drop(args);
            if frame.is_null() {
                return Step::Error;
            }
            cx.drop_n(4);
            (*cx.frame).return_offset = 1;
            return enter(cx, frame);
        }
        let result = call_ex(cx.py, function, &args, kwargs);
        drop(args);
        let value = attempt!(result);
        cx.replace_n(4, StackRef::owned(value));
        if eval_breaker::is_set(cx.py) {
            attempt!(eval_breaker::handle(cx.py));
        }
        Step::Next
    }

    /// Function from a code object.
    fn MAKE_FUNCTION(cx, _) {
        let function = make_function(cx.py, cx.object(1).cast_unchecked(), cx.globals());
        cx.finish(1, function)
    }

    /// Defaults, annotations or closure of a new function; oparg is one bit.
    fn SET_FUNCTION_ATTRIBUTE(cx, oparg) {
        let function = cx.pop();
        let value = core::mem::replace(&mut *cx.slot(1), function).into_ref();
        let f: &PyFunction = function.get().cast_unchecked();
        match oparg {
            attribute::DEFAULTS => f.func_defaults.set(value.cast_into_unchecked()),
            attribute::KWDEFAULTS => f.func_kwdefaults.set(value.cast_into_unchecked()),
            attribute::ANNOTATIONS => f.func_annotations.set(value),
            attribute::CLOSURE => f.func_closure.set(value.cast_into_unchecked()),
            attribute::ANNOTATE => {
                attempt!(name_annotate(cx.py, f, &value));
                f.func_annotate.set(value);
            }
            _ => {
                drop(value);
                let _ = raise!(cx.py, SystemError, "unknown function attribute {oparg}");
                return Step::Error;
            }
        }
        Step::Next
    }
}
