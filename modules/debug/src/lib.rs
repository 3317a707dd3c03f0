//! Native modules tracemalloc, faulthandler, _lsprof, _remote_debugging.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod faulthandler;
mod lsprof;
mod remote_debugging;
mod tracemalloc;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &faulthandler::faulthandler::MODULE,
    &lsprof::lsprof::MODULE,
    &remote_debugging::remote_debugging::MODULE,
    &tracemalloc::tracemalloc::MODULE,
];
