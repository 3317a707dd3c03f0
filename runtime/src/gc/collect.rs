//! One collection: which objects of the young lists are reachable from outside them, weak references and finalisers of the others,
//! and breaking their cycles. The method is CPython's (its `InternalDocs/garbage_collector.md` describes it): counts of references from
//! outside are worked out in the heads' `prev` words, so that no memory is needed.

use core::ffi::{c_int, c_void};
use std::time::Instant;

use super::{GENERATIONS, GcHead, GcState, PREV_COLLECTING, PREV_FINALIZED, debug, head_of, inspect};
use crate::checking;
use crate::object::PyObject;
use crate::objects::weakref::{self, PyWeakReference};
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::Ref;
use crate::ret::IntoPy;
use crate::{PyResult, id};

/// Why a collection runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// Enough was allocated.
    Heap,
    /// `gc.collect()`.
    Manual,
    /// The interpreter ends: no callbacks, errors are not reported.
    Shutdown,
}

/// The count of outside references stands above the two flag bits of `prev`.
const REFS_SHIFT: u32 = 2;
/// In a member's `next`: the object is in the list of those that look unreachable.
const NEXT_UNREACHABLE: usize = 1;

/// Collects the oldest generation that has had enough (`GC_SCHEDULED`).
pub fn collect_scheduled(py: Py<'_>) {
    let gc = &py.interp().gc;
    if !gc.enabled.get() {
        return;
    }
    for (n, generation) in gc.generations.iter().enumerate().rev() {
        if generation.count.get() <= generation.threshold.get() {
            continue;
        }
        if n == GENERATIONS - 1 && gc.long_lived_pending.get() < gc.long_lived_total.get() / 4 {
            continue;
        }
        collect(py, n, Reason::Heap);
        return;
    }
}

/// Collects `generation` and the younger ones; gives the number of unreachable objects. Does nothing while a collection runs.
pub fn collect(py: Py<'_>, generation: usize, reason: Reason) -> usize {
    let gc = &py.interp().gc;
    if generation >= GENERATIONS || gc.collecting.replace(true) {
        return 0;
    }
    let mut found = 0;
    py.preserving_error(|| {
        if reason != Reason::Shutdown {
            notify(py, "start", generation, Outcome::default());
        }
        let outcome = run(py, generation);
        if reason != Reason::Shutdown {
            notify(py, "stop", generation, outcome);
        }
        found = outcome.collected + outcome.uncollectable;
    });
    gc.collecting.set(false);
    found
}

#[derive(Clone, Copy, Default)]
struct Outcome {
    collected: usize,
    uncollectable: usize,
}

fn run(py: Py<'_>, generation: usize) -> Outcome {
    let gc = &py.interp().gc;
    let started = Instant::now();
    if gc.debug.get() & debug::STATS != 0 {
        announce(py, generation);
    }
    if let Some(older) = gc.generations.get(generation + 1) {
        older.count.set(older.count.get() + 1);
    }
    gc.generations.iter().take(generation + 1).for_each(|g| g.count.set(0));
    let Some(this) = gc.generations.get(generation) else { return Outcome::default() };
    let young = &this.head;
    // SAFETY: all lists are whole; the heads do not move.
    unsafe { gc.generations.iter().take(generation).for_each(|g| young.absorb(&g.head)) };
    let unreachable = GcHead::detached();
    unreachable.make_empty();
    // SAFETY: `young` is whole.
    let survivors = unsafe { deduce_unreachable(young, &unreachable, true) };
    retire(gc, generation, young, survivors);
    // SAFETY: the list holds what is reachable from nowhere else; finalisers may change that, so it is looked at again.
    let outcome = unsafe { dispose(py, gc, generation, &unreachable) };
    if generation == GENERATIONS - 1 {
        py.thread().number_blocks.clear();
    }
    if gc.debug.get() & debug::STATS != 0 {
        let text = format!(
            "gc: done, {} unreachable, {} uncollectable, {:.4}s elapsed\n",
            outcome.collected + outcome.uncollectable,
            outcome.uncollectable,
            started.elapsed().as_secs_f64()
        );
        py.write_stderr(&text);
    }
    let mut stats = this.stats.get();
    stats.collections += 1;
    stats.collected += outcome.collected;
    stats.uncollectable += outcome.uncollectable;
    this.stats.set(stats);
    outcome
}

