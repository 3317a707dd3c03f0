//! Native modules about networks: _socket.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod socket;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&socket::module::MODULE];
