//! Native modules math, cmath, _random, _decimal and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod bisect;
pub mod cmath;
pub mod decimal;
pub mod heapq;
pub mod math;
pub mod random;
pub mod statistics;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &bisect::_bisect::MODULE,
    &cmath::cmath::MODULE,
    &decimal::_decimal::MODULE,
    &heapq::_heapq::MODULE,
    &math::math::MODULE,
    &random::_random::MODULE,
    &statistics::_statistics::MODULE,
];
