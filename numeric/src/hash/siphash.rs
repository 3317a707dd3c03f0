//! SipHash-1-3 over bytes, and the process's hash secret. `str` hashes its code units as they lie in memory.

use super::not_minus_one;

/// The key of all string hashes in a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Secret {
    /// Lower half.
    pub k0: u64,
    /// Upper half.
    pub k1: u64,
}

/// Size of CPython's `_Py_HashSecret_t`; `PYTHONHASHSEED` fills all of it and the key is its start.
pub const SECRET_SIZE: usize = 24;

impl Secret {
    /// From random bytes.
    pub fn from_bytes(bytes: &[u8; SECRET_SIZE]) -> Secret {
        let word = |at: usize| bytes.iter().skip(at).take(8).rev().fold(0, |n, b| n << 8 | u64::from(*b));
        Secret { k0: word(0), k1: word(8) }
    }

    /// The secret bytes that `PYTHONHASHSEED=seed` stands for: zeros for 0, else a linear congruential sequence.
    pub fn seed_bytes(seed: u32) -> [u8; SECRET_SIZE] {
        let mut bytes = [0; SECRET_SIZE];
        let mut x = seed;
        if seed != 0 {
            for b in &mut bytes {
                x = x.wrapping_mul(214013).wrapping_add(2531011);
                *b = (x >> 16) as u8;
            }
        }
        bytes
    }

    /// The secret that `PYTHONHASHSEED=seed` stands for.
    pub fn from_seed(seed: u32) -> Secret {
        Secret::from_bytes(&Secret::seed_bytes(seed))
    }

    /// `hash(bytes)`, and `hash(str)` over its code units: 0 for nothing, never -1.
    #[inline]
    pub fn hash(&self, bytes: &[u8]) -> i64 {
        if bytes.is_empty() { 0 } else { not_minus_one(siphash13(self.k0, self.k1, bytes)) }
    }
}

#[inline(always)]
fn round(v: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *v;
    a = a.wrapping_add(b);
    c = c.wrapping_add(d);
    b = b.rotate_left(13) ^ a;
    d = d.rotate_left(16) ^ c;
    a = a.rotate_left(32);
    c = c.wrapping_add(b);
    a = a.wrapping_add(d);
    b = b.rotate_left(17) ^ c;
    d = d.rotate_left(21) ^ a;
    c = c.rotate_left(32);
    *v = [a, b, c, d];
}

/// SipHash with one round a word and three at the end.
#[inline]
pub fn siphash13(k0: u64, k1: u64, bytes: &[u8]) -> u64 {
    let mut v =
        [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573];
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        let m = u64::from_le_bytes(*word);
        v[3] ^= m;
        round(&mut v);
        v[0] ^= m;
    }
    let last = tail.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)) | (bytes.len() as u64) << 56;
    v[3] ^= last;
    round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xFF;
    round(&mut v);
    round(&mut v);
    round(&mut v);
    v[0] ^ v[1] ^ v[2] ^ v[3]
}
