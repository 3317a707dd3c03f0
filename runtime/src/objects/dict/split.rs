//! Key-sharing: instances of a class share one table of attribute names (`ht_cached_keys`) and hold only their values, either
//! inline behind the object or, once its `__dict__` was asked for, through the dict. Invariant: values of entries past
//! `nentries` are null; the order array gives the insertion order of this instance.

use core::cell::Cell;
use core::ffi::{c_int, c_void};

use super::PyDict;
use super::keys::{self, DictKeys, EMPTY, Kind};
use super::lookup::find_unicode;
use crate::error::PyResult;
use crate::memory;
use crate::object::PyObject;
use crate::objects::PyStr;
use crate::objects::r#type::{PyHeapType, PyType, flags};
use crate::obmalloc;
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::slots::VisitProc;

/// Most names a shared table takes.
pub const SHARED_KEYS_MAX_SIZE: usize = 30;
const SHARED_LOG2_SIZE: u8 = 6;

/// `PyDictValues`: `capacity` value pointers follow, then `capacity` bytes of insertion order.
#[repr(C)]
#[allow(missing_docs)]
pub struct DictValues {
    pub capacity: u8,
    pub size: Cell<u8>,
    /// 1 when it stands inside the object, right behind `tp_basicsize`.
    pub embedded: Cell<u8>,
    /// 0 when the object's dict has moved away and the inline values mean nothing.
    pub valid: Cell<u8>,
    values: [*mut PyObject; 0],
}

/// Bytes of a values block for `capacity` names.
pub const fn values_size(capacity: usize) -> usize {
    (size_of::<DictValues>() + capacity * size_of::<*mut PyObject>() + capacity + 7) & !7
}

impl DictValues {
    /// Where value `ix` stands.
    ///
    /// # Safety
    /// `ix` is below `capacity`.
    #[inline(always)]
    pub unsafe fn slot(&self, ix: usize) -> *mut *mut PyObject {
        self.values.as_ptr().cast_mut().wrapping_add(ix)
    }

    #[inline(always)]
    fn order(&self) -> *mut u8 {
        self.values.as_ptr().cast_mut().wrapping_add(self.capacity as usize).cast()
    }

    /// Entry number of the `i`-th name in this instance's insertion order.
    ///
    /// # Safety
    /// `i` is below `size`.
    #[inline(always)]
    pub unsafe fn ordered(&self, i: usize) -> usize {
        // SAFETY: by contract.
        unsafe { *self.order().add(i) as usize }
    }

    /// Notes that value `ix` was set for the first time.
    ///
    /// # Safety
    /// `ix` is below `capacity` and was empty.
    #[inline(always)]
    pub unsafe fn note_insertion(&self, ix: usize) {
        let n = self.size.get();
        // SAFETY: no more than `capacity` values can be set.
        unsafe { *self.order().add(n as usize) = ix as u8 };
        self.size.set(n + 1);
    }

    /// Notes that value `ix` was deleted.
    ///
    /// # Safety
    /// `ix` is in the order array.
    pub unsafe fn note_deletion(&self, ix: usize) {
        // SAFETY: by contract.
        unsafe {
            let (order, n) = (self.order(), self.size.get() as usize);
            let mut at = 0;
            while at < n && *order.add(at) as usize != ix {
                at += 1;
            }
            for i in at..n.saturating_sub(1) {
                *order.add(i) = *order.add(i + 1);
            }
            self.size.set((n - 1) as u8);
        }
    }

    /// Shows all values to the collector.
    ///
    /// # Safety
    /// `visit` and `arg` are what `tp_traverse` was called with.
    pub unsafe fn traverse(&self, visit: VisitProc, arg: *mut c_void) -> c_int {
        for ix in 0..self.capacity as usize {
            // SAFETY: below capacity; the collector's function is called with live objects.
            let stop = unsafe {
                let value = *self.slot(ix);
                if value.is_null() { 0 } else { visit(value, arg) }
            };
            if stop != 0 {
                return stop;
            }
        }
        0
    }

