//! `CALL` of native functions, methods of native types and native classes: the C function behind is called without the detour
//! over vectorcall.

use krait_runtime::objects::builtin_function::{PyCFunction, c_function};
use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::method_descriptor::PyMethodDescr;
use krait_runtime::objects::{PyBool, PyInt, PyList, PyStr, PyTuple, PyType};
use krait_runtime::slots::{CFunction, CFunctionFast, CFunctionFastKeywords, meth};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref};

use super::super::access::{attempt, guard};
use super::super::call::call_on_stack;
use crate::dispatch::{Step, continuations, error, next};
use crate::objects::function::PyFunction;
use crate::specialize::call::known;
use crate::stackref::StackRef;

/// Hands `n` slots to `call` as a plain vector of object pointers; the slots are as before when it returns.
#[inline(always)]
unsafe fn with_vector(
    args: *mut StackRef,
    n: usize,
    call: impl FnOnce(*const *mut PyObject) -> *mut PyObject,
) -> *mut PyObject {
    // Which slots were borrowed is remembered in a word.
    let mut borrowed = 0u64;
    // SAFETY: the caller's slots, all filled.
    unsafe {
        for i in 0..n {
            let slot = args.add(i);
            if i < 64 {
                borrowed |= u64::from((*slot).is_borrowed()) << i;
                slot.write_volatile((*slot).untagged());
            } else {
                *slot = (*slot).make_owned();
            }
        }
        let result = call(args.cast());
        while borrowed != 0 {
            let slot = args.add(borrowed.trailing_zeros() as usize);
            *slot = (*slot).borrow();
            borrowed &= borrowed - 1;
        }
        result
    }
}

/// First argument slot and number of arguments, the self slot included when it is filled.
macro_rules! arguments {
    ($cx:ident, $nargs:expr) => {{
        let has_self = usize::from(!$cx.peek($nargs + 1).is_null());
        ($cx.slot($nargs + has_self), $nargs + has_self)
    }};
}

/// The native function that is called, when it has exactly these flags.
macro_rules! native_function {
    ($cx:ident, $nargs:expr, $flags:expr) => {{
        let Some(function) = $cx.object($nargs + 2).downcast_exact::<PyCFunction>() else {
            return Step::Deopt;
        };
        guard!(function.def().ml_flags == $flags);
        guard!($cx.py.check_stack_quietly());
        function
    }};
}

/// The native method that is called, when it has exactly these flags and self is of its very class.
macro_rules! native_method {
    ($cx:ident, $nargs:expr, $args:expr, $flags:expr) => {{
        let Some(method) = $cx.object($nargs + 2).downcast_exact::<PyMethodDescr>() else {
            return Step::Deopt;
        };
        guard!(method.def().ml_flags == $flags);
        guard!((*$args).get().is_exactly(method.owner()));
        guard!($cx.py.check_stack_quietly());
        method
    }};
}

#[inline(never)]
fn tuple_of(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(tuple) = x.downcast_exact::<PyTuple>() {
        return Ok(tuple.new_ref().upcast());
    }
    PyTuple::from_vec(py, x.collect(py)?).map(Ref::upcast)
}

#[inline(never)]
fn length(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
    PyInt::new(py, object.len(py)? as i64).map(Ref::upcast)
}

