//! Waiting for descriptors: `select`, `poll`, `epoll`.

use core::mem::MaybeUninit;

use super::{SysResult, check, done, system_calls};

pub use libc::{epoll_event as EpollEvent, pollfd as PollFd};

system_calls! {
    /// `epoll_create1`.
    fn epoll_create1(flags: i32) -> i32;
}

/// `poll`; the timeout in milliseconds, negative: none. How many descriptors have something to tell.
pub fn poll(fds: &mut [PollFd], timeout: i32) -> SysResult<usize> {
    // SAFETY: the length is the slice's.
    check(unsafe { libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout) }).map(|n| n as usize)
}

/// `ppoll` without a signal mask: the timeout in nanoseconds, `None`: no limit.
pub fn poll_for(fds: &mut [PollFd], timeout: Option<i64>) -> SysResult<usize> {
    let limit = timeout.map(|ns| {
        let ns = ns.max(0);
        libc::timespec { tv_sec: ns / 1_000_000_000, tv_nsec: ns % 1_000_000_000 }
    });
    let limit = limit.as_ref().map_or(core::ptr::null(), core::ptr::from_ref);
    // SAFETY: the length is the slice's; the limit is null or whole.
    check(unsafe { libc::ppoll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, limit, core::ptr::null()) })
        .map(|n| n as usize)
}

/// How many descriptors a [`FdSet`] can hold.
pub const SET_SIZE: i32 = libc::FD_SETSIZE as i32;

/// `fd_set`.
#[derive(Clone, Copy)]
pub struct FdSet(libc::fd_set);

impl Default for FdSet {
    fn default() -> Self {
        let mut set = MaybeUninit::uninit();
        // SAFETY: `FD_ZERO` fills it.
        unsafe {
            libc::FD_ZERO(set.as_mut_ptr());
            FdSet(set.assume_init())
        }
    }
}

impl FdSet {
    /// Adds a descriptor; false when it is too large.
    pub fn insert(&mut self, fd: i32) -> bool {
        let fits = (0..SET_SIZE).contains(&fd);
        if fits {
            // SAFETY: within the set.
            unsafe { libc::FD_SET(fd, &raw mut self.0) };
        }
        fits
    }

    /// Whether it holds a descriptor.
    pub fn contains(&self, fd: i32) -> bool {
        // SAFETY: within the set.
        (0..SET_SIZE).contains(&fd) && unsafe { libc::FD_ISSET(fd, &raw const self.0) }
    }
}

/// `select`; the timeout in microseconds, `None`: no limit.
pub fn select(most: i32, sets: &mut [FdSet; 3], timeout: Option<i64>) -> SysResult {
    let mut limit = timeout.map(|us| libc::timeval { tv_sec: us / 1_000_000, tv_usec: us % 1_000_000 });
    let limit = limit.as_mut().map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let [read, write, except] = sets;
    // SAFETY: whole sets; `most` is at most their size.
    done(unsafe {
        libc::select(most.clamp(0, SET_SIZE), &raw mut read.0, &raw mut write.0, &raw mut except.0, limit)
    })
}

/// `epoll_ctl`.
pub fn epoll_control(epoll: i32, operation: i32, fd: i32, events: u32) -> SysResult {
    let mut event = EpollEvent { events, u64: fd as u32 as u64 };
    // SAFETY: the structure is whole.
    done(unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) })
}

/// `epoll_wait`: (descriptor, events) pairs; the timeout in milliseconds, negative: none.
pub fn epoll_wait(epoll: i32, most: usize, timeout: i32) -> SysResult<Vec<(i32, u32)>> {
    let mut events = vec![EpollEvent { events: 0, u64: 0 }; most];
    // SAFETY: room for `most` structures.
    let n = check(unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), most as i32, timeout) })?;
    Ok(events.iter().take(n as usize).map(|e| (e.u64 as i32, e.events)).collect())
}
