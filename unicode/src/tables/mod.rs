//! Generated tables; use the modules beside this one to read them.

pub mod types;
