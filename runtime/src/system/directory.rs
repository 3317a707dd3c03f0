//! Reading directories.

use core::ffi::CStr;

use super::{Errno, SysResult};

/// An open directory stream; dropping closes it.
pub struct Directory(*mut libc::DIR);

/// One entry.
pub struct Entry {
    /// Its name, without a slash.
    pub name: Vec<u8>,
    /// Its inode number.
    pub inode: u64,
    /// `DT_*`.
    pub kind: u8,
}

impl Directory {
    /// Opens by name.
    pub fn open(path: &CStr) -> SysResult<Directory> {
        // SAFETY: the path ends with NUL.
        let stream = unsafe { libc::opendir(path.as_ptr()) };
        if stream.is_null() { Err(Errno::last()) } else { Ok(Directory(stream)) }
    }

    /// Takes over an open descriptor.
    pub fn from_descriptor(fd: i32) -> SysResult<Directory> {
        // SAFETY: the kernel checks the descriptor.
        let stream = unsafe { libc::fdopendir(fd) };
        if stream.is_null() { Err(Errno::last()) } else { Ok(Directory(stream)) }
    }

    /// Back to the first entry.
    pub fn rewind(&mut self) {
        // SAFETY: the stream is open.
        unsafe { libc::rewinddir(self.0) }
    }
}

impl Iterator for Directory {
    type Item = SysResult<Entry>;

    fn next(&mut self) -> Option<SysResult<Entry>> {
        // SAFETY: the stream is open; the entry is copied before the next call; its name ends with NUL.
        unsafe {
            loop {
                *libc::__errno_location() = 0;
                let Some(entry) = libc::readdir(self.0).as_ref() else {
                    return match Errno::last() {
                        Errno(0) => None,
                        error => Some(Err(error)),
                    };
                };
                let name = CStr::from_ptr(entry.d_name.as_ptr()).to_bytes();
                if name != b"." && name != b".." {
                    return Some(Ok(Entry { name: name.to_vec(), inode: entry.d_ino, kind: entry.d_type }));
                }
            }
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // SAFETY: the stream is open and not used again.
        unsafe { libc::closedir(self.0) };
    }
}
