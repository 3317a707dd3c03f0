//! The interactive prompt: the library's `_pyrepl` on a terminal, else `code.interact`-like reading of lines from standard input.

use krait_interp::import::import_module;
use krait_runtime::prelude::*;

use crate::run::report;

/// The prompt of a `krait` without program. Gives the exit status.
pub fn interactive(py: Py<'_>) -> i32 {
    let quiet = py.interp().config.borrow().quiet > 0;
    if !quiet {
        eprint!(
            "Python {} on {}\nType \"help\", \"copyright\", \"credits\" or \"license\" for more information.\n",
            krait_mod_sys::VERSION,
            std::env::consts::OS
        );
    }
    finish(py, start(py))
}

/// The prompt after a program that ran under `-i`.
pub fn after_program(py: Py<'_>) -> i32 {
    finish(py, start(py))
}

fn finish(py: Py<'_>, outcome: PyResult<()>) -> i32 {
    match outcome {
        Ok(()) => 0,
        Err(raised) => report(py, raised),
    }
}

/// `_pyrepl.main.interactive_console`, which itself falls back to `code.interact` where there is no terminal.
fn start(py: Py<'_>) -> PyResult<()> {
    let module = import_module(py, "_pyrepl.main")?;
    let function = module.get_attr(py, id!(py, "interactive_console"))?;
    function.call(py, &[]).map(drop)
}
