//! The Python face of `dict`: slots and methods.

use core::ffi::{c_int, c_void};

use krait_macros::pymethods;

use super::iterators::{DictItemIterator, DictKeyIterator, DictReverseKeyIterator};
use super::keys;
use super::merge;
use super::views::{DictItems, DictKeysView, DictValuesView};
use super::{PyDict, insert};
use crate::args::Args;
use crate::error::PyResult;
use crate::gc;
use crate::id;
use crate::memory;
use crate::object::PyObject;
use crate::objects::{PyStr, PyTuple, PyType};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};
use crate::slots::VisitProc;

#[pymethods(class = "dict")]
impl PyDict {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        new_of(py, cls).map(Ref::upcast)
    }

    /// `dict.__init__`; also for subclasses in other crates.
    #[slot]
    pub fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        crate::args::check_positional(py, "dict", args.len() as isize, 0, 1)?;
        if let Some(other) = args.get(0) {
            merge::update_from(py, self, other)?;
        }
        match kwargs {
            Some(kwargs) => merge::merge(py, self, kwargs, merge::OnDuplicate::Replace),
            None => Ok(()),
        }
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        crate::args::check_positional(py, "dict", args.positional().len() as isize, 0, 1)?;
        let dict = new_of(py, cls)?;
        if let Some(other) = args.positional().first() {
            merge::update_from(py, &dict, other)?;
        }
        merge::merge_keywords(py, &dict, args.keywords())?;
        Ok(dict.upcast())
    }

    /// `dict.__repr__`; also for subclasses in other crates.
    #[slot]
    pub fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if self.is_empty() {
            return PyStr::new(py, "{}");
        }
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, "{...}") };
        let mut text = crate::objects::str::StrBuilder::new();
        text.push_char(py, '{')?;
        let mut position = 0;
        let mut first = true;
        while let Some((key, value)) = self.next_entry(&mut position) {
            if !first {
                text.push_str(py, ", ")?;
            }
            first = false;
            text.push(py, &*key.repr(py)?)?;
            text.push_str(py, ": ")?;
            text.push(py, &*value.repr(py)?)?;
        }
        text.push_char(py, '}')?;
        text.finish(py)
    }

    #[slot]
    fn mp_length(&self, _py: Py<'_>) -> isize {
        self.ma_used.get()
    }

    #[slot]
    fn mp_subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        if let Some(value) = self.get(py, key)? {
            return Ok(value);
        }
        if !PyDict::check_exact(self)
            && let Some(missing) = self.lookup_special(py, id!(py, "__missing__"))?
        {
            return missing.call(py, &[key]);
        }
        Err(insert::raise_key_error(py, key))
    }

    #[slot]
    fn mp_ass_subscript(&self, py: Py<'_>, key: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        match value {
            Some(value) => self.set(py, key, value),
            None => self.delete(py, key),
        }
    }

    #[slot]
    fn sq_contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        PyDict::contains(self, py, key)
    }

    #[slot]
    fn tp_iter(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DictKeyIterator::over(py, self)
    }

    /// Comparison as plain dicts; also for subclasses in other crates.
    #[slot]
    pub fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyDict>() else { return Ok(py.not_implemented()) };
        match op {
            CompareOp::Eq => equal(py, self, other).map(|r| crate::objects::PyBool::get(r).to_ref()),
            CompareOp::Ne => equal(py, self, other).map(|r| crate::objects::PyBool::get(!r).to_ref()),
            _ => Ok(py.not_implemented()),
        }
    }

    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (Some(left), Some(_)) = (a.downcast::<PyDict>(), b.downcast::<PyDict>()) else {
            return Ok(py.not_implemented());
        };
        let result = left.copy(py)?;
        merge::update_from(py, &result, b)?;
        Ok(result.upcast())
    }

    #[slot]
    fn nb_inplace_or(&self, py: Py<'_>, other: &PyObject) -> PyResult<Ref<PyObject>> {
        merge::update_from(py, self, other)?;
        Ok(self.to_ref())
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead dict.
        unsafe {
            gc::untrack(&*op);
            let dict = &*op.cast::<PyDict>();
            let (table, values) = (dict.ma_keys.get(), dict.ma_values.get());
            if !values.is_null() && (*values).embedded.get() == 0 {
                insert::release_values(values);
            }
            keys::release(table);
            if PyDict::check_exact(&*op) {
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
        // SAFETY: slot contract: a live dict; the collector does not change it.
        unsafe {
            let dict = &*op.cast::<PyDict>();
            let table = dict.table();
            if let Some(values) = dict.split_values() {
                return values.traverse(visit, arg);
            }
            for ix in 0..table.nentries() {
                let e = table.entry(ix);
                if e.value.is_null() {
                    continue;
                }
                let r = visit(e.value, arg);
                if r != 0 {
                    return r;
                }
                if table.is_general() {
                    let r = visit(e.key, arg);
                    if r != 0 {
                        return r;
                    }
                }
            }
            0
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_clear(op: *mut PyObject) -> c_int {
        // SAFETY: slot contract: a live dict.
        unsafe { (*op.cast::<PyDict>()).clear() };
        0
    }

    #[pymethod(name = "__contains__", coexist)]
    fn has(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        PyDict::contains(self, py, key)
    }

    #[pymethod(name = "__getitem__", coexist)]
    fn subscript(&self, py: Py<'_>, key: &PyObject) -> PyResult<Ref<PyObject>> {
        self.mp_subscript(py, key)
    }

    /// Bytes, without what subclasses add; also for subclasses in other crates.
    #[pymethod(name = "__sizeof__")]
    pub fn sizeof(&self, _py: Py<'_>) -> usize {
        let mut size = self.ty().tp_basicsize.get() as usize;
        if let Some(values) = self.split_values() {
            size += values.capacity as usize * size_of::<*mut PyObject>();
        }
        let table = self.table();
        if table.dk_refcnt.get() == 1 && !core::ptr::eq(table, keys::empty_keys()) {
            size += table.byte_size();
        }
        size
    }

    #[pymethod(name = "get")]
    fn py_get(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        match self.get(py, key)? {
            Some(value) => Ok(value),
            None => Ok(default.map_or_else(|| py.none(), PyObject::to_ref)),
        }
    }

    #[pymethod]
    fn setdefault(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        self.set_default(py, key, default.unwrap_or(crate::objects::PyNone::get()))
    }

    #[pymethod]
    #[sig("($self, key, default=None, /)")]
    fn pop(&self, py: Py<'_>, key: &PyObject, default: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        // An empty dict does not ask for the hash.
        let found = if self.is_empty() { None } else { self.remove(py, key)? };
        match found {
            Some(value) => Ok(value),
            None => match default {
                Some(default) => Ok(default.to_ref()),
                None => Err(insert::raise_key_error(py, key)),
            },
        }
    }

    #[pymethod]
    fn popitem(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match self.pop_last(py)? {
            Some((key, value)) => PyTuple::from_vec(py, vec![key, value]),
            None => Err(raise!(py, KeyError, "popitem(): dictionary is empty")),
        }
    }

    #[pymethod(name = "keys")]
    fn py_keys(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DictKeysView::over(py, self)
    }

    #[pymethod(name = "items")]
    fn py_items(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DictItems::over(py, self)
    }

    #[pymethod(name = "values")]
    fn py_values(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DictValuesView::over(py, self)
    }

    #[pymethod(name = "update")]
    #[raw]
    fn py_update(&self, py: Py<'_>, args: Args<'_>) -> PyResult<()> {
        crate::args::check_positional(py, "update", args.positional().len() as isize, 0, 1)?;
        if let Some(other) = args.positional().first() {
            merge::update_from(py, self, other)?;
        }
        merge::merge_keywords(py, self, args.keywords())
    }

    #[classmethod]
    #[sig("($type, iterable, value=None, /)")]
    fn fromkeys(
        cls: &PyType,
        py: Py<'_>,
        iterable: &PyObject,
        value: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        merge::from_keys(py, cls, iterable, value.unwrap_or(crate::objects::PyNone::get()))
    }

    #[pymethod(name = "clear")]
    fn py_clear(&self, _py: Py<'_>) {
        self.clear();
    }

    #[pymethod(name = "copy")]
    fn py_copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.copy(py)
    }

    #[pymethod(name = "__reversed__")]
    fn reversed(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        DictReverseKeyIterator::over(py, self)
    }

    #[classmethod(name = "__class_getitem__")]
    #[sig("($type, object, /)")]
    fn class_getitem(cls: &PyType, py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyObject>> {
        crate::objects::generic_alias::class_getitem(py, cls, object)
    }
}

/// An empty instance of `dict` or a subclass.
fn new_of(py: Py<'_>, cls: &PyType) -> PyResult<Ref<PyDict>> {
    if core::ptr::eq(cls, PyDict::type_object()) {
        return PyDict::new(py);
    }
    let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
    // SAFETY: the allocated object begins with a dict's layout; its fields are set before anyone sees it.
    unsafe {
        let op = alloc(cls, 0);
        let object = crate::error::owned_or_raised(py, op)?;
        let dict = op.cast::<PyDict>();
        (*dict).ma_used.set(0);
        (*dict).ma_watcher_tag.set(0);
        (*dict).ma_keys.set(keys::empty_keys());
        (*dict).ma_values.set(core::ptr::null_mut());
        Ok(object.cast_into_unchecked())
    }
}

/// Same keys with equal values.
fn equal(py: Py<'_>, a: &PyDict, b: &PyDict) -> PyResult<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let mut position = 0;
    while let Some((key, value, hash)) = a.peek_entry_hashed(&mut position) {
        a.table().fetch_towards(position, b.table());
        // SAFETY: live entries, as long as no code runs.
        let (key, value) = unsafe { (&*key, &*value) };
        if let Some(ix) = b.find_plain(key, hash)
            // SAFETY: nothing runs meanwhile.
            && let Some(same) = unsafe { b.has_plainly(ix, value) }
        {
            if !same {
                return Ok(false);
            }
            continue;
        }
        let (key, value) = (key.to_ref(), value.to_ref());
        let Some(other) = b.get_known_hash(py, &key, hash)? else { return Ok(false) };
        if !value.eq(py, &other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The iterator over items that `dict.items()` gives; named here for the interpreter's `FOR_ITER`.
pub type ItemIterator = DictItemIterator;
