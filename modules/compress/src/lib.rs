//! Native modules `zlib`, `_bz2`, `_lzma`, `_zstd`.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod bz2;
mod decompressor;
mod exclusive;
pub mod lzma;
pub mod zlib;
pub mod zstd;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] =
    &[&zlib::zlib::MODULE, &bz2::bz2::MODULE, &lzma::lzma::MODULE, &zstd::_zstd::MODULE];
