//! The table: CPython's probing (runs of neighbours, then a jump), growth and deletion by dummy.

use core::ops::ControlFlow;

use super::{BIG, MIN_SIZE, PySet, SetEntry};
use crate::error::PyResult;
use crate::memory;
use crate::object::{PyObject, Static};
use crate::objects::{PyInt, PyStr};
use crate::obmalloc;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// How far ahead in a table keys are fetched, and slots for them in another one.
const AHEAD: usize = 24;

/// Neighbours looked at before a jump.
const LINEAR_PROBES: usize = 9;

/// The last of the slots looked at one after the other from `i` on.
#[inline(always)]
fn neighbours(i: usize, mask: usize) -> usize {
    if i + LINEAR_PROBES <= mask { i + LINEAR_PROBES } else { i }
}

/// What stands in a slot whose element was removed: an address no object has.
static DUMMY: Static<u64> = Static(0);

fn dummy() -> *mut PyObject {
    core::ptr::from_ref(&DUMMY.0).cast_mut().cast()
}

/// Where a probe ends.
pub(crate) enum Slot {
    /// At the key, or one equal to it.
    Taken(usize),
    /// At a slot that never held one.
    Free(usize),
}

impl PySet {
    pub(crate) fn small(&self) -> *mut SetEntry {
        self.smalltable.as_ptr().cast_mut()
    }

    /// Entry `i` of the present table.
    ///
    /// # Safety
    /// `i` is at most the mask.
    #[inline(always)]
    unsafe fn entry(&self, i: usize) -> &SetEntry {
        // SAFETY: by contract.
        unsafe { &*self.table.get().add(i) }
    }

    /// A key's hash; 3.14 says what the unhashable object was wanted for.
    #[inline]
    pub(crate) fn key_hash(py: Py<'_>, key: &PyObject) -> PyResult<isize> {
        match key.downcast_exact::<PyStr>() {
            Some(s) => Ok(s.hash_value()),
            None if let Some(n) = key.downcast_exact::<PyInt>() => Ok(n.hash_value()),
            None => key.hash(py).map_err(|raised| explain(py, key, raised)),
        }
    }

    /// Where the search for `key` will begin, if its hash can be had at once.
    #[inline(always)]
    fn first_slot(&self, key: &PyObject) -> Option<*const SetEntry> {
        let hash = key.hash_at_once()?;
        Some(self.table.get().wrapping_add(hash as usize & self.mask.get() as usize))
    }

    /// Has the processor fetch the slot where the search for `key` will begin.
    #[inline]
    pub(crate) fn fetch_slot(&self, key: &PyObject) {
        if let Some(slot) = self.first_slot(key) {
            memory::prefetch(slot.cast());
        }
    }

    /// Membership, where a look at one slot tells.
    #[inline(always)]
    pub fn contains_at_once(&self, key: &PyObject) -> Option<bool> {
        // SAFETY: the slot is one of the table's.
        let found = unsafe { (*self.first_slot(key)?).key.get() };
        if found.is_null() {
            return Some(false);
        }
        core::ptr::eq(found, key).then_some(true)
    }

