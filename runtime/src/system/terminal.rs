//! Terminals: sizes, names, pseudo terminals, process groups, line settings.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::{Errno, SysResult, check, done, system_calls};

pub use libc::termios as Settings;

system_calls! {
    /// `tcgetpgrp`.
    fn tcgetpgrp(fd: i32) -> i32;
    /// `tcsetpgrp`.
    fn tcsetpgrp(fd: i32, group: i32) -> i32;
    /// `posix_openpt`.
    fn posix_openpt(flags: i32) -> i32;
    /// `grantpt`.
    fn grantpt(fd: i32) -> i32;
    /// `unlockpt`.
    fn unlockpt(fd: i32) -> i32;
    /// `login_tty`.
    fn login_tty(fd: i32) -> i32;
    /// `tcsendbreak`.
    fn tcsendbreak(fd: i32, duration: i32) -> i32;
    /// `tcdrain`.
    fn tcdrain(fd: i32) -> i32;
    /// `tcflush`.
    fn tcflush(fd: i32, queue: i32) -> i32;
    /// `tcflow`.
    fn tcflow(fd: i32, action: i32) -> i32;
}

/// Rows, columns, and width and height in pixels.
pub fn size(fd: i32) -> SysResult<[u16; 4]> {
    let mut out = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: the request writes one such structure.
    unsafe {
        done(libc::ioctl(fd, libc::TIOCGWINSZ, out.as_mut_ptr()))?;
        let out = out.assume_init();
        Ok([out.ws_row, out.ws_col, out.ws_xpixel, out.ws_ypixel])
    }
}

/// Sets them.
pub fn set_size(fd: i32, [rows, columns, width, height]: [u16; 4]) -> SysResult {
    let new = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: width, ws_ypixel: height };
    // SAFETY: the request reads one such structure.
    done(unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &raw const new) })
}

/// `ttyname_r`.
pub fn name(fd: i32) -> SysResult<Vec<u8>> {
    named(|at, len| {
        // SAFETY: writes at most the length given, NUL included.
        unsafe { libc::ttyname_r(fd, at, len) }
    })
}

/// `ptsname_r`.
pub fn other_end_name(fd: i32) -> SysResult<Vec<u8>> {
    named(|at, len| {
        // SAFETY: writes at most the length given, NUL included.
        unsafe { libc::ptsname_r(fd, at, len) }
    })
}

fn named(call: impl FnOnce(*mut core::ffi::c_char, usize) -> i32) -> SysResult<Vec<u8>> {
    let mut buffer = [0u8; 4096];
    match call(buffer.as_mut_ptr().cast(), buffer.len()) {
        0 => Ok(buffer.split(|&b| b == 0).next().unwrap_or_default().to_vec()),
        -1 => Err(Errno::last()),
        error => Err(Errno(error)),
    }
}

/// `openpty`: both ends.
pub fn open_pair() -> SysResult<(i32, i32)> {
    let (mut ours, mut theirs) = (-1, -1);
    // SAFETY: two numbers to write to, nothing else asked for.
    done(unsafe {
        libc::openpty(
            &raw mut ours,
            &raw mut theirs,
            core::ptr::null_mut(),
            core::ptr::null(),
            core::ptr::null(),
        )
    })?;
    Ok((ours, theirs))
}

/// `forkpty`: process and our end.
pub fn fork_pair() -> SysResult<(i32, i32)> {
    let mut ours = -1;
    // SAFETY: as `openpty`; the child goes on with this thread alone.
    let pid = check(unsafe {
        libc::forkpty(&raw mut ours, core::ptr::null_mut(), core::ptr::null(), core::ptr::null())
    })?;
    Ok((pid, ours))
}

/// `ctermid`.
pub fn controlling_name() -> Vec<u8> {
    let mut buffer = [0u8; 64];
    // SAFETY: it writes a short constant name.
    let name = unsafe { libc::ctermid(buffer.as_mut_ptr().cast()) };
    // SAFETY: a non-null answer is the buffer.
    if name.is_null() { Vec::new() } else { unsafe { CStr::from_ptr(name) }.to_bytes().to_vec() }
}

/// `tcgetattr`.
pub fn settings(fd: i32) -> SysResult<Settings> {
    let mut out = MaybeUninit::zeroed();
    // SAFETY: `out` is a whole structure, valid with zero bytes.
    unsafe {
        done(libc::tcgetattr(fd, out.as_mut_ptr()))?;
        Ok(out.assume_init())
    }
}

/// `tcsetattr`.
pub fn set_settings(fd: i32, when: i32, new: &Settings) -> SysResult {
    // SAFETY: the structure is whole.
    done(unsafe { libc::tcsetattr(fd, when, new) })
}

/// The input and output speeds of settings.
pub fn speeds(settings: &Settings) -> (u32, u32) {
    // SAFETY: the structure is whole.
    unsafe { (libc::cfgetispeed(settings), libc::cfgetospeed(settings)) }
}

/// Sets them.
pub fn set_speeds(settings: &mut Settings, input: u32, output: u32) -> SysResult {
    // SAFETY: the structure is whole.
    unsafe {
        done(libc::cfsetispeed(settings, input))?;
        done(libc::cfsetospeed(settings, output))
    }
}
