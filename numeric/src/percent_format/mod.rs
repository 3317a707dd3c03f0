//! `%`-formatting of `str` and `bytes`: parsing one conversion, and the layout of what it shows. Fetching and converting
//! arguments is the caller's part.

mod render;
mod spec;

pub use render::{lay_out_text, render_float, render_int};
pub use spec::{Arguments, Conversion, PercentError, parse, unsupported};

#[cfg(test)]
mod tests;
