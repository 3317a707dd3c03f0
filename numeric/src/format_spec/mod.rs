//! The format specification mini-language (`format()`, f-strings, `str.format`): parsing with CPython 3.14's errors, and
//! the layout of integers, floats, complex numbers and strings.
//!
//! Results are a `Field`: text with counts of fill characters around it, so that a fill may be any code point.

mod error;
mod field;
mod grouping;
mod render_complex;
mod render_float;
mod render_int;
mod render_str;
mod spec;

pub use error::FormatError;
pub use field::Field;
pub use grouping::{LocaleInfo, group_digits};
pub use render_complex::render_complex;
pub use render_float::render_float;
pub use render_int::render_int;
pub use render_str::{StringLayout, lay_out_str};
pub use spec::{Align, Defaults, Separator, Sign, Spec, parse, parse_str};

#[cfg(test)]
mod tests;