    /// Releases all values of an object that lives on, as long as its values keep it alive: it may die meanwhile, and with it this
    /// block.
    pub fn clear_alive(&self) {
        let mut taken = [core::ptr::null_mut(); SHARED_KEYS_MAX_SIZE];
        let mut count = 0;
        for (ix, place) in taken.iter_mut().enumerate().take(self.capacity as usize) {
            // SAFETY: below capacity.
            *place = unsafe { self.slot(ix).replace(core::ptr::null_mut()) };
            count = ix + 1;
        }
        self.size.set(0);
        for old in taken.into_iter().take(count).filter(|old| !old.is_null()) {
            // SAFETY: the slot owned it.
            unsafe { PyObject::decref(old) };
        }
    }

    /// Releases all values of a block that stays and that nobody can reach any more. May run Python code.
    pub fn clear(&self) {
        for ix in 0..self.capacity as usize {
            // SAFETY: below capacity.
            let old = unsafe { self.slot(ix).replace(core::ptr::null_mut()) };
            if !old.is_null() {
                // SAFETY: the slot owned it.
                unsafe { PyObject::decref(old) };
            }
        }
        self.size.set(0);
    }

    /// Makes an empty block at `at`.
    ///
    /// # Safety
    /// `at` has `values_size(capacity)` zeroed bytes.
    pub unsafe fn init(at: *mut DictValues, capacity: usize, embedded: bool) {
        // SAFETY: by contract; the order bytes and pointers are zero.
        unsafe {
            at.write(DictValues {
                capacity: capacity as u8,
                size: Cell::new(0),
                embedded: Cell::new(u8::from(embedded)),
                valid: Cell::new(1),
                values: [],
            });
        }
    }
}

/// A shared table for a class, with the names it is known to give its instances (`_PyDict_NewKeysForClass`).
pub fn new_shared_keys(names: &[Ref<PyObject>]) -> Option<*mut DictKeys> {
    let table = keys::new_keys_with_usable(SHARED_LOG2_SIZE, Kind::Split, SHARED_KEYS_MAX_SIZE)?;
    for name in names.iter().filter_map(|name| name.downcast_exact::<PyStr>()) {
        // SAFETY: a fresh split table and an exact string.
        unsafe { shared_index_or_insert(&*table, name) };
    }
    Some(table)
}

/// Names the shared table takes in all: the capacity of its instances' values.
pub fn shared_capacity(keys: &DictKeys) -> usize {
    (keys.dk_usable.get() + keys.dk_nentries.get()) as usize
}

/// The shared table of a heap type with inline values.
#[inline(always)]
fn shared_keys(ty: &PyType) -> *mut DictKeys {
    // SAFETY: only heap types have the INLINE_VALUES flag.
    unsafe { (*core::ptr::from_ref(ty).cast::<PyHeapType>()).ht_cached_keys.get().cast() }
}

/// The inline values of an object whose type has `INLINE_VALUES`.
///
/// # Safety
/// The type has the flag.
#[inline(always)]
pub unsafe fn inline_values(object: &PyObject) -> &DictValues {
    // SAFETY: they stand right behind the basic size.
    unsafe { &*object.as_ptr().byte_offset(object.ty().tp_basicsize.get()).cast::<DictValues>() }
}

/// The managed `__dict__` pointer of an object whose type has `MANAGED_DICT`: three words before the object.
///
/// # Safety
/// The type has the flag.
#[inline(always)]
pub unsafe fn managed_dict(object: &PyObject) -> &Cell<*mut PyDict> {
    // SAFETY: the pre-header holds it.
    unsafe { &*object.as_ptr().cast::<Cell<*mut PyDict>>().sub(3) }
}

