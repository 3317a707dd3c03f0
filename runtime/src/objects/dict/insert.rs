//! Changing a dict: storing, growing, removing, clearing. Whatever is released is released after the dict is whole again.

use super::PyDict;
use super::keys::{self, DUMMY, DictKeys, Kind};
use super::lookup::is_exact_str;
use super::split::DictValues;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::obmalloc;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

impl PyDict {
    /// Stores.
    #[inline]
    pub fn set(&self, py: Py<'_>, key: &PyObject, value: &PyObject) -> PyResult<()> {
        let hash = Self::key_hash(py, key)?;
        self.insert(py, key.to_ref(), hash, value.to_ref())
    }

    /// Stores, taking the references over.
    #[inline]
    pub fn put(&self, py: Py<'_>, key: Ref<PyObject>, value: Ref<PyObject>) -> PyResult<()> {
        let hash = Self::key_hash(py, &key)?;
        self.insert(py, key, hash, value)
    }

    /// Stores under a key whose hash is known.
    #[inline]
    pub fn set_known_hash(&self, py: Py<'_>, key: &PyObject, hash: isize, value: &PyObject) -> PyResult<()> {
        self.insert(py, key.to_ref(), hash, value.to_ref())
    }

    /// As [`PyDict::put`], with the key's hash known (`insertdict`).
    pub fn insert(&self, py: Py<'_>, key: Ref<PyObject>, hash: isize, value: Ref<PyObject>) -> PyResult<()> {
        if core::ptr::eq(self.ma_keys.get(), keys::empty_keys()) {
            return self.insert_first(py, key, hash, value);
        }
        let ix = self.find(py, &key, hash)?;
        if ix >= 0 && self.has_place(ix as usize, &key) {
            self.replace_value(ix as usize, value);
            return Ok(());
        }
        let table = self.table();
        if self.ma_values.get().is_null()
            && table.dk_usable.get() > 0
            && (table.is_general() || is_exact_str(&key))
        {
            self.append(key, hash, value);
            return Ok(());
        }
        self.insert_new(py, key, hash, value)
    }

    /// Adds an entry to a table of the dict's own that has room, and whose kind fits.
    #[inline(always)]
    fn append(&self, key: Ref<PyObject>, hash: isize, value: Ref<PyObject>) {
        let table = self.table();
        table.dk_version.set(0);
        // SAFETY: as said.
        unsafe { table.append(hash, key.into_raw(), value.into_raw()) };
        self.ma_used.set(self.ma_used.get() + 1);
    }

    /// Stores into a dict without a table of its own.
    fn insert_first(
        &self,
        py: Py<'_>,
        key: Ref<PyObject>,
        hash: isize,
        value: Ref<PyObject>,
    ) -> PyResult<()> {
        let kind = if is_exact_str(&key) { Kind::Unicode } else { Kind::General };
        let Some(table) = keys::new_keys(keys::LOG_MINSIZE, kind) else { return Err(py.no_memory()) };
        // SAFETY: the table is new, and of the key's kind.
        unsafe { (*table).append(hash, key.into_raw(), value.into_raw()) };
        self.ma_keys.set(table);
        self.ma_used.set(1);
        Ok(())
    }

    /// Whether the entry that was found for `key` can take its value. A shared name that this dict has no value for cannot stand for
    /// an equal key that is no exact string.
    #[inline(always)]
    fn has_place(&self, ix: usize, key: &PyObject) -> bool {
        self.ma_values.get().is_null() || is_exact_str(key) || self.value_at(ix).is_some()
    }

    /// Makes a table of strings one for all keys, with room to grow.
    #[inline(never)]
    fn make_general(&self, py: Py<'_>) -> PyResult<()> {
        let log2 = keys::log2_for_size(self.len().saturating_mul(3));
        match self.split_values() {
            Some(_) => self.make_combined(py, log2, Kind::General),
            None => self.resize(py, log2, false),
        }
    }

    /// Puts a value into an existing entry.
    fn replace_value(&self, ix: usize, value: Ref<PyObject>) {
        // SAFETY: `ix` is an entry of the present table; the old value is released last.
        unsafe {
            let old = self.value_slot(ix).replace(value.into_raw());
            if old.is_null() {
                if let Some(values) = self.split_values() {
                    values.note_insertion(ix);
                }
                self.ma_used.set(self.ma_used.get() + 1);
            } else {
                PyObject::decref(old);
            }
        }
    }

