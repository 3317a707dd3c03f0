//! Safe doors to what the C library offers and Rust's standard library does not.

pub mod libm;
