//! The built-in types, one file (or folder) each, named after it.

pub mod bool;
pub mod builtin_function;
pub mod bytearray;
pub mod bytes;
pub mod capsule;
pub mod cell;
pub mod class_method;
pub mod complex;
pub mod context;
pub mod dict;
pub mod enumerate;
pub mod exceptions;
pub mod filter;
pub mod float;
pub mod generic_alias;
pub mod getset_descriptor;
pub mod int;
pub mod iterator;
pub mod list;
pub mod map;
pub mod mappingproxy;
pub mod member_descriptor;
pub mod memoryview;
pub mod method;
pub mod method_descriptor;
pub mod module;
pub mod namespace;
pub mod object;
pub mod open_tuple;
pub mod pickle_buffer;
pub mod property;
pub mod range;
pub mod reversed;
pub mod set;
pub mod singletons;
pub mod slice;
pub mod startup;
pub mod static_method;
pub mod str;
pub mod structseq;
pub mod super_;
pub mod template;
pub mod tuple;
pub mod tuple_iterator;
pub mod r#type;
pub mod typevar;
pub mod union;
pub mod weakref;
pub mod wrapper_descriptor;
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
pub use open_tuple::OpenTuple;
pub use range::PyRange;
pub use set::{PyFrozenSet, PySet};
pub use singletons::{PyEllipsis, PyNone, PyNotImplemented};
pub use slice::PySlice;
pub use startup::init;
pub use str::PyStr;
pub use tuple::PyTuple;
pub use r#type::{PyHeapType, PyType, StaticType};

use crate::object::PyObject;

/// True when `object` is a built-in function of that name: for messages that give advice.
pub fn function_name_is(object: &PyObject, name: &str) -> bool {
    builtin_function::is_named(object, name)
}
