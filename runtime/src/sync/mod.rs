//! Waiting for other threads: parking (`parker.rs`, `parking_lot.rs`) and the locks made of it (`lock.rs`). Not here: the GIL
//! (`gil.rs`).

pub mod event;
pub mod lock;
pub mod parker;
pub mod parking_lot;
pub mod wait_queue;

pub use event::Event;
pub use lock::{RawLock, RecursiveLock, Timeout};
pub use wait_queue::WaitQueue;
