//! `BINARY_OP` on ints, floats and strings; `TO_BOOL`.

use krait_runtime::objects::{PyBool, PyFloat, PyInt, PyList, PyNone, PyStr};
use krait_runtime::protocol::number::{ADD, BinaryOp, MULTIPLY, SUBTRACT};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::super::access::{attempt, guard};
use crate::dispatch::Step;
use crate::specialize::extend;
use crate::stackref::StackRef;

#[inline(never)]
fn long_arithmetic(py: Py<'_>, a: &PyObject, b: &PyObject, op: BinaryOp) -> PyResult<Ref<PyObject>> {
    a.binary_op(py, b, op)
}

#[inline(never)]
fn new_int(py: Py<'_>, value: i64) -> PyResult<Ref<PyObject>> {
    PyInt::new(py, value).map(Ref::upcast)
}

/// Two ints: one machine operation when both are compact, which cannot overflow; else the general one.
macro_rules! ints {
    ($cx:ident, $operate:tt, $general:ident) => {{
        let (left, right) = ($cx.peek(2), $cx.peek(1));
        let (Some(a), Some(b)) = (left.get().downcast_exact::<PyInt>(), right.get().downcast_exact::<PyInt>()) else {
            return Step::Deopt;
        };
        let result = match (a.as_compact(), b.as_compact()) {
            (Some(x), Some(y)) => {
                let value = x $operate y;
                match PyInt::small(value) {
                    Some(n) => StackRef::borrowed(n),
                    None => StackRef::owned(attempt!(new_int($cx.py, value))),
                }
            }
            _ => StackRef::owned(attempt!(long_arithmetic($cx.py, a, b, $general))),
        };
        $cx.sp = $cx.sp.sub(1);
        *$cx.slot(1) = result;
        left.close();
        right.close();
        Step::Next
    }};
}

/// Two floats; the result goes into the left one's object when nobody else has it.
macro_rules! floats {
    ($cx:ident, $operate:tt) => {{
        let (left, right) = ($cx.peek(2), $cx.peek(1));
        let (Some(a), Some(b)) = (left.get().downcast_exact::<PyFloat>(), right.get().downcast_exact::<PyFloat>())
        else {
            return Step::Deopt;
        };
        let value = a.value() $operate b.value();
        if !left.is_borrowed() && a.refcnt() == 1 {
            PyFloat::set_value(left.as_ptr().cast(), value);
            $cx.sp = $cx.sp.sub(1);
            right.close();
        } else {
            let result = attempt!(PyFloat::new($cx.py, value));
            $cx.sp = $cx.sp.sub(1);
            *$cx.slot(1) = StackRef::owned(result.upcast());
            left.close();
            right.close();
        }
        Step::Next
    }};
}

#[inline(never)]
fn concatenate(py: Py<'_>, a: &PyStr, b: &PyStr) -> PyResult<Ref<PyObject>> {
    a.concat(py, b).map(Ref::upcast)
}

/// `local += right` where the local holds the stack's left operand: without its two references the string can grow in place.
#[inline(never)]
unsafe fn append_to_local(
    py: Py<'_>,
    local: *mut StackRef,
    left: StackRef,
    right: &PyObject,
) -> PyResult<()> {
    // SAFETY: the local and the left operand are the same string, by the caller's guard.
    unsafe {
        let owned = core::mem::replace(&mut *local, StackRef::NULL).into_ref().cast_into_unchecked::<PyStr>();
        left.close();
        let text = PyStr::append(py, owned, right.cast_unchecked())?;
        *local = StackRef::owned(text.upcast());
    }
    Ok(())
}

