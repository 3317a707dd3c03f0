//! Names in namespaces: module globals, builtins, class bodies, `exec`.

use krait_runtime::PyClass;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyDict, PyStr};
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use super::load_store::{name_the_error, unbound_deref};
use crate::dispatch::Step;
use crate::objects::code::PyCode;
use crate::specialize;
use crate::stackref::StackRef;

/// `name 'x' is not defined`.
#[cold]
#[inline(never)]
pub(crate) fn undefined(py: Py<'_>, name: &PyStr) -> krait_runtime::Raised {
    let raised = raise!(py, NameError, "name '{name}' is not defined");
    name_the_error(py, name);
    raised
}

/// `mapping[name]`, or nothing when it has none.
pub(crate) fn get_optional(
    py: Py<'_>,
    mapping: &PyObject,
    name: &PyObject,
) -> PyResult<Option<Ref<PyObject>>> {
    if let Some(dict) = mapping.downcast_exact::<PyDict>() {
        return dict.get(py, name);
    }
    match mapping.get_item(py, name) {
        Ok(value) => Ok(Some(value)),
        Err(raised) if py.error_matches(types::KeyError()) => {
            py.clear_error(raised);
            Ok(None)
        }
        Err(raised) => Err(raised),
    }
}

/// A global or builtin.
#[inline]
pub(crate) fn load_global(
    py: Py<'_>,
    globals: &PyDict,
    builtins: &PyObject,
    name: &PyStr,
) -> PyResult<Ref<PyObject>> {
    // A function may have a dict subclass for globals; its `__getitem__` and `__missing__` count.
    let exact = PyDict::type_object();
    let found = if globals.is_exactly(exact) && builtins.is_exactly(exact) {
        globals.get_str(py, name)?
    } else {
        get_optional(py, globals, name)?
    };
    if let Some(value) = found {
        return Ok(value);
    }
    match get_optional(py, builtins, name)? {
        Some(value) => Ok(value),
        None => Err(undefined(py, name)),
    }
}

/// The namespace of local names.
#[inline(always)]
unsafe fn locals<'a>(cx: &crate::dispatch::Cx<'_>) -> Option<&'a PyObject> {
    // SAFETY: the frame owns its namespace.
    unsafe { (*cx.frame).f_locals.as_ref() }
}

#[cold]
#[inline(never)]
fn no_locals(py: Py<'_>, doing: &str, name: Option<&PyStr>) {
    let _ = match name {
        Some(name) => raise!(py, SystemError, "no locals {doing} '{name}'"),
        None => raise!(py, SystemError, "no locals"),
    };
}

/// A local name, else a global, else a builtin.
fn load_name(
    py: Py<'_>,
    locals: &PyObject,
    globals: &PyDict,
    builtins: &PyObject,
    name: &PyStr,
) -> PyResult<Ref<PyObject>> {
    match get_optional(py, locals, name)? {
        Some(value) => Ok(value),
        None => load_global(py, globals, builtins, name),
    }
}

#[cold]
#[inline(never)]
fn build_class_function(py: Py<'_>, builtins: &PyObject) -> PyResult<Ref<PyObject>> {
    match get_optional(py, builtins, krait_runtime::id!(py, "__build_class__"))? {
        Some(f) => Ok(f),
        None => Err(raise!(py, NameError, "__build_class__ not found")),
    }
}

#[cold]
#[inline(never)]
fn load_from_dict_or_deref(
    py: Py<'_>,
    mapping: &PyObject,
    code: &PyCode,
    slot: u32,
) -> PyResult<Option<Ref<PyObject>>> {
    get_optional(py, mapping, code.local_name(slot as usize))
}

