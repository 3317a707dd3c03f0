//! What the `krait` executable is made of: options, environment, start-up, running a program, the prompt. The executable itself only
//! calls [`main`]; fuzz targets take an interpreter from [`interpreter`].

mod environment;
mod options;
mod paths;
mod prompt;
mod run;
mod startup;
mod streams;

use std::io::Write;

use krait_runtime::prelude::*;
use krait_runtime::state::Config;

use options::Parsed;

/// The whole life of the process: its arguments, its exit status.
pub fn main(arguments: Vec<Vec<u8>>) -> i32 {
    let (config, run) = match options::parse(&arguments) {
        Parsed::Run(parsed) => *parsed,
        Parsed::Print(text) => {
            // Whether it arrives is no matter of the exit status.
            let _ = std::io::stdout().write_all(text.as_bytes());
            return 0;
        }
        Parsed::Usage(text) => {
            stderr_text!("{text}");
            return 2;
        }
    };
    let Some(py) = bring_up(config, &arguments) else { return 1 };
    let status = run::run(py, &run);
    let show_allocations = py.interp().config.borrow().malloc_stats;
    let flushed = krait_runtime::lifecycle::finish(py, krait_interp::display::unraisable);
    if show_allocations {
        stderr_text!("{}", krait_runtime::obmalloc::report());
    }
    leave(status, flushed)
}

/// The process's end: an unhandled Ctrl-C ends it by the signal, so that a shell sees it; a failed flush gives status 120.
fn leave(status: i32, flushed: i32) -> i32 {
    if status == run::INTERRUPTED {
        krait_runtime::signals::die_of_interrupt();
    }
    if flushed != 0 { 120 } else { status }
}

/// An interpreter for a program that is not the executable, with options as on a command line (without the name in front).
pub fn interpreter(options: &[&str]) -> Option<Py<'static>> {
    let names = ["krait"].iter().chain(options).chain(&["-"]);
    let arguments: Vec<Vec<u8>> = names.map(|text| text.as_bytes().to_vec()).collect();
    match options::parse(&arguments) {
        Parsed::Run(parsed) => bring_up(parsed.0, &arguments),
        _ => None,
    }
}

/// The interpreter; what stands in its way is written to standard error.
fn bring_up(mut config: Config, arguments: &[Vec<u8>]) -> Option<Py<'static>> {
    let program = arguments.first().cloned().unwrap_or_default();
    let prepared = environment::apply(&mut config).and_then(|()| paths::find(&mut config, &program));
    if let Err(message) = prepared {
        let phase = if message.starts_with("preconfig") { "preinitializing" } else { "preinitialized" };
        stderr_line!("Fatal Python error: {message}\nPython runtime state: {phase}\n");
        return None;
    }
    match startup::start(config) {
        Ok(py) => Some(py),
        Err(message) => {
            if !message.is_empty() {
                stderr_line!("Fatal Python error: {message}");
            }
            None
        }
    }
}
