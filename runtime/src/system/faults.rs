//! Reports of fatal signals and of signals that ask for one, for module `faulthandler`: handlers, an alternate stack, writing without
//! allocation. Not here: what is reported of Python's frames (crate `interp`).

use core::cell::UnsafeCell;
use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, Ordering};

use super::{SysResult, done};

/// Writes a report to a descriptor; the flag says whether all threads' or only this one's. Called in signal handlers.
pub type Dump = fn(fd: i32, all_threads: bool);

/// Writes which native modules from outside the library are loaded.
pub type ListModules = fn(fd: i32);

/// The fatal signals, with the words of the report.
const FATAL: [(i32, &str); 5] = [
    (libc::SIGBUS, "Bus error"),
    (libc::SIGILL, "Illegal instruction"),
    (libc::SIGFPE, "Floating-point exception"),
    (libc::SIGABRT, "Aborted"),
    (libc::SIGSEGV, "Segmentation fault"),
];

/// What stood before a handler was set. Written before the handler can run, read by it.
struct Previous(UnsafeCell<MaybeUninit<libc::sigaction>>);
// SAFETY: written under the GIL while the handler is not set.
unsafe impl Sync for Previous {}

/// One signal's setting.
struct Setting {
    enabled: AtomicBool,
    fd: AtomicI32,
    all_threads: AtomicBool,
    chain: AtomicBool,
    previous: Previous,
}

impl Setting {
    const NONE: Setting = Setting {
        enabled: AtomicBool::new(false),
        fd: AtomicI32::new(-1),
        all_threads: AtomicBool::new(false),
        chain: AtomicBool::new(false),
        previous: Previous(UnsafeCell::new(MaybeUninit::zeroed())),
    };

    fn install(&self, signal: i32, handler: extern "C" fn(i32), flags: i32) -> SysResult {
        if self.enabled.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut new = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: whole structures, valid with zero bytes.
        unsafe {
            let set = new.assume_init_mut();
            set.sa_sigaction = handler as usize;
            set.sa_flags = flags;
            done(libc::sigaction(signal, new.as_ptr(), (*self.previous.0.get()).as_mut_ptr()))?;
        }
        self.enabled.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Puts back what was there; false when nothing was set.
    fn restore(&self, signal: i32) -> bool {
        if !self.enabled.swap(false, Ordering::SeqCst) {
            return false;
        }
        // SAFETY: filled when the handler was set.
        unsafe { libc::sigaction(signal, (*self.previous.0.get()).as_ptr(), core::ptr::null_mut()) };
        true
    }
}

static FATAL_SETTINGS: [Setting; FATAL.len()] = [Setting::NONE; FATAL.len()];
static USER_SETTINGS: [Setting; 65] = [Setting::NONE; 65];
static ENABLED: AtomicBool = AtomicBool::new(false);
static DUMP: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());
static LIST_MODULES: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

/// Writes text, whole or not at all.
pub fn write(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: at most the length given is read.
        let n = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        if n <= 0 {
            return;
        }
        bytes = bytes.get(n as usize..).unwrap_or_default();
    }
}

/// Writes a number in base 10 or 16, with at least `width` digits.
pub fn write_number(fd: i32, mut number: u64, base: u64, width: usize) {
    let mut digits = [b'0'; 24];
    let mut at = digits.len();
    let base = base.max(2);
    while let Some(place) = at.checked_sub(1).and_then(|i| digits.get_mut(i)) {
        *place = b"0123456789abcdef".get((number % base) as usize).copied().unwrap_or(b'?');
        at -= 1;
        number /= base;
        if number == 0 {
            break;
        }
    }
    at = at.min(digits.len().saturating_sub(width));
    write(fd, digits.get(at..).unwrap_or_default());
}

fn dump(fd: i32, all_threads: bool) {
    let function = DUMP.load(Ordering::SeqCst);
    if !function.is_null() {
        // SAFETY: only ever set from a `Dump`.
        let function: Dump = unsafe { core::mem::transmute::<*mut (), Dump>(function) };
        function(fd, all_threads);
    }
}

