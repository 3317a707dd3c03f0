//! Scripts that another process wants run here (PEP 768): the desk where it leaves them, and leaving one at another process's desk.
//! Not here: running the script (crate `interp`), `sys.remote_exec`.
//!
//! The desk is found by the words at its start, in the writable pages that the other process has mapped from its executable: so any
//! process of the same desk version can be reached, whichever build it is of and wherever it was loaded.

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;

use super::{Errno, SysResult, check};
use crate::state::breaker;

/// Bytes of a script's path, with the zero at its end.
const PATH_ROOM: usize = 512;
const WORDS: [u8; 16] = *b"krait-debug-desk";
/// Changes with the layout.
const VERSION: u32 = 1;

#[repr(C)]
struct Desk {
    words: [u8; 16],
    version: u32,
    /// Whether scripts are taken.
    open: AtomicU32,
    /// Address of the main thread's breaker word; 0: nobody would look.
    breaker: AtomicUsize,
    /// Whether `path` is new.
    waiting: AtomicU32,
    path: [AtomicU8; PATH_ROOM],
}

static DESK: Desk = Desk {
    words: WORDS,
    version: VERSION,
    open: AtomicU32::new(0),
    breaker: AtomicUsize::new(0),
    waiting: AtomicU32::new(0),
    path: [const { AtomicU8::new(0) }; PATH_ROOM],
};

/// Takes scripts from here on; `word` is the breaker of the thread that will run them.
pub fn open(word: &'static AtomicUsize) {
    DESK.breaker.store(core::ptr::from_ref(word).addr(), Ordering::Relaxed);
    DESK.open.store(1, Ordering::Release);
}

/// Takes none any more.
pub fn close() {
    DESK.open.store(0, Ordering::Release);
}

/// The path of the script that waits to be run.
pub fn take() -> Option<CString> {
    if DESK.open.load(Ordering::Acquire) == 0 || DESK.waiting.swap(0, Ordering::AcqRel) == 0 {
        return None;
    }
    let path: Vec<u8> = DESK.path.iter().map(|b| b.load(Ordering::Relaxed)).take_while(|b| *b != 0).collect();
    CString::new(path).ok().filter(|path| !path.is_empty())
}

/// Why a script could not be left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The process has no desk, or it is of another version.
    NotFound,
    /// The process takes no scripts.
    Closed,
    /// It does not fit the desk.
    PathTooLong,
    /// The system does not let this process at the other's memory.
    System(Errno),
}

/// Leaves a script for process `pid`.
pub fn leave(pid: i32, path: &[u8]) -> Result<(), Refusal> {
    let at = find(pid)?;
    let desk = read_desk(pid, at)?;
    if desk.open.load(Ordering::Relaxed) == 0 {
        return Err(Refusal::Closed);
    }
    if path.len() >= PATH_ROOM {
        return Err(Refusal::PathTooLong);
    }
    let word = desk.breaker.load(Ordering::Relaxed);
    let mut text = path.to_vec();
    text.push(0);
    let write = |address, bytes: &[u8]| write(pid, address, bytes).map_err(Refusal::System);
    write(at + core::mem::offset_of!(Desk, path), &text)?;
    write(at + core::mem::offset_of!(Desk, waiting), &1u32.to_ne_bytes())?;
    // The lowest byte of the breaker. A bit that the process sets or clears at this moment may be lost: so all those are set for
    // which it does no harm to look in vain.
    let mut bits = [0];
    read(pid, word, &mut bits).map_err(Refusal::System)?;
    let look = breaker::DEBUGGER_SCRIPT
        | breaker::SIGNALS_PENDING
        | breaker::CALLS_TO_DO
        | breaker::ASYNC_EXCEPTION
        | breaker::GIL_DROP_REQUEST;
    write(word, &bits.map(|b: u8| b | look as u8))
}

/// Address of the other process's desk.
fn find(pid: i32) -> Result<usize, Refusal> {
    let executable = std::fs::read_link(format!("/proc/{pid}/exe")).map_err(|_| Refusal::NotFound)?;
    let maps = std::fs::read(format!("/proc/{pid}/maps")).map_err(|_| Refusal::NotFound)?;
    let mut refused = Refusal::NotFound;
    for line in maps.split(|b| *b == b'\n') {
        let Some((start, end)) = writable(line, executable.as_os_str().as_bytes()) else { continue };
        let mut memory = vec![0; end.saturating_sub(start)];
        match read(pid, start, &mut memory) {
            Ok(()) => {}
            Err(error @ Errno(libc::EPERM | libc::EACCES)) => return Err(Refusal::System(error)),
            Err(error) => {
                refused = Refusal::System(error);
                continue;
            }
        }
        // Statics with words of eight bytes stand at multiples of eight.
        let found = memory
            .chunks(8)
            .enumerate()
            .find(|(i, _)| memory.get(i * 8..).is_some_and(|rest| rest.starts_with(&WORDS)));
        if let Some((i, _)) = found
            && read_desk(pid, start + i * 8).is_ok_and(|desk| desk.version == VERSION)
        {
            return Ok(start + i * 8);
        }
    }
    Err(refused)
}

/// The addresses of a line of `maps`, when it tells of writable pages of the executable.
fn writable(line: &[u8], executable: &[u8]) -> Option<(usize, usize)> {
    if !line.ends_with(executable) {
        return None;
    }
    let text = String::from_utf8_lossy(line);
    let mut fields = text.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    if !fields.next()?.starts_with("rw") {
        return None;
    }
    Some((usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?))
}

fn read_desk(pid: i32, at: usize) -> Result<Desk, Refusal> {
    let mut desk = MaybeUninit::<Desk>::zeroed();
    // SAFETY: zero bytes are a valid desk, and so is whatever comes in: it is all numbers.
    unsafe {
        let bytes = core::slice::from_raw_parts_mut(desk.as_mut_ptr().cast::<u8>(), size_of::<Desk>());
        read(pid, at, bytes).map_err(Refusal::System)?;
        Ok(desk.assume_init())
    }
}

fn read(pid: i32, at: usize, into: &mut [u8]) -> SysResult {
    let mine = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let theirs = libc::iovec { iov_base: core::ptr::with_exposed_provenance_mut(at), iov_len: into.len() };
    // SAFETY: the memory written to is `into`; a bad address over there is an error, not a fault.
    let n = check(unsafe { libc::process_vm_readv(pid, &raw const mine, 1, &raw const theirs, 1, 0) })?;
    if n as usize == into.len() { Ok(()) } else { Err(Errno(libc::EFAULT)) }
}

fn write(pid: i32, at: usize, bytes: &[u8]) -> SysResult {
    let mine = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let theirs = libc::iovec { iov_base: core::ptr::with_exposed_provenance_mut(at), iov_len: bytes.len() };
    // SAFETY: this process's memory is only read, unless `pid` is its own: then the bytes written are atomics that expect it.
    let n = check(unsafe { libc::process_vm_writev(pid, &raw const mine, 1, &raw const theirs, 1, 0) })?;
    if n as usize == bytes.len() { Ok(()) } else { Err(Errno(libc::EFAULT)) }
}
