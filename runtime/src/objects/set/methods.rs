//! The Python face of `set` and `frozenset`.

use core::ffi::{c_int, c_void};
use core::ops::ControlFlow;

use krait_macros::pymethods;

use super::iterator::PySetIterator;
use super::table::Slot;
use super::{PyFrozenSet, PySet, SetEntry};
use crate::args::Args;
use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::PyObject;
use crate::objects::{PyBool, PyDict, PyList, PyStr, PyTuple, PyType};
use crate::obmalloc;
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::VisitProc;

/// A new set of the same base type (`set` or `frozenset`) as `like`, with the elements of `items`.
fn same_kind(py: Py<'_>, like: &PyObject, items: &PyObject) -> PyResult<Ref<PyObject>> {
    let cls = if PyFrozenSet::check(like) { PyFrozenSet::type_object() } else { PySet::type_object() };
    let result: Ref<PyObject> = PySet::new_of(py, cls)?;
    as_set(&result).update(py, items)?;
    Ok(result)
}

fn as_set(object: &PyObject) -> &PySet {
    // SAFETY: callers hold a set or frozenset.
    unsafe { object.cast_unchecked() }
}

/// The elements of any iterable as a set (itself, when it is one).
fn to_set(py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
    if PySet::of(other).is_some() {
        return Ok(other.to_ref());
    }
    let set = PySet::new(py)?;
    set.update(py, other)?;
    Ok(set.upcast())
}

