//! Native modules _thread, _queue, _asyncio, _contextvars, _interpreters and kin.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod asyncio;
pub mod contextvars;
pub mod interpreter_queues;
pub mod interpreters;
pub mod queue;
pub mod thread;

/// The modules of this crate.
pub static MODULES: &[&krait_runtime::module::ModuleDef] = &[
    &thread::thread::MODULE,
    &contextvars::contextvars::MODULE,
    &queue::queue::MODULE,
    &asyncio::asyncio::MODULE,
    &interpreters::interpreters::MODULE,
    &interpreter_queues::interpqueues::MODULE,
];
