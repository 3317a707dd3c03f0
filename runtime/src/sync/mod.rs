//! Waiting for other threads: parking (`parker.rs`, `parking_lot.rs`) and the locks made of it (`lock.rs`). Not here: the GIL
//! (`gil.rs`).

pub mod lock;
pub mod parker;
pub mod parking_lot;

pub use lock::{RawLock, RecursiveLock, Timeout};
