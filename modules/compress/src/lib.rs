//! Native modules zlib, _bz2, _lzma, _zstd.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[];
