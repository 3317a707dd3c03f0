//! Pattern matching (PEP 634).

use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyDict, PySet, PyStr, PyTuple, PyType};
use krait_runtime::{Py, PyClass, PyObject, PyResult, Raised, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::stackref::StackRef;

fn duplicate(py: Py<'_>, key: &PyObject) -> Raised {
    match key.repr(py) {
        Ok(text) => raise!(py, ValueError, "mapping pattern checks duplicate key ({})", &*text),
        Err(raised) => raised,
    }
}

/// The values of a mapping pattern's keys, or nothing when one is missing. `get(key, dummy)` is asked, so that a `defaultdict` gets
/// no new keys.
#[inline(never)]
fn match_keys(py: Py<'_>, subject: &PyObject, keys: &PyTuple) -> PyResult<Option<Ref<PyObject>>> {
    let mut values = Vec::with_capacity(keys.len());
    if keys.is_empty() {
        return Ok(Some(PyTuple::from_vec(py, values)?.upcast()));
    }
    let seen = PySet::new(py)?;
    let dummy = PyDict::new(py)?;
    let exact = subject.downcast_exact::<PyDict>();
    let (get, takes_self) = subject.load_method(py, krait_runtime::id!(py, "get"))?;
    for key in keys.as_slice() {
        if seen.contains(py, key)? {
            return Err(duplicate(py, key));
        }
        seen.add(py, key)?;
        let value = match exact {
            Some(dict) => dict.get(py, key)?,
            None => {
                let value = if takes_self {
                    get.call(py, &[subject, key, &dummy])?
                } else {
                    get.call(py, &[key, &dummy])?
                };
                if value.is(&dummy) { None } else { Some(value) }
            }
        };
        match value {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(PyTuple::from_vec(py, values)?.upcast()))
}

fn class_attribute(
    py: Py<'_>,
    subject: &PyObject,
    class: &PyType,
    name: &PyStr,
    seen: &PySet,
) -> PyResult<Option<Ref<PyObject>>> {
    if seen.contains(py, name)? {
        let name = PyObject::repr(name, py)?;
        return Err(raise!(
            py,
            TypeError,
            "{}() got multiple sub-patterns for attribute {}",
            class.name(),
            &*name
        ));
    }
    seen.add(py, name)?;
    subject.get_attr_optional(py, name)
}

/// The attributes for a class pattern of `positional` and named sub-patterns, or nothing when the subject does not match.
#[inline(never)]
fn match_class(
    py: Py<'_>,
    subject: &PyObject,
    class: &PyObject,
    positional: usize,
    names: &PyTuple,
) -> PyResult<Option<Ref<PyObject>>> {
    let Some(ty) = class.downcast::<PyType>() else {
        return Err(raise!(py, TypeError, "called match pattern must be a class"));
    };
    if !subject.is_instance(py, class)? {
        return Ok(None);
    }
    let mut values = Vec::with_capacity(positional + names.len());
    let seen = PySet::new(py)?;
    if positional > 0 {
        let mut match_self = false;
        let match_args = match class.get_attr_optional(py, krait_runtime::id!(py, "__match_args__"))? {
            Some(args) => match args.downcast_into::<PyTuple>() {
                Ok(args) if PyTuple::check_exact(&args) => args,
                Ok(args) => return Err(not_a_tuple(py, ty, &args)),
                Err(args) => return Err(not_a_tuple(py, ty, &args)),
            },
            None => {
                match_self = ty.has(flags::MATCH_SELF);
                PyTuple::from_vec(py, Vec::new())?
            }
        };
        let allowed = if match_self { 1 } else { match_args.len() };
        if allowed < positional {
            let plural = if allowed == 1 { "" } else { "s" };
            return Err(raise!(
                py,
                TypeError,
                "{}() accepts {allowed} positional sub-pattern{plural} ({positional} given)",
                ty.name()
            ));
        }
        if match_self {
            values.push(subject.to_ref());
        } else {
            for name in match_args.as_slice().iter().take(positional) {
                let Some(name) = name.downcast_exact::<PyStr>() else {
                    return Err(raise!(
                        py,
                        TypeError,
                        "__match_args__ elements must be strings (got {})",
                        name.ty().name()
                    ));
                };
                match class_attribute(py, subject, ty, name, &seen)? {
                    Some(value) => values.push(value),
                    None => return Ok(None),
                }
            }
        }
    }
    for name in names.as_slice() {
        let Some(name) = name.downcast::<PyStr>() else { return Ok(None) };
        match class_attribute(py, subject, ty, name, &seen)? {
            Some(value) => values.push(value),
            None => return Ok(None),
        }
    }
    Ok(Some(PyTuple::from_vec(py, values)?.upcast()))
}

#[cold]
fn not_a_tuple(py: Py<'_>, class: &PyType, args: &PyObject) -> Raised {
    raise!(py, TypeError, "{}.__match_args__ must be a tuple (got {})", class.name(), args.ty().name())
}

instructions! {
    /// Push the tuple of values for a mapping pattern's keys, or None.
    fn MATCH_KEYS(cx, _) {
        let found = attempt!(match_keys(cx.py, cx.object(2), cx.object(1).cast_unchecked()));
        cx.push_ref(found.unwrap_or_else(|| cx.py.none()));
        Step::Next
    }

    /// Push whether the subject is a mapping.
    fn MATCH_MAPPING(cx, _) {
        let is = cx.object(1).ty().has(flags::MAPPING);
        cx.push_bool(is);
        Step::Next
    }

    /// Push whether the subject is a sequence.
    fn MATCH_SEQUENCE(cx, _) {
        let is = cx.object(1).ty().has(flags::SEQUENCE);
        cx.push_bool(is);
        Step::Next
    }

    /// Attribute tuple for a class pattern, or None. The stack: subject, class, names.
    fn MATCH_CLASS(cx, oparg) {
        let names: &PyTuple = cx.object(1).cast_unchecked();
        let found = attempt!(match_class(cx.py, cx.object(3), cx.object(2), oparg as usize, names));
        cx.replace_n(3, StackRef::owned(found.unwrap_or_else(|| cx.py.none())));
        Step::Next
    }
}
