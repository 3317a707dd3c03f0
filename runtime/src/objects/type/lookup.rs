//! Looking attributes up along the MRO: version tags, the attribute cache keyed by version and name, invalidation, watchers.
//! Not here: binding what was found (`protocol/attribute.rs`), attributes of type objects themselves (`attributes.rs`).

use core::cell::{Cell, RefCell};

use super::PyType;
use crate::object::PyObject;
use crate::objects::{PyDict, PyStr, PyTuple};
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// Entries of the cache; a power of two.
const CACHE_SIZE: usize = 4096;
/// Longer names are looked up without the cache.
const MAX_CACHED_NAME: usize = 100;
/// A class that used this many versions is no longer cached: it changes all the time.
const MAX_VERSIONS: u16 = 1000;
/// In `tp_versions_used`: this type never gets a version (it has an `mro()` of its own with surprises).
const NEVER_VERSIONED: u16 = u16::MAX;

/// One entry: what `name` means on the type that has `version`.
struct Entry {
    version: Cell<u32>,
    /// Owned, so that the address is not used again while the entry stands.
    name: Cell<*mut PyStr>,
    /// Borrowed from a class dict: good as long as the version is.
    value: Cell<*mut PyObject>,
}

/// A function told of changes of types it watches (`PyType_WatchCallback`).
pub type TypeWatcher = fn(Py<'_>, &PyType);

/// The type attribute cache of an interpreter.
pub struct TypeCache {
    entries: Box<[Entry]>,
    watchers: RefCell<[Option<TypeWatcher>; 8]>,
}

impl TypeCache {
    /// An empty cache.
    pub fn new() -> TypeCache {
        let empty = || Entry {
            version: Cell::new(0),
            name: Cell::new(core::ptr::null_mut()),
            value: Cell::new(core::ptr::null_mut()),
        };
        TypeCache { entries: (0..CACHE_SIZE).map(|_| empty()).collect(), watchers: RefCell::new([None; 8]) }
    }

    #[inline(always)]
    fn entry(&self, version: u32, name: &PyStr) -> &Entry {
        let at = (version as usize ^ (core::ptr::from_ref(name).addr() >> 3)) & (CACHE_SIZE - 1);
        // SAFETY: masked to the length of the slice.
        unsafe { self.entries.get_unchecked(at) }
    }

    /// Forgets everything (`_PyType_ClearCache`).
    pub fn clear(&self) {
        for entry in &self.entries {
            entry.version.set(0);
            entry.value.set(core::ptr::null_mut());
            let name = entry.name.replace(core::ptr::null_mut());
            if !name.is_null() {
                // SAFETY: the entry owned the name.
                drop(unsafe { Ref::from_owned(name) });
            }
        }
    }

    /// Registers a watcher; `None` when all ids are taken.
    pub fn add_watcher(&self, watcher: TypeWatcher) -> Option<usize> {
        let mut watchers = self.watchers.borrow_mut();
        let id = watchers.iter().position(Option::is_none)?;
        if let Some(slot) = watchers.get_mut(id) {
            *slot = Some(watcher);
        }
        Some(id)
    }

    /// Frees a watcher id; false when nobody had it.
    pub fn remove_watcher(&self, id: usize) -> bool {
        self.watchers.borrow_mut().get_mut(id).is_some_and(|w| w.take().is_some())
    }
}

impl Default for TypeCache {
    fn default() -> Self {
        Self::new()
    }
}

impl PyType {
    /// Looks `name` up along the MRO (`_PyType_Lookup`), through the type attribute cache. Never raises.
    #[inline]
    pub fn lookup(&self, py: Py<'_>, name: &PyStr) -> Option<Ref<PyObject>> {
        // SAFETY: counted at once.
        unsafe { self.lookup_ref(py, name) }.map(PyObject::to_ref)
    }

    /// [`PyType::lookup`] without a count on the result.
    ///
    /// # Safety
    /// The result is only good until something may run Python code or change the type.
    #[inline]
    pub unsafe fn lookup_ref(&self, py: Py<'_>, name: &PyStr) -> Option<&PyObject> {
        let version = self.tp_version_tag.get();
        let entry = py.interp().type_cache.entry(version, name);
        if entry.version.get() == version && core::ptr::eq(entry.name.get(), name) {
            // SAFETY: the version says that the dict the value was found in still holds it.
            return unsafe { entry.value.get().as_ref() };
        }
        self.lookup_slow(py, name)
    }

    #[inline(never)]
    fn lookup_slow(&self, py: Py<'_>, name: &PyStr) -> Option<&PyObject> {
        let cacheable = name.len() <= MAX_CACHED_NAME && PyStr::check_exact(name);
        // The version is taken before the search: if the search changes the type, the result is not stored under the new one.
        let version = if cacheable { self.version_tag(py) } else { 0 };
        let found = self.find_in_mro(py, name);
        if version != 0 && version == self.tp_version_tag.get() {
            let entry = py.interp().type_cache.entry(version, name);
            entry.version.set(version);
            entry.value.set(found.map_or(core::ptr::null_mut(), PyObject::as_ptr));
            let old = entry.name.replace(name.new_ref().into_raw());
            if !old.is_null() {
                // SAFETY: the entry owned the name; a string's death runs no Python code.
                drop(unsafe { Ref::from_owned(old) });
            }
        }
        found
    }

    /// The first class dict of the MRO that holds `name`.
    fn find_in_mro(&self, py: Py<'_>, name: &PyStr) -> Option<&PyObject> {
        // The MRO is held: comparing with an odd key could replace it.
        let mro = self.mro()?;
        for class in mro.as_slice() {
            let class: &PyType = class.downcast()?;
            // SAFETY: the class is held by the MRO, and its dict is not replaced once it is ready.
            let Some(dict) = (unsafe { class.dict_ref() }) else { continue };
            match dict.get_str(py, name) {
                Ok(None) => {}
                // SAFETY: the class dict holds it on; callers know that it is borrowed.
                Ok(Some(value)) => return unsafe { value.as_raw().as_ref() },
                Err(raised) => {
                    py.clear_error(raised);
                    return None;
                }
            }
        }
        None
    }

    /// The type's version for caches, assigning one where needed; 0 when it cannot have one.
    #[inline]
    pub fn version_tag(&self, py: Py<'_>) -> u32 {
        match self.tp_version_tag.get() {
            0 => self.assign_version(py),
            version => version,
        }
    }

    #[cold]
    fn assign_version(&self, py: Py<'_>) -> u32 {
        if !self.has(super::flags::READY) || self.tp_versions_used.get() >= MAX_VERSIONS {
            return 0;
        }
        let Some(bases) = self.bases() else { return 0 };
        // `modified` stops at types without version, so all bases must have one before this type has.
        for base in bases.as_slice() {
            match base.downcast::<PyType>() {
                Some(base) if base.version_tag(py) != 0 => {}
                _ => return 0,
            }
        }
        let next = &py.interp().next_type_version;
        let version = next.get();
        if version == 0 {
            return 0;
        }
        next.set(version.wrapping_add(1));
        self.tp_version_tag.set(version);
        self.tp_versions_used.set(self.tp_versions_used.get().saturating_add(1));
        version
    }

    /// Declares that the type's attributes changed (`PyType_Modified`): its version and those of its subclasses die.
    pub fn modified(&self, py: Py<'_>) {
        if self.tp_version_tag.get() == 0 {
            return;
        }
        for subclass in self.subclasses() {
            subclass.modified(py);
        }
        let watched = self.tp_watched.get();
        if watched != 0 {
            let watchers = *py.interp().type_cache.watchers.borrow();
            for (i, watcher) in watchers.iter().enumerate() {
                if let Some(watcher) = watcher
                    && watched & (1 << i) != 0
                {
                    watcher(py, self);
                }
            }
        }
        self.tp_version_tag.set(0);
        if let Some(heap) = self.heap() {
            heap._spec_cache.getitem.set(core::ptr::null_mut());
            heap._spec_cache.init.set(core::ptr::null_mut());
        }
    }

    /// Bars the type from ever having a version.
    pub(super) fn never_version(&self) {
        self.tp_version_tag.set(0);
        self.tp_versions_used.set(NEVER_VERSIONED);
    }

    /// Counts `watcher` in for changes of this type.
    pub fn watch(&self, py: Py<'_>, watcher: usize) {
        self.version_tag(py);
        self.tp_watched.set(self.tp_watched.get() | (1_u8 << (watcher & 7)));
    }

    /// Counts `watcher` out.
    pub fn unwatch(&self, watcher: usize) {
        self.tp_watched.set(self.tp_watched.get() & !(1_u8 << (watcher & 7)));
    }

    /// The MRO, when it is computed already.
    #[inline]
    pub fn mro(&self) -> Option<Ref<PyTuple>> {
        let mro = self.tp_mro.get()?;
        // SAFETY: only tuples are stored.
        Some(unsafe { mro.cast_into_unchecked() })
    }

    /// The MRO without a count.
    ///
    /// # Safety
    /// Nothing that may run Python code happens while the result lives.
    #[inline(always)]
    pub unsafe fn mro_ref(&self) -> Option<&PyTuple> {
        // SAFETY: only tuples are stored; the caller keeps it in place.
        unsafe { self.tp_mro.borrow().map(|m| m.cast_unchecked()) }
    }

    /// The bases.
    pub fn bases(&self) -> Option<Ref<PyTuple>> {
        let bases = self.tp_bases.get()?;
        // SAFETY: only tuples are stored.
        Some(unsafe { bases.cast_into_unchecked() })
    }

    /// The type's own namespace.
    pub fn dict(&self) -> Option<Ref<PyDict>> {
        let dict = self.tp_dict.get()?;
        // SAFETY: only dicts are stored.
        Some(unsafe { dict.cast_into_unchecked() })
    }

    /// The type's own namespace without a count.
    ///
    /// # Safety
    /// The type is alive; a ready type never replaces its dict.
    #[inline(always)]
    pub unsafe fn dict_ref(&self) -> Option<&PyDict> {
        // SAFETY: only dicts are stored.
        unsafe { self.tp_dict.borrow().map(|d| d.cast_unchecked()) }
    }
}

/// The list behind `tp_subclasses`: direct subclasses in order of creation. Weak: a class takes itself off when it dies.
type Subclasses = RefCell<Vec<*const PyType>>;

impl PyType {
    fn subclass_list(&self) -> Option<&Subclasses> {
        // SAFETY: the field holds null or a list made by `add_subclass`, which lives as long as the type.
        unsafe { self.tp_subclasses.get().cast::<Subclasses>().as_ref() }
    }

    /// The direct subclasses that are alive.
    pub fn subclasses(&self) -> Vec<Ref<PyType>> {
        let Some(list) = self.subclass_list() else { return Vec::new() };
        // SAFETY: classes take themselves off the list before they die.
        list.borrow().iter().map(|&p| unsafe { Ref::from_borrowed(p.cast_mut()) }).collect()
    }

    /// Notes that `class` has this base.
    pub(super) fn add_subclass(&self, class: &PyType) {
        let list = match self.subclass_list() {
            Some(list) => list,
            None => {
                let list: Box<Subclasses> = Box::default();
                let list = Box::leak(list);
                self.tp_subclasses.set(core::ptr::from_mut(list).cast());
                list
            }
        };
        let mut list = list.borrow_mut();
        if !list.iter().any(|&p| core::ptr::eq(p, class)) {
            list.push(class);
        }
    }

    /// Forgets that `class` has this base.
    pub(super) fn remove_subclass(&self, class: *const PyType) {
        if let Some(list) = self.subclass_list() {
            list.borrow_mut().retain(|&p| !core::ptr::eq(p, class));
        }
    }

    /// Frees the list of a dying type.
    pub(super) fn drop_subclass_list(&self) {
        let list = self.tp_subclasses.replace(core::ptr::null_mut()).cast::<Subclasses>();
        if !list.is_null() {
            // SAFETY: made by `Box` in `add_subclass`.
            drop(unsafe { Box::from_raw(list) });
        }
    }
}
