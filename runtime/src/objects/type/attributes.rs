//! Attributes of type objects: look-up through the metatype, assignment with slot update, and the getters and setters of `type`.

use core::ffi::c_int;

use super::{PyHeapType, PyType, flags};
use crate::error::{PyResult, Raised, owned_or_raised};
use crate::object::PyObject;
use crate::objects::mappingproxy::PyMappingProxy;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::protocol::attribute::attribute_name;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{bail, id, raise};

type Obj = *mut PyObject;

/// `type.__getattribute__`.
pub(super) unsafe extern "C-unwind" fn type_getattro(slf: Obj, name: Obj) -> Obj {
    // SAFETY: slot call of `type` with live objects on an attached thread.
    let (py, ty, name) = unsafe { (Py::assume(), &*slf.cast::<PyType>(), &*name) };
    let result = attribute_name(py, name).and_then(|name| match ty.find_attribute(py, name) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => {
            let text = format!("type object '{}' has no attribute '{name}'", ty.name());
            Err(py.raise_attribute_error_object(ty, name, &text))
        }
        Err(raised) => Err(raised),
    });
    result.map_or(core::ptr::null_mut(), Ref::into_raw)
}

/// `type.__setattr__`.
pub(super) unsafe extern "C-unwind" fn type_setattro(slf: Obj, name: Obj, value: Obj) -> c_int {
    // SAFETY: slot call of `type` with live objects on an attached thread; a null value deletes.
    let (py, ty, name, value) = unsafe { (Py::assume(), &*slf.cast::<PyType>(), &*name, value.as_ref()) };
    if assign(py, ty, name, value).is_ok() { 0 } else { -1 }
}

fn assign(py: Py<'_>, ty: &PyType, name: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
    if ty.has(flags::IMMUTABLETYPE) {
        let text = match name.downcast::<PyStr>() {
            Some(name) => name.repr(py)?.to_string_lossy().into_owned(),
            None => name.repr(py)?.to_string_lossy().into_owned(),
        };
        bail!(py, TypeError, "cannot set {text} attribute of immutable type '{}'", ty.name())
    }
    let name = attribute_name(py, name)?;
    let name = match PyStr::check_exact(name) {
        true => PyStr::intern(py, name.new_ref()),
        false => PyStr::intern(py, PyStr::from_wtf8(py, &name.to_wtf8())?),
    };
    // A data descriptor of the metatype takes the assignment.
    let meta = ty.ty();
    if let Some(descriptor) = meta.lookup(py, &name)
        && let Some(set) = descriptor.ty().tp_descr_set.get()
    {
        let value = value.map_or(core::ptr::null_mut(), PyObject::as_ptr);
        // SAFETY: slot call on live objects.
        let r = unsafe { set(descriptor.as_ptr(), ty.as_ptr(), value) };
        return if r < 0 { Err(Raised::already(py)) } else { Ok(()) };
    }
    ty.set_own(py, &name, value)
}

/// True for names like `__add__`.
fn is_dunder(name: &PyStr) -> bool {
    let n = name.len();
    let is = |i: usize| name.code_point(i) == Some(u32::from(b'_'));
    n >= 5 && is(0) && is(1) && is(n - 2) && is(n - 1)
}

