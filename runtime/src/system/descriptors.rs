//! Open descriptors: reading, writing, positions, pipes, duplicates, copying between them, event and timer descriptors.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::{SysResult, Target, check, done, gather, scatter, system_calls};

system_calls! {
    /// `close`.
    fn close(fd: i32) -> i32;
    /// `dup`.
    fn dup(fd: i32) -> i32;
    /// `dup2`.
    fn dup2(fd: i32, to: i32) -> i32;
    /// `dup3`.
    fn dup3(fd: i32, to: i32, flags: i32) -> i32;
    /// `lseek`.
    fn lseek(fd: i32, offset: i64, whence: i32) -> i64;
    /// `fsync`.
    fn fsync(fd: i32) -> i32;
    /// `fdatasync`.
    fn fdatasync(fd: i32) -> i32;
    /// `lockf`.
    fn lockf(fd: i32, command: i32, length: i64) -> i32;
    /// `flock`.
    fn flock(fd: i32, operation: i32) -> i32;
    /// `eventfd`.
    fn eventfd(initial: u32, flags: i32) -> i32;
    /// `timerfd_create`.
    fn timerfd_create(clock: i32, flags: i32) -> i32;
    /// `isatty`; an error when it is none.
    fn isatty(fd: i32) -> i32;
}

/// `read`: how many bytes came.
pub fn read(fd: i32, out: Target<'_>) -> SysResult<usize> {
    // SAFETY: the kernel writes at most the length given.
    check(unsafe { libc::read(fd, out.as_ptr().cast(), out.len()) }).map(|n| n as usize)
}

/// `write`: how many bytes went.
pub fn write(fd: i32, bytes: &[u8]) -> SysResult<usize> {
    // SAFETY: the kernel reads at most the length given.
    check(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) }).map(|n| n as usize)
}

/// `pread`.
pub fn read_at(fd: i32, out: Target<'_>, offset: i64) -> SysResult<usize> {
    // SAFETY: the kernel writes at most the length given.
    check(unsafe { libc::pread(fd, out.as_ptr().cast(), out.len(), offset) }).map(|n| n as usize)
}

/// `pwrite`.
pub fn write_at(fd: i32, bytes: &[u8], offset: i64) -> SysResult<usize> {
    // SAFETY: the kernel reads at most the length given.
    check(unsafe { libc::pwrite(fd, bytes.as_ptr().cast(), bytes.len(), offset) }).map(|n| n as usize)
}

