//! `PyDictKeysObject`: the index table and the entries of a dict, in CPython's layout. Knows nothing of dict objects.

use core::cell::Cell;

use super::ahead::AHEAD;
use crate::checking;
use crate::memory;
use crate::object::{PyObject, Static};
use crate::objects::PyStr;
use crate::obmalloc;

/// Index of a slot that was never used.
pub const EMPTY: isize = -1;
/// Index of a slot whose entry was deleted.
pub const DUMMY: isize = -2;
/// log2 of the smallest table.
pub const LOG_MINSIZE: u8 = 3;

/// What the keys may be (`DictKeysKind`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Any hashable; entries hold the hash.
    General = 0,
    /// Exact strings only; entries are key and value.
    Unicode = 1,
    /// Exact strings, shared by the instances of a class; values stand elsewhere.
    Split = 2,
}

/// The head of a keys object; `1 << dk_log2_index_bytes` bytes of indices follow, then the entries.
#[repr(C)]
#[allow(missing_docs)]
pub struct DictKeys {
    pub dk_refcnt: Cell<isize>,
    pub dk_log2_size: u8,
    pub dk_log2_index_bytes: u8,
    pub dk_kind: Cell<Kind>,
    /// Non-zero while the set of keys is the one some inline cache saw.
    pub dk_version: Cell<u32>,
    pub dk_usable: Cell<isize>,
    pub dk_nentries: Cell<isize>,
}

/// Entry of a general table.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct Entry {
    pub hash: isize,
    pub key: *mut PyObject,
    pub value: *mut PyObject,
}

/// Entry of a unicode or split table.
#[repr(C)]
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub struct UnicodeEntry {
    pub key: *mut PyObject,
    pub value: *mut PyObject,
}

/// Keys object of all empty dicts, with its one 8-byte index word; immortal and never written.
#[repr(C)]
struct EmptyKeys {
    head: DictKeys,
    indices: [i8; 8],
}
static EMPTY_KEYS: Static<EmptyKeys> = Static(EmptyKeys {
    head: DictKeys {
        dk_refcnt: Cell::new(1),
        dk_log2_size: 0,
        dk_log2_index_bytes: 3,
        dk_kind: Cell::new(Kind::Unicode),
        dk_version: Cell::new(1),
        dk_usable: Cell::new(0),
        dk_nentries: Cell::new(0),
    },
    indices: [-1; 8],
});

/// The keys of all empty dicts.
#[inline(always)]
pub fn empty_keys() -> *mut DictKeys {
    core::ptr::from_ref(&EMPTY_KEYS.0.head).cast_mut()
}

/// How many entries a table of `size` slots takes.
#[inline(always)]
pub const fn usable_fraction(size: usize) -> usize {
    (size << 1) / 3
}

/// log2 of the table for at least `min_size` slots.
#[inline]
pub fn log2_for_size(min_size: usize) -> u8 {
    let n = (min_size.max(1) - 1) | ((1 << LOG_MINSIZE) - 1);
    (usize::BITS - n.leading_zeros()) as u8
}

/// log2 of the table that takes `n` entries without growing.
#[inline]
pub fn log2_for_entries(n: usize) -> u8 {
    log2_for_size(n.saturating_mul(3).saturating_add(1) / 2)
}

/// A table without entries; `None` when memory is out.
pub fn new_keys(log2_size: u8, kind: Kind) -> Option<*mut DictKeys> {
    new_keys_with_usable(log2_size, kind, usable_fraction(1usize.checked_shl(u32::from(log2_size))?))
}

/// A table without entries and with room for `usable` of them.
pub fn new_keys_with_usable(log2_size: u8, kind: Kind, usable: usize) -> Option<*mut DictKeys> {
    let log2_bytes = match log2_size {
        0..8 => log2_size,
        8..16 => log2_size + 1,
        16..32 => log2_size + 2,
        _ => log2_size + 3,
    };
    if log2_bytes >= 60 {
        return None;
    }
    let entry = if kind == Kind::General { size_of::<Entry>() } else { size_of::<UnicodeEntry>() };
    let size = usable.checked_mul(entry)?.checked_add(size_of::<DictKeys>() + (1usize << log2_bytes))?;
    let block: *mut DictKeys = obmalloc::alloc(size)?.cast();
    obmalloc::expect_scattered_use(block.cast(), size);
    // SAFETY: the block has room for head, indices and entries.
    unsafe {
        block.write(DictKeys {
            dk_refcnt: Cell::new(1),
            dk_log2_size: log2_size,
            dk_log2_index_bytes: log2_bytes,
            dk_kind: Cell::new(kind),
            dk_version: Cell::new(0),
            dk_usable: Cell::new(usable as isize),
            dk_nentries: Cell::new(0),
        });
        // Entries are written when they come into use.
        let indices: *mut u8 = block.add(1).cast();
        if log2_bytes == LOG_MINSIZE {
            indices.cast::<u64>().write(u64::MAX);
        } else {
            indices.write_bytes(0xff, 1 << log2_bytes);
        }
    }
    Some(block)
}