impl PyType {
    /// The search behind `type.__getattribute__`; `None` when nothing is found.
    pub fn find_attribute(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        let meta = self.ty();
        let meta_attribute = meta.lookup(py, name);
        let mut meta_get = None;
        if let Some(attribute) = &meta_attribute {
            meta_get = attribute.ty().tp_descr_get.get();
            if let Some(get) = meta_get
                && attribute.ty().tp_descr_set.get().is_some()
            {
                // SAFETY: slot call on live objects.
                return unsafe {
                    owned_or_raised(py, get(attribute.as_ptr(), self.as_ptr(), meta.as_ptr())).map(Some)
                };
            }
        }
        if let Some(attribute) = self.lookup(py, name) {
            return match attribute.ty().tp_descr_get.get() {
                // SAFETY: slot call on live objects; a null instance means access through the class.
                Some(get) => unsafe {
                    owned_or_raised(py, get(attribute.as_ptr(), core::ptr::null_mut(), self.as_ptr()))
                        .map(Some)
                },
                None => Ok(Some(attribute)),
            };
        }
        let Some(attribute) = meta_attribute else { return Ok(None) };
        match meta_get {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(attribute.as_ptr(), self.as_ptr(), meta.as_ptr())).map(Some)
            },
            None => Ok(Some(attribute)),
        }
    }

    /// Stores into or deletes from the class dict, past the metatype, and keeps caches and slots in step.
    pub fn set_own(&self, py: Py<'_>, name: &PyStr, value: Option<&PyObject>) -> PyResult<()> {
        let Some(dict) = self.dict() else { bail!(py, SystemError, "type '{}' is not ready", self.name()) };
        self.modified(py);
        let old = dict.get_str(py, name)?;
        match value {
            Some(value) => dict.set(py, name, value)?,
            None => {
                if dict.remove(py, name)?.is_none() {
                    let text = format!("type object '{}' has no attribute '{name}'", self.name());
                    return Err(py.raise_attribute_error_object(self, name, &text));
                }
            }
        }
        // The look-ups of a `modified` callback may have given the type a version again.
        self.modified(py);
        if is_dunder(name) {
            self.update_slots_of(py, name);
        }
        drop(old);
        Ok(())
    }

    /// The heap part of a class made at run time.
    #[inline]
    pub fn heap(&self) -> Option<&PyHeapType> {
        // SAFETY: heap types are allocated as PyHeapType.
        self.has(flags::HEAPTYPE).then(|| unsafe { &*core::ptr::from_ref(self).cast::<PyHeapType>() })
    }

    /// `tp_name` as text: "module.name" for static types outside builtins, the bare name for others; as messages show it.
    pub fn name(&self) -> &str {
        // SAFETY: tp_name is NUL-terminated UTF-8 that lives as long as the type.
        unsafe { super::ready::text_of(self.tp_name.get()) }.unwrap_or("?")
    }

    /// The name after the last dot of `tp_name`.
    pub fn short_name(&self) -> &str {
        self.name().rsplit('.').next().unwrap_or_default()
    }

    /// `__name__`.
    pub fn dunder_name(&self) -> String {
        match self.heap().and_then(|h| h.ht_name.get()) {
            Some(name) => {
                name.downcast::<PyStr>().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
            }
            None => self.short_name().to_owned(),
        }
    }

    /// `__qualname__`.
    pub fn qualname(&self) -> String {
        match self.heap().and_then(|h| h.ht_qualname.get()) {
            Some(name) => {
                name.downcast::<PyStr>().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
            }
            None => self.short_name().to_owned(),
        }
    }

    /// `__module__` as text, if it is a string.
    pub fn module_name(&self, py: Py<'_>) -> Option<String> {
        if self.has(flags::HEAPTYPE) {
            let module = self.dict()?.get_str(py, id!(py, "__module__")).ok()??;
            return module.downcast::<PyStr>().map(|m| m.to_string_lossy().into_owned());
        }
        Some(self.name().rsplit_once('.').map_or("builtins", |(module, _)| module).to_owned())
    }

    /// `__qualname__` preceded by the module unless that is builtins or __main__: as `%N` formats.
    pub fn qualified_name(&self) -> String {
        let Some(py) = Py::current() else { return self.name().to_owned() };
        match self.module_name(py) {
            Some(module) if module != "builtins" && module != "__main__" => {
                format!("{module}.{}", self.qualname())
            }
            _ => self.qualname(),
        }
    }

    /// The class as its instances' default `repr` names it: module (unless builtins) and qualified name.
    pub fn repr_name(&self, py: Py<'_>) -> String {
        match self.module_name(py) {
            Some(module) if module != "builtins" => format!("{module}.{}", self.qualname()),
            _ if self.has(flags::HEAPTYPE) => self.name().to_owned(),
            _ => self.name().to_owned(),
        }
    }
}

