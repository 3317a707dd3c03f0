//! `deque`: a ring of references. CPython keeps blocks of 64; only how many of them there would be is kept track of here, since
//! `__sizeof__` tells it.

use core::cell::RefCell;
use std::collections::VecDeque;

use krait_runtime::objects::generic_alias::class_getitem;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use super::deque_iterators::{DequeIterator, DequeReverseIterator};

/// Items in one of CPython's blocks, and a block's bytes.
const BLOCK: usize = 64;
const BLOCK_BYTES: usize = 528;
/// Where the first item goes in an empty deque's block.
const CENTRE: usize = 32;

/// The items. Nothing is released and no Python code runs while they are borrowed.
struct Items(RefCell<VecDeque<Ref<PyObject>>>);

impl Traverse for Items {
    fn traverse(&self, visit: &mut Visitor<'_>) -> i32 {
        let Ok(items) = self.0.try_borrow() else { return 0 };
        items.iter().map(|item| item.traverse(visit)).find(|stop| *stop != 0).unwrap_or(0)
    }

    fn clear_references(&self) {
        if let Ok(items) = self.0.try_borrow_mut().map(|mut items| core::mem::take(&mut *items)) {
            drop(items);
        }
    }
}

/// `collections.deque`.
#[pyclass(module = "collections", name = "deque", basetype, gc, sequence, heap, immutable)]
#[repr(C)]
pub struct Deque {
    base: PyObject,
    items: Items,
    /// Index of the first item in its block.
    left: Cell<usize>,
    /// Changes with every change.
    state: Cell<usize>,
    /// -1: without bound.
    maxlen: Cell<isize>,
    _room: [usize; 16],
    weaklist: WeakList,
}

/// Which end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Index 0.
    Left,
    /// The last index.
    Right,
}

#[cold]
fn mutated(py: Py<'_>) -> krait_runtime::error::Raised {
    raise!(py, RuntimeError, "deque mutated during iteration")
}

