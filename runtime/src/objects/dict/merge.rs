//! Updating a dict from mappings, iterables of pairs and keyword arguments.

use super::PyDict;
use super::keys::{self};
use crate::args::Kwargs;
use crate::error::PyResult;
use crate::id;
use crate::object::PyObject;
use crate::objects::exceptions::types;
use crate::objects::{PyList, PyTuple};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

/// What to do with a key that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OnDuplicate {
    /// The new value wins.
    Replace,
    /// `KeyError(key)`: for `f(**a, **b)`.
    Raise,
}

/// `dict.update(other)`: a mapping (anything with `keys`) or an iterable of pairs.
pub fn update_from(py: Py<'_>, dict: &PyDict, other: &PyObject) -> PyResult<()> {
    if PyDict::check_exact(other) {
        return merge(py, dict, other, OnDuplicate::Replace);
    }
    if other.get_attr_optional(py, id!(py, "keys"))?.is_some() {
        return merge(py, dict, other, OnDuplicate::Replace);
    }
    merge_pairs(py, dict, other)
}

/// Copies all entries of a mapping (`dict_merge`).
pub fn merge(py: Py<'_>, dict: &PyDict, other: &PyObject, on_duplicate: OnDuplicate) -> PyResult<()> {
    if let Some(source) = other.downcast::<PyDict>()
        && core::ptr::eq(
            other.ty().tp_iter.get().map_or(core::ptr::null(), |f| f as *const ()),
            PyDict::type_object().tp_iter.get().map_or(core::ptr::null(), |f| f as *const ()),
        )
    {
        return merge_dict(py, dict, source, on_duplicate);
    }
    let keys = other.call_method(py, id!(py, "keys"), &[])?;
    let iterator = keys.iter(py)?;
    while let Some(key) = iterator.next(py)? {
        if on_duplicate == OnDuplicate::Raise && dict.contains(py, &key)? {
            return Err(super::insert::raise_key_error(py, &key));
        }
        let value = other.get_item(py, &key)?;
        dict.set(py, &key, &value)?;
    }
    Ok(())
}

/// [`merge`] of a dict whose own iteration counts.
pub(super) fn merge_dict(
    py: Py<'_>,
    dict: &PyDict,
    source: &PyDict,
    on_duplicate: OnDuplicate,
) -> PyResult<()> {
    if core::ptr::eq(dict, source) || source.is_empty() {
        return Ok(());
    }
    if dict.is_empty()
        && dict.split_values().is_none()
        && source.split_values().is_none()
        && is_compact(source)
    {
        let copy = source.clone_table(py)?;
        // The fresh copy's table moves over; the copy gets this dict's empty one and dies.
        let old = dict.ma_keys.replace(copy.ma_keys.get());
        copy.ma_keys.set(old);
        let used = dict.ma_used.replace(copy.ma_used.get());
        copy.ma_used.set(used);
        return Ok(());
    }
    let needed = dict.len() + source.len();
    if dict.split_values().is_none() && keys::usable_fraction(dict.table().size()) < source.len() {
        let unicode = !source.table().is_general();
        dict.resize(py, keys::log2_for_entries(needed), unicode)?;
    }
    let size = source.len();
    let mut position = 0;
    while let Some((key, value, hash)) = source.next_entry_hashed(&mut position) {
        source.table().fetch_towards(position, dict.table());
        match on_duplicate {
            OnDuplicate::Replace => dict.insert(py, key, hash, value)?,
            OnDuplicate::Raise => {
                if dict.get_known_hash(py, &key, hash)?.is_some() {
                    return Err(super::insert::raise_key_error(py, &key));
                }
                dict.insert(py, key, hash, value)?;
            }
        }
        if source.len() != size {
            return Err(raise!(py, RuntimeError, "dict mutated during update"));
        }
    }
    Ok(())
}

/// No deleted entries, and no larger a table than they need: its copy is the best one.
fn is_compact(source: &PyDict) -> bool {
    let table = source.table();
    source.len() == table.nentries()
        && (table.dk_log2_size == keys::LOG_MINSIZE || keys::usable_fraction(table.size() / 2) < source.len())
}

/// Has the processor fetch what storing the keys will need that `key` finds in the items behind `at`.
#[inline(always)]
fn fetch_slots(dict: &PyDict, list: &PyList, at: usize, key: impl Fn(&PyObject) -> Option<&PyObject>) {
    // SAFETY: nothing runs meanwhile.
    let items = unsafe { list.as_slice() };
    dict.table().fetch_for(|ahead| key(items.get(at + ahead)?));
}

