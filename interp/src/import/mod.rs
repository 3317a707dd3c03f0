//! The import core: what stands below `importlib`.

mod core;

pub use core::import_module;
