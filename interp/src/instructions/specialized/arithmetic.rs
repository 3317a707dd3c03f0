//! `BINARY_OP` on ints, floats and strings; `TO_BOOL`.

use krait_runtime::objects::{PyBool, PyFloat, PyInt, PyList, PyNone, PyStr};
use krait_runtime::protocol::number::{ADD, BinaryOp, MULTIPLY, SUBTRACT};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::super::access::{attempt, guard};
use crate::dispatch::{Handler, Signal, Step, ThreadState, continuations, error, next, two_to_one_5};
use crate::frame::{CodeUnit, Frame};
use crate::specialize::extend;
use crate::stackref::StackRef;

continuations! {
    /// Puts the int that is the operand in place of two values.
    fn int_result(ts, frame, ip, sp, operand, table) {
        let py = Py::from_thread(ts);
        match PyInt::new(py, operand as i64) {
            Ok(n) => two_to_one(ts, frame, ip, sp, n.upcast(), table),
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }

    /// Puts the float whose bits are the operand in place of two values.
    fn float_result(ts, frame, ip, sp, operand, table) {
        let py = Py::from_thread(ts);
        match PyFloat::new(py, f64::from_bits(operand)) {
            Ok(x) => two_to_one(ts, frame, ip, sp, x.upcast(), table),
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }

    /// `int + int` of any size.
    fn long_add(ts, frame, ip, sp, _operand, table) { long_result(ts, frame, ip, sp, ADD, table) }

    /// `int - int` of any size.
    fn long_subtract(ts, frame, ip, sp, _operand, table) { long_result(ts, frame, ip, sp, SUBTRACT, table) }

    /// `int * int` of any size.
    fn long_multiply(ts, frame, ip, sp, _operand, table) { long_result(ts, frame, ip, sp, MULTIPLY, table) }
}

#[inline(always)]
unsafe fn long_result(
    ts: &ThreadState,
    frame: *mut Frame,
    ip: *mut CodeUnit,
    sp: *mut StackRef,
    op: BinaryOp,
    table: *const Handler,
) -> Signal {
    // SAFETY: two ints stand on the stack.
    unsafe {
        match (*sp.sub(2)).get().binary_op(Py::from_thread(ts), (*sp.sub(1)).get(), op) {
            Ok(n) => two_to_one(ts, frame, ip, sp, n, table),
            Err(_) => error(ts, frame, ip, sp, 0, table),
        }
    }
}

/// Puts a result of `BINARY_OP` in place of its operands.
#[inline(always)]
unsafe fn two_to_one(
    ts: &ThreadState,
    frame: *mut Frame,
    ip: *mut CodeUnit,
    sp: *mut StackRef,
    result: Ref<PyObject>,
    table: *const Handler,
) -> Signal {
    // SAFETY: two operands stand on the stack.
    unsafe {
        let (left, right) = (*sp.sub(2), *sp.sub(1));
        *sp.sub(2) = StackRef::owned(result);
        left.close();
        right.close();
        next(ts, frame, ip.add(5), sp.sub(1), table)
    }
}

/// Two ints: one machine operation when both are compact, which cannot overflow; else the general one. The result goes into an
/// operand's object when nobody else has it.
macro_rules! ints {
    ($cx:ident, $operate:tt, $general:ident) => {{
        let (left, right) = ($cx.peek(2), $cx.peek(1));
        let (Some(a), Some(b)) = (left.get().downcast_exact::<PyInt>(), right.get().downcast_exact::<PyInt>()) else {
            return Step::Deopt;
        };
        if !a.is_compact() || !b.is_compact() {
            return Step::Via($general, 0);
        }
        let value = a.compact_value() $operate b.compact_value();
        if let Some(n) = PyInt::small(value) {
            return $cx.replace_two_or(StackRef::borrowed(n), two_to_one_5);
        }
        if !left.is_borrowed() && a.refcnt() == 1 && PyInt::set_compact(left.as_ptr().cast(), value) {
            $cx.sp = $cx.sp.sub(1);
            return $cx.close_next(right);
        }
        match PyInt::recycled($cx.py, value) {
            Some(n) => $cx.replace_two_or(StackRef::owned(n.upcast()), two_to_one_5),
            None => Step::Via(int_result, value as u64),
        }
    }};
}

/// Two floats; the result goes into an operand's object when nobody else has it.
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
            return $cx.close_next(right);
        }
        if !right.is_borrowed() && b.refcnt() == 1 {
            PyFloat::set_value(right.as_ptr().cast(), value);
            $cx.sp = $cx.sp.sub(1);
            *$cx.slot(1) = right;
            return $cx.close_next(left);
        }
        match PyFloat::recycled($cx.py, value) {
            Some(x) => $cx.replace_two_or(StackRef::owned(x.upcast()), two_to_one_5),
            None => Step::Via(float_result, value.to_bits()),
        }
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
    fn BINARY_OP_ADD_INT(cx, _) { ints!(cx, +, long_add) }

    /// int - int
    fn BINARY_OP_SUBTRACT_INT(cx, _) { ints!(cx, -, long_subtract) }

    /// int * int
    fn BINARY_OP_MULTIPLY_INT(cx, _) { ints!(cx, *, long_multiply) }

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
        cx.replace_operands(StackRef::owned(result))
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
        cx.jump(6);
        cx.close_jump(right)
    }

    /// One of the operations of `specialize::extend`: pairs of types that no other form has.
    fn BINARY_OP_EXTEND(cx, _) {
        let (left, right) = (cx.peek(2), cx.peek(1));
        let Some(pair) = extend::at(cx.cache64(1)) else { return Step::Deopt };
        guard!((pair.guard)(left.get(), right.get()));
        let result = attempt!((pair.action)(cx.py, left.get(), right.get()));
        cx.replace_operands(StackRef::owned(result))
    }

    /// `bool(bool)`
    fn TO_BOOL_BOOL(cx, _) {
        let value = cx.peek(1);
        let truth = value.is(PyBool::get(true));
        guard!(truth || value.is(PyBool::get(false)));
        cx.top_to_truth(truth, 3)
    }

    /// `bool(int)`
    fn TO_BOOL_INT(cx, _) {
        let Some(n) = cx.object(1).downcast_exact::<PyInt>() else { return Step::Deopt };
        let truth = !n.is_zero();
        cx.top_to_truth(truth, 3)
    }

    /// `bool(list)`
    fn TO_BOOL_LIST(cx, _) {
        let Some(list) = cx.object(1).downcast_exact::<PyList>() else { return Step::Deopt };
        let truth = !list.is_empty();
        cx.top_to_truth(truth, 3)
    }

    /// `bool(None)`
    fn TO_BOOL_NONE(cx, _) {
        guard!(cx.peek(1).is(PyNone::get()));
        cx.top_to_truth(false, 3)
    }

    /// `bool(str)`
    fn TO_BOOL_STR(cx, _) {
        let Some(s) = cx.object(1).downcast_exact::<PyStr>() else { return Step::Deopt };
        let truth = !s.is_empty();
        cx.top_to_truth(truth, 3)
    }

    /// An instance of a class without `__bool__` and `__len__`.
    fn TO_BOOL_ALWAYS_TRUE(cx, _) {
        let version = cx.cache32(1);
        guard!(cx.object(1).ty().tp_version_tag.get() == version);
        cx.top_to_truth(true, 3)
    }
}
