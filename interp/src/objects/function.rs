//! `function`: functions made by `def` and `lambda`. Not here: binding arguments and running the code (`call/`).

use core::cell::Cell;

use krait_runtime::objects::weakref::WeakList;
use krait_runtime::objects::{PyDict, PyStr, PyTuple};
use krait_runtime::prelude::*;
use krait_runtime::slots::VectorcallFunc;

use crate::objects::code::PyCode;

/// `PyFunctionObject` of 3.14.
#[pyclass(name = "function", gc, method_descriptor, vectorcall_offset = vectorcall, dict = func_dict)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyFunction {
    pub ob_base: PyObject,
    #[pymember("__globals__", readonly)]
    pub func_globals: Member<PyDict>,
    #[pymember("__builtins__", readonly)]
    pub func_builtins: Member<PyObject>,
    pub func_name: Member<PyStr>,
    pub func_qualname: Member<PyStr>,
    pub func_code: Member<PyCode>,
    /// A tuple, or empty.
    pub func_defaults: Member<PyTuple>,
    /// A dict, or empty.
    pub func_kwdefaults: Member<PyDict>,
    #[pymember("__closure__", readonly)]
    pub func_closure: Member<PyTuple>,
    pub func_doc: Member<PyObject>,
    pub func_dict: Member<PyDict>,
    pub func_weakreflist: WeakList,
    pub func_module: Member<PyObject>,
    /// A dict; or, fresh from the compiler, a tuple of names and values.
    pub func_annotations: Member<PyObject>,
    pub func_annotate: Member<PyObject>,
    pub func_typeparams: Member<PyObject>,
    pub vectorcall: Cell<Option<VectorcallFunc>>,
    /// 0: not assigned (or reset by a change of code, defaults or closure).
    pub func_version: Cell<u32>,
}
