//! What bodies use to get at the stack, the locals, the code object's tables and the inline caches.

use krait_runtime::objects::{PyBool, PyDict, PyStr};
use krait_runtime::{PyObject, Ref, checking};

use crate::dispatch::{Continuation, Cx, Step};
use crate::frame::{CodeUnit, Frame};
use crate::objects::code::PyCode;
use crate::stackref::StackRef;
use krait_bytecode::Opcode;

/// The value of a `PyResult`, or `return Step::Error`.
macro_rules! attempt {
    ($e:expr) => {
        match $e {
            Ok(value) => value,
            Err(_) => return $crate::dispatch::Step::Error,
        }
    };
}
pub(crate) use attempt;

/// `return Step::Deopt` unless the guard of a specialised form holds.
macro_rules! guard {
    ($condition:expr) => {
        if !$condition {
            return $crate::dispatch::Step::Deopt;
        }
    };
}
pub(crate) use guard;

impl<'py> Cx<'py> {
    /// Pushes.
    ///
    /// # Safety
    /// The stack has room: the code's `co_stacksize` covers it.
    #[inline(always)]
    pub unsafe fn push(&mut self, value: StackRef) {
        // SAFETY: by contract.
        unsafe {
            *self.sp = value;
            self.sp = self.sp.add(1);
        }
    }

    /// Ends a form of `FOR_ITER` with the item. The `STORE_FAST` that nearly always follows is done here.
    ///
    /// # Safety
    /// As for every instruction: well-formed code.
    #[inline(always)]
    pub unsafe fn give_item(&mut self, item: StackRef) -> Step {
        // SAFETY: by contract; behind the cache word stands the loop's first instruction.
        unsafe {
            let first = self.ip.add(Opcode::FOR_ITER.caches());
            if (*first).op != Opcode::STORE_FAST as u8 {
                self.push(item);
                return Step::Next;
            }
            let old = core::mem::replace(&mut *self.local(u32::from((*first).arg)), item);
            self.ip = first.add(1);
            let dead = old.give_up();
            if dead.is_null() {
                return Step::Jump;
            }
            // Code that runs as the old value dies sees the frame at the store.
            (*self.frame).instr_ptr = first;
            Step::DeadJump(dead)
        }
    }

    /// Pushes an owned reference.
    ///
    /// # Safety
    /// As [`Cx::push`].
    #[inline(always)]
    pub unsafe fn push_ref(&mut self, value: Ref<PyObject>) {
        // SAFETY: by contract.
        unsafe { self.push(StackRef::owned(value)) }
    }

    /// Pushes `True` or `False`.
    ///
    /// # Safety
    /// As [`Cx::push`].
    #[inline(always)]
    pub unsafe fn push_bool(&mut self, value: bool) {
        // SAFETY: by contract.
        unsafe { self.push(StackRef::borrowed(PyBool::get(value))) }
    }

    /// Pops.
    ///
    /// # Safety
    /// The stack is not empty.
    #[inline(always)]
    pub unsafe fn pop(&mut self) -> StackRef {
        // SAFETY: by contract.
        unsafe {
            self.sp = self.sp.sub(1);
            *self.sp
        }
    }

    /// The slot `depth` below the first free one (1 is the top).
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn slot(&self, depth: usize) -> *mut StackRef {
        // SAFETY: by contract.
        unsafe { self.sp.sub(depth) }
    }

    /// The value `depth` slots below the first free one (1 is the top).
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn peek(&self, depth: usize) -> StackRef {
        // SAFETY: by contract.
        unsafe { *self.slot(depth) }
    }

    /// The object `depth` slots below the first free one.
    ///
    /// # Safety
    /// The slot is not empty, and keeps its content while the result is used.
    #[inline(always)]
    pub unsafe fn object<'a>(&self, depth: usize) -> &'a PyObject {
        // SAFETY: by contract.
        unsafe { self.peek(depth).get() }
    }

    /// Takes the topmost `n` values off and releases them, the topmost first.
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn drop_n(&mut self, n: usize) {
        // SAFETY: by contract; the values are off the stack when their release runs code.
        unsafe {
            self.sp = self.sp.sub(n);
            for i in (0..n).rev() {
                (*self.sp.add(i)).close();
            }
        }
    }

