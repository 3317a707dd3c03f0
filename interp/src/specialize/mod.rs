//! Specialisation: choosing quickened forms from what an instruction has met. Inline caches and counters are CPython 3.14's. Not
//! here: the forms' bodies (`instructions/specialized/`).

pub mod attribute;
pub mod binary;
pub mod call;
pub mod compare;
pub mod counter;
pub mod extend;
pub mod global;
pub mod iterate;
pub mod to_bool;
pub mod unpack;

use krait_runtime::Py;
use krait_runtime::objects::PyType;

use crate::dispatch::Cx;
use crate::frame::CodeUnit;
use counter::Counter;

/// Whether it is time to specialise the instruction; else its counter moves on.
///
/// # Safety
/// The instruction has inline caches, and `ip` stands at the first.
#[inline(always)]
pub unsafe fn ready(cx: &Cx<'_>) -> bool {
    // SAFETY: by contract.
    unsafe {
        let counter = Counter::from_unit(*cx.ip);
        if counter.triggers() {
            return true;
        }
        *cx.ip = counter.advance().unit();
        false
    }
}

/// Keeps an instruction that stands behind a probe from being specialised now: it would be executed again, probe and all.
///
/// # Safety
/// `ip` points behind the instruction's own unit; it has the opcode `op`.
#[inline(always)]
pub unsafe fn pause(ip: *mut CodeUnit, op: u8) {
    let caches = krait_bytecode::opcode::CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0);
    // SAFETY: by contract.
    unsafe {
        if caches != 0 && Counter::from_unit(*ip).triggers() {
            *ip = Counter::from_unit(*ip).pause().unit();
        }
    }
}

/// Chooses a form for the instruction before `ip`, from what stands on its stack.
///
/// # Safety
/// As [`ready`], which has said yes.
pub unsafe fn choose(cx: &Cx<'_>, oparg: u32) {
    use krait_bytecode::Opcode::*;
    // SAFETY: by contract.
    unsafe {
        let Some(op) = (*cx.this()).opcode() else { return };
        if op.is_instrumented() {
            // The probe stays where it is.
            *cx.ip = Counter::from_unit(*cx.ip).back_off().unit();
            return;
        }
        match op.deopt() {
            LOAD_ATTR => attribute::load_attr(cx, oparg),
            STORE_ATTR => attribute::store_attr(cx, oparg),
            LOAD_SUPER_ATTR => attribute::load_super_attr(cx, oparg),
            LOAD_GLOBAL => global::load_global(cx, oparg),
            CALL => call::call(cx, oparg),
            CALL_KW => call::call_kw(cx, oparg),
            BINARY_OP => binary::binary_op(cx, oparg),
            STORE_SUBSCR => binary::store_subscr(cx),
            COMPARE_OP => compare::compare_op(cx, oparg),
            CONTAINS_OP => compare::contains_op(cx),
            TO_BOOL => to_bool::to_bool(cx),
            FOR_ITER => iterate::for_iter(cx, oparg),
            SEND => iterate::send(cx),
            UNPACK_SEQUENCE => unpack::unpack_sequence(cx, oparg),
            _ => failed(cx),
        }
    }
}

/// Puts a chosen form in place.
///
/// # Safety
/// As [`ready`]; `op` is a form of the instruction's family, and its caches are filled.
pub unsafe fn chosen(cx: &Cx<'_>, op: krait_bytecode::Opcode) {
    // SAFETY: by contract.
    unsafe {
        (*cx.this()).op = op as u8;
        *cx.ip = Counter::COOL_DOWN.unit();
    }
}

/// Nothing fits: the general form stays, and the next attempt comes later than this one did.
///
/// # Safety
/// As [`ready`].
pub unsafe fn failed(cx: &Cx<'_>) {
    // SAFETY: by contract.
    unsafe {
        let this = cx.this();
        if let Some(op) = (*this).opcode() {
            (*this).op = op.deopt() as u8;
        }
        *cx.ip = Counter::from_unit(*cx.ip).back_off().unit();
    }
}

/// Writes cache word `i`.
///
/// # Safety
/// As [`ready`]; the instruction has that many words.
pub unsafe fn set_cache(cx: &Cx<'_>, i: usize, value: u16) {
    // SAFETY: by contract.
    unsafe { *cx.ip.add(i) = CodeUnit::from_word(value) }
}

/// Writes cache words `i` and `i + 1`.
///
/// # Safety
/// As [`set_cache`].
pub unsafe fn set_cache32(cx: &Cx<'_>, i: usize, value: u32) {
    // SAFETY: by contract.
    unsafe { cx.ip.add(i).cast::<u32>().write_unaligned(value) }
}

/// Writes four cache words from `i` on.
///
/// # Safety
/// As [`set_cache`].
pub unsafe fn set_cache64(cx: &Cx<'_>, i: usize, value: u64) {
    // SAFETY: by contract.
    unsafe { cx.ip.add(i).cast::<u64>().write_unaligned(value) }
}

/// The type's version tag, assigned now if need be; 0 when it can have none.
pub fn type_version(py: Py<'_>, ty: &PyType) -> u32 {
    ty.version_tag(py)
}
