//! What the runtime itself does with signals. Not here: module `_signal` (crate `modules/os`).

/// Ends the process by SIGINT with its default action, as an unhandled `KeyboardInterrupt` does.
pub fn die_of_interrupt() {
    // SAFETY: restores the default action and raises the signal on this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}
