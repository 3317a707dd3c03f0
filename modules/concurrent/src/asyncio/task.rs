//! `_asyncio.Task`. How its coroutine is run: `step.rs`.

use core::sync::atomic::{AtomicU64, Ordering};

use krait_interp::objects::PyCoroutine;
use krait_runtime::object_list::ObjectLink;
use krait_runtime::objects::context::PyContext;
use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::prelude::*;

use super::future::{Future, exactly_native};
use super::imported::{self, IS_COROUTINE, TASK_GET_STACK, TASK_PRINT_STACK, TASK_REPR};
use super::{registry, step};

/// The number in the next default name.
static NEXT_NAME: AtomicU64 = AtomicU64::new(1);

/// `_asyncio.Task`.
#[pyclass(module = "_asyncio", name = "Task", base = Future, basetype, gc, heap, immutable)]
#[repr(C)]
pub struct Task {
    base: Future,
    /// The future that the coroutine waits for.
    pub(super) waits_for: Member<PyObject>,
    pub(super) coroutine: Member<PyObject>,
    pub(super) context: Member<PyObject>,
    /// The name: a str, or an int before somebody asks for a default name.
    name: Member<PyObject>,
    cancel_requests: Cell<i32>,
    /// The next step throws a `CancelledError` into the coroutine.
    pub(super) must_cancel: Cell<bool>,
    log_destroy_pending: Cell<bool>,
    link: ObjectLink,
}

impl Task {
    /// The part that every future has.
    #[inline]
    pub(super) fn future(&self) -> &Future {
        &self.base
    }

    pub(super) fn link(&self) -> &ObjectLink {
        &self.link
    }

    pub(super) fn required_coroutine(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.coroutine.get().ok_or_else(|| raise!(py, RuntimeError, "uninitialized Task object"))
    }

    /// `Task.cancel`.
    pub(super) fn cancel_task(&self, py: Py<'_>, message: Option<&PyObject>) -> PyResult<bool> {
        self.base.forget_log();
        if !self.base.is_pending() {
            return Ok(false);
        }
        self.cancel_requests.set(self.cancel_requests.get().saturating_add(1));
        let message = message.map_or_else(|| py.none(), PyObject::to_ref);
        if let Some(waits_for) = self.waits_for.get()
            && cancel_any(py, &waits_for, &message)?
        {
            // It stays: it may be a task that ignores the cancellation, to be cancelled again.
            return Ok(true);
        }
        self.must_cancel.set(true);
        self.base.cancel_message.set(message);
        Ok(true)
    }
}

/// Cancels any kind of future.
pub(super) fn cancel_any(py: Py<'_>, future: &PyObject, message: &PyObject) -> PyResult<bool> {
    match (exactly_native(future), future.downcast::<Task>()) {
        (Some(_), Some(task)) => task.cancel_task(py, Some(message)),
        (Some(native), None) => native.cancel_future(py, Some(message.to_ref())),
        (None, _) => imported::cancel(py, future, message),
    }
}

fn is_coroutine(py: Py<'_>, object: &PyObject) -> PyResult<bool> {
    if object.downcast_exact::<PyCoroutine>().is_some() {
        return Ok(true);
    }
    IS_COROUTINE.get(py)?.call(py, &[object])?.is_true(py)
}

