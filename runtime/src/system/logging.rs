//! The system's log.

use core::ffi::CStr;

/// `openlog`; the name stays in use.
pub fn open(name: &'static CStr, options: i32, facility: i32) {
    // SAFETY: the name lives forever.
    unsafe { libc::openlog(name.as_ptr(), options, facility) }
}

/// `syslog` of a text as it stands.
pub fn write(priority: i32, text: &CStr) {
    // SAFETY: the format takes one string.
    unsafe { libc::syslog(priority, c"%s".as_ptr(), text.as_ptr()) }
}

/// `closelog`.
pub fn close() {
    // SAFETY: takes nothing.
    unsafe { libc::closelog() }
}

/// `setlogmask`: the old one.
pub fn set_mask(mask: i32) -> i32 {
    // SAFETY: only numbers.
    unsafe { libc::setlogmask(mask) }
}
