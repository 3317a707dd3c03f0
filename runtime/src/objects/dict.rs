//! `dict`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyStr;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyDictObject` of 3.14.
#[repr(C)]
pub struct PyDict {
    pub(crate) ob_base: PyObject,
    pub(crate) ma_used: Cell<isize>,
    pub(crate) _ma_watcher_tag: Cell<u64>,
    pub(crate) ma_keys: Cell<*mut core::ffi::c_void>,
    pub(crate) ma_values: Cell<*mut core::ffi::c_void>,
}
declare_class!(
    PyDict,
    ob_base,
    c"dict",
    itemsize = 0,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::DICT_SUBCLASS | flags::MATCH_SELF | flags::MAPPING
);

impl PyDict {
    /// An empty dict.
    pub fn new(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        Err(py.no_memory())
    }
    /// Number of entries.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ma_used.get() as usize
    }
    /// No entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value of `key`, if there.
    pub fn get(&self, py: Py<'_>, _key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        Err(py.no_memory())
    }
    /// The value of a string key; cannot run Python code when all keys are exact strings.
    pub fn get_str(&self, py: Py<'_>, _key: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        Err(py.no_memory())
    }
    /// Stores.
    pub fn set(&self, py: Py<'_>, _key: &PyObject, _value: &PyObject) -> PyResult<()> {
        Err(py.no_memory())
    }
    /// The value of `key`, storing `default` when it is not there.
    pub fn set_default(&self, py: Py<'_>, _key: &PyObject, _default: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(py.no_memory())
    }
    /// Removes and returns.
    pub fn remove(&self, py: Py<'_>, _key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        Err(py.no_memory())
    }
    /// Empties.
    pub fn clear(&self) {}
    /// A shallow copy.
    pub fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        Err(py.no_memory())
    }
    /// Copies of all entries in insertion order.
    pub fn items_snapshot(&self) -> Vec<(Ref<PyObject>, Ref<PyObject>)> {
        Vec::new()
    }
    /// The entry at or after `*position` (start with 0), which then moves on: `PyDict_Next`. Safe under mutation.
    pub fn next_entry(&self, _position: &mut usize) -> Option<(Ref<PyObject>, Ref<PyObject>)> {
        None
    }
    /// Membership.
    pub fn contains(&self, py: Py<'_>, _key: &PyObject) -> PyResult<bool> {
        Err(py.no_memory())
    }
    /// `dict.update` with another mapping or an iterable of pairs.
    pub fn update(&self, py: Py<'_>, _other: &PyObject) -> PyResult<()> {
        Err(py.no_memory())
    }
}