#[pymethods]
impl Task {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Task {
            base: Future::blank(),
            waits_for: Member::empty(),
            coroutine: Member::empty(),
            context: Member::empty(),
            name: Member::empty(),
            cancel_requests: Cell::new(0),
            must_cancel: Cell::new(false),
            log_destroy_pending: Cell::new(false),
            link: ObjectLink::UNLINKED,
        }
        .alloc(py, cls)
        .map(Ref::upcast)
    }

    #[init]
    #[vectorcall]
    #[sig("(coro, *, loop=None, name=None, context=None, eager_start=False)")]
    fn init(
        &self,
        py: Py<'_>,
        coro: &PyObject,
        event_loop: Option<&PyObject>,
        name: Option<&PyObject>,
        context: Option<&PyObject>,
        eager_start: Option<bool>,
    ) -> PyResult<()> {
        self.base.initialize(py, event_loop)?;
        if !is_coroutine(py, coro)? {
            self.log_destroy_pending.set(false);
            bail!(py, TypeError, "a coroutine was expected, got {}", coro.repr(py)?);
        }
        let context = match context.filter(|c| !c.is_none()) {
            Some(context) => context.to_ref(),
            None => PyContext::copy_current(py)?.upcast(),
        };
        self.context.set(context);
        drop(self.waits_for.take());
        self.must_cancel.set(false);
        self.log_destroy_pending.set(true);
        self.cancel_requests.set(0);
        self.coroutine.set(coro.to_ref());
        self.name.set(match name.filter(|n| !n.is_none()) {
            None => NEXT_NAME.fetch_add(1, Ordering::Relaxed).into_py(py)?,
            Some(name) => name.str(py)?.upcast(),
        });
        let event_loop = self.base.required_loop(py)?;
        if eager_start == Some(true) && event_loop.call_method(py, id!(py, "is_running"), &[])?.is_true(py)? {
            return step::start_eagerly(py, self);
        }
        step::call_step_soon(py, self, None)?;
        registry::register(py, self)
    }

    #[pymethod]
    #[sig("($self, result, /)")]
    fn set_result(&self, py: Py<'_>, _result: &PyObject) -> PyResult<()> {
        Err(raise!(py, RuntimeError, "Task does not support set_result operation"))
    }

    #[pymethod]
    #[sig("($self, exception, /)")]
    fn set_exception(&self, py: Py<'_>, _exception: &PyObject) -> PyResult<()> {
        Err(raise!(py, RuntimeError, "Task does not support set_exception operation"))
    }

    #[pymethod]
    #[sig("($self, /, msg=None)")]
    fn cancel(&self, py: Py<'_>, msg: Option<&PyObject>) -> PyResult<bool> {
        self.cancel_task(py, msg)
    }

    #[pymethod]
    fn cancelling(&self) -> i32 {
        self.cancel_requests.get()
    }

    #[pymethod]
    fn uncancel(&self) -> i32 {
        let n = self.cancel_requests.get();
        if n > 0 {
            self.cancel_requests.set(n - 1);
            if n == 1 {
                self.must_cancel.set(false);
            }
        }
        self.cancel_requests.get()
    }

    #[pymethod]
    #[sig("($self, /, *, limit=None)")]
    fn get_stack(&self, py: Py<'_>, limit: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let none = py.none();
        TASK_GET_STACK.get(py)?.call(py, &[self, limit.unwrap_or(&none)])
    }

    #[pymethod]
    #[sig("($self, /, *, limit=None, file=None)")]
    fn print_stack(
        &self,
        py: Py<'_>,
        limit: Option<&PyObject>,
        file: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let none = py.none();
        TASK_PRINT_STACK.get(py)?.call(py, &[self, limit.unwrap_or(&none), file.unwrap_or(&none)])
    }

    #[pymethod]
    fn get_name(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        let Some(name) = self.name.get() else { return Ok(None) };
        if name.downcast::<PyInt>().is_none() {
            return Ok(Some(name));
        }
        let name: Ref<PyObject> = PyStr::new(py, &format!("Task-{}", name.str(py)?))?.upcast();
        self.name.set(name.clone());
        Ok(Some(name))
    }

    #[pymethod]
    #[sig("($self, value, /)")]
    fn set_name(&self, py: Py<'_>, value: &PyObject) -> PyResult<()> {
        self.name.set(value.str(py)?.upcast());
        Ok(())
    }

    #[pymethod]
    fn get_coro(&self) -> Option<Ref<PyObject>> {
        self.coroutine.get()
    }

    #[pymethod]
    fn get_context(&self) -> Option<Ref<PyObject>> {
        self.context.get()
    }

    #[pymethod]
    fn _make_cancelled_error(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.base.cancelled_error(py)
    }

    #[classmethod]
    fn __class_getitem__(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }

    #[getter]
    fn _log_destroy_pending(&self) -> bool {
        self.log_destroy_pending.get()
    }

    #[setter(name = "_log_destroy_pending")]
    fn set_log_destroy_pending(&self, py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        let Some(value) = value else {
            let ty = self.ty().short_name();
            bail!(py, AttributeError, "attribute '_log_destroy_pending' of '{ty}' objects cannot be deleted");
        };
        self.log_destroy_pending.set(value.is_true(py)?);
        Ok(())
    }

    #[getter]
    fn _must_cancel(&self) -> bool {
        self.must_cancel.get()
    }

    #[getter]
    fn _coro(&self) -> Option<Ref<PyObject>> {
        self.coroutine.get()
    }

    #[getter]
    fn _fut_waiter(&self) -> Option<Ref<PyObject>> {
        self.waits_for.get()
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        TASK_REPR.get(py)?.call(py, &[self])
    }

    #[slot]
    fn tp_finalize(&self, py: Py<'_>) {
        if self.base.is_pending() && self.log_destroy_pending.get() {
            py.preserving_error(|| {
                let Ok(message) = PyStr::new(py, "Task was destroyed but it is pending!")
                    .map_err(|raised| py.clear_error(raised))
                else {
                    return;
                };
                let entries: [(&PyStr, &PyObject); 2] =
                    [(id!(py, "task"), self), (id!(py, "message"), &message)];
                self.base.tell_loop(py, &entries);
            });
        }
        self.base.finalize(py);
    }
}
