//! The engine of `_sre`: runs the code lists that `re._compiler` emits over code units. Knows no Python object.
//!
//! `Program::new` checks a code list and lowers it; `search`, `match_at` and `fullmatch` run it with a `State`
//! that can be reused from one match to the next.

pub mod charclass;
mod charset;
mod first;
mod lower;
mod machine;
mod opcodes;
mod program;
mod search;
mod state;
mod subject;

pub use opcodes::{CODE_SIZE, MAGIC, MAX_GROUPS, MAX_REPEAT};
pub use program::{Invalid, Program};
pub use search::{Request, fullmatch, match_at, search};
pub use state::{Abort, Interrupted, State};
pub use subject::Subject;

#[cfg(test)]
mod tests;
