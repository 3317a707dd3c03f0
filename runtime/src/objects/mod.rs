//! The built-in types, one file (or folder) each, named after it.

#[macro_use]
mod declare;
pub mod bool;
pub mod bytearray;
pub mod bytes;
pub mod cell;
pub mod complex;
pub mod dict;
pub mod enumerate;
pub mod exceptions;
pub mod filter;
pub mod float;
pub mod generic_alias;
pub mod int;
pub mod iterator;
pub mod list;
pub mod map;
pub mod mappingproxy;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod range;
pub mod reversed;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod str;
pub mod tuple;
pub mod tuple_iterator;
pub mod r#type;
pub mod weakref;
pub mod zip;

pub use self::bool::PyBool;
pub use bytearray::PyByteArray;
pub use bytes::PyBytes;
pub use cell::PyCell;
pub use complex::PyComplex;
pub use dict::PyDict;
pub use float::PyFloat;
pub use int::PyInt;
pub use list::PyList;
pub use method::PyMethod;
pub use module::PyModule;
pub use range::PyRange;
pub use set::{PyFrozenSet, PySet};
pub use singletons::{PyEllipsis, PyNone, PyNotImplemented};
pub use slice::PySlice;
pub use str::PyStr;
pub use tuple::PyTuple;
pub use r#type::{PyHeapType, PyType, StaticType};

use crate::object::PyObject;

/// True when `object` is a built-in function of that name: for messages that give advice.
pub fn function_name_is(_object: &PyObject, _name: &str) -> bool {
    false
}
