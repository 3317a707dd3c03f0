//! Files by name: opening, the `stat` family, links, owners, modes, times, extended attributes, file systems.

use core::ffi::{CStr, c_void};
use core::mem::MaybeUninit;

use super::{Errno, SysResult, Target, check, done, system_calls};

pub use libc::{stat as Stat, statvfs as StatVfs, timespec as TimeSpec};

system_calls! {
    /// `mkdirat`.
    fn mkdirat(dir: i32, path: &CStr, mode: u32) -> i32;
    /// `unlinkat`: removes a name, or a directory with `AT_REMOVEDIR`.
    fn unlinkat(dir: i32, path: &CStr, flags: i32) -> i32;
    /// `rmdir`.
    fn rmdir(path: &CStr) -> i32;
    /// `renameat`.
    fn renameat(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr) -> i32;
    /// `linkat`.
    fn linkat(from_dir: i32, from: &CStr, to_dir: i32, to: &CStr, flags: i32) -> i32;
    /// `symlinkat`.
    fn symlinkat(target: &CStr, dir: i32, path: &CStr) -> i32;
    /// `faccessat`.
    fn faccessat(dir: i32, path: &CStr, mode: i32, flags: i32) -> i32;
    /// `fchmodat`.
    fn fchmodat(dir: i32, path: &CStr, mode: u32, flags: i32) -> i32;
    /// `fchmod`.
    fn fchmod(fd: i32, mode: u32) -> i32;
    /// `fchownat`.
    fn fchownat(dir: i32, path: &CStr, uid: u32, gid: u32, flags: i32) -> i32;
    /// `fchown`.
    fn fchown(fd: i32, uid: u32, gid: u32) -> i32;
    /// `lchown`.
    fn lchown(path: &CStr, uid: u32, gid: u32) -> i32;
    /// `mkfifoat`.
    fn mkfifoat(dir: i32, path: &CStr, mode: u32) -> i32;
    /// `mknodat`.
    fn mknodat(dir: i32, path: &CStr, mode: u32, device: u64) -> i32;
    /// `truncate`.
    fn truncate(path: &CStr, length: i64) -> i32;
    /// `ftruncate`.
    fn ftruncate(fd: i32, length: i64) -> i32;
    /// `chdir`.
    fn chdir(path: &CStr) -> i32;
    /// `fchdir`.
    fn fchdir(fd: i32) -> i32;
    /// `chroot`.
    fn chroot(path: &CStr) -> i32;
    /// `removexattr`.
    fn removexattr(path: &CStr, name: &CStr) -> i32;
    /// `lremovexattr`.
    fn lremovexattr(path: &CStr, name: &CStr) -> i32;
    /// `fremovexattr`.
    fn fremovexattr(fd: i32, name: &CStr) -> i32;
    /// `pathconf`.
    fn pathconf(path: &CStr, name: i32) -> i64;
    /// `fpathconf`.
    fn fpathconf(fd: i32, name: i32) -> i64;
}

/// `openat`: the new descriptor.
pub fn openat(dir: i32, path: &CStr, flags: i32, mode: u32) -> SysResult<i32> {
    // SAFETY: `path` ends with NUL and outlives the call; the mode is passed as the variadic argument.
    check(unsafe { libc::openat(dir, path.as_ptr(), flags, mode) })
}

/// The file that a call is about.
#[derive(Clone, Copy)]
pub enum File<'a> {
    /// An open descriptor.
    Open(i32),
    /// A name, and whether a final symbolic link is followed.
    Named(&'a CStr, bool),
}

/// `fstatat`.
pub fn stat_at(dir: i32, path: &CStr, flags: i32) -> SysResult<Stat> {
    let mut out = MaybeUninit::zeroed();
    // SAFETY: `out` is as large as the kernel's structure; zero bytes are a valid one.
    unsafe {
        done(libc::fstatat(dir, path.as_ptr(), out.as_mut_ptr(), flags))?;
        Ok(out.assume_init())
    }
}

/// `fstat`.
pub fn stat_open(fd: i32) -> SysResult<Stat> {
    let mut out = MaybeUninit::zeroed();
    // SAFETY: as above.
    unsafe {
        done(libc::fstat(fd, out.as_mut_ptr()))?;
        Ok(out.assume_init())
    }
}

/// `statvfs` or `fstatvfs`.
pub fn stat_file_system(file: File<'_>) -> SysResult<StatVfs> {
    let mut out = MaybeUninit::zeroed();
    // SAFETY: as above.
    unsafe {
        done(match file {
            File::Open(fd) => libc::fstatvfs(fd, out.as_mut_ptr()),
            File::Named(path, _) => libc::statvfs(path.as_ptr(), out.as_mut_ptr()),
        })?;
        Ok(out.assume_init())
    }
}

