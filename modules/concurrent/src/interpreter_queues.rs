//! Module `_interpqueues`, for a process that has one interpreter: there are no queues between interpreters, and none can be made.

use krait_macros::pymodule;
use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

/// `QueueError`.
static QUEUE_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let doc = "Indicates that a queue-related error happened.";
    new_exception_class(py, "concurrent.interpreters.QueueError", Some(doc), &[types::RuntimeError()])
});
/// `QueueNotFoundError`.
static NOT_FOUND_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let base = QUEUE_ERROR.get(py)?;
    new_exception_class(py, "concurrent.interpreters.QueueNotFoundError", None, &[&base])
});

/// No number names a queue.
fn not_found(py: Py<'_>, qid: i64) -> Raised {
    NOT_FOUND_ERROR.raise(py, format_args!("queue {qid} not found"))
}

/// The module.
#[pymodule(name = "_interpqueues")]
pub mod interpqueues {
    use super::*;

    #[pyfunction]
    #[sig("(maxsize, unboundop=-1, fallback=-1)")]
    fn create(py: Py<'_>, maxsize: i64, unboundop: Option<i32>, fallback: Option<i32>) -> PyResult<()> {
        let _ = (maxsize, unboundop, fallback);
        Err(QUEUE_ERROR.raise(py, format_args!("queues between interpreters are not supported")))
    }

    #[pyfunction]
    fn list_all(py: Py<'_>) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, Vec::new())
    }

    #[pyfunction]
    #[sig("(qid)")]
    fn bind(py: Py<'_>, qid: i64) -> PyResult<()> {
        Err(not_found(py, qid))
    }

    #[pyfunction]
    #[sig("(qid)")]
    fn release(py: Py<'_>, qid: i64) -> PyResult<()> {
        Err(not_found(py, qid))
    }

    #[pyfunction]
    #[sig("(qid)")]
    fn destroy(py: Py<'_>, qid: i64) -> PyResult<()> {
        Err(not_found(py, qid))
    }

    /// Takes the classes of `concurrent.interpreters` that queues would be made of and raise.
    #[pyfunction]
    #[sig("(queuetype, emptyerror, fullerror)")]
    fn _register_heap_types(queuetype: &PyObject, emptyerror: &PyObject, fullerror: &PyObject) {
        let _ = (queuetype, emptyerror, fullerror);
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "QueueError", &*QUEUE_ERROR.get(py)?)?;
        module.add(py, "QueueNotFoundError", &*NOT_FOUND_ERROR.get(py)?)
    }
}
