//! Comparison, identity, membership.

use core::ffi::c_int;

use krait_runtime::objects::PyBool;
use krait_runtime::protocol::object::CompareOp;
use krait_runtime::{Py, PyObject, PyResult, Ref, raise};

use super::access::attempt;
use crate::dispatch::{Step, two_to_one_0, two_to_one_1};
use crate::specialize;

/// The comparison that the operand of `COMPARE_OP` numbers.
#[inline(never)]
fn compare(py: Py<'_>, a: &PyObject, b: &PyObject, oparg: u32) -> PyResult<Ref<PyObject>> {
    let Some(op) = CompareOp::from_raw((oparg >> 5) as c_int) else {
        return Err(raise!(py, SystemError, "unknown comparison {}", oparg >> 5));
    };
    let result = a.rich_compare(py, b, op)?;
    if oparg & 16 != 0 {
        return Ok(PyBool::get(result.is_true(py)?).to_ref());
    }
    Ok(result)
}

instructions! {
    /// `lhs CMP rhs`; `oparg >> 5` numbers it, bit 4 asks for an exact bool.
    fn COMPARE_OP(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let result = compare(cx.py, cx.object(2), cx.object(1), oparg);
        cx.finish(2, result)
    }

    /// `lhs in rhs`, negated by oparg.
    fn CONTAINS_OP(cx, oparg) {
        if specialize::ready(cx) {
            return Step::Specialize;
        }
        let found = attempt!(cx.object(1).contains(cx.py, cx.object(2)));
        cx.two_to_truth(found != (oparg != 0), 1, two_to_one_1)
    }

    /// `lhs is rhs`, negated by oparg.
    fn IS_OP(cx, oparg) {
        let same = cx.peek(1).as_ptr() == cx.peek(2).as_ptr();
        cx.two_to_truth(same != (oparg != 0), 0, two_to_one_0)
    }
}
