//! Native modules itertools, _functools, _collections, _operator, _struct, _json, array, _datetime and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod binascii;
pub mod collections;
pub mod functools;
pub mod operator;

/// The modules of this crate.
#[rustfmt::skip]
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &binascii::binascii::MODULE,
    &collections::_collections::MODULE,
    &functools::_functools::MODULE,
    &operator::_operator::MODULE,
];