    /// Replaces the topmost `n` values by one; they are released after it stands in place, the topmost first.
    ///
    /// # Safety
    /// The stack is that deep; `n` is at least one.
    #[inline(always)]
    pub unsafe fn replace_n(&mut self, n: usize, value: StackRef) {
        // SAFETY: by contract.
        unsafe {
            let first = self.sp.sub(n);
            let lowest = core::mem::replace(&mut *first, value);
            self.sp = first.add(1);
            for i in (1..n).rev() {
                (*first.add(i)).close();
            }
            lowest.close();
        }
    }

    /// Releases a value that is off the stack; then the next instruction.
    ///
    /// # Safety
    /// As [`StackRef::close`].
    #[inline(always)]
    pub unsafe fn close_next(&self, value: StackRef) -> Step {
        // SAFETY: by contract.
        let dead = unsafe { value.give_up() };
        if dead.is_null() { Step::Next } else { Step::Dead(dead) }
    }

    /// Releases a value that is off the stack; then the instruction at `ip`.
    ///
    /// # Safety
    /// As [`StackRef::close`].
    #[inline(always)]
    pub unsafe fn close_jump(&self, value: StackRef) -> Step {
        // SAFETY: by contract.
        let dead = unsafe { value.give_up() };
        if dead.is_null() { Step::Jump } else { Step::DeadJump(dead) }
    }

    /// Releases two values that are off the stack, the first one first; then the next instruction.
    ///
    /// # Safety
    /// As [`StackRef::close`]; the instruction has popped at least one value more than it pushed.
    #[inline(always)]
    pub unsafe fn close_two_next(&self, first: StackRef, second: StackRef) -> Step {
        // SAFETY: by contract.
        let (a, b) = unsafe { (first.give_up(), second.give_up()) };
        if a.is_null() && b.is_null() { Step::Next } else { Step::Dead2(a, b) }
    }

    /// Replaces the top and releases what was there; then the next instruction.
    ///
    /// # Safety
    /// The stack is not empty.
    #[inline(always)]
    pub unsafe fn replace_top(&mut self, value: StackRef) -> Step {
        // SAFETY: by contract.
        unsafe {
            let old = core::mem::replace(&mut *self.slot(1), value);
            self.close_next(old)
        }
    }

    /// Replaces the two topmost values by one and releases them, the topmost first; then the next instruction.
    ///
    /// # Safety
    /// The stack is that deep.
    #[inline(always)]
    pub unsafe fn replace_two(&mut self, value: StackRef) -> Step {
        // SAFETY: by contract.
        unsafe {
            let second = self.pop();
            let first = core::mem::replace(&mut *self.slot(1), value);
            self.close_two_next(second, first)
        }
    }

    /// Replaces the operands of a binary operator by its result: of these the left one is released first.
    ///
    /// # Safety
    /// As [`Cx::replace_two`].
    #[inline(always)]
    pub unsafe fn replace_operands(&mut self, value: StackRef) -> Step {
        // SAFETY: by contract.
        unsafe {
            let right = self.pop();
            let left = core::mem::replace(&mut *self.slot(1), value);
            self.close_two_next(left, right)
        }
    }

    /// Gives the top up, unless that would be its end: then nothing happens, and the answer is `false`.
    ///
    /// # Safety
    /// The stack is not empty; the slot's content is not used again after `true`.
    #[inline(always)]
    unsafe fn give_up_top(&self) -> bool {
        // SAFETY: by contract.
        unsafe {
            let top = self.peek(1);
            if !top.is_borrowed() {
                let object = top.get();
                if checking::ON {
                    checking::live(object);
                }
                let n = object.refcnt();
                if n == 1 {
                    return false;
                }
                if (n as i32) > 0 {
                    object.set_refcnt(n - 1);
                }
            }
            true
        }
    }

    /// As [`Cx::replace_two`], with few registers in use: when the second value dies, `rare` goes on, which gets the new value as
    /// its operand and finds the stack as it was.
    ///
    /// # Safety
    /// As [`Cx::replace_two`].
    #[inline(always)]
    pub unsafe fn replace_two_or(&mut self, value: StackRef, rare: Continuation) -> Step {
        // SAFETY: by contract.
        unsafe {
            if !self.give_up_top() {
                return Step::Via(rare, value.to_bits());
            }
            self.sp = self.sp.sub(1);
            self.replace_top(value)
        }
    }

