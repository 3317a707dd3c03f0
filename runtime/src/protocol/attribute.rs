//! Generic attribute access: data descriptors, instance dict, other descriptors; method look-up without binding; where an
//! instance's dict stands. Not here: attributes of type objects (`objects/type/attributes.rs`).

use core::ffi::c_int;

use crate::error::{PyResult, Raised, owned_or_raised};
use crate::object::PyObject;
use crate::objects::dict::split;
use crate::objects::exceptions::types;
use crate::objects::r#type::flags;
use crate::objects::{PyDict, PyStr, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, PyClass, Ref};

/// Where the managed dict pointer stands, in words before the object.
const MANAGED_DICT_WORDS: usize = 3;
/// Where the managed list of weak references stands, in words before the object.
const MANAGED_WEAKREF_WORDS: usize = 4;

impl PyObject {
    /// The managed dict pointer in front of an object.
    ///
    /// # Safety
    /// The type has `MANAGED_DICT`.
    #[inline(always)]
    pub unsafe fn managed_dict_field(&self) -> &Member<PyObject> {
        // SAFETY: such objects are allocated with a pre-header.
        unsafe { &*self.as_ptr().cast::<Member<PyObject>>().sub(MANAGED_DICT_WORDS) }
    }

    /// The managed weak-reference list in front of an object.
    ///
    /// # Safety
    /// The type has `MANAGED_WEAKREF`.
    #[inline(always)]
    pub unsafe fn managed_weakref_field(&self) -> *mut *mut PyObject {
        // SAFETY: such objects are allocated with a pre-header.
        unsafe { self.as_ptr().cast::<*mut PyObject>().sub(MANAGED_WEAKREF_WORDS) }
    }

    /// The field that holds the instance's `__dict__`, if its type gives it one.
    #[inline(always)]
    pub fn dict_field(&self) -> Option<&Member<PyObject>> {
        let ty = self.ty();
        // SAFETY: flags and offset describe the object.
        unsafe {
            if ty.has(flags::MANAGED_DICT) {
                return Some(self.managed_dict_field());
            }
            let offset = ty.tp_dictoffset.get();
            match offset {
                0 => None,
                1.. => Some(&*self.as_ptr().byte_offset(offset).cast()),
                _ => Some(self.dict_at_end(offset)),
            }
        }
    }

    /// A dict pointer counted from the end of a variable-size object.
    #[cold]
    unsafe fn dict_at_end(&self, offset: isize) -> &Member<PyObject> {
        // SAFETY: a negative offset is only given to variable-size types.
        unsafe {
            let items = (*self.as_ptr().cast::<crate::object::PyVarObject>()).ob_size.get().unsigned_abs();
            let size = crate::memory::object_size(self.ty(), items).unwrap_or_default() as isize;
            &*self.as_ptr().byte_offset(size + offset).cast()
        }
    }

    /// True when the instance's attributes stand inline, and mean something.
    #[inline(always)]
    fn has_inline_values(&self) -> bool {
        // SAFETY: asked only of types with the flag.
        self.ty().has(flags::INLINE_VALUES) && unsafe { split::inline_values(self).valid.get() != 0 }
    }

    /// The instance's `__dict__` as it is now; it may not be made yet, though there are inline values.
    #[inline]
    pub fn existing_dict(&self) -> Option<Ref<PyDict>> {
        let dict = self.dict_field()?.get()?;
        // SAFETY: only dicts are stored.
        Some(unsafe { dict.cast_into_unchecked() })
    }

    /// The instance's `__dict__`, made where needed (`PyObject_GenericGetDict`).
    pub fn instance_dict(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let Some(field) = self.dict_field() else {
            return Err(raise!(py, AttributeError, "This object has no __dict__"));
        };
        if let Some(dict) = field.get() {
            return Ok(dict);
        }
        if self.ty().has(flags::MANAGED_DICT) {
            // SAFETY: the type has the flag.
            return unsafe { split::materialize_dict(py, self) }.map(Ref::upcast);
        }
        let dict = PyDict::new(py)?.upcast();
        field.set(dict.clone());
        Ok(dict)
    }

