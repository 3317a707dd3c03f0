//! Life and death of instances of classes made at run time: deallocation, traversal, clearing, and their `__dict__` and
//! `__weakref__` attributes. Not here: attribute access (`protocol/attribute.rs`), the type objects themselves (`heap.rs`).

use core::ffi::{c_int, c_void};

use super::{PyType, flags};
use crate::error::PyResult;
use crate::gc;
use crate::object::PyObject;
use crate::objects::PyNone;
use crate::objects::dict::split;
use crate::objects::weakref::clear_weakrefs;
use crate::py::Py;
use crate::reference::Ref;
use crate::slots::{PyGetSetDef, PyMemberDef, VisitProc, member};

type Obj = *mut PyObject;

/// The member table of a class made at run time: it stands behind the type object.
pub(super) fn members_of(ty: &PyType) -> *mut PyMemberDef {
    // SAFETY: the items of a type object begin where its metatype's basic size ends.
    unsafe { core::ptr::from_ref(ty).cast_mut().byte_offset(ty.ty().tp_basicsize.get()).cast() }
}

fn rows(ty: &PyType) -> impl Iterator<Item = &PyMemberDef> {
    let table = members_of(ty);
    // SAFETY: as many rows as the type object has items.
    (0..ty.ob_base.size()).map(move |i| unsafe { &*table.add(i) })
}

fn is_subtype_dealloc(ty: &PyType) -> bool {
    ty.tp_dealloc.get().is_some_and(|f| f as usize == subtype_dealloc as *const () as usize)
}

/// The nearest base that is no class of this kind.
fn native_base(ty: &PyType) -> &PyType {
    let mut base = ty;
    while is_subtype_dealloc(base) {
        match base.base() {
            Some(b) => base = b,
            None => break,
        }
    }
    base
}

/// Empties the `__slots__` that `ty` itself adds.
unsafe fn clear_slots(ty: &PyType, slf: Obj) {
    for row in rows(ty) {
        if row.r#type == member::T_OBJECT_EX && row.flags & member::READONLY == 0 {
            // SAFETY: the row describes a field of the instance that owns a reference or is null.
            unsafe {
                let field = slf.byte_offset(row.offset).cast::<Obj>();
                let old = field.replace(core::ptr::null_mut());
                if !old.is_null() {
                    PyObject::decref(old);
                }
            }
        }
    }
}

/// `tp_dealloc` of classes made at run time.
pub(super) unsafe extern "C-unwind" fn subtype_dealloc(slf: Obj) {
    // SAFETY: called with a dead instance of a heap type.
    unsafe {
        let ty: *const PyType = (*slf).type_ptr();
        let ty = &*ty;
        if ty.tp_finalize.get().is_some() && gc::call_finalizer_from_dealloc(slf) {
            return;
        }
        if let Some(del) = ty.tp_del.get() {
            del(slf);
            if (*slf).refcnt() > 0 {
                return;
            }
        }
        // The finalizer may have assigned `__class__`.
        let ty: *const PyType = (*slf).type_ptr();
        let ty = &*ty;
        let base = native_base(ty);
        if ty.has(flags::HAVE_GC) {
            gc::untrack(&*slf);
        }
        if ty.tp_weaklistoffset.get() != 0 && base.tp_weaklistoffset.get() == 0 {
            clear_weakrefs(&*slf);
        }
        let mut class = ty;
        while !core::ptr::eq(class, base) {
            if class.ob_base.size() != 0 {
                clear_slots(class, slf);
            }
            match class.base() {
                Some(b) => class = b,
                None => break,
            }
        }
        if ty.has(flags::MANAGED_DICT) {
            split::clear_managed_dict(&*slf);
        } else if ty.tp_dictoffset.get() != 0
            && base.tp_dictoffset.get() == 0
            && let Some(field) = (*slf).dict_field()
        {
            drop(field.take());
        }
        // A base that is a heap type itself, of an extension in C, releases the type.
        let release = base.is_native();
        if base.has(flags::HAVE_GC) && ty.has(flags::HAVE_GC) {
            gc::track(&*slf);
        }
        if let Some(dealloc) = base.tp_dealloc.get() {
            dealloc(slf);
        }
        if release {
            PyObject::decref(ty.as_ptr());
        }
    }
}

