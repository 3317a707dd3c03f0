//! `CALL` and `CALL_KW` by what is called.

use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::{PyInt, PyList, PyStr, PyTuple, PyType};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref};

use super::super::access::{attempt, guard};
use super::super::call::{call_on_stack, expand_method};
use super::super::resume::enter;
use crate::call::push_function;
use crate::dispatch::Step;
use crate::eval_breaker;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Polls the eval breaker after a call whose result stands on the stack.
macro_rules! polled {
    ($cx:ident) => {{
        if eval_breaker::is_set($cx.py) {
            attempt!(eval_breaker::handle($cx.py));
        }
        Step::Next
    }};
}

#[inline(never)]
fn length(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    PyInt::new(py, object.len(py)? as i64).map(Ref::upcast)
}

instructions! {
    /// A Python function with exactly the arguments it takes.
    fn CALL_PY_EXACT_ARGS(cx, oparg) {
        let nargs = oparg as usize;
        let callable = cx.slot(nargs + 2);
        let Some(function) = (*callable).get().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let has_self = usize::from(!cx.peek(nargs + 1).is_null());
        guard!(function.code().co_argcount.get() as usize == nargs + has_self);
        guard!(cx.py.thread().py_recursion_remaining.get() > 1);
        let args = cx.slot(nargs + has_self);
        let frame = push_function(cx.py, *callable, args, nargs + has_self, None, cx.frame);
        cx.sp = callable;
        if frame.is_null() {
            return Step::Error;
        }
        (*cx.frame).return_offset = 4;
        enter(cx, frame)
    }

    /// A bound Python method with exactly the arguments it takes.
    fn CALL_BOUND_METHOD_EXACT_ARGS(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 1).is_null());
        let Some(method) = cx.object(nargs + 2).downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        guard!(function.code().co_argcount.get() as usize == nargs + 1);
        guard!(cx.py.thread().py_recursion_remaining.get() > 1);
        expand_method(cx, nargs);
        let callable = cx.slot(nargs + 2);
        let frame = push_function(cx.py, *callable, cx.slot(nargs + 1), nargs + 1, None, cx.frame);
        cx.sp = callable;
        if frame.is_null() {
            return Step::Error;
        }
        (*cx.frame).return_offset = 4;
        enter(cx, frame)
    }

    /// A Python function, with arguments to bind.
    fn CALL_PY_GENERAL(cx, oparg) {
        let nargs = oparg as usize;
        let Some(function) = cx.object(nargs + 2).downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        call_on_stack(cx, nargs, None, 3)
    }

    /// A bound Python method, with arguments to bind.
    fn CALL_BOUND_METHOD_GENERAL(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 1).is_null());
        let Some(method) = cx.object(nargs + 2).downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        expand_method(cx, nargs);
        call_on_stack(cx, nargs, None, 3)
    }

    /// Neither a Python function nor a bound method.
    fn CALL_NON_PY_GENERAL(cx, oparg) {
        let callable = cx.object(oparg as usize + 2);
        guard!(callable.downcast_exact::<PyFunction>().is_none());
        guard!(callable.downcast_exact::<PyMethod>().is_none());
        call_on_stack(cx, oparg as usize, None, 3)
    }

    /// `type(x)`
    fn CALL_TYPE_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyType::type_object()));
        let ty = cx.object(1).ty().to_ref();
        cx.replace_n(3, StackRef::owned(ty));
        Step::Next
    }

    /// `str(x)`
    fn CALL_STR_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyStr::type_object()));
        let text = attempt!(cx.object(1).str(cx.py));
        cx.replace_n(3, StackRef::owned(text.upcast()));
        polled!(cx)
    }

    /// `tuple(x)`
    fn CALL_TUPLE_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyTuple::type_object()));
        let tuple = attempt!(tuple_of(cx.py, cx.object(1)));
        cx.replace_n(3, StackRef::owned(tuple));
        polled!(cx)
    }

    /// A class with a vectorcall of its own.
    fn CALL_BUILTIN_CLASS(cx, oparg) {
        let Some(class) = cx.object(oparg as usize + 2).downcast_exact::<PyType>() else { return Step::Deopt };
        guard!(class.tp_vectorcall.get().is_some());
        call_on_stack(cx, oparg as usize, None, 3)
    }

    /// `len(x)`
    fn CALL_LEN(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(crate::specialize::call::is_len(cx.object(3)));
        let n = attempt!(length(cx.py, cx.object(1)));
        cx.replace_n(3, StackRef::owned(n));
        Step::Next
    }

    /// `isinstance(x, c)`
    fn CALL_ISINSTANCE(cx, _) {
        guard!(cx.peek(3).is_null());
        guard!(crate::specialize::call::is_isinstance(cx.object(4)));
        let truth = attempt!(cx.object(2).is_instance(cx.py, cx.object(1)));
        cx.replace_n(4, StackRef::borrowed(krait_runtime::objects::PyBool::get(truth)));
        Step::Next
    }

    /// `list.append(x)` whose result is dropped: the `POP_TOP` is done here.
    fn CALL_LIST_APPEND(cx, _) {
        guard!(crate::specialize::call::is_list_append(cx.object(3)));
        guard!(!cx.peek(2).is_null());
        let Some(list) = cx.object(2).downcast_exact::<PyList>() else { return Step::Deopt };
        let value = cx.peek(1).make_owned();
        *cx.slot(1) = StackRef::NULL;
        attempt!(list.append(cx.py, value.into_ref()));
        cx.drop_n(3);
        cx.jump(4);
        Step::Jump
    }

    /// A Python function, with keyword arguments.
    fn CALL_KW_PY(cx, oparg) {
        let nargs = oparg as usize;
        let Some(function) = cx.object(nargs + 3).downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let kwnames = cx.pop();
        let step = call_on_stack(cx, nargs, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }

    /// A bound Python method, with keyword arguments.
    fn CALL_KW_BOUND_METHOD(cx, oparg) {
        let nargs = oparg as usize;
        guard!(cx.peek(nargs + 2).is_null());
        let Some(method) = cx.object(nargs + 3).downcast_exact::<PyMethod>() else { return Step::Deopt };
        let Some(function) = method.function().downcast_exact::<PyFunction>() else { return Step::Deopt };
        guard!(function.func_version.get() == cx.cache32(1));
        let kwnames = cx.pop();
        expand_method(cx, nargs);
        let step = call_on_stack(cx, nargs, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }

    /// Neither a Python function nor a bound method, with keyword arguments.
    fn CALL_KW_NON_PY(cx, oparg) {
        let callable = cx.object(oparg as usize + 3);
        guard!(callable.downcast_exact::<PyFunction>().is_none());
        guard!(callable.downcast_exact::<PyMethod>().is_none());
        let kwnames = cx.pop();
        let step = call_on_stack(cx, oparg as usize, Some(kwnames.get().cast_unchecked()), 3);
        kwnames.close();
        step
    }
}

#[inline(never)]
fn tuple_of(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(tuple) = x.downcast_exact::<PyTuple>() {
        return Ok(tuple.new_ref().upcast());
    }
    PyTuple::from_vec(py, x.collect(py)?).map(Ref::upcast)
}
