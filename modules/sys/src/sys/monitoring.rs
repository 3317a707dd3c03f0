//! Module `sys.monitoring` (PEP 669). What it sets is the evaluation loop's (`krait_interp::monitoring`).

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "sys.monitoring", types = [super::BranchHandler])]
#[allow(clippy::module_inception)]
pub mod monitoring {
    use krait_interp::monitoring::{self, disable_marker, missing_marker, state};
    use krait_interp::objects::code::PyCode;
    use krait_runtime::monitoring::{SYS_PROFILE, event};
    use krait_runtime::objects::namespace::PyNamespace;
    use krait_runtime::prelude::*;

    use super::BranchHandler;

    #[pyattr]
    const DEBUGGER_ID: i32 = 0;
    #[pyattr]
    const COVERAGE_ID: i32 = 1;
    #[pyattr]
    const PROFILER_ID: i32 = 2;
    #[pyattr]
    const OPTIMIZER_ID: i32 = 5;

    const AFTER_CALLS: u32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
    const BOTH_BRANCHES: u32 = 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "DISABLE", disable_marker(py))?;
        module.add(py, "MISSING", missing_marker(py))?;
        let names = PyDict::new(py)?;
        for (number, name) in event::NAMES.iter().enumerate() {
            names.set(py, &*PyStr::new(py, name)?, &*(1u32 << number).into_py(py)?)?;
        }
        names.set(py, &*PyStr::new(py, "NO_EVENTS")?, &*0.into_py(py)?)?;
        module.add(py, "events", &*PyNamespace::new(py, Some(&names))?)
    }

    /// The tool's number, when it is one that programs may use.
    fn tool(py: Py<'_>, number: i32) -> PyResult<usize> {
        match usize::try_from(number) {
            Ok(n) if n < SYS_PROFILE => Ok(n),
            _ => bail!(py, ValueError, "invalid tool {number} (must be between 0 and 5)"),
        }
    }

    fn used_tool(py: Py<'_>, number: i32) -> PyResult<usize> {
        let n = tool(py, number)?;
        if state(py).names.get(n).is_none_or(|name| !name.is_some()) {
            bail!(py, ValueError, "tool {number} is not in use");
        }
        Ok(n)
    }

    fn code_of(py: Py<'_>, code: &PyObject) -> PyResult<Ref<PyCode>> {
        match code.downcast_exact::<PyCode>() {
            Some(code) => Ok(code.new_ref()),
            None => bail!(py, TypeError, "code must be a code object"),
        }
    }

    #[pyfunction]
    #[sig("($module, tool_id, name, /)")]
    fn use_tool_id(py: Py<'_>, tool_id: i32, name: &PyObject) -> PyResult<()> {
        let n = tool(py, tool_id)?;
        if name.downcast::<PyStr>().is_none() {
            bail!(py, ValueError, "tool name must be a str");
        }
        let Some(place) = state(py).names.get(n) else { return Ok(()) };
        if place.is_some() {
            bail!(py, ValueError, "tool {tool_id} is already in use");
        }
        place.set(name.to_ref());
        Ok(())
    }

    fn clear(py: Py<'_>, n: usize) -> PyResult<()> {
        monitoring::set_events(py, n, 0)?;
        monitoring::clear_local_events(py, n)?;
        if let Some(callbacks) = state(py).callbacks.get(n) {
            callbacks.iter().for_each(|c| drop(c.take()));
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, tool_id, /)")]
    fn clear_tool_id(py: Py<'_>, tool_id: i32) -> PyResult<()> {
        let n = tool(py, tool_id)?;
        if state(py).names.get(n).is_some_and(Member::is_some) {
            clear(py, n)?;
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, tool_id, /)")]
    fn free_tool_id(py: Py<'_>, tool_id: i32) -> PyResult<()> {
        let n = tool(py, tool_id)?;
        if let Some(name) = state(py).names.get(n)
            && name.is_some()
        {
            clear(py, n)?;
            drop(name.take());
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, tool_id, /)")]
    fn get_tool(py: Py<'_>, tool_id: i32) -> PyResult<Option<Ref<PyObject>>> {
        let n = tool(py, tool_id)?;
        Ok(state(py).names.get(n).and_then(Member::get))
    }

    #[pyfunction]
    #[sig("($module, tool_id, event, func, /)")]
    fn register_callback(
        py: Py<'_>,
        tool_id: i32,
        event: i32,
        func: &PyObject,
    ) -> PyResult<Option<Ref<PyObject>>> {
        let n = tool(py, tool_id)?;
        let event = event as u32;
        if event.count_ones() != 1 {
            bail!(py, ValueError, "The callback can only be set for one event at a time");
        }
        let number = event.trailing_zeros() as usize;
        if number >= event::COUNT {
            bail!(py, ValueError, "invalid event {}", event as i32);
        }
        py.audit("sys.monitoring.register_callback", &[func])?;
        let callback = Some(func).filter(|f| !f.is_none()).map(PyObject::to_ref);
        let place = |number: usize| state(py).callback(n, number);
        if number == event::BRANCH {
            // One function for both sides of a branch: it hears of each through a handler of its own.
            for side in [event::BRANCH_LEFT, event::BRANCH_RIGHT] {
                let handler = match &callback {
                    Some(function) => Some(BranchHandler::make(py, function, n)?),
                    None => None,
                };
                if let Some(place) = place(side) {
                    drop(place.replace(handler));
                }
            }
        }
        Ok(place(number).and_then(|p| p.replace(callback)))
    }

    #[pyfunction]
    #[sig("($module, tool_id, /)")]
    fn get_events(py: Py<'_>, tool_id: i32) -> PyResult<u32> {
        let n = tool(py, tool_id)?;
        Ok(monitoring::events(py, n))
    }

    #[pyfunction]
    #[sig("($module, tool_id, event_set, /)")]
    fn set_events(py: Py<'_>, tool_id: i32, event_set: i32) -> PyResult<()> {
        let n = tool(py, tool_id)?;
        let mut set = event_set as u32;
        if set >= 1 << event::COUNT {
            bail!(py, ValueError, "invalid event set {:#x}", set);
        }
        if set & AFTER_CALLS != 0 && set & 1 << event::CALL == 0 {
            bail!(py, ValueError, "cannot set C_RETURN or C_RAISE events independently");
        }
        set &= !AFTER_CALLS;
        if set & 1 << event::BRANCH != 0 {
            set = set & !(1 << event::BRANCH) | BOTH_BRANCHES;
        }
        let n = used_tool(py, n as i32)?;
        monitoring::set_events(py, n, set)
    }

    #[pyfunction]
    #[sig("($module, tool_id, code, /)")]
    fn get_local_events(py: Py<'_>, tool_id: i32, code: &PyObject) -> PyResult<u32> {
        let code = code_of(py, code)?;
        let n = tool(py, tool_id)?;
        Ok(monitoring::local_events(py, &code, n))
    }

    #[pyfunction]
    #[sig("($module, tool_id, code, event_set, /)")]
    fn set_local_events(py: Py<'_>, tool_id: i32, code: &PyObject, event_set: i32) -> PyResult<()> {
        let code = code_of(py, code)?;
        let n = tool(py, tool_id)?;
        let mut set = event_set as u32;
        if set & AFTER_CALLS != 0 && set & 1 << event::CALL == 0 {
            bail!(py, ValueError, "cannot set C_RETURN or C_RAISE events independently");
        }
        set &= !AFTER_CALLS;
        if set & 1 << event::BRANCH != 0 {
            set = set & !(1 << event::BRANCH) | BOTH_BRANCHES;
        }
        if set >= 1 << event::LOCAL {
            bail!(py, ValueError, "invalid local event set {:#x}", set);
        }
        let n = used_tool(py, n as i32)?;
        monitoring::set_local_events(py, n, &code, set)
    }

    #[pyfunction]
    fn restart_events(py: Py<'_>) -> PyResult<()> {
        monitoring::restart_events(py)
    }

    #[pyfunction]
    fn _all_events(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let all = PyDict::new(py)?;
        for (tools, name) in state(py).tools.iter().zip(event::NAMES) {
            if tools.get() != 0 {
                all.set(py, &*PyStr::new(py, name)?, &*u32::from(tools.get()).into_py(py)?)?;
            }
        }
        Ok(all)
    }
}

use krait_interp::monitoring::{disable_branch, disable_marker};
use krait_runtime::prelude::*;

/// Stands between a tool's `BRANCH` callback and the events of one side of branches: a branch is disabled as a whole.
#[pyclass(module = "sys.monitoring", name = "branch_event_handler", gc, disallow_instantiation, doc = "")]
#[repr(C)]
pub struct BranchHandler {
    base: PyObject,
    handler: Member<PyObject>,
    #[no_traverse]
    tool: usize,
}

impl BranchHandler {
    fn make(py: Py<'_>, function: &PyObject, tool: usize) -> PyResult<Ref<PyObject>> {
        BranchHandler { base: PyObject::HEADER, handler: Member::new(function.to_ref()), tool }
            .alloc_exact(py)
            .map(Ref::upcast)
    }
}

#[pymethods]
impl BranchHandler {
    #[slot]
    fn tp_call(&self, py: Py<'_>, args: &PyTuple, _kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let Some(handler) = self.handler.get() else { return Ok(py.none()) };
        let answer = handler.call_dict(py, args, None)?;
        if answer.is(disable_marker(py)) {
            let offset = args.get(1).and_then(|n| n.downcast::<PyInt>()).and_then(PyInt::as_i64);
            if let (Some(code), Some(offset)) = (args.get(0), offset) {
                disable_branch(code, offset, self.tool);
            }
        }
        Ok(answer)
    }
}
