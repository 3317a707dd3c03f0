//! `CALL`, `CALL_KW`.

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::{PyStr, PyTuple, PyType};
use krait_runtime::{Py, PyClass, PyObject};

use super::{chosen, failed, set_cache32};
use crate::dispatch::Cx;
use crate::objects::function::PyFunction;

/// Whether the callable is the built-in `len`.
#[inline(always)]
pub fn is_len(_callable: &PyObject) -> bool {
    false
}

/// Whether the callable is the built-in `isinstance`.
#[inline(always)]
pub fn is_isinstance(_callable: &PyObject) -> bool {
    false
}

/// Whether the callable is `list.append`.
#[inline(always)]
pub fn is_list_append(_callable: &PyObject) -> bool {
    false
}

/// Whether the function takes positional parameters only, without collecting any.
fn is_simple(function: &PyFunction) -> bool {
    let code = function.code();
    !code.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
        && code.has(CodeFlags::OPTIMIZED)
        && code.co_kwonlyargcount.get() == 0
}

/// The form for a Python function, or bound method of one, that gets `nargs` arguments, self included.
fn python(py: Py<'_>, function: &PyFunction, nargs: usize, bound: bool) -> Option<(Opcode, u32)> {
    if !super::super::instructions::is_inlinable(function) {
        return None;
    }
    let version = function.version(py);
    if version == 0 {
        return None;
    }
    let exact = is_simple(function) && function.code().co_argcount.get() as usize == nargs;
    let form = match (exact, bound) {
        (true, false) => Opcode::CALL_PY_EXACT_ARGS,
        (true, true) => Opcode::CALL_BOUND_METHOD_EXACT_ARGS,
        (false, false) => Opcode::CALL_PY_GENERAL,
        (false, true) => Opcode::CALL_BOUND_METHOD_GENERAL,
    };
    Some((form, version))
}

/// The form for calling a class.
fn class(class: &PyType, nargs: usize) -> Option<Opcode> {
    if nargs == 1 {
        if core::ptr::eq(class, PyStr::type_object()) {
            return Some(Opcode::CALL_STR_1);
        }
        if core::ptr::eq(class, PyType::type_object()) {
            return Some(Opcode::CALL_TYPE_1);
        }
        if core::ptr::eq(class, PyTuple::type_object()) {
            return Some(Opcode::CALL_TUPLE_1);
        }
    }
    class.tp_vectorcall.get().map(|_| Opcode::CALL_BUILTIN_CLASS)
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn call(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: callable, self or NULL, arguments stand on the stack.
    unsafe {
        let nargs = oparg as usize;
        let callable = cx.object(nargs + 2);
        let has_self = !cx.peek(nargs + 1).is_null();
        if let Some(function) = callable.downcast_exact::<PyFunction>() {
            return match python(cx.py, function, nargs + usize::from(has_self), false) {
                Some((form, version)) => {
                    set_cache32(cx, 1, version);
                    chosen(cx, form);
                }
                None => failed(cx),
            };
        }
        if !has_self {
            if let Some(method) = callable.downcast_exact::<PyMethod>() {
                let function = method.function().downcast_exact::<PyFunction>();
                return match function.and_then(|f| python(cx.py, f, nargs + 1, true)) {
                    Some((form, version)) => {
                        set_cache32(cx, 1, version);
                        chosen(cx, form);
                    }
                    None => failed(cx),
                };
            }
            if let Some(ty) = callable.downcast_exact::<PyType>()
                && let Some(form) = class(ty, nargs)
            {
                return chosen(cx, form);
            }
        }
        chosen(cx, Opcode::CALL_NON_PY_GENERAL);
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn call_kw(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: callable, self or NULL, arguments, names stand on the stack.
    unsafe {
        let nargs = oparg as usize;
        let callable = cx.object(nargs + 3);
        let has_self = !cx.peek(nargs + 2).is_null();
        let (function, form) = match callable.downcast_exact::<PyMethod>() {
            Some(method) if !has_self => {
                (method.function().downcast_exact::<PyFunction>(), Opcode::CALL_KW_BOUND_METHOD)
            }
            Some(_) => (None, Opcode::CALL_KW_PY),
            None => match callable.downcast_exact::<PyFunction>() {
                Some(f) => (Some(f), Opcode::CALL_KW_PY),
                None => return chosen(cx, Opcode::CALL_KW_NON_PY),
            },
        };
        let version =
            function.filter(|f| super::super::instructions::is_inlinable(f)).map_or(0, |f| f.version(cx.py));
        if version == 0 {
            return failed(cx);
        }
        set_cache32(cx, 1, version);
        chosen(cx, form);
    }
}
