//! `COMPARE_OP`, `CONTAINS_OP`.

use krait_bytecode::Opcode;
use krait_runtime::objects::{PyDict, PyFloat, PyFrozenSet, PyInt, PySet, PyStr};

use super::{chosen, failed};
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn compare_op(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: two operands stand on the stack.
    unsafe {
        let (a, b) = (cx.object(2), cx.object(1));
        if a.downcast_exact::<PyFloat>().is_some() && b.downcast_exact::<PyFloat>().is_some() {
            return chosen(cx, Opcode::COMPARE_OP_FLOAT);
        }
        if let (Some(a), Some(b)) = (a.downcast_exact::<PyInt>(), b.downcast_exact::<PyInt>()) {
            if a.is_compact() && b.is_compact() {
                return chosen(cx, Opcode::COMPARE_OP_INT);
            }
            return failed(cx);
        }
        if a.downcast_exact::<PyStr>().is_some()
            && b.downcast_exact::<PyStr>().is_some()
            && matches!(oparg >> 5, 2 | 3)
        {
            return chosen(cx, Opcode::COMPARE_OP_STR);
        }
        failed(cx);
    }
}

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn contains_op(cx: &Cx<'_>) {
    // SAFETY: by contract: item and container stand on the stack.
    unsafe {
        let container = cx.object(1);
        if container.downcast_exact::<PyDict>().is_some() {
            return chosen(cx, Opcode::CONTAINS_OP_DICT);
        }
        if container.downcast_exact::<PySet>().is_some()
            || container.downcast_exact::<PyFrozenSet>().is_some()
        {
            return chosen(cx, Opcode::CONTAINS_OP_SET);
        }
        failed(cx);
    }
}
