//! What native code imports: `use krait_runtime::prelude::*;`.

pub use core::cell::Cell;

pub use crate::alloc::{Traverse, Visitor, alloc_payload};
pub use crate::args::{ArgPos, Args, FromArg, Kwargs, NoneOr, check_positional, no_keywords};
pub use crate::error::{PyResult, Raised};
pub use crate::module::{AttrDef, ModuleDef, ModulePart, TypeEntry};
pub use crate::object::{PyObject, PyVarObject};
pub use crate::objects::weakref::WeakList;
pub use crate::objects::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyModule, PyNone,
    PySet, PySlice, PyStr, PyTuple, PyType,
};
pub use crate::protocol::object::CompareOp;
pub use crate::py::Py;
pub use crate::reference::{Layout, Member, PyClass, Ref};
pub use crate::ret::{IntoPy, IntoReturn};
pub use crate::{bail, id, raise, stderr_line, stderr_text};
pub use krait_macros::{pyclass, pymethods, pymodule, pymodule_part};
