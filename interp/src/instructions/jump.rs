//! Jumps. Distances count from after the instruction's inline caches.

use krait_runtime::objects::{PyBool, PyNone};

use crate::dispatch::Step;
use crate::eval_breaker;

/// Jumps `$oparg` units on from after `$caches` cache words.
macro_rules! forward {
    ($cx:ident, $caches:literal, $oparg:ident) => {{
        $cx.jump($caches + $oparg as usize);
        Step::Jump
    }};
}

instructions! {
    /// Jump.
    fn JUMP_FORWARD(cx, oparg) { forward!(cx, 0, oparg) }

    /// Loop without polling.
    fn JUMP_BACKWARD_NO_INTERRUPT(cx, oparg) {
        cx.ip = cx.ip.sub(oparg as usize);
        Step::Jump
    }

    /// Loop; polls the eval breaker.
    fn JUMP_BACKWARD(cx, oparg) {
        let this = cx.this();
        if (*this).op == krait_bytecode::Opcode::JUMP_BACKWARD as u8 {
            (*this).op = krait_bytecode::Opcode::JUMP_BACKWARD_NO_JIT as u8;
        }
        JUMP_BACKWARD_NO_JIT(cx, oparg)
    }

    /// Loop; polls the eval breaker.
    fn JUMP_BACKWARD_NO_JIT(cx, oparg) {
        cx.ip = cx.ip.add(1).sub(oparg as usize);
        if eval_breaker::is_set(cx.py) { Step::PollJump } else { Step::Jump }
    }

    /// Loop; polls the eval breaker.
    fn JUMP_BACKWARD_JIT(cx, oparg) { JUMP_BACKWARD_NO_JIT(cx, oparg) }

    /// Jump if the exact bool is False.
    fn POP_JUMP_IF_FALSE(cx, oparg) {
        let value = cx.pop();
        cx.branch(oparg as usize, value.is(PyBool::get(false)));
        Step::Jump
    }

    /// Jump if the exact bool is True.
    fn POP_JUMP_IF_TRUE(cx, oparg) {
        let value = cx.pop();
        cx.branch(oparg as usize, value.is(PyBool::get(true)));
        Step::Jump
    }

    /// Jump if the value is None.
    fn POP_JUMP_IF_NONE(cx, oparg) {
        let value = cx.pop();
        cx.branch(oparg as usize, value.is(PyNone::get()));
        cx.close_jump(value)
    }

    /// Jump if the value is not None.
    fn POP_JUMP_IF_NOT_NONE(cx, oparg) {
        let value = cx.pop();
        cx.branch(oparg as usize, !value.is(PyNone::get()));
        cx.close_jump(value)
    }
}
