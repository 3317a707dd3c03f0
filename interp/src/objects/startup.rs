//! Start-up of this crate's types, and the answers that crate `runtime` wants about running frames.

use krait_runtime::frame_hooks::{self, FrameHooks};
use krait_runtime::hooks::HOOKS;
use krait_runtime::objects::{PyCell, PyType};
use krait_runtime::prelude::*;

use crate::frame::Frame;
use crate::objects::async_generator::{ASend, AThrow, AnextAwaitable, WrappedValue};
use crate::objects::code_positions::{BranchesIterator, LineIterator, PositionsIterator};
use crate::objects::coroutine::CoroutineWrapper;
use crate::objects::frame::{current_frame, current_globals};
use crate::objects::frame_locals::FrameLocalsProxy;
use crate::objects::{PyAsyncGen, PyCode, PyCoroutine, PyFrame, PyFunction, PyGen, PyTraceback};

/// Readies the types of running code. Called once, after the runtime's own.
pub fn init(py: Py<'_>) -> PyResult<()> {
    frame_hooks::register(FrameHooks {
        globals: current_globals,
        builtins: crate::frame_hooks::current_builtins,
        super_arguments,
        each_line: crate::frame_hooks::each_line,
        thread_ended: crate::frame_hooks::thread_ended,
    });
    HOOKS.report_unraisable.set(Some(crate::display::report_uncatchable));
    PyType::ready::<PyCode>(py)?;
    PyType::ready::<LineIterator>(py)?;
    PyType::ready::<PositionsIterator>(py)?;
    PyType::ready::<BranchesIterator>(py)?;
    PyType::ready::<PyFunction>(py)?;
    PyType::ready::<PyFrame>(py)?;
    PyType::ready::<FrameLocalsProxy>(py)?;
    PyType::ready::<PyTraceback>(py)?;
    PyType::ready::<PyGen>(py)?;
    PyType::ready::<PyCoroutine>(py)?;
    PyType::ready::<CoroutineWrapper>(py)?;
    PyType::ready::<PyAsyncGen>(py)?;
    PyType::ready::<ASend>(py)?;
    PyType::ready::<AThrow>(py)?;
    PyType::ready::<WrappedValue>(py)?;
    PyType::ready::<AnextAwaitable>(py)?;
    Ok(())
}

/// Class and first argument of the running method, for `super()`.
fn super_arguments(py: Py<'_>) -> PyResult<(Ref<PyType>, Ref<PyObject>)> {
    let frame = current_frame(py);
    if frame.is_null() {
        bail!(py, RuntimeError, "super(): no current frame");
    }
    // SAFETY: the running frame is live; slots below `co_nlocalsplus` may be read.
    unsafe {
        let code = Frame::code(frame);
        if code.co_argcount.get() == 0 {
            bail!(py, RuntimeError, "super(): no arguments");
        }
        let first = *Frame::local(frame, 0);
        let mut object = if first.is_null() { None } else { Some(first.get().to_ref()) };
        let is_cell =
            code.localspluskinds().first().is_some_and(|k| k & krait_bytecode::LocalKind::CELL != 0);
        if is_cell && let Some(cell) = object.as_ref().and_then(|o| o.downcast_exact::<PyCell>()) {
            // The first argument is shared with an inner function.
            object = cell.get();
        }
        let Some(object) = object else { bail!(py, RuntimeError, "super(): arg[0] deleted") };
        let names = code.localsplusnames().as_slice().iter().zip(code.localspluskinds()).enumerate();
        for (i, (name, kind)) in names {
            let free = kind & krait_bytecode::LocalKind::FREE != 0;
            if !free || !name.downcast::<PyStr>().is_some_and(|n| n.eq_str("__class__")) {
                continue;
            }
            let slot = *Frame::local(frame, i);
            let cell = if slot.is_null() { None } else { slot.get().downcast_exact::<PyCell>() };
            let Some(cell) = cell else { bail!(py, RuntimeError, "super(): bad __class__ cell") };
            return match cell.get().map(Ref::downcast_into::<PyType>) {
                Some(Ok(class)) => Ok((class, object)),
                Some(Err(other)) => {
                    Err(raise!(py, RuntimeError, "super(): __class__ is not a type ({})", other.ty().name()))
                }
                None => Err(raise!(py, RuntimeError, "super(): empty __class__ cell")),
            };
        }
        bail!(py, RuntimeError, "super(): __class__ cell not found")
    }
}
