//! Unary and binary operators, subscription, slices, truth.

use krait_bytecode::BinaryOperator;
use krait_runtime::objects::{PyBool, PyDict, PyFloat, PyInt, PyNone, PySlice, slice};
use krait_runtime::protocol::number;
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::Step;
use crate::specialize;
use crate::stackref::StackRef;

/// The operations on two short ints that have no specialised form; `None` for all else, divisions by zero included.
#[inline(always)]
fn short_ints(py: Py<'_>, a: &PyObject, b: &PyObject, op: BinaryOperator) -> Option<PyResult<Ref<PyObject>>> {
    use BinaryOperator as B;
    let x = a.downcast_exact::<PyInt>().and_then(PyInt::as_compact)?;
    let y = b.downcast_exact::<PyInt>().and_then(PyInt::as_compact)?;
    let value = match op {
        B::FloorDivide | B::InplaceFloorDivide if y != 0 => {
            x / y - i64::from(x % y != 0 && (x < 0) != (y < 0))
        }
        B::Remainder | B::InplaceRemainder if y != 0 => {
            let rest = x % y;
            if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest }
        }
        B::LeftShift | B::InplaceLeftShift if (0..32).contains(&y) => x << y,
        B::RightShift | B::InplaceRightShift if y >= 0 => x >> y.min(63),
        B::TrueDivide | B::InplaceTrueDivide if y != 0 => {
            return Some(PyFloat::new(py, x as f64 / y as f64).map(Ref::upcast));
        }
        _ => return None,
    };
    Some(PyInt::new(py, value).map(Ref::upcast))
}

/// The operation that the operand of `BINARY_OP` numbers.
#[inline(never)]
pub(crate) fn operate(py: Py<'_>, a: &PyObject, b: &PyObject, oparg: u32) -> PyResult<Ref<PyObject>> {
    use BinaryOperator as B;
    let Some(op) = B::from_number(oparg) else {
        return Err(raise!(py, SystemError, "unknown binary operator {oparg}"));
    };
    if let Some(result) = short_ints(py, a, b, op) {
        return result;
    }
    match op {
        B::Add => a.binary_op(py, b, number::ADD),
        B::And => a.binary_op(py, b, number::AND),
        B::FloorDivide => a.binary_op(py, b, number::FLOOR_DIVIDE),
        B::LeftShift => a.binary_op(py, b, number::LSHIFT),
        B::MatrixMultiply => a.binary_op(py, b, number::MATRIX_MULTIPLY),
        B::Multiply => a.binary_op(py, b, number::MULTIPLY),
        B::Remainder => a.binary_op(py, b, number::REMAINDER),
        B::Or => a.binary_op(py, b, number::OR),
        B::Power => a.power(py, b, PyNone::get()),
        B::RightShift => a.binary_op(py, b, number::RSHIFT),
        B::Subtract => a.binary_op(py, b, number::SUBTRACT),
        B::TrueDivide => a.binary_op(py, b, number::TRUE_DIVIDE),
        B::Xor => a.binary_op(py, b, number::XOR),
        B::InplaceAdd => a.inplace_op(py, b, number::ADD),
        B::InplaceAnd => a.inplace_op(py, b, number::AND),
        B::InplaceFloorDivide => a.inplace_op(py, b, number::FLOOR_DIVIDE),
        B::InplaceLeftShift => a.inplace_op(py, b, number::LSHIFT),
        B::InplaceMatrixMultiply => a.inplace_op(py, b, number::MATRIX_MULTIPLY),
        B::InplaceMultiply => a.inplace_op(py, b, number::MULTIPLY),
        B::InplaceRemainder => a.inplace_op(py, b, number::REMAINDER),
        B::InplaceOr => a.inplace_op(py, b, number::OR),
        B::InplacePower => a.inplace_power(py, b, PyNone::get()),
        B::InplaceRightShift => a.inplace_op(py, b, number::RSHIFT),
        B::InplaceSubtract => a.inplace_op(py, b, number::SUBTRACT),
        B::InplaceTrueDivide => a.inplace_op(py, b, number::TRUE_DIVIDE),
        B::InplaceXor => a.inplace_op(py, b, number::XOR),
        B::Subscript => a.get_item(py, b),
    }
}

#[inline(never)]
fn slice_of(py: Py<'_>, container: &PyObject, start: &PyObject, stop: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(range) = slice::get_range(py, container, start, stop)? {
        return Ok(range);
    }
    let slice = PySlice::new(py, start, stop, PyNone::get())?;
    container.get_item(py, &slice)
}

#[inline(never)]
fn assign_slice(
    py: Py<'_>,
    container: &PyObject,
    start: &PyObject,
    stop: &PyObject,
    value: &PyObject,
) -> PyResult<()> {
    if slice::set_range(py, container, start, stop, value)? {
        return Ok(());
    }
    let slice = PySlice::new(py, start, stop, PyNone::get())?;
    container.set_item(py, &slice, value)
}

instructions! {
    /// `lhs OP rhs`; oparg numbers the operation.
    fn BINARY_OP(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let result = attempt!(operate(cx.py, cx.object(2), cx.object(1), oparg));
        cx.replace_operands(StackRef::owned(result))
    }

    /// `container[start:stop]`.
    fn BINARY_SLICE(cx, _) {
        let result = attempt!(slice_of(cx.py, cx.object(3), cx.object(2), cx.object(1)));
        let (start, stop) = (cx.peek(2), cx.peek(1));
        cx.sp = cx.sp.sub(2);
        let container = core::mem::replace(&mut *cx.slot(1), StackRef::owned(result));
        start.close();
        stop.close();
        container.close();
        Step::Next
    }

    /// `container[start:stop] = value`.
    fn STORE_SLICE(cx, _) {
        attempt!(assign_slice(cx.py, cx.object(3), cx.object(2), cx.object(1), cx.object(4)));
        let (value, container, start, stop) = (cx.peek(4), cx.peek(3), cx.peek(2), cx.peek(1));
        cx.sp = cx.sp.sub(4);
        start.close();
        stop.close();
        container.close();
        value.close();
        Step::Next
    }

    /// `container[key] = value`.
    fn STORE_SUBSCR(cx, _) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        attempt!(cx.object(2).set_item(cx.py, cx.object(1), cx.object(3)));
        cx.drop_n(3);
        Step::Next
    }

    /// `del container[key]`.
    fn DELETE_SUBSCR(cx, _) {
        match cx.object(2).downcast_exact::<PyDict>() {
            Some(dict) => attempt!(dict.delete(cx.py, cx.object(1))),
            None => attempt!(cx.object(2).del_item(cx.py, cx.object(1))),
        }
        cx.drop_n(2);
        Step::Next
    }

    /// `bool(value)`.
    fn TO_BOOL(cx, _) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let truth = attempt!(cx.object(1).is_true(cx.py));
        cx.replace_top(StackRef::borrowed(PyBool::get(truth)))
    }

    /// `not value`, of an exact bool.
    fn UNARY_NOT(cx, _) {
        let truth = cx.peek(1).is(PyBool::get(false));
        *cx.slot(1) = StackRef::borrowed(PyBool::get(truth));
        Step::Next
    }

    /// `-value`.
    fn UNARY_NEGATIVE(cx, _) {
        let result = cx.object(1).negative(cx.py);
        cx.finish(1, result)
    }

    /// `~value`.
    fn UNARY_INVERT(cx, _) {
        let result = cx.object(1).invert(cx.py);
        cx.finish(1, result)
    }
}
