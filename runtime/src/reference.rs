//! Owned references (`Ref<T>`), references held in object fields (`Member<T>`), and the trait that ties a Rust struct to its
//! Python type (`PyClass`). Not here: the header and the counts themselves (`object.rs`).

use core::cell::Cell;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::ptr::NonNull;

use crate::checking;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, StaticType};

/// A struct that begins with a Python object head.
///
/// # Safety
/// `#[repr(C)]`, with a `PyObject` or `PyVarObject` as first field.
pub unsafe trait Layout: 'static {}
// SAFETY: it is the head.
unsafe impl Layout for PyObject {}

/// A Rust struct that is the memory layout of a Python type's instances. Implemented by `#[pyclass]`.
///
/// # Safety
/// Every object whose type is `type_object()` or a subtype of it begins with this layout.
pub unsafe trait PyClass: Layout + Deref<Target = PyObject> + Sized {
    /// Bytes of an instance of exactly this type (`tp_basicsize`).
    const SIZE: usize = size_of::<Self>();

    /// Whether instances of exactly this type carry a collector's head; `None` when only the readied type tells.
    const COLLECTABLE: Option<bool> = None;

    /// Whether the type counts as one made at run time, as CPython has the classes of its extension modules: `Some` says whether
    /// Python code is kept from changing it.
    const HEAP: Option<bool> = None;

    /// Whether the class has no `__new__` of its own for Python code, which finds `object`'s.
    const PLAIN_NEW: bool = false;

    /// Whether the class shows its base's way of making instances as a `__new__` of its own.
    const BASE_NEW: bool = false;

    /// The static type with room for its slot tables.
    fn static_type() -> &'static StaticType;

    /// Fills the static type's slots, methods and getsets; called once, before it is readied.
    fn describe(ty: &'static StaticType);

    /// The type object.
    #[inline(always)]
    fn type_object() -> &'static PyType {
        &Self::static_type().ty
    }

    /// True when `object` is an instance of this type or of a subtype.
    #[inline(always)]
    fn check(object: &PyObject) -> bool {
        object.is_exactly(Self::type_object()) || object.ty().is_subtype(Self::type_object())
    }

    /// True when `object`'s type is exactly this one.
    #[inline(always)]
    fn check_exact(object: &PyObject) -> bool {
        object.is_exactly(Self::type_object())
    }

    /// A new owned reference to this object.
    #[inline(always)]
    fn new_ref(&self) -> Ref<Self> {
        let object: &PyObject = self;
        object.incref();
        // SAFETY: the count just taken is handed over; `self` is a T.
        unsafe { Ref::from_owned(core::ptr::from_ref(self).cast_mut()) }
    }
}

impl PyObject {
    /// This object as a `T` when it is an instance of T's type or a subtype.
    #[inline(always)]
    pub fn downcast<T: PyClass>(&self) -> Option<&T> {
        // SAFETY: `check` says that the memory begins with T's layout.
        if T::check(self) { Some(unsafe { self.cast_unchecked() }) } else { None }
    }

    /// This object as a `T` when its type is exactly T's.
    #[inline(always)]
    pub fn downcast_exact<T: PyClass>(&self) -> Option<&T> {
        // SAFETY: the type is T's own.
        if T::check_exact(self) { Some(unsafe { self.cast_unchecked() }) } else { None }
    }

    /// This object seen as a `T`.
    ///
    /// # Safety
    /// It is an instance of T's type or a subtype.
    #[inline(always)]
    pub unsafe fn cast_unchecked<T: Layout>(&self) -> &T {
        // SAFETY: the caller vouches for the layout.
        unsafe { &*core::ptr::from_ref(self).cast::<T>() }
    }
}

/// An owned reference: dropping it gives the count back (and may so run any Python code).
#[repr(transparent)]
pub struct Ref<T: Layout = PyObject>(NonNull<T>, PhantomData<T>);

impl<T: Layout> Ref<T> {
    /// Takes over a reference that somebody else counted.
    ///
    /// # Safety
    /// `ptr` is a live, non-null `T`, and one count on it is given to the result.
    #[inline(always)]
    pub unsafe fn from_owned(ptr: *mut T) -> Ref<T> {
        if checking::ON {
            // SAFETY: live by contract.
            checking::live(unsafe { &*ptr.cast::<PyObject>() });
        }
        // SAFETY: non-null by contract.
        Ref(unsafe { NonNull::new_unchecked(ptr) }, PhantomData)
    }

    /// Counts a reference on `ptr` and owns it.
    ///
    /// # Safety
    /// `ptr` is a live, non-null `T`.
    #[inline(always)]
    pub unsafe fn from_borrowed(ptr: *mut T) -> Ref<T> {
        // SAFETY: live by contract; every Layout begins with a head.
        unsafe {
            (*ptr.cast::<PyObject>()).incref();
            Ref::from_owned(ptr)
        }
    }

    /// The address, still owned by `self`.
    #[inline(always)]
    pub fn as_raw(&self) -> *mut T {
        self.0.as_ptr()
    }

