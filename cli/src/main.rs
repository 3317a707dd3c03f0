//! The `krait` executable: takes `python3`'s place on the command line.

mod environment;
mod options;
mod prompt;
mod run;
mod startup;

use std::io::Write;
use std::os::unix::ffi::OsStringExt;

use options::Parsed;

fn main() {
    std::process::exit(start());
}

fn start() -> i32 {
    let arguments: Vec<Vec<u8>> = std::env::args_os().map(OsStringExt::into_vec).collect();
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
    let prepared = environment::apply(&mut config).and_then(|()| environment::paths(&mut config, &program));
    if let Err(message) = prepared {
        eprintln!("Fatal Python error: config_init: {message}\nPython runtime state: preinitialized\n");
        return 1;
    }
    let py = match startup::start(config) {
        Ok(py) => py,
        Err(message) => {
            eprintln!("Fatal Python error: {message}");
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
