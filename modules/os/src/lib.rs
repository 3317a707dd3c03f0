//! Native modules posix, errno, time, _signal, fcntl and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod errno;
pub mod posix;
pub mod resource;
pub mod signal;
pub mod stat;
pub mod time;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &errno::errno::MODULE,
    &posix::posix::MODULE,
    &resource::resource::MODULE,
    &signal::signal::MODULE,
    &stat::stat::MODULE,
    &time::time::MODULE,
];