/// Evaluates an expression for the index table of some keys, whose width follows from its size.
macro_rules! with_indices {
    ($keys:expr, |$indices:ident| $body:expr) => {
        match $keys.dk_log2_size {
            0..8 => {
                let $indices = $keys.indices().cast::<i8>();
                $body
            }
            8..16 => {
                let $indices = $keys.indices().cast::<i16>();
                $body
            }
            16..32 => {
                let $indices = $keys.indices().cast::<i32>();
                $body
            }
            _ => {
                let $indices = $keys.indices().cast::<i64>();
                $body
            }
        }
    };
}

impl DictKeys {
    /// Slots in the index table.
    #[inline(always)]
    pub fn size(&self) -> usize {
        1 << self.dk_log2_size
    }
    /// Mask of the index table.
    #[inline(always)]
    pub fn mask(&self) -> usize {
        self.size() - 1
    }
    /// The kind.
    #[inline(always)]
    pub fn kind(&self) -> Kind {
        self.dk_kind.get()
    }
    /// True when entries carry a hash.
    #[inline(always)]
    pub fn is_general(&self) -> bool {
        self.kind() == Kind::General
    }
    /// Entries used so far, deleted ones included.
    #[inline(always)]
    pub fn nentries(&self) -> usize {
        self.dk_nentries.get() as usize
    }
    /// Bytes of the whole block, a shared table's as if it could take more names than [`super::split::SHARED_KEYS_MAX_SIZE`].
    pub fn byte_size(&self) -> usize {
        let entry = if self.is_general() { size_of::<Entry>() } else { size_of::<UnicodeEntry>() };
        size_of::<DictKeys>() + (1usize << self.dk_log2_index_bytes) + usable_fraction(self.size()) * entry
    }

    #[inline(always)]
    pub(super) fn indices(&self) -> *mut u8 {
        core::ptr::from_ref(self).cast_mut().wrapping_add(1).cast()
    }

    /// The index in slot `i`: an entry number, [`EMPTY`] or [`DUMMY`].
    ///
    /// # Safety
    /// `i` is at most `mask()`.
    #[inline(always)]
    pub unsafe fn index(&self, i: usize) -> isize {
        // SAFETY: `i` is in the table.
        with_indices!(self, |indices| unsafe { *indices.add(i) as isize })
    }

    /// Sets the index in slot `i`.
    ///
    /// # Safety
    /// `i` is at most `mask()`; the keys are not the shared empty ones.
    #[inline(always)]
    pub unsafe fn set_index(&self, i: usize, ix: isize) {
        // SAFETY: as in `index`.
        with_indices!(self, |indices| unsafe { *indices.add(i) = ix as _ });
    }

    #[inline(always)]
    fn entries_base(&self) -> *mut u8 {
        self.indices().wrapping_add(1 << self.dk_log2_index_bytes)
    }

    /// The value of entry `ix` of a unicode table, which has it. For inline caches: a variable shift would take the one register
    /// that the evaluation loop cannot spare.
    ///
    /// # Safety
    /// As said.
    #[inline(always)]
    pub unsafe fn entry_value(&self, ix: usize) -> *mut PyObject {
        #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
        static INDEX_BYTES: [usize; 64] = {
            let mut bytes = [0; 64];
            let mut log2 = 0;
            while log2 < 64 {
                bytes[log2] = 1 << log2;
                log2 += 1;
            }
            bytes
        };
        // SAFETY: no table has 2^64 bytes of indices; by contract the entry is there.
        unsafe {
            let bytes = *INDEX_BYTES.get_unchecked(self.dk_log2_index_bytes as usize);
            let entries: *const UnicodeEntry = self.indices().wrapping_add(bytes).cast();
            (*entries.add(ix)).value
        }
    }

    /// The entries of a general table.
    #[inline(always)]
    pub fn entries(&self) -> *mut Entry {
        self.entries_base().cast()
    }

    /// The entries of a unicode or split table.
    #[inline(always)]
    pub fn unicode_entries(&self) -> *mut UnicodeEntry {
        self.entries_base().cast()
    }

