//! `None`, `NotImplemented` and `Ellipsis`.

use crate::object::{PyObject, Static};
use crate::reference::PyClass;

macro_rules! singleton {
    ($(#[$doc:meta])* $ty:ident, $name:literal, $static_name:ident) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $ty {
            base: PyObject,
        }
        declare_class!($ty, base, $name, itemsize = 0, flags = 0);
        static $static_name: Static<$ty> = Static($ty { base: PyObject::immortal(core::ptr::null()) });
        impl $ty {
            /// The one instance, immortal.
            #[inline(always)]
            pub fn get() -> &'static PyObject {
                &$static_name.0.base
            }
            /// Gives the instance its type; called once at start-up.
            pub fn init() {
                Self::get().set_type_ptr(Self::type_object());
            }
        }
    };
}

singleton! {
    /// `NoneType`.
    PyNone, c"NoneType", NONE
}
singleton! {
    /// `NotImplementedType`.
    PyNotImplemented, c"NotImplementedType", NOT_IMPLEMENTED
}
singleton! {
    /// `ellipsis`.
    PyEllipsis, c"ellipsis", ELLIPSIS
}
