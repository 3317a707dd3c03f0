//! Module `posix`, by theme: parameters, files, directories, descriptors, processes, terminals, configuration.

pub mod arguments;
pub mod configuration;
pub mod constants;
pub mod descriptors;
pub mod directory;
pub mod environment;
pub mod files;
pub mod paths;
pub mod process;
pub mod scheduling;
pub mod sequences;
pub mod spawn;
pub mod stat;
pub mod terminal;
pub mod users;
pub mod xattr;

/// The module.
#[krait_macros::pymodule(name = "posix", parts = [
    super::constants::constants,
    super::configuration::configuration,
    super::stat::stat,
    super::files::files,
    super::directory::directory,
    super::paths::paths,
    super::descriptors::descriptors,
    super::environment::environment,
    super::process::process,
    super::spawn::spawn,
    super::scheduling::scheduling,
    super::users::users,
    super::terminal::terminal,
    super::xattr::xattr,
])]
pub mod posix {}
