//! `traceback`: one entry for each frame that an exception passed. Not here: printing (`display.rs`).

use core::cell::Cell;

use krait_runtime::objects::PyList;
use krait_runtime::objects::exceptions::PyBaseException;
use krait_runtime::prelude::*;

use crate::frame::Frame;
use crate::objects::frame::PyFrame;

/// `PyTracebackObject`.
#[pyclass(name = "traceback", gc)]
#[repr(C)]
#[allow(missing_docs)]
pub struct PyTraceback {
    pub ob_base: PyObject,
    pub tb_next: Member<PyTraceback>,
    #[pymember("tb_frame", readonly, audit_read)]
    pub tb_frame: Member<PyFrame>,
    #[pymember("tb_lasti", readonly)]
    pub tb_lasti: Cell<i32>,
    /// -1: not looked up yet.
    pub tb_lineno: Cell<i32>,
}

/// Puts an entry for `frame` in front of the traceback of the exception that is set (`PyTraceBack_Here`).
///
/// # Safety
/// `frame` is live, complete, and an exception is set.
pub unsafe fn add(py: Py<'_>, frame: *mut Frame) {
    let Some(exc) = py.take_error() else { return };
    // SAFETY: by contract.
    let made = unsafe {
        let lasti = Frame::lasti(frame) as i32 * 2;
        PyFrame::of(py, frame).and_then(|object| PyTraceback::new(py, None, object, lasti, -1))
    };
    match made {
        Ok(tb) => {
            if let Some(e) = exc.downcast::<PyBaseException>() {
                let next = e.take_traceback().and_then(|next| next.downcast_into::<PyTraceback>().ok());
                drop(tb.tb_next.replace(next));
                e.set_traceback(Some(tb.upcast()));
            }
        }
        // As CPython: the failure (out of memory) replaces nothing, the original goes on without this entry.
        Err(raised) => py.clear_error(raised),
    }
    let _ = py.restore(exc);
}

impl PyTraceback {
    /// An entry in front of `next`.
    pub fn new(
        py: Py<'_>,
        next: Option<Ref<PyTraceback>>,
        frame: Ref<PyFrame>,
        lasti: i32,
        lineno: i32,
    ) -> PyResult<Ref<PyTraceback>> {
        PyTraceback {
            ob_base: PyObject::HEADER,
            tb_next: Member::from_option(next),
            tb_frame: Member::new(frame),
            tb_lasti: Cell::new(lasti),
            tb_lineno: Cell::new(lineno),
        }
        .alloc_exact(py)
    }

    /// An entry for where `frame` stands now, the only one of its traceback.
    pub fn here(py: Py<'_>, frame: &PyFrame) -> PyResult<Ref<PyTraceback>> {
        // SAFETY: a frame object's frame is live.
        let lasti = unsafe { crate::frame::Frame::lasti(frame.frame()) } * 2;
        PyTraceback::new(py, None, frame.new_ref(), lasti as i32, -1)
    }

    /// The line; -1 when the instruction has none.
    pub fn line(&self) -> i32 {
        if self.tb_lineno.get() != -1 {
            return self.tb_lineno.get();
        }
        match self.tb_frame.get() {
            Some(frame) => frame.code().addr2line(self.tb_lasti.get() as isize),
            None => -1,
        }
    }
}

#[pymethods]
impl PyTraceback {
    #[new]
    #[sig("(tb_next, tb_frame, tb_lasti, tb_lineno)")]
    fn tb_new(
        py: Py<'_>,
        _cls: &PyType,
        tb_next: &PyObject,
        tb_frame: &PyFrame,
        tb_lasti: i32,
        tb_lineno: i32,
    ) -> PyResult<Ref<PyObject>> {
        let next = match tb_next.downcast::<PyTraceback>() {
            Some(tb) => Some(tb.new_ref()),
            None if tb_next.is_none() => None,
            None => bail!(py, TypeError, "expected traceback object or None, got '{}'", tb_next.ty().name()),
        };
        PyTraceback::new(py, next, tb_frame.new_ref(), tb_lasti, tb_lineno).map(Ref::upcast)
    }

    #[pymethod]
    fn __dir__(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"];
        let names = names.iter().map(|n| PyStr::new(py, n).map(Ref::upcast)).collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, names)
    }

    #[getter(name = "tb_next")]
    fn get_next(&self, _py: Py<'_>) -> Option<Ref<PyTraceback>> {
        self.tb_next.get()
    }

    #[setter(name = "tb_next")]
    fn set_next(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let next = match value {
            None => bail!(py, TypeError, "can't delete tb_next attribute"),
            Some(v) if v.is_none() => None,
            Some(v) => match v.downcast::<PyTraceback>() {
                Some(tb) => Some(tb.new_ref()),
                None => bail!(py, TypeError, "expected traceback object, got '{}'", v.ty().name()),
            },
        };
        let mut link = next.clone();
        while let Some(tb) = link {
            if tb.is(self) {
                bail!(py, ValueError, "traceback loop detected");
            }
            link = tb.tb_next.get();
        }
        drop(self.tb_next.replace(next));
        Ok(())
    }

    #[getter(name = "tb_lineno")]
    fn get_lineno(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.line() {
            -1 => Ok(py.none()),
            n => n.into_py(py),
        }
    }
}
