//! `list`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyListObject`.
#[repr(C)]
pub struct PyList {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_item: Cell<*mut *mut PyObject>,
    pub(crate) allocated: Cell<isize>,
}
declare_class!(
    PyList,
    ob_base,
    c"list",
    itemsize = 0,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::LIST_SUBCLASS | flags::MATCH_SELF | flags::SEQUENCE
);

impl PyList {
    /// An empty list.
    pub fn new(py: Py<'_>) -> PyResult<Ref<PyList>> {
        Err(py.no_memory())
    }
    /// A list that takes these references over.
    pub fn from_vec(py: Py<'_>, _items: Vec<Ref<PyObject>>) -> PyResult<Ref<PyList>> {
        Err(py.no_memory())
    }
    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }
    /// No item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The item at `index`, with a count of its own.
    #[inline]
    pub fn get(&self, _index: usize) -> Option<Ref<PyObject>> {
        None
    }
    /// Replaces the item at `index`; false when there is none.
    pub fn set(&self, _index: usize, _value: Ref<PyObject>) -> bool {
        false
    }
    /// Appends.
    pub fn append(&self, py: Py<'_>, _value: Ref<PyObject>) -> PyResult<()> {
        Err(py.no_memory())
    }
    /// Copies of all items, each with a count of its own.
    pub fn to_vec(&self) -> Vec<Ref<PyObject>> {
        (0..self.len()).filter_map(|i| self.get(i)).collect()
    }
}
