//! `TO_BOOL`.

use krait_bytecode::Opcode;
use krait_runtime::objects::r#type::flags;
use krait_runtime::objects::{PyBool, PyInt, PyList, PyStr};

use super::{chosen, failed, set_cache32};
use crate::dispatch::Cx;

/// Chooses a form.
///
/// # Safety
/// As [`super::ready`].
#[cold]
#[inline(never)]
pub unsafe fn to_bool(cx: &Cx<'_>) {
    // SAFETY: by contract: the value stands on the stack.
    unsafe {
        let value = cx.object(1);
        if value.downcast_exact::<PyBool>().is_some() {
            return chosen(cx, Opcode::TO_BOOL_BOOL);
        }
        if value.downcast_exact::<PyInt>().is_some() {
            return chosen(cx, Opcode::TO_BOOL_INT);
        }
        if value.downcast_exact::<PyList>().is_some() {
            return chosen(cx, Opcode::TO_BOOL_LIST);
        }
        if value.is_none() {
            return chosen(cx, Opcode::TO_BOOL_NONE);
        }
        if value.downcast_exact::<PyStr>().is_some() {
            return chosen(cx, Opcode::TO_BOOL_STR);
        }
        let ty = value.ty();
        let answers = value.number_slots().is_some_and(|n| n.nb_bool.get().is_some())
            || value.mapping_slots().is_some_and(|m| m.mp_length.get().is_some())
            || value.sequence_slots().is_some_and(|s| s.sq_length.get().is_some());
        let version = if ty.has(flags::HEAPTYPE) && !answers { super::type_version(cx.py, ty) } else { 0 };
        if version != 0 {
            set_cache32(cx, 1, version);
            return chosen(cx, Opcode::TO_BOOL_ALWAYS_TRUE);
        }
        failed(cx);
    }
}
