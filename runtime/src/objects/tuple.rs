//! `tuple`.

use core::cell::Cell;

use crate::error::PyResult;
use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// `PyTupleObject` of 3.14: the hash is cached.
#[repr(C)]
pub struct PyTuple {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_hash: Cell<isize>,
    pub(crate) ob_item: [*mut PyObject; 0],
}
declare_class!(
    PyTuple,
    ob_base,
    c"tuple",
    itemsize = 8,
    flags = flags::BASETYPE | flags::HAVE_GC | flags::TUPLE_SUBCLASS | flags::MATCH_SELF | flags::SEQUENCE
);

impl PyTuple {
    /// A tuple of these objects.
    pub fn new(py: Py<'_>, _items: &[&PyObject]) -> PyResult<Ref<PyTuple>> {
        Err(py.no_memory())
    }
    /// A tuple that takes these references over.
    pub fn from_vec(py: Py<'_>, _items: Vec<Ref<PyObject>>) -> PyResult<Ref<PyTuple>> {
        Err(py.no_memory())
    }
    /// The items; a tuple never changes once it is visible.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Ref<PyObject>] {
        // SAFETY: allocated with that many items, all set.
        unsafe { core::slice::from_raw_parts(self.ob_item.as_ptr().cast(), self.ob_base.size()) }
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
    /// The item at `index`.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&PyObject> {
        self.as_slice().get(index).map(|r| &**r)
    }
}
