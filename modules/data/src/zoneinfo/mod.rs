//! Module `_zoneinfo`: `object.rs` has the type, `rules.rs` reads TZ strings.

mod object;
mod rules;

pub use object::ZoneInfo;

use krait_macros::pymodule;

/// Time zones from the system's data.
#[pymodule(name = "_zoneinfo", types = [ZoneInfo])]
pub mod _zoneinfo {
    use super::ZoneInfo;
}
