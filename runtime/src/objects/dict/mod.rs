//! `dict`: compact, insertion-ordered, in CPython 3.14's layout, with unicode-only and split (key-sharing) tables.
//! `keys.rs` is the table, `lookup.rs` finds, `insert.rs` changes, `split.rs` shares keys between instances and holds inline
//! values, `methods.rs` is the Python face, `merge.rs` updates from others, `views.rs` and `iterators.rs` look at a dict.
//!
//! For the interpreter: `keys_version` gives a number that stays as long as the set of keys does; `find_index` and
//! `value_at` read by entry number under such a version.

mod ahead;
pub mod insert;
pub mod iterators;
pub mod keys;
pub mod lookup;
pub mod merge;
pub mod methods;
pub mod split;
pub mod views;

use core::cell::Cell;

use krait_macros::pyclass;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyStr;
use crate::objects::r#type::flags;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use keys::{DictKeys, Kind};
use split::DictValues;

/// `PyDictObject` of 3.14.
#[pyclass(name = "dict", basetype, gc, mapping, match_self, manual, flags = flags::DICT_SUBCLASS)]
#[repr(C)]
pub struct PyDict {
    pub(crate) ob_base: PyObject,
    pub(crate) ma_used: Cell<isize>,
    /// Low byte: watchers; the rest is unused, as no version is kept here since 3.12.
    pub(crate) ma_watcher_tag: Cell<u64>,
    pub(crate) ma_keys: Cell<*mut DictKeys>,
    pub(crate) ma_values: Cell<*mut DictValues>,
}

/// log2 of the largest table that is made before there are entries for it.
const MAX_PRESIZED_LOG2: u8 = 17;

impl PyDict {
    /// An empty dict.
    pub fn new(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        // SAFETY: the empty keys are immortal; no values.
        let dict = unsafe { PyDict::from_parts(py, keys::empty_keys(), core::ptr::null_mut())? };
        crate::gc::track(&dict);
        Ok(dict)
    }

    /// An empty dict with room for `n` entries.
    pub fn with_capacity(py: Py<'_>, n: usize, unicode: bool) -> PyResult<Ref<PyDict>> {
        if n <= 5 {
            return PyDict::new(py);
        }
        let kind = if unicode { Kind::Unicode } else { Kind::General };
        let log2 = keys::log2_for_entries(n).min(MAX_PRESIZED_LOG2);
        let Some(table) = keys::new_keys(log2, kind) else {
            return Err(py.no_memory());
        };
        // SAFETY: the table is fresh.
        let dict = unsafe { PyDict::from_parts(py, table, core::ptr::null_mut())? };
        crate::gc::track(&dict);
        Ok(dict)
    }

    /// The key table.
    #[inline(always)]
    pub(crate) fn table(&self) -> &DictKeys {
        // SAFETY: a dict always has a table; callers re-read it after anything that may run Python code.
        unsafe { &*self.ma_keys.get() }
    }

    /// The values of a split dict.
    #[inline(always)]
    pub(crate) fn split_values(&self) -> Option<&DictValues> {
        // SAFETY: null or live as long as the dict is split.
        unsafe { self.ma_values.get().as_ref() }
    }

