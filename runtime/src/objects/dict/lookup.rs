//! Finding an entry. String keys compare by identity, then by hash and content; other keys may run Python code in `__eq__`, after
//! which the table is looked at anew.

use super::PyDict;
use super::keys::{DUMMY, DictKeys, EMPTY, Kind, Probe};
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
    let object: &PyObject = key;
    let mut probe = Probe::new(hash, keys.mask());
    // SAFETY: probes stay within the mask, indices point to entries; keys of such tables are exact strings.
    unsafe {
        loop {
            let ix = keys.index(probe.slot);
            if ix >= 0 {
                let found = (*keys.unicode_entries().add(ix as usize)).key;
                if core::ptr::eq(found, object) {
                    return ix;
                }
                let s: &PyStr = (*found).cast_unchecked();
                if s.hash_value() == hash && s.eq_exact(key) {
                    return ix;
                }
            } else if ix == EMPTY {
                return EMPTY;
            }
            probe.advance();
        }
    }
}

/// Entry number of a string key in a general table when that can be told without running Python code; `None` when it can't.
unsafe fn find_string_in_general(keys: &DictKeys, key: &PyStr, hash: isize) -> Option<isize> {
    let object: &PyObject = key;
    let mut probe = Probe::new(hash, keys.mask());
    // SAFETY: probes stay within the mask, indices point to entries.
    unsafe {
        loop {
            let ix = keys.index(probe.slot);
            if ix >= 0 {
                let e = *keys.entries().add(ix as usize);
                if core::ptr::eq(e.key, object) {
                    return Some(ix);
                }
                if e.hash == hash {
                    let s = (*e.key).downcast_exact::<PyStr>()?;
                    if s.eq_exact(key) {
                        return Some(ix);
                    }
                }
            } else if ix == EMPTY {
                return Some(EMPTY);
            }
            probe.advance();
        }
    }
}

impl PyDict {
    /// Entry number of `key`, or a negative number (`_Py_dict_lookup`).
    #[inline]
    pub(crate) fn find(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<isize> {
        let keys = self.table();
        if let Some(s) = key.downcast_exact::<PyStr>() {
            // SAFETY: the dict's keys are live while nothing runs.
            unsafe {
                if keys.kind() != Kind::General {
                    return Ok(find_unicode(keys, s, hash));
                }
                if let Some(ix) = find_string_in_general(keys, s, hash) {
                    return Ok(ix);
                }
            }
        }
        self.find_general(py, key, hash)
    }

    #[inline(never)]
    fn find_general(&self, py: Py<'_>, key: &PyObject, hash: isize) -> PyResult<isize> {
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

    /// The hash of a key that has it at hand.
    #[inline(always)]
    pub(super) fn hash_at_once(key: &PyObject) -> Option<isize> {
        if let Some(s) = key.downcast_exact::<PyStr>() {
            return Some(s.hash_value());
        }
        match key.downcast_exact::<PyInt>() {
            Some(n) => n.as_compact().map(|n| n as isize),
            None => key.downcast_exact().and_then(PyTuple::known_hash),
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
