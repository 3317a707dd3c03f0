//! Generated tables; use the modules beside this one to read them.

pub mod database;
pub mod decomposition;
pub mod names;
pub mod types;
