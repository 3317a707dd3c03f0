//! The executable's entry point, without what Rust's own does before `main`: closed standard files stay closed (Python makes them
//! `None`), and signals are left to module `_signal`, but for SIGPIPE, which is ignored.

use core::ffi::{CStr, c_char, c_int};

/// Runs `start` with the command line's words and ends the process with its status.
///
/// # Safety
/// `argv` is the array that the system handed to `main`.
pub unsafe fn run(argc: c_int, argv: *const *const c_char, start: fn(Vec<Vec<u8>>) -> i32) -> c_int {
    // SAFETY: no other thread runs yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    share_one_arena();
    let words = (0..usize::try_from(argc).unwrap_or(0)).filter_map(|i| {
        // SAFETY: by contract; the array has `argc` C strings.
        unsafe {
            let word = *argv.add(i);
            (!word.is_null()).then(|| CStr::from_ptr(word).to_bytes().to_vec())
        }
    });
    let status = start(words.collect());
    std::process::exit(status)
}

/// Has all threads allocate from one heap. With one for each of them, as is the C library's way, memory that one thread frees is of no
/// use to the next: a server that begins a thread for each connection grew for minutes. Threads seldom allocate without the GIL, so
/// they do not wait for each other. The environment variable with which users set the number keeps its effect.
fn share_one_arena() {
    #[cfg(target_env = "gnu")]
    if std::env::var_os("MALLOC_ARENA_MAX").is_none() {
        // SAFETY: sets a number in the C library's allocator.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
}

/// Whether a file descriptor is open.
pub fn is_open(fd: i32) -> bool {
    // SAFETY: only asks.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Defines the C `main` of an executable (which says `#![no_main]`).
#[macro_export]
macro_rules! entry_point {
    ($start:path) => {
        /// The C entry point.
        #[unsafe(no_mangle)]
        #[allow(clippy::not_unsafe_ptr_arg_deref, reason = "only the system calls it")]
        pub extern "C" fn main(
            argc: ::core::ffi::c_int,
            argv: *const *const ::core::ffi::c_char,
        ) -> ::core::ffi::c_int {
            // SAFETY: the system calls this with its argument array.
            unsafe { $crate::system::entry::run(argc, argv, $start) }
        }
    };
}

/// An environment variable as it is now: Python code may have changed it through the C library, which `std::env` does not mind either.
pub fn variable(name: &CStr) -> Option<Vec<u8>> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    std::env::var_os(std::ffi::OsStr::from_bytes(name.to_bytes())).map(OsStringExt::into_vec)
}
