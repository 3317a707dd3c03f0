//! `tuple`: items inline, the hash cached, free lists for short ones.

use core::cell::Cell;
use core::ffi::{c_int, c_void};

use krait_macros::{pyclass, pymethods};

use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::{PyObject, PyVarObject};
use crate::objects::r#type::{PyType, flags};
use crate::objects::{PyBool, PySlice, PyStr};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::VisitProc;

/// `PyTupleObject` of 3.14.
#[pyclass(name = "tuple", basetype, gc, sequence, match_self, manual, itemsize = 8, basicsize = 32, flags = flags::TUPLE_SUBCLASS)]
#[repr(C)]
pub struct PyTuple {
    pub(crate) ob_base: PyVarObject,
    /// -1 until asked for.
    pub(crate) ob_hash: Cell<isize>,
    pub(crate) ob_item: [*mut PyObject; 0],
}

impl PyTuple {
    /// A tuple of these objects.
    #[inline]
    pub fn new(py: Py<'_>, items: &[&PyObject]) -> PyResult<Ref<PyTuple>> {
        if items.is_empty() {
            return PyTuple::empty(py);
        }
        // SAFETY: every slot is filled before the tuple is seen.
        unsafe {
            let tuple = PyTuple::alloc_raw(py, items.len())?;
            for (slot, item) in (*tuple).slots_mut(items.len()).iter_mut().zip(items) {
                item.incref();
                *slot = item.as_ptr();
            }
            Ok(PyTuple::publish(tuple))
        }
    }

    /// A tuple of copies of these references.
    pub fn copy_of(py: Py<'_>, items: &[Ref<PyObject>]) -> PyResult<Ref<PyTuple>> {
        // SAFETY: every slot is written.
        unsafe {
            PyTuple::build(py, items.len(), |slots| {
                for (i, item) in items.iter().enumerate() {
                    slots.add(i).write(item.clone().into_raw());
                }
            })
        }
    }

    /// A tuple that takes these references over.
    pub fn of<const N: usize>(py: Py<'_>, items: [Ref<PyObject>; N]) -> PyResult<Ref<PyTuple>> {
        // SAFETY: every slot is written.
        unsafe { PyTuple::build(py, N, |slots| slots.cast::<[Ref<PyObject>; N]>().write(items)) }
    }

    /// A tuple that takes these references over.
    pub fn from_vec(py: Py<'_>, items: Vec<Ref<PyObject>>) -> PyResult<Ref<PyTuple>> {
        if items.is_empty() {
            return PyTuple::empty(py);
        }
        // SAFETY: every slot is filled before the tuple is seen.
        unsafe {
            let tuple = PyTuple::alloc_raw(py, items.len())?;
            let n = items.len();
            for (slot, item) in (*tuple).slots_mut(n).iter_mut().zip(items) {
                *slot = item.into_raw();
            }
            Ok(PyTuple::publish(tuple))
        }
    }

    /// A tuple of `len` times `None`, whose items come later by [`PyTuple::set_late`]: for data that refers to a tuple from within.
    pub fn with_late_items(py: Py<'_>, len: usize) -> PyResult<Ref<PyTuple>> {
        PyTuple::from_vec(py, (0..len).map(|_| py.none()).collect())
    }

    /// Sets an item of such a tuple. Only its maker may, before any code but his own has seen the tuple.
    pub fn set_late(&self, index: usize, item: Ref<PyObject>) {
        if index >= self.len() || !self.get(index).is_some_and(PyObject::is_none) {
            return;
        }
        if gc::is_collectable(&item) && !gc::is_tracked(self) {
            gc::track(self);
        }
        self.ob_hash.set(-1);
        // SAFETY: the slot exists and holds the immortal None; nobody else looks at the tuple meanwhile.
        unsafe { *self.ob_item.as_ptr().cast_mut().add(index) = item.into_raw() };
    }

    /// Whether the items are equal, one by one from the first on, and none is left over.
    pub(crate) fn eq_items(&self, py: Py<'_>, other: &PyTuple) -> PyResult<bool> {
        for (a, b) in self.as_slice().iter().zip(other.as_slice()) {
            if !a.eq(py, b)? {
                return Ok(false);
            }
        }
        Ok(self.len() == other.len())
    }