/// `readv`.
pub fn read_scattered(fd: i32, out: &[Target<'_>]) -> SysResult<usize> {
    let parts = scatter(out);
    // SAFETY: each part is memory that outlives the call.
    check(unsafe { libc::readv(fd, parts.as_ptr(), parts.len() as i32) }).map(|n| n as usize)
}

/// `writev`.
pub fn write_gathered(fd: i32, sources: &[&[u8]]) -> SysResult<usize> {
    let parts = gather(sources);
    // SAFETY: each part is memory that outlives the call and is only read.
    check(unsafe { libc::writev(fd, parts.as_ptr(), parts.len() as i32) }).map(|n| n as usize)
}

/// `preadv2`.
pub fn read_scattered_at(fd: i32, out: &[Target<'_>], offset: i64, flags: i32) -> SysResult<usize> {
    let parts = scatter(out);
    // SAFETY: each part is memory that outlives the call.
    check(unsafe { libc::preadv2(fd, parts.as_ptr(), parts.len() as i32, offset, flags) }).map(|n| n as usize)
}

/// `pwritev2`.
pub fn write_gathered_at(fd: i32, sources: &[&[u8]], offset: i64, flags: i32) -> SysResult<usize> {
    let parts = gather(sources);
    // SAFETY: each part is memory that outlives the call and is only read.
    check(unsafe { libc::pwritev2(fd, parts.as_ptr(), parts.len() as i32, offset, flags) })
        .map(|n| n as usize)
}

/// `pipe2`: the reading and the writing end.
pub fn pipe(flags: i32) -> SysResult<(i32, i32)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors.
    done(unsafe { libc::pipe2(ends.as_mut_ptr(), flags) })?;
    Ok((ends[0], ends[1]))
}

/// `fcntl` with a number as argument.
pub fn control(fd: i32, command: i32, argument: i64) -> SysResult<i32> {
    // SAFETY: the commands that take a pointer are refused by `control_with`'s caller having to give one: a number that is not an
    // address makes the kernel say EFAULT.
    check(unsafe { libc::fcntl(fd, command, argument) })
}

/// `fcntl` with a structure, which the kernel may change. The memory is larger than any structure that a command takes.
pub fn control_with(fd: i32, command: i32, argument: &mut [u8; 1032]) -> SysResult<i32> {
    // SAFETY: the memory is writable and large enough.
    check(unsafe { libc::fcntl(fd, command, argument.as_mut_ptr()) })
}

/// Whether a child process that executes another program keeps the descriptor.
pub fn is_inheritable(fd: i32) -> SysResult<bool> {
    Ok(control(fd, libc::F_GETFD, 0)? & libc::FD_CLOEXEC == 0)
}

/// Sets that.
pub fn set_inheritable(fd: i32, inheritable: bool) -> SysResult {
    let flags = control(fd, libc::F_GETFD, 0)?;
    let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
    if wanted != flags {
        control(fd, libc::F_SETFD, i64::from(wanted))?;
    }
    Ok(())
}

/// Sets or removes `O_NONBLOCK`.
pub fn set_blocking(fd: i32, blocking: bool) -> SysResult {
    let flags = control(fd, libc::F_GETFL, 0)?;
    let wanted = if blocking { flags & !libc::O_NONBLOCK } else { flags | libc::O_NONBLOCK };
    if wanted != flags {
        control(fd, libc::F_SETFL, i64::from(wanted))?;
    }
    Ok(())
}

/// Closes a range of descriptors; errors do not matter.
pub fn close_range(low: i32, high: i32) {
    if low > high {
        return;
    }
    // SAFETY: only numbers.
    unsafe {
        if libc::syscall(libc::SYS_close_range, low, high, 0) == 0 {
            return;
        }
        let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(0, 1 << 20) as i32;
        for fd in low..=high.min(most) {
            libc::close(fd);
        }
    }
}

/// `sendfile`; `offset` moves on when given.
pub fn send_file(to: i32, from: i32, offset: Option<&mut i64>, count: usize) -> SysResult<usize> {
    let offset = offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: `offset` is null or a number that the call may change.
    check(unsafe { libc::sendfile(to, from, offset, count) }).map(|n| n as usize)
}

/// `copy_file_range`.
pub fn copy_range(
    from: i32,
    from_offset: Option<&mut i64>,
    to: i32,
    to_offset: Option<&mut i64>,
    count: usize,
) -> SysResult<usize> {
    let from_offset = from_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let to_offset = to_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the offsets are null or numbers that the call may change.
    check(unsafe { libc::copy_file_range(from, from_offset, to, to_offset, count, 0) }).map(|n| n as usize)
}

/// `splice`.
pub fn splice(
    from: i32,
    from_offset: Option<&mut i64>,
    to: i32,
    to_offset: Option<&mut i64>,
    count: usize,
    flags: u32,
) -> SysResult<usize> {
    let from_offset = from_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    let to_offset = to_offset.map_or(core::ptr::null_mut(), core::ptr::from_mut);
    // SAFETY: the offsets are null or numbers that the call may change.
    check(unsafe { libc::splice(from, from_offset, to, to_offset, count, flags) }).map(|n| n as usize)
}

/// `posix_fadvise`.
pub fn advise(fd: i32, offset: i64, length: i64, advice: i32) -> SysResult {
    // SAFETY: only numbers.
    match unsafe { libc::posix_fadvise(fd, offset, length, advice) } {
        0 => Ok(()),
        error => Err(super::Errno(error)),
    }
}

/// `posix_fallocate`.
pub fn allocate(fd: i32, offset: i64, length: i64) -> SysResult {
    // SAFETY: only numbers.
    match unsafe { libc::posix_fallocate(fd, offset, length) } {
        0 => Ok(()),
        error => Err(super::Errno(error)),
    }
}

/// `timerfd_settime`: the old setting.
pub fn set_timer(fd: i32, flags: i32, new: &libc::itimerspec) -> SysResult<libc::itimerspec> {
    let mut old = MaybeUninit::zeroed();
    // SAFETY: both structures are whole; zero bytes are a valid one.
    unsafe {
        done(libc::timerfd_settime(fd, flags, new, old.as_mut_ptr()))?;
        Ok(old.assume_init())
    }
}

/// `timerfd_gettime`.
pub fn get_timer(fd: i32) -> SysResult<libc::itimerspec> {
    let mut now = MaybeUninit::zeroed();
    // SAFETY: as above.
    unsafe {
        done(libc::timerfd_gettime(fd, now.as_mut_ptr()))?;
        Ok(now.assume_init())
    }
}

/// `sync`.
pub fn sync_all() {
    // SAFETY: takes nothing.
    unsafe { libc::sync() }
}

/// `ioctl` with a number as argument.
pub fn device_control(fd: i32, request: u64, argument: i64) -> SysResult<i32> {
    // SAFETY: a number that is not an address makes the kernel say EFAULT.
    check(unsafe { libc::ioctl(fd, request, argument) })
}

/// `ioctl` with memory that the kernel may change.
pub fn device_control_with(fd: i32, request: u64, argument: Target<'_>) -> SysResult<i32> {
    // SAFETY: the memory is writable; that it is large enough for the request is what the caller of `fcntl.ioctl` vouches for, as in C.
    check(unsafe { libc::ioctl(fd, request, argument.as_ptr()) })
}

/// The name of a device that is a terminal.
pub fn open_cloexec(path: &CStr, flags: i32) -> SysResult<i32> {
    super::files::openat(libc::AT_FDCWD, path, flags | libc::O_CLOEXEC, 0)
}

/// Locks or unlocks a part of a file by `fcntl`; `wait`: until it can be had.
pub fn lock_range(fd: i32, wait: bool, kind: i32, whence: i32, start: i64, len: i64) -> SysResult {
    let lock = libc::flock {
        l_type: kind as libc::c_short,
        l_whence: whence as libc::c_short,
        l_start: start,
        l_len: len,
        l_pid: 0,
    };
    let command = if wait { libc::F_SETLKW } else { libc::F_SETLK };
    // SAFETY: the structure is whole.
    done(unsafe { libc::fcntl(fd, command, &raw const lock) })
}
