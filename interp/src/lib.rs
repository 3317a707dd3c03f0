//! Frames, evaluation loop, specialisation, functions, generators, coroutines, calls, import core. Knows nothing of files, the
//! operating system or any library module: those are `modules/*`.

#![deny(clippy::indexing_slicing)]

pub mod dispatch;
pub mod frame;
pub mod instructions;
pub mod objects;
pub mod stackref;
pub mod unwind;