    /// The pair `(a, b)`.
    #[inline]
    pub fn pair(py: Py<'_>, a: Ref<PyObject>, b: Ref<PyObject>) -> PyResult<Ref<PyTuple>> {
        // SAFETY: both slots are filled before the tuple is seen.
        unsafe {
            let tuple = PyTuple::alloc_raw(py, 2)?;
            if let [x, y] = (*tuple).slots_mut(2) {
                (*x, *y) = (a.into_raw(), b.into_raw());
            }
            Ok(PyTuple::publish(tuple))
        }
    }

    /// The pair `(a, b)` as the next result of an iterator that holds the last one: in the same tuple when nobody else has it.
    #[inline]
    pub fn next_pair(
        py: Py<'_>,
        held: &crate::reference::Member<PyTuple>,
        a: Ref<PyObject>,
        b: Ref<PyObject>,
    ) -> PyResult<Ref<PyTuple>> {
        // SAFETY: nobody else sees the tuple while its items change; the old ones are released when the new ones stand in place.
        unsafe {
            if let Some(tuple) = PyTuple::unshared(held, 2) {
                if let [x, y] = tuple.slots_mut(2) {
                    let old = (core::mem::replace(x, a.into_raw()), core::mem::replace(y, b.into_raw()));
                    tuple.ob_hash.set(-1);
                    gc::track(&tuple);
                    PyObject::decref(old.0);
                    PyObject::decref(old.1);
                }
                return Ok(tuple);
            }
        }
        let tuple = PyTuple::pair(py, a, b)?;
        if !held.is_some() {
            held.set(tuple.clone());
        }
        Ok(tuple)
    }

    /// The tuple that is held, of `n` items, when nobody else has it.
    #[inline(always)]
    fn unshared(held: &crate::reference::Member<PyTuple>, n: usize) -> Option<Ref<PyTuple>> {
        // SAFETY: only the counts are read.
        let alone = unsafe { held.borrow() }.is_some_and(|t| t.refcnt() == 1 && t.len() == n);
        if alone { held.get() } else { None }
    }

    /// The next result of an iterator that holds the last one: `n` items from `next`, which gives `None` at the end.
    pub fn next_items(
        py: Py<'_>,
        held: &crate::reference::Member<PyTuple>,
        n: usize,
        mut next: impl FnMut(usize) -> PyResult<Option<Ref<PyObject>>>,
    ) -> PyResult<Option<Ref<PyTuple>>> {
        if let Some(tuple) = PyTuple::unshared(held, n) {
            for i in 0..n {
                let Some(item) = next(i)? else { return Ok(None) };
                // SAFETY: the tuple has `n` items; each stays filled.
                unsafe {
                    let old = tuple.ob_item.as_ptr().cast_mut().add(i).replace(item.into_raw());
                    PyObject::decref(old);
                }
            }
            tuple.ob_hash.set(-1);
            gc::track(&tuple);
            return Ok(Some(tuple));
        }
        let mut items = Vec::with_capacity(n);
        for i in 0..n {
            let Some(item) = next(i)? else { return Ok(None) };
            items.push(item);
        }
        let tuple = PyTuple::from_vec(py, items)?;
        if !held.is_some() {
            held.set(tuple.clone());
        }
        Ok(Some(tuple))
    }

    /// A tuple of `n` owned references that `fill` writes, each slot exactly once: for the interpreter.
    ///
    /// # Safety
    /// `fill` writes every slot of the array it gets.
    #[inline(always)]
    pub unsafe fn build(
        py: Py<'_>,
        n: usize,
        fill: impl FnOnce(*mut *mut PyObject),
    ) -> PyResult<Ref<PyTuple>> {
        if n == 0 {
            return PyTuple::empty(py);
        }
        // SAFETY: by contract.
        unsafe {
            let tuple = PyTuple::alloc_raw(py, n)?;
            fill((*tuple).ob_item.as_ptr().cast_mut());
            Ok(PyTuple::publish(tuple))
        }
    }

