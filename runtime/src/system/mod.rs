//! System calls as safe functions, for the native modules, which may not use `unsafe` themselves: descriptors and process numbers are
//! plain integers, as Python has them; names are C strings; a failure is the [`Errno`]. Not here: anything that touches Python objects,
//! retrying after signals (`signals.rs`).

pub mod child;
pub mod descriptor;
pub mod descriptors;
pub mod directory;
pub mod dynamic;
pub mod entry;
pub mod faults;
pub mod files;
pub mod libm;
pub mod locale;
pub mod logging;
pub mod memory;
pub mod network;
pub mod poll;
pub mod process;
pub mod remote;
pub mod scheduling;
pub mod shared;
pub mod sqlite;
pub mod terminal;
pub mod threads;
pub mod time;
pub mod users;

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;

use crate::protocol::buffer::Buffer;

/// What a failed system call left in `errno`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Errno(pub i32);

impl Errno {
    /// The calling thread's `errno`.
    pub fn last() -> Errno {
        Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
    }
}

/// A system call's outcome.
pub type SysResult<T = ()> = Result<T, Errno>;

/// A C result that is -1 on failure.
pub trait Outcome: Copy {
    /// Whether it says that the call failed.
    fn failed(self) -> bool;
}
impl Outcome for i32 {
    fn failed(self) -> bool {
        self == -1
    }
}
impl Outcome for i64 {
    fn failed(self) -> bool {
        self == -1
    }
}
impl Outcome for isize {
    fn failed(self) -> bool {
        self == -1
    }
}

/// The result, or `errno` when it is -1.
#[inline]
pub fn check<T: Outcome>(result: T) -> SysResult<T> {
    if result.failed() { Err(Errno::last()) } else { Ok(result) }
}

/// The same for calls that only succeed or fail.
#[inline]
pub fn done<T: Outcome>(result: T) -> SysResult {
    check(result).map(drop)
}

/// An argument of a system call that is safe by its type: numbers, and strings that outlive the call.
trait Argument {
    type C;
    fn c(self) -> Self::C;
}
impl Argument for &CStr {
    type C = *const c_char;
    fn c(self) -> *const c_char {
        self.as_ptr()
    }
}
impl Argument for Option<&CStr> {
    type C = *const c_char;
    fn c(self) -> *const c_char {
        self.map_or(core::ptr::null(), CStr::as_ptr)
    }
}
macro_rules! plain_arguments {
    ($($ty:ty),*) => { $(impl Argument for $ty {
        type C = $ty;
        fn c(self) -> $ty { self }
    })* };
}
plain_arguments!(i32, u32, i64, u64, usize);

/// Declares safe functions for system calls whose arguments are only numbers and strings.
macro_rules! system_calls {
    ($($(#[$doc:meta])* fn $name:ident($($argument:ident: $ty:ty),*) -> $result:ty;)*) => { $(
        $(#[$doc])*
        pub fn $name($($argument: $ty),*) -> $crate::system::SysResult<$result> {
            // SAFETY: the arguments are numbers and C strings that live until the call returns; the kernel checks all of them.
            $crate::system::check(unsafe { libc::$name($($crate::system::Argument::c($argument)),*) })
        }
    )* };
}
pub(crate) use system_calls;

/// Memory that a system call writes to. It may belong to a Python buffer that other threads see, so it is never a `&mut`.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    start: *mut u8,
    len: usize,
    owner: PhantomData<&'a [u8]>,
}

impl<'a> Target<'a> {
    /// A part of memory of one's own.
    pub fn new(memory: &'a mut [u8]) -> Target<'a> {
        Target { start: memory.as_mut_ptr(), len: memory.len(), owner: PhantomData }
    }

    /// The memory of a held, writable view; nothing for one that is read-only.
    pub fn of(buffer: &'a Buffer) -> Target<'a> {
        match buffer.view() {
            Some(view) if view.readonly == 0 && view.len > 0 => {
                Target { start: view.buf.cast(), len: view.len as usize, owner: PhantomData }
            }
            _ => Target { start: core::ptr::NonNull::dangling().as_ptr(), len: 0, owner: PhantomData },
        }
    }

    /// Any memory.
    ///
    /// # Safety
    /// It is writable as long as the target is used.
    pub(crate) unsafe fn from_raw(start: *mut u8, len: usize) -> Target<'a> {
        Target { start, len, owner: PhantomData }
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// No byte.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// At most its first `most` bytes.
    pub fn limited(self, most: usize) -> Target<'a> {
        Target { len: self.len.min(most), ..self }
    }

    /// What follows its first `count` bytes.
    pub fn skipping(self, count: usize) -> Target<'a> {
        let count = count.min(self.len);
        // SAFETY: within the memory, or one past it.
        Target { start: unsafe { self.start.add(count) }, len: self.len - count, owner: PhantomData }
    }

    pub(crate) fn as_ptr(&self) -> *mut u8 {
        self.start
    }
}

/// The arrays that scatter and gather calls take.
pub(crate) fn scatter(targets: &[Target<'_>]) -> Vec<libc::iovec> {
    targets.iter().map(|t| libc::iovec { iov_base: t.start.cast(), iov_len: t.len }).collect()
}
pub(crate) fn gather(sources: &[&[u8]]) -> Vec<libc::iovec> {
    sources.iter().map(|s| libc::iovec { iov_base: s.as_ptr().cast_mut().cast(), iov_len: s.len() }).collect()
}
pub mod zlib;
pub mod zstd;
