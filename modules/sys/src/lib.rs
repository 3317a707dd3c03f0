//! Native modules sys, builtins, marshal, _imp, _warnings, gc, atexit and kin.

#![deny(clippy::indexing_slicing)]

pub mod imp;
pub mod marshal;

use krait_runtime::module::ModuleDef;

/// The modules of this crate.
pub static MODULES: &[&ModuleDef] = &[&imp::imp::MODULE, &marshal::marshal::MODULE];