instructions! {
    /// A name from locals, globals or builtins.
    fn LOAD_NAME(cx, oparg) {
        let name = cx.name(oparg);
        let Some(locals) = locals(cx) else {
            no_locals(cx.py, "when loading", Some(name));
            return Step::Error;
        };
        let value = attempt!(load_name(cx.py, locals, cx.globals(), cx.builtins(), name));
        cx.push_ref(value);
        Step::Next
    }

    /// Bind a name in the local namespace.
    fn STORE_NAME(cx, oparg) {
        let name = cx.name(oparg);
        let Some(ns) = locals(cx) else {
            no_locals(cx.py, "found when storing", Some(name));
            return Step::Error;
        };
        let value = cx.object(1);
        attempt!(match ns.downcast_exact::<PyDict>() {
            Some(dict) => dict.set(cx.py, name, value),
            None => ns.set_item(cx.py, name, value),
        });
        cx.pop().close();
        Step::Next
    }

    /// Unbind a name in the local namespace.
    fn DELETE_NAME(cx, oparg) {
        let name = cx.name(oparg);
        let Some(ns) = locals(cx) else {
            no_locals(cx.py, "when deleting", Some(name));
            return Step::Error;
        };
        if let Err(raised) = ns.del_item(cx.py, name) {
            if cx.py.error_matches(types::KeyError()) {
                cx.py.clear_error(raised);
                let _ = undefined(cx.py, name);
            }
            return Step::Error;
        }
        Step::Next
    }

    /// Global or builtin of name `oparg >> 1`; with bit 0 a NULL over it.
    fn LOAD_GLOBAL(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let value = attempt!(load_global(cx.py, cx.globals(), cx.builtins(), cx.name(oparg >> 1)));
        cx.push_ref(value);
        if oparg & 1 != 0 {
            cx.push(StackRef::NULL);
        }
        Step::Next
    }

    /// Bind a global name.
    fn STORE_GLOBAL(cx, oparg) {
        attempt!(cx.globals().set(cx.py, cx.name(oparg), cx.object(1)));
        cx.pop().close();
        Step::Next
    }

    /// Unbind a global name.
    fn DELETE_GLOBAL(cx, oparg) {
        let name = cx.name(oparg);
        if attempt!(cx.globals().remove(cx.py, name)).is_none() {
            let _ = undefined(cx.py, name);
            return Step::Error;
        }
        Step::Next
    }

    /// The namespace of local names.
    fn LOAD_LOCALS(cx, _) {
        let Some(ns) = locals(cx) else {
            no_locals(cx.py, "", None);
            return Step::Error;
        };
        cx.push_ref(ns.to_ref());
        Step::Next
    }

    /// A name in the mapping, else the globals, else the builtins.
    fn LOAD_FROM_DICT_OR_GLOBALS(cx, oparg) {
        let name = cx.name(oparg);
        let value = attempt!(load_name(cx.py, cx.object(1), cx.globals(), cx.builtins(), name));
        cx.replace_n(1, StackRef::owned(value));
        Step::Next
    }

    /// A name in the mapping, else the cell's value.
    fn LOAD_FROM_DICT_OR_DEREF(cx, oparg) {
        let found = attempt!(load_from_dict_or_deref(cx.py, cx.object(1), cx.code(), oparg));
        let value = match found {
            Some(value) => value,
            None => {
                let cell: &krait_runtime::objects::cell::PyCell = (*cx.local(oparg)).get().cast_unchecked();
                match cell.get() {
                    Some(value) => value,
                    None => {
                        unbound_deref(cx.py, cx.code(), oparg);
                        return Step::Error;
                    }
                }
            }
        };
        cx.replace_n(1, StackRef::owned(value));
        Step::Next
    }

    /// `builtins.__build_class__`.
    fn LOAD_BUILD_CLASS(cx, _) {
        let function = attempt!(build_class_function(cx.py, cx.builtins()));
        cx.push_ref(function);
        Step::Next
    }

    /// Make `__annotations__` if the namespace has none.
    fn SETUP_ANNOTATIONS(cx, _) {
        let Some(ns) = locals(cx) else {
            let _ = raise!(cx.py, SystemError, "no locals found when setting up annotations");
            return Step::Error;
        };
        let key = krait_runtime::id!(cx.py, "__annotations__");
        if attempt!(get_optional(cx.py, ns, key)).is_none() {
            let dict = attempt!(PyDict::new(cx.py));
            attempt!(ns.set_item(cx.py, key, &dict));
        }
        Step::Next
    }
}
