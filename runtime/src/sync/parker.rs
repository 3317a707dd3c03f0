//! Where one thread sleeps until another wakes it, its deadline passes or a signal comes in. Linux futexes, because what `std`
//! offers goes on sleeping through signals.

use core::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

const EMPTY: u32 = 0;
const NOTIFIED: u32 = 1;

/// Why a sleep ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wake {
    /// Somebody called [`Parker::unpark`].
    Notified,
    /// The deadline has passed.
    TimedOut,
    /// A signal handler ran on this thread.
    Interrupted,
}

/// A one-place token: [`Parker::unpark`] puts it there, [`Parker::park`] waits for it and takes it.
#[derive(Default)]
pub struct Parker(AtomicU32);

impl Parker {
    /// Without token.
    pub const fn new() -> Parker {
        Parker(AtomicU32::new(EMPTY))
    }

    /// Waits for the token.
    pub fn park(&self, deadline: Option<Instant>) -> Wake {
        loop {
            if self.0.compare_exchange(NOTIFIED, EMPTY, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return Wake::Notified;
            }
            let mut timeout = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            if let Some(deadline) = deadline {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Wake::TimedOut;
                }
                timeout.tv_sec = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
                timeout.tv_nsec = i64::from(left.subsec_nanos());
            }
            let timeout_ptr = if deadline.is_some() { &raw const timeout } else { core::ptr::null() };
            // SAFETY: the word outlives the call; the timeout is a valid timespec or null.
            let r = unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.0.as_ptr(),
                    libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                    EMPTY,
                    timeout_ptr,
                )
            };
            if r < 0
                && std::io::Error::last_os_error().raw_os_error() == Some(libc::EINTR)
                && self.0.load(Ordering::Relaxed) == EMPTY
            {
                return Wake::Interrupted;
            }
        }
    }

    /// Puts the token there and wakes the thread that waits for it.
    pub fn unpark(&self) {
        if self.0.swap(NOTIFIED, Ordering::Release) == EMPTY {
            // SAFETY: the word is alive; waking nobody is harmless.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    self.0.as_ptr(),
                    libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                    1,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn token_and_deadline() {
        let parker = Arc::new(Parker::new());
        let soon = Instant::now() + Duration::from_millis(10);
        assert_eq!(parker.park(Some(soon)), Wake::TimedOut);
        assert!(Instant::now() >= soon);
        parker.unpark();
        assert_eq!(parker.park(None), Wake::Notified);
        let other = Arc::clone(&parker);
        let waker = std::thread::spawn(move || other.unpark());
        assert_eq!(parker.park(None), Wake::Notified);
        assert!(waker.join().is_ok());
    }
}
