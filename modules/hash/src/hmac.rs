//! HMAC (RFC 2104) over any of the hash functions.

use crate::algorithm::Hasher;

/// A running HMAC.
#[derive(Clone)]
pub struct Hmac {
    inner: Hasher,
    outer: Hasher,
}

impl Hmac {
    /// With a key, over a fresh hash.
    pub fn new(hasher: &Hasher, key: &[u8]) -> Hmac {
        let mut block = vec![0; hasher.block_size()];
        let short;
        let key = if key.len() > block.len() {
            let mut own = hasher.clone();
            own.update(key);
            short = own.digest(0);
            &short
        } else {
            key
        };
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let (mut inner, mut outer) = (hasher.clone(), hasher.clone());
        inner.update(&block.iter().map(|b| b ^ 0x36).collect::<Vec<u8>>());
        outer.update(&block.iter().map(|b| b ^ 0x5C).collect::<Vec<u8>>());
        Hmac { inner, outer }
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.inner.update(bytes);
    }

    /// The code of what was taken in.
    pub fn digest(&self) -> Vec<u8> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.digest(0));
        outer.digest(0)
    }

    /// The hash function.
    pub fn hasher(&self) -> &Hasher {
        &self.outer
    }
}
