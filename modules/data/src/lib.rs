//! Native modules itertools, _functools, _collections, _operator, _struct, _json, array, _datetime and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod array;
pub mod binascii;
pub mod collections;
pub mod csv;
pub mod datetime;
pub mod functools;
pub mod itertools;
pub mod json;
pub mod operator;
pub mod pickle;
pub mod struct_;
pub mod zoneinfo;

/// The modules of this crate.
#[rustfmt::skip]
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &array::array::MODULE,
    &binascii::binascii::MODULE,
    &collections::_collections::MODULE,
    &datetime::_datetime::MODULE,
    &csv::_csv::MODULE,
    &functools::_functools::MODULE,
    &itertools::itertools::MODULE,
    &json::_json::MODULE,
    &operator::_operator::MODULE,
    &pickle::_pickle::MODULE,
    &struct_::_struct::MODULE,
    &zoneinfo::_zoneinfo::MODULE,
];
