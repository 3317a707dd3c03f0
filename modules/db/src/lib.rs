//! Native modules about databases: `_sqlite3`, `_dbm`.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod dbm;
pub mod sqlite;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[&sqlite::_sqlite3::MODULE, &dbm::_dbm::MODULE];
