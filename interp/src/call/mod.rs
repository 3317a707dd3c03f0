//! Calls of Python functions: binding arguments to parameters, pushing frames, calling from outside the loop.

mod bind;
mod errors;
mod generator;
mod init;
mod push;
mod vector;

pub(crate) use bind::bind;
pub use init::init_cleanup;
pub use push::{push_function, push_function_ex};
pub use vector::{call_slots, function_vectorcall, run_function};
