//! The marshal format: how `.pyc` files and `marshal.dumps()` store objects.
//!
//! The codec knows no object model. [`Encoder`] writes the pieces of the format to a [`Sink`], and its caller walks the
//! objects; [`decode`] reads a [`Source`] and has a [`Build`] make the objects. [`data`] does both for
//! [`CodeObject`](crate::CodeObject) and [`Const`](crate::Const); a runtime does it for its own objects.

pub mod data;
mod decoder;
mod encoder;
mod error;
mod format;

pub use decoder::{Build, CodeFields, SliceSource, Source, decode};
pub use encoder::{Encoder, Sink};
pub use error::MarshalError;
pub use format::{CURRENT_VERSION, MAX_DEPTH};
