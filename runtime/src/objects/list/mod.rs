//! `list`: a growable array of references with CPython's growth steps. `methods.rs` is the Python face, `sort.rs` sorts,
//! `iterator.rs` walks. Elements are copied out before anything that may run Python code, since that may change the list.

pub mod iterator;
mod merge_sort;
mod methods;
pub mod sort;

use core::cell::Cell;

use krait_macros::pyclass;

use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::flags;
use crate::objects::{PyDict, PySet, PyTuple};
use crate::obmalloc;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// `PyListObject`.
#[pyclass(name = "list", basetype, gc, sequence, match_self, manual, flags = flags::LIST_SUBCLASS)]
#[repr(C)]
pub struct PyList {
    pub(crate) ob_base: PyVarObject,
    pub(crate) ob_item: Cell<*mut *mut PyObject>,
    pub(crate) allocated: Cell<isize>,
}

/// A list's array apart from the list; it owns its items.
struct Array {
    items: *mut *mut PyObject,
    len: usize,
    allocated: isize,
}

impl Array {
    fn items(&mut self) -> &mut [Ref<PyObject>] {
        if self.items.is_null() {
            return &mut [];
        }
        // SAFETY: `len` slots hold references, which belong to the array.
        unsafe { core::slice::from_raw_parts_mut(self.items.cast(), self.len) }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if self.items.is_null() {
            return;
        }
        // SAFETY: as above; nobody else knows the block.
        unsafe {
            core::ptr::drop_in_place(self.items());
            obmalloc::free(self.items.cast());
        }
    }
}

impl PyList {
    /// An empty list.
    #[inline]
    pub fn new(py: Py<'_>) -> PyResult<Ref<PyList>> {
        // SAFETY: lists are collectable and all fields are set.
        unsafe {
            let op =
                memory::alloc_plain(py, PyList::type_object(), true, size_of::<PyList>())?.cast::<PyList>();
            (*op).ob_base.ob_size.set(0);
            (*op).ob_item.set(core::ptr::null_mut());
            (*op).allocated.set(0);
            gc::track_new(py, &*op);
            Ok(Ref::from_owned(op))
        }
    }

    /// A list that takes these references over.
    pub fn from_vec(py: Py<'_>, items: Vec<Ref<PyObject>>) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        let room = items.len();
        list.adopt(py, items, room)?;
        Ok(list)
    }

    /// A list of `n` owned references that `fill` writes, each slot exactly once: for the interpreter.
    ///
    /// # Safety
    /// `fill` writes every slot of the array it gets.
    #[inline]
    pub unsafe fn build(
        py: Py<'_>,
        n: usize,
        fill: impl FnOnce(*mut *mut PyObject),
    ) -> PyResult<Ref<PyList>> {
        let list = PyList::new(py)?;
        if n > 0 {
            let Some(block) = n.checked_mul(8).and_then(obmalloc::alloc) else { return Err(py.no_memory()) };
            let items: *mut *mut PyObject = block.cast();
            fill(items);
            list.ob_item.set(items);
            list.allocated.set(n as isize);
            list.ob_base.ob_size.set(n as isize);
        }
        Ok(list)
    }

    /// An empty list with the room that splitting text at up to `cuts` places takes at once: twelve items at most, as `sys.getsizeof`
    /// of the pieces shows.
    pub(crate) fn for_pieces(py: Py<'_>, cuts: usize) -> PyResult<Ref<PyList>> {
        const MOST: usize = 12;
        let list = PyList::new(py)?;
        let room = cuts.saturating_add(1).min(MOST);
        let Some(block) = obmalloc::alloc(room * 8) else { return Err(py.no_memory()) };
        list.ob_item.set(block.cast());
        list.allocated.set(room as isize);
        Ok(list)
    }

    /// A list of `n` of these items.
    ///
    /// # Safety
    /// There are that many items at `items`.
    pub(crate) unsafe fn copy_of(py: Py<'_>, items: *const *mut PyObject, n: usize) -> PyResult<Ref<PyList>> {
        // SAFETY: by contract; every slot is written.
        unsafe { PyList::build(py, n, |slots| copy_items(items, slots, n)) }
    }

