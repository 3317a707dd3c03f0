//! Assigning `frame.f_lineno`: where the frame may jump to, judged by what kinds of values the evaluation stack holds there, and the
//! jump. Not here: the attribute itself (`frame.rs`).

use krait_bytecode::opcode::CACHE_ENTRIES;
use krait_bytecode::{AnyOpcode, Opcode};
use krait_runtime::monitoring::event;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::{PyInt, PyNone};
use krait_runtime::{Py, PyObject, PyResult, bail};

use crate::exception_table;
use crate::frame::{Frame, Owner};
use crate::monitoring::instrument::base_opcode;
use crate::objects::code::PyCode;
use crate::objects::frame::PyFrame;
use crate::objects::generator::{PyGen, frame_state};
use crate::stackref::StackRef;

/// What a stack slot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Iterator,
    Except,
    Object,
    Null,
    Lasti,
}

impl Kind {
    /// Whether a value of this kind may stand where `to` is expected.
    fn fits(self, to: Kind) -> bool {
        match to {
            Kind::Object => self != Kind::Null,
            Kind::Null => true,
            _ => self == to,
        }
    }
}

/// The kinds on the stack before an instruction; `None` while nothing leads there.
type Stack = Option<Vec<Kind>>;

/// An instruction's place and operand.
struct At {
    at: usize,
    op: Opcode,
    arg: usize,
    next: usize,
}

fn instructions(code: &PyCode) -> Vec<At> {
    let mut all = Vec::new();
    let (mut at, mut high) = (0, 0);
    while at < code.units() {
        let number = base_opcode(code, at);
        // SAFETY: below `units`.
        let arg = high << 8 | unsafe { (*code.first_unit().add(at)).arg } as usize;
        let next = at + 1 + CACHE_ENTRIES.get(number as usize).copied().unwrap_or(0) as usize;
        if let Some(op) = Opcode::from_number(number) {
            high = if op == Opcode::EXTENDED_ARG { arg } else { 0 };
            all.push(At { at, op, arg, next });
        }
        at = next;
    }
    all
}

/// The stack before each instruction.
fn stacks(code: &PyCode) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = vec![None; code.units() + 1];
    if let Some(first) = stacks.first_mut() {
        // A generator's begins empty too: `RETURN_GENERATOR` brings what is sent at the start.
        *first = Some(Vec::new());
    }
    let all = instructions(code);
    let table = exception_table::entries(code.exceptiontable());
    let mut changed = true;
    while changed {
        changed = false;
        let mut reach = |stacks: &mut Vec<Stack>, at: usize, stack: Vec<Kind>| {
            if let Some(slot) = stacks.get_mut(at)
                && slot.is_none()
            {
                *slot = Some(stack);
                changed = true;
            }
        };
        for met in &all {
            let Some(Some(stack)) = stacks.get(met.at) else { continue };
            for (at, stack) in after(met, stack.clone()) {
                reach(&mut stacks, at, stack);
            }
        }
        for entry in &table {
            let Some(Some(stack)) = stacks.get(entry.start) else { continue };
            let mut stack = stack.clone();
            stack.truncate(entry.handler.depth);
            if entry.handler.lasti {
                stack.push(Kind::Lasti);
            }
            stack.push(Kind::Except);
            reach(&mut stacks, entry.handler.target, stack);
        }
    }
    stacks
}

/// Where execution goes on after an instruction, with which stack.
fn after(met: &At, mut stack: Vec<Kind>) -> Vec<(usize, Vec<Kind>)> {
    use Opcode::*;
    let next = met.next;
    match met.op {
        POP_JUMP_IF_FALSE | POP_JUMP_IF_TRUE | POP_JUMP_IF_NONE | POP_JUMP_IF_NOT_NONE => {
            stack.pop();
            return vec![(next, stack.clone()), (next + met.arg, stack)];
        }
        SEND => return vec![(next, stack.clone()), (next + met.arg, stack)],
        JUMP_BACKWARD | JUMP_BACKWARD_NO_INTERRUPT => return vec![(next.saturating_sub(met.arg), stack)],
        JUMP_FORWARD => return vec![(next + met.arg, stack)],
        FOR_ITER => {
            stack.push(Kind::Object);
            return vec![(next, stack.clone()), (next + met.arg, stack)];
        }
        RETURN_VALUE | RAISE_VARARGS | RERAISE => return Vec::new(),
        GET_ITER | GET_AITER => {
            stack.pop();
            stack.push(Kind::Iterator);
        }
        PUSH_EXC_INFO => stack.push(Kind::Except),
        END_ASYNC_FOR => stack.truncate(stack.len().saturating_sub(2)),
        POP_EXCEPT => {
            stack.pop();
        }
        PUSH_NULL => stack.push(Kind::Null),
        LOAD_GLOBAL => {
            stack.push(Kind::Object);
            if met.arg & 1 != 0 {
                stack.push(Kind::Null);
            }
        }
        LOAD_ATTR if met.arg & 1 != 0 => {
            stack.pop();
            stack.push(Kind::Object);
            stack.push(Kind::Null);
        }
        SWAP => {
            let top = stack.len();
            if met.arg >= 1 && met.arg <= top {
                stack.swap(top - 1, top - met.arg);
            }
        }
        COPY => {
            let from = stack.len().checked_sub(met.arg).and_then(|i| stack.get(i).copied());
            stack.push(from.unwrap_or(Kind::Object));
        }
        op => {
            let effect = AnyOpcode::from(op).stack_effect(met.arg as u32, false);
            for _ in effect..0 {
                stack.pop();
            }
            for _ in 0..effect {
                stack.push(Kind::Object);
            }
        }
    }
    vec![(next, stack)]
}

