//! What `#[pyclass]` derives for a payload struct: allocation, `tp_dealloc`, `tp_traverse`, `tp_clear`.
//! Not here: raw object memory (`memory.rs`).

use core::cell::{Cell, OnceCell, RefCell};
use core::ffi::{c_int, c_void};

use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::PyObject;
use crate::objects::r#type::{PyType, flags};
use crate::objects::weakref::WeakList;
use crate::py::Py;
use crate::reference::{Layout, Member, PyClass, Ref};
use crate::slots::VisitProc;

/// Carries the collector's visit function through [`Traverse::traverse`].
pub struct Visitor<'a> {
    visit: VisitProc,
    arg: *mut c_void,
    _life: core::marker::PhantomData<&'a ()>,
}

impl Visitor<'_> {
    /// A visitor around the two C-ABI arguments.
    pub fn new(visit: VisitProc, arg: *mut c_void) -> Self {
        Visitor { visit, arg, _life: core::marker::PhantomData }
    }

    /// Shows one referenced object to the collector; non-zero means "stop".
    #[inline]
    #[allow(
        clippy::not_unsafe_ptr_arg_deref,
        reason = "callers hand in fields of live objects; the macros' code is safe Rust"
    )]
    pub fn visit(&mut self, op: *mut PyObject) -> c_int {
        // SAFETY: the collector's function takes any live object.
        if op.is_null() { 0 } else { unsafe { (self.visit)(op, self.arg) } }
    }
}

/// Fields the collector can walk.
pub trait Traverse {
    /// Shows every object that this field owns; stops at the first non-zero answer and returns it.
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int;
    /// Lets go of what may close a cycle.
    fn clear_references(&self) {}
    /// Called by the derived `tp_dealloc` before the fields are dropped: weak references die first.
    fn before_drop(&self, _op: &PyObject) {}
}