/// Refuses changes of immutable types and deletions: the common start of the setters.
pub(super) fn check_settable<'a>(
    py: Py<'_>,
    ty: &PyType,
    value: Option<&'a PyObject>,
    name: &str,
) -> PyResult<&'a PyObject> {
    if ty.has(flags::IMMUTABLETYPE) {
        bail!(py, TypeError, "cannot set '{name}' attribute of immutable type '{}'", ty.name())
    }
    let Some(value) = value else {
        bail!(py, TypeError, "cannot delete '{name}' attribute of immutable type '{}'", ty.name())
    };
    Ok(value)
}

pub(super) fn get_module(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    if ty.has(flags::HEAPTYPE) {
        let found = match ty.dict() {
            Some(dict) => dict.get_str(py, id!(py, "__module__"))?,
            None => None,
        };
        return match found {
            Some(module) => Ok(module),
            None => Err(raise!(py, AttributeError, "__module__")),
        };
    }
    PyStr::new_interned(py, &ty.module_name(py).unwrap_or_default()).map(Ref::upcast)
}

pub(super) fn get_doc(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    if !ty.has(flags::HEAPTYPE) && !ty.tp_doc.get().is_null() {
        // SAFETY: tp_doc is NUL-terminated.
        let doc = unsafe { super::ready::text_of(ty.tp_doc.get()) }.unwrap_or_default();
        return PyStr::new(py, super::ready::without_signature(ty.short_name(), doc)).map(Ref::upcast);
    }
    let found = match ty.dict() {
        Some(dict) => dict.get_str(py, id!(py, "__doc__"))?,
        None => None,
    };
    match found {
        None => Ok(py.none()),
        Some(doc) => match doc.ty().tp_descr_get.get() {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(doc.as_ptr(), core::ptr::null_mut(), ty.as_ptr()))
            },
            None => Ok(doc),
        },
    }
}

pub(super) fn get_dict(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    match ty.dict() {
        Some(dict) => PyMappingProxy::new(py, &dict),
        None => Ok(py.none()),
    }
}

