//! `_asyncio.Future`.

use core::cell::RefCell;
use core::ffi::c_int;

use krait_runtime::objects::context::PyContext;
use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;

use super::imported::{self, CANCELLED_ERROR, EXTRACT_STACK, FUTURE_REPR};
use super::registry;
use super::task::Task;
use super::waiting::FutureIter;

/// Where a future stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Nothing yet.
    Pending,
    /// It was cancelled.
    Cancelled,
    /// There is a result or an exception.
    Finished,
}

/// A function to be called when the future is done, and the context for it.
type Callback = (Ref<PyObject>, Ref<PyObject>);

/// The callbacks. Nothing runs while they are borrowed.
#[derive(Default)]
pub(super) struct Callbacks(RefCell<Vec<Callback>>);

impl Traverse for Callbacks {
    fn traverse(&self, visit: &mut Visitor<'_>) -> c_int {
        let Ok(all) = self.0.try_borrow() else { return 0 };
        for (callback, context) in all.iter() {
            match callback.traverse(visit) {
                0 => {}
                stop => return stop,
            }
            match context.traverse(visit) {
                0 => {}
                stop => return stop,
            }
        }
        0
    }
    fn clear_references(&self) {
        drop(self.take());
    }
}

impl Callbacks {
    fn take(&self) -> Vec<Callback> {
        core::mem::take(&mut *self.0.borrow_mut())
    }

    fn get(&self, i: usize) -> Option<Callback> {
        self.0.borrow().get(i).cloned()
    }
}

/// `_asyncio.Future`.
#[pyclass(module = "_asyncio", name = "Future", basetype, gc, dict = dict, heap, immutable)]
#[repr(C)]
pub struct Future {
    base: PyObject,
    pub(super) event_loop: Member<PyObject>,
    callbacks: Callbacks,
    exception: Member<PyObject>,
    /// The exception's traceback when it was set; given back to it the first time that the result is asked for.
    traceback: Member<PyObject>,
    result: Member<PyObject>,
    source_traceback: Member<PyObject>,
    pub(super) cancel_message: Member<PyObject>,
    /// The `CancelledError` that ended a task, to be raised once to whoever asks.
    pub(super) cancelled_exc: Member<PyObject>,
    /// Who waits for this one: nothing, one future, or a set of them (`awaited_by_many`).
    awaited_by: Member<PyObject>,
    awaited_by_many: Cell<bool>,
    #[no_traverse]
    stage: Cell<Stage>,
    log_traceback: Cell<bool>,
    /// Yielded by its own iterator: the task that gets it is to wait.
    pub(super) blocking: Cell<bool>,
    dict: Member<PyDict>,
    weaklist: WeakList,
}

impl Future {
    /// A future before `__init__`.
    pub(super) fn blank() -> Future {
        Future {
            base: PyObject::HEADER,
            event_loop: Member::empty(),
            callbacks: Callbacks::default(),
            exception: Member::empty(),
            traceback: Member::empty(),
            result: Member::empty(),
            source_traceback: Member::empty(),
            cancel_message: Member::empty(),
            cancelled_exc: Member::empty(),
            awaited_by: Member::empty(),
            awaited_by_many: Cell::new(false),
            stage: Cell::new(Stage::Pending),
            log_traceback: Cell::new(false),
            blocking: Cell::new(false),
            dict: Member::empty(),
            weaklist: WeakList::EMPTY,
        }
    }

    /// `__init__`.
    pub(super) fn initialize(&self, py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<()> {
        for member in [
            &self.event_loop,
            &self.exception,
            &self.traceback,
            &self.result,
            &self.source_traceback,
            &self.cancel_message,
            &self.cancelled_exc,
            &self.awaited_by,
        ] {
            drop(member.take());
        }
        drop(self.callbacks.take());
        self.awaited_by_many.set(false);
        self.stage.set(Stage::Pending);
        self.log_traceback.set(false);
        self.blocking.set(false);
        let event_loop = match event_loop.filter(|l| !l.is_none()) {
            Some(event_loop) => event_loop.to_ref(),
            None => registry::event_loop(py)?,
        };
        self.event_loop.set(event_loop.clone());
        if event_loop.call_method(py, id!(py, "get_debug"), &[])?.is_true(py)?
            && !py.interp().finalizing.get()
        {
            self.source_traceback.set(EXTRACT_STACK.get(py)?.call(py, &[])?);
        }
        Ok(())
    }

    /// The loop; an error before `__init__`.
    pub(super) fn required_loop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.event_loop.get().ok_or_else(|| raise!(py, RuntimeError, "Future object is not initialized."))
    }

