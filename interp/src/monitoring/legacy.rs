//! `sys.settrace` and `sys.setprofile`, as two tools of their own: events become calls of the thread's trace or profile function.

use krait_runtime::monitoring::{SYS_PROFILE, SYS_TRACE, event};
use krait_runtime::objects::builtin_function::PyCFunction;
use krait_runtime::objects::exceptions::PyBaseException;
use krait_runtime::objects::method_descriptor::PyMethodDescr;
use krait_runtime::objects::{PyInt, PyStr, PyTuple};
use krait_runtime::state::ThreadState;
use krait_runtime::{Py, PyObject, PyResult, Ref, id};

use super::{missing_marker, set_events, set_opcode_trace, state};
use crate::objects::code::PyCode;
use crate::objects::frame::{PyFrame, current_frame_object};

const TRACE_EVENTS: u32 = 1 << event::PY_START
    | 1 << event::PY_RESUME
    | 1 << event::PY_RETURN
    | 1 << event::PY_YIELD
    | 1 << event::RAISE
    | 1 << event::LINE
    | 1 << event::JUMP
    | 1 << event::PY_UNWIND
    | 1 << event::PY_THROW
    | 1 << event::STOP_ITERATION;

const PROFILE_EVENTS: u32 = 1 << event::PY_START
    | 1 << event::PY_RESUME
    | 1 << event::PY_RETURN
    | 1 << event::PY_YIELD
    | 1 << event::CALL
    | 1 << event::PY_UNWIND
    | 1 << event::PY_THROW;

/// Gives a thread its trace function, or takes it.
pub fn set_trace(py: Py<'_>, ts: &ThreadState, function: Option<&PyObject>) -> PyResult<()> {
    py.audit("sys.settrace", &[])?;
    let counter = &state(py).tracing_threads;
    let old = ts.trace_object.replace(function.map(PyObject::to_ref));
    counter.set(counter.get() + usize::from(function.is_some()) - usize::from(old.is_some()));
    drop(old);
    let events = if counter.get() != 0 { TRACE_EVENTS } else { 0 };
    if function.is_some()
        && let Some(frame) = current_frame_object_if_made(py)
        && frame.f_trace_opcodes.get() != 0
    {
        set_opcode_trace(py, frame.code(), true)?;
    }
    set_events(py, SYS_TRACE, events)
}

fn current_frame_object_if_made(py: Py<'_>) -> Option<Ref<PyFrame>> {
    let frame = crate::objects::frame::current_frame(py);
    // SAFETY: the running frame is live; it owns its object.
    unsafe {
        let object = frame.as_ref()?.frame_obj;
        if object.is_null() { None } else { Some(Ref::from_borrowed(object)) }
    }
}

/// Gives a thread its profile function, or takes it.
pub fn set_profile(py: Py<'_>, ts: &ThreadState, function: Option<&PyObject>) -> PyResult<()> {
    py.audit("sys.setprofile", &[])?;
    let counter = &state(py).profiling_threads;
    let old = ts.profile_object.replace(function.map(PyObject::to_ref));
    counter.set(counter.get() + usize::from(function.is_some()) - usize::from(old.is_some()));
    drop(old);
    set_events(py, SYS_PROFILE, if counter.get() != 0 { PROFILE_EVENTS } else { 0 })
}

/// As [`set_trace`] and [`set_profile`] (by `trace`) for every thread.
pub fn set_for_all_threads(py: Py<'_>, trace: bool, function: Option<&PyObject>) -> PyResult<()> {
    let mut thread = py.interp().threads_head.get();
    // SAFETY: the list holds live states.
    while let Some(ts) = unsafe { thread.as_ref() } {
        thread = ts.next.get();
        if trace {
            set_trace(py, ts, function)?;
        } else {
            set_profile(py, ts, function)?;
        }
    }
    Ok(())
}

/// `sys.call_tracing`: calls with tracing on, although a trace function is running.
pub fn call_tracing(py: Py<'_>, function: &PyObject, args: &PyTuple) -> PyResult<Ref<PyObject>> {
    let ts = py.thread();
    let saved = ts.tracing.replace(0);
    let result = function.call_dict(py, args, None);
    ts.tracing.set(saved);
    result
}

/// An event for `sys.settrace` or `sys.setprofile`; true when it is not wanted here again. `all` is what callbacks get.
pub(super) fn call(py: Py<'_>, tool: usize, number: usize, all: &[&PyObject]) -> PyResult<bool> {
    if tool == SYS_TRACE { traced(py, number, all) } else { profiled(py, number, all) }
}

fn running_frame(py: Py<'_>) -> PyResult<Option<Ref<PyFrame>>> {
    current_frame_object(py, 0)
}

