//! Native modules _md5, _sha1, _sha2, _sha3, _blake2, _hashlib equivalents.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[];
