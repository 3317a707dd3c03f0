//! Module `_asyncio`. `future.rs`: `Future`; `waiting.rs`: its iterator; `task.rs`: `Task`; `step.rs`: running a task's coroutine;
//! `registry.rs`: which loop and task run, and which tasks there are; `imported.rs`: what is used of the library.

mod future;
mod imported;
mod registry;
mod step;
mod task;
mod waiting;

pub use future::Future;
pub use task::Task;

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_asyncio", types = [super::Future, super::Task])]
pub mod asyncio {
    use krait_runtime::prelude::*;

    use super::{future, registry, step, waiting};

    #[pyfunction]
    fn get_event_loop(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        registry::event_loop(py)
    }

    #[pyfunction]
    fn get_running_loop(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        registry::required_running_loop(py)
    }

    #[pyfunction]
    fn _get_running_loop(py: Py<'_>) -> Option<Ref<PyObject>> {
        registry::running_loop(py)
    }

    #[pyfunction]
    #[sig("($module, loop, /)")]
    fn _set_running_loop(py: Py<'_>, event_loop: &PyObject) {
        registry::set_running_loop(py, event_loop);
    }

    #[pyfunction]
    #[sig("($module, /, task)")]
    fn _register_task(py: Py<'_>, task: &PyObject) -> PyResult<()> {
        registry::register(py, task)
    }

    #[pyfunction]
    #[sig("($module, /, task)")]
    fn _unregister_task(py: Py<'_>, task: &PyObject) -> PyResult<()> {
        registry::unregister(py, task)
    }

    #[pyfunction]
    #[sig("($module, /, task)")]
    fn _register_eager_task(py: Py<'_>, task: &PyObject) -> PyResult<()> {
        registry::register_eager(py, task)
    }

    #[pyfunction]
    #[sig("($module, /, task)")]
    fn _unregister_eager_task(py: Py<'_>, task: &PyObject) -> PyResult<()> {
        registry::unregister_eager(py, task)
    }

    #[pyfunction]
    #[sig("($module, /, loop, task)")]
    fn _enter_task(py: Py<'_>, event_loop: &PyObject, task: &PyObject) -> PyResult<()> {
        registry::enter(py, event_loop, task)
    }

    #[pyfunction]
    #[sig("($module, /, loop, task)")]
    fn _leave_task(py: Py<'_>, event_loop: &PyObject, task: &PyObject) -> PyResult<()> {
        registry::leave(py, event_loop, task)
    }

    #[pyfunction]
    #[sig("($module, /, loop, task)")]
    fn _swap_current_task(
        py: Py<'_>,
        event_loop: &PyObject,
        task: &PyObject,
    ) -> PyResult<Option<Ref<PyObject>>> {
        registry::swap(py, event_loop, Some(task).filter(|t| !t.is_none()))
    }

    #[pyfunction]
    #[sig("($module, /, loop=None)")]
    fn current_task(py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<Option<Ref<PyObject>>> {
        registry::current_task(py, event_loop)
    }

    #[pyfunction]
    #[sig("($module, /, loop=None)")]
    fn all_tasks(py: Py<'_>, event_loop: Option<&PyObject>) -> PyResult<Ref<PySet>> {
        registry::all_tasks(py, event_loop)
    }

    #[pyfunction]
    #[sig("($module, fut, waiter, /)")]
    fn future_add_to_awaited_by(py: Py<'_>, fut: &PyObject, waiter: &PyObject) -> PyResult<()> {
        future::add_awaited_by(py, fut, waiter)
    }

    #[pyfunction]
    #[sig("($module, fut, waiter, /)")]
    fn future_discard_from_awaited_by(py: Py<'_>, fut: &PyObject, waiter: &PyObject) -> PyResult<()> {
        future::discard_awaited_by(py, fut, waiter)
    }

    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        PyType::ready::<waiting::FutureIter>(py)?;
        PyType::ready::<step::StepCall>(py)?;
        PyType::ready::<step::WakeupCall>(py)?;
        Ok(())
    }
}