/// Adds pairs from an iterable (`PyDict_MergeFromSeq2`).
pub fn merge_pairs(py: Py<'_>, dict: &PyDict, pairs: &PyObject) -> PyResult<()> {
    let iterator = pairs.iter(py)?;
    let list = pairs.downcast_exact::<PyList>();
    let mut i = 0usize;
    while let Some(item) = iterator.next(py)? {
        if let Some(list) = list {
            fetch_slots(dict, list, i, |pair| pair.downcast_exact::<PyTuple>()?.get(0));
        }
        if let Some([key, value]) = item.downcast_exact::<PyTuple>().map(PyTuple::as_slice) {
            dict.set(py, key, value)?;
            i += 1;
            continue;
        }
        let items = match item.iter(py) {
            Ok(_) => item.collect(py),
            Err(raised) if py.error_matches(types::TypeError()) => {
                py.clear_error(raised);
                Err(raise!(py, TypeError, "object is not iterable"))
            }
            Err(raised) => Err(raised),
        };
        let pair = match items {
            Ok(pair) => pair,
            Err(raised) if py.error_matches(types::TypeError()) => {
                let error = py.fetch(raised);
                let note = crate::objects::PyStr::new(
                    py,
                    &format!("Cannot convert dictionary update sequence element #{i} to a sequence"),
                )?;
                error.call_method(py, id!(py, "add_note"), &[&note])?;
                return Err(py.restore(error));
            }
            Err(raised) => return Err(raised),
        };
        let [key, value] = pair.as_slice() else {
            return Err(raise!(
                py,
                ValueError,
                "dictionary update sequence element #{i} has length {}; 2 is required",
                pair.len()
            ));
        };
        dict.set(py, key, value)?;
        i += 1;
    }
    Ok(())
}

/// Adds keyword arguments.
pub fn merge_keywords(py: Py<'_>, dict: &PyDict, keywords: Kwargs<'_>) -> PyResult<()> {
    for (name, value) in keywords.iter() {
        dict.set(py, name, value)?;
    }
    Ok(())
}

/// Gives a fresh dict room for `n` entries; a class may have given one that is in use.
fn presize(py: Py<'_>, dict: &PyDict, n: usize, unicode: bool) -> PyResult<()> {
    if !core::ptr::eq(dict.table(), keys::empty_keys()) {
        return Ok(());
    }
    dict.resize(py, keys::log2_for_entries(n), unicode)
}

/// `dict.fromkeys(iterable, value)` of any class.
pub fn from_keys(
    py: Py<'_>,
    cls: &PyObject,
    iterable: &PyObject,
    value: &PyObject,
) -> PyResult<Ref<PyObject>> {
    let result = cls.call(py, &[])?;
    if let Some(dict) = result.downcast_exact::<PyDict>() {
        if let Some(source) = iterable.downcast_exact::<PyDict>()
            && dict.is_empty()
        {
            let unicode = !source.table().is_general();
            presize(py, dict, source.len(), unicode)?;
            let mut position = 0;
            while let Some((key, _, hash)) = source.next_entry_hashed(&mut position) {
                source.table().fetch_towards(position, dict.table());
                dict.insert(py, key, hash, value.to_ref())?;
            }
            return Ok(result);
        }
        if let Some(set) = crate::objects::PySet::of(iterable).filter(|_| {
            crate::objects::PySet::check_exact(iterable) || crate::objects::PyFrozenSet::check_exact(iterable)
        }) {
            // Hashes are known.
            presize(py, dict, set.len(), false)?;
            let mut position = 0;
            while let Some((key, hash)) = set.next_entry(&mut position) {
                dict.insert(py, key, hash, value.to_ref())?;
            }
            return Ok(result);
        }
        if let Some(list) = iterable.downcast_exact::<PyList>() {
            let mut at = 0;
            while let Some(key) = list.get(at) {
                fetch_slots(dict, list, at, |key| Some(key));
                dict.set(py, &key, value)?;
                at += 1;
            }
            return Ok(result);
        }
        let iterator = iterable.iter(py)?;
        while let Some(key) = iterator.next(py)? {
            dict.set(py, &key, value)?;
        }
        return Ok(result);
    }
    let iterator = iterable.iter(py)?;
    while let Some(key) = iterator.next(py)? {
        result.set_item(py, &key, value)?;
    }
    Ok(result)
}
