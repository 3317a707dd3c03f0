//! Instructions with monitoring events (PEP 669): each fires its event and does what the instruction it stands for does. A callback
//! may have moved the frame to another instruction (`f_lineno`); execution then goes on there.

use krait_runtime::monitoring::event;
use krait_runtime::objects::{PyBool, PyDict, PyNone, PyTuple, PyType};
use krait_runtime::{Py, PyObject, PyResult, Ref};

use super::access::attempt;
use super::attribute::through_super;
use super::call::{call_ex, expand_method, inlinable, star_arguments};
use super::resume::enter;
use crate::call::{call_slots, push_function, push_function_ex};
use crate::dispatch::Step;
use crate::eval_breaker;
use crate::frame::{CodeUnit, Frame};
use crate::monitoring::fire::{
    Arguments, fire, fire_after_call, fire_call, fire_exception, fire_instruction, fire_line, fire_plain,
    fire_value,
};
use crate::monitoring::missing_marker;
use crate::objects::function::PyFunction;
use crate::objects::generator::{PyCoroutine, PyGen};
use crate::stackref::StackRef;
use crate::tracing;

/// Fires an event of the instruction being executed, with the stack pointer in place for callbacks that look at the frame.
macro_rules! fire {
    ($cx:ident, $fire:ident, $($argument:expr),*) => {{
        (*$cx.frame).stackpointer = $cx.sp;
        attempt!($fire($cx.py, $cx.frame, $cx.this(), $($argument),*));
    }};
}

/// Goes on where a callback has moved the frame to, if one has.
macro_rules! follow {
    ($cx:ident) => {
        if (*$cx.frame).instr_ptr != $cx.this() {
            $cx.ip = (*$cx.frame).instr_ptr;
            $cx.sp = (*$cx.frame).stackpointer;
            return Step::Jump;
        }
    };
}

/// Fires the event of a jump from `source` to `target`; gives where to go on, or null on an error.
#[inline(never)]
unsafe fn jump_event(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *mut CodeUnit,
    source: *mut CodeUnit,
    target: *mut CodeUnit,
    number: usize,
) -> *mut CodeUnit {
    // SAFETY: all three stand in the frame's code.
    unsafe {
        let first = Frame::code(frame).first_unit();
        let ends = Arguments::Jump(source.offset_from(first) as usize, target.offset_from(first) as usize);
        (*frame).instr_ptr = instr;
        if fire(py, frame, instr, number, ends).is_err() {
            return core::ptr::null_mut();
        }
        if (*frame).instr_ptr == instr { target } else { (*frame).instr_ptr }
    }
}

/// Takes a jump, with its event.
macro_rules! jump {
    ($cx:ident, $source:expr, $target:expr, $event:expr) => {{
        (*$cx.frame).stackpointer = $cx.sp;
        let ip = jump_event($cx.py, $cx.frame, $cx.this(), $source, $target, $event);
        if ip.is_null() {
            return Step::Error;
        }
        $cx.ip = ip;
        $cx.sp = (*$cx.frame).stackpointer;
    }};
}

/// The branch instruction that leads to the one at `instr`.
unsafe fn source(frame: *mut Frame, instr: *mut CodeUnit) -> *mut CodeUnit {
    // SAFETY: `instr` stands in the frame's code.
    unsafe {
        let code = Frame::code(frame);
        let at = instr.offset_from(code.first_unit()) as usize;
        code.first_unit().add(code._co_monitoring.get().map_or(at, |m| m.source(at)))
    }
}

/// Fires `STOP_ITERATION` for a generator that returned `value`.
#[inline(never)]
unsafe fn stopped(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *mut CodeUnit,
    receiver: &PyObject,
    value: &PyObject,
) -> PyResult<()> {
    if receiver.downcast_exact::<PyGen>().is_none() && receiver.downcast_exact::<PyCoroutine>().is_none() {
        return Ok(());
    }
    let class = krait_runtime::objects::exceptions::types::StopIteration();
    let _ = py.raise_object(class, Some(value).filter(|v| !v.is_none()));
    // SAFETY: by the caller.
    unsafe { fire_exception(py, frame, instr, event::STOP_ITERATION)? };
    drop(py.take_error());
    Ok(())
}

/// A native call with its events.
#[inline(never)]
unsafe fn call_watched(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *mut CodeUnit,
    callable: &PyObject,
    args: *mut StackRef,
    positional: usize,
    kwnames: Option<&PyTuple>,
) -> PyResult<Ref<PyObject>> {
    let total = positional + kwnames.map_or(0, PyTuple::len);
    // SAFETY: by the caller: the slots are live.
    unsafe {
        let first = if total == 0 { missing_marker(py) } else { (*args).get() };
        let result = call_slots(py, callable, args, positional, kwnames);
        fire_after_call(py, frame, instr, callable, first)?;
        result
    }
}

