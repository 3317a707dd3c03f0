//! The Python face of `list`: slots and methods.

use core::ffi::{c_int, c_void};

use krait_macros::pymethods;

use super::PyList;
use super::iterator::{PyListIterator, PyListReverseIterator};
use super::sort;
use crate::args::{Args, SliceIndex};
use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::PyObject;
use crate::objects::slice::adjust;
use crate::objects::tuple::clamp_bounds;
use crate::objects::{PyBool, PyDict, PySlice, PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::VisitProc;

#[pymethods(class = "list")]
impl PyList {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
        // SAFETY: all-zero is an empty list.
        unsafe { crate::error::owned_or_raised(py, alloc(cls, 0)) }
    }

    #[init]
    #[sig("($self, iterable=(), /)")]
    fn init(&self, py: Py<'_>, iterable: Option<&PyObject>) -> PyResult<()> {
        self.clear();
        match iterable {
            Some(iterable) => self.extend(py, iterable),
            None => Ok(()),
        }
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            return Err(raise!(py, TypeError, "list() takes no keyword arguments"));
        }
        crate::args::check_positional(py, "list", args.positional().len() as isize, 0, 1)?;
        let list = if core::ptr::eq(cls, PyList::type_object()) {
            PyList::new(py)?.upcast()
        } else {
            let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
            // SAFETY: all-zero is an empty list.
            unsafe { crate::error::owned_or_raised(py, alloc(cls, 0))? }
        };
        if let (Some(list), Some(iterable)) = (list.downcast::<PyList>(), args.positional().first()) {
            list.extend(py, iterable)?;
        }
        Ok(list)
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead list.
        unsafe {
            gc::untrack(&*op);
            (*op.cast::<PyList>()).clear();
            if PyList::check_exact(&*op) {
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
        // SAFETY: slot contract: a live list; the collector does not change it.
        unsafe {
            let list = &*op.cast::<PyList>();
            for i in (0..list.len()).rev() {
                list.fetch(i.wrapping_sub(super::AHEAD));
                let r = visit(*list.ob_item.get().add(i), arg);
                if r != 0 {
                    return r;
                }
            }
            0
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
        // SAFETY: slot contract: a live list.
        unsafe { (*op.cast::<PyList>()).clear() };
        0
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.is_empty() {
            return PyStr::new(py, "[]");
        }
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "[...]") };
        let mut text = crate::objects::str::StrBuilder::new();
        text.push_char(py, '[')?;
        let mut i = 0;
        while let Some(item) = self.get(i) {
            if i > 0 {
                text.push_str(py, ", ")?;
            }
            text.push(py, &*item.repr(py)?)?;
            i += 1;
        }
        text.push_char(py, ']')?;
        text.finish(py)
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyList>() else { return Ok(py.not_implemented()) };
        if self.len() != other.len() && matches!(op, CompareOp::Eq | CompareOp::Ne) {
            return Ok(PyBool::get(op == CompareOp::Ne).to_ref());
        }
        let mut i = 0;
        while let (Some(a), Some(b)) = (self.get(i), other.get(i)) {
            if !a.is(&b) && !a.eq(py, &b)? {
                // The comparison may have emptied a list: then only the lengths count.
                if i >= self.len() || i >= other.len() {
                    break;
                }
                return match op {
                    CompareOp::Eq => Ok(PyBool::get(false).to_ref()),
                    CompareOp::Ne => Ok(PyBool::get(true).to_ref()),
                    _ => a.rich_compare(py, &b, op),
                };
            }
            i += 1;
        }
        Ok(PyBool::get(op.holds(self.len().cmp(&other.len()))).to_ref())
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyListIterator::over(py, self)
    }

    #[slot]
    fn sq_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.len() as isize
    }

    #[slot]
    fn sq_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyList>() else {
            return Err(raise!(
                py,
                TypeError,
                "can only concatenate list (not \"{}\") to list",
                other.ty().name()
            ));
        };
        let (n, m) = (self.len(), other.len());
        // SAFETY: every slot is written; nothing runs meanwhile.
        unsafe {
            PyList::build(py, n + m, |slots| {
                super::copy_items(self.ob_item.get(), slots, n);
                super::copy_items(other.ob_item.get(), slots.add(n), m);
            })
            .map(Ref::upcast)
        }
    }

    #[slot]
    fn sq_inplace_concat(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        self.extend(py, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        let (n, len) = (n.max(0) as usize, self.len());
        let Some(total) = len.checked_mul(n).filter(|&t| t <= isize::MAX as usize / 8) else {
            return Err(py.no_memory());
        };
        // SAFETY: every slot is written; nothing runs meanwhile.
        unsafe {
            PyList::build(py, total, |slots| {
                for i in 0..n {
                    super::copy_items(self.ob_item.get(), slots.add(i * len), len);
                }
            })
            .map(Ref::upcast)
        }
    }

    #[slot]
    fn sq_inplace_repeat(&self, py: Py<'_>, n: isize) -> PyResult<Ref<PyObject>> {
        if n < 1 {
            self.clear();
            return Ok(self.to_ref());
        }
        let items = self.to_vec();
        let Some(total) = items.len().checked_mul(n as usize).filter(|&t| t <= isize::MAX as usize / 8)
        else {
            return Err(py.no_memory());
        };
        let mut more = Vec::new();
        if more.try_reserve(total - items.len()).is_err() {
            return Err(py.no_memory());
        }
        for _ in 1..n {
            more.extend(items.iter().cloned());
        }
        let end = self.len();
        self.splice(py, end, end, more)?;
        Ok(self.to_ref())
    }

    #[slot]
    fn sq_item(&self, py: Py<'_>, index: isize) -> PyResult<Ref<PyObject>> {
        match usize::try_from(index).ok().and_then(|i| self.get(i)) {
            Some(item) => Ok(item),
            None => Err(raise!(py, IndexError, "list index out of range")),
        }
    }

    #[slot]
    fn sq_ass_item(&self, py: Py<'_>, index: isize, value: Option<&PyObject>) -> PyResult<()> {
        let i = usize::try_from(index).ok().filter(|&i| i < self.len());
        let Some(i) = i else { return Err(raise!(py, IndexError, "list assignment index out of range")) };
        match value {
            Some(value) => {
                self.set(i, value.to_ref());
            }
            None => drop(self.remove_at(py, i)?),
        }
        Ok(())
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, x: &PyObject) -> PyResult<bool> {
        let mut i = 0;
        // SAFETY: an item is borrowed only as long as no code runs.
        while let Some(item) = unsafe { self.get_borrowed(i) } {
            let equal = match item.eq_plain(x) {
                _ if item.is(x) => true,
                Some(equal) => equal,
                None => item.to_ref().eq(py, x)?,
            };
            if equal {
                return Ok(true);
            }
            i += 1;
        }
        Ok(false)
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
        let Some(slice) = key.downcast::<PySlice>() else { return Err(bad_index(py, key)) };
        let r = slice.indices(py, || self.len())?;
        if r.step == 1 {
            return self.slice(py, r.start as usize, r.len).map(Ref::upcast);
        }
        // SAFETY: the slice selects slots that are set; every new one is written.
        unsafe {
            PyList::build(py, r.len, |slots| {
                let mut at = r.start;
                for i in 0..r.len {
                    super::copy_items(self.ob_item.get().offset(at), slots.add(i), 1);
                    at = at.wrapping_add(r.step);
                }
            })
            .map(Ref::upcast)
        }
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if key.is_index() {
            let mut i = key.to_index_isize(py, "cannot fit '{}' into an index-sized integer")?;
            if i < 0 {
                i += self.len() as isize;
            }
            return self.sq_ass_item(py, i, value);
        }
        let Some(slice) = key.downcast::<PySlice>() else { return Err(bad_index(py, key)) };
        assign_slice(py, self, slice, value)
    }

    #[pymethod(name = "__getitem__", coexist)]
    fn getitem(&self, py: Py<'_>, index: &PyObject) -> PyResult<Ref<PyObject>> {
        self.mp_subscript(py, index)
    }

    #[pymethod]
    fn __reversed__(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        PyListReverseIterator::over(py, self)
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> isize {
        self.ty().tp_basicsize.get() + 8 * self.allocated.get()
    }

    #[pymethod(name = "clear")]
    fn py_clear(&self, _py: Py<'_>) {
        self.clear();
    }

    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyList>> {
        self.slice(py, 0, self.len())
    }

    #[pymethod(name = "append")]
    fn py_append(&self, py: Py<'_>, object: &PyObject) -> PyResult<()> {
        self.append(py, object.to_ref())
    }

    #[pymethod(name = "insert")]
    fn py_insert(&self, py: Py<'_>, index: isize, object: &PyObject) -> PyResult<()> {
        let index = if index < 0 { (index + self.len() as isize).max(0) } else { index };
        self.insert(py, index as usize, object.to_ref())
    }

    #[pymethod(name = "extend")]
    fn py_extend(&self, py: Py<'_>, iterable: &PyObject) -> PyResult<()> {
        self.extend(py, iterable)
    }

    #[pymethod]
    fn pop(&self, py: Py<'_>, #[default(-1)] index: isize) -> PyResult<Ref<PyObject>> {
        if self.is_empty() {
            return Err(raise!(py, IndexError, "pop from empty list"));
        }
        let index = if index < 0 { index + self.len() as isize } else { index };
        let item = match usize::try_from(index) {
            Ok(i) => self.remove_at(py, i)?,
            Err(_) => None,
        };
        item.ok_or_else(|| raise!(py, IndexError, "pop index out of range"))
    }

    #[pymethod]
    fn remove(&self, py: Py<'_>, value: &PyObject) -> PyResult<()> {
        let mut i = 0;
        while let Some(item) = self.get(i) {
            if item.is(value) || item.eq(py, value)? {
                drop(self.remove_at(py, i)?);
                return Ok(());
            }
            i += 1;
        }
        Err(raise!(py, ValueError, "list.remove(x): x not in list"))
    }

    #[pymethod]
    fn index(
        &self,
        py: Py<'_>,
        value: &PyObject,
        #[default(SliceIndex(0))] start: SliceIndex,
        #[default(SliceIndex(isize::MAX))] stop: SliceIndex,
    ) -> PyResult<isize> {
        let (start, stop) = clamp_bounds(self.len(), start.0, stop.0);
        let mut i = start;
        while i < stop
            && let Some(item) = self.get(i)
        {
            if item.is(value) || item.eq(py, value)? {
                return Ok(i as isize);
            }
            i += 1;
        }
        Err(raise!(py, ValueError, "list.index(x): x not in list"))
    }

    #[pymethod]
    fn count(&self, py: Py<'_>, value: &PyObject) -> PyResult<isize> {
        let (mut n, mut i) = (0, 0);
        while let Some(item) = self.get(i) {
            if item.is(value) || item.eq(py, value)? {
                n += 1;
            }
            i += 1;
        }
        Ok(n)
    }

    #[pymethod]
    fn reverse(&self, _py: Py<'_>) {
        self.reverse_items();
    }

    #[pymethod(name = "sort")]
    fn py_sort(&self, py: Py<'_>, key: Option<&PyObject>, #[default(false)] reverse: bool) -> PyResult<()> {
        sort::sort(py, self, key.filter(|k| !k.is_none()), reverse)
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}

#[cold]
fn bad_index(py: Py<'_>, key: &PyObject) -> crate::error::Raised {
    raise!(py, TypeError, "list indices must be integers or slices, not {}", key.ty().name())
}

/// `list[slice] = value` and `del list[slice]`.
fn assign_slice(py: Py<'_>, list: &PyList, slice: &PySlice, value: Option<&PyObject>) -> PyResult<()> {
    if let Some(value) = value
        && let Some((start, stop)) = slice.plain_range(list.len())
        && let Some(result) = list.replace_by_items(py, start, stop, value)
    {
        return result;
    }
    // Neither the bounds nor the value may be read after the length: reading them may change the list.
    let (start, stop, step) = slice.unpack(py)?;
    let items = match value {
        Some(value) if value.ty().tp_iter.get().is_none() && !value.is_sequence() => {
            return Err(raise!(py, TypeError, "must assign iterable to extended slice"));
        }
        Some(value) => Some(value.collect(py)?),
        None => None,
    };
    let r = adjust(start, stop, step, list.len());
    if r.step == 1 {
        let start = r.start as usize;
        return list.splice(py, start, start + r.len, items.unwrap_or_default());
    }
    match items {
        Some(items) => {
            if items.len() != r.len {
                return Err(raise!(
                    py,
                    ValueError,
                    "attempt to assign sequence of size {} to extended slice of size {}",
                    items.len(),
                    r.len
                ));
            }
            let mut at = r.start;
            for item in items {
                list.set(at as usize, item);
                at = at.wrapping_add(r.step);
            }
        }
        None => {
            let mut doomed: Vec<usize> =
                (0..r.len).map(|i| r.start.wrapping_add(r.step.wrapping_mul(i as isize)) as usize).collect();
            doomed.sort_unstable();
            let mut doomed = doomed.into_iter().peekable();
            let (mut kept, mut gone) = (Vec::with_capacity(list.len()), Vec::new());
            for (i, item) in list.to_vec().into_iter().enumerate() {
                if doomed.next_if_eq(&i).is_some() { gone.push(item) } else { kept.push(item) }
            }
            let n = list.len();
            list.splice(py, 0, n, kept)?;
            drop(gone);
        }
    }
    Ok(())
}