/// `tp_traverse` of classes made at run time.
pub(super) unsafe extern "C-unwind" fn subtype_traverse(
    slf: Obj,
    visit: VisitProc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector with a live instance of a heap type.
    unsafe {
        let ty = (*slf).ty();
        let mut base = ty;
        while base.tp_traverse.get().is_some_and(|f| f as usize == subtype_traverse as *const () as usize) {
            for row in rows(base) {
                if row.r#type == member::T_OBJECT_EX {
                    let value = slf.byte_offset(row.offset).cast::<Obj>().read();
                    if !value.is_null() {
                        let stop = visit(value, arg);
                        if stop != 0 {
                            return stop;
                        }
                    }
                }
            }
            match base.base() {
                Some(b) => base = b,
                None => break,
            }
        }
        let own_dict = ty.tp_dictoffset.get() != base.tp_dictoffset.get();
        let dict = (*slf).dict_field().filter(|field| own_dict && !field.as_raw().is_null());
        let stop = if let Some(dict) = dict {
            // Its dict shows the inline values, if it looks at them: it may be another object's dict that does not.
            visit(dict.as_raw(), arg)
        } else if ty.has(flags::INLINE_VALUES)
            && !base.has(flags::INLINE_VALUES)
            && split::inline_values(&*slf).valid.get() != 0
        {
            split::inline_values(&*slf).traverse(visit, arg)
        } else {
            0
        };
        if stop != 0 {
            return stop;
        }
        if base.is_native() {
            let stop = visit(ty.as_ptr(), arg);
            if stop != 0 {
                return stop;
            }
        }
        match base.tp_traverse.get() {
            Some(traverse) if traverse as usize != subtype_traverse as *const () as usize => {
                traverse(slf, visit, arg)
            }
            _ => 0,
        }
    }
}

/// `tp_clear` of classes made at run time.
pub(super) unsafe extern "C-unwind" fn subtype_clear(slf: Obj) -> c_int {
    // SAFETY: called by the collector with a live instance of a heap type.
    unsafe {
        let ty = (*slf).ty();
        let mut base = ty;
        while base.tp_clear.get().is_some_and(|f| f as usize == subtype_clear as *const () as usize) {
            if base.ob_base.size() != 0 {
                clear_slots(base, slf);
            }
            match base.base() {
                Some(b) => base = b,
                None => break,
            }
        }
        if ty.has(flags::MANAGED_DICT) {
            if !base.has(flags::MANAGED_DICT) {
                split::clear_managed_dict(&*slf);
            }
        } else if ty.tp_dictoffset.get() != base.tp_dictoffset.get()
            && let Some(field) = (*slf).dict_field()
        {
            drop(field.take());
        }
        match base.tp_clear.get() {
            Some(clear) if clear as usize != subtype_clear as *const () as usize => clear(slf),
            _ => 0,
        }
    }
}

/// The descriptor by which a native class among the bases manages the `__dict__` of `slf` itself.
fn native_dict_descriptor(py: Py<'_>, slf: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
    let mut class = Some(slf.ty());
    while let Some(ty) = class {
        if ty.tp_dictoffset.get() != 0 && ty.is_native() && ty.base().is_some() {
            let found = ty.lookup(py, crate::id!(py, "__dict__"));
            return match found {
                Some(found) if found.ty().tp_descr_set.get().is_some() => Ok(Some(found)),
                _ => Err(crate::raise!(
                    py,
                    TypeError,
                    "this __dict__ descriptor does not support '{}' objects",
                    slf.ty().name()
                )),
            };
        }
        class = ty.base();
    }
    Ok(None)
}