    /// Whether nothing has happened yet.
    #[inline]
    pub(super) fn is_pending(&self) -> bool {
        self.stage.get() == Stage::Pending
    }

    pub(super) fn is_of_loop(&self, event_loop: &PyObject) -> bool {
        core::ptr::eq(self.event_loop.as_raw(), event_loop)
    }

    /// Does not log the exception at the end: somebody has seen it.
    pub(super) fn forget_log(&self) {
        self.log_traceback.set(false);
    }

    fn schedule_callbacks(&self, py: Py<'_>) -> PyResult<()> {
        let callbacks = self.callbacks.take();
        if callbacks.is_empty() {
            return Ok(());
        }
        let event_loop = self.required_loop(py)?;
        for (callback, context) in callbacks {
            imported::call_soon(py, &event_loop, &callback, Some(self), Some(&context))?;
        }
        Ok(())
    }

    pub(super) fn finish_with_result(&self, py: Py<'_>, result: Ref<PyObject>) -> PyResult<()> {
        self.required_loop(py)?;
        if !self.is_pending() {
            return Err(imported::invalid_state(py, "invalid state"));
        }
        self.result.set(result);
        self.stage.set(Stage::Finished);
        self.schedule_callbacks(py)
    }

    pub(super) fn finish_with_exception(&self, py: Py<'_>, exception: &PyObject) -> PyResult<()> {
        self.required_loop(py)?;
        if !self.is_pending() {
            return Err(imported::invalid_state(py, "invalid state"));
        }
        let class = exception.downcast::<PyType>();
        let mut exception = match class.filter(|class| class.is_subtype(types::BaseException())) {
            Some(class) => {
                let made = class.call(py, &[])?;
                if !self.is_pending() {
                    return Err(imported::invalid_state(py, "invalid state"));
                }
                made
            }
            None => exception.to_ref(),
        };
        let Some(instance) = exception.downcast::<PyBaseException>() else {
            bail!(py, TypeError, "invalid exception object");
        };
        if exception.ty().is_subtype(types::StopIteration()) {
            let message = "StopIteration interacts badly with generators and cannot be raised into a Future";
            let other = types::RuntimeError().call(py, &[&*PyStr::new(py, message)?])?;
            if let Some(e) = other.downcast::<PyBaseException>() {
                e.set_cause(Some(exception.clone()));
                e.set_context(Some(exception.clone()));
            }
            exception = other;
        } else {
            drop(self.traceback.replace(instance.traceback()));
        }
        self.exception.set(exception);
        self.stage.set(Stage::Finished);
        self.schedule_callbacks(py)?;
        self.log_traceback.set(true);
        Ok(())
    }

    /// `Future.cancel`, which a task's own `cancel` is not.
    pub(super) fn cancel_future(&self, py: Py<'_>, message: Option<Ref<PyObject>>) -> PyResult<bool> {
        self.log_traceback.set(false);
        if !self.is_pending() {
            return Ok(false);
        }
        self.stage.set(Stage::Cancelled);
        drop(self.cancel_message.replace(message));
        self.schedule_callbacks(py)?;
        Ok(true)
    }