    /// Replaces the instance's `__dict__` (`PyObject_GenericSetDict`).
    pub fn set_instance_dict(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(field) = self.dict_field() else {
            return Err(raise!(py, AttributeError, "This object has no __dict__"));
        };
        let Some(value) = value else {
            return Err(raise!(py, TypeError, "cannot delete __dict__"));
        };
        let Some(dict) = value.downcast::<PyDict>() else {
            return Err(raise!(
                py,
                TypeError,
                "__dict__ must be set to a dictionary, not a '{}'",
                value.ty().name()
            ));
        };
        if self.ty().has(flags::MANAGED_DICT) {
            // SAFETY: the type has the flag.
            return unsafe { split::replace_dict(py, self, Some(dict)) };
        }
        field.set(value.to_ref());
        Ok(())
    }

    /// The instance's own attribute `name`, classes not asked.
    #[inline]
    pub fn own_attribute(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        if self.has_inline_values() {
            if PyStr::check_exact(name) {
                // SAFETY: the type has the flag, the values are valid and the name is exact.
                return Ok(unsafe { split::inline_get(self, name) });
            }
            self.instance_dict(py)?;
        }
        match self.existing_dict() {
            Some(dict) => dict.get_str(py, name),
            None => Ok(None),
        }
    }

    /// `object.__getattribute__` without raising for a missing attribute (`_PyObject_GenericGetAttrWithDict(suppress=1)`).
    pub fn generic_get_attr_optional(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        match self.generic_find(py, name) {
            Err(raised) if py.error_matches(types::AttributeError()) => {
                py.clear_error(raised);
                Ok(None)
            }
            other => other,
        }
    }

