//! Safe doors to what the C library offers and Rust's standard library does not, by theme.

pub mod libm;
pub mod threads;