/// `readlinkat`: the whole target.
pub fn read_link(dir: i32, path: &CStr) -> SysResult<Vec<u8>> {
    let mut buffer = vec![0u8; libc::PATH_MAX as usize + 1];
    // SAFETY: the kernel writes at most the length given.
    let n =
        check(unsafe { libc::readlinkat(dir, path.as_ptr(), buffer.as_mut_ptr().cast(), buffer.len() - 1) })?;
    buffer.truncate(n as usize);
    Ok(buffer)
}

/// Sets access and modification times; `None`: now.
pub fn set_times(dir: i32, file: File<'_>, times: Option<[TimeSpec; 2]>) -> SysResult {
    let times = times.as_ref().map_or(core::ptr::null(), |t| t.as_ptr());
    // SAFETY: `times` is null or two structures; the path ends with NUL.
    done(unsafe {
        match file {
            File::Open(fd) => libc::futimens(fd, times),
            File::Named(path, follow) => {
                libc::utimensat(dir, path.as_ptr(), times, if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW })
            }
        }
    })
}

/// The working directory.
pub fn current_directory() -> SysResult<Vec<u8>> {
    let mut buffer = vec![0u8; 1024];
    loop {
        // SAFETY: the kernel writes at most the length given, NUL included.
        let got = unsafe { libc::getcwd(buffer.as_mut_ptr().cast(), buffer.len()) };
        if !got.is_null() {
            let end = buffer.iter().position(|&b| b == 0).unwrap_or(buffer.len());
            buffer.truncate(end);
            return Ok(buffer);
        }
        match Errno::last() {
            Errno(libc::ERANGE) => buffer.resize(buffer.len() * 2, 0),
            other => return Err(other),
        }
    }
}

/// `getxattr` into `out`, which may be empty to learn the size.
pub fn get_attribute(file: File<'_>, name: &CStr, out: &mut [u8]) -> SysResult<usize> {
    let (at, len) = (out.as_mut_ptr().cast::<c_void>(), out.len());
    // SAFETY: the kernel writes at most `len` bytes.
    check(unsafe {
        match file {
            File::Open(fd) => libc::fgetxattr(fd, name.as_ptr(), at, len),
            File::Named(path, true) => libc::getxattr(path.as_ptr(), name.as_ptr(), at, len),
            File::Named(path, false) => libc::lgetxattr(path.as_ptr(), name.as_ptr(), at, len),
        }
    })
    .map(|n| n as usize)
}

/// `setxattr`.
pub fn set_attribute(file: File<'_>, name: &CStr, value: &[u8], flags: i32) -> SysResult {
    let (at, len) = (value.as_ptr().cast::<c_void>(), value.len());
    // SAFETY: the kernel reads `len` bytes.
    done(unsafe {
        match file {
            File::Open(fd) => libc::fsetxattr(fd, name.as_ptr(), at, len, flags),
            File::Named(path, true) => libc::setxattr(path.as_ptr(), name.as_ptr(), at, len, flags),
            File::Named(path, false) => libc::lsetxattr(path.as_ptr(), name.as_ptr(), at, len, flags),
        }
    })
}

/// `listxattr` into `out`, which may be empty to learn the size: names, each with a NUL behind.
pub fn list_attributes(file: File<'_>, out: &mut [u8]) -> SysResult<usize> {
    let (at, len) = (out.as_mut_ptr().cast::<core::ffi::c_char>(), out.len());
    // SAFETY: the kernel writes at most `len` bytes.
    check(unsafe {
        match file {
            File::Open(fd) => libc::flistxattr(fd, at, len),
            File::Named(path, true) => libc::listxattr(path.as_ptr(), at, len),
            File::Named(path, false) => libc::llistxattr(path.as_ptr(), at, len),
        }
    })
    .map(|n| n as usize)
}

/// `memfd_create`.
pub fn memory_file(name: &CStr, flags: u32) -> SysResult<i32> {
    // SAFETY: the name ends with NUL.
    check(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

/// `getrandom` into `out`: how many bytes came.
pub fn get_random(out: Target<'_>, flags: u32) -> SysResult<usize> {
    // SAFETY: the kernel writes at most the length given.
    check(unsafe { libc::getrandom(out.as_ptr().cast(), out.len(), flags) }).map(|n| n as usize)
}

/// `makedev`, `major`, `minor`.
pub fn make_device(major: u32, minor: u32) -> u64 {
    libc::makedev(major, minor)
}
/// The major number of a device.
pub fn device_major(device: u64) -> u32 {
    libc::major(device)
}
/// The minor number of a device.
pub fn device_minor(device: u64) -> u32 {
    libc::minor(device)
}
