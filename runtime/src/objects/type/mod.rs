//! `type`: layout, creation, readying, attribute look-up, slots.

mod assign;
mod attributes;
pub(crate) mod dispatch;
pub(crate) mod heap;
pub(crate) mod instance;
mod layout;
mod lookup;
mod mro;
mod new;
pub mod ready;
pub mod slotdefs;
#[cfg(test)]
mod tests;
mod update;
mod wrappers;

pub(crate) use assign::assign_class;
pub use dispatch::{AttributeLookup, check_init_result};
pub(crate) use heap::merge_class_dict;
pub use layout::{PyHeapType, PyType, SpecializationCache, StaticType, TypeSpec, flags};
pub use lookup::{TypeCache, TypeWatcher};
pub use new::calculate_metaclass;
pub(crate) use wrappers::call_tp_new;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyTuple;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

static TYPE: StaticType = StaticType::new(TypeSpec {
    name: c"type",
    basicsize: size_of::<PyHeapType>() as isize,
    itemsize: size_of::<crate::slots::PyMemberDef>() as isize,
    flags: flags::BASETYPE
        | flags::HAVE_GC
        | flags::TYPE_SUBCLASS
        | flags::HAVE_VECTORCALL
        | flags::ITEMS_AT_END,
    doc: Some(c"type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"),
    weaklistoffset: core::mem::offset_of!(PyType, tp_weaklist) as isize,
    dictoffset: core::mem::offset_of!(PyType, tp_dict) as isize,
    vectorcall_offset: core::mem::offset_of!(PyType, tp_vectorcall) as isize,
});

// SAFETY: `type`'s instances begin with a PyType.
unsafe impl PyClass for PyType {
    fn static_type() -> &'static StaticType {
        &TYPE
    }
    fn describe(ty: &'static StaticType) {
        PyType::__krait_describe(ty);
        heap::finish_slots();
    }
}

/// The address of `object.__str__`'s slot function: a `tp_repr` equal to it would call itself.
pub(crate) fn slot_of_str() -> usize {
    crate::objects::object::PyBaseObject::type_object().tp_str.get().map_or(0, |f| f as usize)
}

impl PyType {
    /// True when `self` is `other` or derives from it (`PyType_IsSubtype`: by the MRO).
    #[inline]
    pub fn is_subtype(&self, other: &PyType) -> bool {
        // The MRO decides: an `mro()` of its own may leave the class itself out.
        // SAFETY: comparing pointers runs no Python code.
        if let Some(mro) = unsafe { self.mro_ref() } {
            let other: *const PyObject = other.as_ptr();
            return mro.as_slice().iter().any(|class| core::ptr::eq(class.as_raw(), other));
        }
        let mut ty = Some(self);
        while let Some(t) = ty {
            if core::ptr::eq(t, other) {
                return true;
            }
            ty = t.base();
        }
        core::ptr::eq(other, crate::objects::object::PyBaseObject::type_object())
    }
    /// `tp_base`.
    #[inline(always)]
    pub fn base(&self) -> Option<&PyType> {
        // SAFETY: a base lives as long as the type.
        unsafe { self.tp_base.get().as_ref() }
    }
    /// True when the `tp_flags` bit is set.
    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.tp_flags.get() & flag != 0
    }
    /// `tp_new` with these arguments, without `__init__`; `None` when the type has none.
    pub fn new_instance(
        &self,
        py: Py<'_>,
        args: &PyTuple,
        kwargs: Option<&crate::objects::PyDict>,
    ) -> PyResult<Option<Ref<PyObject>>> {
        let Some(tp_new) = self.tp_new.get() else { return Ok(None) };
        let kwargs = kwargs.map_or(core::ptr::null_mut(), |k| k.as_ptr());
        // SAFETY: slot call with a live type, a tuple, and a dict or null.
        unsafe { crate::error::owned_or_raised(py, tp_new(self, args.as_ptr(), kwargs)).map(Some) }
    }

    /// Calls the type with positional arguments.
    pub fn call(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        PyObject::call(self, py, args)
    }
    /// Calls the type with a tuple of arguments.
    pub fn call_tuple(&self, py: Py<'_>, args: &PyTuple) -> PyResult<Ref<PyObject>> {
        self.call_dict(py, args, None)
    }
}
