//! What an interpreter keeps of tools that watch its code (PEP 669): who watches which events, with which callbacks. Not here: putting
//! probes into code and calling the callbacks (crate `interp`).

use core::cell::{Cell, OnceCell};

use crate::object::PyObject;
use crate::reference::{Member, Ref};

/// Tools, those of `sys.setprofile` and `sys.settrace` included.
pub const TOOLS: usize = 8;
/// The tool of `sys.setprofile`.
pub const SYS_PROFILE: usize = 6;
/// The tool of `sys.settrace`.
pub const SYS_TRACE: usize = 7;

/// Event numbers.
#[allow(missing_docs)]
pub mod event {
    pub const PY_START: usize = 0;
    pub const PY_RESUME: usize = 1;
    pub const PY_RETURN: usize = 2;
    pub const PY_YIELD: usize = 3;
    pub const CALL: usize = 4;
    pub const LINE: usize = 5;
    pub const INSTRUCTION: usize = 6;
    pub const JUMP: usize = 7;
    pub const BRANCH_LEFT: usize = 8;
    pub const BRANCH_RIGHT: usize = 9;
    pub const STOP_ITERATION: usize = 10;
    /// The events before this one belong to instructions: they can be set for one code object, and disabled at one place.
    pub const LOCAL: usize = 11;
    pub const RAISE: usize = 11;
    pub const EXCEPTION_HANDLED: usize = 12;
    pub const PY_UNWIND: usize = 13;
    pub const PY_THROW: usize = 14;
    pub const RERAISE: usize = 15;
    /// The events from this one on come with others.
    pub const UNGROUPED: usize = 16;
    pub const C_RETURN: usize = 16;
    pub const C_RAISE: usize = 17;
    /// Both sides of a branch: the old event.
    pub const BRANCH: usize = 18;
    /// How many there are.
    pub const COUNT: usize = 19;
    /// Their names.
    pub const NAMES: [&str; COUNT] = [
        "PY_START",
        "PY_RESUME",
        "PY_RETURN",
        "PY_YIELD",
        "CALL",
        "LINE",
        "INSTRUCTION",
        "JUMP",
        "BRANCH_LEFT",
        "BRANCH_RIGHT",
        "STOP_ITERATION",
        "RAISE",
        "EXCEPTION_HANDLED",
        "PY_UNWIND",
        "PY_THROW",
        "RERAISE",
        "C_RETURN",
        "C_RAISE",
        "BRANCH",
    ];
}

/// The state of one interpreter.
pub struct MonitoringState {
    /// For each ungrouped event the set of tools that watch it everywhere.
    pub tools: [Cell<u8>; event::UNGROUPED],
    /// The callback of each tool for each event.
    pub callbacks: [[Member<PyObject>; event::COUNT]; TOOLS],
    /// The names of the tools in use.
    pub names: [Member<PyObject>; TOOLS],
    /// Counts how often each tool's number was given up: local events set before count no more.
    pub tool_versions: [Cell<u32>; TOOLS],
    /// Counts changes; in the bits above those that a thread's eval breaker uses.
    pub version: Cell<usize>,
    /// The version at which `restart_events` was called last.
    pub restart_version: Cell<usize>,
    /// Threads with a trace function.
    pub tracing_threads: Cell<usize>,
    /// Threads with a profile function.
    pub profiling_threads: Cell<usize>,
    /// `sys.monitoring.DISABLE` and `MISSING`.
    pub markers: OnceCell<(Ref<PyObject>, Ref<PyObject>)>,
}

impl MonitoringState {
    /// Nobody watches anything.
    pub fn new() -> MonitoringState {
        MonitoringState {
            tools: Default::default(),
            callbacks: core::array::from_fn(|_| core::array::from_fn(|_| Member::empty())),
            names: core::array::from_fn(|_| Member::empty()),
            tool_versions: Default::default(),
            version: Cell::new(0),
            restart_version: Cell::new(0),
            tracing_threads: Cell::new(0),
            profiling_threads: Cell::new(0),
            markers: OnceCell::new(),
        }
    }

    /// The tools that watch an ungrouped event everywhere.
    #[inline(always)]
    pub fn watchers(&self, event: usize) -> u8 {
        self.tools.get(event).map_or(0, Cell::get)
    }

    /// The callback of a tool for an event.
    #[inline]
    pub fn callback(&self, tool: usize, event: usize) -> Option<&Member<PyObject>> {
        self.callbacks.get(tool)?.get(event)
    }
}

impl Default for MonitoringState {
    fn default() -> Self {
        Self::new()
    }
}
