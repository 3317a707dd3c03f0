//! Number kernels: 30-bit-digit integers, float text, format specifications, hashes. Knows no Python object.
#![forbid(unsafe_code)]

pub mod complex_ops;
pub mod decimal;
pub mod digits;
pub mod float_ops;
pub mod float_text;
pub mod format_spec;
pub mod hash;
pub mod mersenne;
