//! The process's hash secret, and the keyed hash of bytes that `str`, `bytes` and others share.

use core::cell::Cell;

use krait_numeric::hash::{SECRET_SIZE, Secret};

use crate::object::Static;

static SECRET: Static<Cell<Secret>> = Static(Cell::new(Secret { k0: 0, k1: 0 }));

/// Sets the key: from `PYTHONHASHSEED` when given, else from the operating system's random source. Called once at start-up,
/// before the first string is hashed.
pub fn set_hash_secret(seed: Option<u32>) {
    let secret = match seed {
        Some(seed) => Secret::from_seed(seed),
        None => {
            let mut bytes = [0u8; SECRET_SIZE];
            // SAFETY: the buffer has that many bytes. Without random bytes the key stays zero.
            unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), libc::GRND_NONBLOCK) };
            Secret::from_bytes(&bytes)
        }
    };
    SECRET.set(secret);
}

/// The key.
pub fn hash_secret() -> Secret {
    SECRET.get()
}

/// `hash(bytes)`: 0 for nothing, never -1.
#[inline]
pub fn hash_bytes(bytes: &[u8]) -> isize {
    SECRET.get().hash(bytes) as isize
}
