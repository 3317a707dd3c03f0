//! Native modules `_md5`, `_sha1`, `_sha2`, `_sha3`, `_blake2`, `_hmac`, `_hashlib`. `algorithm.rs`: the hash functions behind one face;
//! `state.rs`: the running state of an object; `hmac.rs`, `key_derivation.rs`: what is built on them.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

mod algorithm;
mod blake2;
mod blake2_module;
mod hashlib_module;
mod hmac;
mod hmac_module;
mod key_derivation;
mod md5_module;
mod sha1_module;
mod sha2_module;
mod sha3_module;
mod state;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &md5_module::md5::MODULE,
    &sha1_module::sha1::MODULE,
    &sha2_module::sha2::MODULE,
    &sha3_module::sha3::MODULE,
    &blake2_module::blake2::MODULE,
    &hmac_module::hmac::MODULE,
    &hashlib_module::hashlib::MODULE,
];
