//! Running a task: one step of its coroutine, and what becomes of what the step gives.

use krait_interp::objects::PyGen;
use krait_runtime::objects::context::PyContext;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::protocol::iter::Sent;

use super::future::{add_awaited_by, discard_awaited_by, exactly_native, loop_of};
use super::imported::{self, CANCELLED_ERROR};
use super::registry;
use super::task::{Task, cancel_any};

/// A call of a task's next step, for the loop.
#[pyclass(module = "_asyncio", name = "TaskStepMethWrapper", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct StepCall {
    base: PyObject,
    task: Member<Task>,
    /// To be thrown into the coroutine.
    exception: Member<PyObject>,
}

#[pymethods(class = "_asyncio.TaskStepMethWrapper")]
impl StepCall {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        if kwargs.is_some_and(|k| !k.is_empty()) {
            bail!(py, TypeError, "function takes no keyword arguments");
        }
        if !args.is_empty() {
            bail!(py, TypeError, "function takes no positional arguments");
        }
        match self.task.get() {
            Some(task) => step(py, &task, self.exception.get()),
            None => Ok(()),
        }
    }

    #[getter]
    fn __self__(&self) -> Option<Ref<Task>> {
        self.task.get()
    }

    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> PyResult<Option<Ref<PyObject>>> {
        // As the coroutine calls itself, so that a loop's debug output tells tasks apart.
        match self.task.get().and_then(|task| task.coroutine.get()) {
            Some(coroutine) => coroutine.get_attr_optional(py, id!(py, "__qualname__")),
            None => Ok(None),
        }
    }
}

/// The callback that a task leaves with the future it waits for.
#[pyclass(module = "_asyncio", name = "TaskWakeupMethWrapper", gc, disallow_instantiation, heap, immutable)]
#[repr(C)]
pub struct WakeupCall {
    base: PyObject,
    task: Member<Task>,
}

#[pymethods(class = "_asyncio.TaskWakeupMethWrapper")]
impl WakeupCall {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        no_keywords(py, "task_wakeup", kwargs)?;
        let [future] = args.as_slice() else {
            bail!(py, TypeError, "task_wakeup() takes exactly one argument ({} given)", args.len());
        };
        match self.task.get() {
            Some(task) => wake_up(py, &task, future),
            None => Ok(()),
        }
    }

    #[getter]
    fn __self__(&self) -> Option<Ref<Task>> {
        self.task.get()
    }

    #[getter]
    fn __name__(&self, py: Py<'_>) -> Ref<PyStr> {
        id!(py, "task_wakeup").new_ref()
    }

    #[getter]
    fn __qualname__(&self, py: Py<'_>) -> Ref<PyStr> {
        id!(py, "Task.task_wakeup").new_ref()
    }
}

/// Has the loop run the task's next step.
pub(super) fn call_step_soon(py: Py<'_>, task: &Task, exception: Option<Ref<PyObject>>) -> PyResult<()> {
    let call = StepCall {
        base: PyObject::HEADER,
        task: Member::new(task.new_ref()),
        exception: Member::from_option(exception),
    }
    .alloc_exact(py)?;
    let event_loop = task.future().required_loop(py)?;
    imported::call_soon(py, &event_loop, &call, None, task.context.get().as_deref())
}

/// The next step fails with this error.
fn fail_soon(py: Py<'_>, task: &Task, message: &str) -> PyResult<()> {
    let exc = types::RuntimeError().call(py, &[&*PyStr::new(py, message)?])?;
    call_step_soon(py, task, Some(exc))
}

fn wake_up(py: Py<'_>, task: &Task, future: &PyObject) -> PyResult<()> {
    discard_awaited_by(py, future, task)?;
    let outcome = match exactly_native(future) {
        Some(native) => match native.outcome(py) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(exc)) => return step(py, task, Some(exc)),
            Err(raised) => Err(raised),
        },
        None => future.call_method(py, id!(py, "result"), &[]).map(drop),
    };
    match outcome {
        Ok(()) => step(py, task, None),
        Err(raised) => {
            let exc = py.fetch(raised);
            step(py, task, Some(exc))
        }
    }
}