fn list_modules(fd: i32) {
    let function = LIST_MODULES.load(Ordering::SeqCst);
    if !function.is_null() {
        // SAFETY: only ever set from a `ListModules`.
        let function: ListModules = unsafe { core::mem::transmute::<*mut (), ListModules>(function) };
        function(fd);
    }
}

/// Says what writes the reports.
pub fn set_dump(dump: Dump, modules: ListModules) {
    DUMP.store(dump as *mut (), Ordering::SeqCst);
    LIST_MODULES.store(modules as *mut (), Ordering::SeqCst);
}

extern "C" fn on_fatal(signal: i32) {
    let Some((setting, (_, name))) =
        FATAL_SETTINGS.iter().zip(FATAL).find(|(_, (number, _))| *number == signal)
    else {
        return;
    };
    if !setting.enabled.load(Ordering::SeqCst) {
        return;
    }
    // SAFETY: errno is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    // A second fault, while reporting, ends the process.
    setting.restore(signal);
    let fd = setting.fd.load(Ordering::SeqCst);
    write(fd, b"Fatal Python error: ");
    write(fd, name.as_bytes());
    write(fd, b"\n\n");
    dump(fd, setting.all_threads.load(Ordering::SeqCst));
    write(fd, b"\n");
    write_native_stack(fd);
    list_modules(fd);
    // SAFETY: the signal's former action takes over.
    unsafe {
        *libc::__errno_location() = errno;
        libc::raise(signal);
    }
}