    /// Adds an entry for a key that is not there.
    #[inline(never)]
    fn insert_new(&self, py: Py<'_>, key: Ref<PyObject>, hash: isize, value: Ref<PyObject>) -> PyResult<()> {
        if !is_exact_str(&key) && !self.table().is_general() && self.table().dk_log2_size > 0 {
            self.make_general(py)?;
        } else if let Some(values) = self.split_values() {
            let table = self.table();
            if table.dk_usable.get() > 0 && table.nentries() < values.capacity as usize {
                // SAFETY: there is room in table and values.
                unsafe {
                    table.dk_version.set(0);
                    let ix = table.append(hash, key.into_raw(), core::ptr::null_mut());
                    *values.slot(ix) = value.into_raw();
                    values.note_insertion(ix);
                }
                self.ma_used.set(self.ma_used.get() + 1);
                return Ok(());
            }
            // Also here the table grows threefold at once: the dict is likely to go on growing.
            self.make_combined(py, keys::log2_for_size(self.len().saturating_mul(3)), Kind::Unicode)?;
        }
        if self.table().dk_usable.get() <= 0 {
            self.resize(py, keys::log2_for_size(self.len().saturating_mul(3)), is_exact_str(&key))?;
        }
        self.append(key, hash, value);
        Ok(())
    }

    /// Moves the entries to a table of `1 << log2` slots; general unless all keys are strings and `unicode` is asked for.
    pub(crate) fn resize(&self, py: Py<'_>, log2: u8, unicode: bool) -> PyResult<()> {
        let old = self.ma_keys.get();
        let kind = if unicode && !self.table().is_general() { Kind::Unicode } else { Kind::General };
        if log2 >= 58 {
            return Err(py.no_memory());
        }
        let Some(new) = keys::new_keys(log2, kind) else { return Err(py.no_memory()) };
        // SAFETY: entries (references included) move from the old table, which only this dict owns, to the new one.
        unsafe {
            let table: &DictKeys = &*old;
            if table.nentries() == self.len() && table.kind() == kind {
                (*new).take_entries(table);
            } else {
                for ix in 0..table.nentries() {
                    let e = table.entry(ix);
                    if !e.value.is_null() {
                        (*new).append(e.hash, e.key, e.value);
                    }
                }
            }
            self.ma_keys.set(new);
            if !core::ptr::eq(old, keys::empty_keys()) {
                keys::free_block(old);
            }
        }
        Ok(())
    }

    /// The value of `key`, storing `default` when it is not there.
    pub fn set_default(&self, py: Py<'_>, key: &PyObject, default: &PyObject) -> PyResult<Ref<PyObject>> {
        let hash = Self::key_hash(py, key)?;
        let ix = self.find(py, key, hash)?;
        if ix >= 0 && self.has_place(ix as usize, key) {
            if let Some(value) = self.value_at(ix as usize) {
                return Ok(value);
            }
            self.replace_value(ix as usize, default.to_ref());
            return Ok(default.to_ref());
        }
        self.insert_new(py, key.to_ref(), hash, default.to_ref())?;
        Ok(default.to_ref())
    }

    /// Removes and returns the value of `key`, if there.
    pub fn remove(&self, py: Py<'_>, key: &PyObject) -> PyResult<Option<Ref<PyObject>>> {
        let hash = Self::key_hash(py, key)?;
        self.remove_known_hash(py, key, hash)
    }

    /// [`PyDict::remove`] with the hash known.
    pub fn remove_known_hash(
        &self,
        py: Py<'_>,
        key: &PyObject,
        hash: isize,
    ) -> PyResult<Option<Ref<PyObject>>> {
        Ok(self.locate(py, key, hash)?.and_then(|(slot, ix)| self.take_entry(slot, ix)))
    }

    /// Removes `key`; `KeyError` when it is not there.
    pub fn delete(&self, py: Py<'_>, key: &PyObject) -> PyResult<()> {
        self.remove(py, key)?.map(drop).ok_or_else(|| raise_key_error(py, key))
    }

    /// Takes entry `ix`, to which `slot` leads, out (`delitem_common`) and returns its value.
    #[inline]
    fn take_entry(&self, slot: usize, ix: usize) -> Option<Ref<PyObject>> {
        let table = self.table();
        // SAFETY: `ix` is an entry of the present table; the key is released last.
        unsafe {
            let value = self.value_slot(ix).replace(core::ptr::null_mut());
            if value.is_null() {
                return None;
            }
            self.ma_used.set(self.ma_used.get() - 1);
            if let Some(values) = self.split_values() {
                values.note_deletion(ix);
                return Some(Ref::from_owned(value));
            }
            table.dk_version.set(0);
            let (key, _) = table.key_and_value(ix);
            table.set_index(slot, DUMMY);
            table.clear_entry(ix);
            let value = Ref::from_owned(value);
            PyObject::decref(key);
            Some(value)
        }
    }