    /// Number of entries.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.ma_used.get() as usize
    }

    /// No entry.
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `key`, if there.
    #[inline]
    pub fn get(&self, py: Py<'_>, key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        let hash = Self::key_hash(py, key)?;
        self.get_known_hash(py, key, hash)
    }

    /// The value of `key`, whose hash is known.
    #[inline]
    pub fn get_known_hash(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<Ref<PyObject>>> {
        let ix = self.find(py, key, hash)?;
        Ok(if ix < 0 { None } else { self.value_at(ix as usize) })
    }

    /// The value of a string key; runs no Python code when all keys are exact strings.
    #[inline]
    pub fn get_str(&self, py: Py<'_>, key: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
        self.get(py, key)
    }

    /// Entry number of `key`, whose hash is known; `None` when it is not there. Good until the dict changes.
    #[inline]
    pub fn index_of(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<usize>> {
        self.find(py, key, hash).map(|ix| usize::try_from(ix).ok())
    }

    /// What tells the present key table from any other one: its address, and how many entries it has room for.
    pub fn table_identity(&self) -> (usize, usize) {
        (self.ma_keys.get().addr(), self.table().size())
    }

    /// The hash of a key: exact strings have it cached.
    #[inline]
    pub fn hash_of(py: Py<'_>, key: &PyObject) -> PyResult<isize> {
        Self::key_hash(py, key)
    }

    /// The value of entry `ix`, if it has one.
    #[inline(always)]
    pub fn value_at(&self, ix: usize) -> Option<Ref<PyObject>> {
        if ix >= self.table().nentries() {
            return None;
        }
        // SAFETY: an entry of the present table.
        unsafe {
            let value = *self.value_slot(ix);
            if value.is_null() { None } else { Some(Ref::from_borrowed(value)) }
        }
    }

    /// The value of entry `ix` without counting.
    ///
    /// # Safety
    /// The dict is not changed while the result is used.
    #[inline(always)]
    pub unsafe fn value_at_borrowed(&self, ix: usize) -> Option<&PyObject> {
        if ix >= self.table().nentries() {
            return None;
        }
        // SAFETY: an entry of the present table.
        unsafe { (*self.value_slot(ix)).as_ref() }
    }

    /// The value of entry `ix` of a table whose version says that it is an unsplit one of strings, without counting. For inline
    /// caches.
    ///
    /// # Safety
    /// As said, and the entry exists; the dict is not changed while the result is used.
    #[inline(always)]
    pub unsafe fn cached_value(&self, ix: usize) -> Option<&PyObject> {
        // SAFETY: by contract.
        unsafe { self.table().entry_value(ix).as_ref() }
    }

    /// The value of entry `ix` when its key is the very string `name`, without counting. For inline caches.
    ///
    /// # Safety
    /// The dict is not changed while the result is used.
    #[inline(always)]
    pub unsafe fn value_under(&self, ix: usize, name: &PyStr) -> Option<&PyObject> {
        let keys = self.table();
        if keys.is_general() || ix >= keys.nentries() {
            return None;
        }
        // SAFETY: an entry of the present table.
        unsafe {
            let key: *const PyObject = (*keys.unicode_entries().add(ix)).key;
            if core::ptr::eq(key, name.as_ptr()) { (*self.value_slot(ix)).as_ref() } else { None }
        }
    }

    /// Entry number of a string key in a table of strings, if there; runs no Python code. For inline caches.
    pub fn find_index(&self, key: &PyStr) -> Option<usize> {
        let keys = self.table();
        if keys.is_general() {
            return None;
        }
        // SAFETY: the table is not general, the key an exact string.
        let ix = unsafe { lookup::find_unicode(keys, key, key.hash_value()) };
        (ix >= 0).then_some(ix as usize)
    }

    /// True when all keys are exact strings and the table is not split.
    #[inline(always)]
    pub fn has_unicode_table(&self) -> bool {
        self.table().kind() == Kind::Unicode && self.ma_values.get().is_null()
    }

    /// A non-zero number that stays as long as no key is added or removed; 0 when numbers ran out (`_PyDictKeys_GetVersion…`).
    pub fn keys_version(&self, py: Py<'_>) -> u32 {
        keys_version(py, self.table())
    }

    /// The present keys version without assigning one.
    #[inline(always)]
    pub fn current_keys_version(&self) -> u32 {
        self.table().dk_version.get()
    }

    /// Membership.
    #[inline]
    pub fn contains(&self, py: Py<'_>, key: &PyObject) -> PyResult<bool> {
        let hash = Self::key_hash(py, key)?;
        let ix = self.find(py, key, hash)?;
        Ok(ix >= 0 && self.value_at(ix as usize).is_some())
    }

    /// Copies of all entries in insertion order.
    pub fn items_snapshot(&self) -> Vec<(Ref<PyObject>, Ref<PyObject>)> {
        let mut items = Vec::with_capacity(self.len());
        let mut position = 0;
        while let Some(entry) = self.next_entry(&mut position) {
            items.push(entry);
        }
        items
    }

    /// Calls `each`, which does not change the dict, with all keys in order.
    pub(crate) fn for_each_key(&self, mut each: impl FnMut(Ref<PyObject>) -> PyResult<()>) -> PyResult<()> {
        let mut position = 0;
        while let Some((key, _)) = self.peek_entry(&mut position) {
            self.table().fetch_entry(position + ahead::AHEAD);
            // SAFETY: a live entry.
            each(unsafe { Ref::from_borrowed(key) })?;
        }
        Ok(())
    }

    /// Writes the keys and the values in order, borrowed, for as many entries as there is room for.
    pub(crate) fn borrow_entries(&self, keys: &mut [*mut PyObject], values: &mut [*mut PyObject]) {
        let mut position = 0;
        for (key, value) in keys.iter_mut().zip(values) {
            let Some(entry) = self.peek_entry(&mut position) else { return };
            (*key, *value) = entry;
        }
    }

    /// The entry at or after `*position` (start with 0), which then moves on: `PyDict_Next`. Safe under mutation.
    #[inline]
    pub fn next_entry(&self, position: &mut usize) -> Option<(Ref<PyObject>, Ref<PyObject>)> {
        let (key, value) = self.peek_entry(position)?;
        // SAFETY: live entries; both references are counted at once.
        unsafe { Some((Ref::from_borrowed(key), Ref::from_borrowed(value))) }
    }

    /// [`PyDict::next_entry`] with the key's hash.
    #[inline]
    pub fn next_entry_hashed(&self, position: &mut usize) -> Option<(Ref<PyObject>, Ref<PyObject>, isize)> {
        let (key, value, hash) = self.peek_entry_hashed(position)?;
        // SAFETY: as above.
        unsafe { Some((Ref::from_borrowed(key), Ref::from_borrowed(value), hash)) }
    }

    /// [`PyDict::peek_entry`] with the key's hash.
    #[inline(always)]
    pub(super) fn peek_entry_hashed(
        &self,
        position: &mut usize,
    ) -> Option<(*mut PyObject, *mut PyObject, isize)> {
        let keys = self.table();
        let (key, value) = self.peek_entry(position)?;
        // SAFETY: a general table's entry, the one before the new position, has the hash, and strings have theirs cached.
        let hash = unsafe {
            if keys.is_general() {
                (*keys.entries().add(*position - 1)).hash
            } else {
                (*key).cast_unchecked::<PyStr>().hash_value()
            }
        };
        Some((key, value, hash))
    }

    /// Whether the entry of number `ix`, negative for none, has a value equal to this one, if that can be told without running code.
    ///
    /// # Safety
    /// The number was found in this dict, which has not changed since.
    #[inline(always)]
    pub(super) unsafe fn has_plainly(&self, ix: isize, value: &PyObject) -> Option<bool> {
        // SAFETY: by contract.
        match usize::try_from(ix).ok().and_then(|ix| unsafe { self.value_at_borrowed(ix) }) {
            None => Some(false),
            Some(found) if core::ptr::eq(found, value) => Some(true),
            Some(found) => value.eq_plain(found),
        }
    }

    /// Key and value at or after `*position`, which then moves on, as they lie in the table: not counted, so only good until other
    /// code runs.
    #[inline(always)]
    pub(super) fn peek_entry(&self, position: &mut usize) -> Option<(*mut PyObject, *mut PyObject)> {
        let keys = self.table();
        // SAFETY: positions below the bounds are entries.
        unsafe {
            if let Some(values) = self.split_values() {
                if *position >= values.size.get() as usize {
                    return None;
                }
                let ix = values.ordered(*position);
                *position += 1;
                return Some(((*keys.unicode_entries().add(ix)).key, *values.slot(ix)));
            }
            let end = keys.nentries();
            while *position < end {
                let at = *position;
                *position += 1;
                let (key, value) = keys.key_and_value(at);
                if !value.is_null() {
                    return Some((key, value));
                }
            }
        }
        None
    }

    /// Key and value of entry `at`, not counted, if it has any and the table is not a shared one.
    #[inline(always)]
    pub(super) fn plain_entry(&self, at: usize) -> Option<(*mut PyObject, *mut PyObject)> {
        let keys = self.table();
        if !self.ma_values.get().is_null() || at >= keys.nentries() {
            return None;
        }
        // SAFETY: an entry of the table.
        let (key, value) = unsafe { keys.key_and_value(at) };
        (!value.is_null()).then_some((key, value))
    }

    /// Where [`PyDict::peek_previous`] starts.
    pub fn end_position(&self) -> usize {
        match self.split_values() {
            Some(values) => values.size.get() as usize,
            None => self.table().nentries(),
        }
    }

    /// The entry before `*position` (start with [`PyDict::end_position`]), which then moves down: for reverse iteration. None when the
    /// table has shrunk below it meanwhile.
    pub(super) fn peek_previous(&self, position: &mut usize) -> Option<(*mut PyObject, *mut PyObject)> {
        let keys = self.table();
        // SAFETY: positions below the bounds are entries.
        unsafe {
            if let Some(values) = self.split_values() {
                let i = (*position).checked_sub(1).filter(|&i| i < values.size.get() as usize)?;
                *position = i;
                let ix = values.ordered(i);
                let key = (*keys.unicode_entries().add(ix)).key;
                return Some((key, *values.slot(ix)));
            }
            let mut i = *position;
            if i > keys.nentries() {
                return None;
            }
            while i > 0 {
                i -= 1;
                let e = keys.entry(i);
                if !e.value.is_null() {
                    *position = i;
                    return Some((e.key, e.value));
                }
            }
            *position = 0;
            None
        }
    }

    /// `dict.update` with another mapping or an iterable of pairs.
    pub fn update(&self, py: Py<'_>, other: &PyObject) -> PyResult<()> {
        merge::update_from(py, self, other)
    }

    /// Stores under a name known as Rust text.
    pub fn set_named(&self, py: Py<'_>, name: &str, value: &PyObject) -> PyResult<()> {
        let key = PyStr::intern(py, PyStr::new(py, name)?);
        self.set(py, &key, value)
    }

    /// Reads under a name known as Rust text.
    pub fn get_named(&self, py: Py<'_>, name: &str) -> PyResult<Option<Ref<PyObject>>> {
        let key = PyStr::new(py, name)?;
        self.get(py, &key)
    }
}

/// A non-zero version of a key table; see [`PyDict::keys_version`].
pub fn keys_version(py: Py<'_>, keys: &DictKeys) -> u32 {
    let v = keys.dk_version.get();
    if v != 0 {
        return v;
    }
    let next = py.interp().next_keys_version.get();
    if next == 0 {
        return 0;
    }
    py.interp().next_keys_version.set(next.wrapping_add(1));
    keys.dk_version.set(next + 1);
    if next == u32::MAX { 0 } else { next + 1 }
}

/// True for exact dicts: `PyDict_CheckExact`.
#[inline(always)]
pub fn is_exact_dict(object: &PyObject) -> bool {
    PyDict::check_exact(object)
}
