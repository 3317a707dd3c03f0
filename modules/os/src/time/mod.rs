//! Module `time`: clocks and sleeping (`clocks.rs`), calendar time (`calendar.rs`).

pub mod calendar;
pub mod clocks;

/// The module.
#[krait_macros::pymodule(name = "time", parts = [super::clocks::clocks, super::calendar::calendar])]
pub mod time {}