    /// Gives the count away as an ABI pointer.
    #[inline(always)]
    pub fn into_raw(self) -> *mut T {
        ManuallyDrop::new(self).0.as_ptr()
    }

    /// The same reference, as to a plain object.
    #[inline(always)]
    pub fn upcast(self) -> Ref<PyObject> {
        // SAFETY: every Layout begins with a head; the count moves over.
        unsafe { Ref::from_owned(self.into_raw().cast()) }
    }

    /// The head.
    #[inline(always)]
    pub fn as_object(&self) -> &PyObject {
        // SAFETY: every Layout begins with a head.
        unsafe { &*self.0.as_ptr().cast::<PyObject>() }
    }
}

impl Ref<PyObject> {
    /// The same reference as to a `T`, when the object is one; otherwise it is handed back.
    #[inline(always)]
    pub fn downcast_into<T: PyClass>(self) -> Result<Ref<T>, Ref<PyObject>> {
        // SAFETY: checked; the count moves over.
        if T::check(&self) { Ok(unsafe { Ref::from_owned(self.into_raw().cast()) }) } else { Err(self) }
    }

    /// The same reference as to a `T`.
    ///
    /// # Safety
    /// The object is an instance of T's type or a subtype.
    #[inline(always)]
    pub unsafe fn cast_into_unchecked<T: Layout>(self) -> Ref<T> {
        // SAFETY: the caller vouches for the layout.
        unsafe { Ref::from_owned(self.into_raw().cast()) }
    }
}

impl<T: Layout> Drop for Ref<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: a Ref owns one count.
        unsafe { PyObject::decref(self.0.as_ptr().cast()) }
    }
}

impl<T: Layout> Clone for Ref<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        // SAFETY: alive through `self`.
        unsafe { Ref::from_borrowed(self.0.as_ptr()) }
    }
}

impl<T: Layout> Deref for Ref<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        if checking::ON {
            checking::live(self.as_object());
        }
        // SAFETY: alive through `self`.
        unsafe { self.0.as_ref() }
    }
}

impl<T: Layout + core::fmt::Display> core::fmt::Display for Ref<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PyClass> From<Ref<T>> for Ref<PyObject> {
    #[inline(always)]
    fn from(r: Ref<T>) -> Self {
        r.upcast()
    }
}

/// A reference held in a field of an object, that may be empty. Reading copies out (with a count); writing puts the new
/// value in place before the old one is released, since the release may run Python code that looks at the field.
#[repr(transparent)]
pub struct Member<T: Layout = PyObject>(Cell<*mut T>, PhantomData<T>);

impl<T: Layout> Member<T> {
    /// Holds `value`.
    #[inline(always)]
    pub fn new(value: Ref<T>) -> Self {
        Member(Cell::new(value.into_raw()), PhantomData)
    }

    /// Holds `value`, if any.
    #[inline(always)]
    pub fn from_option(value: Option<Ref<T>>) -> Self {
        Member(Cell::new(value.map_or(core::ptr::null_mut(), Ref::into_raw)), PhantomData)
    }

    /// Holds nothing.
    #[inline(always)]
    pub const fn empty() -> Self {
        Member(Cell::new(core::ptr::null_mut()), PhantomData)
    }

    /// The value, with a count of its own.
    #[inline(always)]
    pub fn get(&self) -> Option<Ref<T>> {
        let p = self.0.get();
        // SAFETY: a non-null field owns a live object.
        if p.is_null() { None } else { Some(unsafe { Ref::from_borrowed(p) }) }
    }

    /// The raw pointer: for identity tests and the ABI.
    #[inline(always)]
    pub fn as_raw(&self) -> *mut T {
        self.0.get()
    }

    /// The value without counting.
    ///
    /// # Safety
    /// The field is not written while the result lives: nothing that may run Python code happens meanwhile.
    #[inline(always)]
    pub unsafe fn borrow(&self) -> Option<&T> {
        // SAFETY: a non-null field owns a live object; the caller keeps it so.
        unsafe { self.0.get().as_ref() }
    }

    /// True when something is held.
    #[inline(always)]
    pub fn is_some(&self) -> bool {
        !self.0.get().is_null()
    }

    /// Puts `value` in place and returns what was there.
    #[inline(always)]
    pub fn replace(&self, value: Option<Ref<T>>) -> Option<Ref<T>> {
        let old = self.0.replace(value.map_or(core::ptr::null_mut(), Ref::into_raw));
        // SAFETY: the field owned `old`; its count moves to the result.
        if old.is_null() { None } else { Some(unsafe { Ref::from_owned(old) }) }
    }

    /// Puts `value` in place, then releases what was there.
    #[inline(always)]
    pub fn set(&self, value: Ref<T>) {
        drop(self.replace(Some(value)));
    }

    /// Empties the field.
    #[inline(always)]
    pub fn take(&self) -> Option<Ref<T>> {
        self.replace(None)
    }
}

impl<T: Layout> Drop for Member<T> {
    #[inline(always)]
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl<T: Layout> Default for Member<T> {
    fn default() -> Self {
        Self::empty()
    }
}
