//! Frames and exceptions of running code: `_getframe`, `exc_info`, all threads' frames.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod frames {
    use krait_interp::objects::frame::{current_frame_object, frames_of_threads, module_of_frame};
    use krait_runtime::objects::exceptions::PyBaseException;
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[sig("($module, depth=0, /)")]
    fn _getframe(py: Py<'_>, #[default(0)] depth: i32) -> PyResult<Ref<PyObject>> {
        match current_frame_object(py, usize::try_from(depth).unwrap_or(0))? {
            Some(frame) => {
                py.audit("sys._getframe", &[&frame])?;
                Ok(frame.upcast())
            }
            None => Err(raise!(py, ValueError, "call stack is not deep enough")),
        }
    }

    #[pyfunction]
    #[sig("($module, /, depth=0)")]
    fn _getframemodulename(py: Py<'_>, #[default(0)] depth: i32) -> PyResult<Option<Ref<PyObject>>> {
        if py.has_audit_hooks() {
            py.audit("sys._getframemodulename", &[&*depth.into_py(py)?])?;
        }
        Ok(module_of_frame(py, usize::try_from(depth).unwrap_or(0)))
    }

    #[pyfunction]
    fn _current_frames(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        py.audit("sys._current_frames", &[])?;
        let frames = PyDict::new(py)?;
        for (thread, frame, _) in frames_of_threads(py)? {
            frames.set(py, &*thread.into_py(py)?, &frame)?;
        }
        Ok(frames)
    }

    #[pyfunction]
    fn _current_exceptions(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        py.audit("sys._current_exceptions", &[])?;
        let exceptions = PyDict::new(py)?;
        for (thread, _, exception) in frames_of_threads(py)? {
            exceptions.set(py, &*thread.into_py(py)?, &exception.unwrap_or_else(|| py.none()))?;
        }
        Ok(exceptions)
    }

    #[pyfunction]
    fn exception(py: Py<'_>) -> Option<Ref<PyObject>> {
        py.handled_exception()
    }

    #[pyfunction]
    fn exc_info(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let none = py.none();
        match py.handled_exception() {
            Some(exc) => {
                let traceback = exc.downcast::<PyBaseException>().and_then(PyBaseException::traceback);
                PyTuple::new(py, &[exc.ty(), &exc, traceback.as_deref().unwrap_or(&none)])
            }
            None => PyTuple::new(py, &[&none, &none, &none]),
        }
    }

    #[pyfunction]
    #[sig("($module, status=None, /)")]
    fn exit(py: Py<'_>, status: Option<&PyObject>) -> PyResult<()> {
        let class = krait_runtime::objects::exceptions::types::SystemExit();
        Err(py.raise_object(class, status.filter(|s| !s.is_none())))
    }
}
