//! Module `_socket`: the socket object (`object.rs`), addresses (`address.rs`), names of hosts and services (`names.rs`), constants.

pub mod address;
pub mod constants;
pub mod messages;
pub mod names;
pub mod object;
pub mod options;
pub mod waiting;

/// The module.
#[krait_macros::pymodule(
    name = "_socket",
    parts = [super::constants::constants, super::names::names, super::object::functions],
    types = [super::object::PySocket]
)]
pub mod module {}
