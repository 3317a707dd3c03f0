//! Events: calling the callbacks of the tools that watch them.

use krait_runtime::monitoring::{SYS_PROFILE, SYS_TRACE, event};
use krait_runtime::objects::PyInt;
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref, raise};

use super::{disable_marker, instrument, legacy, state};
use crate::frame::{CodeUnit, Frame};
use crate::objects::code::PyCode;

/// What a callback gets after the code object.
pub enum Arguments<'a> {
    /// The instruction's offset.
    None,
    /// The instruction's offset and a value.
    One(&'a PyObject),
    /// The instruction's offset and two values.
    Two(&'a PyObject, &'a PyObject),
    /// Offsets of a jump's ends.
    Jump(usize, usize),
    /// A line number.
    Line(i32),
}

/// The tools that watch event `number` of the instruction at index `at`.
fn tools_for(py: Py<'_>, code: &PyCode, at: usize, number: usize) -> u8 {
    let number = if number >= event::UNGROUPED { event::CALL } else { number };
    if number < event::LOCAL {
        code._co_monitoring.get().map_or(0, |m| m.tools(at, number))
    } else {
        state(py).watchers(number)
    }
}

/// Fires event `number` of the instruction at `instr`.
///
/// # Safety
/// `frame` is the running frame, `instr` points into its code; its stack pointer is up to date.
#[cold]
#[inline(never)]
pub unsafe fn fire(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    number: usize,
    arguments: Arguments<'_>,
) -> PyResult<()> {
    if py.thread().tracing.get() != 0 {
        return Ok(());
    }
    // SAFETY: by contract.
    let (code, at) = unsafe {
        let code = Frame::code(frame);
        (code.new_ref(), instr.offset_from(code.first_unit()) as usize)
    };
    let tools = tools_for(py, &code, at, number);
    if tools == 0 {
        return Ok(());
    }
    call_tools(py, &code, at, number, tools, arguments)
}

/// [`fire`] without arguments; scalars only, so that an instruction can end in a sibling call.
///
/// # Safety
/// As [`fire`].
#[inline(never)]
pub unsafe fn fire_plain(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    number: usize,
) -> PyResult<()> {
    // SAFETY: by contract.
    unsafe { fire(py, frame, instr, number, Arguments::None) }
}

/// [`fire`] with one argument.
///
/// # Safety
/// As [`fire`].
#[inline(never)]
pub unsafe fn fire_value(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    number: usize,
    value: &PyObject,
) -> PyResult<()> {
    // SAFETY: by contract.
    unsafe { fire(py, frame, instr, number, Arguments::One(value)) }
}

/// Fires `CALL`.
///
/// # Safety
/// As [`fire`].
#[inline(never)]
pub unsafe fn fire_call(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    callable: &PyObject,
    first: &PyObject,
) -> PyResult<()> {
    // SAFETY: by contract.
    unsafe { fire(py, frame, instr, event::CALL, Arguments::Two(callable, first)) }
}

/// Calls the callbacks of a set of tools.
pub(super) fn call_tools(
    py: Py<'_>,
    code: &PyCode,
    at: usize,
    number: usize,
    mut tools: u8,
    arguments: Arguments<'_>,
) -> PyResult<()> {
    let offset: Ref<PyObject> = match arguments {
        Arguments::Line(line) => PyInt::new(py, i64::from(line))?.upcast(),
        Arguments::Jump(from, _) => PyInt::new(py, from as i64 * 2)?.upcast(),
        _ => PyInt::new(py, at as i64 * 2)?.upcast(),
    };
    let target = match arguments {
        Arguments::Jump(_, to) => Some(PyInt::new(py, to as i64 * 2)?),
        _ => None,
    };
    let mut all: Vec<&PyObject> = vec![code, &offset];
    match &arguments {
        Arguments::One(a) => all.push(a),
        Arguments::Two(a, b) => all.extend([*a, *b]),
        _ => all.extend(target.iter().map(|t| -> &PyObject { t })),
    }
    while tools != 0 {
        let tool = 7 - tools.leading_zeros() as usize;
        tools &= !(1 << tool);
        if !call_one(py, tool, number, &all)? {
            continue;
        }
        if !(event::LOCAL..event::UNGROUPED).contains(&number) {
            let number = if number >= event::UNGROUPED { event::CALL } else { number };
            instrument::remove_tools(code, at, number, 1 << tool);
        } else {
            if let Some(callback) = state(py).callback(tool, number) {
                drop(callback.take());
            }
            let name = event::NAMES.get(number).copied().unwrap_or_default();
            return Err(raise!(py, ValueError, "Cannot disable {name} events. Callback removed."));
        }
    }
    Ok(())
}