/// Runs the coroutine up to its next `await`.
fn step(py: Py<'_>, task: &Task, exception: Option<Ref<PyObject>>) -> PyResult<()> {
    let exception = begin(py, task, exception)?;
    let event_loop = task.future().required_loop(py)?;
    registry::enter(py, &event_loop, task)?;
    let result = run(py, task, exception);
    match result {
        Ok(()) => registry::leave(py, &event_loop, task),
        Err(raised) => {
            let exc = py.fetch(raised);
            registry::leave(py, &event_loop, task)?;
            Err(py.restore(exc))
        }
    }
}

/// What is to be thrown into the coroutine, if anything.
fn begin(py: Py<'_>, task: &Task, mut exception: Option<Ref<PyObject>>) -> PyResult<Option<Ref<PyObject>>> {
    if !task.future().is_pending() {
        let shown = match &exception {
            Some(exc) => exc.repr(py)?.to_string(),
            None => String::new(),
        };
        let message = format!("__step(): already done: {} {shown}", task.repr(py)?);
        return Err(imported::invalid_state(py, &message));
    }
    if task.must_cancel.get() {
        let is_cancellation = match &exception {
            Some(exc) => exc.ty().is_subtype(&*CANCELLED_ERROR.class(py)?),
            None => false,
        };
        if !is_cancellation {
            exception = Some(task.future().cancelled_error(py)?);
        }
        task.must_cancel.set(false);
    }
    drop(task.waits_for.take());
    Ok(exception)
}

fn run(py: Py<'_>, task: &Task, exception: Option<Ref<PyObject>>) -> PyResult<()> {
    let coroutine = task.required_coroutine(py)?;
    let outcome = match exception {
        None => coroutine.send(py, &py.none()),
        Some(exc) => match coroutine.call_method(py, id!(py, "throw"), &[&exc]) {
            Ok(value) => Ok(Sent::Yielded(value)),
            Err(raised) if py.error_matches(types::StopIteration()) => {
                krait_interp::objects::generator::stop_iteration_value(py, raised).map(Sent::Returned)
            }
            Err(raised) => Err(raised),
        },
    };
    match outcome {
        Ok(Sent::Yielded(value)) => wait_for(py, task, &value),
        Ok(Sent::Returned(_)) if task.must_cancel.get() => {
            // It was cancelled right before it stopped.
            task.must_cancel.set(false);
            let message = task.future().cancel_message.get();
            task.future().cancel_future(py, message).map(drop)
        }
        Ok(Sent::Returned(value)) => task.future().finish_with_result(py, value),
        Err(raised) => end_raising(py, task, raised),
    }
}

fn end_raising(py: Py<'_>, task: &Task, raised: Raised) -> PyResult<()> {
    let cancelled = CANCELLED_ERROR.class(py);
    let exc = py.fetch(raised);
    if exc.ty().is_subtype(&*cancelled?) {
        // Kept, so that whoever awaits the task gets this one with its traceback.
        task.future().cancelled_exc.set(exc);
        return task.future().cancel_future(py, None).map(drop);
    }
    task.future().finish_with_exception(py, &exc)?;
    let is = |class: &PyType| exc.ty().is_subtype(class);
    if is(types::KeyboardInterrupt()) || is(types::SystemExit()) {
        return Err(py.restore(exc));
    }
    Ok(())
}