/// Whether an object is a tuple that cannot be part of a cycle: such ones need no more collecting.
unsafe fn is_settled_tuple(head: &GcHead) -> bool {
    // SAFETY: members are live objects.
    let op = unsafe { &*head.object() };
    op.downcast_exact::<PyTuple>().is_some_and(|tuple| {
        tuple.as_slice().iter().all(|item| !item.as_raw().is_null()) && !tuple.may_be_in_cycle()
    })
}

/// What survived, so many objects, moves to the next older generation.
fn retire(gc: &GcState, generation: usize, young: &GcHead, survivors: usize) {
    // SAFETY: whole lists.
    unsafe {
        match gc.generations.get(generation + 1) {
            Some(older) => {
                if generation + 1 == GENERATIONS - 1 {
                    gc.long_lived_pending.set(gc.long_lived_pending.get() + survivors);
                }
                older.head.absorb(young);
            }
            None => {
                gc.long_lived_pending.set(0);
                gc.long_lived_total.set(survivors);
            }
        }
    }
}

/// Weak references, finalisers and the end of what is unreachable.
unsafe fn dispose(py: Py<'_>, gc: &GcState, generation: usize, unreachable: &GcHead) -> Outcome {
    let Some(old) = gc.generations.get((generation + 1).min(GENERATIONS - 1)).map(|g| &g.head) else {
        return Outcome::default();
    };
    let mut outcome = Outcome::default();
    // SAFETY: whole lists all along; each step leaves them so.
    unsafe {
        let legacy = GcHead::detached();
        legacy.make_empty();
        move_legacy_finalizers(unreachable, &legacy);
        if gc.debug.get() & debug::COLLECTABLE != 0 {
            show(py, "collectable", unreachable);
        }
        let callbacks = clear_weak_references(unreachable);
        weakref::run_callbacks(callbacks);
        finalize(unreachable);
        let resurrected = GcHead::detached();
        resurrected.make_empty();
        resurrected.absorb(unreachable);
        deduce_unreachable(&resurrected, unreachable, false);
        old.absorb(&resurrected);
        // Finalisers may have made new ones. They must not show what is taken apart; nobody learns of their end.
        drop(clear_weak_references(unreachable));
        outcome.collected = unreachable.len();
        break_cycles(py, gc, unreachable, old);
        outcome.uncollectable = legacy.len();
        keep_uncollectable(py, gc, &legacy, old);
    }
    outcome
}

#[inline(always)]
fn refs(head: &GcHead) -> usize {
    head.prev.get() >> REFS_SHIFT
}

#[inline(always)]
fn set_refs(head: &GcHead, n: usize) {
    head.prev.set(n << REFS_SHIFT | head.prev.get() & (PREV_FINALIZED | PREV_COLLECTING));
}

/// The head of a visited object, if it is being collected.
#[inline(always)]
unsafe fn collecting<'a>(op: *mut PyObject) -> Option<&'a GcHead> {
    // SAFETY: visited objects are alive.
    unsafe {
        if !inspect::is_collectable(&*op) {
            return None;
        }
        let head = core::ptr::from_ref(head_of(&*op));
        (*head).is_collecting().then(|| &*head)
    }
}

unsafe fn traverse(
    head: &GcHead,
    visit: unsafe extern "C-unwind" fn(*mut PyObject, *mut c_void) -> c_int,
    arg: *mut c_void,
) {
    // SAFETY: members are live collectable objects.
    unsafe {
        let op = head.object();
        if let Some(traverse) = (*op).ty().tp_traverse.get() {
            traverse(op, visit, arg);
        }
    }
}

