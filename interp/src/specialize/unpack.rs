//! `UNPACK_SEQUENCE`.

use krait_bytecode::Opcode;
use krait_runtime::objects::{PyList, PyTuple};

use super::{chosen, failed};
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn unpack_sequence(cx: &Cx<'_>, oparg: u32) {
    // SAFETY: by contract: the value stands on the stack.
    unsafe {
        let value = cx.object(1);
        if let Some(tuple) = value.downcast_exact::<PyTuple>() {
            return match (tuple.len(), oparg) {
                (2, 2) => chosen(cx, Opcode::UNPACK_SEQUENCE_TWO_TUPLE),
                (n, wanted) if n == wanted as usize => chosen(cx, Opcode::UNPACK_SEQUENCE_TUPLE),
                _ => failed(cx),
            };
        }
        if value.downcast_exact::<PyList>().is_some_and(|l| l.len() == oparg as usize) {
            return chosen(cx, Opcode::UNPACK_SEQUENCE_LIST);
        }
        failed(cx);
    }
}
