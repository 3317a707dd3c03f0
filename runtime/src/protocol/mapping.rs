//! Subscription and mappings: `PyObject_GetItem` and kin.

use crate::error::{PyResult, Raised};
use crate::object::PyObject;
use crate::objects::PyType;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;
use crate::slots::PyMappingMethods;

impl PyObject {
    /// The type's mapping table.
    #[inline(always)]
    pub fn mapping_slots(&self) -> Option<&PyMappingMethods> {
        // SAFETY: a non-null table lives as long as the type.
        unsafe { self.ty().tp_as_mapping.get().as_ref() }
    }

    /// `PyMapping_Check`.
    pub fn is_mapping(&self) -> bool {
        self.mapping_slots().is_some_and(|m| m.mp_subscript.get().is_some())
    }

    /// `self[key]`.
    #[inline]
    pub fn get_item(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(f) = self.mapping_slots().and_then(|m| m.mp_subscript.get()) {
            // SAFETY: slot call on live objects.
            return unsafe { self.check_result(py, f(self.as_ptr(), key.as_ptr())) };
        }
        if self.sequence_slots().is_some_and(|s| s.sq_item.get().is_some()) {
            if key.is_index() {
                return self.sequence_item(
                    py,
                    key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?,
                );
            }
            return Err(raise!(py, TypeError, "sequence index must be integer, not '{}'", key.ty().name()));
        }
        if let Some(ty) = self.downcast::<PyType>() {
            if core::ptr::eq(ty, <PyType as crate::reference::PyClass>::type_object()) {
                return crate::objects::generic_alias::class_getitem(py, self, key);
            }
            if let Some(f) = self.get_attr_optional(py, crate::id!(py, "__class_getitem__"))?
                && !f.is(crate::objects::PyNone::get())
            {
                return f.call(py, &[key]);
            }
            return Err(raise!(py, TypeError, "type '{}' is not subscriptable", ty.short_name()));
        }
        Err(raise!(py, TypeError, "'{}' object is not subscriptable", self.ty().name()))
    }

    /// `self[key] = value`.
    #[inline]
    pub fn set_item(&self, py: Py<'_>, key: &PyObject, value: &PyObject) -> PyResult<()> {
        self.assign_item(py, key, Some(value))
    }

    /// `del self[key]`.
    pub fn del_item(&self, py: Py<'_>, key: &PyObject) -> PyResult<()> {
        self.assign_item(py, key, None)
    }

    fn assign_item(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if let Some(f) = self.mapping_slots().and_then(|m| m.mp_ass_subscript.get()) {
            // SAFETY: slot call on live objects.
            let r = unsafe {
                f(self.as_ptr(), key.as_ptr(), value.map_or(core::ptr::null_mut(), PyObject::as_ptr))
            };
            return if r < 0 { Err(Raised::already(py)) } else { Ok(()) };
        }
        if let Some(slots) = self.sequence_slots() {
            if key.is_index() {
                let i = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
                return self.sequence_assign(py, i, value);
            }
            if slots.sq_ass_item.get().is_none() {
                return Err(self.cannot_assign(py, value));
            }
            return Err(raise!(py, TypeError, "sequence index must be integer, not '{}'", key.ty().name()));
        }
        Err(self.cannot_assign(py, value))
    }

    #[cold]
    fn cannot_assign(&self, py: Py<'_>, value: Option<&PyObject>) -> Raised {
        let what = if value.is_some() { "assignment" } else { "deletion" };
        raise!(py, TypeError, "'{}' object does not support item {what}", self.ty().name())
    }
}
