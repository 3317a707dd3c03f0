//! Building and filling containers.

use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyDict, PyList, PySet, PySlice, PyTuple};
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::{Step, continuations, error, next};
use crate::stackref::StackRef;

/// Moves the slots' contents into an array of owned pointers.
#[inline(always)]
unsafe fn move_slots(first: *mut StackRef, n: usize, to: *mut *mut PyObject) {
    for i in 0..n {
        // SAFETY: the caller's slots, all filled; the array has `n` places.
        unsafe { to.add(i).write((*first.add(i)).make_owned().as_ptr()) };
    }
}

#[inline(never)]
unsafe fn tuple_of(py: Py<'_>, first: *mut StackRef, n: usize) -> PyResult<Ref<PyObject>> {
    // SAFETY: the caller's slots.
    unsafe { PyTuple::build(py, n, |to| move_slots(first, n, to)).map(Ref::upcast) }
}

#[inline(never)]
unsafe fn list_of(py: Py<'_>, first: *mut StackRef, n: usize) -> PyResult<Ref<PyObject>> {
    // SAFETY: the caller's slots.
    unsafe { PyList::build(py, n, |to| move_slots(first, n, to)).map(Ref::upcast) }
}

#[inline(never)]
unsafe fn set_of(py: Py<'_>, first: *mut StackRef, n: usize) -> PyResult<Ref<PyObject>> {
    let set = PySet::new(py)?;
    for i in 0..n {
        // SAFETY: the caller's slots stay in place.
        set.add(py, unsafe { (*first.add(i)).get() })?;
    }
    Ok(set.upcast())
}

#[inline(never)]
unsafe fn dict_of(py: Py<'_>, first: *mut StackRef, pairs: usize) -> PyResult<Ref<PyObject>> {
    let dict = PyDict::new(py)?;
    for i in 0..pairs {
        // SAFETY: the caller's slots stay in place.
        unsafe { dict.set(py, (*first.add(2 * i)).get(), (*first.add(2 * i + 1)).get())? };
    }
    Ok(dict.upcast())
}

#[inline(never)]
fn extend_list(py: Py<'_>, list: &PyList, iterable: &PyObject) -> PyResult<()> {
    match list.extend(py, iterable) {
        Ok(()) => Ok(()),
        Err(raised) => {
            if py.error_matches(types::TypeError())
                && iterable.ty().tp_iter.get().is_none()
                && !iterable.is_sequence()
            {
                py.clear_error(raised);
                return Err(raise!(
                    py,
                    TypeError,
                    "Value after * must be an iterable, not {}",
                    iterable.ty().name()
                ));
            }
            Err(raised)
        }
    }
}

#[inline(never)]
fn update_set(py: Py<'_>, set: &PySet, iterable: &PyObject) -> PyResult<()> {
    iterable.for_each(py, |item| set.add(py, &item).map(drop))
}

#[cold]
#[inline(never)]
fn not_a_set(py: Py<'_>, object: &PyObject) -> PyResult<()> {
    Err(raise!(py, TypeError, "'{}' object is not a set", object.ty().name()))
}

#[inline(never)]
fn update_dict(py: Py<'_>, dict: &PyDict, other: &PyObject) -> PyResult<()> {
    use krait_runtime::objects::dict::merge::{OnDuplicate, merge};
    match merge(py, dict, other, OnDuplicate::Replace) {
        Ok(()) => Ok(()),
        Err(raised) if py.error_matches(types::AttributeError()) => {
            py.clear_error(raised);
            Err(raise!(py, TypeError, "'{}' object is not a mapping", other.ty().name()))
        }
        Err(raised) => Err(raised),
    }
}

#[inline(never)]
fn merge_keywords(py: Py<'_>, dict: &PyDict, other: &PyObject, function: &PyObject) -> PyResult<()> {
    use krait_runtime::objects::dict::merge::{OnDuplicate, merge};
    match merge(py, dict, other, OnDuplicate::Raise) {
        Ok(()) => Ok(()),
        Err(_) => Err(explain_merge(py, function, other)),
    }
}

/// Turns the errors of `**mapping` into those of a call.
#[cold]
fn explain_merge(py: Py<'_>, function: &PyObject, other: &PyObject) -> krait_runtime::Raised {
    use krait_runtime::objects::exceptions::PyBaseException;
    let raised = krait_runtime::Raised::already(py);
    if py.error_matches(types::AttributeError()) {
        py.clear_error(raised);
        return match super::call::function_text(py, function) {
            Ok(f) => {
                raise!(py, TypeError, "{f} argument after ** must be a mapping, not {}", other.ty().name())
            }
            Err(raised) => raised,
        };
    }
    if py.error_matches(types::KeyError()) {
        let exc = py.fetch(raised);
        let key = exc
            .downcast::<PyBaseException>()
            .and_then(|e| e.arguments(py).ok())
            .and_then(|a| a.get(0).map(|k| k.to_ref()));
        let Some(key) = key else { return py.restore(exc) };
        return match super::call::function_text(py, function).and_then(|f| Ok((f, key.str(py)?))) {
            Ok((f, key)) => raise!(py, TypeError, "{f} got multiple values for keyword argument '{}'", &*key),
            Err(raised) => raised,
        };
    }
    raised
}

