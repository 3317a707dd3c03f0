//! Module `_remote_debugging`: the records that describe another process's threads and tasks. Reading those is not supported:
//! it takes tables of the interpreter's layout that a process of ours does not carry, and asking for it says so.

use krait_macros::{pyclass, pymethods, pymodule};
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

static AWAITED_INFO: StructSeq = StructSeq::new(
    "_remote_debugging.AwaitedInfo",
    "Information about what a thread is awaiting",
    &[("thread_id", "Thread ID"), ("awaited_by", "List of tasks awaited by this thread")],
    2,
);
static CORO_INFO: StructSeq = StructSeq::new(
    "_remote_debugging.CoroInfo",
    "Information about a coroutine",
    &[("call_stack", "Coroutine call stack"), ("task_name", "Task name")],
    2,
);
static FRAME_INFO: StructSeq = StructSeq::new(
    "_remote_debugging.FrameInfo",
    "Information about a frame",
    &[("filename", "Source code filename"), ("lineno", "Line number"), ("funcname", "Function name")],
    3,
);
static TASK_INFO: StructSeq = StructSeq::new(
    "_remote_debugging.TaskInfo",
    "Information about an asyncio task",
    &[
        ("task_id", "Task ID (memory address)"),
        ("task_name", "Task name"),
        ("coroutine_stack", "Coroutine call stack"),
        ("awaited_by", "Tasks awaiting this task"),
    ],
    4,
);
static THREAD_INFO: StructSeq = StructSeq::new(
    "_remote_debugging.ThreadInfo",
    "Information about a thread",
    &[("thread_id", "Thread ID"), ("frame_info", "Frame information")],
    2,
);

/// `RemoteUnwinder`: cannot be made.
#[pyclass(module = "_remote_debugging", name = "RemoteUnwinder", heap)]
#[repr(C)]
pub struct RemoteUnwinder {
    base: PyObject,
}

#[pymethods]
impl RemoteUnwinder {
    #[new]
    #[sig("(pid, *, all_threads=False, only_active_thread=False, debug=False)")]
    fn new(
        py: Py<'_>,
        _cls: &PyType,
        pid: i32,
        all_threads: Option<bool>,
        only_active_thread: Option<bool>,
        debug: Option<bool>,
    ) -> PyResult<Ref<PyObject>> {
        let _ = (all_threads, only_active_thread, debug);
        bail!(py, RuntimeError, "Failed to find the PyRuntime section in process {pid} on Linux platform")
    }
}

/// The module.
#[pymodule(name = "_remote_debugging", types = [super::RemoteUnwinder])]
pub mod remote_debugging {
    use super::{AWAITED_INFO, CORO_INFO, FRAME_INFO, TASK_INFO, THREAD_INFO};
    use krait_runtime::prelude::*;

    #[pyattr]
    const PROCESS_VM_READV_SUPPORTED: i32 = 1;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "AwaitedInfo", AWAITED_INFO.ty(py)?)?;
        module.add(py, "CoroInfo", CORO_INFO.ty(py)?)?;
        module.add(py, "FrameInfo", FRAME_INFO.ty(py)?)?;
        module.add(py, "TaskInfo", TASK_INFO.ty(py)?)?;
        module.add(py, "ThreadInfo", THREAD_INFO.ty(py)?)
    }
}