    /// The items from `start` on, `len` of them, all of which exist.
    pub(crate) fn slice(&self, py: Py<'_>, start: usize, len: usize) -> PyResult<Ref<PyList>> {
        debug_assert!(start + len <= self.len());
        // SAFETY: slots below the size are set; nothing runs while they are copied.
        unsafe { PyList::copy_of(py, self.ob_item.get().wrapping_add(start), len) }
    }

    /// Makes the (empty) list hold these references, in an array with room for `room` items.
    fn adopt(&self, py: Py<'_>, items: Vec<Ref<PyObject>>, room: usize) -> PyResult<()> {
        let n = items.len();
        if n == 0 {
            return Ok(());
        }
        let room = room.max(n);
        let Some(block) = room.checked_mul(8).and_then(obmalloc::alloc) else { return Err(py.no_memory()) };
        let slots: *mut *mut PyObject = block.cast();
        for (i, item) in items.into_iter().enumerate() {
            // SAFETY: the block has `n` slots.
            unsafe { slots.add(i).write(item.into_raw()) };
        }
        self.ob_item.set(slots);
        self.allocated.set(room as isize);
        self.ob_base.ob_size.set(n as isize);
        Ok(())
    }

    /// Number of items.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ob_base.size()
    }

    /// No item.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`, with a count of its own.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<Ref<PyObject>> {
        if index >= self.len() {
            return None;
        }
        // SAFETY: slots below the size are set.
        unsafe { Some(Ref::from_borrowed(*self.ob_item.get().add(index))) }
    }

    /// Has the processor fetch an item that is soon to be looked at, if there is one.
    #[inline(always)]
    pub fn fetch(&self, index: usize) {
        if index < self.len() {
            // SAFETY: slots below the size are set.
            memory::prefetch(unsafe { *self.ob_item.get().add(index) });
        }
    }

    /// The item at `index` without counting.
    ///
    /// # Safety
    /// The list is not changed while the result is used.
    #[inline(always)]
    pub unsafe fn get_borrowed(&self, index: usize) -> Option<&PyObject> {
        if index >= self.len() {
            return None;
        }
        // SAFETY: slots below the size are set.
        unsafe { Some(&**self.ob_item.get().add(index)) }
    }

    /// The items.
    ///
    /// # Safety
    /// The list is not changed while the result is used.
    #[inline]
    pub(crate) unsafe fn as_slice(&self) -> &[Ref<PyObject>] {
        if self.is_empty() {
            return &[];
        }
        // SAFETY: slots below the size are set.
        unsafe { core::slice::from_raw_parts(self.ob_item.get().cast(), self.len()) }
    }

    /// Replaces the item at `index`; false when there is none. The old item is released last.
    #[inline]
    pub fn set(&self, index: usize, value: Ref<PyObject>) -> bool {
        if index >= self.len() {
            return false;
        }
        // SAFETY: slots below the size are set; the old reference moves out.
        unsafe {
            let old = self.ob_item.get().add(index).replace(value.into_raw());
            PyObject::decref(old);
        }
        true
    }

    /// Puts an owned reference in the place of the item at `index`, whose count is the caller's from then on.
    ///
    /// # Safety
    /// There is such an item.
    #[inline(always)]
    pub unsafe fn exchange(&self, index: usize, value: *mut PyObject) -> *mut PyObject {
        // SAFETY: by contract.
        unsafe { self.ob_item.get().add(index).replace(value) }
    }

    /// Exchanges two items; nothing happens when one of them does not exist.
    #[inline]
    pub fn swap(&self, a: usize, b: usize) {
        if a < self.len() && b < self.len() {
            // SAFETY: slots below the size are set.
            unsafe { core::ptr::swap(self.ob_item.get().add(a), self.ob_item.get().add(b)) };
        }
    }

    /// Makes room for `size` items, with CPython's over-allocation, and sets the size. New slots are not set.
    ///
    /// # Safety
    /// The caller fills new slots before anything looks at the list, and owns what shrinking leaves behind.
    pub(crate) unsafe fn resize(&self, py: Py<'_>, size: usize) -> PyResult<()> {
        let allocated = self.allocated.get() as usize;
        if allocated >= size && size >= allocated >> 1 {
            self.ob_base.ob_size.set(size as isize);
            return Ok(());
        }
        let mut room = (size + (size >> 3) + 6) & !3;
        // Growth by more than over-allocation gives is taken exactly.
        if size as isize - self.len() as isize > room as isize - size as isize {
            room = (size + 3) & !3;
        }
        if size == 0 {
            room = 0;
        }
        // SAFETY: the block is this list's own.
        unsafe { self.set_room(py, room)? };
        self.ob_base.ob_size.set(size as isize);
        Ok(())
    }

    /// Gives the item array room for exactly `room` items.
    unsafe fn set_room(&self, py: Py<'_>, room: usize) -> PyResult<()> {
        if room == 0 {
            // SAFETY: the block is this list's own.
            unsafe { obmalloc::free(self.ob_item.replace(core::ptr::null_mut()).cast()) };
            self.allocated.set(0);
            return Ok(());
        }
        let bytes = room.checked_mul(8).filter(|&b| b <= isize::MAX as usize);
        // SAFETY: the block is this list's own.
        let Some(block) = bytes.and_then(|b| unsafe { obmalloc::realloc(self.ob_item.get().cast(), b) })
        else {
            return Err(py.no_memory());
        };
        self.ob_item.set(block.cast());
        self.allocated.set(room as isize);
        Ok(())
    }

    /// Appends an owned reference if there is room for it; else nothing happens.
    ///
    /// # Safety
    /// `value` is an owned reference, which moves into the list on success.
    #[inline(always)]
    pub unsafe fn append_in_place(&self, value: *mut PyObject) -> bool {
        let n = self.len();
        if n as isize >= self.allocated.get() {
            return false;
        }
        // SAFETY: the slot lies below the capacity.
        unsafe { self.ob_item.get().add(n).write(value) };
        self.ob_base.ob_size.set(n as isize + 1);
        true
    }

    /// Appends.
    #[inline]
    pub fn append(&self, py: Py<'_>, value: Ref<PyObject>) -> PyResult<()> {
        let n = self.len();
        // SAFETY: the new slot is filled at once.
        unsafe {
            if (n as isize) < self.allocated.get() {
                self.ob_base.ob_size.set(n as isize + 1);
            } else {
                self.resize(py, n + 1)?;
            }
            self.ob_item.get().add(n).write(value.into_raw());
        }
        Ok(())
    }

    /// Turns the order round.
    pub(crate) fn reverse_items(&self) {
        if !self.is_empty() {
            // SAFETY: the slots below the size are set; nothing runs while they are swapped.
            unsafe { core::slice::from_raw_parts_mut(self.ob_item.get(), self.len()).reverse() }
        }
    }

    /// Puts `value` before `index` (clipped to the length).
    pub fn insert(&self, py: Py<'_>, index: usize, value: Ref<PyObject>) -> PyResult<()> {
        let n = self.len();
        let at = index.min(n);
        // SAFETY: the slots move up by one; the free one is filled.
        unsafe {
            self.resize(py, n + 1)?;
            let items = self.ob_item.get();
            core::ptr::copy(items.add(at), items.add(at + 1), n - at);
            items.add(at).write(value.into_raw());
        }
        Ok(())
    }

    /// Removes and returns the item at `index`.
    pub fn remove_at(&self, py: Py<'_>, index: usize) -> PyResult<Option<Ref<PyObject>>> {
        let n = self.len();
        if index >= n {
            return Ok(None);
        }
        // SAFETY: the reference moves out, the slots after it move down.
        unsafe {
            let items = self.ob_item.get();
            let item = Ref::from_owned(*items.add(index));
            if index + 1 < n {
                core::ptr::copy(items.add(index + 1), items.add(index), n - index - 1);
            }
            if self.resize(py, n - 1).is_err() {
                // Shrinking in place needs no memory: the size alone changes.
                drop(py.take_error());
                self.ob_base.ob_size.set(n as isize - 1);
            }
            Ok(Some(item))
        }
    }

    /// Copies of all items, each with a count of its own.
    pub fn to_vec(&self) -> Vec<Ref<PyObject>> {
        // SAFETY: nothing runs before the items are copied.
        unsafe { self.as_slice() }.to_vec()
    }

    /// The items as a tuple.
    pub fn to_tuple(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        // SAFETY: nothing runs before the items are copied.
        PyTuple::copy_of(py, unsafe { self.as_slice() })
    }

    /// Empties; the items are released when the list is empty already.
    #[inline]
    pub fn clear(&self) {
        let (items, n) = (self.ob_item.replace(core::ptr::null_mut()), self.len());
        if items.is_null() {
            return;
        }
        self.ob_base.ob_size.set(0);
        self.allocated.set(0);
        // SAFETY: the block and its references belong to nobody else now; released from the end, as CPython does.
        unsafe {
            for i in (0..n).rev() {
                if i >= AHEAD {
                    memory::prefetch(*items.add(i - AHEAD));
                }
                PyObject::decref(*items.add(i));
            }
            obmalloc::free(items.cast());
        }
    }

    /// Moves all items out with their array; the list is empty, without one, afterwards.
    fn take_array(&self) -> Array {
        let array = Array {
            items: self.ob_item.replace(core::ptr::null_mut()),
            len: self.len(),
            allocated: self.allocated.replace(0),
        };
        self.ob_base.ob_size.set(0);
        array
    }

    /// Gives the list, which has none, an array taken from it before.
    fn put_array(&self, array: Array) {
        debug_assert!(self.ob_item.get().is_null());
        let array = core::mem::ManuallyDrop::new(array);
        self.ob_item.set(array.items);
        self.allocated.set(array.allocated);
        self.ob_base.ob_size.set(array.len as isize);
    }

    /// Replaces items `start..stop` by `items` (`list_ass_slice`).
    pub fn splice(&self, py: Py<'_>, start: usize, stop: usize, items: Vec<Ref<PyObject>>) -> PyResult<()> {
        let added = items.len();
        // SAFETY: each new slot is written.
        unsafe {
            self.replace_range(py, start, stop, added, |slots| {
                for (i, item) in items.into_iter().enumerate() {
                    slots.add(i).write(item.into_raw());
                }
            })
        }
    }

    /// Replaces items `start..stop` by `added` new ones.
    ///
    /// # Safety
    /// `fill` writes that many owned references to the slots it gets, and runs no other code.
    pub(crate) unsafe fn replace_range(
        &self,
        py: Py<'_>,
        start: usize,
        stop: usize,
        added: usize,
        fill: impl FnOnce(*mut *mut PyObject),
    ) -> PyResult<()> {
        let n = self.len();
        let start = start.min(n);
        let stop = stop.clamp(start, n);
        let removed = stop - start;
        // Few of them are kept here until they are released, which comes last.
        let mut few = [core::ptr::null_mut(); 8];
        let mut many = Vec::new();
        let old = if removed <= few.len() {
            few.as_mut_ptr()
        } else {
            if many.try_reserve(removed).is_err() {
                return Err(py.no_memory());
            }
            many.as_mut_ptr()
        };
        // SAFETY: removed references move to `old`, the tail moves, new references fill the gap.
        unsafe {
            core::ptr::copy_nonoverlapping(self.ob_item.get().wrapping_add(start), old, removed);
            if added < removed {
                let slots = self.ob_item.get();
                core::ptr::copy(slots.add(stop), slots.add(start + added), n - stop);
            }
            if added != removed && self.resize(py, n - removed + added).is_err() {
                if added > removed {
                    // Nothing moved: the removed references stay where they are.
                    return Err(crate::error::Raised::already(py));
                }
                drop(py.take_error());
                self.ob_base.ob_size.set((n - removed + added) as isize);
            }
            let slots = self.ob_item.get();
            if added > removed {
                core::ptr::copy(slots.add(stop), slots.add(start + added), n - stop);
            }
            fill(slots.wrapping_add(start));
            for i in (0..removed).rev() {
                PyObject::decref(*old.add(i));
            }
        }
        Ok(())
    }

    /// Replaces items `start..stop` by those of `value`, when that is an exact tuple or another exact list; `None` when it is not.
    pub(crate) fn replace_by_items(
        &self,
        py: Py<'_>,
        start: usize,
        stop: usize,
        value: &PyObject,
    ) -> Option<PyResult<()>> {
        let (items, n) = match value.downcast_exact::<PyList>() {
            Some(list) if core::ptr::eq(list, self) => return None,
            Some(list) => (list.ob_item.get().cast_const(), list.len()),
            None => {
                let tuple = value.downcast_exact::<PyTuple>()?;
                (tuple.as_slice().as_ptr().cast(), tuple.len())
            }
        };
        // SAFETY: the items are those of another object, which stands while they are copied.
        Some(unsafe { self.replace_range(py, start, stop, n, |slots| copy_items(items, slots, n)) })
    }

    /// Appends `n` items, which stand where `items` says once there is room for them.
    ///
    /// # Safety
    /// They do.
    unsafe fn extend_by(
        &self,
        py: Py<'_>,
        items: impl FnOnce() -> *const *mut PyObject,
        n: usize,
    ) -> PyResult<()> {
        if n == 0 {
            return Ok(());
        }
        let before = self.len();
        // SAFETY: the new slots are filled at once; the list itself may be what is copied, so its array is asked for afterwards.
        unsafe {
            if self.ob_item.get().is_null() {
                // An odd item would not save memory: blocks are multiples of two.
                self.set_room(py, n.next_multiple_of(2))?;
                self.ob_base.ob_size.set(n as isize);
            } else {
                self.resize(py, before + n)?;
            }
            copy_items(items(), self.ob_item.get().add(before), n);
        }
        Ok(())
    }

    /// Appends all items of an iterable (`list.extend`).
    pub fn extend(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<()> {
        if let Some(list) = iterable.downcast_exact::<PyList>() {
            // SAFETY: the array is the list's, which has so many items.
            return unsafe { self.extend_by(py, || list.ob_item.get(), list.len()) };
        }
        if let Some(tuple) = iterable.downcast_exact::<PyTuple>() {
            // SAFETY: as above.
            return unsafe { self.extend_by(py, || tuple.as_slice().as_ptr().cast(), tuple.len()) };
        }
        let iterator = iterable.iter(py)?;
        let hint = iterable.length_hint(py, 8)?;
        let n = self.len();
        let sized = has_plain_length(iterable);
        if self.ob_item.get().is_null() && hint > 0 && !sized {
            // SAFETY: room only; the size stays.
            unsafe { self.set_room(py, (hint as usize).saturating_add(1) & !1)? };
        } else if let Some(total) = n.checked_add(hint.max(0) as usize).filter(|t| *t <= isize::MAX as usize)
            && total > self.allocated.get() as usize
        {
            // SAFETY: grown for room, then set back: no slot is looked at.
            unsafe { self.resize(py, total)? };
            self.ob_base.ob_size.set(n as isize);
        }
        if let Some(dict) = iterable.downcast_exact::<PyDict>() {
            dict.for_each_key(|key| self.append(py, key))?;
        } else if let Some(set) = PySet::of(iterable).filter(|_| sized) {
            let mut position = 0;
            while let Some((key, _)) = set.next_entry(&mut position) {
                self.append(py, key)?;
            }
        } else {
            while let Some(item) = iterator.next(py)? {
                self.append(py, item)?;
            }
        }
        let n = self.len();
        if !sized && (n as isize) < self.allocated.get() && self.allocated.get() > KEPT_ROOM {
            // SAFETY: gives spare room back; the size stays.
            unsafe { self.resize(py, n)? };
        }
        Ok(())
    }
}

