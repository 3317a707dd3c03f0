//! `BINARY_OP` as subscription, `STORE_SUBSCR`, `CONTAINS_OP`, by container.

use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{
    PyDict, PyFrozenSet, PyHeapType, PyInt, PyList, PySet, PySlice, PyStr, PyTuple,
};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::super::access::{attempt, guard};
use super::super::resume::enter;
use crate::call::push_function;
use crate::dispatch::{Step, continuations, next, two_to_one_1, two_to_one_5};
use crate::objects::function::PyFunction;
use crate::stackref::StackRef;

/// The value of a compact index that is not negative.
macro_rules! index {
    ($slot:expr) => {
        match $slot.downcast_exact::<PyInt>().and_then(PyInt::as_compact) {
            Some(i) if i >= 0 => i as usize,
            _ => return Step::Deopt,
        }
    };
}

#[inline(never)]
fn dict_item(py: Py<'_>, dict: &PyDict, key: &PyObject) -> PyResult<Ref<PyObject>> {
    match dict.get(py, key)? {
        Some(value) => Ok(value),
        None => Err(krait_runtime::objects::dict::insert::raise_key_error(py, key)),
    }
}

#[inline(never)]
fn list_slice(py: Py<'_>, list: &PyObject, slice: &PyObject) -> PyResult<Ref<PyObject>> {
    list.get_item(py, slice)
}

continuations! {
    /// `list[operand] = value`, when nobody else holds the list.
    fn store_into_dying(ts, frame, ip, sp, operand, table) {
        let (value, list, key) = (*sp.sub(3), *sp.sub(2), *sp.sub(1));
        let old = list.get().cast_unchecked::<PyList>().exchange(operand as usize, value.make_owned().as_ptr());
        key.close();
        list.close();
        StackRef::from_raw(old).close();
        next(ts, frame, ip.add(1), sp.sub(3), table)
    }
}

instructions! {
    /// `list[int]`
    fn BINARY_OP_SUBSCR_LIST_INT(cx, _) {
        let Some(list) = cx.object(2).downcast_exact::<PyList>() else { return Step::Deopt };
        let i = index!(cx.object(1));
        let Some(item) = list.get(i) else { return Step::Deopt };
        cx.replace_two_or(StackRef::owned(item), two_to_one_5)
    }

    /// `list[slice]`
    fn BINARY_OP_SUBSCR_LIST_SLICE(cx, _) {
        guard!(cx.object(2).downcast_exact::<PyList>().is_some());
        guard!(cx.object(1).downcast_exact::<PySlice>().is_some());
        let result = attempt!(list_slice(cx.py, cx.object(2), cx.object(1)));
        cx.replace_operands(StackRef::owned(result))
    }

    /// `tuple[int]`
    fn BINARY_OP_SUBSCR_TUPLE_INT(cx, _) {
        let Some(tuple) = cx.object(2).downcast_exact::<PyTuple>() else { return Step::Deopt };
        let i = index!(cx.object(1));
        let Some(item) = tuple.get(i) else { return Step::Deopt };
        cx.replace_two_or(StackRef::owned(item.to_ref()), two_to_one_5)
    }

    /// `str[int]`, of a Latin-1 character
    fn BINARY_OP_SUBSCR_STR_INT(cx, _) {
        let Some(s) = cx.object(2).downcast_exact::<PyStr>() else { return Step::Deopt };
        let i = index!(cx.object(1));
        let Some(c) = s.code_point(i) else { return Step::Deopt };
        let Ok(c) = u8::try_from(c) else { return Step::Deopt };
        cx.replace_two_or(StackRef::owned(PyStr::latin1_char(c).upcast()), two_to_one_5)
    }

    /// `dict[key]`
    fn BINARY_OP_SUBSCR_DICT(cx, _) {
        let Some(dict) = cx.object(2).downcast_exact::<PyDict>() else { return Step::Deopt };
        let value = attempt!(dict_item(cx.py, dict, cx.object(1)));
        cx.replace_operands(StackRef::owned(value))
    }

    /// `instance[key]` of a class with a Python `__getitem__`, in this run of the loop.
    fn BINARY_OP_SUBSCR_GETITEM(cx, _) {
        let ty = cx.object(2).ty();
        guard!(ty.has(flags::HEAPTYPE));
        let cache = &ty.cast_unchecked::<PyHeapType>()._spec_cache;
        let getitem = cache.getitem.get();
        guard!(!getitem.is_null());
        let function: &PyFunction = (*getitem).cast_unchecked();
        guard!(function.func_version.get() == cache.getitem_version.get());
        let callee = StackRef::borrowed(function).dup();
        let frame = push_function(cx.py, callee, cx.slot(2), 2, None, cx.frame);
        cx.sp = cx.sp.sub(2);
        if frame.is_null() {
            return Step::Error;
        }
        (*cx.frame).return_offset = 6;
        enter(cx, frame)
    }

    /// `list[int] = value`
    fn STORE_SUBSCR_LIST_INT(cx, _) {
        let Some(list) = cx.object(2).downcast_exact::<PyList>() else { return Step::Deopt };
        let i = index!(cx.object(1));
        guard!(i < list.len());
        // A list that dies with this is left to the continuation: the fast path has two values to release at most.
        let (container, key) = (cx.peek(2), cx.peek(1));
        if !container.is_borrowed() && list.refcnt() == 1 {
            return Step::Via(store_into_dying, i as u64);
        }
        let old = list.exchange(i, cx.peek(3).make_owned().as_ptr());
        let _ = container.give_up();
        cx.sp = cx.sp.sub(3);
        cx.close_two_next(StackRef::from_raw(old), key)
    }

    /// `dict[key] = value`
    fn STORE_SUBSCR_DICT(cx, _) {
        let Some(dict) = cx.object(2).downcast_exact::<PyDict>() else { return Step::Deopt };
        attempt!(store_in_dict(cx.py, dict, cx.object(1), cx.object(3)));
        cx.drop_n(3);
        Step::Next
    }

    /// `key in dict`
    fn CONTAINS_OP_DICT(cx, oparg) {
        let Some(dict) = cx.object(1).downcast_exact::<PyDict>() else { return Step::Deopt };
        let found = attempt!(in_dict(cx.py, dict, cx.object(2)));
        cx.two_to_truth(found != (oparg != 0), 1, two_to_one_1)
    }

    /// `item in set`
    fn CONTAINS_OP_SET(cx, oparg) {
        let set = cx.object(1);
        guard!(set.downcast_exact::<PySet>().is_some() || set.downcast_exact::<PyFrozenSet>().is_some());
        let found = match set.cast_unchecked::<PySet>().contains_at_once(cx.object(2)) {
            Some(found) => found,
            None => attempt!(in_set(cx.py, set, cx.object(2))),
        };
        cx.two_to_truth(found != (oparg != 0), 1, two_to_one_1)
    }
}

/// By the slot: a set may be looked for, too.
#[inline(never)]
fn in_set(py: Py<'_>, set: &PyObject, key: &PyObject) -> PyResult<bool> {
    set.contains(py, key)
}

#[inline(never)]
fn in_dict(py: Py<'_>, dict: &PyDict, key: &PyObject) -> PyResult<bool> {
    dict.contains(py, key)
}

#[inline(never)]
fn store_in_dict(py: Py<'_>, dict: &PyDict, key: &PyObject, value: &PyObject) -> PyResult<()> {
    dict.set(py, key, value)
}
