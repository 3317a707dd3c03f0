//! Decimal floating-point arithmetic after the General Decimal Arithmetic Specification, with the flags, roundings and ideal
//! exponents of libmpdec. Knows no Python object.

mod arithmetic;
mod compare;
mod context;
mod digitwise;
mod number;
mod power;
mod quantize;
mod text;
mod transcendental;
pub mod words;

pub use context::{Context, MAX_EMAX, MAX_PREC, MIN_EMIN, MIN_ETINY, Rounding, status};
pub use number::{Decimal, Kind};
pub use text::Style;
