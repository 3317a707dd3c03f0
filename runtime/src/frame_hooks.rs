//! What this crate must know of running frames, which crate `interp` owns: it registers these functions at start-up.

use std::sync::OnceLock;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;
use crate::state::ThreadState;

/// Questions about the running frame.
pub struct FrameHooks {
    /// The globals of the innermost Python frame.
    pub globals: fn(Py<'_>) -> Option<Ref<PyDict>>,
    /// What the innermost Python frame uses as builtins.
    pub builtins: fn(Py<'_>) -> Option<Ref<PyObject>>,
    /// For `super()` without arguments: the class that the running method is defined in, and its first argument; raises
    /// `RuntimeError` ("super(): no arguments" and kin) where it cannot tell.
    pub super_arguments: fn(Py<'_>) -> PyResult<(Ref<PyType>, Ref<PyObject>)>,
    /// Hands the file name and line of each Python frame of this thread over, innermost first, without allocating objects.
    pub each_line: fn(Py<'_>, &mut dyn FnMut(Option<&PyStr>, i32)),
    /// A thread has ended: what hangs on its state goes.
    pub thread_ended: fn(&ThreadState),
}

static HOOKS: OnceLock<FrameHooks> = OnceLock::new();

/// Registers the functions; the first registration counts.
pub fn register(hooks: FrameHooks) {
    let _ = HOOKS.set(hooks);
}

/// Lets the layer above free what it hung on a thread's state.
pub(crate) fn thread_ended(state: &ThreadState) {
    if let Some(hooks) = HOOKS.get() {
        (hooks.thread_ended)(state);
    }
}

impl Py<'_> {
    /// File name and line of each Python frame, innermost first.
    pub(crate) fn each_frame_line(self, visit: &mut dyn FnMut(Option<&PyStr>, i32)) {
        if let Some(hooks) = HOOKS.get() {
            (hooks.each_line)(self, visit);
        }
    }

    /// The globals of the innermost Python frame, if one runs.
    pub fn frame_globals(self) -> Option<Ref<PyDict>> {
        HOOKS.get().and_then(|hooks| (hooks.globals)(self))
    }

    /// `__name__` in the globals of the innermost Python frame: the `__module__` of what is made there.
    pub fn current_module_name(self) -> PyResult<Option<Ref<PyObject>>> {
        match self.frame_globals() {
            Some(globals) => globals.get_str(self, crate::id!(self, "__name__")),
            None => Ok(None),
        }
    }

    /// What the innermost Python frame uses as builtins, if one runs.
    pub fn frame_builtins(self) -> Option<Ref<PyObject>> {
        HOOKS.get().and_then(|hooks| (hooks.builtins)(self))
    }

    /// Class and object for `super()` without arguments.
    pub(crate) fn super_from_frame(self) -> PyResult<(Ref<PyType>, Ref<PyObject>)> {
        match HOOKS.get() {
            Some(hooks) => (hooks.super_arguments)(self),
            None => Err(raise!(self, RuntimeError, "super(): no current frame")),
        }
    }
}
