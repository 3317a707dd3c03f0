//! Native modules tracemalloc, faulthandler, _lsprof.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod faulthandler;
mod lsprof;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] =
    &[&faulthandler::faulthandler::MODULE, &lsprof::lsprof::MODULE];
