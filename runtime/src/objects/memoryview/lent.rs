//! Buffers that Python classes lend (PEP 688): `__buffer__` gives a memoryview whose memory the consumer gets; the view's owner is a
//! `_buffer_wrapper`, which calls `__release_buffer__` when the consumer is done.

use core::ffi::c_int;

use krait_macros::{pyclass, pymethods};

use super::{PyMemoryView, RESTRICTED};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::protocol::buffer::{Py_buffer, get_view};
use crate::py::Py;
use crate::raise;
use crate::reference::{Member, Ref};

/// Stands as the owner of a lent view.
#[pyclass(name = "_buffer_wrapper", gc, disallow_instantiation)]
#[repr(C)]
pub struct PyBufferWrapper {
    base: PyObject,
    mv: Member<PyObject>,
    obj: Member<PyObject>,
}

/// Fills `view` for a consumer of `lender`, whose `__buffer__` gave `made`.
///
/// # Safety
/// `view` is what the buffer slot got.
pub unsafe fn lend(
    py: Py<'_>,
    lender: &PyObject,
    made: Ref<PyObject>,
    view: *mut Py_buffer,
    flags: c_int,
) -> PyResult<()> {
    if made.downcast::<PyMemoryView>().is_none() {
        return Err(raise!(py, TypeError, "__buffer__ returned non-memoryview object"));
    }
    // SAFETY: by contract.
    unsafe { get_view(py, &made, view, flags)? };
    let wrapper = PyBufferWrapper {
        base: PyObject::HEADER,
        mv: Member::new(made.clone()),
        obj: Member::new(lender.to_ref()),
    };
    match wrapper.alloc_exact(py) {
        Ok(wrapper) => {
            // The memoryview is now held by the wrapper; its own reference in the view goes.
            // SAFETY: the view was filled above and owns a reference on its object.
            unsafe {
                let owned = core::mem::replace(&mut (*view).obj, wrapper.upcast().into_raw());
                PyObject::decref(owned);
            }
            Ok(())
        }
        Err(raised) => {
            // SAFETY: filled above.
            unsafe { crate::protocol::buffer::release_view(view) };
            Err(raised)
        }
    }
}

/// Calls `__release_buffer__` of `lender`: with the memoryview that its `__buffer__` gave, or, when the view came from a native class,
/// with one that it cannot keep using.
///
/// # Safety
/// `view` is a filled view.
pub unsafe fn call_release(
    py: Py<'_>,
    lender: &PyObject,
    method: impl FnOnce(&PyObject) -> PyResult<()>,
    view: *mut Py_buffer,
) {
    let report = |outcome: PyResult<()>| {
        if let Err(raised) = outcome {
            let text = format!("Exception ignored in __release_buffer__ of {}", lender.ty().name());
            py.report_unraisable(raised, Some(&text), None);
        }
    };
    // SAFETY: by contract; the view owns a reference on its object.
    let owner = unsafe { (*view).obj.as_ref() };
    py.preserving_error(|| {
        if let Some(wrapper) = owner.and_then(|owner| owner.downcast::<PyBufferWrapper>()) {
            // A view that the lender's own native class made tells it itself when it ends.
            let own = |mv: &PyObject| {
                mv.downcast::<PyMemoryView>().is_some_and(|mv| core::ptr::eq(mv.view().obj, lender))
            };
            if let Some(mv) = wrapper.mv.get().filter(|mv| !own(mv)) {
                report(method(&mv));
            }
            return;
        }
        // SAFETY: by contract.
        match PyMemoryView::borrowing(py, unsafe { &*view }) {
            Ok(mv) => {
                mv.flags.set(mv.flags.get() | RESTRICTED);
                report(method(&mv));
                report(mv.release(py));
            }
            Err(raised) => report(Err(raised)),
        }
    });
}

#[pymethods(class = "_buffer_wrapper")]
impl PyBufferWrapper {
    #[slot]
    unsafe extern "C-unwind" fn bf_releasebuffer(op: *mut PyObject, view: *mut Py_buffer) {
        // SAFETY: slot call with the wrapper that owns the view.
        unsafe {
            let (py, this) = (Py::assume(), &*op.cast::<PyBufferWrapper>());
            let (Some(mv), Some(lender)) = (this.mv.get(), this.obj.get()) else { return };
            if let Some(release) = mv.ty().tp_as_buffer.get().as_ref().and_then(|b| b.bf_releasebuffer.get())
            {
                release(mv.as_ptr(), view);
            }
            crate::objects::r#type::dispatch::release_lent_buffer(py, &lender, view);
        }
    }
}
