//! `CALL`, `CALL_KW`.

use krait_bytecode::{CodeFlags, Opcode};
use krait_runtime::objects::builtin_function::PyCFunction;
use krait_runtime::objects::method::PyMethod;
use krait_runtime::objects::method_descriptor::PyMethodDescr;
use krait_runtime::objects::object::PyBaseObject;
use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyHeapType, PyList, PyStr, PyTuple, PyType};
use krait_runtime::slots::{AllocFunc, meth};
use krait_runtime::{Py, PyClass};

use super::{chosen, failed, set_cache32};
use crate::dispatch::Cx;
use crate::objects::function::PyFunction;

/// The native functions that have forms of their own, known by the C function behind them.
pub mod known {
    use core::ffi::c_void;
    use core::sync::atomic::{AtomicPtr, Ordering};

    use krait_runtime::PyObject;
    use krait_runtime::objects::builtin_function::PyCFunction;
    use krait_runtime::objects::method_descriptor::PyMethodDescr;

    static LEN: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    static ISINSTANCE: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());
    static LIST_APPEND: AtomicPtr<c_void> = AtomicPtr::new(core::ptr::null_mut());

    #[inline(always)]
    fn is_function(callable: &PyObject, which: &AtomicPtr<c_void>) -> bool {
        callable
            .downcast_exact::<PyCFunction>()
            .is_some_and(|f| core::ptr::eq(f.def().ml_meth, which.load(Ordering::Relaxed)))
    }

    /// Whether the callable is the built-in `len`.
    #[inline(always)]
    pub fn is_len(callable: &PyObject) -> bool {
        is_function(callable, &LEN)
    }

    /// Whether the callable is the built-in `isinstance`.
    #[inline(always)]
    pub fn is_isinstance(callable: &PyObject) -> bool {
        is_function(callable, &ISINSTANCE)
    }

    /// Whether the callable is `list.append`.
    #[inline(always)]
    pub fn is_list_append(callable: &PyObject) -> bool {
        callable
            .downcast_exact::<PyMethodDescr>()
            .is_some_and(|m| core::ptr::eq(m.def().ml_meth, LIST_APPEND.load(Ordering::Relaxed)))
    }

    /// Notes a function of module `builtins` when it is one of those.
    pub(super) fn note_function(function: &PyCFunction) {
        let which = match function.name() {
            "len" => &LEN,
            "isinstance" => &ISINSTANCE,
            _ => return,
        };
        let module = function
            .module()
            .and_then(|m| m.downcast::<krait_runtime::objects::PyStr>().map(|m| m.eq_str("builtins")));
        if which.load(Ordering::Relaxed).is_null() && module == Some(true) {
            which.store(function.def().ml_meth.cast_mut(), Ordering::Relaxed);
        }
    }

    /// Notes a method of `list` when it is one of those.
    pub(super) fn note_list_method(method: &PyMethodDescr) {
        // SAFETY: names in method tables are NUL-terminated.
        let name = unsafe { core::ffi::CStr::from_ptr(method.def().ml_name) };
        if name == c"append" {
            LIST_APPEND.store(method.def().ml_meth.cast_mut(), Ordering::Relaxed);
        }
    }
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
unsafe fn class(cx: &Cx<'_>, class: &PyType, nargs: usize) -> Option<Opcode> {
    if class.has(flags::IMMUTABLETYPE) {
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
        return class.tp_vectorcall.get().map(|_| Opcode::CALL_BUILTIN_CLASS);
    }
    // SAFETY: as the instruction says.
    unsafe { instance_of(cx, class) }
}

