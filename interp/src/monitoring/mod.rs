//! Tools that watch running code (PEP 669): which events are wanted, globally and in one code object. `instrument.rs` puts probes
//! into code, `fire.rs` calls the callbacks, `legacy.rs` is `sys.settrace` and `sys.setprofile`. The Python module
//! `sys.monitoring` is in crate `modules/sys`.

pub mod fire;
pub mod instrument;
pub mod legacy;

use core::sync::atomic::Ordering;

use krait_runtime::monitoring::{MonitoringState, SYS_TRACE, event};
use krait_runtime::objects::object::PyBaseObject;
use krait_runtime::{Py, PyClass, PyObject, PyResult, Ref};

use crate::eval_breaker::EVENTS;
use crate::frame::{Frame, Owner};
use crate::objects::code::PyCode;
use instrument::CodeMonitoring;

/// The state of this interpreter.
#[inline(always)]
pub fn state<'py>(py: Py<'py>) -> &'py MonitoringState {
    &py.interp().monitoring
}

fn markers<'py>(py: Py<'py>) -> &'py (Ref<PyObject>, Ref<PyObject>) {
    state(py).markers.get_or_init(|| {
        let marker = || match PyBaseObject::type_object().call(py, &[]) {
            Ok(object) => object,
            // Without memory for it nobody can have it either.
            Err(raised) => {
                py.clear_error(raised);
                py.none()
            }
        };
        (marker(), marker())
    })
}

/// `sys.monitoring.DISABLE`.
pub fn disable_marker<'py>(py: Py<'py>) -> &'py PyObject {
    &markers(py).0
}

/// `sys.monitoring.MISSING`.
pub fn missing_marker<'py>(py: Py<'py>) -> &'py PyObject {
    &markers(py).1
}

/// The ungrouped events, as a set, that a tool watches everywhere.
pub fn events(py: Py<'_>, tool: usize) -> u32 {
    let mut set = 0;
    for (number, tools) in state(py).tools.iter().enumerate() {
        if tools.get() >> tool & 1 != 0 {
            set |= 1 << number;
        }
    }
    set
}

/// Sets the events that a tool watches everywhere.
pub fn set_events(py: Py<'_>, tool: usize, set: u32) -> PyResult<()> {
    if events(py, tool) == set {
        return Ok(());
    }
    for (number, tools) in state(py).tools.iter().enumerate() {
        let others = tools.get() & !(1 << tool);
        tools.set(others | ((set >> number & 1) as u8) << tool);
    }
    new_version(py);
    instrument_running(py)
}

/// The local events, as a set, that a tool watches in one code object.
pub fn local_events(py: Py<'_>, code: &PyCode, tool: usize) -> u32 {
    let Some(monitoring) = code._co_monitoring.get() else { return 0 };
    monitoring.forget_former_tools(py);
    let mut set = 0;
    for (number, tools) in monitoring.local.iter().enumerate() {
        if tools.get() >> tool & 1 != 0 {
            set |= 1 << number;
        }
    }
    set
}

/// Sets the local events that a tool watches in one code object.
pub fn set_local_events(py: Py<'_>, tool: usize, code: &PyCode, set: u32) -> PyResult<()> {
    if local_events(py, code, tool) == set {
        return Ok(());
    }
    let monitoring = code._co_monitoring.get_or_make(code.units());
    monitoring.forget_former_tools(py);
    for (number, tools) in monitoring.local.iter().enumerate() {
        let others = tools.get() & !(1 << tool);
        tools.set(others | ((set >> number & 1) as u8) << tool);
    }
    instrument::update(py, code);
    Ok(())
}

/// Takes a tool out of the local events of all code.
pub fn clear_local_events(py: Py<'_>, tool: usize) -> PyResult<()> {
    if let Some(version) = state(py).tool_versions.get(tool) {
        version.set(version.get().wrapping_add(1));
    }
    new_version(py);
    instrument_running(py)
}

/// Disables both sides of the branch at a byte offset of `code` for a tool.
pub fn disable_branch(code: &PyObject, offset: i64, tool: usize) {
    let Some(code) = code.downcast_exact::<PyCode>() else { return };
    if let Ok(at) = usize::try_from(offset / 2) {
        instrument::remove_branch(code, at, 1 << tool);
    }
}

/// `sys.monitoring.restart_events`: what was disabled at one place counts again.
pub fn restart_events(py: Py<'_>) -> PyResult<()> {
    let before = state(py).version.get();
    state(py).restart_version.set(before + VERSION_STEP);
    new_version(py);
    instrument_running(py)
}

/// Versions stand above the eval breaker's events.
const VERSION_STEP: usize = EVENTS + 1;

/// From now on code instrumented before is out of date.
fn new_version(py: Py<'_>) {
    let version = state(py).version.get() + VERSION_STEP;
    state(py).version.set(version);
    let mut thread = py.interp().threads_head.get();
    // SAFETY: the list holds live states.
    while let Some(ts) = unsafe { thread.as_ref() } {
        let _ = ts
            .eval_breaker
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |old| Some(old & EVENTS | version));
        thread = ts.next.get();
    }
}

/// Brings the code of all running frames up to date: those of other calls wait for their `RESUME`.
fn instrument_running(py: Py<'_>) -> PyResult<()> {
    let mut thread = py.interp().threads_head.get();
    // SAFETY: the lists hold live states and frames; nothing runs meanwhile.
    unsafe {
        while let Some(ts) = thread.as_ref() {
            let mut frame: *mut Frame = ts.current_frame.get().cast();
            while !frame.is_null() {
                if (*frame).owner != Owner::Interpreter && !Frame::is_incomplete(frame) {
                    instrument::bring_up_to_date(py, Frame::code(frame));
                }
                frame = (*frame).previous;
            }
            thread = ts.next.get();
        }
    }
    Ok(())
}

/// Whether a frame's instructions are traced one by one (`frame.f_trace_opcodes`).
pub fn set_opcode_trace(py: Py<'_>, code: &PyCode, enable: bool) -> PyResult<()> {
    let set = local_events(py, code, SYS_TRACE);
    let bit = 1 << event::INSTRUCTION;
    set_local_events(py, SYS_TRACE, code, if enable { set | bit } else { set & !bit })
}

/// Owns what monitoring keeps of a code object, or nothing yet.
#[repr(transparent)]
pub struct MonitoringData(core::cell::Cell<*mut CodeMonitoring>);

impl MonitoringData {
    /// What there is.
    #[inline(always)]
    pub fn get(&self) -> Option<&CodeMonitoring> {
        // SAFETY: non-null means a box that lives as long as `self`.
        unsafe { self.0.get().as_ref() }
    }

    /// What there is, made now if need be.
    pub fn get_or_make(&self, units: usize) -> &CodeMonitoring {
        if self.0.get().is_null() {
            self.0.set(Box::into_raw(Box::new(CodeMonitoring::new(units))));
        }
        // SAFETY: just made.
        unsafe { &*self.0.get() }
    }
}

impl Drop for MonitoringData {
    fn drop(&mut self) {
        let p = self.0.replace(core::ptr::null_mut());
        if !p.is_null() {
            // SAFETY: made by `Box::into_raw` in `get_or_make`.
            drop(unsafe { Box::from_raw(p) });
        }
    }
}
