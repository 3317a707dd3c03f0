//! Locals, cells, constants, and stack shuffling.
#![allow(non_snake_case)]

use krait_runtime::objects::PyInt;
use krait_runtime::objects::cell::PyCell;
use krait_runtime::{Py, raise};

use super::access::attempt;
use crate::dispatch::{Cx, Step, continuations, error};
use crate::frame::Frame;
use crate::objects::code::PyCode;
use crate::stackref::StackRef;
use krait_bytecode::Opcode;

/// Nothing; keeps a line number.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn NOP(_cx: &mut Cx<'_>, _oparg: u32) -> Step {
    Step::Next
}

/// Marks a branch's fall-through side.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn NOT_TAKEN(_cx: &mut Cx<'_>, _oparg: u32) -> Step {
    Step::Next
}

/// Push a local known to be bound.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = (*cx.local(oparg)).dup();
        cx.push(value);
    }
    Step::Next
}

/// Push a local that outlives its use on the stack: no count.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_BORROW(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = (*cx.local(oparg)).borrow();
        cx.push(value);
    }
    Step::Next
}

/// Push a local that may be unbound.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_CHECK(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = *cx.local(oparg);
        if value.is_null() {
            unbound_local(cx.py, cx.code(), oparg);
            return Step::Error;
        }
        cx.push(value.dup());
    }
    Step::Next
}

#[cold]
#[inline(never)]
fn unbound_local(py: Py<'_>, code: &PyCode, slot: u32) {
    let name = code.local_name(slot as usize);
    let _ = raise!(
        py,
        UnboundLocalError,
        "cannot access local variable '{name}' where it is not associated with a value"
    );
}

/// Sets the `name` attribute of the `NameError` just raised, which suggestions go by.
#[cold]
pub(crate) fn name_the_error(py: Py<'_>, name: &krait_runtime::objects::PyStr) {
    if let Some(exc) = py.take_error() {
        let _ = exc.set_attr(py, krait_runtime::id!(py, "name"), name);
        drop(py.take_error());
        let _ = py.restore(exc);
    }
}

/// Push two locals: `oparg >> 4`, `oparg & 15`.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_LOAD_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let first = (*cx.local(oparg >> 4)).dup();
        let second = (*cx.local(oparg & 15)).dup();
        cx.push(first);
        cx.push(second);
    }
    Step::Next
}

/// Push two borrowed locals.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_BORROW_LOAD_FAST_BORROW(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let first = (*cx.local(oparg >> 4)).borrow();
        let second = (*cx.local(oparg & 15)).borrow();
        cx.push(first);
        cx.push(second);
    }
    Step::Next
}

/// Move a local out; an empty slot is pushed when it is unbound.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_FAST_AND_CLEAR(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = core::mem::replace(&mut *cx.local(oparg), StackRef::NULL);
        cx.push(value);
    }
    Step::Next
}

/// Bind a local.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn STORE_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract; the old value is released when the new one stands in place.
    unsafe {
        let value = cx.pop();
        let old = core::mem::replace(&mut *cx.local(oparg), value);
        cx.close_next(old)
    }
}

/// Bind local `oparg >> 4`, push local `oparg & 15`.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn STORE_FAST_LOAD_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.pop();
        let old = core::mem::replace(&mut *cx.local(oparg >> 4), value);
        let loaded = (*cx.local(oparg & 15)).dup();
        cx.push(loaded);
        cx.close_next(old)
    }
}

/// Bind local `oparg >> 4` to the top, then `oparg & 15` to the value below.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn STORE_FAST_STORE_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let first = cx.pop();
        let second = cx.pop();
        let old_first = core::mem::replace(&mut *cx.local(oparg >> 4), first);
        let old_second = core::mem::replace(&mut *cx.local(oparg & 15), second);
        cx.close_two_next(old_first, old_second)
    }
}

/// Unbind a local.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn DELETE_FAST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let old = core::mem::replace(&mut *cx.local(oparg), StackRef::NULL);
        if old.is_null() {
            unbound_local(cx.py, cx.code(), oparg);
            return Step::Error;
        }
        cx.close_next(old)
    }
}

/// Push a constant. Becomes the form for immortal or for counted constants.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_CONST(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.constant(oparg);
        let this = cx.this();
        if (*this).op == Opcode::LOAD_CONST as u8 {
            (*this).op =
                if value.is_immortal() { Opcode::LOAD_CONST_IMMORTAL } else { Opcode::LOAD_CONST_MORTAL }
                    as u8;
        }
        cx.push(StackRef::borrowed(value).dup());
    }
    Step::Next
}

/// Push a constant that may die.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_CONST_MORTAL(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.constant(oparg);
        cx.push(StackRef::borrowed(value).dup());
    }
    Step::Next
}

