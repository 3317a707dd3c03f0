//! The pure-Python standard library, carried inside the executable: an archive of files, the modules that start-up
//! needs, and where the files stand on disk. Knows nothing of Python objects; a failure is an `io::Error`.
//! Where the files come from and what is done to them is the build step's business (`build.rs`).

#![forbid(unsafe_code)]

mod archive;
mod frozen;
mod layout;

pub use archive::{File, VERSION_KEY, files, lookup};
pub use frozen::{FrozenModule, find_frozen, frozen_modules};
pub use layout::{LIBRARY_FOLDER, beside_executable, ensure_laid_out};
