//! The instructions' bodies, one small function each, in files by theme. A body gets the machine state with `ip` past its own
//! unit and says what comes next; it pops and pushes as the instruction table says.

mod load_store;

pub use load_store::*;
