//! Safe doors to what the C library offers and Rust's standard library does not, by theme.

pub mod descriptor;
pub mod entry;
pub mod libm;
pub mod locale;
pub mod threads;
