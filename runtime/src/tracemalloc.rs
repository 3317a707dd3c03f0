//! Where every live block was allocated: the tables behind module `_tracemalloc`. Not here: the module (`modules/debug`).
//!
//! Like the allocator itself the tables belong to whoever holds the GIL, and to the process rather than to an interpreter.

use core::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::object::{PyObject, Static};
use crate::objects::PyStr;
use crate::obmalloc::{self, Watcher};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// The innermost frames of an allocation.
pub struct Traceback {
    /// File name (`None` where unknown) and line of each, innermost first.
    pub lines: Vec<(Option<Ref<PyStr>>, u32)>,
    /// How many frames there were in all.
    pub total: u16,
}

/// A block in use.
#[derive(Clone)]
pub struct Trace {
    /// What was asked for.
    pub size: usize,
    /// By whom.
    pub traceback: Rc<Traceback>,
}

/// Frames as the address of the file name (which the traceback keeps alive) and the line; and how many there were.
type Key = (Vec<(usize, u32)>, u16);

#[derive(Default)]
struct Tables {
    traces: HashMap<usize, Trace>,
    tracebacks: HashMap<Key, Rc<Traceback>>,
}

struct Tracer {
    /// Frames kept for each allocation; what `start` was told last.
    limit: Cell<u16>,
    active: Cell<bool>,
    /// Set while the tables are being read or written: what is allocated then is not traced.
    busy: Cell<bool>,
    traced: Cell<usize>,
    peak: Cell<usize>,
    tables: RefCell<Option<Tables>>,
}

static TRACER: Static<Tracer> = Static(Tracer {
    limit: Cell::new(1),
    active: Cell::new(false),
    busy: Cell::new(false),
    traced: Cell::new(0),
    peak: Cell::new(0),
    tables: RefCell::new(None),
});

static WATCHER: Watcher = Watcher { allocated, freed };

/// Most frames that a traceback keeps.
pub const MOST_FRAMES: i32 = u16::MAX as i32;

/// Starts tracing with tracebacks of up to `limit` frames; nothing happens when it runs already.
pub fn start(_py: Py<'_>, limit: u16) {
    if TRACER.active.replace(true) {
        return;
    }
    TRACER.limit.set(limit.max(1));
    if let Ok(mut tables) = TRACER.tables.try_borrow_mut() {
        *tables = Some(Tables::default());
    }
    TRACER.traced.set(0);
    TRACER.peak.set(0);
    obmalloc::watch(Some(&WATCHER));
}

/// Stops tracing and forgets everything.
pub fn stop(py: Py<'_>) {
    if TRACER.active.replace(false) {
        obmalloc::watch(None);
        clear(py);
    }
}

/// Whether allocations are traced.
pub fn is_tracing() -> bool {
    TRACER.active.get()
}

/// Frames kept for each allocation.
pub fn limit() -> u16 {
    TRACER.limit.get()
}

/// Forgets all traces.
pub fn clear(_py: Py<'_>) {
    let fresh = TRACER.active.get().then(Tables::default);
    let old = TRACER.tables.try_borrow_mut().ok().map(|mut tables| core::mem::replace(&mut *tables, fresh));
    TRACER.traced.set(0);
    TRACER.peak.set(0);
    // File names die here, which may free blocks: the tables are whole again.
    drop(old);
}

/// Bytes in traced blocks, now and at most.
pub fn traced_memory() -> (usize, usize) {
    (TRACER.traced.get(), TRACER.peak.get())
}

/// The peak starts anew from what is in use.
pub fn reset_peak() {
    TRACER.peak.set(TRACER.traced.get());
}

/// Bytes that the tables take.
pub fn own_memory() -> usize {
    let tables = TRACER.tables.borrow();
    tables.as_ref().map_or(0, |tables| {
        let frames: usize = tables.tracebacks.keys().map(|(lines, _)| lines.len() * 40 + 96).sum();
        tables.traces.capacity() * (size_of::<(usize, Trace)>() + 1) + frames
    })
}

/// All traces as they are now.
pub fn traces(_py: Py<'_>) -> Vec<Trace> {
    let tables = TRACER.tables.borrow();
    tables.as_ref().map_or_else(Vec::new, |tables| tables.traces.values().cloned().collect())
}

/// Where `object` was allocated.
pub fn of_object(object: &PyObject) -> Option<Rc<Traceback>> {
    let start = object.as_ptr().addr() - crate::memory::presize(object.ty());
    let tables = TRACER.tables.borrow();
    tables.as_ref()?.traces.get(&start).map(|trace| trace.traceback.clone())
}

/// Runs `f` without tracing what it allocates: for building answers out of the tables.
pub fn untraced<R>(f: impl FnOnce() -> R) -> R {
    let before = TRACER.busy.replace(true);
    let result = f();
    TRACER.busy.set(before);
    result
}

fn allocated(block: *mut u8, size: usize) {
    if TRACER.busy.replace(true) {
        return;
    }
    let limit = usize::from(TRACER.limit.get());
    let (mut lines, mut total) = (Vec::with_capacity(limit.min(16)), 0u16);
    // SAFETY: objects are allocated on attached threads only.
    let py = unsafe { Py::assume() };
    py.each_frame_line(&mut |name, line| {
        total = total.saturating_add(1);
        if lines.len() < limit {
            lines.push((name.map_or(0, |name| name.as_ptr().addr()), u32::try_from(line).unwrap_or(0)));
        }
    });
    if lines.is_empty() {
        lines.push((0, 0));
        total = 1;
    }
    if let Ok(mut tables) = TRACER.tables.try_borrow_mut()
        && let Some(tables) = tables.as_mut()
    {
        tables.insert(block, size, (lines, total));
    }
    TRACER.busy.set(false);
}

impl Tables {
    fn insert(&mut self, block: *mut u8, size: usize, key: Key) {
        let traceback = match self.tracebacks.get(&key) {
            Some(known) => known.clone(),
            None => {
                let lines = key.0.iter().map(|&(name, line)| (name_at(name), line)).collect();
                let made = Rc::new(Traceback { lines, total: key.1 });
                self.tracebacks.insert(key, made.clone());
                made
            }
        };
        if let Some(old) = self.traces.insert(block.addr(), Trace { size, traceback }) {
            TRACER.traced.set(TRACER.traced.get() - old.size);
        }
        let traced = TRACER.traced.get() + size;
        TRACER.traced.set(traced);
        TRACER.peak.set(TRACER.peak.get().max(traced));
    }
}

/// The file name at an address that a frame gave a moment ago.
fn name_at(address: usize) -> Option<Ref<PyStr>> {
    let name = core::ptr::with_exposed_provenance::<PyStr>(address);
    // SAFETY: null, or the name of a code object whose frame runs.
    unsafe { name.as_ref() }.map(|name| name.new_ref())
}

fn freed(block: *mut u8) {
    if let Ok(mut tables) = TRACER.tables.try_borrow_mut()
        && let Some(tables) = tables.as_mut()
        && let Some(old) = tables.traces.remove(&block.addr())
    {
        TRACER.traced.set(TRACER.traced.get() - old.size);
    }
}
