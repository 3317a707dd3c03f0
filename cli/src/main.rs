//! The `krait` executable: takes `python3`'s place on the command line.

#![cfg_attr(not(test), no_main)]
#![cfg_attr(test, allow(dead_code))]

mod environment;
mod options;
mod paths;
mod prompt;
mod run;
mod startup;
mod streams;

use std::io::Write;

use options::Parsed;

#[cfg(not(test))]
krait_runtime::entry_point!(start);

fn start(arguments: Vec<Vec<u8>>) -> i32 {
    let (mut config, run) = match options::parse(&arguments) {
        Parsed::Run(parsed) => *parsed,
        Parsed::Print(text) => {
            return if std::io::stdout().write_all(text.as_bytes()).is_ok() { 0 } else { 1 };
        }
        Parsed::Usage(text) => {
            eprint!("{text}");
            return 2;
        }
    };
    let program = arguments.first().cloned().unwrap_or_default();
    let prepared = environment::apply(&mut config).and_then(|()| paths::find(&mut config, &program));
    if let Err(message) = prepared {
        let phase = if message.starts_with("preconfig") { "preinitializing" } else { "preinitialized" };
        eprintln!("Fatal Python error: {message}\nPython runtime state: {phase}\n");
        return 1;
    }
    let py = match startup::start(config) {
        Ok(py) => py,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("Fatal Python error: {message}");
            }
            return 1;
        }
    };
    let status = run::run(py, &run);
    let flushed = krait_runtime::lifecycle::finish(py, krait_interp::display::unraisable);
    leave(status, flushed)
}

/// The process's end: an unhandled Ctrl-C ends it by the signal, so that a shell sees it; a failed flush gives status 120.
fn leave(status: i32, flushed: i32) -> i32 {
    if status == run::INTERRUPTED {
        krait_runtime::signals::die_of_interrupt();
    }
    if flushed != 0 { 120 } else { status }
}
