//! Looking at the tracked objects: what module `gc` offers besides collecting.

use core::ffi::{c_int, c_void};

use super::{GENERATIONS, GcHead, PREV_FINALIZED, head_of, is_tracked};
use crate::object::PyObject;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::Ref;

/// Whether the collector could track the object (`PyObject_IS_GC`): its type is collectable and, where the type decides for each
/// object (`tp_is_gc`), this one too.
#[inline]
pub fn is_collectable(op: &PyObject) -> bool {
    let ty = op.ty();
    // SAFETY: the slot takes a live object.
    ty.tp_flags.get() & flags::HAVE_GC != 0
        && ty.tp_is_gc.get().is_none_or(|f| unsafe { f(op.as_ptr()) } != 0)
}

/// Whether the object's finaliser has run.
pub fn finalized(op: &PyObject) -> bool {
    // SAFETY: collectable objects have a head.
    is_collectable(op) && unsafe { head_of(op) }.prev.get() & PREV_FINALIZED != 0
}

fn collect_refs(list: &GcHead, into: &mut Vec<Ref<PyObject>>) {
    // SAFETY: lists are whole between collections, members alive.
    unsafe { list.each(|head| into.push((*head.object()).to_ref())) };
}

/// The tracked objects of one generation, or of all.
pub fn objects(py: Py<'_>, generation: Option<usize>) -> Vec<Ref<PyObject>> {
    let mut found = Vec::new();
    for (n, g) in py.interp().gc.generations.iter().enumerate() {
        if generation.is_none_or(|wanted| wanted == n) {
            collect_refs(&g.head, &mut found);
        }
    }
    found
}

unsafe extern "C-unwind" fn gather(op: *mut PyObject, arg: *mut c_void) -> c_int {
    // SAFETY: called by `referents` with a live object and its vector.
    unsafe { (*arg.cast::<Vec<Ref<PyObject>>>()).push((*op).to_ref()) };
    0
}

/// What an object refers to directly, as its `tp_traverse` tells.
pub fn referents(op: &PyObject) -> Vec<Ref<PyObject>> {
    let mut found: Vec<Ref<PyObject>> = Vec::new();
    if is_collectable(op)
        && let Some(traverse) = op.ty().tp_traverse.get()
    {
        // SAFETY: a live object of the slot's type.
        unsafe { traverse(op.as_ptr(), gather, (&raw mut found).cast()) };
    }
    found
}

struct Wanted<'a>(&'a [Ref<PyObject>]);

unsafe extern "C-unwind" fn compare(op: *mut PyObject, arg: *mut c_void) -> c_int {
    // SAFETY: called by `referrers` with its `Wanted`.
    let wanted = unsafe { &*arg.cast::<Wanted<'_>>() };
    c_int::from(wanted.0.iter().any(|w| core::ptr::eq(w.as_raw(), op)))
}

/// The tracked objects that refer directly to any of `wanted`.
pub fn referrers(py: Py<'_>, wanted: &[Ref<PyObject>]) -> Vec<Ref<PyObject>> {
    let mut found = Vec::new();
    let mut arg = Wanted(wanted);
    for generation in py.interp().gc.generations.iter().take(GENERATIONS) {
        // SAFETY: the lists are whole, members alive and not changed while they are traversed.
        unsafe {
            generation.head.each(|head| {
                let op = head.object();
                if let Some(traverse) = (*op).ty().tp_traverse.get()
                    && traverse(op, compare, (&raw mut arg).cast()) != 0
                {
                    found.push((*op).to_ref());
                }
            });
        }
    }
    found
}

/// `gc.freeze()`: sets all tracked objects aside.
pub fn freeze(py: Py<'_>) {
    let gc = &py.interp().gc;
    for generation in gc.generations.iter() {
        // SAFETY: whole lists.
        unsafe { gc.permanent.absorb(&generation.head) };
        generation.count.set(0);
    }
}

/// `gc.unfreeze()`: what was set aside goes to the oldest generation.
pub fn unfreeze(py: Py<'_>) {
    let gc = &py.interp().gc;
    // SAFETY: whole lists.
    unsafe { gc.oldest().head.absorb(&gc.permanent) };
}

/// Number of objects set aside.
pub fn frozen(py: Py<'_>) -> usize {
    // SAFETY: a whole list.
    unsafe { py.interp().gc.permanent.len() }
}

/// Whether the collector tracks the object (`gc.is_tracked`).
pub fn tracked(op: &PyObject) -> bool {
    is_collectable(op) && is_tracked(op)
}
