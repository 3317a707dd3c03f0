//! What the runtime asks about running frames: globals, and the class and object of `super()` without arguments.

use krait_bytecode::LocalKind;
use krait_runtime::frame_hooks::{FrameHooks, register};
use krait_runtime::objects::cell::PyCell;
use krait_runtime::objects::{PyStr, PyType};
use krait_runtime::state::ThreadState;
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref, bail};

use crate::frame::Frame;
use crate::objects::frame::{current_frame, current_globals};

/// Registers the answers with the runtime; once at start-up.
pub fn install() {
    register(FrameHooks { globals: current_globals, super_arguments, each_line, thread_ended });
}

/// File name and line of each complete frame, innermost first.
pub fn each_line(py: Py<'_>, visit: &mut dyn FnMut(Option<&PyStr>, i32)) {
    let mut frame: *mut Frame = py.thread().current_frame.get().cast();
    // SAFETY: the thread's frames are live.
    unsafe {
        frame = Frame::first_complete(frame);
        while !frame.is_null() {
            let code = Frame::code(frame);
            visit(code.co_filename.borrow(), code.addr2line(Frame::lasti(frame) * 2));
            frame = Frame::first_complete((*frame).previous);
        }
    }
}

/// A thread has ended: its machine goes.
pub fn thread_ended(state: &ThreadState) {
    // SAFETY: the runtime calls this when the thread has run its last Python code.
    unsafe { crate::dispatch::discard_machine(state) };
}

fn super_arguments(py: Py<'_>) -> PyResult<(Ref<PyType>, Ref<PyObject>)> {
    let frame = current_frame(py);
    if frame.is_null() {
        bail!(py, RuntimeError, "super(): no current frame");
    }
    // SAFETY: the frame is live; slots below `nlocalsplus` exist.
    unsafe {
        let code = Frame::code(frame);
        if code.co_argcount.get() == 0 {
            bail!(py, RuntimeError, "super(): no arguments");
        }
        let first = *Frame::local(frame, 0);
        let is_cell = code.localspluskinds().first().is_some_and(|k| k & LocalKind::CELL != 0);
        let receiver = if first.is_null() {
            None
        } else if is_cell && let Some(cell) = first.get().downcast_exact::<PyCell>() {
            cell.get()
        } else {
            Some(first.get().to_ref())
        };
        let Some(receiver) = receiver else { bail!(py, RuntimeError, "super(): arg[0] deleted") };
        for (slot, &kind) in code.localspluskinds().iter().enumerate() {
            if kind & LocalKind::FREE == 0 || !code.local_name(slot).eq_str("__class__") {
                continue;
            }
            let content = *Frame::local(frame, slot);
            let cell = if content.is_null() { None } else { content.get().downcast_exact::<PyCell>() };
            let Some(cell) = cell else { bail!(py, RuntimeError, "super(): bad __class__ cell") };
            let Some(class) = cell.get() else { bail!(py, RuntimeError, "super(): empty __class__ cell") };
            return match class.downcast_into::<PyType>() {
                Ok(class) => Ok((class, receiver)),
                Err(other) => {
                    bail!(py, RuntimeError, "super(): __class__ is not a type ({})", other.ty().name())
                }
            };
        }
    }
    bail!(py, RuntimeError, "super(): __class__ cell not found")
}

/// True for the built-in `super` itself.
#[inline(always)]
pub(crate) fn is_super(object: &PyObject) -> bool {
    object.is(krait_runtime::objects::super_::PySuper::type_object())
}