    /// The search behind `object.__getattribute__`; `None` when nothing is found.
    #[inline]
    fn generic_find(&self, py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        let ty = self.ty();
        let descriptor = ty.lookup(py, name);
        let mut get = None;
        if let Some(descriptor) = &descriptor {
            let kind = descriptor.ty();
            get = kind.tp_descr_get.get();
            if let Some(get) = get
                && kind.tp_descr_set.get().is_some()
            {
                // SAFETY: slot call on live objects.
                return unsafe {
                    owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr())).map(Some)
                };
            }
        }
        if let Some(value) = self.own_attribute(py, name)? {
            return Ok(Some(value));
        }
        let Some(descriptor) = descriptor else { return Ok(None) };
        match get {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr())).map(Some)
            },
            None => Ok(Some(descriptor)),
        }
    }

    /// `object.__getattribute__` (`PyObject_GenericGetAttr`).
    #[inline]
    pub fn generic_get_attr(&self, py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        match self.generic_find(py, name)? {
            Some(value) => Ok(value),
            None => Err(self.no_attribute(py, name)),
        }
    }

    /// The same with a name that may be no string.
    pub fn generic_get_attr_object(&self, py: Py<'_>, name: &PyObject) -> PyResult<Ref<PyObject>> {
        self.generic_get_attr(py, attribute_name(py, name)?)
    }

    /// `object.__getattribute__` with `dict` in place of the instance's own (`_PyObject_GenericGetAttrWithDict`).
    pub fn generic_get_attr_with_dict(
        &self,
        py: Py<'_>,
        name: &PyStr,
        dict: &PyDict,
    ) -> PyResult<Ref<PyObject>> {
        let ty = self.ty();
        let descriptor = ty.lookup(py, name);
        let mut get = None;
        if let Some(descriptor) = &descriptor {
            let kind = descriptor.ty();
            get = kind.tp_descr_get.get();
            if let Some(get) = get
                && kind.tp_descr_set.get().is_some()
            {
                // SAFETY: slot call on live objects.
                return unsafe { owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr())) };
            }
        }
        if let Some(value) = dict.get_str(py, name)? {
            return Ok(value);
        }
        match (descriptor, get) {
            // SAFETY: slot call on live objects.
            (Some(descriptor), Some(get)) => unsafe {
                owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr()))
            },
            (Some(descriptor), None) => Ok(descriptor),
            (None, _) => Err(self.no_attribute(py, name)),
        }
    }

    /// `object.__setattr__` / `__delattr__` with `dict` in place of the instance's own.
    pub fn generic_set_attr_with_dict(
        &self,
        py: Py<'_>,
        name: &PyStr,
        value: Option<&PyObject>,
        dict: &PyDict,
    ) -> PyResult<()> {
        if let Some(descriptor) = self.ty().lookup(py, name)
            && let Some(set) = descriptor.ty().tp_descr_set.get()
        {
            let value = value.map_or(core::ptr::null_mut(), PyObject::as_ptr);
            // SAFETY: slot call on live objects.
            let r = unsafe { set(descriptor.as_ptr(), self.as_ptr(), value) };
            return if r < 0 { Err(Raised::already(py)) } else { Ok(()) };
        }
        match value {
            Some(value) => dict.set(py, name, value),
            None if dict.remove(py, name)?.is_some() => Ok(()),
            None => Err(self.no_attribute(py, name)),
        }
    }

    /// `AttributeError: 'X' object has no attribute 'y'`.
    #[cold]
    #[inline(never)]
    pub fn no_attribute(&self, py: Py<'_>, name: &PyStr) -> Raised {
        let text = format!("'{}' object has no attribute '{name}'", self.ty().name());
        py.raise_attribute_error_object(self, name, &text)
    }

    /// `object.__setattr__` / `__delattr__` (`PyObject_GenericSetAttr`).
    pub fn generic_set_attr(&self, py: Py<'_>, name: &PyStr, value: Option<&PyObject>) -> PyResult<()> {
        let ty = self.ty();
        let descriptor = ty.lookup(py, name);
        if let Some(descriptor) = &descriptor
            && let Some(set) = descriptor.ty().tp_descr_set.get()
        {
            let value = value.map_or(core::ptr::null_mut(), PyObject::as_ptr);
            // SAFETY: slot call on live objects.
            let r = unsafe { set(descriptor.as_ptr(), self.as_ptr(), value) };
            return if r < 0 { Err(Raised::already(py)) } else { Ok(()) };
        }
        let Some(field) = self.dict_field() else {
            return Err(self.cannot_set(py, name, descriptor.is_some()));
        };
        if self.has_inline_values() && PyStr::check_exact(name) {
            // SAFETY: the type has the flag, the values are valid and the name is exact.
            match unsafe { split::inline_set(self, name, value) } {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(()) => return Err(self.no_attribute(py, name)),
            }
        }
        let dict = match field.get() {
            Some(dict) => dict,
            None => self.instance_dict(py)?,
        };
        // SAFETY: only dicts are stored.
        let dict = unsafe { dict.cast_unchecked::<PyDict>() };
        match value {
            Some(value) => dict.set(py, name, value),
            None if dict.remove(py, name)?.is_some() => Ok(()),
            None => Err(self.no_attribute(py, name)),
        }
    }

    #[cold]
    fn cannot_set(&self, py: Py<'_>, name: &PyStr, found: bool) -> Raised {
        let ty = self.ty();
        let text = if found {
            format!("'{}' object attribute '{name}' is read-only", ty.name())
        } else if ty.tp_setattro.get().is_some_and(|f| f as usize == generic_setattro as *const () as usize) {
            format!(
                "'{}' object has no attribute '{name}' and no __dict__ for setting new attributes",
                ty.name()
            )
        } else {
            format!("'{}' object has no attribute '{name}'", ty.name())
        };
        py.raise_attribute_error_object(self, name, &text)
    }

    /// `_PyObject_GetMethod`: the attribute, and whether it is an unbound function that wants `self` as first argument.
    #[inline]
    pub fn load_method(&self, py: Py<'_>, name: &PyStr) -> PyResult<(Ref<PyObject>, bool)> {
        let ty = self.ty();
        if !ty.has_generic_getattr() {
            return self.get_attr(py, name).map(|v| (v, false));
        }
        let descriptor = ty.lookup(py, name);
        let (mut get, mut unbound) = (None, false);
        if let Some(descriptor) = &descriptor {
            let kind = descriptor.ty();
            if kind.has(flags::METHOD_DESCRIPTOR) {
                unbound = true;
            } else {
                get = kind.tp_descr_get.get();
                if let Some(get) = get
                    && kind.tp_descr_set.get().is_some()
                {
                    // SAFETY: slot call on live objects.
                    return unsafe {
                        owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr()))
                            .map(|v| (v, false))
                    };
                }
            }
        }
        if let Some(value) = self.own_attribute(py, name)? {
            return Ok((value, false));
        }
        let Some(descriptor) = descriptor else { return Err(self.no_attribute(py, name)) };
        match get {
            // SAFETY: slot call on live objects.
            Some(get) => unsafe {
                owned_or_raised(py, get(descriptor.as_ptr(), self.as_ptr(), ty.as_ptr())).map(|v| (v, false))
            },
            None => Ok((descriptor, unbound)),
        }
    }
}