impl<T: Layout> Traverse for Member<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        visit.visit(self.as_raw().cast())
    }
    fn clear_references(&self) {
        drop(self.take());
    }
}
impl<T: Layout> Traverse for Ref<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        visit.visit(self.as_raw().cast())
    }
}
impl<T: Traverse> Traverse for Option<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.as_ref().map_or(0, |x| x.traverse(visit))
    }
    fn clear_references(&self) {
        if let Some(x) = self {
            x.clear_references();
        }
    }
}
impl<T: Traverse> Traverse for Vec<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.iter().map(|x| x.traverse(visit)).find(|&r| r != 0).unwrap_or(0)
    }
    fn clear_references(&self) {
        self.iter().for_each(Traverse::clear_references);
    }
}
impl<T: Traverse> Traverse for Box<[T]> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.iter().map(|x| x.traverse(visit)).find(|&r| r != 0).unwrap_or(0)
    }
    fn clear_references(&self) {
        self.iter().for_each(Traverse::clear_references);
    }
}
impl<T: Traverse, const N: usize> Traverse for [T; N] {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.iter().map(|x| x.traverse(visit)).find(|&r| r != 0).unwrap_or(0)
    }
    fn clear_references(&self) {
        self.iter().for_each(Traverse::clear_references);
    }
}
impl<T: Traverse + Default> Traverse for RefCell<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        // A field that is being changed right now is not walked: its objects then look externally referenced, so are kept.
        self.try_borrow().map_or(0, |x| x.traverse(visit))
    }
    fn clear_references(&self) {
        // The content leaves the cell before it is released: that may run code which looks into the cell again.
        let old = self.try_borrow_mut().map(|mut x| core::mem::take(&mut *x));
        drop(old);
    }
}
impl<T: Traverse> Traverse for OnceCell<T> {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        self.get().map_or(0, |x| x.traverse(visit))
    }
}
impl Traverse for WeakList {
    fn traverse(&self, _visit: &mut Visitor<'_>) -> c_int {
        0
    }
    fn before_drop(&self, op: &PyObject) {
        crate::objects::weakref::clear_weakrefs(op);
    }
}
impl<T: Copy> Traverse for Cell<T> {
    fn traverse(&self, _visit: &mut Visitor<'_>) -> c_int {
        0
    }
}
macro_rules! nothing_to_traverse {
    ($($ty:ty),* $(,)?) => { $(impl Traverse for $ty { fn traverse(&self, _visit: &mut Visitor<'_>) -> c_int { 0 } })* };
}
nothing_to_traverse!(
    bool,
    u8,
    i8,
    u16,
    i16,
    u32,
    i32,
    u64,
    i64,
    usize,
    isize,
    f64,
    char,
    String,
    Box<str>,
    ()
);

/// Moves `value` into a new object of `cls` (T's type or a subtype) and tracks it when its type is collectable.
#[inline]
pub fn alloc_payload<T: PyClass>(py: Py<'_>, cls: &PyType, value: T) -> PyResult<Ref<T>> {
    const {
        assert!(
            align_of::<T>() <= memory::ALIGNMENT,
            "a field wants more alignment than objects have: box it"
        )
    };
    let op = memory::alloc_object(py, cls, 0)?;
    // SAFETY: the memory holds at least a T. The value's head is not used: the real one is kept and written back.
    unsafe {
        let head = core::ptr::read(op);
        core::ptr::write(op.cast::<T>(), value);
        core::ptr::write(op, head);
        if cls.tp_flags.get() & flags::HAVE_GC != 0 {
            gc::track(&*op);
        }
        Ok(Ref::from_owned(op.cast()))
    }
}

/// Moves `value` into a new object of exactly T's type and tracks it when the type is collectable.
#[inline]
pub fn alloc_exact<T: PyClass>(py: Py<'_>, value: T) -> PyResult<Ref<T>> {
    const {
        assert!(
            align_of::<T>() <= memory::ALIGNMENT,
            "a field wants more alignment than objects have: box it"
        )
    };
    const { assert!(size_of::<T>() <= T::SIZE, "the type's size does not cover its fields") };
    let Some(collectable) = T::COLLECTABLE else { return alloc_payload(py, T::type_object(), value) };
    // SAFETY: the kind is the type's own and the memory covers a T. The value's head is not used: the real one is kept and
    // written back. What the type has beyond its fields is zeroed.
    unsafe {
        let op = memory::alloc_plain(py, T::type_object(), collectable, T::SIZE)?;
        if T::SIZE > size_of::<T>() {
            op.cast::<u8>().add(size_of::<T>()).write_bytes(0, T::SIZE - size_of::<T>());
        }
        let head = core::ptr::read(op);
        core::ptr::write(op.cast::<T>(), value);
        core::ptr::write(op, head);
        if collectable {
            gc::track_new(py, &*op);
        }
        Ok(Ref::from_owned(op.cast()))
    }
}

/// Derived `tp_dealloc`: finaliser, untrack, weak references, fields, memory.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn dealloc_payload<T: PyClass + Traverse>(op: *mut PyObject) {
    // SAFETY: called with a dead object of T's type or, through a subtype's deallocator, of a subtype.
    unsafe {
        let ty = (*op).ty();
        let exact = core::ptr::eq(ty, T::type_object());
        if exact && ty.tp_finalize.get().is_some() && gc::call_finalizer_from_dealloc(op) {
            return;
        }
        if T::COLLECTABLE == Some(true) || ty.tp_flags.get() & flags::HAVE_GC != 0 {
            gc::untrack(&*op);
        }
        (*op.cast::<T>()).before_drop(&*op);
        core::ptr::drop_in_place(op.cast::<T>());
        if exact && let Some(collectable) = T::COLLECTABLE {
            return memory::free_plain(op, collectable);
        }
        match ty.tp_free.get() {
            Some(free) => free(op.cast()),
            None => memory::free_object(op),
        }
    }
}

/// Derived `tp_dealloc` of a type whose base type has a deallocator of its own: releases this type's fields, then does what
/// the base does. `T`'s base field has nothing to drop.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn dealloc_over_base<T: PyClass + Traverse>(op: *mut PyObject) {
    // SAFETY: called with a dead object of T's type or, through a subtype's deallocator, of a subtype.
    unsafe {
        if core::ptr::eq((*op).type_ptr(), T::type_object())
            && T::type_object().tp_finalize.get().is_some()
            && gc::call_finalizer_from_dealloc(op)
        {
            return;
        }
        if (*op).ty().tp_flags.get() & flags::HAVE_GC != 0 {
            gc::untrack(&*op);
        }
        (*op.cast::<T>()).before_drop(&*op);
        core::ptr::drop_in_place(op.cast::<T>());
        if let Some(dealloc) = T::type_object().base().and_then(|base| base.tp_dealloc.get()) {
            dealloc(op);
        }
    }
}

/// Derived `tp_traverse` of a type whose base type has one of its own.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn traverse_over_base<T: PyClass + Traverse>(
    op: *mut PyObject,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called with a live object of T's type or a subtype.
    unsafe {
        let stop = (*op.cast::<T>()).traverse(&mut Visitor::new(visit, arg));
        match T::type_object().base().and_then(|base| base.tp_traverse.get()) {
            Some(traverse) if stop == 0 => traverse(op, visit, arg),
            _ => stop,
        }
    }
}

/// Derived `tp_clear` of a type whose base type has one of its own.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn clear_over_base<T: PyClass + Traverse>(op: *mut PyObject) -> c_int {
    // SAFETY: called with a live object of T's type or a subtype.
    unsafe {
        (*op.cast::<T>()).clear_references();
        match T::type_object().base().and_then(|base| base.tp_clear.get()) {
            Some(clear) => clear(op),
            None => 0,
        }
    }
}

/// Derived `tp_traverse`.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn traverse_payload<T: PyClass + Traverse>(
    op: *mut PyObject,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called with a live object of T's type or a subtype.
    unsafe { (*op.cast::<T>()).traverse(&mut Visitor::new(visit, arg)) }
}

/// Derived `tp_clear`.
///
/// # Safety
/// C-ABI slot of a type whose payload is `T`.
pub unsafe extern "C-unwind" fn clear_payload<T: PyClass + Traverse>(op: *mut PyObject) -> c_int {
    // SAFETY: called with a live object of T's type or a subtype.
    unsafe { (*op.cast::<T>()).clear_references() };
    0
}
