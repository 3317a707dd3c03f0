//! `traceback`: one entry for each frame that an exception passed. Not here: printing (`display.rs`).

use core::cell::Cell;

use krait_runtime::prelude::*;

use crate::objects::frame::PyFrame;

/// `PyTracebackObject`.
#[pyclass(name = "traceback", gc)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyTraceback {
    pub ob_base: PyObject,
    pub tb_next: Member<PyTraceback>,
    #[pymember("tb_frame", readonly)]
    pub tb_frame: Member<PyFrame>,
    #[pymember("tb_lasti", readonly)]
    pub tb_lasti: Cell<i32>,
    /// -1: not looked up yet.
    pub tb_lineno: Cell<i32>,
}
