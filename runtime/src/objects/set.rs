//! `set` and `frozenset`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::objects::weakref::WeakList;
use crate::py::Py;
use crate::reference::Ref;

/// One entry of the table (`setentry`).
#[repr(C)]
pub struct SetEntry {
    pub(crate) key: Cell<*mut PyObject>,
    pub(crate) hash: Cell<isize>,
}

/// `PySetObject`.
#[repr(C)]
pub struct PySet {
    pub(crate) ob_base: PyObject,
    pub(crate) fill: Cell<isize>,
    pub(crate) used: Cell<isize>,
    pub(crate) mask: Cell<isize>,
    pub(crate) table: Cell<*mut SetEntry>,
    pub(crate) hash: Cell<isize>,
    pub(crate) finger: Cell<isize>,
    pub(crate) smalltable: [SetEntry; 8],
    pub(crate) weakreflist: WeakList,
}
declare_class!(
    PySet,
    ob_base,
    c"set",
    itemsize = 0,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::MATCH_SELF
);

/// `frozenset`; the layout is `set`'s.
#[repr(C)]
pub struct PyFrozenSet {
    pub(crate) base: PySet,
}
declare_class!(
    PyFrozenSet,
    base,
    c"frozenset",
    itemsize = 0,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::MATCH_SELF
);

impl PySet {
    /// An empty set.
    pub fn new(py: Py<'_>) -> PyResult<Ref<PySet>> {
        Err(py.no_memory())
    }
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.used.get() as usize
    }
    /// No element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Adds; true when it was not there.
    pub fn add(&self, py: Py<'_>, _key: &PyObject) -> PyResult<bool> {
        Err(py.no_memory())
    }
    /// Membership.
    pub fn contains(&self, py: Py<'_>, _key: &PyObject) -> PyResult<bool> {
        Err(py.no_memory())
    }
    /// Removes; true when it was there.
    pub fn discard(&self, py: Py<'_>, _key: &PyObject) -> PyResult<bool> {
        Err(py.no_memory())
    }
    /// Copies of all elements in table order.
    pub fn to_vec(&self) -> Vec<Ref<PyObject>> {
        Vec::new()
    }
}
impl PyFrozenSet {
    /// A frozenset of these elements.
    pub fn from_items(py: Py<'_>, _items: &[&PyObject]) -> PyResult<Ref<PyFrozenSet>> {
        Err(py.no_memory())
    }
    /// The set operations that do not change it.
    pub fn as_set(&self) -> &PySet {
        &self.base
    }
}