    /// The `CancelledError` for whoever asks next.
    pub(super) fn cancelled_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(exc) = self.cancelled_exc.take() {
            return Ok(exc);
        }
        let class = CANCELLED_ERROR.get(py)?;
        match self.cancel_message.get().filter(|message| !message.is_none()) {
            Some(message) => class.call(py, &[&message]),
            None => class.call(py, &[]),
        }
    }

    fn raise_cancelled(&self, py: Py<'_>) -> Raised {
        match self.cancelled_error(py) {
            Ok(exc) => py.raise_instance(exc),
            Err(raised) => raised,
        }
    }

    /// The result; or the exception as an object, not raised; or an error when there is neither.
    pub(super) fn outcome(&self, py: Py<'_>) -> PyResult<Result<Ref<PyObject>, Ref<PyObject>>> {
        if !self.event_loop.is_some() {
            return Err(imported::invalid_state(py, "Future object is not initialized."));
        }
        match self.stage.get() {
            Stage::Cancelled => return Err(self.raise_cancelled(py)),
            Stage::Pending => return Err(imported::invalid_state(py, "Result is not set.")),
            Stage::Finished => {}
        }
        self.log_traceback.set(false);
        match self.exception.get() {
            Some(exc) => {
                if let Some(e) = exc.downcast::<PyBaseException>() {
                    e.set_traceback(self.traceback.take());
                }
                Ok(Err(exc))
            }
            None => Ok(Ok(self.result.get().unwrap_or_else(|| py.none()))),
        }
    }

    /// The result, or what it was ended by raised.
    pub(super) fn outcome_raised(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match self.outcome(py)? {
            Ok(value) => Ok(value),
            Err(exc) => Err(py.raise_instance(exc)),
        }
    }

    pub(super) fn add_callback(
        &self,
        py: Py<'_>,
        callback: &PyObject,
        context: Option<&PyObject>,
    ) -> PyResult<()> {
        let event_loop = self.required_loop(py)?;
        let context = match context {
            Some(context) => context.to_ref(),
            None => PyContext::copy_current(py)?.upcast(),
        };
        if !self.is_pending() {
            return imported::call_soon(py, &event_loop, callback, Some(self), Some(&context));
        }
        self.callbacks.0.borrow_mut().push((callback.to_ref(), context));
        Ok(())
    }

    /// Calls the loop's exception handler with what `entries` say, and reports what that raises.
    pub(super) fn tell_loop(&self, py: Py<'_>, entries: &[(&'static PyStr, &PyObject)]) {
        let tell = || {
            let context = PyDict::new(py)?;
            for (name, value) in entries {
                context.set(py, name, value)?;
            }
            if let Some(source) = self.source_traceback.get() {
                context.set(py, id!(py, "source_traceback"), &source)?;
            }
            let Some(event_loop) = self.event_loop.get() else { return Ok(()) };
            let handler = event_loop.get_attr(py, id!(py, "call_exception_handler"))?;
            if let Err(raised) = handler.call(py, &[&context]) {
                let exc = py.fetch(raised);
                let message =
                    format!("Exception ignored while calling asyncio function {}", handler.repr(py)?);
                py.report_unraisable(py.restore(exc), Some(&message), None);
            }
            Ok(())
        };
        if let Err(raised) = tell() {
            py.report_unraisable(raised, Some("Exception ignored while finalizing future"), Some(self));
        }
    }

    /// What the end of the object does: an exception that nobody has seen is logged.
    pub(super) fn finalize(&self, py: Py<'_>) {
        if !self.log_traceback.replace(false) {
            return;
        }
        let Some(exc) = self.exception.get() else { return };
        py.preserving_error(|| {
            let text = format!("{} exception was never retrieved", self.ty().short_name());
            let Ok(message) = PyStr::new(py, &text).map_err(|raised| py.clear_error(raised)) else { return };
            let entries: [(&PyStr, &PyObject); 3] =
                [(id!(py, "message"), &message), (id!(py, "exception"), &exc), (id!(py, "future"), self)];
            self.tell_loop(py, &entries);
        });
    }

    fn add_waiter(&self, py: Py<'_>, waiter: &PyObject) -> PyResult<()> {
        match self.awaited_by.get() {
            None => {
                self.awaited_by.set(waiter.to_ref());
                Ok(())
            }
            Some(set) if self.awaited_by_many.get() => match set.downcast::<PySet>() {
                Some(set) => set.add(py, waiter).map(drop),
                None => Ok(()),
            },
            Some(one) => {
                let set = PySet::new(py)?;
                set.add(py, &one)?;
                set.add(py, waiter)?;
                self.awaited_by.set(set.upcast());
                self.awaited_by_many.set(true);
                Ok(())
            }
        }
    }

    pub(super) fn discard_waiter(&self, py: Py<'_>, waiter: &PyObject) -> PyResult<()> {
        match self.awaited_by.get() {
            Some(set) if self.awaited_by_many.get() => match set.downcast::<PySet>() {
                Some(set) => set.discard(py, waiter).map(drop),
                None => Ok(()),
            },
            Some(one) if one.is(waiter) => {
                drop(self.awaited_by.take());
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The native future or task that `object` is, subclasses included.
pub(super) fn native(object: &PyObject) -> Option<&Future> {
    object.downcast::<Future>()
}

/// The native future that `object` is, if it is exactly a `Future` or a `Task`: nothing of it can be overridden.
pub(super) fn exactly_native(object: &PyObject) -> Option<&Future> {
    if object.is_exactly(Task::type_object()) || object.is_exactly(Future::type_object()) {
        object.downcast::<Future>()
    } else {
        None
    }
}

pub(super) fn add_awaited_by(py: Py<'_>, fut: &PyObject, waiter: &PyObject) -> PyResult<()> {
    match (native(fut), native(waiter)) {
        (Some(fut), Some(_)) => fut.add_waiter(py, waiter),
        _ => Ok(()),
    }
}

pub(super) fn discard_awaited_by(py: Py<'_>, fut: &PyObject, waiter: &PyObject) -> PyResult<()> {
    match (native(fut), native(waiter)) {
        (Some(fut), Some(_)) => fut.discard_waiter(py, waiter),
        _ => Ok(()),
    }
}

/// The loop of any future-like object.
pub(super) fn loop_of(py: Py<'_>, fut: &PyObject) -> PyResult<Ref<PyObject>> {
    if let Some(fut) = exactly_native(fut) {
        return fut.required_loop(py);
    }
    match fut.get_attr_optional(py, id!(py, "get_loop"))? {
        Some(get_loop) => get_loop.call(py, &[]),
        None => fut.get_attr(py, id!(py, "_loop")),
    }
}

fn no_deletion(py: Py<'_>, object: &PyObject, name: &str) -> Raised {
    let ty = object.ty().short_name();
    raise!(py, AttributeError, "attribute '{name}' of '{ty}' objects cannot be deleted")
}

#[pymethods]
impl Future {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Future::blank().alloc(py, cls).map(Ref::upcast)
    }

    #[init]
    #[vectorcall]
    #[sig("(*, loop=None)")]
    fn init(&self, py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<()> {
        self.initialize(py, event_loop)
    }

    #[pymethod]
    fn result(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.outcome_raised(py)
    }

    #[pymethod(name = "exception")]
    fn exception_(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        if !self.event_loop.is_some() {
            return Err(imported::invalid_state(py, "Future object is not initialized."));
        }
        match self.stage.get() {
            Stage::Cancelled => return Err(self.raise_cancelled(py)),
            Stage::Pending => return Err(imported::invalid_state(py, "Exception is not set.")),
            Stage::Finished => {}
        }
        let exc = self.exception.get();
        if exc.is_some() {
            self.log_traceback.set(false);
        }
        Ok(exc)
    }

    #[pymethod]
    #[sig("($self, result, /)")]
    fn set_result(&self, py: Py<'_>, result: &PyObject) -> PyResult<()> {
        self.finish_with_result(py, result.to_ref())
    }

    #[pymethod]
    #[sig("($self, exception, /)")]
    fn set_exception(&self, py: Py<'_>, exception: &PyObject) -> PyResult<()> {
        self.finish_with_exception(py, exception)
    }

    #[pymethod]
    #[sig("($self, fn, /, *, context=<unrepresentable>)")]
    fn add_done_callback(&self, py: Py<'_>, callback: &PyObject, context: Option<&PyObject>) -> PyResult<()> {
        self.add_callback(py, callback, context)
    }

    #[pymethod]
    #[sig("($self, fn, /)")]
    fn remove_done_callback(&self, py: Py<'_>, callback: &PyObject) -> PyResult<usize> {
        self.required_loop(py)?;
        let mut kept = Vec::new();
        let mut seen = 0;
        // Comparing may run anything: each entry is taken from the list as it then is.
        while let Some(entry) = self.callbacks.get(seen) {
            seen += 1;
            if !entry.0.is(callback) && !entry.0.eq(py, callback)? {
                kept.push(entry);
            }
        }
        let removed = seen - kept.len();
        if removed > 0 {
            // When comparing finished the future they are gone already.
            let gone = self.callbacks.0.borrow().is_empty();
            if !gone {
                drop(self.callbacks.0.replace(kept));
            }
        }
        Ok(removed)
    }

    #[pymethod]
    #[sig("($self, /, msg=None)")]
    fn cancel(&self, py: Py<'_>, msg: Option<&PyObject>) -> PyResult<bool> {
        self.required_loop(py)?;
        self.cancel_future(py, msg.map(PyObject::to_ref))
    }

    #[pymethod]
    fn cancelled(&self) -> bool {
        self.event_loop.is_some() && self.stage.get() == Stage::Cancelled
    }

    #[pymethod]
    fn done(&self) -> bool {
        self.event_loop.is_some() && !self.is_pending()
    }

    #[pymethod]
    fn get_loop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.required_loop(py)
    }

    #[pymethod]
    fn _make_cancelled_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.cancelled_error(py)
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[getter]
    fn _state(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.required_loop(py)?;
        Ok(match self.stage.get() {
            Stage::Pending => id!(py, "PENDING").new_ref(),
            Stage::Cancelled => id!(py, "CANCELLED").new_ref(),
            Stage::Finished => id!(py, "FINISHED").new_ref(),
        })
    }

    #[getter]
    fn _asyncio_future_blocking(&self) -> bool {
        self.event_loop.is_some() && self.blocking.get()
    }

    #[setter(name = "_asyncio_future_blocking")]
    fn set_asyncio_future_blocking(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.required_loop(py)?;
        let Some(value) = value else { return Err(no_deletion(py, self, "_asyncio_future_blocking")) };
        self.blocking.set(value.is_true(py)?);
        Ok(())
    }

    #[getter]
    fn _log_traceback(&self, py: Py<'_>) -> PyResult<bool> {
        self.required_loop(py)?;
        Ok(self.log_traceback.get())
    }

    #[setter(name = "_log_traceback")]
    fn set_log_traceback(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { return Err(no_deletion(py, self, "_log_traceback")) };
        if value.is_true(py)? {
            bail!(py, ValueError, "_log_traceback can only be set to False");
        }
        self.log_traceback.set(false);
        Ok(())
    }

    #[getter]
    fn _loop(&self) -> Option<Ref<PyObject>> {
        self.event_loop.get()
    }

    #[getter]
    fn _callbacks(&self, py: Py<'_>) -> PyResult<Option<Ref<PyList>>> {
        self.required_loop(py)?;
        let all = self.callbacks.0.borrow().clone();
        if all.is_empty() {
            return Ok(None);
        }
        let pairs = all
            .into_iter()
            .map(|(callback, context)| PyTuple::pair(py, callback, context).map(Ref::upcast))
            .collect::<PyResult<Vec<_>>>()?;
        PyList::from_vec(py, pairs).map(Some)
    }

    #[getter]
    fn _result(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.required_loop(py)?;
        Ok(self.result.get())
    }

    #[getter]
    fn _exception(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        self.required_loop(py)?;
        Ok(self.exception.get())
    }

    #[getter]
    fn _source_traceback(&self) -> Option<Ref<PyObject>> {
        self.source_traceback.get()
    }

    #[getter]
    fn _cancel_message(&self) -> Option<Ref<PyObject>> {
        self.cancel_message.get()
    }

    #[setter(name = "_cancel_message")]
    fn set_cancel_message(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else { return Err(no_deletion(py, self, "_cancel_message")) };
        self.cancel_message.set(value.to_ref());
        Ok(())
    }

    #[getter]
    fn _asyncio_awaited_by(&self, py: Py<'_>) -> PyResult<Option<Ref<PyFrozenSet>>> {
        let Some(waiters) = self.awaited_by.get() else { return Ok(None) };
        if !self.awaited_by_many.get() {
            return PyFrozenSet::from_items(py, &[&waiters]).map(Some);
        }
        let all = waiters.collect(py)?;
        let all: Vec<&PyObject> = all.iter().map(|waiter| &**waiter).collect();
        PyFrozenSet::from_items(py, &all).map(Some)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.required_loop(py)?;
        FutureIter::over(py, self)
    }

    #[slot]
    fn am_await(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.required_loop(py)?;
        FutureIter::over(py, self)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.required_loop(py)?;
        FUTURE_REPR.get(py)?.call(py, &[self])
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        self.finalize(py);
    }
}
