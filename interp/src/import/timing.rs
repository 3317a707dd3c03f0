//! `-X importtime`: what every import takes, written to standard error as it ends.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use krait_runtime::objects::PyStr;
use krait_runtime::prelude::*;

/// Whether the heading has been written.
static HEADING: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// How many imports are under way.
    static LEVEL: Cell<usize> = const { Cell::new(0) };
    /// Microseconds in imports that ended inside the one under way.
    static INNER: Cell<i64> = const { Cell::new(0) };
}

fn heading() {
    if !HEADING.swap(true, Ordering::Relaxed) {
        stderr_line!("import time: self [us] | cumulative | imported package");
    }
}

/// Runs an import and reports it.
pub fn timed<T>(name: &PyStr, import: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    heading();
    let outer = INNER.replace(0);
    LEVEL.set(LEVEL.get() + 1);
    let start = Instant::now();
    let outcome = import();
    let whole = i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX);
    let level = LEVEL.get().saturating_sub(1);
    LEVEL.set(level);
    let own = whole.saturating_sub(INNER.get());
    stderr_line!("import time: {own:>9} | {whole:>10} | {:1$}{name}", "", level * 2);
    INNER.set(outer.saturating_add(whole));
    outcome
}

/// `-X importtime=2` tells of imports that found the module loaded.
pub fn report_cached(name: &PyStr) {
    heading();
    let name = name.to_string_lossy();
    stderr_line!("import time: cached    | cached     | {name:>0$}", LEVEL.get() * 2);
}
