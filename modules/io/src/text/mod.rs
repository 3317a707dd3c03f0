//! `_io.TextIOWrapper`. `wrapper.rs`: the object, its life, its attributes; `codec.rs`: encoders and decoders; `input.rs`, `output.rs`:
//! reading and writing; `position.rs`: `tell` and `seek`; `newline_mode.rs`: the newline argument.

mod codec;
mod input;
mod newline_mode;
mod output;
mod position;
mod wrapper;

pub use newline_mode::NewlineMode;
pub use wrapper::{TextIoWrapper, locale_encoding};
