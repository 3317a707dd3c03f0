//! `bool`: two immortal `int` objects.

use crate::object::PyObject;
use crate::objects::int::PyInt;
use crate::objects::r#type::flags;

/// `bool`; the layout is `int`'s.
#[repr(C)]
pub struct PyBool {
    base: PyInt,
}
declare_class!(PyBool, base, c"bool", itemsize = 4, flags = flags::LONG_SUBCLASS | flags::MATCH_SELF);

impl PyBool {
    /// `True` or `False`, immortal.
    #[inline(always)]
    pub fn get(value: bool) -> &'static PyObject {
        if value { PyInt::true_object() } else { PyInt::false_object() }
    }
}