/// The items of a list lie anywhere in memory: who counts them one after the other has the ones so many places further on fetched.
pub const AHEAD: usize = 8;

/// Room for so many items is kept by a list that was made from an iterator, even if there came fewer.
const KEPT_ROOM: isize = 32;

/// Dicts, sets and views of dicts: they know how many items they give.
fn has_plain_length(iterable: &PyObject) -> bool {
    use crate::objects::PyFrozenSet;
    use crate::objects::dict::views::{DictItems, DictKeysView, DictValuesView};
    PyDict::check_exact(iterable)
        || PySet::check_exact(iterable)
        || PyFrozenSet::check_exact(iterable)
        || DictKeysView::check_exact(iterable)
        || DictValuesView::check_exact(iterable)
        || DictItems::check_exact(iterable)
}

/// Copies references, each with a count of its own.
///
/// # Safety
/// There are `n` live objects at `from` and `n` places at `to`.
#[inline(always)]
unsafe fn copy_items(from: *const *mut PyObject, to: *mut *mut PyObject, n: usize) {
    for i in 0..n {
        // SAFETY: by contract.
        unsafe {
            if i + AHEAD < n {
                memory::prefetch(*from.add(i + AHEAD));
            }
            let item = *from.add(i);
            (*item).incref();
            to.add(i).write(item);
        }
    }
}
