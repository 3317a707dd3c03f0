//! File descriptors as plain numbers, as Python handles them. Errors are errno values; nothing here retries or touches Python objects.

use core::ffi::CStr;
use core::mem::MaybeUninit;

/// A result whose error is an errno.
pub type SysResult<T> = Result<T, i32>;

fn errno() -> i32 {
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn checked(result: isize) -> SysResult<usize> {
    usize::try_from(result).map_err(|_| errno())
}

/// What one call can read or write at most.
pub const MOST: usize = isize::MAX as usize;

/// `open(2)`.
pub fn open(path: &CStr, flags: i32, mode: u32) -> SysResult<i32> {
    // SAFETY: a NUL-terminated path.
    let fd = unsafe { libc::open(path.as_ptr(), flags, mode) };
    if fd < 0 { Err(errno()) } else { Ok(fd) }
}

/// `close(2)`.
pub fn close(fd: i32) -> SysResult<()> {
    // SAFETY: any number may be given; a wrong one is EBADF.
    if unsafe { libc::close(fd) } < 0 { Err(errno()) } else { Ok(()) }
}

/// `read(2)`.
pub fn read(fd: i32, into: &mut [u8]) -> SysResult<usize> {
    // SAFETY: the slice is writable memory of that length.
    checked(unsafe { libc::read(fd, into.as_mut_ptr().cast(), into.len().min(MOST)) })
}

/// `read(2)` to the end of `into`, at most `most` bytes.
pub fn read_more(fd: i32, into: &mut Vec<u8>, most: usize) -> SysResult<usize> {
    if into.try_reserve(most).is_err() {
        return Err(libc::ENOMEM);
    }
    let spare = into.spare_capacity_mut();
    let room = spare.len().min(most).min(MOST);
    // SAFETY: the spare room is writable memory of that length; what was read is initialised.
    unsafe {
        let n = checked(libc::read(fd, spare.as_mut_ptr().cast(), room))?;
        into.set_len(into.len() + n);
        Ok(n)
    }
}

/// `write(2)`.
pub fn write(fd: i32, bytes: &[u8]) -> SysResult<usize> {
    // SAFETY: the slice is readable memory of that length.
    checked(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len().min(MOST)) })
}

/// `lseek(2)`.
pub fn seek(fd: i32, offset: i64, whence: i32) -> SysResult<i64> {
    // SAFETY: plain numbers.
    let at = unsafe { libc::lseek(fd, offset, whence) };
    if at < 0 { Err(errno()) } else { Ok(at) }
}

/// `ftruncate(2)`.
pub fn truncate(fd: i32, size: i64) -> SysResult<()> {
    // SAFETY: plain numbers.
    if unsafe { libc::ftruncate(fd, size) } < 0 { Err(errno()) } else { Ok(()) }
}

/// `isatty(3)`.
pub fn is_terminal(fd: i32) -> bool {
    // SAFETY: a plain number.
    unsafe { libc::isatty(fd) == 1 }
}

/// `fstat(2)`.
pub fn status(fd: i32) -> SysResult<libc::stat> {
    let mut status = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: room for the answer; it was zeroed, so it counts as initialised whatever the call wrote.
    unsafe {
        if libc::fstat(fd, status.as_mut_ptr()) < 0 {
            return Err(errno());
        }
        Ok(status.assume_init())
    }
}

/// Sets or clears close-on-exec.
pub fn set_inheritable(fd: i32, inheritable: bool) -> SysResult<()> {
    // SAFETY: plain numbers.
    unsafe {
        let flags = libc::fcntl(fd, libc::F_GETFD);
        if flags < 0 {
            return Err(errno());
        }
        let wanted = if inheritable { flags & !libc::FD_CLOEXEC } else { flags | libc::FD_CLOEXEC };
        if wanted != flags && libc::fcntl(fd, libc::F_SETFD, wanted) < 0 {
            return Err(errno());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn wrong_descriptors_are_errors() {
        assert_eq!(super::close(-1), Err(libc::EBADF));
        assert_eq!(super::read(-1, &mut [0]), Err(libc::EBADF));
        assert_eq!(super::seek(-1, 0, 0), Err(libc::EBADF));
        assert!(!super::is_terminal(-1));
    }
}
