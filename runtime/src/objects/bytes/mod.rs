//! `bytes`. The methods it shares with `bytearray` stand in `shared`; formatting with `%` in `objects/str/percent`.

pub(crate) mod construct;
pub(crate) mod hex;
mod iterator;
pub(crate) mod join;
mod layout;
mod methods;
pub(crate) mod shared;

pub use hex::{hex_digits, hex_text, separator as hex_separator};
pub use iterator::PyBytesIterator;
pub use layout::PyBytes;
pub(crate) use methods::pick;