    /// Replaces two values by a truth value, as [`Cx::replace_two_or`] does; a conditional jump behind the inline caches is done
    /// at once.
    ///
    /// # Safety
    /// As [`Cx::replace_two_or`]; the instruction has so many caches.
    #[inline(always)]
    pub unsafe fn two_to_truth(&mut self, truth: bool, caches: usize, rare: Continuation) -> Step {
        // SAFETY: by contract.
        unsafe {
            if !self.give_up_top() {
                return Step::Via(rare, StackRef::borrowed(PyBool::get(truth)).to_bits());
            }
            self.sp = self.sp.sub(1);
            self.top_to_truth(truth, caches)
        }
    }

    /// Replaces the top by a truth value; a conditional jump behind the inline caches is done at once.
    ///
    /// # Safety
    /// The stack is not empty; the instruction has so many caches.
    #[inline(always)]
    pub unsafe fn top_to_truth(&mut self, truth: bool, caches: usize) -> Step {
        // SAFETY: by contract; an instruction follows the caches.
        unsafe {
            let top = self.peek(1);
            self.ip = self.ip.add(caches);
            let unit = *self.ip;
            let taken = if unit.op == Opcode::POP_JUMP_IF_FALSE as u8 {
                !truth
            } else if unit.op == Opcode::POP_JUMP_IF_TRUE as u8 {
                truth
            } else {
                *self.slot(1) = StackRef::borrowed(PyBool::get(truth));
                return self.close_jump(top);
            };
            self.sp = self.sp.sub(1);
            self.ip = self.ip.add(1);
            self.branch(usize::from(unit.arg), taken);
            self.close_jump(top)
        }
    }

    /// From behind the unit of a conditional jump, past its cache word: over the distance when it is taken, else over the marker
    /// of the side that is not.
    ///
    /// # Safety
    /// As said.
    #[inline(always)]
    pub unsafe fn branch(&mut self, distance: usize, taken: bool) {
        // SAFETY: an instruction follows the jump, and another one a `NOT_TAKEN`.
        unsafe {
            self.ip = self.ip.add(1);
            let marker = usize::from((*self.ip).op == Opcode::NOT_TAKEN as u8);
            self.ip = self.ip.add(if taken { distance } else { marker });
        }
    }

    /// Replaces the topmost `n` values by a result; on an error they stay for the unwinder.
    ///
    /// # Safety
    /// As [`Cx::replace_n`].
    #[inline(always)]
    pub unsafe fn finish(&mut self, n: usize, result: krait_runtime::PyResult<Ref<PyObject>>) -> Step {
        match result {
            Ok(value) => {
                // SAFETY: by contract.
                unsafe {
                    match n {
                        1 => self.replace_top(StackRef::owned(value)),
                        2 => self.replace_two(StackRef::owned(value)),
                        _ => {
                            self.replace_n(n, StackRef::owned(value));
                            Step::Next
                        }
                    }
                }
            }
            Err(_) => Step::Error,
        }
    }

    /// Replaces callable, self slot and arguments (`n` values) by what the call gave (null: an exception is set); then polls the
    /// eval breaker.
    ///
    /// # Safety
    /// As [`Cx::replace_n`]; `result` is null or an owned reference.
    #[inline(always)]
    pub unsafe fn finish_call(&mut self, n: usize, result: *mut PyObject) -> Step {
        if result.is_null() {
            return Step::Error;
        }
        // SAFETY: by contract.
        unsafe { self.replace_n(n, StackRef::from_raw(result)) };
        if crate::eval_breaker::is_set(self.py) { Step::Poll } else { Step::Next }
    }

    /// The local in slot `i`.
    ///
    /// # Safety
    /// `i` is below the code's number of slots.
    #[inline(always)]
    pub unsafe fn local(&self, i: u32) -> *mut StackRef {
        // SAFETY: by contract.
        unsafe { Frame::local(self.frame, i as usize) }
    }

    /// The running code object.
    ///
    /// # Safety
    /// As for every instruction: well-formed code.
    #[inline(always)]
    pub unsafe fn code<'a>(&self) -> &'a PyCode {
        // SAFETY: by contract.
        unsafe { Frame::code(self.frame) }
    }

    /// Name `i` of the code object.
    ///
    /// # Safety
    /// `i` is below the number of names.
    #[inline(always)]
    pub unsafe fn name<'a>(&self, i: u32) -> &'a PyStr {
        // SAFETY: by contract; names are strings and live as long as the code.
        unsafe { self.code().name_at(i as usize) }
    }

    /// Constant `i` of the code object.
    ///
    /// # Safety
    /// `i` is below the number of constants.
    #[inline(always)]
    pub unsafe fn constant<'a>(&self, i: u32) -> &'a PyObject {
        // SAFETY: by contract.
        unsafe { self.code().const_at(i as usize) }
    }

