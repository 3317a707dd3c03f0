//! `LOAD_ATTR` and `STORE_ATTR` by what stands behind the name. Under a type's version its attributes are what they were; a cached
//! class attribute is borrowed from the class.

use krait_runtime::objects::dict::keys::DictKeys;
use krait_runtime::objects::dict::split;
use krait_runtime::objects::{PyDict, PyHeapType, PyModule, PyType};
use krait_runtime::{Py, PyClass, PyObject};

use super::super::access::{attempt, guard};
use super::super::resume::enter;
use crate::call::push_function;
use crate::dispatch::{Cx, Step};
use crate::frame::Frame;
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// Replaces the owner by a value (owned), with NULL over it when a call follows.
macro_rules! value_for_owner {
    ($cx:ident, $oparg:ident, $value:expr) => {{
        let owner = core::mem::replace(&mut *$cx.slot(1), $value);
        if $oparg & 1 != 0 {
            $cx.push(StackRef::NULL);
        }
        $cx.close_next(owner)
    }};
}

/// Guards the owner's type version, of cache words 1 and 2.
macro_rules! guard_version {
    ($cx:ident, $owner:expr) => {
        guard!($owner.ty().tp_version_tag.get() == $cx.cache32(1))
    };
}

/// The object in a cache: borrowed from the class as long as its version holds.
#[inline(always)]
unsafe fn cached<'a>(cx: &Cx<'_>) -> &'a PyObject {
    // SAFETY: the guard on the version has passed.
    unsafe { &*core::ptr::with_exposed_provenance::<PyObject>(cx.cache64(5) as usize) }
}

/// The shared table's version of an owner with inline values that count.
#[inline(always)]
unsafe fn inline_keys_version(owner: &PyObject) -> u32 {
    // SAFETY: the type, by its version, has inline values, so is a heap type with a shared table.
    unsafe {
        if split::inline_values(owner).valid.get() == 0 {
            return 0;
        }
        (*owner.ty().cast_unchecked::<PyHeapType>().ht_cached_keys.get().cast::<DictKeys>()).dk_version.get()
    }
}

/// (owner) becomes (method, owner).
#[inline(always)]
unsafe fn method_over(cx: &mut Cx<'_>, method: &PyObject) -> Step {
    // SAFETY: the owner stands on top.
    unsafe {
        let owner = core::mem::replace(&mut *cx.slot(1), StackRef::borrowed(method).dup_object());
        cx.push(owner);
    }
    Step::Next
}

/// A frame for `function(owner, name)`; `owner` is moved. Null on an error.
#[inline(never)]
unsafe fn push_with_name(
    py: Py<'_>,
    function: &PyFunction,
    owner: StackRef,
    name: &PyObject,
    previous: *mut Frame,
) -> *mut Frame {
    let mut args = [owner, StackRef::borrowed(name).dup()];
    let callee = StackRef::borrowed(function).dup();
    // SAFETY: by the caller: the loop runs; both arguments move into the frame.
    unsafe { push_function(py, callee, args.as_mut_ptr(), 2, None, previous) }
}