/// Sets up the inline values of a fresh object (`_PyObject_InitInlineValues`).
///
/// # Safety
/// `op` was allocated with room for them.
pub unsafe fn init_inline_values(op: *mut PyObject, ty: &PyType) {
    // SAFETY: by contract.
    unsafe {
        let keys = shared_keys(ty);
        // With every instance the class is less likely to need spare room: later ones are smaller. The capacity never grows, so an
        // entry of the table has its place in every instance.
        let usable = (*keys).dk_usable.get();
        if usable > 1 {
            (*keys).dk_usable.set(usable - 1);
        }
        DictValues::init(op.byte_offset(ty.tp_basicsize.get()).cast(), shared_capacity(&*keys), true);
    }
}

/// Bytes that the inline values of `ty`'s instances take.
pub fn inline_size(ty: &PyType) -> usize {
    let keys = shared_keys(ty);
    // SAFETY: such a type has its table.
    if keys.is_null() { 0 } else { values_size(unsafe { shared_capacity(&*keys) }) }
}

/// Entry number of `name` in a shared table, adding it when there is room.
///
/// # Safety
/// `keys` is a live split table; `name` an exact string.
unsafe fn shared_index_or_insert(keys: &DictKeys, name: &PyStr) -> Option<usize> {
    let hash = name.hash_value();
    // SAFETY: by contract.
    unsafe {
        let ix = find_unicode(keys, name, hash);
        if ix >= 0 {
            return Some(ix as usize);
        }
        if keys.dk_usable.get() <= 0 {
            return None;
        }
        keys.dk_version.set(0);
        Some(keys.append(hash, name.new_ref().into_raw().cast(), core::ptr::null_mut()))
    }
}

/// Reads an attribute from valid inline values; `None` when it is not set there.
///
/// # Safety
/// The object's type has `INLINE_VALUES` and `name` is an exact string.
pub unsafe fn inline_get(object: &PyObject, name: &PyStr) -> Option<Ref<PyObject>> {
    // SAFETY: by contract.
    unsafe {
        let values = inline_values(object);
        let keys = &*shared_keys(object.ty());
        let ix = find_unicode(keys, name, name.hash_value());
        if ix == EMPTY {
            return None;
        }
        let value = *values.slot(ix as usize);
        if value.is_null() { None } else { Some(Ref::from_borrowed(value)) }
    }
}

/// Sets or deletes (value `None`) an attribute in valid inline values. `Ok(true)`: done; `Ok(false)`: the shared table has no room,
/// the caller must use the dict; deletion of what is not there: `Err(())`.
///
/// # Safety
/// As [`inline_get`].
#[allow(clippy::result_unit_err)]
pub unsafe fn inline_set(object: &PyObject, name: &PyStr, value: Option<&PyObject>) -> Result<bool, ()> {
    // SAFETY: by contract; the old value is released last.
    unsafe {
        let values = inline_values(object);
        let keys = &*shared_keys(object.ty());
        let ix = match value {
            Some(_) => match shared_index_or_insert(keys, name) {
                Some(ix) => ix,
                None => return Ok(false),
            },
            None => match find_unicode(keys, name, name.hash_value()) {
                ix if ix >= 0 => ix as usize,
                _ => return Err(()),
            },
        };
        let new = value.map_or(core::ptr::null_mut(), |v| v.to_ref().into_raw());
        let old = values.slot(ix).replace(new);
        if old.is_null() {
            if new.is_null() {
                return Err(());
            }
            values.note_insertion(ix);
        } else if new.is_null() {
            values.note_deletion(ix);
        }
        let dict = managed_dict(object).get();
        if let Some(dict) = dict.as_ref() {
            let used = dict.ma_used.get();
            if old.is_null() {
                dict.ma_used.set(used + 1);
            } else if new.is_null() {
                dict.ma_used.set(used - 1);
            }
        }
        if !old.is_null() {
            PyObject::decref(old);
        }
        Ok(true)
    }
}