    /// The globals.
    ///
    /// # Safety
    /// As for every instruction.
    #[inline(always)]
    pub unsafe fn globals<'a>(&self) -> &'a PyDict {
        // SAFETY: the function keeps them alive.
        unsafe { &*(*self.frame).f_globals }
    }

    /// The builtins.
    ///
    /// # Safety
    /// As for every instruction.
    #[inline(always)]
    pub unsafe fn builtins<'a>(&self) -> &'a PyObject {
        // SAFETY: the function keeps them alive.
        unsafe { &*(*self.frame).f_builtins }
    }

    /// Moves `ip` forward.
    ///
    /// # Safety
    /// The target is an instruction of the code.
    #[inline(always)]
    pub unsafe fn jump(&mut self, units: usize) {
        // SAFETY: by contract.
        unsafe { self.ip = self.ip.add(units) }
    }

    /// Inline-cache word `i`, counted from the instruction's first.
    ///
    /// # Safety
    /// The instruction has that many; `ip` stands at the first.
    #[inline(always)]
    pub unsafe fn cache(&self, i: usize) -> u16 {
        // SAFETY: by contract.
        unsafe { (*self.ip.add(i)).word() }
    }

    /// Cache words `i` and `i + 1` as one number.
    ///
    /// # Safety
    /// As [`Cx::cache`].
    #[inline(always)]
    pub unsafe fn cache32(&self, i: usize) -> u32 {
        // SAFETY: by contract; words are two bytes apart, least significant first.
        unsafe { self.ip.add(i).cast::<u32>().read_unaligned() }
    }

    /// Four cache words from `i` on as one number.
    ///
    /// # Safety
    /// As [`Cx::cache`].
    #[inline(always)]
    pub unsafe fn cache64(&self, i: usize) -> u64 {
        // SAFETY: by contract.
        unsafe { self.ip.add(i).cast::<u64>().read_unaligned() }
    }

    /// The instruction's own unit.
    #[inline(always)]
    pub fn this(&self) -> *mut CodeUnit {
        self.ip.wrapping_sub(1)
    }
}

/// Inside a loop: it is neither unrolled nor made a call.
#[inline(always)]
fn keep_loop() {
    // SAFETY: no instruction.
    unsafe { core::arch::asm!("", options(nomem, nostack, preserves_flags)) };
}

/// Copies slots, which may not overlap. Callers have few of them, so that a call of `memcpy` would cost more than it gains.
///
/// # Safety
/// Both places have `n` slots.
#[inline(always)]
pub(crate) unsafe fn copy_slots(from: *const StackRef, to: *mut StackRef, n: usize) {
    for i in 0..n {
        // SAFETY: by contract.
        unsafe { to.add(i).write_volatile(from.add(i).read()) };
        keep_loop();
    }
}

/// Empties slots without looking at what is in them.
///
/// # Safety
/// The place has the slots from `from` to `to`.
#[inline(always)]
pub(crate) unsafe fn clear_slots(first: *mut StackRef, from: usize, to: usize) {
    for i in from..to {
        // SAFETY: by contract.
        unsafe { first.add(i).write_volatile(StackRef::NULL) };
        keep_loop();
    }
}

impl PyCode {
    /// Name `i`, without checking.
    ///
    /// # Safety
    /// `i` is below the number of names.
    #[inline(always)]
    pub(crate) unsafe fn name_at(&self, i: usize) -> &PyStr {
        // SAFETY: by contract; names are strings.
        unsafe { self.names().as_slice().get_unchecked(i).cast_unchecked() }
    }

    /// Constant `i`, without checking.
    ///
    /// # Safety
    /// `i` is below the number of constants.
    #[inline(always)]
    pub(crate) unsafe fn const_at(&self, i: usize) -> &PyObject {
        // SAFETY: by contract.
        unsafe { self.consts().as_slice().get_unchecked(i) }
    }

    /// The name of a frame slot, for messages.
    pub(crate) fn local_name(&self, slot: usize) -> &PyStr {
        // SAFETY: slot names are strings; an odd slot number takes the code's own name instead.
        unsafe { self.localsplusnames().get(slot).map_or(self.name(), |n| n.cast_unchecked()) }
    }

    /// Whether a frame slot holds a free variable.
    pub(crate) fn is_free_slot(&self, slot: usize) -> bool {
        self.localspluskinds().get(slot).is_some_and(|k| k & krait_bytecode::LocalKind::FREE != 0)
    }
}