instructions! {
    /// A value inside the instance.
    fn LOAD_ATTR_INSTANCE_VALUE(cx, oparg) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        guard!(split::inline_values(owner).valid.get() != 0);
        let value = *owner.as_ptr().byte_add(cx.cache(3) as usize).cast::<*mut PyObject>();
        guard!(!value.is_null());
        let value = StackRef::borrowed(&*value).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// A module's global.
    fn LOAD_ATTR_MODULE(cx, oparg) {
        let Some(module) = cx.object(1).downcast_exact::<PyModule>() else { return Step::Deopt };
        let dict = module.dict_ref();
        guard!(dict.current_keys_version() == cx.cache32(1));
        let Some(value) = dict.cached_value(cx.cache(3) as usize) else { return Step::Deopt };
        let value = StackRef::borrowed(value).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// A value in the instance's dict, by entry number.
    fn LOAD_ATTR_WITH_HINT(cx, oparg) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        let Some(dict) = split::managed_dict(owner).get().as_ref() else { return Step::Deopt };
        guard!(PyDict::check_exact(dict));
        let Some(value) = dict.value_under(cx.cache(3) as usize, cx.name(oparg >> 1)) else { return Step::Deopt };
        let value = StackRef::borrowed(value).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// A slot of `__slots__`.
    fn LOAD_ATTR_SLOT(cx, oparg) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        let value = *owner.as_ptr().byte_add(cx.cache(3) as usize).cast::<*mut PyObject>();
        guard!(!value.is_null());
        let value = StackRef::borrowed(&*value).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// An attribute of a class.
    fn LOAD_ATTR_CLASS(cx, oparg) {
        let Some(class) = cx.object(1).downcast::<PyType>() else { return Step::Deopt };
        guard!(class.tp_version_tag.get() == cx.cache32(1));
        let value = StackRef::borrowed(cached(cx)).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// An attribute of a class whose metaclass may change.
    fn LOAD_ATTR_CLASS_WITH_METACLASS_CHECK(cx, oparg) {
        let Some(class) = cx.object(1).downcast::<PyType>() else { return Step::Deopt };
        guard!(class.tp_version_tag.get() == cx.cache32(1));
        guard!(class.ty().tp_version_tag.get() == cx.cache32(3));
        let value = StackRef::borrowed(cached(cx)).dup_object();
        value_for_owner!(cx, oparg, value)
    }

    /// A property with a Python getter, in this run of the loop.
    fn LOAD_ATTR_PROPERTY(cx, _) {
        guard_version!(cx, cx.object(1));
        let function: &PyFunction = cached(cx).cast_unchecked();
        guard!(function.func_version.get() == cx.cache32(3));
        let callee = StackRef::borrowed(function).dup();
        let frame = push_function(cx.py, callee, cx.slot(1), 1, None, cx.frame);
        cx.sp = cx.sp.sub(1);
        if frame.is_null() {
            return Step::Error;
        }
        (*cx.frame).return_offset = 10;
        enter(cx, frame)
    }

    /// Any attribute of an instance whose class has a Python `__getattribute__`, in this run of the loop.
    fn LOAD_ATTR_GETATTRIBUTE_OVERRIDDEN(cx, oparg) {
        guard_version!(cx, cx.object(1));
        let function: &PyFunction = cached(cx).cast_unchecked();
        guard!(function.func_version.get() == cx.cache32(3));
        let owner = cx.pop();
        let frame = push_with_name(cx.py, function, owner, cx.name(oparg >> 1), cx.frame);
        if frame.is_null() {
            return Step::Error;
        }
        (*cx.frame).return_offset = 10;
        enter(cx, frame)
    }

    /// A method; the instance has values inline, none of that name.
    fn LOAD_ATTR_METHOD_WITH_VALUES(cx, _) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        guard!(inline_keys_version(owner) == cx.cache32(3));
        let method = cached(cx);
        method_over(cx, method)
    }

    /// A method; the instance has no dict.
    fn LOAD_ATTR_METHOD_NO_DICT(cx, _) {
        guard_version!(cx, cx.object(1));
        let method = cached(cx);
        method_over(cx, method)
    }

    /// A method; the instance has no dict yet.
    fn LOAD_ATTR_METHOD_LAZY_DICT(cx, _) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        let offset = cx.cache(3) as i16;
        guard!((*owner.as_ptr().byte_offset(offset as isize).cast::<*mut PyObject>()).is_null());
        let method = cached(cx);
        method_over(cx, method)
    }

    /// A plain class attribute; the instance has values inline, none of that name.
    fn LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES(cx, _) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        guard!(inline_keys_version(owner) == cx.cache32(3));
        let value = StackRef::borrowed(cached(cx)).dup_object();
        cx.replace_top(value)
    }

    /// A plain class attribute; the instance has no dict.
    fn LOAD_ATTR_NONDESCRIPTOR_NO_DICT(cx, _) {
        guard_version!(cx, cx.object(1));
        let value = StackRef::borrowed(cached(cx)).dup_object();
        cx.replace_top(value)
    }

    /// A value inside the instance, which has no dict object.
    fn STORE_ATTR_INSTANCE_VALUE(cx, _) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        guard!(split::managed_dict(owner).get().is_null());
        let values = split::inline_values(owner);
        guard!(values.valid.get() != 0);
        let slot = owner.as_ptr().byte_add(cx.cache(3) as usize).cast::<*mut PyObject>();
        let new = cx.peek(2).make_owned();
        *cx.slot(2) = StackRef::NULL;
        let old = core::mem::replace(&mut *slot, new.as_ptr());
        if old.is_null() {
            values.note_insertion(slot.offset_from(values.slot(0)) as usize);
        }
        let owner = cx.pop();
        cx.sp = cx.sp.sub(1);
        cx.close_two_next(StackRef::from_raw(old), owner)
    }

    /// A slot of `__slots__`.
    fn STORE_ATTR_SLOT(cx, _) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        let slot = owner.as_ptr().byte_add(cx.cache(3) as usize).cast::<*mut PyObject>();
        let new = cx.peek(2).make_owned();
        *cx.slot(2) = StackRef::NULL;
        let old = core::mem::replace(&mut *slot, new.as_ptr());
        let owner = cx.pop();
        cx.sp = cx.sp.sub(1);
        cx.close_two_next(StackRef::from_raw(old), owner)
    }

    /// A value in the instance's dict, by entry number.
    fn STORE_ATTR_WITH_HINT(cx, oparg) {
        let owner = cx.object(1);
        guard_version!(cx, owner);
        let Some(dict) = split::managed_dict(owner).get().as_ref() else { return Step::Deopt };
        guard!(PyDict::check_exact(dict));
        guard!(dict.value_under(cx.cache(3) as usize, cx.name(oparg)).is_some());
        attempt!(dict.set(cx.py, cx.name(oparg), cx.object(2)));
        cx.drop_n(2);
        Step::Next
    }
}