extern "C" fn on_request(signal: i32) {
    let Some(setting) = USER_SETTINGS.get(signal as usize) else { return };
    if !setting.enabled.load(Ordering::SeqCst) {
        return;
    }
    // SAFETY: errno is this thread's own.
    let errno = unsafe { *libc::__errno_location() };
    dump(setting.fd.load(Ordering::SeqCst), setting.all_threads.load(Ordering::SeqCst));
    if setting.chain.load(Ordering::SeqCst) {
        setting.restore(signal);
        // SAFETY: the former handler runs, then this one is set again.
        unsafe { libc::raise(signal) };
        let _ = setting.install(signal, on_request, libc::SA_NODEFER | libc::SA_ONSTACK);
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// A stack for handlers, so that a stack overflow can be reported. It stays for good.
fn give_alternate_stack() {
    const SIZE: usize = 256 * 1024;
    let mut old = MaybeUninit::<libc::stack_t>::zeroed();
    // SAFETY: whole structures; the memory is never given back.
    unsafe {
        libc::sigaltstack(core::ptr::null(), old.as_mut_ptr());
        if old.assume_init_ref().ss_size >= SIZE {
            return;
        }
        let memory: &'static mut [u8] = Box::leak(vec![0u8; SIZE].into_boxed_slice());
        let new = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIZE };
        libc::sigaltstack(&raw const new, core::ptr::null_mut());
    }
}

/// Reports fatal signals from now on.
pub fn enable(fd: i32, all_threads: bool) -> SysResult {
    if !ENABLED.load(Ordering::SeqCst) {
        give_alternate_stack();
    }
    for (setting, (signal, _)) in FATAL_SETTINGS.iter().zip(FATAL) {
        setting.fd.store(fd, Ordering::SeqCst);
        setting.all_threads.store(all_threads, Ordering::SeqCst);
        setting.install(signal, on_fatal, libc::SA_NODEFER | libc::SA_ONSTACK)?;
    }
    ENABLED.store(true, Ordering::SeqCst);
    Ok(())
}

/// Stops that; false when it was not so.
pub fn disable() -> bool {
    let was = ENABLED.swap(false, Ordering::SeqCst);
    for (setting, (signal, _)) in FATAL_SETTINGS.iter().zip(FATAL) {
        setting.restore(signal);
    }
    was
}

/// Whether fatal signals are reported.
pub fn is_enabled() -> bool {
    ENABLED.load(Ordering::SeqCst)
}

/// Whether a signal is one of the fatal ones.
pub fn is_fatal(signal: i32) -> bool {
    FATAL.iter().any(|(number, _)| *number == signal)
}

/// Reports whenever this signal comes.
pub fn register(signal: i32, fd: i32, all_threads: bool, chain: bool) -> SysResult {
    let Some(setting) = USER_SETTINGS.get(signal as usize) else {
        return Err(super::Errno(libc::EINVAL));
    };
    setting.fd.store(fd, Ordering::SeqCst);
    setting.all_threads.store(all_threads, Ordering::SeqCst);
    setting.chain.store(chain, Ordering::SeqCst);
    let flags = if chain { libc::SA_NODEFER } else { libc::SA_RESTART };
    give_alternate_stack();
    setting.install(signal, on_request, flags | libc::SA_ONSTACK)
}

/// Stops that; false when it was not so.
pub fn unregister(signal: i32) -> bool {
    USER_SETTINGS.get(signal as usize).is_some_and(|setting| setting.restore(signal))
}

unsafe extern "C" {
    fn backtrace(addresses: *mut *mut core::ffi::c_void, most: i32) -> i32;
}

/// Writes where the native code stands, as far as can be told.
pub fn write_native_stack(fd: i32) {
    write(fd, b"Current thread's C stack trace (most recent call first):\n");
    let mut addresses = [core::ptr::null_mut(); 32];
    // SAFETY: room for so many addresses; names are read only where the loader gave them.
    unsafe {
        let n = backtrace(addresses.as_mut_ptr(), addresses.len() as i32);
        for address in addresses.iter().take(n.max(0) as usize) {
            let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
            write(fd, b"  ");
            if libc::dladdr(*address, info.as_mut_ptr()) != 0 {
                let info = info.assume_init();
                write(fd, b"Binary file \"");
                if !info.dli_fname.is_null() {
                    write(fd, CStr::from_ptr(info.dli_fname).to_bytes());
                }
                write(fd, b"\"");
                if !info.dli_sname.is_null() {
                    write(fd, b", at ");
                    write(fd, CStr::from_ptr(info.dli_sname).to_bytes());
                    write(fd, b"+0x");
                    write_number(fd, (address.addr() - info.dli_saddr.addr()) as u64, 16, 1);
                }
            } else {
                write(fd, b"<unknown>");
            }
            write(fd, b" [0x");
            write_number(fd, address.addr() as u64, 16, 1);
            write(fd, b"]\n");
        }
        if n as usize == addresses.len() {
            write(fd, b"  <truncated rest of calls>\n");
        }
    }
}

/// Reads from address 0.
pub fn read_null() -> i32 {
    let nowhere = core::hint::black_box(core::ptr::null::<i32>());
    // SAFETY: none: this is what tests of fault reports ask for.
    unsafe { nowhere.read_volatile() }
}

/// Divides by zero as the processor does it.
pub fn floating_point_exception() {
    // SAFETY: raises the signal on this thread.
    unsafe { libc::raise(libc::SIGFPE) };
}

/// Uses up the native stack.
#[inline(never)]
pub fn overflow_stack(depth: u64) -> u64 {
    let room = core::hint::black_box([depth as u8; 4096]);
    if depth == u64::MAX {
        return 0;
    }
    overflow_stack(depth + 1) + u64::from(core::hint::black_box(room[7]))
}

/// The name of a thread, NUL-terminated in the room; empty when the system tells none.
pub fn thread_name(thread: u64, room: &mut [u8; 32]) -> usize {
    // SAFETY: the room's length is passed; the thread is one that runs.
    let got =
        unsafe { libc::pthread_getname_np(thread as libc::pthread_t, room.as_mut_ptr().cast(), room.len()) };
    if got != 0 { 0 } else { room.iter().position(|b| *b == 0).unwrap_or(0) }
}