/// Waits for what the coroutine yielded.
fn wait_for(py: Py<'_>, task: &Task, value: &PyObject) -> PyResult<()> {
    if value.is(task) {
        return fail_soon(py, task, &format!("Task cannot await on itself: {}", task.repr(py)?));
    }
    if let Some(future) = exactly_native(value) {
        if !task.future().is_of_loop(&*future.required_loop(py)?) {
            return wrong_loop(py, task, value);
        }
        if !future.blocking.replace(false) {
            return not_awaited(py, task, value);
        }
        add_awaited_by(py, value, task)?;
        let wakeup = new_wakeup(py, task)?;
        future.add_callback(py, &wakeup, task.context.get().as_deref())?;
        return now_waiting(py, task, value);
    }
    if value.is_none() {
        // A bare `yield` lets others run once.
        return call_step_soon(py, task, None);
    }
    let blocking = value.get_attr_optional(py, id!(py, "_asyncio_future_blocking"))?;
    if let Some(blocking) = blocking.filter(|b| !b.is_none()) {
        let blocking = blocking.is_true(py)?;
        if !task.future().is_of_loop(&*loop_of(py, value)?) {
            return wrong_loop(py, task, value);
        }
        if !blocking {
            return not_awaited(py, task, value);
        }
        add_awaited_by(py, value, task)?;
        value.set_attr(py, id!(py, "_asyncio_future_blocking"), PyBool::get(false))?;
        let wakeup = new_wakeup(py, task)?;
        let context = task.context.get().unwrap_or_else(|| py.none());
        let add = value.get_attr(py, id!(py, "add_done_callback"))?;
        if let Some(names) = imported::CONTEXT_KEYWORD.get(py)?.downcast::<PyTuple>() {
            add.call_keywords(py, &[&wakeup, &context], names)?;
        }
        return now_waiting(py, task, value);
    }
    if value.downcast_exact::<PyGen>().is_some() {
        let (task_repr, value) = (task.repr(py)?, value.repr(py)?);
        let message =
            format!("yield was used instead of yield from for generator in task {task_repr} with {value}");
        return fail_soon(py, task, &message);
    }
    fail_soon(py, task, &format!("Task got bad yield: {}", value.repr(py)?))
}

fn new_wakeup(py: Py<'_>, task: &Task) -> PyResult<Ref<WakeupCall>> {
    WakeupCall { base: PyObject::HEADER, task: Member::new(task.new_ref()) }.alloc_exact(py)
}

fn now_waiting(py: Py<'_>, task: &Task, future: &PyObject) -> PyResult<()> {
    task.waits_for.set(future.to_ref());
    if task.must_cancel.get() {
        let message = task.future().cancel_message.get().unwrap_or_else(|| py.none());
        if cancel_any(py, future, &message)? {
            task.must_cancel.set(false);
        }
    }
    Ok(())
}

#[cold]
fn wrong_loop(py: Py<'_>, task: &Task, future: &PyObject) -> PyResult<()> {
    let (shown, future) = (task.repr(py)?, future.repr(py)?);
    fail_soon(py, task, &format!("Task {shown} got Future {future} attached to a different loop"))
}

#[cold]
fn not_awaited(py: Py<'_>, task: &Task, future: &PyObject) -> PyResult<()> {
    let (shown, future) = (task.repr(py)?, future.repr(py)?);
    fail_soon(py, task, &format!("yield was used instead of yield from in task {shown} with {future}"))
}

/// Runs the first step at once, inside of the running task.
pub(super) fn start_eagerly(py: Py<'_>, task: &Task) -> PyResult<()> {
    let event_loop = task.future().required_loop(py)?;
    let previous = registry::swap(py, &event_loop, Some(task))?;
    registry::register_eager(py, task)?;
    let result = run_in_context(py, task);
    let error = result.err().map(|raised| py.fetch(raised));
    registry::unregister_eager(py, task)?;
    drop(registry::swap(py, &event_loop, previous.as_deref())?);
    if task.future().is_pending() {
        registry::register(py, task)?;
    } else {
        // It is never run again, and may refer to the task.
        drop(task.coroutine.take());
    }
    match error {
        Some(exc) => Err(py.restore(exc)),
        None => Ok(()),
    }
}

fn run_in_context(py: Py<'_>, task: &Task) -> PyResult<()> {
    let context = task.context.get();
    match context.as_deref().and_then(|c| c.downcast::<PyContext>()) {
        Some(context) => context.call_in(py, || run(py, task, None).map(|()| py.none())).map(drop),
        None => Err(raise!(py, TypeError, "an instance of Context was expected")),
    }
}
