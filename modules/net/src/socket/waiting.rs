//! Waiting for a socket within its timeout, and repeating calls that signals interrupt.

use krait_runtime::prelude::*;
use krait_runtime::system::network as system;
use krait_runtime::system::poll::{PollFd, poll_for};
use krait_runtime::system::time::clock;
use krait_runtime::system::{Errno, SysResult};

/// Nanoseconds of the monotonic clock.
pub fn now() -> i128 {
    clock(libc::CLOCK_MONOTONIC).unwrap_or_default()
}

/// What ends a wait: the time (`None`: never), counted from when it began.
#[derive(Clone, Copy)]
pub struct Limit(Option<i128>);

impl Limit {
    /// From a socket's timeout, negative: none.
    pub fn new(timeout: i64) -> Limit {
        Limit((timeout > 0).then(|| now() + i128::from(timeout)))
    }

    /// What is left; `None`: no limit; negative: over.
    fn left(self) -> Option<i64> {
        self.0.map(|deadline| i64::try_from(deadline - now()).unwrap_or(i64::MAX))
    }
}

/// "timed out".
#[cold]
pub fn timed_out(py: Py<'_>) -> Raised {
    raise!(py, TimeoutError, "timed out")
}

/// Waits until the socket can be read or written; false when time is up.
pub fn wait(py: Py<'_>, fd: i32, events: i16, limit: Limit) -> PyResult<bool> {
    if fd < 0 {
        // A closed socket: the call itself says so.
        return Ok(true);
    }
    loop {
        let left = limit.left();
        if left.is_some_and(|left| left < 0) {
            return Ok(false);
        }
        let mut entry = [PollFd { fd, events, revents: 0 }];
        match py.detach(|| poll_for(&mut entry, left)) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(Errno(libc::EINTR)) => py.check_signals()?,
            Err(error) => return Err(py.raise_errno(error.0)),
        }
    }
}

/// Makes a call on a socket: with a timeout only when the socket is ready. A socket that never waits keeps the GIL. The outer error is
/// raised already.
pub fn call<T>(
    py: Py<'_>,
    fd: i32,
    timeout: i64,
    limit: Limit,
    writing: bool,
    mut call: impl FnMut() -> SysResult<T>,
) -> PyResult<T> {
    let events = if writing { libc::POLLOUT } else { libc::POLLIN };
    loop {
        if timeout > 0 && !wait(py, fd, events, limit)? {
            return Err(timed_out(py));
        }
        loop {
            match if timeout == 0 { call() } else { py.detach(&mut call) } {
                Ok(value) => return Ok(value),
                Err(Errno(libc::EINTR)) => py.check_signals()?,
                // Ready no more: somebody else was faster.
                Err(Errno(libc::EAGAIN)) if timeout > 0 => break,
                Err(error) => return Err(py.raise_errno(error.0)),
            }
        }
    }
}

/// Sends a little at once, under the GIL: mostly there is room, and the call takes less time than to give the GIL away and to get
/// it back, for which the threads of a busy server queue. `None`: it would have to wait, or it is not little.
pub fn send_at_once(py: Py<'_>, fd: i32, timeout: i64, bytes: &[u8], flags: i32) -> PyResult<Option<usize>> {
    const LITTLE: usize = 64 << 10;
    if timeout >= 0 || bytes.len() > LITTLE {
        return Ok(None);
    }
    match system::send(fd, bytes, flags | libc::MSG_DONTWAIT) {
        Ok(sent) => Ok(Some(sent)),
        Err(Errno(libc::EAGAIN | libc::EINTR)) => Ok(None),
        Err(error) => Err(py.raise_errno(error.0)),
    }
}
