//! Native modules math, cmath, _random, _decimal and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[];
