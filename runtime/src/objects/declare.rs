//! `declare_class!`: ties a hand-laid-out struct to a static type until its file uses `#[pyclass]`.

/// Implements `Layout`, `PyClass` and `Deref` for a struct whose first field is `$base`.
macro_rules! declare_class {
    ($ty:ident, $field:ident, $name:literal, itemsize = $item:expr, flags = $flags:expr) => {
        // SAFETY: repr(C) with a head first.
        unsafe impl $crate::reference::Layout for $ty {}
        // SAFETY: the static type's instances have this layout.
        unsafe impl $crate::reference::PyClass for $ty {
            fn static_type() -> &'static $crate::objects::r#type::StaticType {
                static TYPE: $crate::objects::r#type::StaticType =
                    $crate::objects::r#type::StaticType::new($crate::objects::r#type::TypeSpec {
                        name: $name,
                        basicsize: ::core::mem::size_of::<$ty>() as isize,
                        itemsize: $item,
                        flags: $flags,
                        doc: None,
                        weaklistoffset: 0,
                        dictoffset: 0,
                        vectorcall_offset: 0,
                    });
                &TYPE
            }
            fn describe(_ty: &'static $crate::objects::r#type::StaticType) {}
        }
        impl ::core::ops::Deref for $ty {
            type Target = $crate::object::PyObject;
            #[inline(always)]
            fn deref(&self) -> &$crate::object::PyObject {
                &self.$field
            }
        }
    };
}