    /// Key, hash and value of entry `ix` (key null: deleted).
    ///
    /// # Safety
    /// `ix` is below `nentries()`.
    #[inline(always)]
    pub unsafe fn entry(&self, ix: usize) -> Entry {
        // SAFETY: by contract; string keys have their hash cached.
        unsafe {
            if self.is_general() {
                *self.entries().add(ix)
            } else {
                let e = *self.unicode_entries().add(ix);
                let hash = if e.key.is_null() { 0 } else { (*e.key).cast_unchecked::<PyStr>().hash_value() };
                Entry { hash, key: e.key, value: e.value }
            }
        }
    }

    /// Key and value of entry `ix` (null: deleted).
    ///
    /// # Safety
    /// `ix` is below `nentries()`.
    #[inline(always)]
    pub unsafe fn key_and_value(&self, ix: usize) -> (*mut PyObject, *mut PyObject) {
        let (first, stride) = self.place_of_pairs();
        // SAFETY: by contract.
        unsafe {
            let entry = &*first.byte_add(ix * stride);
            (entry.key, entry.value)
        }
    }

    /// Where key and value of the first entry stand, and how many bytes behind those of the next one: in both kinds of entries the value
    /// follows the key. Without a branch, since who goes through a table has little else to do.
    #[inline(always)]
    pub(super) fn place_of_pairs(&self) -> (*const UnicodeEntry, usize) {
        const HASH: usize = core::mem::offset_of!(Entry, key);
        const _: () = assert!(size_of::<Entry>() == size_of::<UnicodeEntry>() + HASH);
        let hash = if self.is_general() { HASH } else { 0 };
        (self.entries_base().wrapping_add(hash).cast(), size_of::<UnicodeEntry>() + hash)
    }

    /// Where the value of entry `ix` stands in a combined table.
    ///
    /// # Safety
    /// `ix` is below `nentries()`.
    #[inline(always)]
    pub unsafe fn value_slot(&self, ix: usize) -> *mut *mut PyObject {
        // SAFETY: by contract.
        unsafe {
            if self.is_general() {
                &raw mut (*self.entries().add(ix)).value
            } else {
                &raw mut (*self.unicode_entries().add(ix)).value
            }
        }
    }

    /// Clears entry `ix` (the references are the caller's).
    ///
    /// # Safety
    /// `ix` is below `nentries()`.
    pub unsafe fn clear_entry(&self, ix: usize) {
        // SAFETY: by contract.
        unsafe {
            let null = core::ptr::null_mut();
            if self.is_general() {
                *self.entries().add(ix) = Entry { hash: 0, key: null, value: null };
            } else {
                *self.unicode_entries().add(ix) = UnicodeEntry { key: null, value: null };
            }
        }
    }

    /// Appends an entry that takes the references over, and enters it in the index table.
    ///
    /// # Safety
    /// There is room (`dk_usable > 0`), the key is not in the table, and its kind fits.
    #[inline]
    pub unsafe fn append(&self, hash: isize, key: *mut PyObject, value: *mut PyObject) -> usize {
        // SAFETY: by contract.
        unsafe {
            let ix = self.nentries();
            if self.is_general() {
                *self.entries().add(ix) = Entry { hash, key, value };
            } else {
                *self.unicode_entries().add(ix) = UnicodeEntry { key, value };
            }
            let slot = self.find_empty_slot(hash);
            self.set_index(slot, ix as isize);
            self.dk_usable.set(self.dk_usable.get() - 1);
            self.dk_nentries.set(self.dk_nentries.get() + 1);
            ix
        }
    }

    /// Takes over all entries of a table without deleted ones.
    ///
    /// # Safety
    /// This table is new, of the same kind, and has room for them; the other one's references are not used again.
    pub unsafe fn take_entries(&self, from: &DictKeys) {
        let n = from.nentries();
        // SAFETY: by contract.
        unsafe {
            if self.is_general() {
                core::ptr::copy_nonoverlapping(from.entries(), self.entries(), n);
                let entries = self.entries();
                self.enter(n, |ix| (*entries.add(ix)).hash, |_| {});
            } else {
                core::ptr::copy_nonoverlapping(from.unicode_entries(), self.unicode_entries(), n);
                let entries = self.unicode_entries();
                let hash = |ix| (*(*entries.add(ix)).key).cast_unchecked::<PyStr>().hash_value();
                self.enter(n, hash, |ix| memory::prefetch((*entries.add(ix)).key));
            }
        }
        self.dk_usable.set(self.dk_usable.get() - n as isize);
        self.dk_nentries.set(n as isize);
    }