/// The `__dict__` of an object with a managed dict, made if need be: a split dict over the inline values, or an empty one.
///
/// # Safety
/// The object's type has `MANAGED_DICT`.
pub unsafe fn materialize_dict(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyDict>> {
    // SAFETY: by contract.
    unsafe {
        let place = managed_dict(object);
        if let Some(dict) = place.get().as_ref() {
            return Ok(dict.new_ref());
        }
        let dict = if object.ty().has(flags::INLINE_VALUES) && inline_values(object).valid.get() != 0 {
            let values = inline_values(object);
            let keys = shared_keys(object.ty());
            keys::retain(keys);
            let dict = PyDict::from_parts(py, keys, core::ptr::from_ref(values).cast_mut())?;
            dict.ma_used.set(values.size.get() as isize);
            crate::gc::track(&dict);
            dict
        } else {
            PyDict::new(py)?
        };
        place.set(dict.new_ref().into_raw());
        Ok(dict)
    }
}

/// Replaces (or removes, `None`) the managed dict: `object.__dict__ = dict`. Inline values are released or moved to the old dict.
///
/// # Safety
/// The object's type has `MANAGED_DICT`.
pub unsafe fn replace_dict(py: Py<'_>, object: &PyObject, dict: Option<&PyDict>) -> PyResult<()> {
    // SAFETY: by contract; all is in place before anything is released.
    unsafe {
        let place = managed_dict(object);
        let new = dict.map_or(core::ptr::null_mut(), |d| d.new_ref().into_raw());
        let old = place.get();
        let inline = object.ty().has(flags::INLINE_VALUES) && inline_values(object).valid.get() != 0;
        if inline && let Some(old) = old.as_ref() {
            detach_from_object(py, old, object)?;
        }
        place.set(new);
        if inline {
            let values = inline_values(object);
            values.valid.set(0);
            if old.is_null() {
                values.clear_alive();
            }
        }
        if !old.is_null() {
            PyObject::decref(old.cast());
        }
        Ok(())
    }
}

/// Gives a dict that looks at an object's inline values a block of its own, since the object dies or drops it
/// (`_PyDict_DetachFromObject`).
///
/// # Safety
/// `dict` is the object's managed dict.
pub unsafe fn detach_from_object(py: Py<'_>, dict: &PyDict, object: &PyObject) -> PyResult<()> {
    // SAFETY: by contract; the references move from one block to the other.
    unsafe {
        let inline = core::ptr::from_ref(inline_values(object)).cast_mut();
        if !core::ptr::eq(dict.ma_values.get(), inline) {
            return Ok(());
        }
        let capacity = (*inline).capacity as usize;
        let Some(block) = obmalloc::alloc(values_size(capacity)) else { return Err(py.no_memory()) };
        core::ptr::copy_nonoverlapping(inline.cast::<u8>(), block, values_size(capacity));
        let block: *mut DictValues = block.cast();
        (*block).embedded.set(0);
        dict.ma_values.set(block);
        core::ptr::write_bytes((*inline).slot(0), 0, capacity);
        (*inline).size.set(0);
        (*inline).valid.set(0);
        Ok(())
    }
}

/// Releases managed dict and inline values of a dying object (`PyObject_ClearManagedDict`).
///
/// # Safety
/// The object's type has `MANAGED_DICT`.
pub unsafe fn clear_managed_dict(object: &PyObject) {
    // SAFETY: by contract.
    unsafe {
        let place = managed_dict(object);
        let dict = place.get();
        if object.ty().has(flags::INLINE_VALUES) && inline_values(object).valid.get() != 0 {
            if let Some(dict) = dict.as_ref()
                && core::ptr::eq(dict.ma_values.get(), inline_values(object))
            {
                let py = Py::assume();
                // An exception may be on its way while the object dies: it must not be touched.
                let keep_values = dict.refcnt() > 1 && {
                    let mut detached = false;
                    py.preserving_error(|| match detach_from_object(py, dict, object) {
                        Ok(()) => detached = true,
                        Err(raised) => py.clear_error(raised),
                    });
                    detached
                };
                if !keep_values {
                    // Nobody else sees the dict, or there is no memory for a copy: it dies with the values.
                    dict.ma_used.set(0);
                    let table = dict.ma_keys.replace(keys::empty_keys());
                    dict.ma_values.set(core::ptr::null_mut());
                    inline_values(object).valid.set(0);
                    inline_values(object).clear();
                    keys::release(table);
                }
            } else {
                inline_values(object).valid.set(0);
                inline_values(object).clear();
            }
            inline_values(object).valid.set(0);
        }
        // Not necessarily the dict of above: values may have put another one in place as they died.
        let dict = place.replace(core::ptr::null_mut());
        if !dict.is_null() {
            PyObject::decref(dict.cast());
        }
    }
}

impl PyDict {
    /// Turns a split dict into one with a table of its own, of `1 << log2` slots, which have room for its entries.
    pub(crate) fn make_combined(&self, py: Py<'_>, log2: u8, kind: Kind) -> PyResult<()> {
        let Some(values) = self.split_values() else { return Ok(()) };
        let old = self.table();
        let Some(new) = keys::new_keys(log2, kind) else { return Err(py.no_memory()) };
        // SAFETY: references move from the values to the new table; keys are counted for it.
        unsafe {
            for i in 0..values.size.get() as usize {
                let ix = values.ordered(i);
                let key = (*old.unicode_entries().add(ix)).key;
                let value = values.slot(ix).replace(core::ptr::null_mut());
                let key: Ref<PyObject> = (*key).to_ref();
                (*new).append((*key).cast_unchecked::<PyStr>().hash_value(), key.into_raw(), value);
            }
            let old = core::ptr::from_ref(old).cast_mut();
            let values = core::ptr::from_ref(values).cast_mut();
            self.ma_keys.set(new);
            self.ma_values.set(core::ptr::null_mut());
            (*values).size.set(0);
            if (*values).embedded.get() != 0 {
                (*values).valid.set(0);
            } else {
                obmalloc::free(values.cast());
            }
            keys::release(old);
        }
        Ok(())
    }

    /// A copy of a split dict that shares its table.
    pub(crate) fn clone_split(&self, py: Py<'_>, values: &DictValues) -> PyResult<Ref<PyDict>> {
        let size = values_size(values.capacity as usize);
        let Some(block) = obmalloc::alloc(size) else { return Err(py.no_memory()) };
        // SAFETY: the blocks have the same size; each copied reference is counted, and the table has one more owner.
        unsafe {
            core::ptr::copy_nonoverlapping(core::ptr::from_ref(values).cast::<u8>(), block, size);
            let copied: *mut DictValues = block.cast();
            (*copied).embedded.set(0);
            for ix in 0..values.capacity as usize {
                if let Some(value) = (*(*copied).slot(ix)).as_ref() {
                    value.incref();
                }
            }
            keys::retain(self.ma_keys.get());
            let copy = match PyDict::from_parts(py, self.ma_keys.get(), copied) {
                Ok(copy) => copy,
                Err(raised) => {
                    super::insert::release_values(copied);
                    return Err(raised);
                }
            };
            copy.ma_used.set(self.ma_used.get());
            crate::gc::track(&copy);
            Ok(copy)
        }
    }

    /// A dict over a table (whose ownership it takes) and, for split ones, values.
    ///
    /// # Safety
    /// The parts belong together.
    pub(crate) unsafe fn from_parts(
        py: Py<'_>,
        table: *mut DictKeys,
        values: *mut DictValues,
    ) -> PyResult<Ref<PyDict>> {
        // SAFETY: the memory is a fresh dict; every field is set.
        unsafe {
            let op = match memory::alloc_plain(py, PyDict::type_object(), true, size_of::<PyDict>()) {
                Ok(op) => op.cast::<PyDict>(),
                Err(raised) => {
                    keys::release(table);
                    return Err(raised);
                }
            };
            (*op).ma_used.set(0);
            (*op).ma_watcher_tag.set(0);
            (*op).ma_keys.set(table);
            (*op).ma_values.set(values);
            Ok(Ref::from_owned(op))
        }
    }
}