continuations! {
    /// `len(x)` of anything.
    fn len_result(ts, frame, ip, sp, _operand, table) {
        match length(Py::from_thread(ts), (*sp.sub(1)).get()) {
            Ok(n) => {
                let (callable, x) = (*sp.sub(3), *sp.sub(1));
                *sp.sub(3) = StackRef::owned(n);
                callable.close();
                x.close();
                next(ts, frame, ip.add(3), sp.sub(2), table)
            }
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }

    /// `list.append(x)` of a list without room, whose result is dropped.
    fn append_growing(ts, frame, ip, sp, _operand, table) {
        let py = Py::from_thread(ts);
        let list: &PyList = (*sp.sub(2)).get().cast_unchecked();
        let value = *sp.sub(1);
        let sp = sp.sub(1);
        if list.append(py, value.into_ref()).is_err() {
            return error(ts, frame, ip, sp, 0, table);
        }
        (*sp.sub(1)).close();
        (*sp.sub(2)).close();
        next(ts, frame, ip.add(4), sp.sub(2), table)
    }
}

instructions! {
    /// Neither a Python function nor a bound method.
    fn CALL_NON_PY_GENERAL(cx, oparg) {
        let callable = cx.object(oparg as usize + 2);
        guard!(callable.downcast_exact::<PyFunction>().is_none());
        guard!(callable.downcast_exact::<PyMethod>().is_none());
        call_on_stack(cx, oparg as usize, None, 3)
    }

    /// A native function of one argument.
    fn CALL_BUILTIN_O(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        guard!(total == 1);
        let function = native_function!(cx, nargs, meth::O);
        let result = c_function::<CFunction>(function.def())(function.self_ptr(), (*args).as_ptr());
        cx.finish_call(nargs + 2, result)
    }

    /// A native function of a vector of arguments.
    fn CALL_BUILTIN_FAST(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        let function = native_function!(cx, nargs, meth::FASTCALL);
        let call = c_function::<CFunctionFast>(function.def());
        let result = with_vector(args, total, |vector| call(function.self_ptr(), vector, total as isize));
        cx.finish_call(nargs + 2, result)
    }

    /// A native function of a vector of arguments that takes keywords too.
    fn CALL_BUILTIN_FAST_WITH_KEYWORDS(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        let function = native_function!(cx, nargs, meth::FASTCALL | meth::KEYWORDS);
        let call = c_function::<CFunctionFastKeywords>(function.def());
        let result = with_vector(args, total, |vector| {
            call(function.self_ptr(), vector, total as isize, core::ptr::null_mut())
        });
        cx.finish_call(nargs + 2, result)
    }

    /// A method of a native type, of one argument.
    fn CALL_METHOD_DESCRIPTOR_O(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        guard!(total == 2);
        let method = native_method!(cx, nargs, args, meth::O);
        let call = c_function::<CFunction>(method.def());
        let result = call((*args).as_ptr(), (*args.add(1)).as_ptr());
        cx.finish_call(nargs + 2, result)
    }

    /// A method of a native type, without arguments.
    fn CALL_METHOD_DESCRIPTOR_NOARGS(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        guard!(total == 1);
        let method = native_method!(cx, nargs, args, meth::NOARGS);
        let call = c_function::<CFunction>(method.def());
        let result = call((*args).as_ptr(), core::ptr::null_mut());
        cx.finish_call(nargs + 2, result)
    }

    /// A method of a native type, of a vector of arguments.
    fn CALL_METHOD_DESCRIPTOR_FAST(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        guard!(total != 0);
        let method = native_method!(cx, nargs, args, meth::FASTCALL);
        let call = c_function::<CFunctionFast>(method.def());
        let slf = (*args).as_ptr();
        let result = with_vector(args.add(1), total - 1, |vector| call(slf, vector, total as isize - 1));
        cx.finish_call(nargs + 2, result)
    }

    /// A method of a native type, of a vector of arguments, that takes keywords too.
    fn CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS(cx, oparg) {
        let nargs = oparg as usize;
        let (args, total) = arguments!(cx, nargs);
        guard!(total != 0);
        let method = native_method!(cx, nargs, args, meth::FASTCALL | meth::KEYWORDS);
        let call = c_function::<CFunctionFastKeywords>(method.def());
        let slf = (*args).as_ptr();
        let result = with_vector(args.add(1), total - 1, |vector| {
            call(slf, vector, total as isize - 1, core::ptr::null_mut())
        });
        cx.finish_call(nargs + 2, result)
    }

    /// `type(x)`
    fn CALL_TYPE_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyType::type_object()));
        let ty = StackRef::borrowed(cx.object(1).ty()).dup();
        let value = cx.pop();
        cx.sp = cx.sp.sub(1);
        let class = core::mem::replace(&mut *cx.slot(1), ty);
        cx.close_two_next(class, value)
    }

    /// `str(x)`
    fn CALL_STR_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyStr::type_object()));
        let text = attempt!(cx.object(1).str(cx.py));
        cx.finish_call(3, text.upcast().into_raw())
    }

    /// `tuple(x)`
    fn CALL_TUPLE_1(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(cx.peek(3).is(PyTuple::type_object()));
        let tuple = attempt!(tuple_of(cx.py, cx.object(1)));
        cx.finish_call(3, tuple.into_raw())
    }

    /// A class with a vectorcall of its own.
    fn CALL_BUILTIN_CLASS(cx, oparg) {
        let nargs = oparg as usize;
        let Some(class) = cx.object(nargs + 2).downcast_exact::<PyType>() else { return Step::Deopt };
        let Some(vectorcall) = class.tp_vectorcall.get() else { return Step::Deopt };
        let (args, total) = arguments!(cx, nargs);
        let result = with_vector(args, total, |vector| {
            vectorcall(class.as_ptr(), vector, total, core::ptr::null_mut())
        });
        cx.finish_call(nargs + 2, result)
    }

    /// `len(x)`
    fn CALL_LEN(cx, _) {
        guard!(cx.peek(2).is_null());
        guard!(known::is_len(cx.object(3)));
        let x = cx.object(1);
        let n = if let Some(list) = x.downcast_exact::<PyList>() {
            list.len()
        } else if let Some(tuple) = x.downcast_exact::<PyTuple>() {
            tuple.len()
        } else if let Some(s) = x.downcast_exact::<PyStr>() {
            s.len()
        } else {
            return Step::Via(len_result, 0);
        };
        let Some(n) = PyInt::small(n as i64) else { return Step::Via(len_result, 0) };
        let x = cx.pop();
        cx.sp = cx.sp.sub(1);
        let callable = core::mem::replace(&mut *cx.slot(1), StackRef::borrowed(n));
        cx.close_two_next(callable, x)
    }

    /// `isinstance(x, c)`
    fn CALL_ISINSTANCE(cx, _) {
        guard!(cx.peek(3).is_null());
        guard!(known::is_isinstance(cx.object(4)));
        let truth = if cx.object(1).is_exactly(PyType::type_object())
            && core::ptr::eq(cx.object(2).type_ptr().cast(), cx.object(1))
        {
            true
        } else {
            attempt!(cx.object(2).is_instance(cx.py, cx.object(1)))
        };
        cx.replace_n(4, StackRef::borrowed(PyBool::get(truth)));
        Step::Next
    }

    /// `list.append(x)` whose result is dropped: the `POP_TOP` is done here.
    fn CALL_LIST_APPEND(cx, _) {
        guard!(known::is_list_append(cx.object(3)));
        guard!(!cx.peek(2).is_null());
        guard!((*cx.ip.add(3)).op == krait_bytecode::Opcode::POP_TOP as u8);
        let Some(list) = cx.object(2).downcast_exact::<PyList>() else { return Step::Deopt };
        let value = cx.peek(1).make_owned();
        *cx.slot(1) = value;
        if !list.append_in_place(value.as_ptr()) {
            return Step::Via(append_growing, 0);
        }
        cx.sp = cx.sp.sub(3);
        cx.jump(4);
        (*cx.sp).close();
        cx.close_jump(*cx.sp.add(1))
    }
}
