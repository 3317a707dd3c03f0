//! Module `_interpreters`, for a process that has one interpreter: it tells about the main one and refuses to make others, so that
//! `concurrent.interpreters` and `concurrent.futures` can be imported whole.

use krait_macros::pymodule;
use krait_runtime::local::{InterpreterLocal, new_exception_class, new_slim_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::memoryview::PyMemoryView;
use krait_runtime::prelude::*;

/// `InterpreterError`.
static INTERPRETER_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let doc = "A cross-interpreter operation failed";
    new_slim_exception_class(py, "concurrent.interpreters.InterpreterError", Some(doc), &[types::Exception()])
});
/// `InterpreterNotFoundError`.
static NOT_FOUND_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    let base = INTERPRETER_ERROR.get(py)?;
    let doc = "An interpreter was not found";
    new_slim_exception_class(py, "concurrent.interpreters.InterpreterNotFoundError", Some(doc), &[&base])
});
/// `NotShareableError`.
static NOT_SHAREABLE_ERROR: InterpreterLocal = InterpreterLocal::new(|py| {
    new_exception_class(py, "concurrent.interpreters.NotShareableError", None, &[types::TypeError()])
});

/// The main interpreter, the only one.
const MAIN: i64 = 0;
/// Where the main one comes from.
const WHENCE_RUNTIME: i32 = 1;

fn main_entry(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
    PyTuple::new(py, &[&*MAIN.into_py(py)?, &*WHENCE_RUNTIME.into_py(py)?])
}

/// An error unless `id` names the one interpreter.
fn check_id(py: Py<'_>, id: &PyObject) -> PyResult<()> {
    let Some(number) = id.downcast::<PyInt>() else {
        bail!(py, TypeError, "interpreter ID must be an int, got {}", id.ty().short_name());
    };
    match number.as_i64() {
        None => bail!(py, OverflowError, "int too big to convert"),
        Some(n) if n < 0 => bail!(py, ValueError, "interpreter ID must be a non-negative int, got {n}"),
        Some(MAIN) => Ok(()),
        Some(n) => Err(NOT_FOUND_ERROR.raise(py, format_args!("unrecognized interpreter ID {n}"))),
    }
}

/// What every attempt to run something in an interpreter from outside comes to.
fn is_running_already(py: Py<'_>, id: &PyObject) -> PyResult<()> {
    check_id(py, id)?;
    Err(INTERPRETER_ERROR.raise(py, format_args!("interpreter already running")))
}

/// The module.
#[pymodule(name = "_interpreters")]
pub mod interpreters {
    use super::*;

    #[pyattr]
    const WHENCE_UNKNOWN: i32 = 0;
    #[pyattr(name = "WHENCE_RUNTIME")]
    const RUNTIME: i32 = WHENCE_RUNTIME;
    #[pyattr]
    const WHENCE_LEGACY_CAPI: i32 = 2;
    #[pyattr]
    const WHENCE_CAPI: i32 = 3;
    #[pyattr]
    const WHENCE_XI: i32 = 4;
    #[pyattr]
    const WHENCE_STDLIB: i32 = 5;

    #[pyfunction]
    #[sig("(config='isolated', *, reqrefs=False)")]
    fn create(py: Py<'_>, config: Option<&PyObject>, reqrefs: Option<bool>) -> PyResult<()> {
        let _ = (config, reqrefs);
        Err(INTERPRETER_ERROR
            .raise(py, format_args!("more than one interpreter in a process is not supported")))
    }

    #[pyfunction]
    #[sig("(id, *, restrict=False)")]
    fn destroy(py: Py<'_>, id: &PyObject, restrict: Option<bool>) -> PyResult<()> {
        let _ = restrict;
        check_id(py, id)?;
        Err(INTERPRETER_ERROR.raise(py, format_args!("cannot destroy the current interpreter")))
    }

    #[pyfunction]
    #[sig("(*, require_ready=False)")]
    fn list_all(py: Py<'_>, require_ready: Option<bool>) -> PyResult<Ref<PyList>> {
        let _ = require_ready;
        PyList::from_vec(py, vec![main_entry(py)?.upcast()])
    }

    #[pyfunction]
    fn get_current(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        main_entry(py)
    }

    #[pyfunction]
    fn get_main(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        main_entry(py)
    }

    #[pyfunction]
    #[sig("(id, *, restrict=False)")]
    fn is_running(py: Py<'_>, id: &PyObject, restrict: Option<bool>) -> PyResult<bool> {
        let _ = restrict;
        check_id(py, id).map(|()| true)
    }

    #[pyfunction]
    #[sig("(id)")]
    fn whence(py: Py<'_>, id: &PyObject) -> PyResult<i32> {
        check_id(py, id).map(|()| WHENCE_RUNTIME)
    }

    #[pyfunction]
    #[sig("(id, *, implieslink=False, restrict=False)")]
    fn incref(py: Py<'_>, id: &PyObject, implieslink: Option<bool>, restrict: Option<bool>) -> PyResult<()> {
        let _ = (implieslink, restrict);
        check_id(py, id)
    }

    #[pyfunction]
    #[sig("(id, *, restrict=False)")]
    fn decref(py: Py<'_>, id: &PyObject, restrict: Option<bool>) -> PyResult<()> {
        let _ = restrict;
        check_id(py, id)
    }

    #[pyfunction]
    #[sig("(id, code, shared=None, *, restrict=False)")]
    fn exec(
        py: Py<'_>,
        id: &PyObject,
        code: &PyObject,
        shared: Option<&PyObject>,
        restrict: Option<bool>,
    ) -> PyResult<()> {
        let _ = (code, shared, restrict);
        is_running_already(py, id)
    }

    #[pyfunction]
    #[sig("(id, callable, args=None, kwargs=None, *, restrict=False)")]
    fn call(
        py: Py<'_>,
        id: &PyObject,
        callable: &PyObject,
        args: Option<&PyObject>,
        kwargs: Option<&PyObject>,
        restrict: Option<bool>,
    ) -> PyResult<()> {
        let _ = (callable, args, kwargs, restrict);
        is_running_already(py, id)
    }

    #[pyfunction]
    #[sig("(obj)")]
    fn is_shareable(obj: &PyObject) -> bool {
        obj.is_none()
            || obj.downcast_exact::<PyBool>().is_some()
            || obj.downcast_exact::<PyInt>().is_some()
            || obj.downcast_exact::<PyFloat>().is_some()
            || obj.downcast_exact::<PyStr>().is_some()
            || obj.downcast_exact::<PyBytes>().is_some()
            || obj.downcast_exact::<PyTuple>().is_some()
            || obj.downcast_exact::<PyMemoryView>().is_some()
    }

    #[pyexec]
    fn exec_module(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "InterpreterError", &*INTERPRETER_ERROR.get(py)?)?;
        module.add(py, "InterpreterNotFoundError", &*NOT_FOUND_ERROR.get(py)?)?;
        module.add(py, "NotShareableError", &*NOT_SHAREABLE_ERROR.get(py)?)
    }
}
