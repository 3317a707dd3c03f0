//! `set` and `frozenset`: an open-addressed table in CPython's layout. `table.rs` holds the table, `methods.rs` the Python face,
//! `iterator.rs` walks. Keys are compared as in `dict`: after Python code ran the table is looked at anew.

pub mod iterator;
mod methods;
mod table;

use core::cell::Cell;

use krait_macros::pyclass;

use crate::error::PyResult;
use crate::gc;
use crate::memory;
use crate::object::PyObject;
use crate::objects::weakref::WeakList;
use crate::objects::{PyList, PyStr, PyType};
use crate::py::Py;
use crate::reference::{Layout, PyClass, Ref};

/// One entry of the table (`setentry`).
#[repr(C)]
pub struct SetEntry {
    pub(crate) key: Cell<*mut PyObject>,
    pub(crate) hash: Cell<isize>,
}

/// Slots of the table inside the object.
pub(crate) const MIN_SIZE: usize = 8;

/// Masks from which on a table is so big that looking ahead pays.
const BIG: isize = 1 << 13;

/// `PySetObject`.
#[pyclass(name = "set", basetype, gc, match_self, manual, weaklist = weakreflist)]
#[repr(C)]
pub struct PySet {
    pub(crate) ob_base: PyObject,
    /// Used and deleted slots.
    pub(crate) fill: Cell<isize>,
    pub(crate) used: Cell<isize>,
    pub(crate) mask: Cell<isize>,
    pub(crate) table: Cell<*mut SetEntry>,
    pub(crate) hash: Cell<isize>,
    /// Where `pop` goes on.
    pub(crate) finger: Cell<isize>,
    pub(crate) smalltable: [SetEntry; MIN_SIZE],
    pub(crate) weakreflist: WeakList,
}

/// `frozenset`; the layout is `set`'s.
#[pyclass(name = "frozenset", basetype, gc, match_self, manual)]
#[repr(C)]
pub struct PyFrozenSet {
    pub(crate) base: PySet,
}

impl PySet {
    /// An empty set.
    pub fn new(py: Py<'_>) -> PyResult<Ref<PySet>> {
        PySet::new_of(py, PySet::type_object())
    }

    /// An empty instance of `cls`: `set`, `frozenset` or a subtype.
    pub(crate) fn new_of<T: Layout>(py: Py<'_>, cls: &PyType) -> PyResult<Ref<T>> {
        let exact =
            core::ptr::eq(cls, PySet::type_object()) || core::ptr::eq(cls, PyFrozenSet::type_object());
        // SAFETY: all-zero but for table, mask and hash is an empty set.
        unsafe {
            let op = if exact {
                memory::alloc_object(py, cls, 0)?
            } else {
                let Some(alloc) = cls.tp_alloc.get() else { return Err(py.no_memory()) };
                crate::error::owned_or_raised(py, alloc(cls, 0))?.into_raw()
            };
            let set = &*op.cast::<PySet>();
            set.mask.set(MIN_SIZE as isize - 1);
            set.table.set(set.small());
            set.hash.set(-1);
            gc::track(&*op);
            Ok(Ref::from_owned(op.cast()))
        }
    }

    /// The set behind a `set` or `frozenset` object (subtypes included).
    pub fn of(object: &PyObject) -> Option<&PySet> {
        if PySet::check(object) || PyFrozenSet::check(object) {
            // SAFETY: both have this layout.
            Some(unsafe { object.cast_unchecked() })
        } else {
            None
        }
    }

    /// Number of elements.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.used.get() as usize
    }

    /// No element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds; true when it was not there.
    pub fn add(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let hash = PySet::key_hash(py, key)?;
        self.insert(py, key.to_ref(), hash)
    }

    /// Membership.
    pub fn contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let hash = PySet::key_hash(py, key)?;
        Ok(self.find(py, key, hash)?.is_some())
    }

    /// Removes; true when it was there.
    pub fn discard(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let hash = PySet::key_hash(py, key)?;
        self.remove_known_hash(py, key, hash)
    }

    /// Whether a string of this text is an element, found without hashing, counting or raising: for reports of a dying process.
    pub fn has_text(&self, text: &PyStr) -> bool {
        self.raw_keys().any(|key| {
            // SAFETY: elements live while the set does.
            let element = unsafe { key.as_ref() }.and_then(|key| key.downcast::<PyStr>());
            element.is_some_and(|element| element.code_points().eq(text.code_points()))
        })
    }

    /// Copies of all elements in table order.
    pub fn to_vec(&self) -> Vec<Ref<PyObject>> {
        let mut items = Vec::with_capacity(self.len());
        let mut position = 0;
        while let Some((key, _)) = self.next_entry(&mut position) {
            items.push(key);
        }
        items
    }

    /// Adds all elements of an iterable.
    pub fn update(&self, py: Py<'_>, other: &PyObject) -> PyResult<()> {
        if let Some(set) = PySet::of(other) {
            return self.merge(py, set);
        }
        if let Some(dict) = other.downcast_exact::<crate::objects::PyDict>() {
            self.make_room(py, dict.len())?;
            let mut position = 0;
            while let Some((key, _, hash)) = dict.next_entry_hashed(&mut position) {
                self.insert(py, key, hash)?;
            }
            return Ok(());
        }
        if let Some(list) = other.downcast_exact::<PyList>() {
            return self.add_list(py, list);
        }
        other.for_each(py, |item| self.add_owned(py, item).map(drop))
    }

    /// As [`PySet::add`], taking the reference over.
    #[inline]
    pub fn add_owned(&self, py: Py<'_>, key: Ref<PyObject>) -> PyResult<bool> {
        let hash = PySet::key_hash(py, &key)?;
        self.insert(py, key, hash)
    }

    /// Adds a list's elements, whatever becomes of the list meanwhile. The slots where they go lie anywhere in a big table, and in a
    /// list that was shuffled or sorted so do the elements: those further on are fetched meanwhile.
    fn add_list(&self, py: Py<'_>, list: &PyList) -> PyResult<()> {
        const AHEAD: usize = 8;
        let mut at = 0;
        while let Some(item) = list.get(at) {
            if self.mask.get() >= BIG {
                // SAFETY: nothing runs while the slice is used.
                let items = unsafe { list.as_slice() };
                if let Some(later) = items.get(at + AHEAD) {
                    self.fetch_slot(later);
                }
                if let Some(later) = items.get(at + 2 * AHEAD) {
                    memory::prefetch(later.as_raw());
                }
            }
            self.add_owned(py, item)?;
            at += 1;
        }
        Ok(())
    }
}

impl PyFrozenSet {
    /// A frozenset of these elements.
    pub fn from_items(py: Py<'_>, items: &[&PyObject]) -> PyResult<Ref<PyFrozenSet>> {
        let set: Ref<PyFrozenSet> = PySet::new_of(py, PyFrozenSet::type_object())?;
        for item in items {
            set.as_set().add(py, item)?;
        }
        Ok(set)
    }

    /// The set operations that do not change it.
    pub fn as_set(&self) -> &PySet {
        &self.base
    }
}

/// Tells the type where the weak-reference list of its instances stands (inside the `set` layout); called once at start-up.
pub(crate) fn init() {
    let offset = core::mem::offset_of!(PySet, weakreflist) as isize;
    PyFrozenSet::type_object().tp_weaklistoffset.set(offset);
}