instructions! {
    /// int + int
    fn BINARY_OP_ADD_INT(cx, _) { ints!(cx, +, ADD) }

    /// int - int
    fn BINARY_OP_SUBTRACT_INT(cx, _) { ints!(cx, -, SUBTRACT) }

    /// int * int
    fn BINARY_OP_MULTIPLY_INT(cx, _) { ints!(cx, *, MULTIPLY) }

    /// float + float
    fn BINARY_OP_ADD_FLOAT(cx, _) { floats!(cx, +) }

    /// float - float
    fn BINARY_OP_SUBTRACT_FLOAT(cx, _) { floats!(cx, -) }

    /// float * float
    fn BINARY_OP_MULTIPLY_FLOAT(cx, _) { floats!(cx, *) }

    /// str + str
    fn BINARY_OP_ADD_UNICODE(cx, _) {
        let (left, right) = (cx.peek(2), cx.peek(1));
        let (Some(a), Some(b)) = (left.get().downcast_exact::<PyStr>(), right.get().downcast_exact::<PyStr>()) else {
            return Step::Deopt;
        };
        let result = attempt!(concatenate(cx.py, a, b));
        cx.sp = cx.sp.sub(1);
        *cx.slot(1) = StackRef::owned(result);
        left.close();
        right.close();
        Step::Next
    }

    /// `local = local + str`: the following `STORE_FAST` is done here.
    fn BINARY_OP_INPLACE_ADD_UNICODE(cx, _) {
        let (left, right) = (cx.peek(2), cx.peek(1));
        guard!(left.get().downcast_exact::<PyStr>().is_some() && right.get().downcast_exact::<PyStr>().is_some());
        let store = *cx.ip.add(5);
        guard!(store.op == krait_bytecode::Opcode::STORE_FAST as u8);
        let local = cx.local(u32::from(store.arg));
        guard!((*local).as_ptr() == left.as_ptr());
        *cx.slot(2) = StackRef::NULL;
        attempt!(append_to_local(cx.py, local, left, right.get()));
        cx.sp = cx.sp.sub(2);
        right.close();
        cx.jump(6);
        Step::Jump
    }

    /// One of the operations of `specialize::extend`: pairs of types that no other form has.
    fn BINARY_OP_EXTEND(cx, _) {
        let (left, right) = (cx.peek(2), cx.peek(1));
        let Some(pair) = extend::at(cx.cache64(1)) else { return Step::Deopt };
        guard!((pair.guard)(left.get(), right.get()));
        let result = attempt!((pair.action)(cx.py, left.get(), right.get()));
        cx.sp = cx.sp.sub(1);
        *cx.slot(1) = StackRef::owned(result);
        left.close();
        right.close();
        Step::Next
    }

    /// `bool(bool)`
    fn TO_BOOL_BOOL(cx, _) {
        let value = cx.peek(1);
        guard!(value.is(PyBool::get(true)) || value.is(PyBool::get(false)));
        Step::Next
    }

    /// `bool(int)`
    fn TO_BOOL_INT(cx, _) {
        let Some(n) = cx.object(1).downcast_exact::<PyInt>() else { return Step::Deopt };
        let truth = !n.is_zero();
        cx.replace_n(1, StackRef::borrowed(PyBool::get(truth)));
        Step::Next
    }

    /// `bool(list)`
    fn TO_BOOL_LIST(cx, _) {
        let Some(list) = cx.object(1).downcast_exact::<PyList>() else { return Step::Deopt };
        let truth = !list.is_empty();
        cx.replace_n(1, StackRef::borrowed(PyBool::get(truth)));
        Step::Next
    }

    /// `bool(None)`
    fn TO_BOOL_NONE(cx, _) {
        guard!(cx.peek(1).is(PyNone::get()));
        *cx.slot(1) = StackRef::borrowed(PyBool::get(false));
        Step::Next
    }

    /// `bool(str)`
    fn TO_BOOL_STR(cx, _) {
        let Some(s) = cx.object(1).downcast_exact::<PyStr>() else { return Step::Deopt };
        let truth = !s.is_empty();
        cx.replace_n(1, StackRef::borrowed(PyBool::get(truth)));
        Step::Next
    }

    /// An instance of a class without `__bool__` and `__len__`.
    fn TO_BOOL_ALWAYS_TRUE(cx, _) {
        let version = cx.cache32(1);
        guard!(cx.object(1).ty().tp_version_tag.get() == version);
        cx.replace_n(1, StackRef::borrowed(PyBool::get(true)));
        Step::Next
    }
}
