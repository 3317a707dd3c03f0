//! Unicode 16.0 (and 3.2) character facts as tables and look-ups, and the string kernels that work on bare code
//! units (search, split, codecs). Knows no Python object. Code points are `u32`: lone surrogates are ordinary here.
#![forbid(unsafe_code)]

pub mod case;
pub mod character;
pub mod codecs;
pub mod database;
pub mod names;
pub mod normalize;
pub mod repr;
pub mod search;
pub mod split;
pub mod tables;
mod two_way;
pub mod unit;

#[cfg(test)]
mod oracle;
