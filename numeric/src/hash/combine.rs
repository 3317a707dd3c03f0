//! How containers combine the hashes of their items, and the hash of an address.

const PRIME_1: u64 = 11400714785074694791;
const PRIME_2: u64 = 14029467366897019727;
const PRIME_5: u64 = 2870177450012600261;

/// The hash of a tuple, fed item by item: xxHash's mixing without its end.
#[derive(Clone, Copy, Debug)]
pub struct TupleHash {
    mixed: u64,
    items: u64,
}

impl Default for TupleHash {
    fn default() -> Self {
        TupleHash { mixed: PRIME_5, items: 0 }
    }
}

impl TupleHash {
    /// Before the first item.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        self.mixed = self
            .mixed
            .wrapping_add((hash as u64).wrapping_mul(PRIME_2))
            .rotate_left(31)
            .wrapping_mul(PRIME_1);
        self.items = self.items.wrapping_add(1);
    }

    /// The tuple's hash.
    #[inline]
    pub fn finish(self) -> i64 {
        TupleHash { mixed: self.mixed.wrapping_add(self.items ^ (PRIME_5 ^ 3527539)), ..self }.finish_plain()
    }

    /// The hash without the number of items, as `slice` has it.
    #[inline]
    pub fn finish_plain(self) -> i64 {
        if self.mixed == u64::MAX { 1546275796 } else { self.mixed as i64 }
    }
}

/// The hash of a frozen set: the same in whatever order items come.
#[derive(Clone, Copy, Debug, Default)]
pub struct FrozenSetHash {
    mixed: u64,
    items: u64,
}

impl FrozenSetHash {
    /// Before the first item.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an item's hash.
    #[inline]
    pub fn add(&mut self, hash: i64) {
        let h = hash as u64;
        self.mixed ^= ((h ^ 89869747) ^ (h << 16)).wrapping_mul(3644798167);
        self.items = self.items.wrapping_add(1);
    }

    /// The set's hash.
    pub fn finish(self) -> i64 {
        let mut h = self.mixed ^ self.items.wrapping_add(1).wrapping_mul(1927868237);
        h ^= (h >> 11) ^ (h >> 25);
        h = h.wrapping_mul(69069).wrapping_add(907133923);
        if h == u64::MAX { 590923713 } else { h as i64 }
    }
}

/// The hash of an address: the low bits, mostly zero by alignment, go to the top.
#[inline]
pub fn pointer(address: usize) -> i64 {
    super::not_minus_one((address as u64).rotate_right(4))
}
