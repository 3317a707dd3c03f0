//! Native modules posix, errno, time, _signal, fcntl and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod errno;
pub mod fcntl;
pub mod locale;
pub mod mmap;
pub mod posix;
pub mod posixsubprocess;
pub mod readline;
pub mod resource;
pub mod select;
pub mod shared_memory;
pub mod signal;
pub mod stat;
pub mod syslog;
pub mod termios;
pub mod time;
pub mod user_database;
pub mod uuid;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &errno::errno::MODULE,
    &locale::locale::MODULE,
    &mmap::mmap::MODULE,
    &posix::posix::MODULE,
    &readline::readline::MODULE,
    &resource::resource::MODULE,
    &signal::signal::MODULE,
    &fcntl::fcntl::MODULE,
    &posixsubprocess::posixsubprocess::MODULE,
    &select::select::MODULE,
    &shared_memory::posixshmem::MODULE,
    &shared_memory::multiprocessing::MODULE,
    &syslog::syslog::MODULE,
    &termios::termios::MODULE,
    &user_database::grp::MODULE,
    &user_database::pwd::MODULE,
    &uuid::uuid::MODULE,
    &stat::stat::MODULE,
    &time::time::MODULE,
];