/// `CALL` and `CALL_KW` with events, the keyword names off the stack.
macro_rules! call {
    ($cx:ident, $nargs:expr, $kwnames:expr) => {{
        let nargs = $nargs;
        let kwnames: Option<&PyTuple> = $kwnames;
        expand_method($cx, nargs);
        let has_self = usize::from(!$cx.peek(nargs + 1).is_null());
        let (args, total) = ($cx.slot(nargs + has_self), nargs + has_self);
        let callable = $cx.slot(nargs + 2);
        let first = if total == 0 { missing_marker($cx.py) } else { (*args).get() };
        fire!($cx, fire_call, (*callable).get(), first);
        let positional = total - kwnames.map_or(0, PyTuple::len);
        if inlinable((*callable).get()) {
            let frame = push_function($cx.py, *callable, args, positional, kwnames, $cx.frame);
            $cx.sp = callable;
            if frame.is_null() {
                return Step::Error;
            }
            (*$cx.frame).return_offset = 4;
            enter($cx, frame)
        } else {
            let this = $cx.this();
            let result =
                attempt!(call_watched($cx.py, $cx.frame, this, (*callable).get(), args, positional, kwnames));
            $cx.finish_call(nargs + 2, result.into_raw())
        }
    }};
}

instructions! {
    /// A line-event probe standing in front of another instruction.
    fn INSTRUMENTED_LINE(cx, _) {
        let this = cx.this();
        let previous = core::mem::replace(&mut (*cx.frame).instr_ptr, this);
        (*cx.frame).stackpointer = cx.sp;
        let op = attempt!(fire_line(cx.py, cx.frame, this, previous));
        follow!(cx);
        Step::As(op)
    }

    /// A probe for instruction events standing in front of another instruction.
    fn INSTRUMENTED_INSTRUCTION(cx, _) {
        (*cx.frame).stackpointer = cx.sp;
        let op = attempt!(fire_instruction(cx.py, cx.frame, cx.this()));
        follow!(cx);
        Step::As(op)
    }

    /// `RESUME` with its event.
    fn INSTRUMENTED_RESUME(cx, oparg) {
        if tracing::must_instrument(cx.py, cx.code()) {
            tracing::instrument(cx.py, cx.code());
            return Step::Again;
        }
        use krait_bytecode::operands::resume;
        let place = oparg & resume::LOCATION_MASK;
        if place < resume::AFTER_YIELD_FROM && eval_breaker::is_set(cx.py) {
            attempt!(eval_breaker::handle(cx.py));
        }
        let number = if place == 0 { event::PY_START } else { event::PY_RESUME };
        fire!(cx, fire_plain, number);
        follow!(cx);
        Step::Next
    }

    /// `RETURN_VALUE` with its event.
    fn INSTRUMENTED_RETURN_VALUE(cx, _) {
        fire!(cx, fire_value, event::PY_RETURN, cx.object(1));
        Step::Deopt
    }

    /// `YIELD_VALUE` with its event.
    fn INSTRUMENTED_YIELD_VALUE(cx, _) {
        fire!(cx, fire_value, event::PY_YIELD, cx.object(1));
        follow!(cx);
        Step::Deopt
    }

    /// `JUMP_FORWARD` with its event.
    fn INSTRUMENTED_JUMP_FORWARD(cx, oparg) {
        jump!(cx, cx.this(), cx.ip.add(oparg as usize), event::JUMP);
        Step::Jump
    }

    /// `JUMP_BACKWARD` with its event.
    fn INSTRUMENTED_JUMP_BACKWARD(cx, oparg) {
        if eval_breaker::is_set(cx.py) {
            attempt!(eval_breaker::handle(cx.py));
        }
        jump!(cx, cx.this(), cx.ip.add(1).sub(oparg as usize), event::JUMP);
        Step::Jump
    }

    /// `POP_JUMP_IF_TRUE` with the event of its jump.
    fn INSTRUMENTED_POP_JUMP_IF_TRUE(cx, oparg) {
        let value = cx.pop();
        if !value.is(PyBool::get(true)) {
            return Step::Next;
        }
        jump!(cx, cx.this(), cx.ip.add(1 + oparg as usize), event::BRANCH_RIGHT);
        Step::Jump
    }

    /// `POP_JUMP_IF_FALSE` with the event of its jump.
    fn INSTRUMENTED_POP_JUMP_IF_FALSE(cx, oparg) {
        let value = cx.pop();
        if !value.is(PyBool::get(false)) {
            return Step::Next;
        }
        jump!(cx, cx.this(), cx.ip.add(1 + oparg as usize), event::BRANCH_RIGHT);
        Step::Jump
    }

    /// `POP_JUMP_IF_NONE` with the event of its jump.
    fn INSTRUMENTED_POP_JUMP_IF_NONE(cx, oparg) {
        let value = cx.pop();
        if !value.is(PyNone::get()) {
            return cx.close_next(value);
        }
        jump!(cx, cx.this(), cx.ip.add(1 + oparg as usize), event::BRANCH_RIGHT);
        Step::Jump
    }

    /// `POP_JUMP_IF_NOT_NONE` with the event of its jump.
    fn INSTRUMENTED_POP_JUMP_IF_NOT_NONE(cx, oparg) {
        let value = cx.pop();
        if value.is(PyNone::get()) {
            return Step::Next;
        }
        value.close();
        jump!(cx, cx.this(), cx.ip.add(1 + oparg as usize), event::BRANCH_RIGHT);
        Step::Jump
    }

    /// The other side of a conditional jump, with its event.
    fn INSTRUMENTED_NOT_TAKEN(cx, _) {
        jump!(cx, source(cx.frame, cx.this()), cx.ip, event::BRANCH_LEFT);
        Step::Jump
    }

    /// `FOR_ITER` with the event of entering the loop's body.
    fn INSTRUMENTED_FOR_ITER(cx, oparg) {
        if let Some(item) = cx.object(1).next_leaving_error(cx.py) {
            cx.push_ref(item);
            jump!(cx, cx.this(), cx.ip.add(1), event::BRANCH_LEFT);
            return Step::Jump;
        }
        if cx.py.has_error() {
            (*cx.frame).stackpointer = cx.sp;
            attempt!(tracing::ended_by_exception(cx.py, cx.frame, cx.this()));
        }
        cx.jump(1 + oparg as usize + 1);
        Step::Jump
    }

    /// `POP_ITER` with the event of leaving the loop.
    fn INSTRUMENTED_POP_ITER(cx, _) {
        let iterator = cx.pop();
        iterator.close();
        jump!(cx, source(cx.frame, cx.this()), cx.ip, event::BRANCH_RIGHT);
        Step::Jump
    }

    /// `END_FOR` with the event of a generator that ended.
    fn INSTRUMENTED_END_FOR(cx, _) {
        (*cx.frame).stackpointer = cx.sp;
        attempt!(stopped(cx.py, cx.frame, cx.this(), cx.object(2), cx.object(1)));
        Step::Deopt
    }

    /// `END_SEND` with the event of a generator that ended.
    fn INSTRUMENTED_END_SEND(cx, _) {
        (*cx.frame).stackpointer = cx.sp;
        attempt!(stopped(cx.py, cx.frame, cx.this(), cx.object(2), cx.object(1)));
        Step::Deopt
    }

    /// `END_ASYNC_FOR` with the event of leaving the loop.
    fn INSTRUMENTED_END_ASYNC_FOR(cx, _) {
        (*cx.frame).stackpointer = cx.sp;
        let this = cx.this();
        let from = source(cx.frame, this);
        let ip = jump_event(cx.py, cx.frame, this, from, cx.ip, event::BRANCH_RIGHT);
        if ip.is_null() {
            return Step::Error;
        }
        Step::Deopt
    }

    /// `CALL` with its events.
    fn INSTRUMENTED_CALL(cx, oparg) {
        call!(cx, oparg as usize, None)
    }

    /// `CALL_KW` with its events.
    fn INSTRUMENTED_CALL_KW(cx, oparg) {
        let kwnames = cx.pop();
        let step = call!(cx, oparg as usize, Some(kwnames.get().cast_unchecked()));
        kwnames.close();
        step
    }

    /// `CALL_FUNCTION_EX` with its events.
    fn INSTRUMENTED_CALL_FUNCTION_EX(cx, _) {
        let function = cx.object(4);
        let args = attempt!(star_arguments(cx.py, function, cx.object(2)));
        let kwargs: Option<&PyDict> =
            if cx.peek(1).is_null() { None } else { Some(cx.object(1).cast_unchecked()) };
        let first = args.get(0).map_or_else(|| missing_marker(cx.py).to_ref(), PyObject::to_ref);
        fire!(cx, fire_call, function, &first);
        if inlinable(function) {
            let frame = push_function_ex(cx.py, cx.peek(4).dup(), &args, kwargs, cx.frame);
            drop(args);
            if frame.is_null() {
                return Step::Error;
            }
            cx.drop_n(4);
            (*cx.frame).return_offset = 1;
            return enter(cx, frame);
        }
        let result = call_ex(cx.py, function, &args, kwargs);
        if function.downcast_exact::<PyFunction>().is_none() {
            attempt!(fire_after_call(cx.py, cx.frame, cx.this(), function, &first));
        }
        drop(args);
        let value = attempt!(result);
        cx.finish_call(4, value.into_raw())
    }

    /// `LOAD_SUPER_ATTR` with the events of calling `super`.
    fn INSTRUMENTED_LOAD_SUPER_ATTR(cx, oparg) {
        let (global_super, class, receiver) = (cx.object(3), cx.object(2), cx.object(1));
        let first = if oparg & 2 != 0 { class } else { missing_marker(cx.py) };
        fire!(cx, fire_call, global_super, first);
        let name = cx.name(oparg >> 2);
        let result = through_super(cx.py, global_super, class, receiver, name, oparg & 2 != 0);
        if global_super.downcast::<PyType>().is_some() {
            attempt!(fire_after_call(cx.py, cx.frame, cx.this(), global_super, first));
        }
        let value = attempt!(result);
        cx.replace_n(3, StackRef::owned(value));
        if oparg & 1 != 0 {
            cx.push(StackRef::NULL);
        }
        Step::Next
    }
}