unsafe extern "C-unwind" fn get_dict(slf: Obj, _: *mut c_void) -> Obj {
    // SAFETY: a getter called with a live instance on an attached thread.
    let (py, slf) = unsafe { (Py::assume(), &*slf) };
    match native_dict_descriptor(py, slf) {
        Ok(None) => {}
        Ok(Some(descriptor)) => {
            let get = descriptor.ty().tp_descr_get.get();
            // SAFETY: a slot called with live objects.
            return get.map_or(core::ptr::null_mut(), |get| unsafe {
                get(descriptor.as_ptr(), slf.as_ptr(), slf.ty().as_ptr())
            });
        }
        Err(_) => return core::ptr::null_mut(),
    }
    slf.instance_dict(py).map_or(core::ptr::null_mut(), Ref::into_raw)
}

unsafe extern "C-unwind" fn set_dict(slf: Obj, value: Obj, _: *mut c_void) -> c_int {
    // SAFETY: a setter called with a live instance on an attached thread; a null value deletes.
    let (py, slf, value) = unsafe { (Py::assume(), &*slf, value.as_ref()) };
    match native_dict_descriptor(py, slf) {
        Ok(None) => {}
        Ok(Some(descriptor)) => {
            let value = value.map_or(core::ptr::null_mut(), PyObject::as_ptr);
            let set = descriptor.ty().tp_descr_set.get();
            // SAFETY: a slot called with live objects; null deletes.
            return set.map_or(-1, |set| unsafe { set(descriptor.as_ptr(), slf.as_ptr(), value) });
        }
        Err(_) => return -1,
    }
    let Some(value) = value else {
        // `del x.__dict__` leaves a fresh empty one.
        if slf.ty().has(flags::MANAGED_DICT) {
            // SAFETY: the type has the flag.
            return if unsafe { split::replace_dict(py, slf, None) }.is_ok() { 0 } else { -1 };
        }
        if let Some(field) = slf.dict_field() {
            drop(field.take());
        }
        return 0;
    };
    if slf.set_instance_dict(py, Some(value)).is_ok() { 0 } else { -1 }
}

unsafe extern "C-unwind" fn get_weakref(slf: Obj, _: *mut c_void) -> Obj {
    // SAFETY: a getter called with a live instance whose type has weak references.
    unsafe {
        let offset = (*slf).ty().tp_weaklistoffset.get();
        if offset == 0 {
            let _ = crate::raise!(Py::assume(), AttributeError, "This object has no __weakref__");
            return core::ptr::null_mut();
        }
        let first = slf.byte_offset(offset).cast::<Obj>().read();
        first.as_ref().unwrap_or(PyNone::get()).to_ref().into_raw()
    }
}

const DICT: PyGetSetDef = PyGetSetDef {
    name: c"__dict__".as_ptr(),
    get: Some(get_dict),
    set: Some(set_dict),
    doc: c"dictionary for instance variables".as_ptr(),
    closure: core::ptr::null_mut(),
};
const WEAKREF: PyGetSetDef = PyGetSetDef {
    name: c"__weakref__".as_ptr(),
    get: Some(get_weakref),
    set: None,
    doc: c"list of weak references to the object".as_ptr(),
    closure: core::ptr::null_mut(),
};
const END: PyGetSetDef = PyGetSetDef {
    name: core::ptr::null(),
    get: None,
    set: None,
    doc: core::ptr::null(),
    closure: core::ptr::null_mut(),
};
pub(super) static GETSETS_FULL: [PyGetSetDef; 3] = [DICT, WEAKREF, END];
pub(super) static GETSETS_DICT: [PyGetSetDef; 2] = [DICT, END];
pub(super) static GETSETS_WEAK: [PyGetSetDef; 2] = [WEAKREF, END];
