//! `frame`: the Python object that stands for an interpreter frame; made only when someone asks. Not here: the frame itself
//! (`crate::frame`), `FrameLocalsProxy` (`frame_locals.rs`).

use core::cell::Cell;
use core::mem::MaybeUninit;

use krait_runtime::prelude::*;

use crate::frame::Frame;

/// `PyFrameObject` of 3.14. When the call ends, the interpreter frame moves into `_f_frame_data`.
#[pyclass(name = "frame", gc, manual, disallow_instantiation, itemtype = *mut PyObject)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyFrame {
    pub ob_base: PyObject,
    /// The caller's frame object, once this frame left the frame stack.
    pub f_back: Member<PyFrame>,
    pub f_frame: Cell<*mut Frame>,
    pub f_trace: Member<PyObject>,
    /// Set while a trace function jumps; else 0.
    pub f_lineno: Cell<i32>,
    #[pymember("f_trace_lines", bool)]
    pub f_trace_lines: Cell<u8>,
    pub f_trace_opcodes: Cell<u8>,
    /// Names stored through `f_locals` that are no slots (PEP 667).
    pub f_extra_locals: Member<PyDict>,
    pub f_locals_cache: Member<PyObject>,
    pub f_overwritten_fast_locals: Member<PyObject>,
    /// The interpreter frame when this object owns it; its slots follow.
    pub _f_frame_data: MaybeUninit<Frame>,
}
