//! `sys.settrace`, `sys.setprofile` and kin. What they do is the evaluation loop's (`krait_interp::monitoring::legacy`).

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod tracing {
    use krait_interp::monitoring::legacy;
    use krait_runtime::prelude::*;

    fn wanted(function: &PyObject) -> Option<&PyObject> {
        Some(function).filter(|f| !f.is_none())
    }

    #[pyfunction]
    #[sig("($module, function, /)")]
    fn settrace(py: Py<'_>, function: &PyObject) -> PyResult<()> {
        legacy::set_trace(py, py.thread(), wanted(function))
    }

    #[pyfunction]
    #[sig("($module, function, /)")]
    fn setprofile(py: Py<'_>, function: &PyObject) -> PyResult<()> {
        legacy::set_profile(py, py.thread(), wanted(function))
    }

    #[pyfunction]
    #[sig("($module, arg, /)")]
    fn _settraceallthreads(py: Py<'_>, function: &PyObject) -> PyResult<()> {
        legacy::set_for_all_threads(py, true, wanted(function))
    }

    #[pyfunction]
    #[sig("($module, arg, /)")]
    fn _setprofileallthreads(py: Py<'_>, function: &PyObject) -> PyResult<()> {
        legacy::set_for_all_threads(py, false, wanted(function))
    }

    #[pyfunction]
    fn gettrace(py: Py<'_>) -> Option<Ref<PyObject>> {
        py.thread().trace_object.get()
    }

    #[pyfunction]
    fn getprofile(py: Py<'_>) -> Option<Ref<PyObject>> {
        py.thread().profile_object.get()
    }

    #[pyfunction]
    #[sig("($module, func, args, /)")]
    fn call_tracing(py: Py<'_>, function: &PyObject, args: &PyTuple) -> PyResult<Ref<PyObject>> {
        legacy::call_tracing(py, function, args)
    }
}