    /// Removes and returns the last entry.
    pub fn pop_last(&self, py: Py<'_>) -> PyResult<Option<(Ref<PyObject>, Ref<PyObject>)>> {
        if self.is_empty() {
            return Ok(None);
        }
        self.make_combined(py, self.table().dk_log2_size, Kind::Unicode)?;
        let table = self.table();
        let mut ix = table.nentries();
        // SAFETY: a dict that is not empty has an entry with a value below `nentries`; its references move out.
        unsafe {
            while ix > 0 {
                ix -= 1;
                let e = table.entry(ix);
                if e.value.is_null() {
                    continue;
                }
                table.dk_version.set(0);
                let slot = table.slot_of(e.hash, ix);
                table.set_index(slot, DUMMY);
                table.clear_entry(ix);
                // Entries past the last one are free for good, but their index slots are spent.
                table.dk_nentries.set(ix as isize);
                self.ma_used.set(self.ma_used.get() - 1);
                return Ok(Some((Ref::from_owned(e.key), Ref::from_owned(e.value))));
            }
        }
        Ok(None)
    }

    /// Empties.
    pub fn clear(&self) {
        let table = self.ma_keys.get();
        if core::ptr::eq(table, keys::empty_keys()) {
            return;
        }
        let values = self.ma_values.get();
        // SAFETY: the dict is empty before anything is released.
        unsafe {
            match values.as_ref() {
                None => {
                    self.ma_keys.set(keys::empty_keys());
                    self.ma_used.set(0);
                    keys::release(table);
                }
                Some(v) => {
                    self.ma_used.set(0);
                    if v.embedded.get() != 0 {
                        v.clear_alive();
                    } else {
                        self.ma_keys.set(keys::empty_keys());
                        self.ma_values.set(core::ptr::null_mut());
                        release_values(values);
                        keys::release(table);
                    }
                }
            }
        }
    }

    /// A shallow copy; a plain `dict` whatever the type.
    pub fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        if self.is_empty() {
            return PyDict::new(py);
        }
        if let Some(values) = self.split_values() {
            return self.clone_split(py, values);
        }
        if self.len() >= self.table().nentries() * 2 / 3 {
            return self.clone_table(py);
        }
        let copy = PyDict::new(py)?;
        super::merge::merge_dict(py, &copy, self, super::merge::OnDuplicate::Replace)?;
        Ok(copy)
    }

    /// A copy by copying the whole table.
    pub(crate) fn clone_table(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let table = self.table();
        let Some(new) = keys::new_keys(table.dk_log2_size, table.kind()) else { return Err(py.no_memory()) };
        // SAFETY: both blocks have the same shape; each copied reference is counted.
        unsafe {
            let size = table.byte_size().min((*new).byte_size());
            core::ptr::copy_nonoverlapping(core::ptr::from_ref(table).cast::<u8>(), new.cast::<u8>(), size);
            (*new).dk_refcnt.set(1);
            (*new).dk_version.set(0);
            for (key, value) in (*new).pairs() {
                if !value.is_null() {
                    (*key).incref();
                    (*value).incref();
                }
            }
            let copy = PyDict::from_parts(py, new, core::ptr::null_mut())?;
            copy.ma_used.set(self.ma_used.get());
            crate::gc::track(&copy);
            Ok(copy)
        }
    }
}

/// Releases the values of a detached block and frees it.
///
/// # Safety
/// Nothing points to the block any more.
pub(crate) unsafe fn release_values(values: *mut DictValues) {
    // SAFETY: by contract.
    unsafe {
        (*values).clear();
        obmalloc::free(values.cast());
    }
}

/// `KeyError(key)`, whatever the key is: a tuple is no list of arguments here, nor a `KeyError` the exception itself.
#[cold]
pub fn raise_key_error(py: Py<'_>, key: &PyObject) -> crate::error::Raised {
    use crate::objects::PyTuple;
    use crate::objects::exceptions::base::new_exception;
    use crate::objects::exceptions::types;
    let made = PyTuple::new(py, &[key]).and_then(|args| new_exception(py, types::KeyError(), &args));
    match made {
        Ok(exc) => py.raise_instance(exc),
        Err(raised) => raised,
    }
}

/// `RuntimeError` of an iteration that saw the dict change its size.
#[cold]
pub(crate) fn changed_size(py: Py<'_>) -> crate::error::Raised {
    raise!(py, RuntimeError, "dictionary changed size during iteration")
}