/// The form for a class whose instances are plain and get a Python `__init__`.
unsafe fn instance_of(cx: &Cx<'_>, class: &PyType) -> Option<Opcode> {
    let object = PyBaseObject::type_object();
    let plain = class.has(flags::HEAPTYPE)
        && !class.has(flags::IS_ABSTRACT)
        && class.ty().is(PyType::type_object())
        && match (class.tp_new.get(), object.tp_new.get()) {
            (Some(new), Some(plain)) => core::ptr::fn_addr_eq(new, plain),
            _ => false,
        }
        && class
            .tp_alloc
            .get()
            .is_some_and(|a| core::ptr::fn_addr_eq(a, krait_runtime::memory::tp_alloc as AllocFunc));
    if !plain {
        return None;
    }
    let init = class.lookup(cx.py, krait_runtime::id!(cx.py, "__init__"))?;
    let function = init.downcast_exact::<PyFunction>()?;
    let version = super::type_version(cx.py, class);
    if !is_simple(function) || version == 0 || !super::super::instructions::is_inlinable(function) {
        return None;
    }
    // SAFETY: a heap type; it (or a base) keeps the function as long as its version stays.
    unsafe {
        class.cast_unchecked::<PyHeapType>()._spec_cache.init.set(init.as_ptr());
        set_cache32(cx, 1, version);
    }
    Some(Opcode::CALL_ALLOC_AND_ENTER_INIT)
}

/// The form for a native function.
fn native(function: &PyCFunction, total: usize) -> Option<Opcode> {
    const FAST_KEYWORDS: i32 = meth::FASTCALL | meth::KEYWORDS;
    known::note_function(function);
    match function.def().ml_flags {
        meth::O if total == 1 && known::is_len(function) => Some(Opcode::CALL_LEN),
        meth::O if total == 1 => Some(Opcode::CALL_BUILTIN_O),
        meth::FASTCALL if total == 2 && known::is_isinstance(function) => Some(Opcode::CALL_ISINSTANCE),
        meth::FASTCALL => Some(Opcode::CALL_BUILTIN_FAST),
        FAST_KEYWORDS => Some(Opcode::CALL_BUILTIN_FAST_WITH_KEYWORDS),
        _ => None,
    }
}

/// The form for a method of a native type.
unsafe fn method(cx: &Cx<'_>, method: &PyMethodDescr, nargs: usize, has_self: bool) -> Option<Opcode> {
    const FAST_KEYWORDS: i32 = meth::FASTCALL | meth::KEYWORDS;
    let total = nargs + usize::from(has_self);
    // SAFETY: by contract: the arguments stand on the stack.
    let first = unsafe { if total == 0 { return None } else { cx.object(total) } };
    if !first.is_exactly(method.owner()) {
        return None;
    }
    match method.def().ml_flags {
        meth::NOARGS if total == 1 => Some(Opcode::CALL_METHOD_DESCRIPTOR_NOARGS),
        meth::O if total == 2 => {
            // SAFETY: `CALL` is followed by another instruction.
            let dropped = unsafe { (*cx.ip.add(3)).op == Opcode::POP_TOP as u8 };
            if has_self && dropped && first.downcast_exact::<PyList>().is_some() {
                known::note_list_method(method);
                if known::is_list_append(method) {
                    return Some(Opcode::CALL_LIST_APPEND);
                }
            }
            Some(Opcode::CALL_METHOD_DESCRIPTOR_O)
        }
        meth::FASTCALL => Some(Opcode::CALL_METHOD_DESCRIPTOR_FAST),
        FAST_KEYWORDS => Some(Opcode::CALL_METHOD_DESCRIPTOR_FAST_WITH_KEYWORDS),
        _ => None,
    }
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
                && let Some(form) = class(cx, ty, nargs)
            {
                return chosen(cx, form);
            }
        }
        let form = if let Some(function) = callable.downcast_exact::<PyCFunction>() {
            native(function, nargs + usize::from(has_self))
        } else if let Some(descriptor) = callable.downcast_exact::<PyMethodDescr>() {
            method(cx, descriptor, nargs, has_self)
        } else {
            None
        };
        chosen(cx, form.unwrap_or(Opcode::CALL_NON_PY_GENERAL));
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
