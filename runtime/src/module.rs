//! Module definitions, as `#[pymodule]` writes them.

/// One built-in module.
pub struct ModuleDef {
    /// Dotted name.
    pub name: &'static core::ffi::CStr,
}
/// One file's share of a module's tables.
pub struct ModulePart {}
