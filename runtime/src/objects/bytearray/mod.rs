//! `bytearray`. The methods it shares with `bytes` stand in `objects/bytes/shared`.

mod iterator;
mod layout;
mod methods;
mod mutate;

pub use iterator::PyByteArrayIterator;
pub use layout::PyByteArray;