/// Takes away a reference that comes from inside the generation.
unsafe extern "C-unwind" fn subtract(op: *mut PyObject, _arg: *mut c_void) -> c_int {
    // SAFETY: a visited object is alive.
    if let Some(head) = unsafe { collecting(op) } {
        let n = refs(head);
        if n == 0 && (checking::ON || cfg!(debug_assertions)) {
            // SAFETY: as above.
            checking::fail("the collector finds more references than are counted", unsafe { &*op });
        }
        set_refs(head, n.saturating_sub(1));
    }
    0
}

/// Moves the members of `young` that nothing outside refers to, not even by way of others, to `unreachable`; tells how many stay. With
/// `settle`, tuples that cannot be part of a cycle leave the list.
///
/// # Safety
/// `young` heads a whole list, `unreachable` an empty one. Nothing runs Python code meanwhile.
unsafe fn deduce_unreachable(young: &GcHead, unreachable: &GcHead, settle: bool) -> usize {
    // SAFETY: by contract; `next` links stay whole in the first two passes, `prev` words hold counts until the third restores them.
    unsafe {
        young.each(|head| {
            if checking::ON {
                checking::live(&*head.object());
            }
            let refs = (*head.object()).refcnt() as usize;
            head.prev.set(refs << REFS_SHIFT | head.prev.get() & PREV_FINALIZED | PREV_COLLECTING);
        });
        young.each(|head| traverse(head, subtract, core::ptr::null_mut()));
        let staying = move_unreachable(young, unreachable, settle);
        unreachable.next.set(untagged(unreachable.next.get()));
        let mut p = unreachable.next.get();
        while !core::ptr::eq(p, unreachable) {
            (*p).next.set(untagged((*p).next.get()));
            p = (*p).next.get();
        }
        staying
    }
}

fn untagged(p: *const GcHead) -> *const GcHead {
    p.map_addr(|a| a & !NEXT_UNREACHABLE)
}

fn tagged(p: *const GcHead) -> *const GcHead {
    p.map_addr(|a| a | NEXT_UNREACHABLE)
}

fn is_tagged(p: *const GcHead) -> bool {
    p.addr() & NEXT_UNREACHABLE != 0
}

/// Walks `young` once: members with references from outside stay, and what they refer to comes (back) to the list's end; others go to
/// `unreachable` for the time being, their `next` links tagged.
unsafe fn move_unreachable(young: &GcHead, unreachable: &GcHead, settle: bool) -> usize {
    let mut staying = 0;
    let mut prev: *const GcHead = young;
    let mut p = young.next.get();
    while !core::ptr::eq(p, young) {
        // SAFETY: members are alive; `next` links of `young` are whole.
        unsafe {
            let head = &*p;
            if refs(head) > 0 {
                traverse(head, reach, core::ptr::from_ref(young).cast_mut().cast());
                if settle && is_settled_tuple(head) {
                    let next = head.next.get();
                    (*prev).next.set(next);
                    head.next.set(core::ptr::null());
                    head.prev.set(head.prev.get() & PREV_FINALIZED);
                    p = next;
                    continue;
                }
                head.prev.set(prev.expose_provenance() | head.prev.get() & PREV_FINALIZED);
                prev = head;
                staying += 1;
            } else {
                (*prev).next.set(head.next.get());
                let last: *const GcHead = core::ptr::with_exposed_provenance(unreachable.prev.get());
                (*last).next.set(tagged(head));
                head.prev
                    .set(last.expose_provenance() | head.prev.get() & (PREV_FINALIZED | PREV_COLLECTING));
                head.next.set(tagged(unreachable));
                unreachable.prev.set(p.expose_provenance());
            }
            p = (*prev).next.get();
        }
    }
    young.prev.set(prev.expose_provenance());
    staying
}

