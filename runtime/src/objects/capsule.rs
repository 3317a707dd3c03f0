//! `PyCapsule`: a C pointer that extension modules hand to each other.

use core::ffi::{CStr, c_char, c_void};

use crate::prelude::*;
use crate::slots::Destructor;

/// `PyCapsule`.
#[pyclass(name = "PyCapsule", manual, disallow_instantiation)]
#[repr(C)]
pub struct PyCapsule {
    base: PyObject,
    /// The pointer, never null.
    pub pointer: Cell<*mut c_void>,
    /// Borrowed from the maker; may be null.
    pub name: Cell<*const c_char>,
    /// Whatever the maker wants to remember.
    pub context: Cell<*mut c_void>,
    /// Called when the capsule dies.
    pub destructor: Cell<Option<Destructor>>,
    /// What the collector calls for capsules that own objects; C code sets them.
    traverse_func: Cell<*const c_void>,
    clear_func: Cell<*const c_void>,
}

impl PyCapsule {
    /// A capsule around a pointer.
    pub fn new(
        py: Py<'_>,
        pointer: *mut c_void,
        name: *const c_char,
        destructor: Option<Destructor>,
    ) -> PyResult<Ref<PyCapsule>> {
        if pointer.is_null() {
            bail!(py, ValueError, "PyCapsule_New called with null pointer")
        }
        alloc_payload(
            py,
            PyCapsule::type_object(),
            PyCapsule {
                base: PyObject::HEADER,
                pointer: Cell::new(pointer),
                name: Cell::new(name),
                context: Cell::new(core::ptr::null_mut()),
                destructor: Cell::new(destructor),
                traverse_func: Cell::new(core::ptr::null()),
                clear_func: Cell::new(core::ptr::null()),
            },
        )
    }

    /// True when the capsule's name is `name` (both may be null).
    ///
    /// # Safety
    /// Both names are null or NUL-terminated and alive.
    pub unsafe fn has_name(&self, name: *const c_char) -> bool {
        let own = self.name.get();
        if own.is_null() || name.is_null() {
            return own.is_null() && name.is_null();
        }
        // SAFETY: by contract.
        unsafe { CStr::from_ptr(own) == CStr::from_ptr(name) }
    }
}

#[pymethods(class = "PyCapsule")]
impl PyCapsule {
    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: a dead capsule.
        unsafe {
            let destructor = (*op.cast::<PyCapsule>()).destructor.get();
            if let Some(destructor) = destructor {
                destructor(op);
            }
            crate::memory::free_object(op);
        }
    }
    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        // SAFETY: null or NUL-terminated.
        match unsafe { crate::objects::r#type::ready::text_of(self.name.get()) } {
            Some(name) => format!("<capsule object \"{name}\" at {:#x}>", self.id()),
            None => format!("<capsule object NULL at {:#x}>", self.id()),
        }
    }
}