fn cached(py: Py<'_>, ty: &PyType, names: [&PyStr; 2]) -> PyResult<Option<Ref<PyObject>>> {
    let Some(dict) = ty.dict() else { return Ok(None) };
    for name in names {
        if let Some(value) = dict.get_str(py, name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Binds what a class dict holds.
fn bound(py: Py<'_>, ty: &PyType, value: Ref<PyObject>) -> PyResult<Ref<PyObject>> {
    match value.ty().tp_descr_get.get() {
        // SAFETY: slot call on live objects.
        Some(get) => unsafe { owned_or_raised(py, get(value.as_ptr(), core::ptr::null_mut(), ty.as_ptr())) },
        None => Ok(value),
    }
}

/// `__annotate__` (PEP 649).
pub(super) fn get_annotate(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    if !ty.has(flags::HEAPTYPE) {
        bail!(py, AttributeError, "type object '{}' has no attribute '__annotate__'", ty.name())
    }
    match cached(py, ty, [id!(py, "__annotate__"), id!(py, "__annotate_func__")])? {
        Some(value) => bound(py, ty, value),
        None => {
            if let Some(dict) = ty.dict() {
                dict.set(py, id!(py, "__annotate_func__"), crate::objects::PyNone::get())?;
            }
            Ok(py.none())
        }
    }
}

pub(super) fn set_annotate(py: Py<'_>, ty: &PyType, value: Option<&PyObject>) -> PyResult<()> {
    let Some(value) = value else { bail!(py, TypeError, "cannot delete __annotate__ attribute") };
    if ty.has(flags::IMMUTABLETYPE) {
        bail!(py, TypeError, "cannot set '__annotate__' attribute of immutable type '{}'", ty.name())
    }
    if !value.is_none() && !value.is_callable() {
        bail!(py, TypeError, "__annotate__ must be callable or None")
    }
    let Some(dict) = ty.dict() else { return Ok(()) };
    ty.modified(py);
    if dict.get_str(py, id!(py, "__annotate__"))?.is_some() {
        dict.set(py, id!(py, "__annotate__"), value)?;
    } else {
        dict.set(py, id!(py, "__annotate_func__"), value)?;
    }
    if !value.is_none() {
        dict.remove(py, id!(py, "__annotations_cache__"))?;
    }
    Ok(())
}

/// `__annotations__`: cached, or made by `__annotate__`.
pub(super) fn get_annotations(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    if !ty.has(flags::HEAPTYPE) {
        bail!(py, AttributeError, "type object '{}' has no attribute '__annotations__'", ty.name())
    }
    if let Some(value) = cached(py, ty, [id!(py, "__annotations__"), id!(py, "__annotations_cache__")])? {
        return bound(py, ty, value);
    }
    let annotate = ty.get_attr(py, id!(py, "__annotate__"))?;
    let annotations: Ref<PyObject> = if annotate.is_callable() {
        let one = crate::objects::PyInt::new(py, 1)?;
        let result = annotate.call(py, &[&one])?;
        if result.downcast::<PyDict>().is_none() {
            bail!(py, TypeError, "__annotate__ returned non-dict of type '{}'", result.ty().name())
        }
        result
    } else {
        PyDict::new(py)?.upcast()
    };
    if let Some(dict) = ty.dict() {
        dict.set(py, id!(py, "__annotations_cache__"), &annotations)?;
        ty.modified(py);
    }
    Ok(annotations)
}

pub(super) fn set_annotations(py: Py<'_>, ty: &PyType, value: Option<&PyObject>) -> PyResult<()> {
    if ty.has(flags::IMMUTABLETYPE) {
        bail!(py, TypeError, "cannot set '__annotations__' attribute of immutable type '{}'", ty.name())
    }
    let Some(dict) = ty.dict() else { return Ok(()) };
    ty.modified(py);
    let own = id!(py, "__annotations__");
    let cache = id!(py, "__annotations_cache__");
    match value {
        Some(value) => {
            let name = if dict.get_str(py, own)?.is_some() { own } else { cache };
            dict.set(py, name, value)?;
        }
        None => {
            if dict.remove(py, own)?.is_none() && dict.remove(py, cache)?.is_none() {
                bail!(py, AttributeError, "__annotations__")
            }
        }
    }
    dict.remove(py, id!(py, "__annotate_func__"))?;
    dict.remove(py, id!(py, "__annotate__"))?;
    Ok(())
}

/// `__type_params__`.
pub(super) fn get_type_params(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    if ty.has(flags::HEAPTYPE)
        && let Some(dict) = ty.dict()
        && let Some(params) = dict.get_str(py, id!(py, "__type_params__"))?
    {
        return Ok(params);
    }
    PyTuple::new(py, &[]).map(Ref::upcast)
}

/// `__abstractmethods__`: an `AttributeError` unless set.
pub(super) fn get_abstract(py: Py<'_>, ty: &PyType) -> PyResult<Ref<PyObject>> {
    // `type` itself has the descriptor in its dict.
    if !core::ptr::eq(ty, PyType::type_object())
        && let Some(dict) = ty.dict()
        && let Some(names) = dict.get_str(py, id!(py, "__abstractmethods__"))?
    {
        return Ok(names);
    }
    let name = id!(py, "__abstractmethods__");
    Err(py.raise_attribute_error_object(ty, name, &name.to_string_lossy()))
}

pub(super) fn set_abstract(py: Py<'_>, ty: &PyType, value: Option<&PyObject>) -> PyResult<()> {
    let Some(dict) = ty.dict() else { return Ok(()) };
    let name = id!(py, "__abstractmethods__");
    let is_abstract = match value {
        Some(value) => {
            let truth = value.is_true(py)?;
            dict.set(py, name, value)?;
            truth
        }
        None => {
            if dict.remove(py, name)?.is_none() {
                bail!(py, AttributeError, "{name}")
            }
            false
        }
    };
    ty.modified(py);
    let others = ty.tp_flags.get() & !flags::IS_ABSTRACT;
    ty.tp_flags.set(if is_abstract { others | flags::IS_ABSTRACT } else { others });
    Ok(())
}
