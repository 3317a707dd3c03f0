//! The cycle collector: heads of tracked objects, generations, finalisers, put-off deallocations.
//! Here too: what every allocation touches. Not here: a collection (`collect.rs`), looking at the heap (`inspect.rs`), module `gc`
//! (crate `modules/sys`).

mod collect;
mod inspect;
mod list;

use core::cell::Cell;

use crate::object::PyObject;
use crate::objects::PyList;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::{Member, Ref};

pub use collect::{Reason, collect, collect_scheduled};
pub use inspect::{
    finalized, freeze, frozen, is_collectable, objects, referents, referrers, tracked, unfreeze,
};

/// `PyGC_Head`: stands 16 bytes before a collectable object. Low bits of both words are flags.
#[repr(C)]
pub struct GcHead {
    /// Next head in the list; null when the object is not tracked.
    pub next: Cell<*const GcHead>,
    /// Previous head; low bits: 1 = finalised (`tp_finalize` ran), 2 = collecting.
    pub prev: Cell<usize>,
}

/// Flag in `GcHead::prev`: the finaliser has run.
pub const PREV_FINALIZED: usize = 1;
/// Flag in `GcHead::prev`: the object is in the generation being collected.
pub const PREV_COLLECTING: usize = 2;
const PREV_MASK: usize = !3;

/// Flags of `gc.set_debug`.
#[allow(missing_docs)]
pub mod debug {
    pub const STATS: i32 = 1;
    pub const COLLECTABLE: i32 = 2;
    pub const UNCOLLECTABLE: i32 = 4;
    pub const SAVEALL: i32 = 32;
    pub const LEAK: i32 = COLLECTABLE | UNCOLLECTABLE | SAVEALL;
}

/// Number of generations.
pub const GENERATIONS: usize = 3;

/// One generation: a circular list and its counters.
pub struct Generation {
    head: GcHead,
    /// Collect when `count` exceeds this; 0 switches it off.
    pub threshold: Cell<i32>,
    /// Allocations minus deallocations (youngest), collections of the younger one (others).
    pub count: Cell<i32>,
    /// Collections of this generation so far, and what they found.
    pub stats: Cell<Stats>,
}

/// `gc.get_stats()` of a generation.
#[derive(Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Stats {
    pub collections: usize,
    pub collected: usize,
    pub uncollectable: usize,
}

/// The collector of one interpreter.
pub struct GcState {
    /// Young, middle, old.
    pub generations: Box<[Generation; GENERATIONS]>,
    /// What `gc.freeze()` set aside.
    permanent: Box<GcHead>,
    /// `gc.isenabled()`.
    pub enabled: Cell<bool>,
    /// A collection is running.
    pub collecting: Cell<bool>,
    /// `gc.get_debug()`, see [`debug`].
    pub debug: Cell<i32>,
    /// `gc.garbage`.
    garbage: Member<PyList>,
    /// `gc.callbacks`.
    callbacks: Member<PyList>,
    /// Objects that survived the last full collection, and those that came into the oldest generation since: a full
    /// collection waits until the latter are a quarter of the former, which keeps its cost linear in the number of objects.
    long_lived_total: Cell<usize>,
    long_lived_pending: Cell<usize>,
}

impl GcState {
    /// An empty collector with CPython 3.14's thresholds.
    pub fn new() -> GcState {
        let generation = |threshold| Generation {
            head: GcHead::detached(),
            threshold: Cell::new(threshold),
            count: Cell::new(0),
            stats: Cell::default(),
        };
        let state = GcState {
            generations: Box::new([generation(2000), generation(10), generation(10)]),
            permanent: Box::new(GcHead::detached()),
            enabled: Cell::new(true),
            collecting: Cell::new(false),
            debug: Cell::new(0),
            garbage: Member::empty(),
            callbacks: Member::empty(),
            long_lived_total: Cell::new(0),
            long_lived_pending: Cell::new(0),
        };
        state.generations.iter().for_each(|g| g.head.make_empty());
        state.permanent.make_empty();
        state
    }

    /// The generation of new objects.
    #[inline(always)]
    pub fn youngest(&self) -> &Generation {
        let [young, ..] = &*self.generations;
        young
    }

    /// The generation of objects that survived.
    fn oldest(&self) -> &Generation {
        let [.., old] = &*self.generations;
        old
    }

    /// `gc.garbage`, made when first asked for;
    pub fn garbage(&self, py: Py<'_>) -> crate::PyResult<Ref<PyList>> {
        made_once(py, &self.garbage)
    }

    /// `gc.callbacks`, made when first asked for.
    pub fn callbacks(&self, py: Py<'_>) -> crate::PyResult<Ref<PyList>> {
        made_once(py, &self.callbacks)
    }
}

fn made_once(py: Py<'_>, place: &Member<PyList>) -> crate::PyResult<Ref<PyList>> {
    if place.get().is_none() {
        place.set(PyList::from_vec(py, Vec::new())?);
    }
    match place.get() {
        Some(list) => Ok(list),
        None => Err(py.no_memory()),
    }
}

impl Default for GcState {
    fn default() -> Self {
        Self::new()
    }
}