/// Push an immortal constant.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_CONST_IMMORTAL(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.constant(oparg);
        cx.push(StackRef::borrowed(value));
    }
    Step::Next
}

/// Push the int oparg, an immortal one.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_SMALL_INT(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        // The compiler emits 0 to 255 only.
        let Some(n) = PyInt::small(i64::from(oparg & 255)) else { return Step::Error };
        cx.push(StackRef::borrowed(n));
    }
    Step::Next
}

/// Push a built-in object.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_COMMON_CONSTANT(cx: &mut Cx<'_>, oparg: u32) -> Step {
    let value = attempt!(super::intrinsics::common_constant(cx.py, oparg));
    // SAFETY: by contract.
    unsafe { cx.push_ref(value) };
    Step::Next
}

/// Drop a value.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn POP_TOP(cx: &mut Cx<'_>, _oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.pop();
        cx.close_next(value)
    }
}

/// Push NULL.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn PUSH_NULL(cx: &mut Cx<'_>, _oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe { cx.push(StackRef::NULL) };
    Step::Next
}

/// Push a copy of the oparg-th value from the top.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn COPY(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.peek(oparg as usize).dup();
        cx.push(value);
    }
    Step::Next
}

/// Exchange the top with the oparg-th value.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn SWAP(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe { core::ptr::swap(cx.slot(1), cx.slot(oparg as usize)) };
    Step::Next
}

/// Put a local (or nothing) into a new cell.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn MAKE_CELL(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract; the initial value moves into the cell.
    unsafe {
        let slot = cx.local(oparg);
        let initial = core::mem::replace(&mut *slot, StackRef::NULL);
        let value = if initial.is_null() { None } else { Some(initial.into_ref()) };
        let cell = attempt!(PyCell::new(cx.py, value));
        *slot = StackRef::owned(cell.upcast());
    }
    Step::Next
}

/// The cell in a slot.
///
/// # Safety
/// The slot holds one.
#[inline(always)]
unsafe fn cell<'a>(cx: &Cx<'_>, oparg: u32) -> &'a PyCell {
    // SAFETY: by contract.
    unsafe { (*cx.local(oparg)).get().cast_unchecked() }
}

/// Empty a cell.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn DELETE_DEREF(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    let old = unsafe { cell(cx, oparg).swap(None) };
    if old.is_none() {
        // SAFETY: by contract.
        unbound_deref(cx.py, unsafe { cx.code() }, oparg);
        return Step::Error;
    }
    Step::Next
}

/// Push a cell's value.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn LOAD_DEREF(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        match cell(cx, oparg).get() {
            Some(value) => {
                cx.push_ref(value);
                Step::Next
            }
            None => Step::Via(deref_error, u64::from(oparg)),
        }
    }
}

continuations! {
    /// The cell in the slot that the operand numbers is empty.
    fn deref_error(ts, frame, ip, sp, operand, table) {
        unbound_deref(Py::from_thread(ts), Frame::code(frame), operand as u32);
        error(ts, frame, ip, sp, 0, table)
    }
}

/// Set a cell.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn STORE_DEREF(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract.
    unsafe {
        let value = cx.pop().into_ref();
        match cell(cx, oparg).swap(Some(value)) {
            Some(old) => cx.close_next(StackRef::owned(old)),
            None => Step::Next,
        }
    }
}

/// Raises what reading an empty cell raises: by whether the variable is free here or the frame's own.
#[cold]
#[inline(never)]
pub(crate) fn unbound_deref(py: Py<'_>, code: &PyCode, slot: u32) {
    if py.has_error() {
        return;
    }
    if code.is_free_slot(slot as usize) {
        let name = code.local_name(slot as usize);
        let _ = raise!(
            py,
            NameError,
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        name_the_error(py, name);
    } else {
        unbound_local(py, code, slot);
    }
}

/// Copy the closure's cells into the frame.
///
/// # Safety
/// As for every instruction: well-formed code.
#[inline(always)]
pub unsafe fn COPY_FREE_VARS(cx: &mut Cx<'_>, oparg: u32) -> Step {
    // SAFETY: by contract; the compiler makes closures of exactly that many cells.
    unsafe {
        let function = Frame::function(cx.frame);
        each_cell(function, oparg, |i, cell| {
            let slot = Frame::localsplus(cx.frame).add(cx.code().nlocalsplus() - oparg as usize + i);
            *slot = StackRef::borrowed(cell).dup();
        });
    }
    Step::Next
}

#[inline(always)]
fn each_cell(
    function: &crate::objects::function::PyFunction,
    count: u32,
    mut each: impl FnMut(usize, &krait_runtime::PyObject),
) {
    if let Some(closure) = function.func_closure.get() {
        for (i, cell) in closure.as_slice().iter().take(count as usize).enumerate() {
            each(i, cell);
        }
    }
}