    /// Enters the first `n` entries in the index table. Those on the way are told to `fetch` before their hash is asked for.
    ///
    /// # Safety
    /// The index table is empty and big enough; `hash` tells each entry's.
    #[inline(always)]
    unsafe fn enter(&self, n: usize, hash: impl Fn(usize) -> isize, fetch: impl Fn(usize)) {
        let mask = self.mask();
        let is_big = self.is_big();
        // SAFETY: probes stay within the mask; a table is never full.
        with_indices!(self, |indices| unsafe {
            for ix in 0..n {
                if is_big {
                    if ix + 2 * AHEAD < n {
                        fetch(ix + 2 * AHEAD);
                    }
                    if ix + AHEAD < n {
                        memory::prefetch(indices.add(hash(ix + AHEAD) as usize & mask).cast());
                    }
                }
                let mut probe = Probe::new(hash(ix), mask);
                while *indices.add(probe.slot) >= 0 {
                    probe.advance();
                }
                *indices.add(probe.slot) = ix as _;
            }
        });
    }

    /// First slot on the probe sequence of `hash` that holds no entry.
    #[inline]
    pub fn find_empty_slot(&self, hash: isize) -> usize {
        let mut probe = Probe::new(hash, self.mask());
        // SAFETY: probes stay within the mask; a table is never full.
        with_indices!(self, |indices| unsafe {
            while *indices.add(probe.slot) >= 0 {
                probe.advance();
            }
        });
        probe.slot
    }

    /// Calls `look` with slot and number of each entry on the probe sequence of `hash`, up to the first slot that was never used or to
    /// its first answer.
    #[inline(always)]
    pub fn probe<R>(&self, hash: isize, mut look: impl FnMut(usize, usize) -> Option<R>) -> Option<R> {
        let mut probe = Probe::new(hash, self.mask());
        // SAFETY: probes stay within the mask; a table is never full.
        with_indices!(self, |indices| unsafe {
            loop {
                let ix = *indices.add(probe.slot);
                if ix >= 0 {
                    if let Some(answer) = look(probe.slot, ix as usize) {
                        return Some(answer);
                    }
                } else if ix == EMPTY as _ {
                    return None;
                }
                probe.advance();
            }
        })
    }

    /// The slot whose index is `ix`, on the probe sequence of `hash`.
    pub fn slot_of(&self, hash: isize, ix: usize) -> usize {
        let mut probe = Probe::new(hash, self.mask());
        // SAFETY: probes stay within the mask; the entry is in the table.
        with_indices!(self, |indices| unsafe {
            while *indices.add(probe.slot) != ix as _ {
                probe.advance();
            }
        });
        probe.slot
    }
}

/// CPython's probe sequence.
pub struct Probe {
    /// The slot to look at.
    pub slot: usize,
    mask: usize,
    perturb: usize,
}

impl Probe {
    /// Starts at the hash's home slot.
    #[inline(always)]
    pub fn new(hash: isize, mask: usize) -> Probe {
        Probe { slot: hash as usize & mask, mask, perturb: hash as usize }
    }
    /// The next slot.
    #[inline(always)]
    pub fn advance(&mut self) {
        self.perturb >>= 5;
        self.slot = self.slot.wrapping_mul(5).wrapping_add(self.perturb).wrapping_add(1) & self.mask;
    }
}

/// Counts one more owner of a keys object.
///
/// # Safety
/// `keys` is live.
#[inline]
pub unsafe fn retain(keys: *mut DictKeys) {
    if !core::ptr::eq(keys, empty_keys()) {
        // SAFETY: by contract.
        unsafe { (*keys).dk_refcnt.set((*keys).dk_refcnt.get() + 1) };
    }
}

/// Gives one ownership back; the last one releases keys and values and frees the block.
///
/// # Safety
/// The caller owned one, and the object's fields do not point here any more: releases may run Python code.
pub unsafe fn release(keys: *mut DictKeys) {
    if core::ptr::eq(keys, empty_keys()) {
        return;
    }
    // SAFETY: by contract.
    unsafe {
        if checking::ON && (*keys).dk_refcnt.get() <= 0 {
            checking::report(&format!(
                "a dict's keys at {keys:p} have no owner ({})",
                (*keys).dk_refcnt.get()
            ));
        }
        let n = (*keys).dk_refcnt.get() - 1;
        (*keys).dk_refcnt.set(n);
        if n > 0 {
            return;
        }
        for (key, value) in (*keys).pairs() {
            if !key.is_null() {
                PyObject::decref(key);
            }
            if !value.is_null() {
                PyObject::decref(value);
            }
        }
        free_block(keys);
    }
}

/// Frees the block only: the references moved elsewhere.
///
/// # Safety
/// The caller was the only owner.
pub unsafe fn free_block(keys: *mut DictKeys) {
    // SAFETY: made by `new_keys`.
    unsafe { obmalloc::free(keys.cast()) }
}