    /// A tuple of `n` items, made one after the other in place.
    #[inline]
    pub fn from_fn(
        py: Py<'_>,
        n: usize,
        mut item: impl FnMut() -> PyResult<Ref<PyObject>>,
    ) -> PyResult<Ref<PyTuple>> {
        if n == 0 {
            return PyTuple::empty(py);
        }
        // SAFETY: all slots are null until they are filled, which a deallocator copes with; nobody sees the tuple before.
        unsafe {
            let tuple = PyTuple::alloc_raw(py, n)?;
            let slots = (*tuple).ob_item.as_ptr().cast_mut();
            slots.write_bytes(0, n);
            let whole = Ref::from_owned(tuple);
            for i in 0..n {
                slots.add(i).write(item()?.into_raw());
            }
            Ok(PyTuple::publish(whole.into_raw()))
        }
    }

    /// The one empty tuple.
    pub fn empty(_py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        static EMPTY: crate::object::Static<PyTuple> = crate::object::Static(PyTuple {
            ob_base: PyVarObject::immortal(core::ptr::null(), 0),
            ob_hash: Cell::new(-1),
            ob_item: [],
        });
        if EMPTY.0.type_ptr().is_null() {
            EMPTY.0.set_type_ptr(PyTuple::type_object());
        }
        Ok(EMPTY.0.new_ref())
    }

    /// Memory for a tuple of `n` items, not tracked, slots not set.
    #[inline(always)]
    unsafe fn alloc_raw(py: Py<'_>, n: usize) -> PyResult<*mut PyTuple> {
        let size = n.checked_mul(8).and_then(|bytes| bytes.checked_add(PyTuple::SIZE));
        let Some(size) = size.filter(|&size| size <= isize::MAX as usize - 64) else {
            return Err(py.no_memory());
        };
        // SAFETY: tuples are collectable; fresh memory of that type.
        unsafe {
            let op = memory::alloc_plain(py, PyTuple::type_object(), true, size)?.cast::<PyTuple>();
            (*op).ob_base.ob_size.set(n as isize);
            (*op).ob_hash.set(-1);
            Ok(op)
        }
    }

    /// The slots, to be filled.
    #[allow(clippy::mut_from_ref)]
    unsafe fn slots_mut(&self, n: usize) -> &mut [*mut PyObject] {
        // SAFETY: the caller has the only pointer to a fresh tuple of `n` items.
        unsafe { core::slice::from_raw_parts_mut(self.ob_item.as_ptr().cast_mut(), n) }
    }

    /// Hands a filled tuple out, tracked when an item could be part of a cycle.
    #[inline(always)]
    unsafe fn publish(tuple: *mut PyTuple) -> Ref<PyTuple> {
        // SAFETY: fresh, one count.
        unsafe {
            let collectable = |item: &Ref<PyObject>| item.ty().tp_flags.get() & flags::HAVE_GC != 0;
            if (*tuple).as_slice().iter().any(collectable) {
                gc::track(&*tuple);
            }
            Ref::from_owned(tuple)
        }
    }

    /// Whether an item could be part of a cycle: it is collectable, and not itself a tuple that is not tracked.
    pub(crate) fn may_be_in_cycle(&self) -> bool {
        self.as_slice()
            .iter()
            .any(|item| gc::is_collectable(item) && (!PyTuple::check_exact(item) || gc::is_tracked(item)))
    }

