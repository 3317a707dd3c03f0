//! Unpacking into targets.

use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyDict, PyList, PyTuple};
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use crate::dispatch::Step;
use crate::specialize;
use crate::stackref::StackRef;

#[cold]
fn too_many(py: Py<'_>, value: &PyObject, expected: usize) -> krait_runtime::Raised {
    let is_exact = value.downcast_exact::<PyList>().is_some()
        || value.downcast_exact::<PyTuple>().is_some()
        || value.downcast_exact::<PyDict>().is_some();
    if is_exact {
        match value.len(py) {
            Ok(n) if n as usize > expected => {
                return raise!(py, ValueError, "too many values to unpack (expected {expected}, got {n})");
            }
            Ok(_) => {}
            Err(raised) => return raised,
        }
    }
    raise!(py, ValueError, "too many values to unpack (expected {expected})")
}

/// The values for `before` targets, a starred one when `after` is given, and `after` more, in target order.
#[inline(never)]
fn unpack(py: Py<'_>, value: &PyObject, before: usize, after: Option<usize>) -> PyResult<Vec<Ref<PyObject>>> {
    let iterator = match value.iter(py) {
        Ok(it) => it,
        Err(raised) => {
            if py.error_matches(types::TypeError())
                && value.ty().tp_iter.get().is_none()
                && !value.is_sequence()
            {
                py.clear_error(raised);
                return Err(raise!(py, TypeError, "cannot unpack non-iterable {} object", value.ty().name()));
            }
            return Err(raised);
        }
    };
    let mut values = Vec::with_capacity(before + after.map_or(0, |a| a + 1));
    while values.len() < before {
        match iterator.next(py)? {
            Some(item) => values.push(item),
            None => {
                let got = values.len();
                return Err(match after {
                    None => {
                        raise!(py, ValueError, "not enough values to unpack (expected {before}, got {got})")
                    }
                    Some(after) => raise!(
                        py,
                        ValueError,
                        "not enough values to unpack (expected at least {}, got {got})",
                        before + after
                    ),
                });
            }
        }
    }
    let Some(after) = after else {
        return match iterator.next(py)? {
            None => Ok(values),
            Some(_) => Err(too_many(py, value, before)),
        };
    };
    let mut rest = iterator.collect(py)?;
    if rest.len() < after {
        return Err(raise!(
            py,
            ValueError,
            "not enough values to unpack (expected at least {}, got {})",
            before + after,
            before + rest.len()
        ));
    }
    let tail = rest.split_off(rest.len() - after);
    values.push(PyList::from_vec(py, rest)?.upcast());
    values.extend(tail);
    Ok(values)
}

/// Puts the values of the top of the stack in its place, the first one on top; `counts` is the operand of `UNPACK_EX`, or says
/// with its highest bit that there is no starred target. The first free slot afterwards, or null on an error.
#[inline(never)]
unsafe fn unpack_onto(py: Py<'_>, sp: *mut StackRef, counts: u32) -> *mut StackRef {
    let (before, after) = if counts & EXACT != 0 {
        ((counts & !EXACT) as usize, None)
    } else {
        ((counts & 255) as usize, Some((counts >> 8) as usize))
    };
    // SAFETY: the value stands below `sp`; the stack has room for what takes its place.
    unsafe {
        let top = sp.sub(1);
        let Ok(values) = unpack(py, (*top).get(), before, after) else { return core::ptr::null_mut() };
        let value = *top;
        let mut free = top;
        for item in values.into_iter().rev() {
            *free = StackRef::owned(item);
            free = free.add(1);
        }
        value.close();
        free
    }
}
const EXACT: u32 = 1 << 31;

instructions! {
    /// Exact unpacking: the first value ends on top.
    fn UNPACK_SEQUENCE(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let sp = unpack_onto(cx.py, cx.sp, oparg | EXACT);
        if sp.is_null() {
            return Step::Error;
        }
        cx.sp = sp;
        Step::Next
    }

    /// Starred unpacking: `oparg & 255` before the list, `oparg >> 8` after it.
    fn UNPACK_EX(cx, oparg) {
        let sp = unpack_onto(cx.py, cx.sp, oparg);
        if sp.is_null() {
            return Step::Error;
        }
        cx.sp = sp;
        Step::Next
    }

    /// Exact unpacking of a pair.
    fn UNPACK_SEQUENCE_TWO_TUPLE(cx, _) {
        let Some(tuple) = cx.object(1).downcast_exact::<PyTuple>() else { return Step::Deopt };
        let [a, b] = tuple.as_slice() else { return Step::Deopt };
        let (a, b) = (a.clone(), b.clone());
        let value = core::mem::replace(&mut *cx.slot(1), StackRef::owned(b));
        cx.push_ref(a);
        cx.close_next(value)
    }

    /// Exact unpacking of a tuple.
    fn UNPACK_SEQUENCE_TUPLE(cx, oparg) {
        let Some(tuple) = cx.object(1).downcast_exact::<PyTuple>() else { return Step::Deopt };
        super::access::guard!(tuple.len() == oparg as usize);
        let value = cx.pop();
        for item in tuple.as_slice().iter().rev() {
            cx.push_ref(item.clone());
        }
        cx.close_next(value)
    }

    /// Exact unpacking of a list.
    fn UNPACK_SEQUENCE_LIST(cx, oparg) {
        let Some(list) = cx.object(1).downcast_exact::<PyList>() else { return Step::Deopt };
        super::access::guard!(list.len() == oparg as usize);
        let value = cx.pop();
        for i in (0..oparg as usize).rev() {
            if let Some(item) = list.get(i) {
                cx.push_ref(item);
            }
        }
        cx.close_next(value)
    }
}