/// Calls one tool's callback; true when it wants no more of this event here.
fn call_one(py: Py<'_>, tool: usize, number: usize, all: &[&PyObject]) -> PyResult<bool> {
    let ts = py.thread();
    let legacy_tool = tool == SYS_PROFILE || tool == SYS_TRACE;
    let callback = state(py).callback(tool, number).and_then(|c| c.get());
    if callback.is_none() && !legacy_tool {
        return Ok(false);
    }
    let old_event = ts.what_event.replace(number as i32);
    ts.tracing.set(ts.tracing.get() + 1);
    let result = match callback {
        Some(callback) if !legacy_tool => callback.call(py, all).map(|answer| answer.is(disable_marker(py))),
        _ => legacy::call(py, tool, number, all),
    };
    ts.tracing.set(ts.tracing.get() - 1);
    ts.what_event.set(old_event);
    result
}

/// Fires an event about the exception that is set, which stays set unless a callback raises another.
///
/// # Safety
/// As [`fire`]; an exception is set.
#[cold]
#[inline(never)]
pub unsafe fn fire_exception(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    number: usize,
) -> PyResult<()> {
    if py.thread().tracing.get() != 0 {
        return Ok(());
    }
    let Some(exc) = py.take_error() else { return Ok(()) };
    // SAFETY: by contract.
    let fired = unsafe { fire(py, frame, instr, number, Arguments::One(&exc)) };
    if fired.is_ok() {
        let _ = py.restore(exc);
    }
    fired
}

/// Fires `C_RETURN`, or `C_RAISE` when an exception is set, after a native call. A callback's exception wins.
///
/// # Safety
/// As [`fire`].
#[cold]
#[inline(never)]
pub unsafe fn fire_after_call(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    callable: &PyObject,
    first: &PyObject,
) -> PyResult<()> {
    let raised = py.take_error();
    let number = if raised.is_some() { event::C_RAISE } else { event::C_RETURN };
    // SAFETY: by contract.
    let fired = unsafe { fire(py, frame, instr, number, Arguments::Two(callable, first)) };
    match (fired, raised) {
        (Ok(()), Some(exc)) => Err(py.restore(exc)),
        (fired, _) => fired,
    }
}

/// Fires the line event of the instruction at `instr`, unless the instruction executed before stands on the same line. Gives the
/// opcode behind the probe.
///
/// # Safety
/// As [`fire`]; `previous` points to the instruction executed before.
#[inline(never)]
pub unsafe fn fire_line(
    py: Py<'_>,
    frame: *mut Frame,
    instr: *const CodeUnit,
    previous: *const CodeUnit,
) -> PyResult<u8> {
    // SAFETY: by contract.
    unsafe {
        let code = Frame::code(frame).new_ref();
        let at = instr.offset_from(code.first_unit()) as usize;
        let Some(monitoring) = code._co_monitoring.get() else {
            return Err(raise!(py, SystemError, "line probe without monitoring"));
        };
        if py.thread().tracing.get() != 0 {
            return Ok(monitoring.behind_line(at));
        }
        let line = monitoring.line(at);
        let before = previous.offset_from(code.first_unit());
        let same = code.addr2line(before * 2) == line;
        // A `RESUME` that is still watched hides no line that begins with it.
        let resumed = || {
            use krait_bytecode::Opcode::{INSTRUMENTED_RESUME, RESUME};
            let op = (*previous).op;
            op == RESUME as u8 || op == INSTRUMENTED_RESUME as u8
        };
        if !same || before < 0 || resumed() {
            let tools = monitoring.tools(at, event::LINE);
            if tools != 0 {
                call_tools(py, &code, at, event::LINE, tools, Arguments::Line(line))?;
            }
        }
        Ok(monitoring.behind_line(at))
    }
}

/// Fires the instruction event of the instruction at `instr`. Gives the opcode behind the probe.
///
/// # Safety
/// As [`fire`].
#[inline(never)]
pub unsafe fn fire_instruction(py: Py<'_>, frame: *mut Frame, instr: *const CodeUnit) -> PyResult<u8> {
    // SAFETY: by contract.
    unsafe {
        let code = Frame::code(frame).new_ref();
        let at = instr.offset_from(code.first_unit()) as usize;
        fire(py, frame, instr, event::INSTRUCTION, Arguments::None)?;
        match code._co_monitoring.get() {
            Some(monitoring) => Ok(monitoring.behind_instruction(at)),
            None => Err(raise!(py, SystemError, "instruction probe without monitoring")),
        }
    }
}