continuations! {
    /// Appends the top to the list so many values below it, which has no room.
    fn append_item_growing(ts, frame, ip, sp, operand, table) {
        let (value, sp) = (*sp.sub(1), sp.sub(1));
        let list: &PyList = (*sp.sub(operand as usize)).get().cast_unchecked();
        match list.append(Py::from_thread(ts), value.into_ref()) {
            Ok(()) => next(ts, frame, ip, sp, table),
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }
}

instructions! {
    /// Tuple of the topmost values.
    fn BUILD_TUPLE(cx, oparg) {
        let n = oparg as usize;
        let tuple = attempt!(tuple_of(cx.py, cx.slot(n), n));
        cx.sp = cx.sp.sub(n);
        cx.push_ref(tuple);
        Step::Next
    }

    /// List of the topmost values.
    fn BUILD_LIST(cx, oparg) {
        let n = oparg as usize;
        let list = attempt!(list_of(cx.py, cx.slot(n), n));
        cx.sp = cx.sp.sub(n);
        cx.push_ref(list);
        Step::Next
    }

    /// Set of the topmost values.
    fn BUILD_SET(cx, oparg) {
        let n = oparg as usize;
        let set = attempt!(set_of(cx.py, cx.slot(n), n));
        cx.drop_n(n);
        cx.push_ref(set);
        Step::Next
    }

    /// Dict of the topmost key-value pairs.
    fn BUILD_MAP(cx, oparg) {
        let n = oparg as usize;
        let dict = attempt!(dict_of(cx.py, cx.slot(2 * n), n));
        cx.drop_n(2 * n);
        cx.push_ref(dict);
        Step::Next
    }

    /// `slice` of two or three values.
    fn BUILD_SLICE(cx, oparg) {
        let n = oparg as usize;
        let step = if n == 3 { cx.object(1) } else { krait_runtime::objects::PyNone::get() };
        let slice = PySlice::new(cx.py, cx.object(n), cx.object(n - 1), step).map(Ref::upcast);
        cx.finish(n, slice)
    }

    /// Append to a comprehension's list.
    fn LIST_APPEND(cx, oparg) {
        let value = cx.peek(1).make_owned();
        let list: &PyList = cx.object(1 + oparg as usize).cast_unchecked();
        if !list.append_in_place(value.as_ptr()) {
            *cx.slot(1) = value;
            return Step::Via(append_item_growing, u64::from(oparg));
        }
        cx.sp = cx.sp.sub(1);
        Step::Next
    }

    /// `[*iterable]`.
    fn LIST_EXTEND(cx, oparg) {
        let list: &PyList = cx.object(1 + oparg as usize).cast_unchecked();
        attempt!(extend_list(cx.py, list, cx.object(1)));
        cx.drop_n(1);
        Step::Next
    }

    /// Add to a comprehension's set.
    fn SET_ADD(cx, oparg) {
        // The set of executed annotations is a variable that programs can bind to anything.
        let key = cx.pop().into_ref();
        match cx.object(oparg as usize).downcast_exact::<PySet>() {
            Some(set) => {
                attempt!(set.add_owned(cx.py, key));
            }
            None => attempt!(not_a_set(cx.py, cx.object(oparg as usize))),
        }
        Step::Next
    }

    /// `{*iterable}`.
    fn SET_UPDATE(cx, oparg) {
        let set: &PySet = cx.object(1 + oparg as usize).cast_unchecked();
        attempt!(update_set(cx.py, set, cx.object(1)));
        cx.drop_n(1);
        Step::Next
    }

    /// Store into a comprehension's dict.
    fn MAP_ADD(cx, oparg) {
        let (value, key) = (cx.pop().into_ref(), cx.pop().into_ref());
        let dict: &PyDict = cx.object(oparg as usize).cast_unchecked();
        attempt!(dict.put(cx.py, key, value));
        Step::Next
    }

    /// `{**mapping}`.
    fn DICT_UPDATE(cx, oparg) {
        let dict: &PyDict = cx.object(1 + oparg as usize).cast_unchecked();
        attempt!(update_dict(cx.py, dict, cx.object(1)));
        cx.drop_n(1);
        Step::Next
    }

    /// `**mapping` into a call's keyword dict; duplicates are an error.
    fn DICT_MERGE(cx, oparg) {
        let dict: &PyDict = cx.object(1 + oparg as usize).cast_unchecked();
        attempt!(merge_keywords(cx.py, dict, cx.object(1), cx.object(4 + oparg as usize)));
        cx.drop_n(1);
        Step::Next
    }
}
