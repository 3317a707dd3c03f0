//! `isinstance` and `issubclass`: exact types, tuples, unions, `__instancecheck__`, abstract classes.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::union::PyUnion;
use crate::objects::{PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// `isinstance(object, class)`.
pub fn is_instance(py: Py<'_>, object: &PyObject, class: &PyObject) -> PyResult<bool> {
    if core::ptr::eq(object.type_ptr().cast::<PyObject>(), class) {
        return Ok(true);
    }
    if PyType::check_exact(class) {
        return real_is_instance(py, object, class);
    }
    let members;
    let mut class = class;
    if let Some(union) = class.downcast_exact::<PyUnion>() {
        members = union.args(py)?;
        class = &members;
    }
    if let Some(classes) = class.downcast::<PyTuple>() {
        py.check_stack(" in __instancecheck__")?;
        for class in classes.as_slice() {
            if is_instance(py, object, class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(checker) = class.lookup_special(py, crate::id!(py, "__instancecheck__"))? {
        py.check_stack(" in __instancecheck__")?;
        return checker.call(py, &[object])?.is_true(py);
    }
    real_is_instance(py, object, class)
}

/// `type.__instancecheck__`.
pub fn real_is_instance(py: Py<'_>, object: &PyObject, class: &PyObject) -> PyResult<bool> {
    if let Some(class) = class.downcast::<PyType>() {
        if object.ty().is_subtype(class) {
            return Ok(true);
        }
        // A proxy may claim another class.
        let Some(claimed) = object.get_attr_optional(py, crate::id!(py, "__class__"))? else {
            return Ok(false);
        };
        return Ok(match claimed.downcast::<PyType>() {
            Some(claimed) if !core::ptr::eq(claimed, object.ty()) => claimed.is_subtype(class),
            _ => false,
        });
    }
    check_class(py, class, || "isinstance() arg 2 must be a type, a tuple of types, or a union".to_owned())?;
    match object.get_attr_optional(py, crate::id!(py, "__class__"))? {
        Some(claimed) => abstract_is_subclass(py, claimed, class),
        None => Ok(false),
    }
}

/// `issubclass(object, class)`.
pub fn is_subclass(py: Py<'_>, object: &PyObject, class: &PyObject) -> PyResult<bool> {
    if PyType::check_exact(class) {
        if core::ptr::eq(object, class) {
            return Ok(true);
        }
        return real_is_subclass(py, object, class);
    }
    let members;
    let mut class = class;
    if let Some(union) = class.downcast_exact::<PyUnion>() {
        members = union.args(py)?;
        class = &members;
    }
    if let Some(classes) = class.downcast::<PyTuple>() {
        py.check_stack(" in __subclasscheck__")?;
        for class in classes.as_slice() {
            if is_subclass(py, object, class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if let Some(checker) = class.lookup_special(py, crate::id!(py, "__subclasscheck__"))? {
        py.check_stack(" in __subclasscheck__")?;
        return checker.call(py, &[object])?.is_true(py);
    }
    real_is_subclass(py, object, class)
}

/// `type.__subclasscheck__`.
pub fn real_is_subclass(py: Py<'_>, object: &PyObject, class: &PyObject) -> PyResult<bool> {
    if let (Some(object), Some(class)) = (object.downcast::<PyType>(), class.downcast::<PyType>()) {
        return Ok(object.is_subtype(class));
    }
    check_class(py, object, || "issubclass() arg 1 must be a class".to_owned())?;
    check_class(py, class, || {
        "issubclass() arg 2 must be a class, a tuple of classes, or a union".to_owned()
    })?;
    abstract_is_subclass(py, object.to_ref(), class)
}

/// `cls.__bases__` when it is a tuple.
fn abstract_bases(py: Py<'_>, class: &PyObject) -> PyResult<Option<Ref<PyTuple>>> {
    let bases = class.get_attr_optional(py, crate::id!(py, "__bases__"))?;
    Ok(bases.and_then(|b| b.downcast_into::<PyTuple>().ok()))
}

fn check_class(py: Py<'_>, class: &PyObject, text: impl Fn() -> String) -> PyResult<()> {
    match abstract_bases(py, class)? {
        Some(_) => Ok(()),
        None => Err(raise!(py, TypeError, "{}", text())),
    }
}

fn abstract_is_subclass(py: Py<'_>, mut derived: Ref<PyObject>, class: &PyObject) -> PyResult<bool> {
    loop {
        if derived.is(class) {
            return Ok(true);
        }
        let Some(bases) = abstract_bases(py, &derived)? else { return Ok(false) };
        match bases.as_slice() {
            [] => return Ok(false),
            [only] => derived = only.clone(),
            several => {
                py.check_stack(" in __issubclass__")?;
                for base in several {
                    if abstract_is_subclass(py, base.clone(), class)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
        }
    }
}
