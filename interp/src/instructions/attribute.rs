//! Attributes, methods, `super()`.

use krait_runtime::objects::object::PyBaseObject;
use krait_runtime::objects::super_::super_lookup;
use krait_runtime::objects::{PyStr, PyType};
use krait_runtime::reference::PyClass;
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::specialize;
use crate::stackref::StackRef;

/// `super(class, self).name` (or `super().name`, which the compiler turned into it), by calling what `super` is now.
#[inline(never)]
pub(super) fn through_super(
    py: Py<'_>,
    global_super: &PyObject,
    class: &PyObject,
    receiver: &PyObject,
    name: &PyStr,
    two_arguments: bool,
) -> PyResult<Ref<PyObject>> {
    if crate::frame_hooks::is_super(global_super)
        && let Some(class) = class.downcast::<PyType>()
    {
        return super_lookup(py, class, receiver, name, false).map(|(value, _)| value);
    }
    let proxy = if two_arguments {
        global_super.call(py, &[class, receiver])?
    } else {
        global_super.call(py, &[])?
    };
    proxy.get_attr(py, name)
}

/// As [`through_super`], for a call: the function and whether it takes the receiver.
#[inline(never)]
fn method_through_super(
    py: Py<'_>,
    global_super: &PyObject,
    class: &PyObject,
    receiver: &PyObject,
    name: &PyStr,
    two_arguments: bool,
) -> PyResult<(Ref<PyObject>, bool)> {
    if crate::frame_hooks::is_super(global_super)
        && let Some(class) = class.downcast::<PyType>()
    {
        // Only with plain attribute access does an unbound function take the receiver: to a class nothing is passed.
        let plain = receiver.ty().tp_getattro.get().map(|f| f as usize)
            == PyBaseObject::type_object().tp_getattro.get().map(|f| f as usize);
        return super_lookup(py, class, receiver, name, plain);
    }
    through_super(py, global_super, class, receiver, name, two_arguments).map(|m| (m, false))
}

/// What the instructions of `with` call a special method that is missing.
#[cold]
#[inline(never)]
fn no_special(py: Py<'_>, owner: &PyObject, which: u32) {
    let name = owner.ty().qualified_name();
    let can = |method: &PyStr| owner.ty().lookup(py, method).is_some();
    let asynchronous = which >= 2;
    let (kind, other_kind) = if asynchronous { ("asynchronous ", "") } else { ("", "asynchronous ") };
    let (enter, exit) = if asynchronous {
        (krait_runtime::id!(py, "__aenter__"), krait_runtime::id!(py, "__aexit__"))
    } else {
        (krait_runtime::id!(py, "__enter__"), krait_runtime::id!(py, "__exit__"))
    };
    let (other_enter, other_exit) = if asynchronous {
        (krait_runtime::id!(py, "__enter__"), krait_runtime::id!(py, "__exit__"))
    } else {
        (krait_runtime::id!(py, "__aenter__"), krait_runtime::id!(py, "__aexit__"))
    };
    let missing = if which & 1 == 0 { enter } else { exit };
    let _ = other_kind;
    let hint = if can(other_enter) && can(other_exit) {
        if asynchronous {
            " but it supports the context manager protocol. Did you mean to use 'with'?"
        } else {
            " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?"
        }
    } else {
        ""
    };
    let _ = raise!(
        py,
        TypeError,
        "'{name}' object does not support the {kind}context manager protocol (missed {missing} method){hint}"
    );
}

#[inline(never)]
fn special(py: Py<'_>, owner: &PyObject, which: u32) -> PyResult<(Ref<PyObject>, bool)> {
    let name = match which {
        0 => krait_runtime::id!(py, "__enter__"),
        1 => krait_runtime::id!(py, "__exit__"),
        2 => krait_runtime::id!(py, "__aenter__"),
        _ => krait_runtime::id!(py, "__aexit__"),
    };
    let Some(found) = owner.ty().lookup(py, name) else {
        no_special(py, owner, which);
        return Err(krait_runtime::Raised::already(py));
    };
    if found.ty().has(krait_runtime::objects::r#type::flags::METHOD_DESCRIPTOR) {
        return Ok((found, true));
    }
    match found.ty().tp_descr_get.get() {
        // SAFETY: slot call on live objects.
        Some(get) => unsafe {
            krait_runtime::error::owned_or_raised(
                py,
                get(found.as_ptr(), owner.as_ptr(), owner.ty().as_ptr()),
            )
            .map(|m| (m, false))
        },
        None => Ok((found, false)),
    }
}