fn intersection(py: Py<'_>, a: &PyObject, other: &PyObject) -> PyResult<Ref<PyObject>> {
    let empty = PyTuple::empty(py)?;
    let result = same_kind(py, a, &empty)?;
    let (mine, out) = (as_set(a), as_set(&result));
    if let Some(theirs) = PySet::of(other) {
        // The smaller one is walked.
        let (walked, asked) = if theirs.len() > mine.len() { (mine, theirs) } else { (theirs, mine) };
        let _ = walked.walk_towards(py, asked, PySet::probe, true, |key, hash, slot| {
            if let Slot::Taken(_) = slot {
                out.insert(py, key.to_ref(), hash)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        return Ok(result);
    }
    let iterator = other.iter(py)?;
    while let Some(key) = iterator.next(py)? {
        // Here CPython does not say what the object was wanted for.
        let hash = key.hash(py)?;
        if mine.find(py, &key, hash)?.is_some() {
            out.insert(py, key, hash)?;
        }
    }
    Ok(result)
}

fn difference(py: Py<'_>, a: &PyObject, other: &PyObject) -> PyResult<Ref<PyObject>> {
    // Few elements are taken out of a copy.
    if let Some(theirs) = PySet::of(other)
        && theirs.len() < as_set(a).len() / 4
    {
        let result = same_kind(py, a, a)?;
        remove_all(py, as_set(&result), other)?;
        return Ok(result);
    }
    let empty = PyTuple::empty(py)?;
    let result = same_kind(py, a, &empty)?;
    let theirs = to_set(py, other)?;
    let out = as_set(&result);
    let _ = as_set(a).walk_towards(py, as_set(&theirs), PySet::probe, true, |key, hash, slot| {
        if let Slot::Free(_) = slot {
            out.insert(py, key.to_ref(), hash)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(result)
}

fn remove_all(py: Py<'_>, set: &PySet, other: &PyObject) -> PyResult<()> {
    if core::ptr::eq::<PyObject>(&**set, other) {
        set.clear();
        return Ok(());
    }
    if let Some(theirs) = PySet::of(other) {
        // What is not there needs not be looked for.
        let common = if theirs.len() / 8 > set.len() { Some(intersection(py, set, other)?) } else { None };
        let theirs = common.as_deref().map_or(theirs, as_set);
        let _ = theirs.walk_towards(py, set, PySet::probe, false, |_, _, slot| {
            if let Slot::Taken(at) = slot {
                drop(set.take_slot(at));
            }
            Ok(ControlFlow::Continue(()))
        })?;
    } else {
        other.for_each(py, |key| set.discard(py, &key).map(drop))?;
    }
    set.shrink(py)
}

fn symmetric_update(py: Py<'_>, set: &PySet, other: &PyObject) -> PyResult<()> {
    if core::ptr::eq::<PyObject>(&**set, other) {
        set.clear();
        return Ok(());
    }
    let theirs = to_set(py, other)?;
    let _ = as_set(&theirs).walk_towards(py, set, PySet::probe, true, |key, hash, slot| {
        match slot {
            Slot::Taken(at) => drop(set.take_slot(at)),
            Slot::Free(at) => set.fill_slot(py, at, key.to_ref(), hash)?,
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

fn symmetric_difference(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
    let result = same_kind(py, a, b)?;
    symmetric_update(py, as_set(&result), a)?;
    Ok(result)
}

fn is_subset(py: Py<'_>, a: &PySet, other: &PyObject) -> PyResult<bool> {
    let Some(theirs) = PySet::of(other) else {
        return Ok(as_set(&*intersection(py, a, other)?).len() == a.len());
    };
    if a.len() > theirs.len() {
        return Ok(false);
    }
    let stray = a.walk_towards(py, theirs, PySet::probe, false, |_, _, slot| {
        Ok(stop_if(matches!(slot, Slot::Free(_))))
    })?;
    Ok(stray.is_continue())
}

fn is_disjoint(py: Py<'_>, a: &PySet, other: &PyObject) -> PyResult<bool> {
    if let Some(theirs) = PySet::of(other) {
        // The smaller one is walked.
        let (walked, asked) = if theirs.len() > a.len() { (a, theirs) } else { (theirs, a) };
        let common = walked.walk_towards(py, asked, PySet::probe, false, |_, _, slot| {
            Ok(stop_if(matches!(slot, Slot::Taken(_))))
        })?;
        return Ok(common.is_continue());
    }
    let iterator = other.iter(py)?;
    while let Some(key) = iterator.next(py)? {
        if a.contains(py, &key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn stop_if(met: bool) -> ControlFlow<()> {
    if met { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

fn is_superset(py: Py<'_>, a: &PySet, other: &PyObject) -> PyResult<bool> {
    if let Some(theirs) = PySet::of(other) {
        return is_subset(py, theirs, a);
    }
    let iterator = other.iter(py)?;
    while let Some(key) = iterator.next(py)? {
        if !a.contains(py, &key)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(py: Py<'_>, a: &PySet, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
    let Some(b) = PySet::of(other) else { return Ok(py.not_implemented()) };
    let equal = |py| -> PyResult<bool> {
        let hashes_differ = a.hash.get() != -1 && b.hash.get() != -1 && a.hash.get() != b.hash.get();
        Ok(a.len() == b.len() && !hashes_differ && is_subset(py, a, b)?)
    };
    let result = match op {
        CompareOp::Eq => equal(py)?,
        CompareOp::Ne => !equal(py)?,
        CompareOp::Le => is_subset(py, a, other)?,
        CompareOp::Ge => is_subset(py, b, a)?,
        CompareOp::Lt => a.len() < b.len() && is_subset(py, a, other)?,
        CompareOp::Gt => a.len() > b.len() && is_subset(py, b, a)?,
    };
    Ok(PyBool::get(result).to_ref())
}

fn repr(py: Py<'_>, set: &PySet) -> PyResult<Ref<PyStr>> {
    let name = set.ty().short_name();
    if set.is_empty() {
        return PyStr::new(py, &format!("{name}()"));
    }
    let Some(_guard) = py.repr_enter(set)? else { return PyStr::new(py, &format!("{name}(...)")) };
    let list = PyList::from_vec(py, set.to_vec())?;
    let inner = list.as_object().repr(py)?;
    let mut text = crate::objects::str::StrBuilder::new();
    let plain = PySet::check_exact(set);
    if !plain {
        text.push_str(py, name)?;
        text.push_char(py, '(')?;
    }
    text.push_char(py, '{')?;
    text.push_range(py, &inner, 1, inner.len() - 1)?;
    text.push_char(py, '}')?;
    if !plain {
        text.push_char(py, ')')?;
    }
    text.finish(py)
}

unsafe extern "C-unwind" fn dealloc(op: *mut PyObject) {
    // SAFETY: slot contract: a dead set or frozenset.
    unsafe {
        gc::untrack(&*op);
        crate::objects::weakref::clear_weakrefs(&*op);
        let set = &*op.cast::<PySet>();
        set.release_elements();
        if !core::ptr::eq(set.table.get(), set.small()) {
            obmalloc::free(set.table.get().cast());
        }
        match (*op).ty().tp_free.get() {
            Some(free) => free(op.cast()),
            None => memory::free_object(op),
        }
    }
}

unsafe extern "C-unwind" fn traverse(op: *mut PyObject, visit: VisitProc, arg: *mut c_void) -> c_int {
    // SAFETY: slot contract: a live set; the collector does not change it.
    unsafe {
        for key in (*op.cast::<PySet>()).raw_keys() {
            let r = visit(key, arg);
            if r != 0 {
                return r;
            }
        }
    }
    0
}

/// What both types have: macro, since the docstrings are looked up under each name.
macro_rules! shared {
    ($ty:ident, $name:literal) => {
        #[pymethods(class = $name, part = "shared")]
        impl $ty {
            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
                repr(py, as_set(self))
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
                // SAFETY: passed through.
                unsafe { dealloc(op) }
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_traverse(
                op: *mut PyObject,
                visit: VisitProc,
                arg: *mut c_void,
            ) -> c_int {
                // SAFETY: passed through.
                unsafe { traverse(op, visit, arg) }
            }
            #[slot]
            unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
                // SAFETY: slot contract: a live set.
                unsafe { (*op.cast::<PySet>()).clear() };
                0
            }
            #[slot]
            fn sq_length(&self, _py: Py<'_>) -> isize {
                as_set(self).used.get()
            }
            #[slot]
            fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
                contains(py, as_set(self), key)
            }
            #[slot]
            fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                PySetIterator::over(py, as_set(self))
            }
            #[slot]
            fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
                compare(py, as_set(self), other, op)
            }
            #[slot]
            fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                if PySet::of(a).is_none() || PySet::of(b).is_none() {
                    return Ok(py.not_implemented());
                }
                difference(py, a, b)
            }
            #[slot]
            fn nb_and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                if PySet::of(a).is_none() || PySet::of(b).is_none() {
                    return Ok(py.not_implemented());
                }
                intersection(py, a, b)
            }
            #[slot]
            fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                if PySet::of(a).is_none() || PySet::of(b).is_none() {
                    return Ok(py.not_implemented());
                }
                let result = same_kind(py, a, a)?;
                as_set(&result).update(py, b)?;
                Ok(result)
            }
            #[slot]
            fn nb_xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
                if PySet::of(a).is_none() || PySet::of(b).is_none() {
                    return Ok(py.not_implemented());
                }
                symmetric_difference(py, a, b)
            }
            #[pymethod(name = "__contains__", coexist)]
            fn has(&self, py: Py<'_>, object: &PyObject) -> PyResult<bool> {
                contains(py, as_set(self), object)
            }
            #[pymethod]
            fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
                copy_of(py, self)
            }
            #[pymethod(name = "difference")]
            #[raw]
            fn py_difference(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
                let [first, rest @ ..] = args.positional() else { return same_kind(py, self, self) };
                let result = difference(py, self, first)?;
                for other in rest {
                    remove_all(py, as_set(&result), other)?;
                }
                Ok(result)
            }
            #[pymethod(name = "intersection")]
            #[raw]
            fn py_intersection(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
                let [first, rest @ ..] = args.positional() else { return same_kind(py, self, self) };
                let mut result = intersection(py, self, first)?;
                for other in rest {
                    result = intersection(py, &result, other)?;
                }
                Ok(result)
            }
            #[pymethod]
            #[raw]
            fn union(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
                let result = same_kind(py, self, self)?;
                for other in args.positional() {
                    as_set(&result).update(py, other)?;
                }
                Ok(result)
            }
            #[pymethod]
            fn symmetric_difference(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
                symmetric_difference(py, self, other)
            }
            #[pymethod]
            fn isdisjoint(&self, py: Py<'_>, other: &PyObject) -> PyResult<bool> {
                is_disjoint(py, as_set(self), other)
            }
            #[pymethod]
            fn issubset(&self, py: Py<'_>, other: &PyObject) -> PyResult<bool> {
                is_subset(py, as_set(self), other)
            }
            #[pymethod]
            fn issuperset(&self, py: Py<'_>, other: &PyObject) -> PyResult<bool> {
                is_superset(py, as_set(self), other)
            }
            #[pymethod]
            fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
                let items = PyList::from_vec(py, as_set(self).to_vec())?;
                let args = PyTuple::from_vec(py, vec![items.upcast()])?;
                let state = self.call_method(py, crate::id!(py, "__getstate__"), &[])?;
                PyTuple::from_vec(py, vec![self.ty().to_ref(), args.upcast(), state])
            }
            #[pymethod]
            fn __sizeof__(&self, _py: Py<'_>) -> isize {
                let set = as_set(self);
                let table = if core::ptr::eq(set.table.get(), set.small()) { 0 } else { set.mask.get() + 1 };
                self.ty().tp_basicsize.get() + table * size_of::<SetEntry>() as isize
            }
            #[classmethod(name = "__class_getitem__")]
            #[sig("($type, object, /)")]
            fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
                crate::objects::generic_alias::class_getitem(py, cls, object)
            }
        }
    };
}

shared!(PySet, "set");
shared!(PyFrozenSet, "frozenset");

/// Membership; an unhashable set is looked up as the frozenset it equals.
fn contains(py: Py<'_>, set: &PySet, key: &PyObject) -> PyResult<bool> {
    match set.contains(py, key) {
        Err(raised)
            if PySet::check(key) && py.error_matches(crate::objects::exceptions::types::TypeError()) =>
        {
            py.clear_error(raised);
            let frozen: Ref<PyObject> = PySet::new_of(py, PyFrozenSet::type_object())?;
            as_set(&frozen).update(py, key)?;
            set.contains(py, &frozen)
        }
        other => other,
    }
}

fn discard(py: Py<'_>, set: &PySet, key: &PyObject) -> PyResult<bool> {
    match set.discard(py, key) {
        Err(raised)
            if PySet::check(key) && py.error_matches(crate::objects::exceptions::types::TypeError()) =>
        {
            py.clear_error(raised);
            let frozen: Ref<PyObject> = PySet::new_of(py, PyFrozenSet::type_object())?;
            as_set(&frozen).update(py, key)?;
            set.discard(py, &frozen)
        }
        other => other,
    }
}

fn copy_of(py: Py<'_>, set: &PyObject) -> PyResult<Ref<PyObject>> {
    if PyFrozenSet::check_exact(set) { Ok(set.to_ref()) } else { same_kind(py, set, set) }
}

#[pymethods(class = "set", parts(shared))]
impl PySet {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PySet::new_of(py, cls)
    }

    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        crate::args::no_keywords(py, "set", kwargs)?;
        crate::args::check_positional(py, "set", args.len() as isize, 0, 1)?;
        if self.fill.get() != 0 {
            self.clear();
        }
        self.hash.set(-1);
        match args.get(0) {
            Some(iterable) => self.update(py, iterable),
            None => Ok(()),
        }
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "set() takes no keyword arguments"));
        }
        crate::args::check_positional(py, "set", args.positional().len() as isize, 0, 1)?;
        let set: Ref<PyObject> = PySet::new_of(py, cls)?;
        if let Some(iterable) = args.positional().first() {
            as_set(&set).update(py, iterable)?;
        }
        Ok(set)
    }

    #[slot]
    fn nb_inplace_subtract(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if PySet::of(other).is_none() {
            return Ok(py.not_implemented());
        }
        remove_all(py, self, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn nb_inplace_and(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if PySet::of(other).is_none() {
            return Ok(py.not_implemented());
        }
        let result = intersection(py, self, other)?;
        self.swap_contents(as_set(&result));
        Ok(self.to_ref())
    }

    #[slot]
    fn nb_inplace_or(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if PySet::of(other).is_none() {
            return Ok(py.not_implemented());
        }
        self.update(py, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn nb_inplace_xor(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        if PySet::of(other).is_none() {
            return Ok(py.not_implemented());
        }
        symmetric_update(py, self, other)?;
        Ok(self.to_ref())
    }

    #[pymethod(name = "add")]
    fn py_add(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        self.add(py, object).map(drop)
    }

    #[pymethod(name = "clear")]
    fn py_clear(&self, _py: Py<'_>) {
        self.clear();
    }

    #[pymethod(name = "discard")]
    fn py_discard(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        discard(py, self, object).map(drop)
    }

    #[pymethod]
    fn remove(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        if discard(py, self, object)? {
            Ok(())
        } else {
            Err(crate::objects::dict::insert::raise_key_error(py, object))
        }
    }

    #[pymethod]
    fn pop(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.pop_any().ok_or_else(|| raise!(py, KeyError, "pop from an empty set"))
    }

    #[pymethod(name = "update")]
    #[raw]
    fn py_update(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        args.positional().iter().try_for_each(|other| self.update(py, other))
    }

    #[pymethod]
    #[raw]
    fn difference_update(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        args.positional().iter().try_for_each(|other| remove_all(py, self, other))
    }

    #[pymethod]
    #[raw]
    fn intersection_update(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        let result = self.py_intersection(py, args)?;
        self.swap_contents(as_set(&result));
        Ok(())
    }

    #[pymethod]
    fn symmetric_difference_update(&self, py: Py<'_>, other: &PyObject) -> PyResult<()> {
        symmetric_update(py, self, other)
    }
}

#[pymethods(class = "frozenset", parts(shared))]
impl PyFrozenSet {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let own_init = PyFrozenSet::type_object().tp_init.get().map(|f| f as usize);
        if core::ptr::eq(cls, PyFrozenSet::type_object()) || cls.tp_init.get().map(|f| f as usize) == own_init
        {
            crate::args::no_keywords(py, "frozenset", kwargs)?;
        }
        crate::args::check_positional(py, cls.short_name(), args.len() as isize, 0, 1)?;
        frozen(py, cls, args.get(0))
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "frozenset() takes no keyword arguments"));
        }
        crate::args::check_positional(py, "frozenset", args.positional().len() as isize, 0, 1)?;
        frozen(py, cls, args.positional().first().copied())
    }

    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> isize {
        let set = self.as_set();
        if set.hash.get() != -1 {
            return set.hash.get();
        }
        let mut combined = krait_numeric::hash::FrozenSetHash::new();
        let mut position = 0;
        while let Some((_, hash)) = set.next_entry(&mut position) {
            combined.add(hash as i64);
        }
        set.hash.set(combined.finish() as isize);
        set.hash.get()
    }
}

fn frozen(py: Py<'_>, cls: &PyType, iterable: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
    if core::ptr::eq(cls, PyFrozenSet::type_object())
        && let Some(x) = iterable
        && PyFrozenSet::check_exact(x)
    {
        return Ok(x.to_ref());
    }
    let set: Ref<PyObject> = PySet::new_of(py, cls)?;
    if let Some(iterable) = iterable {
        as_set(&set).update(py, iterable)?;
    }
    Ok(set)
}
