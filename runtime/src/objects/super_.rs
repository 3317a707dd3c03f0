//! `super`: attribute look-up that starts behind a class in an object's MRO.

use crate::error::owned_or_raised;
use crate::objects::r#type::flags;
use crate::prelude::*;

/// `superobject`.
#[pyclass(name = "super", basetype, gc)]
#[repr(C)]
pub struct PySuper {
    base: PyObject,
    #[pymember("__thisclass__", object, readonly)]
    class: Member<PyType>,
    #[pymember("__self__", object, readonly)]
    obj: Member<PyObject>,
    #[pymember("__self_class__", object, readonly)]
    obj_type: Member<PyType>,
}

/// The class whose MRO is searched: `object`'s own, or `object` itself when that is a class below `class`.
pub(super) fn super_check(py: Py<'_>, class: &PyType, object: &PyObject) -> PyResult<Ref<PyType>> {
    if let Some(object) = object.downcast::<PyType>()
        && object.is_subtype(class)
    {
        return Ok(object.new_ref());
    }
    if object.ty().is_subtype(class) {
        return Ok(object.ty().new_ref());
    }
    if let Some(claimed) = object.get_attr_optional(py, id!(py, "__class__"))?
        && let Some(claimed) = claimed.downcast::<PyType>()
        && !core::ptr::eq(claimed, object.ty())
        && claimed.is_subtype(class)
    {
        return Ok(claimed.new_ref());
    }
    let (kind, name) = match object.downcast::<PyType>() {
        Some(ty) => ("type", ty.name()),
        None => ("instance of", object.ty().name()),
    };
    Err(raise!(
        py,
        TypeError,
        "super(type, obj): obj ({kind} {name}) is not an instance or subtype of type ({}).",
        class.name()
    ))
}

/// What stands behind `class` in the MRO of `start` under `name`, not bound.
fn find_behind(py: Py<'_>, class: &PyType, start: &PyType, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
    let Some(mro) = start.mro() else { return Ok(None) };
    let position = mro.as_slice().iter().position(|c| core::ptr::eq(c.as_raw(), class.as_ptr()));
    let Some(position) = position else { return Ok(None) };
    for class in mro.as_slice().iter().skip(position + 1) {
        let Some(dict) = class.downcast::<PyType>().and_then(PyType::dict) else { continue };
        if let Some(found) = dict.get_str(py, name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// `super(class, object).name`; `method` says that an unbound function may be handed out with `true` instead of a bound method.
pub fn super_lookup(
    py: Py<'_>,
    class: &PyType,
    object: &PyObject,
    name: &PyStr,
    method: bool,
) -> PyResult<(Ref<PyObject>, bool)> {
    let start = super_check(py, class, object)?;
    if !name.eq_str("__class__")
        && let Some(found) = find_behind(py, class, &start, name)?
    {
        if method && found.ty().has(flags::METHOD_DESCRIPTOR) {
            return Ok((found, true));
        }
        return bind(py, found, object, &start).map(|v| (v, false));
    }
    let proxy = PySuper::make(py, class, object, &start)?;
    proxy.generic_get_attr(py, name).map(|v| (v, false))
}

fn bind(py: Py<'_>, found: Ref<PyObject>, object: &PyObject, start: &PyType) -> PyResult<Ref<PyObject>> {
    let Some(get) = found.ty().tp_descr_get.get() else { return Ok(found) };
    // Only pass the object when it is no class: access through the class otherwise.
    let instance =
        if core::ptr::eq(object, start.as_ptr()) { core::ptr::null_mut() } else { object.as_ptr() };
    // SAFETY: slot call on live objects.
    unsafe { owned_or_raised(py, get(found.as_ptr(), instance, start.as_ptr())) }
}

impl PySuper {
    fn make(py: Py<'_>, class: &PyType, object: &PyObject, start: &PyType) -> PyResult<Ref<PySuper>> {
        PySuper {
            base: PyObject::HEADER,
            class: Member::new(class.new_ref()),
            obj: Member::new(object.to_ref()),
            obj_type: Member::new(start.new_ref()),
        }
        .alloc_exact(py)
    }
}

#[pymethods]
impl PySuper {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PySuper {
            base: PyObject::HEADER,
            class: Member::empty(),
            obj: Member::empty(),
            obj_type: Member::empty(),
        }
        .alloc(py, cls)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        no_keywords(py, "super", kwargs)?;
        check_positional(py, "super()", args.len() as isize, 0, 2)?;
        let (class, object) = match args.get(0) {
            Some(class) => {
                let Some(class) = class.downcast::<PyType>() else {
                    bail!(py, TypeError, "super() argument 1 must be a type, not {}", class.ty().name())
                };
                (class.new_ref(), args.get(1).filter(|o| !o.is_none()).map(PyObject::to_ref))
            }
            None => {
                let (class, object) = py.super_from_frame()?;
                (class, Some(object))
            }
        };
        let start = match &object {
            Some(object) => Some(super_check(py, &class, object)?),
            None => None,
        };
        self.class.set(class);
        drop(self.obj.replace(object));
        drop(self.obj_type.replace(start));
        Ok(())
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let class = self.class.get().map_or_else(|| "NULL".to_owned(), |c| c.name().to_owned());
        let text = match self.obj_type.get() {
            Some(start) => format!("<super: <class '{class}'>, <{} object>>", start.name()),
            None => format!("<super: <class '{class}'>, NULL>"),
        };
        PyStr::new(py, &text)
    }
    #[slot]
    fn tp_getattro(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        let name = crate::protocol::attribute::attribute_name(py, name)?;
        if let (Some(class), Some(start), Some(object)) =
            (self.class.get(), self.obj_type.get(), self.obj.get())
            && !name.eq_str("__class__")
            && let Some(found) = find_behind(py, &class, &start, name)?
        {
            return bind(py, found, &object, &start);
        }
        self.generic_get_attr(py, name)
    }
    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance.filter(|i| !i.is_none()) else { return Ok(self.to_ref()) };
        if self.obj.is_some() {
            return Ok(self.to_ref());
        }
        let Some(class) = self.class.get() else { return Ok(self.to_ref()) };
        if !self.is_exactly(PySuper::type_object()) {
            return self.ty().call(py, &[&class, instance]);
        }
        let start = super_check(py, &class, instance)?;
        PySuper::make(py, &class, instance, &start).map(Ref::upcast)
    }
}