/// Whether popping from `from` leads to a stack that does for `to`.
fn compatible(from: &[Kind], to: &[Kind]) -> bool {
    from.len() >= to.len() && from.iter().zip(to).all(|(f, t)| f.fits(*t))
}

/// Why the frame cannot jump where the stack is `to`.
fn explain(to: &Stack) -> &'static str {
    let Some(to) = to else { return "can't jump into unreachable code" };
    match to.last() {
        Some(Kind::Except) => "can't jump into an 'except' block as there's no exception",
        Some(Kind::Lasti) => "can't jump into a re-raising block as there's no location",
        Some(Kind::Iterator) => "can't jump into the body of a for loop",
        _ => "incompatible stacks",
    }
}

/// The instructions at which lines begin, with their lines.
fn line_starts(code: &PyCode) -> Vec<(usize, i32)> {
    let mut starts = Vec::new();
    let mut last = -1;
    for met in instructions(code) {
        let line = code.addr2line(met.at as isize * 2);
        if line != last && line >= 0 {
            starts.push((met.at, line));
        }
        last = line;
    }
    starts
}

/// Moves the frame to the first instruction of a line.
pub fn jump(py: Py<'_>, object: &PyFrame, value: &PyObject) -> PyResult<()> {
    const FOR_LINES_ONLY: &str = "can only jump from a 'line' trace event";
    let Some(wanted) = value.downcast_exact::<PyInt>() else {
        bail!(py, ValueError, "lineno must be an integer");
    };
    let what = py.thread().what_event.get();
    if what < 0 {
        bail!(py, ValueError, "f_lineno can only be set in a trace function");
    }
    match what as usize {
        event::PY_RESUME | event::PY_START | event::PY_THROW => {
            bail!(py, ValueError, "can't jump from the 'call' trace event of a new frame")
        }
        event::LINE
        | event::PY_YIELD
        | event::INSTRUCTION
        | event::JUMP
        | event::BRANCH_LEFT
        | event::BRANCH_RIGHT => {}
        _ => bail!(py, ValueError, "{FOR_LINES_ONLY}"),
    }
    let Some(mut wanted) = wanted.as_i64().and_then(|n| i32::try_from(n).ok()) else {
        bail!(py, ValueError, "lineno out of range");
    };
    let code = object.code();
    if wanted < code.co_firstlineno.get() {
        bail!(py, ValueError, "line {wanted} comes before the current code block");
    }
    let starts = line_starts(code);
    match starts.iter().map(|s| s.1).filter(|&l| l >= wanted).min() {
        Some(line) => wanted = line,
        None => bail!(py, ValueError, "line {wanted} comes after the current code block"),
    }
    let frame = object.frame();
    let stacks = stacks(code);
    // SAFETY: a frame object's frame is live.
    let lasti = unsafe { Frame::lasti(frame) }.max(0) as usize;
    let here = stacks.get(lasti).cloned().flatten();
    let mut best: Option<(usize, usize)> = None;
    let mut message = "cannot find bytecode for specified line";
    for &(at, _) in starts.iter().filter(|s| s.1 == wanted) {
        let there = stacks.get(at).cloned().flatten();
        match (&here, &there) {
            (Some(from), Some(to)) if compatible(from, to) => {
                if best.is_none_or(|b| to.len() > b.1) {
                    best = Some((at, to.len()));
                }
            }
            (None, _) => message = "can't jump from unreachable code",
            _ => message = explain(&there),
        }
    }
    let (Some((target, depth)), Some(from)) = (best, here) else {
        bail!(py, ValueError, "{message}");
    };
    // SAFETY: the frame is suspended in a callback, with an up-to-date stack pointer.
    unsafe {
        bind_unbound(py, frame, code)?;
        let mut from = from;
        if (*frame).owner == Owner::Generator
            && PyGen::of_frame(frame).gi_frame_state.get() < frame_state::EXECUTING
        {
            // The yielded value is off the stack already.
            from.pop();
        }
        cut(py, frame, from, depth);
        object.f_lineno.set(0);
        (*frame).instr_ptr = code.first_unit().add(target);
    }
    Ok(())
}

/// Binds unbound locals to None: the code at the target may rely on their being bound.
unsafe fn bind_unbound(py: Py<'_>, frame: *mut Frame, code: &PyCode) -> PyResult<()> {
    // SAFETY: slots below `nlocals` exist.
    unsafe {
        let locals = code.co_nlocals.get() as usize;
        let is_unbound = |i: &usize| (*Frame::local(frame, *i)).is_null();
        let unbound = (0..locals).filter(is_unbound).count();
        if unbound == 0 {
            return Ok(());
        }
        let s = if unbound == 1 { "" } else { "s" };
        let text = format!("assigning None to {unbound} unbound local{s}");
        py.warn(types::RuntimeWarning(), &text, 0)?;
        for i in (0..locals).filter(is_unbound) {
            *Frame::local(frame, i) = StackRef::borrowed(PyNone::get());
        }
    }
    Ok(())
}

/// Pops the stack down to `depth`; handled exceptions end with their entries.
unsafe fn cut(py: Py<'_>, frame: *mut Frame, mut from: Vec<Kind>, depth: usize) {
    // SAFETY: the stack is as deep as `from` says.
    unsafe {
        while from.len() > depth {
            let kind = from.pop();
            (*frame).stackpointer = (*frame).stackpointer.sub(1);
            let value = core::mem::replace(&mut *(*frame).stackpointer, StackRef::NULL);
            if kind == Some(Kind::Except) && !value.is_null() {
                let item = &*py.thread().exc_info.get();
                let handled = if value.is(PyNone::get()) { None } else { Some(value.into_ref()) };
                drop(item.exc_value.replace(handled));
            } else {
                value.close();
            }
        }
    }
}
