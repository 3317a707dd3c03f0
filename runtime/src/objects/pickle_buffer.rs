//! `pickle.PickleBuffer`: a buffer that may be pickled out of band. Module `_pickle` offers it.

use core::cell::UnsafeCell;
use core::ffi::{c_int, c_void};

use krait_macros::{pyclass, pymethods};

use crate::alloc::{Traverse, Visitor};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyType;
use crate::objects::memoryview::PyMemoryView;
use crate::objects::weakref::WeakList;
use crate::protocol::buffer::{Py_buffer, buf, get_view, release_view};
use crate::py::Py;
use crate::reference::Ref;
use crate::{bail, id};

/// The view that a [`PyPickleBuffer`] holds until it is released.
#[repr(transparent)]
struct Held(UnsafeCell<Py_buffer>);

impl Traverse for Held {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        // SAFETY: only read; the collector runs nothing meanwhile.
        visit.visit(unsafe { (*self.0.get()).obj })
    }
    fn clear_references(&self) {
        // SAFETY: filled by `get_view`, or empty.
        unsafe { release_view(self.0.get()) };
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.clear_references();
    }
}

/// `PyPickleBufferObject`.
#[pyclass(module = "pickle", name = "PickleBuffer", gc)]
#[repr(C)]
pub struct PyPickleBuffer {
    base: PyObject,
    view: Held,
    weakreflist: WeakList,
}

impl PyPickleBuffer {
    /// The object whose buffer it is; `ValueError` once it is released.
    pub fn owner(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        // SAFETY: a view that is held owns a live object.
        match unsafe { (*self.view.0.get()).obj.as_ref() } {
            Some(owner) => Ok(owner.to_ref()),
            None => bail!(py, ValueError, "operation forbidden on released PickleBuffer object"),
        }
    }
}

#[pymethods]
impl PyPickleBuffer {
    #[new]
    #[sig("(object, /)")]
    fn buffer_new(py: Py<'_>, cls: &PyType, object: &PyObject) -> PyResult<Ref<PyObject>> {
        let held = PyPickleBuffer {
            base: PyObject::HEADER,
            view: Held(UnsafeCell::new(Py_buffer::EMPTY)),
            weakreflist: WeakList::EMPTY,
        }
        .alloc(py, cls)?;
        // SAFETY: the object is a buffer of this type; its view does not move.
        unsafe {
            let this: &PyPickleBuffer = held.cast_unchecked();
            get_view(py, object, this.view.0.get(), buf::FULL_RO)?;
        }
        Ok(held)
    }

    /// A flat, contiguous memoryview of the bytes.
    #[pymethod]
    pub fn raw(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let owner = self.owner(py)?;
        let view = PyMemoryView::from_object(py, &owner)?.upcast();
        if !view.get_attr(py, id!(py, "contiguous"))?.is_true(py)? {
            bail!(py, BufferError, "cannot extract raw buffer from non-contiguous buffer");
        }
        let format = crate::objects::PyStr::latin1_char(b'B');
        view.call_method(py, id!(py, "cast"), &[&format])
    }

    #[pymethod]
    fn release(&self, _py: Py<'_>) {
        self.view.clear_references();
    }

    /// # Safety
    /// C-ABI slot.
    #[slot]
    unsafe extern "C-unwind" fn bf_getbuffer(op: *mut PyObject, view: *mut Py_buffer, flags: c_int) -> c_int {
        // SAFETY: called with a live object of this type and a view to fill; the owner itself fills it.
        unsafe {
            let py = Py::assume();
            let filled =
                (*op.cast::<PyPickleBuffer>()).owner(py).and_then(|owner| get_view(py, &owner, view, flags));
            match filled {
                Ok(()) => 0,
                Err(_) => {
                    (*view).obj = core::ptr::null_mut();
                    -1
                }
            }
        }
    }

    /// # Safety
    /// C-ABI slot. Views belong to the owner, so there is nothing to do.
    #[slot]
    unsafe extern "C-unwind" fn bf_releasebuffer(_op: *mut PyObject, _view: *mut Py_buffer) {}
}

const _: () = assert!(size_of::<PyPickleBuffer>() == 104 && size_of::<*mut c_void>() == 8);
