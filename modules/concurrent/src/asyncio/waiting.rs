//! What `await future` iterates: yields the future once, then returns its result.

use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::prelude::*;
use krait_runtime::protocol::iter::Sent;

use super::future::Future;

/// `_asyncio.FutureIter`.
#[pyclass(module = "_asyncio", name = "FutureIter", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct FutureIter {
    base: PyObject,
    /// None once it is over.
    future: Member<Future>,
}

impl FutureIter {
    pub(super) fn over(py: Py<'_>, future: &Future) -> PyResult<Ref<PyObject>> {
        FutureIter { base: PyObject::HEADER, future: Member::new(future.new_ref()) }
            .alloc_exact(py)
            .map(Ref::upcast)
    }

    fn step(&self, py: Py<'_>) -> PyResult<Sent> {
        let Some(future) = self.future.get() else { return Ok(Sent::Returned(py.none())) };
        if future.is_pending() {
            if future.blocking.replace(true) {
                bail!(py, RuntimeError, "await wasn't used with future");
            }
            return Ok(Sent::Yielded(future.upcast()));
        }
        drop(self.future.take());
        future.outcome_raised(py).map(Sent::Returned)
    }

    fn next_or_stop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.step(py)? {
            Sent::Yielded(value) => Ok(value),
            Sent::Returned(value) => Err(krait_interp::objects::generator::stop_iteration(py, value)),
        }
    }
}

#[pymethods(class = "_asyncio.FutureIter")]
impl FutureIter {
    #[slot]
    fn tp_iter(&self, _py: Py<'_>) -> Ref<PyObject> {
        self.to_ref()
    }

    #[slot]
    fn tp_iternext(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        match self.step(py)? {
            Sent::Yielded(value) => Ok(Some(value)),
            Sent::Returned(value) if value.is_none() => Ok(None),
            Sent::Returned(value) => Err(krait_interp::objects::generator::stop_iteration(py, value)),
        }
    }

    #[slot]
    fn am_send(&self, py: Py<'_>, _value: &PyObject) -> PyResult<Sent> {
        self.step(py)
    }

    #[pymethod]
    fn send(&self, py: Py<'_>, _value: &PyObject) -> PyResult<Ref<PyObject>> {
        self.next_or_stop(py)
    }

    #[pymethod]
    #[raw(fastcall)]
    fn throw(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let args = args.positional();
        check_positional(py, "throw", args.len() as isize, 1, 3)?;
        let Some((class, rest)) = args.split_first() else { return Ok(py.none()) };
        if !rest.is_empty() {
            let message = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
            py.warn(types::DeprecationWarning(), message, 1)?;
        }
        let value = rest.first().copied().filter(|v| !v.is_none());
        let traceback = rest.get(1).copied().filter(|tb| !tb.is_none());
        if let Some(tb) = traceback
            && !krait_interp::objects::PyTraceback::check(tb)
        {
            bail!(py, TypeError, "throw() third argument must be a traceback");
        }
        let exc = if PyBaseException::check(class) {
            if value.is_some() {
                bail!(py, TypeError, "instance exception may not have a separate value");
            }
            class.to_ref()
        } else if let Some(class) =
            class.downcast::<PyType>().filter(|class| class.is_subtype(types::BaseException()))
        {
            let raised = py.raise_object(class, value);
            py.fetch(raised)
        } else {
            bail!(
                py,
                TypeError,
                "exceptions must be classes deriving BaseException or instances of such a class"
            );
        };
        drop(self.future.take());
        if let (Some(tb), Some(e)) = (traceback, exc.downcast::<PyBaseException>()) {
            e.set_traceback(Some(tb.to_ref()));
        }
        Err(py.restore(exc))
    }

    #[pymethod]
    fn close(&self) {
        drop(self.future.take());
    }
}
