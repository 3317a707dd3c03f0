//! Frames, evaluation loop, specialisation, functions, generators, coroutines, calls, import core. Knows nothing of files, the
//! operating system or any library module: those are `modules/*`.

#![deny(clippy::indexing_slicing)]

pub mod call;
pub mod compile;
pub mod dispatch;
pub mod display;
mod elsewhere;
pub mod eval;
pub mod eval_breaker;
pub mod exception_table;
pub mod execute;
pub mod fault_dump;
pub mod frame;
pub mod frame_hooks;
pub mod frame_stack;
pub mod import;
pub mod instructions;
#[cfg(test)]
mod layout;
pub mod monitoring;
pub mod objects;
mod remote_script;
mod script;
pub mod specialize;
pub mod stackref;
pub mod terminal_line;
pub mod tracing;
pub mod unmarshal;
pub mod unwind;
pub mod warnings;