/// An attribute name as a string, or the `TypeError` for other objects.
#[inline]
pub fn attribute_name<'a>(py: Py<'_>, name: &'a PyObject) -> PyResult<&'a PyStr> {
    match name.downcast::<PyStr>() {
        Some(name) => Ok(name),
        None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
    }
}

impl Py<'_> {
    /// `AttributeError` that knows its object and name.
    #[cold]
    pub fn raise_attribute_error(self, object: &PyObject, name: &str, text: &str) -> Raised {
        match PyStr::new(self, name) {
            Ok(name) => self.raise_attribute_error_object(object, &name, text),
            Err(raised) => raised,
        }
    }

    /// `AttributeError` that knows its object and name.
    #[cold]
    pub fn raise_attribute_error_object(self, object: &PyObject, name: &PyStr, text: &str) -> Raised {
        let raised = raise!(self, AttributeError, "{text}");
        if !self.error_matches(types::AttributeError()) {
            return raised;
        }
        let error = self.fetch(raised);
        for (attribute, value) in [(crate::id!(self, "name"), &**name), (crate::id!(self, "obj"), object)] {
            if let Err(raised) = error.set_attr(self, attribute, value) {
                self.clear_error(raised);
            }
        }
        self.restore(error)
    }
}

/// `tp_getattro` of `object`.
///
/// # Safety
/// C-ABI slot.
pub unsafe extern "C-unwind" fn generic_getattro(slf: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    // SAFETY: slot call with live objects on an attached thread.
    let (py, slf, name) = unsafe { (Py::assume(), &*slf, &*name) };
    let result = match name.downcast::<PyStr>() {
        Some(name) => slf.generic_get_attr(py, name),
        None => slf.generic_get_attr_object(py, name),
    };
    result.map_or(core::ptr::null_mut(), Ref::into_raw)
}

/// `tp_setattro` of `object`.
///
/// # Safety
/// C-ABI slot.
pub unsafe extern "C-unwind" fn generic_setattro(
    slf: *mut PyObject,
    name: *mut PyObject,
    value: *mut PyObject,
) -> c_int {
    // SAFETY: slot call with live objects on an attached thread; a null value deletes.
    let (py, slf, name, value) = unsafe { (Py::assume(), &*slf, &*name, value.as_ref()) };
    let result = attribute_name(py, name).and_then(|name| slf.generic_set_attr(py, name, value));
    if result.is_ok() { 0 } else { -1 }
}

impl PyType {
    /// True when attribute access is `object.__getattribute__`'s.
    #[inline(always)]
    pub fn has_generic_getattr(&self) -> bool {
        self.tp_getattro.get().is_some_and(|f| f as usize == generic_getattro as *const () as usize)
    }

    /// True when attribute look-up is that of `other`.
    #[inline(always)]
    pub(crate) fn has_same_getattr(&self, other: &PyType) -> bool {
        self.tp_getattro.get().map(|f| f as usize) == other.tp_getattro.get().map(|f| f as usize)
    }

    /// True when attribute assignment is `object.__setattr__`'s.
    #[inline(always)]
    pub fn has_generic_setattr(&self) -> bool {
        self.tp_setattro.get().is_some_and(|f| f as usize == generic_setattro as *const () as usize)
    }
}