/// Something reachable refers to `op`.
unsafe extern "C-unwind" fn reach(op: *mut PyObject, arg: *mut c_void) -> c_int {
    // SAFETY: a visited object is alive; `arg` is `move_unreachable`'s.
    unsafe {
        let Some(head) = collecting(op) else { return 0 };
        let young = &*arg.cast::<GcHead>();
        if is_tagged(head.next.get()) {
            take_back(head, young);
        } else if refs(head) == 0 {
            // It stands further on in the list: it will be seen there.
            set_refs(head, 1);
        }
    }
    0
}

/// Moves a member that looked unreachable to the end of `young`.
unsafe fn take_back(head: &GcHead, young: &GcHead) {
    let (prev, next) = (head.prev.get() & !3, untagged(head.next.get()));
    // SAFETY: the list of the unreachable is whole but for its tags; the end of `young` is its last member in `next` order.
    unsafe {
        let prev: *const GcHead = core::ptr::with_exposed_provenance(prev);
        (*prev).next.set(tagged(next));
        (*next).prev.set(prev.expose_provenance() | (*next).prev.get() & 3);
        let last: *const GcHead = core::ptr::with_exposed_provenance(young.prev.get());
        (*last).next.set(head);
        head.next.set(young);
        young.prev.set(core::ptr::from_ref(head).expose_provenance());
        set_refs(head, 1);
    }
}

/// Objects with a finaliser of the kind before PEP 442 (`tp_del`), and what they reach, cannot be collected.
unsafe fn move_legacy_finalizers(unreachable: &GcHead, legacy: &GcHead) {
    // SAFETY: a whole list of live objects.
    unsafe {
        let mut found: Vec<*const GcHead> = Vec::new();
        unreachable.each(|head| {
            if (*head.object()).ty().tp_del.get().is_some() {
                found.push(head);
            }
        });
        for &head in &found {
            (*head).move_to(legacy);
        }
        let mut at = 0;
        while let Some(&head) = found.get(at) {
            let op = &*(*head).object();
            for reached in inspect::referents(op) {
                if let Some(inner) = collecting(reached.as_raw()) {
                    inner.move_to(legacy);
                    found.push(inner);
                }
            }
            at += 1;
        }
    }
}

/// Clears all weak references to the unreachable, before any of their finalisers could see them, and returns those with callbacks that
/// are not unreachable themselves.
unsafe fn clear_weak_references(unreachable: &GcHead) -> Vec<(Ref<PyObject>, Ref<PyObject>)> {
    let mut callbacks = Vec::new();
    // SAFETY: a whole list of live objects; nothing runs Python code before the callbacks.
    unsafe {
        unreachable.each(|head| {
            let op = &*head.object();
            if let Some(reference) = op.downcast::<PyWeakReference>() {
                // One that is garbage itself: its callback could bring back what is being taken apart.
                reference.unlink();
            }
            weakref::detach_all(op, |r| collecting(r.as_ptr()).is_none(), &mut callbacks);
        });
    }
    callbacks
}

/// Runs the finalisers that have not run yet. Anything may happen to the list's members.
unsafe fn finalize(unreachable: &GcHead) {
    let seen = GcHead::detached();
    seen.make_empty();
    // SAFETY: members are taken from the front one by one; a reference keeps the current one alive.
    unsafe {
        while !unreachable.is_empty() {
            let head = &*unreachable.next.get();
            // The flag must survive the move: these objects are still being collected.
            head.unlink();
            seen.append(head);
            head.prev.set(head.prev.get() | PREV_COLLECTING);
            let op = &*head.object();
            if head.prev.get() & PREV_FINALIZED == 0
                && let Some(finalizer) = op.ty().tp_finalize.get()
            {
                head.prev.set(head.prev.get() | PREV_FINALIZED);
                let held: Ref<PyObject> = op.to_ref();
                finalizer(op.as_ptr());
                drop(held);
            }
        }
        unreachable.absorb(&seen);
    }
}

