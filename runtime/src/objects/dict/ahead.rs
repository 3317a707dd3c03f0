//! Looking ahead in big tables: keys, and the slots that their hashes lead to, lie anywhere in memory, and who goes through many of them
//! has the processor fetch those further on meanwhile.

use super::keys::{DictKeys, UnicodeEntry};
use crate::memory;
use crate::object::PyObject;

/// log2 of the smallest table for which it pays: in smaller ones all lies close together.
const LOG_BIG: u8 = 14;
/// So many entries lie between what is worked on and what is fetched meanwhile.
pub const AHEAD: usize = 12;

/// Keys and values of a table, in order, null where an entry was deleted; those further on are fetched.
pub struct Pairs {
    next: *const UnicodeEntry,
    /// Bytes from entry to entry.
    stride: usize,
    left: usize,
    /// How many entries ahead to fetch.
    ahead: usize,
}

impl Iterator for Pairs {
    type Item = (*mut PyObject, *mut PyObject);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        // SAFETY: so many entries are left, and who made this keeps the table as it is.
        unsafe {
            let entry = &*self.next;
            if self.ahead < self.left {
                let later = &*self.next.byte_add(self.ahead * self.stride);
                memory::prefetch(later.key);
                memory::prefetch(later.value);
            }
            self.left -= 1;
            self.next = self.next.byte_add(self.stride);
            Some((entry.key, entry.value))
        }
    }
}

impl DictKeys {
    /// Keys and values in order.
    ///
    /// # Safety
    /// The table stays as it is meanwhile.
    #[inline(always)]
    pub unsafe fn pairs(&self) -> Pairs {
        let (next, stride) = self.place_of_pairs();
        Pairs { next, stride, left: self.nentries(), ahead: if self.is_big() { AHEAD } else { usize::MAX } }
    }

    /// Whether it pays to fetch ahead what the keys' hashes lead to.
    #[inline(always)]
    pub(super) fn is_big(&self) -> bool {
        self.dk_log2_size >= LOG_BIG
    }

    /// Has the processor fetch the slot where the search for a key with this hash begins.
    #[inline(always)]
    fn fetch_slot(&self, hash: isize) {
        let at = (hash as usize & self.mask()) << (self.dk_log2_index_bytes - self.dk_log2_size);
        memory::prefetch(self.indices().wrapping_add(at).cast());
    }

    /// Has the processor fetch the key that the search for this hash meets first.
    #[inline(always)]
    fn fetch_found(&self, hash: isize) {
        // SAFETY: the slot is one of the table's; what it names is below `nentries`.
        unsafe {
            let ix = self.index(hash as usize & self.mask());
            if ix >= 0 {
                let entry: *const u8 = match self.is_general() {
                    true => self.entries().add(ix as usize).cast(),
                    false => self.unicode_entries().add(ix as usize).cast(),
                };
                memory::prefetch(entry.cast());
            }
        }
    }

    /// The hash of entry `ix`, if there is one.
    #[inline(always)]
    fn hash_at(&self, ix: usize) -> Option<isize> {
        // SAFETY: an entry of the table.
        (ix < self.nentries()).then(|| unsafe { self.entry(ix).hash })
    }

    /// Has the processor fetch key and value of entry `ix`, as far as there is such an entry and its table a big one.
    #[inline(always)]
    pub fn fetch_entry(&self, ix: usize) {
        if self.is_big() && ix < self.nentries() {
            // SAFETY: an entry of the table.
            let (key, value) = unsafe { self.key_and_value(ix) };
            memory::prefetch(key);
            memory::prefetch(value);
        }
    }

    /// Entry `at` is about to be looked for in `target`: has the processor fetch what will be needed for the ones some way behind it.
    /// The way from a key to its hash, from there to a slot, and from there to the entry is gone in steps, none of which waits.
    #[inline(always)]
    pub fn fetch_towards(&self, at: usize, target: &DictKeys) {
        if !target.is_big() {
            return;
        }
        self.fetch_entry(at + 3 * AHEAD);
        if let Some(hash) = self.hash_at(at + 2 * AHEAD) {
            target.fetch_slot(hash);
        }
        if let Some(hash) = self.hash_at(at + AHEAD) {
            target.fetch_found(hash);
        }
    }

    /// As [`DictKeys::fetch_towards`] for keys that come from elsewhere, of which `key` tells the one so many places further on.
    #[inline(always)]
    pub fn fetch_for<'a>(&self, key: impl Fn(usize) -> Option<&'a PyObject>) {
        if !self.is_big() {
            return;
        }
        if let Some(key) = key(3 * AHEAD) {
            memory::prefetch(key);
        }
        if let Some(hash) = key(2 * AHEAD).and_then(PyObject::hash_at_once) {
            self.fetch_slot(hash);
        }
        if let Some(hash) = key(AHEAD).and_then(PyObject::hash_at_once) {
            self.fetch_found(hash);
        }
    }
}
