//! The object header: `PyObject`, `PyVarObject`, and reference counting on them (PEP 683 immortality included).
//! Not here: owning handles (`reference.rs`), behaviour by slots (`protocol/`), allocation (`memory/`).

use core::cell::Cell;
use core::ffi::c_void;

use crate::checking;
use crate::objects::r#type::PyType;
use crate::reference::Ref;

/// The reference count every immortal object starts with (PEP 683; 3.14's 64-bit value).
pub const IMMORTAL_REFCNT: u32 = 3 << 30;
/// `ob_flags` of a statically allocated immortal object: "immortal" and "not from the heap".
pub const STATIC_FLAGS: u16 = 1 | 4;

/// The head of every Python object, CPython 3.14's default-build layout: 16 bytes.
#[repr(C, align(8))]
pub struct PyObject {
    ob_refcnt: Cell<u32>,
    ob_overflow: Cell<u16>,
    ob_flags: Cell<u16>,
    ob_type: Cell<*const PyType>,
}

/// The head of objects with a variable number of items.
#[repr(C)]
pub struct PyVarObject {
    /// The ordinary head.
    pub ob_base: PyObject,
    /// Number of items (for `int`, CPython's `lv_tag` stands here instead).
    pub ob_size: Cell<isize>,
}

/// A static that holds Python objects. All access happens under the GIL of one interpreter or on immortal, read-only data.
#[repr(transparent)]
pub struct Static<T>(pub T);
// SAFETY: the contents are only touched by a thread that holds a `Py` token (the GIL).
unsafe impl<T> Sync for Static<T> {}
impl<T> core::ops::Deref for Static<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl PyObject {
    /// A head to be filled in by allocation; write it into the `base` field of a struct that goes to [`crate::alloc`].
    pub const HEADER: PyObject = PyObject {
        ob_refcnt: Cell::new(0),
        ob_overflow: Cell::new(0),
        ob_flags: Cell::new(0),
        ob_type: Cell::new(core::ptr::null()),
    };

    /// The head of an immortal static object of type `ty`.
    pub const fn immortal(ty: *const PyType) -> PyObject {
        PyObject {
            ob_refcnt: Cell::new(IMMORTAL_REFCNT),
            ob_overflow: Cell::new(0),
            ob_flags: Cell::new(STATIC_FLAGS),
            ob_type: Cell::new(ty),
        }
    }

    /// Makes this a fresh object of `ty` with one reference.
    ///
    /// # Safety
    /// `ty` must live as long as the object; for heap types the caller has counted a reference on it.
    #[inline(always)]
    pub unsafe fn init(this: *mut PyObject, ty: *const PyType) {
        // SAFETY: the caller hands in memory for an object.
        unsafe {
            (*this).ob_refcnt.set(1);
            (*this).ob_overflow.set(0);
            (*this).ob_flags.set(0);
            (*this).ob_type.set(ty);
        }
    }

    /// The object's type (`Py_TYPE`).
    #[inline(always)]
    pub fn ty(&self) -> &PyType {
        if checking::ON {
            checking::not_freed(self);
        }
        // SAFETY: every initialised object points to its type, which outlives it.
        unsafe { &*self.ob_type.get() }
    }

    /// The raw type pointer; may be compared without touching it.
    #[inline(always)]
    pub fn type_ptr(&self) -> *const PyType {
        if checking::ON {
            checking::not_freed(self);
        }
        self.ob_type.get()
    }

    /// Stores another type pointer (`Py_SET_TYPE`); counts are the caller's.
    #[inline(always)]
    pub fn set_type_ptr(&self, ty: *const PyType) {
        self.ob_type.set(ty);
    }

    /// True when the object's type is exactly `ty`.
    #[inline(always)]
    pub fn is_exactly(&self, ty: &PyType) -> bool {
        core::ptr::eq(self.type_ptr(), ty)
    }

    /// Identity.
    #[inline(always)]
    pub fn is(&self, other: &PyObject) -> bool {
        core::ptr::eq(self, other)
    }

    /// The address as an ABI pointer.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut PyObject {
        core::ptr::from_ref(self).cast_mut()
    }

    /// The reference count as `sys.getrefcount` sees it (without its own argument).
    #[inline(always)]
    pub fn refcnt(&self) -> u32 {
        if checking::ON {
            checking::not_freed(self);
        }
        self.ob_refcnt.get()
    }

    /// The count's word as it is, whatever that may be.
    #[inline(always)]
    pub(crate) fn raw_refcnt(&self) -> u32 {
        self.ob_refcnt.get()
    }

    /// The type's address as it is, whatever that may be.
    #[inline(always)]
    pub(crate) fn raw_type(&self) -> *const PyType {
        self.ob_type.get()
    }

    /// True when the object never dies.
    #[inline(always)]
    pub fn is_immortal(&self) -> bool {
        (self.ob_refcnt.get() as i32) < 0
    }

    /// Makes the object immortal.
    pub fn make_immortal(&self) {
        self.ob_refcnt.set(IMMORTAL_REFCNT);
        self.ob_flags.set(self.ob_flags.get() | 1);
    }

    /// Sets the count outright: for resurrection and the collector.
    #[inline(always)]
    pub fn set_refcnt(&self, n: u32) {
        self.ob_refcnt.set(n);
    }

    /// Counts one more reference.
    #[inline(always)]
    pub fn incref(&self) {
        if checking::ON {
            checking::live(self);
        }
        let n = self.ob_refcnt.get();
        if (n as i32) >= 0 {
            self.ob_refcnt.set(n + 1);
        }
    }

    /// Gives one reference back; the last one deallocates, which may run any Python code.
    ///
    /// # Safety
    /// The caller owns a reference and does not use it afterwards.
    #[inline(always)]
    pub unsafe fn decref(this: *mut PyObject) {
        // SAFETY: the caller owns a reference, so the object is alive.
        unsafe {
            if checking::ON {
                checking::live(&*this);
            }
            let n = (*this).ob_refcnt.get();
            if (n as i32) < 0 {
                return;
            }
            (*this).ob_refcnt.set(n - 1);
            if n == 1 {
                crate::memory::dealloc(this);
            }
        }
    }

    /// A new owned reference to this object.
    #[inline(always)]
    pub fn to_ref(&self) -> Ref<PyObject> {
        self.incref();
        // SAFETY: the count just taken is handed to the `Ref`.
        unsafe { Ref::from_owned(self.as_ptr()) }
    }

    /// The address, as `id()` gives it.
    #[inline(always)]
    pub fn id(&self) -> usize {
        self.as_ptr().addr()
    }

    /// The memory behind the object as an untyped pointer.
    #[inline(always)]
    pub fn as_void(&self) -> *mut c_void {
        self.as_ptr().cast()
    }
}

impl PyVarObject {
    /// A head to be filled in by allocation.
    pub const HEADER: PyVarObject = PyVarObject { ob_base: PyObject::HEADER, ob_size: Cell::new(0) };

    /// The head of an immortal static object of type `ty` with `size` items.
    pub const fn immortal(ty: *const PyType, size: isize) -> PyVarObject {
        PyVarObject { ob_base: PyObject::immortal(ty), ob_size: Cell::new(size) }
    }

    /// Number of items as `usize`.
    #[inline(always)]
    pub fn size(&self) -> usize {
        self.ob_size.get() as usize
    }
}

impl core::ops::Deref for PyVarObject {
    type Target = PyObject;
    #[inline(always)]
    fn deref(&self) -> &PyObject {
        &self.ob_base
    }
}
