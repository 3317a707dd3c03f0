//! Facts about the native thread that runs: identities, names. Not here: thread states (`state.rs`).

use std::ffi::CString;

/// The identity that `threading.get_ident` gives (`pthread_self`).
pub fn current_ident() -> u64 {
    // SAFETY: takes nothing, cannot fail.
    unsafe { libc::pthread_self() as u64 }
}

/// The same identity of a thread that was started.
pub fn ident_of(thread: &std::thread::JoinHandle<()>) -> u64 {
    use std::os::unix::thread::JoinHandleExt;
    thread.as_pthread_t()
}

/// The kernel's number of this thread.
pub fn current_native_id() -> u64 {
    // SAFETY: takes nothing, cannot fail.
    (unsafe { libc::gettid() }) as u64
}

/// Bytes that a thread's name may have.
pub const NAME_MAX: usize = 15;

/// Names this thread for the system; a name that does not fit is cut. The system's refusal comes back as error number.
pub fn set_name(name: &[u8]) -> Result<(), i32> {
    let name = name.get(..NAME_MAX).unwrap_or(name);
    let name = CString::new(name.split(|&b| b == 0).next().unwrap_or_default()).unwrap_or_default();
    // SAFETY: the name ends in NUL.
    match unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) } {
        0 => Ok(()),
        error => Err(error),
    }
}

/// The name this thread has for the system.
pub fn name() -> Result<Vec<u8>, i32> {
    let mut buffer = [0u8; 64];
    // SAFETY: the buffer is as long as said.
    match unsafe { libc::pthread_getname_np(libc::pthread_self(), buffer.as_mut_ptr().cast(), buffer.len()) }
    {
        0 => Ok(buffer.iter().copied().take_while(|&b| b != 0).collect()),
        error => Err(error),
    }
}

/// What a thread gets when nobody says how much: the system's default.
pub fn default_stack_size() -> usize {
    const FALLBACK: usize = 8 << 20;
    // SAFETY: a query into an attribute object that is initialised and destroyed here.
    unsafe {
        let mut attr: libc::pthread_attr_t = core::mem::zeroed();
        if libc::pthread_attr_init(&mut attr) != 0 {
            return FALLBACK;
        }
        let mut size = 0usize;
        let got = libc::pthread_attr_getstacksize(&attr, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        if got == 0 && size != 0 { size } else { FALLBACK }
    }
}

/// This thread's `errno`.
#[inline]
pub fn errno() -> i32 {
    // SAFETY: the location is this thread's own.
    unsafe { *libc::__errno_location() }
}

/// Sets this thread's `errno`.
#[inline]
pub fn set_errno(value: i32) {
    // SAFETY: the location is this thread's own.
    unsafe { *libc::__errno_location() = value };
}
