//! The types of running code: code objects, functions, frames, generators and kin, tracebacks.

pub mod async_generator;
pub mod code;
pub mod code_constants;
mod code_methods;
pub mod code_positions;
pub mod coroutine;
pub mod frame;
mod frame_jump;
pub mod frame_locals;
pub mod function;
pub mod generator;
mod startup;
pub mod stderr_printer;
pub mod traceback;

pub use code::PyCode;
pub use frame::PyFrame;
pub use function::PyFunction;
pub use generator::{PyAsyncGen, PyCoroutine, PyGen};
pub use startup::init;
pub use traceback::PyTraceback;