    /// The items; a tuple never changes once it is visible.
    #[inline(always)]
    pub fn as_slice(&self) -> &[Ref<PyObject>] {
        // SAFETY: allocated with that many items, all set.
        unsafe { core::slice::from_raw_parts(self.ob_item.as_ptr().cast(), self.ob_base.size()) }
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

    /// The hash, if it was asked for before.
    #[inline(always)]
    pub fn known_hash(&self) -> Option<isize> {
        Some(self.ob_hash.get()).filter(|&hash| hash != -1)
    }

    /// The item at `index`.
    #[inline(always)]
    pub fn get(&self, index: usize) -> Option<&PyObject> {
        self.as_slice().get(index).map(|r| &**r)
    }

    /// `self[start:stop]` as a tuple.
    pub fn slice(&self, py: Py<'_>, start: usize, stop: usize) -> PyResult<Ref<PyTuple>> {
        if start == 0 && stop >= self.len() && PyTuple::check_exact(self) {
            return Ok(self.new_ref());
        }
        PyTuple::copy_of(py, self.as_slice().get(start..stop.min(self.len())).unwrap_or_default())
    }

    /// An instance of `cls` (a subtype) with these items.
    pub fn of_type(py: Py<'_>, cls: &PyType, items: &[Ref<PyObject>]) -> PyResult<Ref<PyTuple>> {
        let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
        // SAFETY: the allocated object begins with a tuple of that many null slots.
        unsafe {
            let object = crate::error::owned_or_raised(py, alloc(cls, items.len() as isize))?;
            let tuple = object.cast_into_unchecked::<PyTuple>();
            tuple.ob_hash.set(-1);
            for (slot, item) in tuple.slots_mut(items.len()).iter_mut().zip(items) {
                *slot = item.clone().into_raw();
            }
            Ok(tuple)
        }
    }
}

/// Finds `value` from `start` to `stop` (both wrapped as `index()` does).
pub(crate) fn clamp_bounds(len: usize, start: isize, stop: isize) -> (usize, usize) {
    let wrap = |i: isize| if i < 0 { (i + len as isize).max(0) as usize } else { i as usize };
    (wrap(start), wrap(stop).min(len))
}

#[pymethods(class = "tuple")]
impl PyTuple {
    #[new]
    #[vectorcall]
    #[sig("(iterable=(), /)")]
    fn tuple_new(py: Py<'_>, cls: &PyType, iterable: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let exact = core::ptr::eq(cls, PyTuple::type_object());
        let items = match iterable {
            None if exact => return PyTuple::empty(py).map(Ref::upcast),
            None => Vec::new(),
            Some(t) if exact && PyTuple::check_exact(t) => return Ok(t.to_ref()),
            Some(iterable) => iterable.collect(py)?,
        };
        if exact {
            PyTuple::from_vec(py, items).map(Ref::upcast)
        } else {
            PyTuple::of_type(py, cls, &items).map(Ref::upcast)
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.is_empty() {
            return PyStr::new(py, "()");
        }
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "(...)") };
        let mut text = crate::objects::str::StrBuilder::new();
        text.push_char(py, '(')?;
        for (i, item) in self.as_slice().iter().enumerate() {
            if i > 0 {
                text.push_str(py, ", ")?;
            }
            text.push(py, &*item.repr(py)?)?;
        }
        text.push_str(py, if self.len() == 1 { ",)" } else { ")" })?;
        text.finish(py)
    }

    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        let cached = self.ob_hash.get();
        if cached != -1 {
            return Ok(cached);
        }
        let mut combined = krait_numeric::hash::TupleHash::new();
        for item in self.as_slice() {
            combined.add(item.hash(py)? as i64);
        }
        let hash = combined.finish() as isize;
        self.ob_hash.set(hash);
        Ok(hash)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyTuple>() else { return Ok(py.not_implemented()) };
        if matches!(op, CompareOp::Eq | CompareOp::Ne) {
            let equal = self.eq_items(py, other)?;
            return Ok(PyBool::get(equal == (op == CompareOp::Eq)).to_ref());
        }
        for (a, b) in self.as_slice().iter().zip(other.as_slice()) {
            if a.is(b) || a.eq(py, b)? {
                continue;
            }
            return a.rich_compare(py, b, op);
        }
        Ok(PyBool::get(op.holds(self.len().cmp(&other.len()))).to_ref())
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(right) = other.downcast::<PyTuple>() else {
            return Err(raise!(
                py,
                TypeError,
                "can only concatenate tuple (not \"{}\") to tuple",
                other.ty().name()
            ));
        };
        if self.is_empty() && PyTuple::check_exact(right) {
            return Ok(right.to_ref());
        }
        if right.is_empty() && PyTuple::check_exact(self) {
            return Ok(self.to_ref());
        }
        let items = self.as_slice().iter().chain(right.as_slice());
        // SAFETY: every slot is written.
        unsafe {
            PyTuple::build(py, self.len() + right.len(), |slots| {
                for (i, item) in items.enumerate() {
                    slots.add(i).write(item.clone().into_raw());
                }
            })
            .map(Ref::upcast)
        }
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        if (self.is_empty() || n == 1) && PyTuple::check_exact(self) {
            return Ok(self.to_ref());
        }
        let n = n.max(0) as usize;
        if n == 0 || self.is_empty() {
            return PyTuple::empty(py).map(Ref::upcast);
        }
        let Some(total) = self.len().checked_mul(n).filter(|&t| t <= isize::MAX as usize / 8) else {
            return Err(py.no_memory());
        };
        // SAFETY: every slot is written.
        unsafe {
            let items = self.as_slice();
            PyTuple::build(py, total, |slots| {
                let mut at = 0;
                for _ in 0..n {
                    for item in items {
                        slots.add(at).write(item.clone().into_raw());
                        at += 1;
                    }
                }
            })
            .map(Ref::upcast)
        }
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        match usize::try_from(index).ok().and_then(|i| self.get(i)) {
            Some(item) => Ok(item.to_ref()),
            None => Err(raise!(py, IndexError, "tuple index out of range")),
        }
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        for item in self.as_slice() {
            if item.is(x) || item.eq(py, x)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if key.is_index() {
            let mut i = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            if i < 0 {
                i += self.len() as isize;
            }
            return self.sq_item(py, i);
        }
        let Some(slice) = key.downcast::<PySlice>() else {
            return Err(raise!(
                py,
                TypeError,
                "tuple indices must be integers or slices, not {}",
                key.ty().name()
            ));
        };
        let r = slice.indices(py, || self.len())?;
        if r.step == 1 {
            return self.slice(py, r.start as usize, r.start as usize + r.len).map(Ref::upcast);
        }
        let mut items = Vec::with_capacity(r.len);
        let mut at = r.start;
        for _ in 0..r.len {
            if let Some(item) = self.get(at as usize) {
                items.push(item.to_ref());
            }
            at = at.wrapping_add(r.step);
        }
        PyTuple::from_vec(py, items).map(Ref::upcast)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        crate::objects::tuple_iterator::PyTupleIterator::over(py, self)
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead tuple, of this type or reached through a subtype's deallocator.
        unsafe {
            gc::untrack(&*op);
            let tuple = &*op.cast::<PyTuple>();
            for &item in tuple.slots_mut(tuple.len()).iter().rev() {
                if !item.is_null() {
                    PyObject::decref(item);
                }
            }
            if PyTuple::check_exact(&*op) {
                return memory::free_plain(op, true);
            }
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => memory::free_object(op),
            }
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
        // SAFETY: slot contract: a live tuple.
        unsafe {
            let tuple = &*op.cast::<PyTuple>();
            for &item in tuple.slots_mut(tuple.len()).iter() {
                if !item.is_null() {
                    let r = visit(item, arg);
                    if r != 0 {
                        return r;
                    }
                }
            }
            0
        }
    }

    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let copy = PyTuple::from_vec(py, self.as_slice().to_vec())?;
        PyTuple::new(py, &[&copy])
    }

    #[pymethod]
    fn index(
        &self,
        py: Py<'_>,
        value: &PyObject,
        #[default(crate::args::SliceIndex(0))] start: crate::args::SliceIndex,
        #[default(crate::args::SliceIndex(isize::MAX))] stop: crate::args::SliceIndex,
    ) -> PyResult<isize> {
        let (start, stop) = clamp_bounds(self.len(), start.0, stop.0);
        for (i, item) in self.as_slice().iter().enumerate().take(stop).skip(start) {
            if item.is(value) || item.eq(py, value)? {
                return Ok(i as isize);
            }
        }
        Err(raise!(py, ValueError, "tuple.index(x): x not in tuple"))
    }

    #[pymethod]
    fn count(&self, py: Py<'_>, value: &PyObject) -> PyResult<isize> {
        let mut n = 0;
        for item in self.as_slice() {
            if item.is(value) || item.eq(py, value)? {
                n += 1;
            }
        }
        Ok(n)
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}
