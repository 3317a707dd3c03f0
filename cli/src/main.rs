//! The `krait` executable: command line, start-up, end.

mod command_line;
mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Python code recurses natively in places (calls through slots): give it the stack CPython's users are used to.
    let worker =
        std::thread::Builder::new().name("MainThread".to_owned()).stack_size(64 << 20).spawn(run::main);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(status)) => ExitCode::from(status as u8),
        Ok(Err(_)) => ExitCode::from(1),
        Err(error) => {
            eprintln!("krait: cannot start the main thread: {error}");
            ExitCode::from(1)
        }
    }
}
