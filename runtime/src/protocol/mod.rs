//! The abstract protocols: what can be done with any object, by way of its type's slots. Methods on `PyObject`.

pub mod attribute;
pub mod buffer;
pub mod call;
pub mod format;
pub mod instance_check;
pub mod iter;
pub mod mapping;
pub mod number;
pub mod object;
pub mod path;
pub mod repr_guard;
pub mod sequence;
pub mod vectorcall;
