//! Native modules `pyexpat` and `_elementtree`, on an XML parser of our own.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod elementtree;
mod expat;
pub mod pyexpat;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] =
    &[&elementtree::_elementtree::MODULE, &pyexpat::pyexpat::MODULE];