/// The head of a collectable object.
///
/// # Safety
/// The object's type has `HAVE_GC`.
#[inline(always)]
pub unsafe fn head_of(op: &PyObject) -> &GcHead {
    // SAFETY: collectable objects are allocated with a head in front.
    unsafe { &*op.as_ptr().cast::<GcHead>().sub(1) }
}

/// Bytes that stand before an object: what `sys.getsizeof` adds to its own size.
pub fn head_size(op: &PyObject) -> usize {
    if has_head(op) { crate::memory::presize(op.ty()) } else { 0 }
}

/// Whether the object carries a collector's head: its type says so, and, for types whose instances differ, `tp_is_gc` does.
pub fn has_head(op: &PyObject) -> bool {
    let ty = op.ty();
    // SAFETY: slot call on a live object; such slots run no Python code.
    ty.has(flags::HAVE_GC) && ty.tp_is_gc.get().is_none_or(|is_gc| unsafe { is_gc(op.as_ptr()) } != 0)
}

/// True when the collector knows of `op`.
#[inline(always)]
pub fn is_tracked(op: &PyObject) -> bool {
    // SAFETY: only looked at for collectable types.
    op.ty().tp_flags.get() & flags::HAVE_GC != 0 && unsafe { !head_of(op).next.get().is_null() }
}

/// Makes the collector know of `op` (no effect when it does already).
#[inline]
pub fn track(op: &PyObject) {
    // SAFETY: callers track collectable objects only; the list is only touched under the GIL.
    unsafe {
        let head = head_of(op);
        if !head.next.get().is_null() {
            return;
        }
        Py::assume().interp().gc.youngest().head.append(head);
    }
}

/// Makes the collector know of a new object, which it does not know yet.
#[inline(always)]
pub fn track_new(py: Py<'_>, op: &PyObject) {
    // SAFETY: as in `track`.
    unsafe { py.interp().gc.youngest().head.append(head_of(op)) }
}

/// Makes the collector forget `op` (no effect when it does not know it).
#[inline]
pub fn untrack(op: &PyObject) {
    // SAFETY: as in `track`.
    unsafe {
        let head = head_of(op);
        if head.next.get().is_null() {
            return;
        }
        head.unlink();
    }
}

/// Counts an allocation of a collectable object; may schedule a collection.
#[inline]
pub fn note_allocation(py: Py<'_>) {
    let gc = &py.interp().gc;
    let young = &gc.youngest();
    let n = young.count.get() + 1;
    young.count.set(n);
    if n > young.threshold.get() && gc.enabled.get() && young.threshold.get() != 0 && !gc.collecting.get() {
        py.thread().set_breaker(crate::state::breaker::GC_SCHEDULED);
    }
}

/// Counts a deallocation of a collectable object.
#[inline]
pub fn note_free() {
    // SAFETY: objects die on attached threads.
    let young = unsafe { &Py::assume().interp().gc.youngest().count };
    if young.get() > 0 {
        young.set(young.get() - 1);
    }
}

/// Runs `tp_finalize` once on a dying object (PEP 442); true when it came back to life.
///
/// # Safety
/// `op` has a count of zero and is being deallocated.
pub unsafe fn call_finalizer_from_dealloc(op: *mut PyObject) -> bool {
    // SAFETY: by contract; the count is lifted to one while the finaliser runs.
    unsafe {
        (*op).set_refcnt(1);
        call_finalizer(&*op);
        let n = (*op).refcnt() - 1;
        (*op).set_refcnt(n);
        n > 0
    }
}

/// Runs `tp_finalize` unless it ran before.
pub fn call_finalizer(op: &PyObject) {
    let Some(finalize) = op.ty().tp_finalize.get() else { return };
    let collectable = op.ty().tp_flags.get() & flags::HAVE_GC != 0;
    // SAFETY: collectable objects have a head; the slot takes a live object.
    unsafe {
        if collectable {
            let head = head_of(op);
            if head.prev.get() & PREV_FINALIZED != 0 {
                return;
            }
            finalize(op.as_ptr());
            head.prev.set(head.prev.get() | PREV_FINALIZED);
        } else {
            finalize(op.as_ptr());
        }
    }
}

/// Puts a deallocation off: the object waits in a list threaded through its collector head.
///
/// # Safety
/// `op` is collectable and dead.
pub unsafe fn put_off_dealloc(py: Py<'_>, op: *mut PyObject) {
    // SAFETY: by contract; an untracked object's head is free to be used as a link.
    unsafe {
        untrack(&*op);
        let head = head_of(&*op);
        head.prev.set(py.thread().delete_later.get().addr() | (head.prev.get() & PREV_FINALIZED));
        py.thread().delete_later.set(op);
    }
}

/// Runs the deallocations that were put off.
pub fn run_put_off_deallocs(py: Py<'_>) {
    let ts = py.thread();
    loop {
        let op = ts.delete_later.get();
        if op.is_null() {
            return;
        }
        // SAFETY: the list holds dead collectable objects, linked through `prev`.
        unsafe {
            let head = head_of(&*op);
            ts.delete_later.set(op.with_addr(head.prev.get() & PREV_MASK));
            head.prev.set(head.prev.get() & PREV_FINALIZED);
            if let Some(destructor) = (*op).ty().tp_dealloc.get() {
                destructor(op);
            }
        }
    }
}