    /// Slot of `key`, if there.
    #[inline]
    pub(crate) fn find(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<usize>> {
        Ok(match self.probe(py, key, hash)? {
            Slot::Taken(at) => Some(at),
            Slot::Free(_) => None,
        })
    }

    /// Slot of `key`, or the one where it would go.
    pub(crate) fn probe(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Slot> {
        self.probe_with_code(py, key, hash, false)
    }

    /// As [`PySet::probe`] to add the key. An equal one then counts as found even where comparing them has taken it out.
    pub(crate) fn probe_to_add(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Slot> {
        self.probe_with_code(py, key, hash, true)
    }

    #[inline]
    fn probe_with_code(&self, py: Py<'_>, key: &PyObject, hash: isize, adding: bool) -> PyResult<Slot> {
        loop {
            let (table, mask) = (self.table.get(), self.mask.get());
            let probed = self.probe_by(key, hash, |at, found| {
                if let Some(same) = found.eq_plain(key) {
                    return Ok(Some(same));
                }
                let start = found.to_ref();
                let same = start.eq(py, key)?;
                if same && adding {
                    return Ok(Some(true));
                }
                if !core::ptr::eq(table, self.table.get()) || mask != self.mask.get() {
                    return Ok(None);
                }
                // SAFETY: the table is the one that the slot was found in.
                let key_now = unsafe { self.entry(at) }.key.get();
                let stands = core::ptr::eq(key_now, start.as_raw());
                Ok(stands.then_some(same))
            })?;
            if let Some(slot) = probed {
                return Ok(slot);
            }
        }
    }

    /// As [`PySet::probe`], without code being run: `None` where a comparison would need that.
    #[inline]
    fn probe_plain(&self, key: &PyObject, hash: isize) -> Option<Slot> {
        self.probe_by(key, hash, |_, found| Ok(found.eq_plain(key))).unwrap_or(None)
    }

    /// Probes for `key`; `same` compares it with the other object, of the same hash, in a slot, and says `None` to end the search.
    #[inline(always)]
    fn probe_by(
        &self,
        key: &PyObject,
        hash: isize,
        mut same: impl FnMut(usize, &PyObject) -> PyResult<Option<bool>>,
    ) -> PyResult<Option<Slot>> {
        let mask = self.mask.get() as usize;
        let mut perturb = hash as usize;
        let mut i = hash as usize & mask;
        loop {
            let last = neighbours(i, mask);
            let mut at = i;
            while at <= last {
                // SAFETY: indices stay within the mask; `same` ends the search where the table is another one. Found keys are alive.
                unsafe {
                    let entry = self.entry(at);
                    let found = entry.key.get();
                    if found.is_null() {
                        return Ok(Some(Slot::Free(at)));
                    }
                    if entry.hash.get() == hash && !core::ptr::eq(found, dummy()) {
                        if core::ptr::eq(found, key) {
                            return Ok(Some(Slot::Taken(at)));
                        }
                        match same(at, &*found)? {
                            Some(true) => return Ok(Some(Slot::Taken(at))),
                            Some(false) => {}
                            None => return Ok(None),
                        }
                    }
                }
                at += 1;
            }
            perturb >>= 5;
            i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
        }
    }

    /// Puts a key that is not there into the first free slot of its probe sequence.
    fn insert_clean(&self, key: *mut PyObject, hash: isize) {
        let mask = self.mask.get() as usize;
        let mut perturb = hash as usize;
        let mut i = hash as usize & mask;
        // SAFETY: indices stay within the mask; there is a free slot.
        unsafe {
            loop {
                let last = neighbours(i, mask);
                let mut at = i;
                while at <= last {
                    let entry = self.entry(at);
                    if entry.key.get().is_null() {
                        entry.key.set(key);
                        entry.hash.set(hash);
                        return;
                    }
                    at += 1;
                }
                perturb >>= 5;
                i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb) & mask;
            }
        }
    }

    /// Adds a key with a known hash; true when it was not there.
    pub(crate) fn insert(&self, py: Py<'_>, key: Ref<PyObject>, hash: isize) -> PyResult<bool> {
        let Slot::Free(at) = self.probe_to_add(py, &key, hash)? else { return Ok(false) };
        self.fill_slot(py, at, key, hash)?;
        Ok(true)
    }

    /// Puts a key into the free slot where a search for it ended, nothing having run since.
    #[inline(always)]
    pub(crate) fn fill_slot(&self, py: Py<'_>, at: usize, key: Ref<PyObject>, hash: isize) -> PyResult<()> {
        // SAFETY: one of the table's slots.
        unsafe {
            let entry = self.entry(at);
            entry.key.set(key.into_raw());
            entry.hash.set(hash);
        }
        self.fill.set(self.fill.get() + 1);
        self.used.set(self.used.get() + 1);
        if self.fill.get() * 5 >= self.mask.get() * 3 {
            let used = self.used.get() as usize;
            self.resize(py, if used > 50_000 { used * 2 } else { used * 4 })?;
        }
        Ok(())
    }

    /// Moves the elements to a table of more than `min_used` slots.
    pub(crate) fn resize(&self, py: Py<'_>, min_used: usize) -> PyResult<()> {
        let mut size = MIN_SIZE;
        while size <= min_used {
            size = match size.checked_mul(2) {
                Some(s) => s,
                None => return Err(py.no_memory()),
            };
        }
        let (old, old_mask) = (self.table.get(), self.mask.get() as usize);
        let small = self.small();
        let mut saved: [(*mut PyObject, isize); MIN_SIZE] = [(core::ptr::null_mut(), 0); MIN_SIZE];
        // SAFETY: keys move from the old table to the new one; nothing runs meanwhile.
        unsafe {
            let was_small = core::ptr::eq(old, small);
            if was_small {
                for (i, slot) in saved.iter_mut().enumerate() {
                    *slot = ((*old.add(i)).key.get(), (*old.add(i)).hash.get());
                }
            }
            let new: *mut SetEntry = if size == MIN_SIZE {
                small
            } else {
                let bytes = size.saturating_mul(size_of::<SetEntry>());
                let Some(block) = obmalloc::alloc_zeroed(py, bytes) else { return Err(py.no_memory()) };
                obmalloc::expect_scattered_use(block, bytes);
                block.cast()
            };
            if core::ptr::eq(new, small) {
                new.cast::<u8>().write_bytes(0, MIN_SIZE * size_of::<SetEntry>());
            }
            self.table.set(new);
            self.mask.set(size as isize - 1);
            self.fill.set(self.used.get());
            let keep = |key: *mut PyObject, hash: isize| {
                if !key.is_null() && !core::ptr::eq(key, dummy()) {
                    self.insert_clean(key, hash);
                }
            };
            if was_small {
                saved.iter().for_each(|&(key, hash)| keep(key, hash));
            } else {
                (0..=old_mask).for_each(|i| keep((*old.add(i)).key.get(), (*old.add(i)).hash.get()));
                obmalloc::free(old.cast());
            }
        }
        Ok(())
    }

    /// Removes a key with a known hash; true when it was there.
    pub(crate) fn remove_known_hash(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<bool> {
        let Some(at) = self.find(py, key, hash)? else { return Ok(false) };
        drop(self.take_slot(at));
        Ok(true)
    }

    /// Removes the element in this slot.
    pub(crate) fn take_slot(&self, at: usize) -> Ref<PyObject> {
        // SAFETY: the slot holds an element, whose reference moves out.
        unsafe {
            let entry = self.entry(at);
            let old = entry.key.replace(dummy());
            entry.hash.set(-1);
            self.used.set(self.used.get() - 1);
            Ref::from_owned(old)
        }
    }

    /// Removes and returns some element.
    pub(crate) fn pop_any(&self) -> Option<Ref<PyObject>> {
        if self.is_empty() {
            return None;
        }
        let mask = self.mask.get() as usize;
        let mut at = self.finger.get() as usize & mask;
        // SAFETY: indices stay within the mask; there is an element.
        unsafe {
            loop {
                let key = self.entry(at).key.get();
                if !key.is_null() && !core::ptr::eq(key, dummy()) {
                    break;
                }
                at = (at + 1) & mask;
            }
        }
        self.finger.set(at as isize + 1);
        Some(self.take_slot(at))
    }

    /// The element at or after `*position`, which then moves on, with its hash. Safe under mutation.
    #[inline]
    pub(crate) fn next_entry(&self, position: &mut usize) -> Option<(Ref<PyObject>, isize)> {
        let at = self.next_slot(position, |at| self.fetch_key(at + AHEAD))?;
        // SAFETY: the slot holds an element.
        unsafe {
            let entry = self.entry(at);
            Some((Ref::from_borrowed(entry.key.get()), entry.hash.get()))
        }
    }

    /// The slot of the element at or after `*position`, which then moves on. Each slot that is passed is told to `pass`, for fetching
    /// what lies behind.
    #[inline(always)]
    fn next_slot(&self, position: &mut usize, pass: impl Fn(usize)) -> Option<usize> {
        let mask = self.mask.get() as usize;
        let mut at = *position;
        while at <= mask {
            pass(at);
            // SAFETY: below the mask.
            let key = unsafe { self.entry(at) }.key.get();
            if !key.is_null() && !core::ptr::eq(key, dummy()) {
                *position = at + 1;
                return Some(at);
            }
            at += 1;
        }
        *position = at;
        None
    }

    /// Has the processor fetch the key in a slot of a big table.
    #[inline(always)]
    fn fetch_key(&self, at: usize) {
        if self.mask.get() >= BIG && at <= self.mask.get() as usize {
            // SAFETY: one of the table's slots.
            memory::prefetch(unsafe { self.entry(at) }.key.get());
        }
    }

    /// Calls `each` with the elements, their hashes and where `target` has them, or would, until it breaks off; `probe` finds that where
    /// it takes code. The slots of a big table lie anywhere in memory, and so do the keys, if `each` counts these: the ones for
    /// elements further on are fetched meanwhile.
    #[inline]
    pub(crate) fn walk_towards(
        &self,
        py: Py<'_>,
        target: &PySet,
        probe: impl Fn(&PySet, Py<'_>, &PyObject, isize) -> PyResult<Slot>,
        counts: bool,
        mut each: impl FnMut(&PyObject, isize, Slot) -> PyResult<ControlFlow<()>>,
    ) -> PyResult<ControlFlow<()>> {
        let mut position = 0;
        let fetch = |at: usize| {
            if counts {
                self.fetch_key(at + AHEAD);
            }
            if target.mask.get() >= BIG && at + AHEAD <= self.mask.get() as usize {
                // SAFETY: one of the table's slots.
                let slot = unsafe { self.entry(at + AHEAD) }.hash.get() & target.mask.get();
                memory::prefetch(target.table.get().wrapping_offset(slot).cast());
            }
        };
        while let Some(at) = self.next_slot(&mut position, fetch) {
            // SAFETY: the slot holds an element, which lives as long as no code runs: if a comparison needs that, the key is counted.
            let (key, hash) = unsafe {
                let entry = self.entry(at);
                (&*entry.key.get(), entry.hash.get())
            };
            let flow = match target.probe_plain(key, hash) {
                Some(slot) => each(key, hash, slot)?,
                None => {
                    let key = key.to_ref();
                    let slot = probe(target, py, &key, hash)?;
                    each(&key, hash, slot)?
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Releases the elements of a dead set: the table is left as it is. The keys of a big set lie anywhere in memory: those further on
    /// are fetched meanwhile.
    ///
    /// # Safety
    /// Nobody sees the set any more.
    pub(super) unsafe fn release_elements(&self) {
        let mut position = 0;
        for _ in 0..self.used.get() {
            let Some(at) = self.next_slot(&mut position, |at| self.fetch_key(at + AHEAD)) else { return };
            // SAFETY: the slot holds an element.
            unsafe { PyObject::decref(self.entry(at).key.get()) };
        }
    }

    /// Raw element pointers, for the collector.
    pub(crate) fn raw_keys(&self) -> impl Iterator<Item = *mut PyObject> + '_ {
        // SAFETY: below the mask.
        (0..=self.mask.get() as usize)
            .map(|i| unsafe { self.entry(i).key.get() })
            .filter(|&k| !k.is_null() && !core::ptr::eq(k, dummy()))
    }

    /// Empties; elements are released when the set is empty already.
    pub fn clear(&self) {
        let elements: Vec<*mut PyObject> = self.raw_keys().collect();
        let (table, small) = (self.table.get(), self.small());
        // SAFETY: the table is replaced before anything is released.
        unsafe {
            small.cast::<u8>().write_bytes(0, MIN_SIZE * size_of::<SetEntry>());
            self.table.set(small);
            self.mask.set(MIN_SIZE as isize - 1);
            self.fill.set(0);
            self.used.set(0);
            self.hash.set(-1);
            if !core::ptr::eq(table, small) {
                obmalloc::free(table.cast());
            }
            for key in elements {
                PyObject::decref(key);
            }
        }
    }

    /// Grows once for `count` elements that are about to be added.
    pub(crate) fn make_room(&self, py: Py<'_>, count: usize) -> PyResult<()> {
        if (self.fill.get() as usize + count) * 5 >= self.mask.get() as usize * 3 {
            self.resize(py, (self.len() + count) * 2)?;
        }
        Ok(())
    }

    /// Adds the elements of another set.
    pub(crate) fn merge(&self, py: Py<'_>, other: &PySet) -> PyResult<()> {
        if core::ptr::eq(self, other) || other.is_empty() {
            return Ok(());
        }
        self.make_room(py, other.len())?;
        if self.fill.get() == 0 {
            self.copy_elements(other);
            return Ok(());
        }
        let _ = other.walk_towards(py, self, PySet::probe_to_add, true, |key, hash, slot| {
            if let Slot::Free(at) = slot {
                self.fill_slot(py, at, key.to_ref(), hash)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(())
    }

    /// Fills an empty set that has room with the elements of another one: they differ, so nothing needs to be compared.
    fn copy_elements(&self, other: &PySet) {
        let same_slots = self.mask.get() == other.mask.get() && other.fill.get() == other.used.get();
        // SAFETY: the loop stays within the other's mask, and no code runs that could change either set.
        unsafe {
            for at in 0..=other.mask.get() as usize {
                let entry = other.entry(at);
                let key = entry.key.get();
                other.fetch_key(at + AHEAD);
                if key.is_null() || core::ptr::eq(key, dummy()) {
                    continue;
                }
                (*key).incref();
                if same_slots {
                    self.entry(at).key.set(key);
                    self.entry(at).hash.set(entry.hash.get());
                } else {
                    self.insert_clean(key, entry.hash.get());
                }
            }
        }
        self.fill.set(other.used.get());
        self.used.set(other.used.get());
    }

    /// Shrinks when many elements were removed at once.
    pub(crate) fn shrink(&self, py: Py<'_>) -> PyResult<()> {
        if self.fill.get() - self.used.get() <= self.mask.get() / 5 {
            return Ok(());
        }
        let used = self.len();
        self.resize(py, if used > 50_000 { used * 2 } else { used * 4 })
    }

    /// Exchanges the contents of two sets.
    pub(crate) fn swap_contents(&self, other: &PySet) {
        let small = |set: &PySet| core::ptr::eq(set.table.get(), set.small());
        let (mine, theirs) = (small(self), small(other));
        self.table.swap(&other.table);
        self.mask.swap(&other.mask);
        self.fill.swap(&other.fill);
        self.used.swap(&other.used);
        self.hash.set(-1);
        other.hash.set(-1);
        // SAFETY: small tables are part of their sets, two different objects: their slots change places.
        unsafe { core::ptr::swap_nonoverlapping(self.small(), other.small(), MIN_SIZE) };
        if theirs {
            self.table.set(self.small());
        }
        if mine {
            other.table.set(other.small());
        }
    }
}

#[cold]
fn explain(py: Py<'_>, key: &PyObject, raised: crate::error::Raised) -> crate::error::Raised {
    if !py.error_matches(crate::objects::exceptions::types::TypeError()) {
        return raised;
    }
    let cause = py.fetch(raised);
    if !core::ptr::eq(cause.type_ptr(), crate::objects::exceptions::types::TypeError()) {
        return py.restore(cause);
    }
    match cause.str(py) {
        Ok(text) => {
            raise!(py, TypeError, "cannot use '{}' as a set element ({text})", key.ty().qualified_name())
        }
        Err(raised) => raised,
    }
}
