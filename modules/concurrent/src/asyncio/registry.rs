//! Which loop and which task run on a thread, and which tasks there are. The native tasks of a thread hang on its state in a list
//! that does not keep them alive; other kinds of tasks are in a `WeakSet`.

use krait_runtime::prelude::*;

use super::imported::{EAGER_TASKS, EVENT_LOOP_POLICY, FOREIGN_TASKS};
use super::task::Task;

/// The loop that runs on this thread.
pub(super) fn running_loop(py: Py<'_>) -> Option<Ref<PyObject>> {
    py.thread().asyncio_running_loop.get()
}

pub(super) fn required_running_loop(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    running_loop(py).ok_or_else(|| raise!(py, RuntimeError, "no running event loop"))
}

pub(super) fn set_running_loop(py: Py<'_>, event_loop: &PyObject) {
    let new = Some(event_loop.to_ref()).filter(|l| !l.is_none());
    drop(py.thread().asyncio_running_loop.replace(new));
}

/// The running loop, else the policy's.
pub(super) fn event_loop(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    match running_loop(py) {
        Some(running) => Ok(running),
        None => EVENT_LOOP_POLICY.get(py)?.call(py, &[])?.call_method(py, id!(py, "get_event_loop"), &[]),
    }
}

fn check_running(py: Py<'_>, event_loop: &PyObject) -> PyResult<()> {
    if core::ptr::eq(py.thread().asyncio_running_loop.as_raw(), event_loop) {
        return Ok(());
    }
    Err(raise!(py, RuntimeError, "loop {} is not the running loop", event_loop.repr(py)?))
}

pub(super) fn enter(py: Py<'_>, event_loop: &PyObject, task: &PyObject) -> PyResult<()> {
    check_running(py, event_loop)?;
    let current = &py.thread().asyncio_running_task;
    if let Some(other) = current.get() {
        let (task, other) = (task.repr(py)?, other.repr(py)?);
        bail!(
            py,
            RuntimeError,
            "Cannot enter into task {task} while another task {other} is being executed."
        );
    }
    current.set(task.to_ref());
    Ok(())
}

pub(super) fn leave(py: Py<'_>, event_loop: &PyObject, task: &PyObject) -> PyResult<()> {
    check_running(py, event_loop)?;
    let current = &py.thread().asyncio_running_task;
    if !core::ptr::eq(current.as_raw(), task) {
        let other = current.get().unwrap_or_else(|| py.none()).repr(py)?;
        bail!(
            py,
            RuntimeError,
            "Invalid attempt to leave task {} while task {other} is entered.",
            task.repr(py)?
        );
    }
    drop(current.take());
    Ok(())
}

/// Makes another task (or none) the current one; the one before.
pub(super) fn swap(
    py: Py<'_>,
    event_loop: &PyObject,
    task: Option<&PyObject>,
) -> PyResult<Option<Ref<PyObject>>> {
    check_running(py, event_loop)?;
    Ok(py.thread().asyncio_running_task.replace(task.map(PyObject::to_ref)))
}

pub(super) fn current_task(py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<Option<Ref<PyObject>>> {
    let Some(event_loop) = event_loop.filter(|l| !l.is_none()) else {
        required_running_loop(py)?;
        return Ok(py.thread().asyncio_running_task.get());
    };
    let runs_it =
        |ts: &&krait_runtime::state::ThreadState| core::ptr::eq(ts.asyncio_running_loop.as_raw(), event_loop);
    let thread = Some(py.thread()).filter(runs_it).or_else(|| py.threads().find(runs_it));
    Ok(thread.and_then(|ts| ts.asyncio_running_task.get()))
}

pub(super) fn all_tasks(py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<Ref<PySet>> {
    let event_loop = match event_loop.filter(|l| !l.is_none()) {
        Some(event_loop) => event_loop.to_ref(),
        None => required_running_loop(py)?,
    };
    let tasks = PySet::new(py)?;
    // Eager ones first: one that becomes an ordinary task meanwhile is then not missed.
    let eager = EAGER_TASKS.get(py)?.collect(py)?;
    let mut candidates = eager;
    for thread in py.threads() {
        candidates.extend(thread.asyncio_tasks.objects());
    }
    candidates.extend(py.interp().asyncio_tasks.objects());
    candidates.extend(FOREIGN_TASKS.get(py)?.collect(py)?);
    for task in candidates {
        let wanted = match task.downcast::<Task>() {
            Some(native) => native.future().is_pending() && native.future().is_of_loop(&event_loop),
            None => {
                super::future::loop_of(py, &task)?.is(&event_loop)
                    && !task.call_method(py, id!(py, "done"), &[])?.is_true(py)?
            }
        };
        if wanted {
            tasks.add(py, &task)?;
        }
    }
    Ok(tasks)
}

pub(super) fn register(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    match task.downcast::<Task>() {
        Some(native) => {
            py.thread().asyncio_tasks.link(native, Task::link);
            Ok(())
        }
        None => FOREIGN_TASKS.get(py)?.call_method(py, id!(py, "add"), &[task]).map(drop),
    }
}

pub(super) fn unregister(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    match task.downcast::<Task>() {
        Some(native) => {
            native.link().unlink();
            Ok(())
        }
        None => FOREIGN_TASKS.get(py)?.call_method(py, id!(py, "discard"), &[task]).map(drop),
    }
}

pub(super) fn register_eager(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    match EAGER_TASKS.get(py)?.downcast::<PySet>() {
        Some(set) => set.add(py, task).map(drop),
        None => Ok(()),
    }
}

pub(super) fn unregister_eager(py: Py<'_>, task: &PyObject) -> PyResult<()> {
    match EAGER_TASKS.get(py)?.downcast::<PySet>() {
        Some(set) => set.discard(py, task).map(drop),
        None => Ok(()),
    }
}
