//! A tuple whose items may still be set: a fresh one, or the last result of an iterator that nobody kept.
//! Iterators such as `zip` and `itertools.product` use the same tuple again and again while its receiver only unpacks it.

use crate::error::PyResult;
use crate::gc;
use crate::object::PyObject;
use crate::objects::{PyNone, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// The only reference to an exact tuple: nobody else looks at it, so its items may be set.
pub struct OpenTuple(Ref<PyTuple>);

impl OpenTuple {
    /// A new tuple of `n` items, all `None`.
    pub fn new(py: Py<'_>, n: usize) -> PyResult<OpenTuple> {
        // SAFETY: every slot is written.
        let tuple = unsafe {
            PyTuple::build(py, n, |slots| {
                for i in 0..n {
                    slots.add(i).write(PyNone::get().to_ref().into_raw());
                }
            })?
        };
        Ok(OpenTuple(tuple))
    }

    /// Opens `tuple` again when this is its only reference; otherwise it is handed back.
    #[inline]
    pub fn reopen(tuple: Ref<PyTuple>) -> Result<OpenTuple, Ref<PyTuple>> {
        if tuple.refcnt() == 1 && PyTuple::check_exact(&tuple) { Ok(OpenTuple(tuple)) } else { Err(tuple) }
    }

    /// Opens `tuple` again, or a copy of it when others hold it too.
    #[inline]
    pub fn reopen_or_copy(py: Py<'_>, tuple: Ref<PyTuple>) -> PyResult<OpenTuple> {
        match OpenTuple::reopen(tuple) {
            Ok(open) => Ok(open),
            Err(shared) => {
                let items = shared.as_slice();
                // SAFETY: every slot is written.
                let copy = unsafe {
                    PyTuple::build(py, items.len(), |slots| {
                        for (i, item) in items.iter().enumerate() {
                            slots.add(i).write(item.clone().into_raw());
                        }
                    })?
                };
                Ok(OpenTuple(copy))
            }
        }
    }

    /// Sets item `index` (nothing happens when there is none); what stood there is released.
    #[inline]
    pub fn put(&self, index: usize, value: Ref<PyObject>) {
        if index < self.0.len() {
            // SAFETY: the slot exists and is set; nobody else reads it, as this is the only reference.
            unsafe {
                let slot = self.0.ob_item.as_ptr().cast_mut().add(index);
                let old = slot.replace(value.into_raw());
                PyObject::decref(old);
            }
        }
    }

    /// The finished tuple, tracked by the collector again.
    #[inline]
    pub fn close(self) -> Ref<PyTuple> {
        if !self.0.is_empty() {
            self.0.ob_hash.set(-1);
            gc::track(&self.0);
        }
        self.0
    }
}
