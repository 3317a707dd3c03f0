//! Native module `_io`: raw, buffered and text streams, streams in memory, `open`. One file for each class, and `common` for what all
//! streams share.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod base;
pub mod buffered;
pub mod bytes_io;
mod common;
pub mod file_io;
pub mod module;
pub mod newline;
pub mod open;
mod path;
pub mod string_io;
pub mod text;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&module::io::MODULE];
