//! Native module `_sqlite3`.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod sqlite;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&sqlite::_sqlite3::MODULE];