/// Clears what is left, object by object; what is still alive after that goes to the old generation.
unsafe fn break_cycles(py: Py<'_>, gc: &GcState, unreachable: &GcHead, old: &GcHead) {
    let save = gc.debug.get() & debug::SAVEALL != 0;
    // SAFETY: the first member is alive while it is in the list; a reference keeps it so while it is cleared.
    unsafe {
        while !unreachable.is_empty() {
            let head = &*unreachable.next.get();
            let op = &*head.object();
            if save {
                remember(py, gc, op);
            } else if let Some(clear) = op.ty().tp_clear.get() {
                let held = op.to_ref();
                clear(op.as_ptr());
                drop(held);
            }
            if core::ptr::eq(unreachable.next.get(), head) {
                head.clear_collecting();
                head.move_to(old);
            }
        }
    }
}

/// Objects with old-style finalisers go to `gc.garbage`, what they reach back to the old generation.
unsafe fn keep_uncollectable(py: Py<'_>, gc: &GcState, legacy: &GcHead, old: &GcHead) {
    // SAFETY: a whole list of live objects.
    unsafe {
        if gc.debug.get() & debug::UNCOLLECTABLE != 0 {
            show(py, "uncollectable", legacy);
        }
        legacy.each(|head| {
            head.clear_collecting();
            let op = &*head.object();
            if gc.debug.get() & debug::SAVEALL != 0 || op.ty().tp_del.get().is_some() {
                remember(py, gc, op);
            }
        });
        old.absorb(legacy);
    }
}

/// Appends to `gc.garbage`.
fn remember(py: Py<'_>, gc: &GcState, op: &PyObject) {
    if let Err(raised) = gc.garbage(py).and_then(|list| list.append(py, op.to_ref())) {
        py.clear_error(raised);
    }
}

fn announce(py: Py<'_>, generation: usize) {
    let gc = &py.interp().gc;
    let mut text = format!("gc: collecting generation {generation}...\ngc: objects in each generation:");
    for g in gc.generations.iter() {
        // SAFETY: whole lists.
        text.push_str(&format!(" {}", unsafe { g.head.len() }));
    }
    text.push_str(&format!("\ngc: objects in permanent generation: {}\n", inspect::frozen(py)));
    py.write_stderr(&text);
}

/// Writes a line for each member. The text is made first: writing may run Python code, under which members die.
unsafe fn show(py: Py<'_>, what: &str, list: &GcHead) {
    let mut text = String::new();
    // SAFETY: members of a whole list are alive.
    unsafe {
        list.each(|head| {
            let op = &*head.object();
            text.push_str(&format!("gc: {what} <{} {:#x}>\n", op.ty().name(), op.id()));
        });
    }
    py.write_stderr(&text);
}

/// Calls `gc.callbacks` with the phase and what is known of the collection.
fn notify(py: Py<'_>, phase: &str, generation: usize, outcome: Outcome) {
    let outcome = (|| -> PyResult<()> {
        let callbacks = py.interp().gc.callbacks(py)?;
        if callbacks.is_empty() {
            return Ok(());
        }
        let info = PyDict::new(py)?;
        let figures = [
            (id!(py, "generation"), generation),
            (id!(py, "collected"), outcome.collected),
            (id!(py, "uncollectable"), outcome.uncollectable),
        ];
        for (name, n) in figures {
            info.set(py, name, &*(n as isize).into_py(py)?)?;
        }
        let phase = PyStr::new_interned(py, phase)?;
        let mut n = 0;
        while let Some(callback) = callbacks.get(n) {
            if let Err(raised) = callback.call(py, &[&phase, &info]) {
                py.report_unraisable(raised, None, Some(&callback));
            }
            n += 1;
        }
        Ok(())
    })();
    if let Err(raised) = outcome {
        py.report_unraisable(raised, Some("Exception ignored on invoking gc callbacks"), None);
    }
}
