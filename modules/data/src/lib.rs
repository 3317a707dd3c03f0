//! Native modules itertools, _functools, _collections, _operator, _struct, _json, array, _datetime and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod binascii;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&binascii::binascii::MODULE];
