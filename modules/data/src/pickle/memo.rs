//! What a pickler remembers: objects by identity, kept alive, with their numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use krait_runtime::prelude::*;

/// Addresses are spread well enough by a multiplication.
#[derive(Default)]
pub struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_usize(&mut self, n: usize) {
        self.0 = (n as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 ^= self.0 >> 29;
    }
}

/// Objects by address.
#[derive(Default, Clone)]
pub struct Memo(HashMap<usize, (usize, Ref<PyObject>), BuildHasherDefault<AddressHasher>>);

impl Memo {
    /// The number of an object.
    #[inline]
    pub fn get(&self, object: &PyObject) -> Option<usize> {
        self.0.get(&object.id()).map(|(index, _)| *index)
    }

    /// Remembers an object under a number; what was remembered for its address is handed back.
    #[inline]
    pub fn set(&mut self, object: &PyObject, index: usize) -> Option<(usize, Ref<PyObject>)> {
        self.0.insert(object.id(), (index, object.to_ref()))
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Bytes of the table, for `__sizeof__`: CPython's has a power of two of 16-byte entries.
    pub fn table_bytes(&self) -> usize {
        let mut size = 8;
        while self.0.len() * 3 >= size * 2 {
            size *= if self.0.len() > 50000 { 2 } else { 4 };
        }
        size * 16
    }

    /// Numbers and objects.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &Ref<PyObject>)> {
        self.0.values().map(|(index, object)| (*index, object))
    }
}