instructions! {
    /// `owner.name` of name `oparg >> 1`; with bit 0, method and self (or NULL).
    fn LOAD_ATTR(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let owner = cx.object(1);
        let name = cx.name(oparg >> 1);
        if oparg & 1 != 0 {
            let (method, takes_self) = attempt!(owner.load_method(cx.py, name));
            if takes_self {
                let receiver = core::mem::replace(&mut *cx.slot(1), StackRef::owned(method));
                cx.push(receiver);
            } else {
                cx.replace_n(1, StackRef::owned(method));
                cx.push(StackRef::NULL);
            }
            return Step::Next;
        }
        let value = owner.get_attr(cx.py, name);
        cx.finish(1, value)
    }

    /// `owner.name = value`.
    fn STORE_ATTR(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        attempt!(cx.object(1).set_attr(cx.py, cx.name(oparg), cx.object(2)));
        cx.drop_n(2);
        Step::Next
    }

    /// `del owner.name`.
    fn DELETE_ATTR(cx, oparg) {
        attempt!(cx.object(1).del_attr(cx.py, cx.name(oparg)));
        cx.drop_n(1);
        Step::Next
    }

    /// `super(class, self).name` of name `oparg >> 2`; bit 1 says two-argument `super`, bit 0 that a method is to be called.
    fn LOAD_SUPER_ATTR(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let (global_super, class, receiver) = (cx.object(3), cx.object(2), cx.object(1));
        let name = cx.name(oparg >> 2);
        let value = attempt!(through_super(cx.py, global_super, class, receiver, name, oparg & 2 != 0));
        cx.replace_n(3, StackRef::owned(value));
        if oparg & 1 != 0 {
            cx.push(StackRef::NULL);
        }
        Step::Next
    }

    /// `super(class, self).name`, an attribute, when `super` is the built-in one.
    fn LOAD_SUPER_ATTR_ATTR(cx, oparg) {
        super::access::guard!(
            crate::frame_hooks::is_super(cx.object(3))
            && cx.object(2).downcast::<PyType>().is_some());
        let name = cx.name(oparg >> 2);
        let value = through_super(cx.py, cx.object(3), cx.object(2), cx.object(1), name, oparg & 2 != 0);
        cx.finish(3, value)
    }

    /// `super(class, self).name`, to be called, when `super` is the built-in one.
    fn LOAD_SUPER_ATTR_METHOD(cx, oparg) {
        super::access::guard!(
            crate::frame_hooks::is_super(cx.object(3))
            && cx.object(2).downcast::<PyType>().is_some());
        let name = cx.name(oparg >> 2);
        let (method, takes_self) =
            attempt!(method_through_super(cx.py, cx.object(3), cx.object(2), cx.object(1), name, oparg & 2 != 0));
        if takes_self {
            // (super, class, self) becomes (method, self).
            let receiver = cx.pop();
            cx.replace_n(2, StackRef::owned(method));
            cx.push(receiver);
        } else {
            cx.replace_n(3, StackRef::owned(method));
            cx.push(StackRef::NULL);
        }
        Step::Next
    }

    /// A special method and its self (or NULL).
    fn LOAD_SPECIAL(cx, oparg) {
        let (method, takes_self) = attempt!(special(cx.py, cx.object(1), oparg));
        if takes_self {
            let owner = core::mem::replace(&mut *cx.slot(1), StackRef::owned(method));
            cx.push(owner);
        } else {
            cx.replace_n(1, StackRef::owned(method));
            cx.push(StackRef::NULL);
        }
        Step::Next
    }
}
