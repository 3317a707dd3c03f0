//! Weak references: the list that hangs off an object, `ref`, proxies.

use core::cell::Cell;

use crate::object::PyObject;

/// The head of an object's list of weak references; a field that makes instances weakly referenceable.
#[repr(transparent)]
pub struct WeakList(pub(crate) Cell<*mut PyObject>);

impl WeakList {
    /// No weak reference.
    pub const EMPTY: WeakList = WeakList(Cell::new(core::ptr::null_mut()));
}

/// Clears all weak references to a dying object and runs their callbacks (`PyObject_ClearWeakRefs`).
pub fn clear_weakrefs(_op: &PyObject) {}
