//! Native modules _sre, _codecs, unicodedata, _string and kin.
#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod codecs;
pub mod multibyte;
pub mod re;
pub mod sre;
pub mod unicodedata;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &codecs::_codecs::MODULE,
    &re::_sre::MODULE,
    &unicodedata::unicodedata::MODULE,
    &multibyte::multibytecodec::MODULE,
    &multibyte::cn::MODULE,
    &multibyte::hk::MODULE,
    &multibyte::iso::MODULE,
    &multibyte::jp::MODULE,
    &multibyte::kr::MODULE,
    &multibyte::tw::MODULE,
];