impl Deque {
    fn payload(maxlen: isize) -> Deque {
        Deque {
            base: PyObject::HEADER,
            items: Items(RefCell::new(VecDeque::new())),
            left: Cell::new(CENTRE),
            state: Cell::new(0),
            maxlen: Cell::new(maxlen),
            _room: [0; 16],
            weaklist: WeakList::EMPTY,
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.items.0.borrow().len()
    }

    /// No item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    #[inline]
    pub fn get(&self, index: usize) -> Option<Ref<PyObject>> {
        self.items.0.borrow().get(index).cloned()
    }

    /// A number that changes with every change.
    #[inline]
    pub fn state(&self) -> usize {
        self.state.get()
    }

    fn touch(&self) {
        self.state.set(self.state.get().wrapping_add(1));
    }

    fn bound(&self) -> Option<usize> {
        usize::try_from(self.maxlen.get()).ok()
    }

    /// Adds at one end without minding the bound.
    #[inline]
    fn push(&self, py: Py<'_>, end: End, item: Ref<PyObject>) -> PyResult<()> {
        let mut items = self.items.0.borrow_mut();
        if items.len() == items.capacity() && items.try_reserve(1).is_err() {
            drop(items);
            return Err(py.no_memory());
        }
        match end {
            End::Right => items.push_back(item),
            End::Left => {
                items.push_front(item);
                self.left.set(if self.left.get() == 0 { BLOCK - 1 } else { self.left.get() - 1 });
            }
        }
        self.touch();
        Ok(())
    }

    /// Takes from one end.
    #[inline]
    fn take(&self, end: End) -> Option<Ref<PyObject>> {
        let mut items = self.items.0.borrow_mut();
        let item = if end == End::Left { items.pop_front()? } else { items.pop_back()? };
        let left = self.left.get();
        if end == End::Left {
            let next = left + 1;
            self.left.set(match next {
                BLOCK if items.is_empty() => CENTRE,
                BLOCK => 0,
                _ => next,
            });
        } else if items.is_empty() && left == 0 {
            self.left.set(CENTRE);
        }
        if items.capacity() > 4 * BLOCK && items.len() < items.capacity() / 4 {
            let room = items.len() * 2;
            items.shrink_to(room);
        }
        self.touch();
        Some(item)
    }

    /// Adds at one end; with a bound, what falls out at the other end is released.
    #[inline]
    fn add(&self, py: Py<'_>, end: End, item: Ref<PyObject>) -> PyResult<()> {
        self.push(py, end, item)?;
        if self.maxlen.get() >= 0 && self.len() > self.maxlen.get() as usize {
            drop(self.take(if end == End::Left { End::Right } else { End::Left }));
        }
        Ok(())
    }

    fn extend_at(&self, py: Py<'_>, end: End, iterable: &PyObject) -> PyResult<()> {
        // Its own items are taken as they are now.
        let own = if self.is(iterable) { Some(PyList::from_vec(py, self.to_vec())?) } else { None };
        let iterator = match &own {
            Some(list) => list.iter(py)?,
            None => iterable.iter(py)?,
        };
        if self.maxlen.get() == 0 {
            while iterator.next(py)?.is_some() {}
            return Ok(());
        }
        if self.is_empty() {
            self.left.set(if end == End::Right { 1 } else { BLOCK - 1 });
        }
        while let Some(item) = iterator.next(py)? {
            self.add(py, end, item)?;
        }
        Ok(())
    }

    fn to_vec(&self) -> Vec<Ref<PyObject>> {
        self.items.0.borrow().iter().cloned().collect()
    }

    fn empty(&self) {
        let items = core::mem::take(&mut *self.items.0.borrow_mut());
        if !items.is_empty() {
            self.left.set(CENTRE);
            self.touch();
        }
        drop(items);
    }

    /// Turns the ring: `n` items go from the right end to the left one.
    fn turn(&self, n: isize) {
        let mut items = self.items.0.borrow_mut();
        let len = items.len() as isize;
        if len <= 1 {
            return;
        }
        let half = len >> 1;
        let mut n = n;
        if n > half || n < -half {
            n %= len;
            if n > half {
                n -= len;
            } else if n < -half {
                n += len;
            }
        }
        if n == 0 {
            return;
        }
        let block = BLOCK as isize;
        self.left.set((self.left.get() as isize - n).rem_euclid(block) as usize);
        if n > 0 {
            items.rotate_right(n as usize);
        } else {
            items.rotate_left(n.unsigned_abs());
        }
        self.touch();
    }

    /// Takes the item at `index` out, as a turn there and back.
    fn remove_at(&self, index: usize) -> Option<Ref<PyObject>> {
        self.turn(-(index as isize));
        let item = self.take(End::Left);
        self.turn(index as isize);
        item
    }

    fn copied(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if Deque::check_exact(self) {
            let new = Deque::payload(self.maxlen.get()).alloc_exact(py)?;
            match self.get(0) {
                Some(only) if self.len() == 1 => new.push(py, End::Right, only)?,
                _ => new.extend_at(py, End::Right, self)?,
            }
            return Ok(new.upcast());
        }
        let new = if self.maxlen.get() < 0 {
            self.ty().call(py, &[self])?
        } else {
            let maxlen = self.maxlen.get().into_py(py)?;
            self.ty().call(py, &[self, &maxlen])?
        };
        if Deque::check(&new) {
            return Ok(new);
        }
        bail!(py, TypeError, "{}() must return a deque, not {}", self.ty().name(), new.ty().name())
    }

    fn repeat_in_place(&self, py: Py<'_>, n: isize) -> PyResult<()> {
        let size = self.len();
        if size == 0 || n == 1 {
            return Ok(());
        }
        let Ok(n @ 1..) = usize::try_from(n) else {
            self.empty();
            return Ok(());
        };
        let mut n = n;
        if let Some(bound) = self.bound()
            && size.saturating_mul(n) > bound
        {
            if size == 1 {
                n = n.min(bound);
            } else {
                n = n.min(bound.div_ceil(size));
            }
        }
        let Some(total) = size.checked_mul(n).filter(|t| *t <= isize::MAX as usize / 8) else {
            return Err(py.no_memory());
        };
        if self.items.0.borrow_mut().try_reserve(total - size).is_err() {
            return Err(py.no_memory());
        }
        let items = self.to_vec();
        for _ in 1..n {
            for item in &items {
                self.add(py, End::Right, item.clone())?;
            }
        }
        Ok(())
    }

    fn wrap(&self, py: Py<'_>, index: isize) -> PyResult<usize> {
        match usize::try_from(index).ok().filter(|i| *i < self.len()) {
            Some(index) => Ok(index),
            None => Err(raise!(py, IndexError, "deque index out of range")),
        }
    }

    /// Index of the first item from `start` up to `stop` that equals `value`. `changed` says what to raise when comparing
    /// changes the deque.
    fn find(
        &self,
        py: Py<'_>,
        value: &PyObject,
        (start, stop): (usize, usize),
        changed: fn(Py<'_>) -> krait_runtime::error::Raised,
    ) -> PyResult<Option<usize>> {
        let state = self.state.get();
        for at in start..stop {
            let Some(item) = self.get(at) else { break };
            let same = item.is(value) || item.eq(py, value)?;
            if same {
                return Ok(Some(at));
            }
            if state != self.state.get() {
                return Err(changed(py));
            }
        }
        Ok(None)
    }
}

#[pymethods]
impl Deque {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Deque::payload(-1).alloc(py, cls)
    }

    #[init]
    #[sig("(iterable=None, maxlen=None)")]
    fn deque_init(&self, py: Py<'_>, iterable: Option<&PyObject>, maxlen: Option<&PyObject>) -> PyResult<()> {
        let bound = match maxlen.filter(|m| !m.is_none()) {
            None => -1,
            Some(maxlen) => {
                let Some(n) = maxlen.downcast::<PyInt>() else {
                    bail!(py, TypeError, "an integer is required");
                };
                match n.as_i64() {
                    Some(n) if n >= 0 => n as isize,
                    Some(_) => bail!(py, ValueError, "maxlen must be non-negative"),
                    None => bail!(py, OverflowError, "Python int too large to convert to C ssize_t"),
                }
            }
        };
        self.maxlen.set(bound);
        self.empty();
        match iterable {
            Some(iterable) => self.extend_at(py, End::Right, iterable),
            None => Ok(()),
        }
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DequeIterator::over(py, self)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "[...]") };
        let list = PyList::from_vec(py, self.to_vec())?;
        let mut text = StrBuilder::new();
        text.push_str(py, self.ty().short_name())?;
        text.push_char(py, '(')?;
        text.push(py, &*list.as_object().repr(py)?)?;
        if let Some(bound) = self.bound() {
            text.push_str(py, &format!(", maxlen={bound}"))?;
        }
        text.push_char(py, ')')?;
        text.finish(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<Deque>() else { return Ok(py.not_implemented()) };
        let answer = |yes| Ok(PyBool::get(yes).to_ref());
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return answer(op == CompareOp::Ne);
        }
        if self.is(other) && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return answer(op == CompareOp::Eq);
        }
        let states = (self.state.get(), other.state.get());
        let mut at = 0;
        loop {
            if states != (self.state.get(), other.state.get()) {
                return Err(mutated(py));
            }
            match (self.get(at), other.get(at)) {
                (Some(a), Some(b)) => {
                    if !(a.is(&b) || a.eq(py, &b)?) {
                        return match op {
                            CompareOp::Eq => answer(false),
                            CompareOp::Ne => answer(true),
                            _ => a.rich_compare(py, &b, op),
                        };
                    }
                }
                (a, b) => return answer(op.holds(a.is_some().cmp(&b.is_some()))),
            }
            at += 1;
        }
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if !Deque::check(other) {
            bail!(py, TypeError, "can only concatenate deque (not \"{}\") to deque", other.ty().name());
        }
        let new = self.copied(py)?;
        if let Some(new) = new.downcast::<Deque>() {
            new.extend_at(py, End::Right, other)?;
        }
        Ok(new)
    }

    #[slot]
    fn sq_inplace_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        self.extend_at(py, End::Right, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        let new = self.copied(py)?;
        if let Some(new) = new.downcast::<Deque>() {
            new.repeat_in_place(py, n)?;
        }
        Ok(new)
    }

    #[slot]
    fn sq_inplace_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        self.repeat_in_place(py, n)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        let found = usize::try_from(index).ok().and_then(|index| self.get(index));
        found.ok_or_else(|| raise!(py, IndexError, "deque index out of range"))
    }

    #[slot]
    fn sq_ass_item(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        let index = self.wrap(py, index)?;
        let Some(value) = value else {
            drop(self.remove_at(index));
            return Ok(());
        };
        let old =
            self.items.0.borrow_mut().get_mut(index).map(|slot| core::mem::replace(slot, value.to_ref()));
        drop(old);
        Ok(())
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, value: &PyObject) -> PyResult<bool> {
        self.find(py, value, (0, self.len()), mutated).map(|found| found.is_some())
    }

    #[pymethod]
    fn append(&self, py: Py<'_>, item: &PyObject) -> PyResult<()> {
        self.add(py, End::Right, item.to_ref())
    }

    #[pymethod]
    fn appendleft(&self, py: Py<'_>, item: &PyObject) -> PyResult<()> {
        self.add(py, End::Left, item.to_ref())
    }

    #[pymethod]
    fn pop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.take(End::Right).ok_or_else(|| raise!(py, IndexError, "pop from an empty deque"))
    }

    #[pymethod]
    fn popleft(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.take(End::Left).ok_or_else(|| raise!(py, IndexError, "pop from an empty deque"))
    }

    #[pymethod]
    fn extend(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<()> {
        self.extend_at(py, End::Right, iterable)
    }

    #[pymethod]
    fn extendleft(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<()> {
        self.extend_at(py, End::Left, iterable)
    }

    #[pymethod]
    fn clear(&self, _py: Py<'_>) {
        self.empty();
    }

    #[pymethod(name = "copy")]
    #[pymethod(name = "__copy__")]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.copied(py)
    }

    #[pymethod]
    fn count(&self, py: Py<'_>, value: &PyObject) -> PyResult<isize> {
        let state = self.state.get();
        let mut n = 0;
        for at in 0..self.len() {
            let Some(item) = self.get(at) else { break };
            if item.is(value) || item.eq(py, value)? {
                n += 1;
            }
            if state != self.state.get() {
                return Err(mutated(py));
            }
        }
        Ok(n)
    }

    #[pymethod]
    #[sig("($self, value, start=0, stop=sys.maxsize, /)")]
    fn index(
        &self,
        py: Py<'_>,
        value: &PyObject,
        #[default(krait_runtime::args::SliceIndex(0))] start: krait_runtime::args::SliceIndex,
        #[default(krait_runtime::args::SliceIndex(isize::MAX))] stop: krait_runtime::args::SliceIndex,
    ) -> PyResult<isize> {
        let len = self.len() as isize;
        let wrap = |i: isize| (if i < 0 { (i + len).max(0) } else { i.min(len) }) as usize;
        match self.find(py, value, (wrap(start.0), wrap(stop.0)), mutated)? {
            Some(at) => Ok(at as isize),
            None => Err(raise!(py, ValueError, "deque.index(x): x not in deque")),
        }
    }

    #[pymethod]
    fn insert(&self, py: Py<'_>, index: isize, value: &PyObject) -> PyResult<()> {
        let len = self.len() as isize;
        if self.maxlen.get() == len {
            bail!(py, IndexError, "deque already at its maximum size");
        }
        if index >= len {
            return self.add(py, End::Right, value.to_ref());
        }
        if index <= -len || index == 0 {
            return self.add(py, End::Left, value.to_ref());
        }
        self.turn(-index);
        self.add(py, if index < 0 { End::Right } else { End::Left }, value.to_ref())?;
        self.turn(index);
        Ok(())
    }

    #[pymethod]
    fn remove(&self, py: Py<'_>, value: &PyObject) -> PyResult<()> {
        let changed = |py: Py<'_>| raise!(py, IndexError, "deque mutated during remove().");
        let (len, state) = (self.len(), self.state.get());
        let Some(at) = self.find(py, value, (0, len), changed)? else {
            bail!(py, ValueError, "deque.remove(x): x not in deque");
        };
        if state != self.state.get() {
            return Err(changed(py));
        }
        drop(self.remove_at(at));
        Ok(())
    }

    #[pymethod]
    fn reverse(&self, _py: Py<'_>) {
        self.items.0.borrow_mut().make_contiguous().reverse();
    }

    #[pymethod]
    fn rotate(&self, _py: Py<'_>, #[default(1)] n: isize) {
        self.turn(n);
    }

    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DequeReverseIterator::over(py, self)
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let state = super::state_of(py, self)?;
        let iterator = self.iter(py)?;
        let nothing = PyTuple::empty(py)?;
        let args = match self.bound() {
            None => nothing,
            Some(bound) => PyTuple::new(py, &[&nothing, &*bound.into_py(py)?])?,
        };
        PyTuple::new(py, &[self.ty(), &args, &state, &iterator])
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> usize {
        let blocks = (self.left.get() + self.len()).div_ceil(BLOCK);
        self.ty().tp_basicsize.get() as usize + blocks * BLOCK_BYTES
    }

    #[getter]
    fn maxlen(&self, _py: Py<'_>) -> Option<usize> {
        self.bound()
    }

    #[classmethod(name = "__class_getitem__")]
    fn subscript(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        class_getitem(py, cls, object)
    }
}
