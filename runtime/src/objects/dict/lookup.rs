//! Finding an entry. String keys compare by identity, then by hash and content; other keys may run Python code in `__eq__`, after
//! which the table is looked at anew.

use super::PyDict;
use super::keys::{DUMMY, DictKeys, EMPTY, Probe};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyInt, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::PyClass;

/// Entry number of a string key in a unicode or split table, or a negative number. Runs no Python code.
///
/// # Safety
/// `keys` is live and not general; `key` is an exact string with this hash.
#[inline]
pub unsafe fn find_unicode(keys: &DictKeys, key: &PyStr, hash: isize) -> isize {
    // SAFETY: by contract.
    unsafe { search_unicode(keys, key, hash, |_, ix| ix as isize) }.unwrap_or(EMPTY)
}

/// What `answer` makes of slot and number of the entry with a string key.
///
/// # Safety
/// As for [`find_unicode`].
#[inline(always)]
unsafe fn search_unicode<R>(
    keys: &DictKeys,
    key: &PyStr,
    hash: isize,
    answer: impl Fn(usize, usize) -> R,
) -> Option<R> {
    let object: &PyObject = key;
    let entries = keys.unicode_entries();
    keys.probe(hash, |slot, ix| {
        // SAFETY: indices point to entries; keys of such tables are exact strings.
        let found = unsafe { &*(*entries.add(ix)).key };
        let equal = core::ptr::eq(found, object) || {
            // SAFETY: as above.
            let text: &PyStr = unsafe { found.cast_unchecked() };
            text.hash_value() == hash && text.eq_exact(key)
        };
        equal.then(|| answer(slot, ix))
    })
}

