//! Module `_zoneinfo`: `object.rs` has the type, `rules.rs` reads TZ strings.

mod object;
mod rules;

pub use object::ZoneInfo;

use krait_macros::pymodule;

/// Time zones from the system's data.
#[pymodule(name = "_zoneinfo", types = [ZoneInfo])]
pub mod _zoneinfo {
    use krait_runtime::prelude::*;

    use super::ZoneInfo;

    /// Zones are of `_datetime`'s `tzinfo`: where that module is kept out, the library's own ones take their place.
    #[pyexec]
    fn exec(py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        krait_interp::import::import_module(py, "_datetime").map(drop)
    }
}