fn traced(py: Py<'_>, number: usize, all: &[&PyObject]) -> PyResult<bool> {
    if !py.thread().trace_object.is_some() {
        return Ok(false);
    }
    let none = py.none();
    let third = || all.get(2).copied().unwrap_or(&none);
    match number {
        event::PY_START | event::PY_RESUME | event::PY_THROW => trace(py, id!(py, "call"), &none, true)?,
        event::PY_RETURN | event::PY_YIELD => trace(py, id!(py, "return"), third(), false)?,
        event::PY_UNWIND => trace(py, id!(py, "return"), &none, false)?,
        event::RAISE | event::STOP_ITERATION => {
            let exc = third();
            let tb = exc.downcast::<PyBaseException>().and_then(PyBaseException::traceback);
            let class: &PyObject = exc.ty();
            let triple = PyTuple::new(py, &[class, exc, tb.as_deref().unwrap_or(&none)])?;
            trace(py, id!(py, "exception"), &triple, false)?;
        }
        event::LINE => {
            let line = all.get(1).and_then(|l| l.downcast::<PyInt>()).and_then(PyInt::as_i64);
            trace_line(py, line.unwrap_or(-1) as i32)?;
        }
        event::JUMP => return jumped(py, all),
        event::INSTRUCTION => {
            let Some(frame) = running_frame(py)? else { return Ok(false) };
            if frame.f_trace_opcodes.get() != 0 {
                trace(py, id!(py, "opcode"), &none, false)?;
            }
        }
        _ => {}
    }
    Ok(false)
}

/// A jump back to the start of the same line is a line event: no line probe sees it.
fn jumped(py: Py<'_>, all: &[&PyObject]) -> PyResult<bool> {
    let number =
        |i: usize| all.get(i).and_then(|n| n.downcast::<PyInt>()).and_then(PyInt::as_i64).unwrap_or(0);
    let (from, to) = (number(1), number(2));
    if to >= from {
        return Ok(true);
    }
    let Some(frame) = running_frame(py)? else { return Ok(false) };
    if frame.f_trace_lines.get() == 0 {
        return Ok(false);
    }
    let Some(code) = all.first().and_then(|c| c.downcast::<PyCode>()) else { return Ok(false) };
    let line = code.addr2line(to as isize);
    if line != frame.line() {
        // The line probe there will see it.
        return Ok(true);
    }
    trace_line(py, line)?;
    Ok(false)
}

fn trace_line(py: Py<'_>, line: i32) -> PyResult<()> {
    let Some(frame) = running_frame(py)? else { return Ok(()) };
    if frame.f_trace_lines.get() == 0 || line < 0 {
        return Ok(());
    }
    frame.f_lineno.set(line);
    let result = trace(py, id!(py, "line"), &py.none(), false);
    frame.f_lineno.set(0);
    result
}

/// Calls the trace function: the thread's for calls, else the frame's.
fn trace(py: Py<'_>, what: &PyStr, arg: &PyObject, starts: bool) -> PyResult<()> {
    let Some(frame) = running_frame(py)? else { return Ok(()) };
    let function = if starts { py.thread().trace_object.get() } else { frame.f_trace.get() };
    let Some(function) = function else { return Ok(()) };
    match function.call(py, &[&frame, what, arg]) {
        Ok(answer) => {
            if !answer.is_none() {
                drop(frame.f_trace.replace(Some(answer)));
            }
            Ok(())
        }
        Err(raised) => {
            let exc = py.fetch(raised);
            let stopped = set_trace(py, py.thread(), None);
            drop(frame.f_trace.take());
            if let Err(raised) = stopped {
                py.clear_error(raised);
            }
            Err(py.restore(exc))
        }
    }
}

fn profiled(py: Py<'_>, number: usize, all: &[&PyObject]) -> PyResult<bool> {
    let none = py.none();
    let third = || all.get(2).copied().unwrap_or(&none);
    match number {
        event::PY_START | event::PY_RESUME | event::PY_THROW => profile(py, id!(py, "call"), &none)?,
        event::PY_RETURN | event::PY_YIELD => profile(py, id!(py, "return"), third())?,
        event::PY_UNWIND => profile(py, id!(py, "return"), &none)?,
        event::CALL | event::C_RETURN | event::C_RAISE => {
            let what = match number {
                event::CALL => id!(py, "c_call"),
                event::C_RETURN => id!(py, "c_return"),
                _ => id!(py, "c_exception"),
            };
            let callable = third();
            if callable.downcast::<PyCFunction>().is_some() {
                profile(py, what, callable)?;
            } else if let Some(method) = callable.downcast_exact::<PyMethodDescr>()
                && let Some(first) = all.get(3)
                && !first.is(missing_marker(py))
                && let Some(get) = method.ty().tp_descr_get.get()
            {
                // SAFETY: slot call on live objects.
                let bound = unsafe {
                    krait_runtime::error::owned_or_raised(
                        py,
                        get(method.as_ptr(), first.as_ptr(), first.ty().as_ptr()),
                    )?
                };
                profile(py, what, &bound)?;
            }
        }
        _ => {}
    }
    Ok(false)
}

fn profile(py: Py<'_>, what: &PyStr, arg: &PyObject) -> PyResult<()> {
    let Some(function) = py.thread().profile_object.get() else { return Ok(()) };
    let Some(frame) = running_frame(py)? else { return Ok(()) };
    match function.call(py, &[&frame, what, arg]) {
        Ok(_) => Ok(()),
        Err(raised) => {
            let exc = py.fetch(raised);
            if let Err(raised) = set_profile(py, py.thread(), None) {
                py.clear_error(raised);
            }
            Err(py.restore(exc))
        }
    }
}