/// What `answer` makes of slot and number of the entry with a key in a general table, if there is one, when that can be told without
/// running Python code; `None` when it can't.
///
/// # Safety
/// `keys` is live and general.
#[inline(always)]
unsafe fn search_in_general<R>(
    keys: &DictKeys,
    key: &PyObject,
    hash: isize,
    answer: impl Fn(usize, usize) -> R,
) -> Option<Option<R>> {
    let entries = keys.entries();
    let found = keys.probe(hash, |slot, ix| {
        // SAFETY: indices point to entries, whose keys live.
        let (found, found_hash) = unsafe {
            let entry = &*entries.add(ix);
            (&*entry.key, entry.hash)
        };
        if core::ptr::eq(found, key) {
            return Some(Some(answer(slot, ix)));
        }
        if found_hash != hash {
            return None;
        }
        match found.eq_plain(key) {
            Some(true) => Some(Some(answer(slot, ix))),
            Some(false) => None,
            None => Some(None),
        }
    });
    match found {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}

impl PyDict {
    /// Entry number of `key`, or a negative number (`_Py_dict_lookup`).
    #[inline]
    pub(crate) fn find(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<isize> {
        match self.find_plain(key, hash) {
            Some(ix) => Ok(ix),
            None => self.find_with_code(py, key, hash),
        }
    }

    /// As [`PyDict::find`], without Python code being run: `None` where a comparison would need that.
    #[inline]
    pub(super) fn find_plain(&self, key: &PyObject, hash: isize) -> Option<isize> {
        let keys = self.table();
        // SAFETY: the dict's keys are live while nothing runs.
        unsafe {
            if keys.is_general() {
                return search_in_general(keys, key, hash, |_, ix| ix as isize).map(|ix| ix.unwrap_or(EMPTY));
            }
            Some(find_unicode(keys, key.downcast_exact()?, hash))
        }
    }

    /// Slot and entry number of `key`, if it is there.
    pub(super) fn locate(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<Option<(usize, usize)>> {
        let keys = self.table();
        let both = |slot, ix| (slot, ix);
        // SAFETY: the dict's keys are live while nothing runs.
        let plain = unsafe {
            if keys.is_general() {
                search_in_general(keys, key, hash, both)
            } else {
                key.downcast_exact().map(|text| search_unicode(keys, text, hash, both))
            }
        };
        match plain {
            Some(place) => Ok(place),
            None => {
                let ix = usize::try_from(self.find_with_code(py, key, hash)?).ok();
                Ok(ix.map(|ix| (self.table().slot_of(hash, ix), ix)))
            }
        }
    }

    #[inline(never)]
    fn find_with_code(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<isize> {
        'restart: loop {
            let keys_ptr: *const DictKeys = self.table();
            // SAFETY: as long as nothing runs, `keys_ptr` is this dict's table; after a comparison it is checked again.
            unsafe {
                let mut probe = Probe::new(hash, (*keys_ptr).mask());
                loop {
                    let ix = (*keys_ptr).index(probe.slot);
                    if ix == EMPTY {
                        return Ok(EMPTY);
                    }
                    if ix != DUMMY {
                        let e = (*keys_ptr).entry(ix as usize);
                        if core::ptr::eq(e.key, key) {
                            return Ok(ix);
                        }
                        if e.hash == hash {
                            if let Some(same) = (*e.key).eq_plain(key) {
                                if same {
                                    return Ok(ix);
                                }
                                probe.advance();
                                continue;
                            }
                            let start = (*e.key).to_ref();
                            let same = start.eq(py, key)?;
                            let unchanged = core::ptr::eq(keys_ptr, self.table())
                                && (ix as usize) < (*keys_ptr).nentries()
                                && core::ptr::eq((*keys_ptr).entry(ix as usize).key, start.as_ptr());
                            if !unchanged {
                                continue 'restart;
                            }
                            if same {
                                return Ok(ix);
                            }
                        }
                    }
                    probe.advance();
                }
            }
        }
    }

    /// Where the value of entry `ix` stands.
    ///
    /// # Safety
    /// `ix` is an entry of the present table.
    #[inline(always)]
    pub(crate) unsafe fn value_slot(&self, ix: usize) -> *mut *mut PyObject {
        // SAFETY: by contract; split tables keep values apart.
        unsafe {
            match self.split_values() {
                Some(values) => values.slot(ix),
                None => self.table().value_slot(ix),
            }
        }
    }

    /// The hash of a key: exact strings have it cached.
    #[inline(always)]
    pub(crate) fn key_hash(py: Py<'_>, key: &PyObject) -> PyResult<isize> {
        if let Some(s) = key.downcast_exact::<PyStr>() {
            return Ok(s.hash_value());
        }
        // A short int is its own hash, but for the value that means "error".
        match key.downcast_exact::<PyInt>().and_then(PyInt::as_compact) {
            Some(-1) => Ok(-2),
            Some(n) => Ok(n as isize),
            None => Self::other_hash(py, key),
        }
    }

    #[inline(never)]
    fn other_hash(py: Py<'_>, key: &PyObject) -> PyResult<isize> {
        if let Some(hash) = key.downcast_exact().and_then(PyTuple::known_hash) {
            return Ok(hash);
        }
        match key.hash(py) {
            Ok(h) => Ok(h),
            Err(raised) => Err(explain_unhashable(py, key, raised)),
        }
    }
}

/// 3.14 says what the unhashable object was wanted for: "cannot use 'list' as a dict key (unhashable type: 'list')".
#[cold]
pub(crate) fn explain_unhashable(
    py: Py<'_>,
    key: &PyObject,
    raised: crate::error::Raised,
) -> crate::error::Raised {
    if !py.error_matches(crate::objects::exceptions::types::TypeError()) {
        return raised;
    }
    let cause = py.fetch(raised);
    if !core::ptr::eq(cause.type_ptr(), crate::objects::exceptions::types::TypeError()) {
        return py.restore(cause);
    }
    match cause.str(py) {
        Ok(text) => {
            crate::raise!(py, TypeError, "cannot use '{}' as a dict key ({text})", key.ty().qualified_name())
        }
        Err(raised) => raised,
    }
}

/// True when a type's instances are known to be exact strings.
#[inline(always)]
pub(crate) fn is_exact_str(key: &PyObject) -> bool {
    PyStr::check_exact(key)
}
