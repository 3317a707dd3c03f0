//! `module`.

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::objects::weakref::WeakList;
use crate::objects::{PyDict, PyStr};
use crate::py::Py;
use crate::reference::{Member, Ref};

/// `PyModuleObject`.
#[repr(C)]
pub struct PyModule {
    pub(crate) ob_base: PyObject,
    pub(crate) md_dict: Member<PyDict>,
    pub(crate) md_def: *const crate::module::ModuleDef,
    pub(crate) md_state: *mut core::ffi::c_void,
    pub(crate) md_weaklist: WeakList,
    pub(crate) md_name: Member<PyObject>,
}
declare_class!(PyModule, ob_base, c"module", itemsize = 0, flags = flags::BASETYPE | flags::HAVE_GC);

impl PyModule {
    /// An empty module with its `__name__` and kin set.
    pub fn new(py: Py<'_>, _name: &PyStr) -> PyResult<Ref<PyModule>> {
        Err(py.no_memory())
    }
    /// The namespace.
    pub fn dict(&self) -> Ref<PyDict> {
        // A module without a dict is never handed out.
        self.md_dict.get().unwrap_or_else(|| std::process::abort())
    }
    /// Sets a name in the namespace.
    pub fn add(&self, py: Py<'_>, _name: &str, _value: &PyObject) -> PyResult<()> {
        Err(py.no_memory())
    }
}
