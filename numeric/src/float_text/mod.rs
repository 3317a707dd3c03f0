//! Floats as text and back: `repr`, `%`-style codes, decimal and hexadecimal parsing, exact decomposition.
//! Padding, grouping and alignment belong to `format_spec`.

mod decimal;
mod hex;
mod parse;
mod ratio;
mod round;
mod write;

pub use decimal::{Decimal, Mode};
pub use hex::{HexError, from_hex, to_hex};
pub use parse::{parse, parse_complex, parse_prefix, remove_underscores};
pub use ratio::{IntegerRatio, integer_ratio};
pub use round::round_to;
pub use write::{MOST_PRECISION, Options, Style, repr, repr_complex, write};
