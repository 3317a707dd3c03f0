//! Object header, reference counting, allocator, collector, types and slots, thread state, abstract protocols, built-in types,
//! exceptions. Knows nothing of bytecode, frames or the evaluation loop (crate `interp`): it calls Python functions through their slots.

// `unsafe` is the business of this crate; what crosses its public API as safe must be safe.
#![deny(clippy::indexing_slicing)]

extern crate self as krait_runtime;

pub mod alloc;
pub mod args;
pub mod audit;
pub mod byte_store;
pub mod checking;
pub mod codecs;
pub mod error;
pub mod frame_hooks;
pub mod gc;
pub mod gil;
pub mod hooks;
#[cfg(test)]
mod layout;
pub mod lifecycle;
pub mod local;
pub mod memory;
pub mod module;
pub mod monitoring;
pub mod names;
pub mod number_blocks;
pub mod object;
pub mod object_list;
pub mod objects;
pub mod obmalloc;
pub mod prelude;
pub mod protocol;
pub mod py;
pub mod reference;
pub mod ret;
pub mod signals;
pub mod slots;
pub mod spare;
pub mod stack;
pub mod state;
pub mod suggest;
pub mod sync;
pub mod system;
#[cfg(test)]
pub mod testing;
pub mod thread;
pub mod thread_local;
pub mod threads;
pub mod time;
pub mod tracemalloc;

pub use alloc::{Traverse, Visitor, alloc_payload};
pub use error::{PyResult, Raised};
pub use object::{PyObject, PyVarObject, Static};
pub use py::Py;
pub use reference::{Layout, Member, PyClass, Ref};
