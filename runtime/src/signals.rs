//! What the runtime itself does with signals: the native handler that only notes what came, telling the main thread, running the
//! handlers, masks, waiting and timers. Not here: module `_signal` (crate `modules/os`), which knows the Python handlers.

use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering};
use std::sync::OnceLock;

use crate::error::PyResult;
use crate::py::Py;
use crate::state::{ThreadState, breaker};
use crate::system::{Errno, SysResult, check, done};

/// What knows the Python handlers.
#[derive(Clone, Copy, Debug)]
pub struct Handlers {
    /// Runs those of the signals that have come in.
    pub run: fn(Py<'_>) -> PyResult<()>,
    /// Lets go of all of them, at the interpreter's end.
    pub forget: fn(),
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();
/// Whether [`finish`] was there: no signal has a Python handler any more.
static FINISHED: AtomicBool = AtomicBool::new(false);
/// The thread that runs signal handlers; null before start-up.
static MAIN_THREAD: AtomicPtr<ThreadState> = AtomicPtr::new(core::ptr::null_mut());

/// Says what knows the Python handlers; module `_signal` does, once.
pub fn set_handlers(handlers: Handlers) {
    let _ = HANDLERS.set(handlers);
}

/// No signal reaches Python code from here on: those that would have done so have the system's default action again.
pub fn finish() {
    for signal in 1..COUNT {
        if action(signal) == Ok(Action::Note) {
            let _ = set_action(signal, Action::Default);
        }
    }
    forget_pending();
    FINISHED.store(true, Ordering::Relaxed);
    if let Some(handlers) = HANDLERS.get() {
        (handlers.forget)();
    }
}

/// Says which thread runs them. Its state lives to the end of the process.
pub fn set_main_thread(state: &'static ThreadState) {
    MAIN_THREAD.store(core::ptr::from_ref(state).cast_mut(), Ordering::Release);
}

/// Identity of the main thread, 0 before start-up.
pub fn main_thread_ident() -> u64 {
    // SAFETY: null, or a state that lives to the end of the process.
    unsafe { MAIN_THREAD.load(Ordering::Acquire).as_ref() }.map_or(0, |main| main.thread_id.get())
}

/// Makes the main thread look for signals that have come in. May be called in a native signal handler.
pub fn notify_main_thread() {
    set_main_breaker(breaker::SIGNALS_PENDING);
}

/// Sets a bit of the main thread's eval breaker, from any thread.
pub fn set_main_breaker(bit: usize) {
    // SAFETY: null, or a state that lives to the end of the process; the word is atomic.
    if let Some(main) = unsafe { MAIN_THREAD.load(Ordering::Acquire).as_ref() } {
        main.set_breaker(bit);
    }
}

/// One more than the largest signal number.
pub const COUNT: i32 = 65;

/// Signals that came and were not yet handled, by number.
static CAME: [AtomicBool; COUNT as usize] = [const { AtomicBool::new(false) }; COUNT as usize];
/// Whether any entry of `CAME` may be set.
static ANY_CAME: AtomicBool = AtomicBool::new(false);
static WAKEUP_FD: AtomicI32 = AtomicI32::new(-1);
static WARN_ON_FULL: AtomicBool = AtomicBool::new(true);
/// Failed writes to the wake-up descriptor: the error number in the low half, and a count so that none is lost.
static WAKEUP_ERROR: AtomicU64 = AtomicU64::new(0);

/// Notes a signal that has come.
pub fn note(signal: i32) {
    if let Some(flag) = CAME.get(signal as usize) {
        flag.store(true, Ordering::SeqCst);
        ANY_CAME.store(true, Ordering::SeqCst);
        notify_main_thread();
    }
    let fd = WAKEUP_FD.load(Ordering::Relaxed);
    if fd != -1 {
        let byte = signal as u8;
        // SAFETY: one byte is read.
        if unsafe { libc::write(fd, (&raw const byte).cast(), 1) } < 0 {
            let error = Errno::last().0;
            let full = error == libc::EAGAIN;
            if !full || WARN_ON_FULL.load(Ordering::Relaxed) {
                WAKEUP_ERROR.store(error as u64, Ordering::SeqCst);
                ANY_CAME.store(true, Ordering::SeqCst);
                notify_main_thread();
            }
        }
    }
}

/// Notes a signal as if it had come, if Python code has a say about it (`PyErr_SetInterruptEx`).
pub fn simulate(signal: i32) {
    if FINISHED.load(Ordering::Relaxed) || action(signal) == Ok(Action::Note) {
        note(signal);
    }
}

extern "C" fn on_signal(signal: i32) {
    // SAFETY: errno is this thread's own; the interrupted code must find it as it was.
    unsafe {
        let saved = *libc::__errno_location();
        note(signal);
        *libc::__errno_location() = saved;
    }
}

/// The signals that came since the last look, in order; they count as seen.
pub fn take_all() -> Vec<i32> {
    if !ANY_CAME.swap(false, Ordering::SeqCst) {
        return Vec::new();
    }
    (1i32..)
        .zip(CAME.iter().skip(1))
        .filter(|(_, flag)| flag.swap(false, Ordering::SeqCst))
        .map(|(n, _)| n)
        .collect()
}

/// Forgets the signals that came and were not handled: those of the parent are no business of a forked child.
pub fn forget_pending() {
    ANY_CAME.store(false, Ordering::SeqCst);
    for flag in &CAME {
        flag.store(false, Ordering::SeqCst);
    }
}

/// Notes again signals that were taken but not handled; wakes nobody up by descriptor.
pub fn put_back(signals: &[i32]) {
    for flag in signals.iter().filter_map(|n| CAME.get(*n as usize)) {
        flag.store(true, Ordering::SeqCst);
        ANY_CAME.store(true, Ordering::SeqCst);
        notify_main_thread();
    }
}

/// The error number of a failed write to the wake-up descriptor, once.
pub fn take_wakeup_error() -> Option<i32> {
    match WAKEUP_ERROR.swap(0, Ordering::SeqCst) {
        0 => None,
        error => Some(error as i32),
    }
}

/// Sets the descriptor that gets a byte for every signal, and whether a full one is worth a warning; the old descriptor or -1.
pub fn set_wakeup_fd(fd: i32, warn_on_full: bool) -> i32 {
    WARN_ON_FULL.store(warn_on_full, Ordering::Relaxed);
    WAKEUP_FD.swap(fd, Ordering::SeqCst)
}

impl Py<'_> {
    /// Whether this is the thread that runs signal handlers.
    #[inline]
    pub fn is_main_thread(self) -> bool {
        core::ptr::eq(MAIN_THREAD.load(Ordering::Relaxed), self.thread())
    }

    /// Runs the handlers of signals that have come in, when this is the main thread (`PyErr_CheckSignals`). Blocking calls that
    /// end with `EINTR` call this and then go on.
    #[inline]
    pub fn check_signals(self) -> PyResult<()> {
        let pending = self.thread().eval_breaker.load(Ordering::Relaxed) & breaker::SIGNALS_PENDING != 0;
        if pending { self.run_signal_handlers() } else { Ok(()) }
    }

    #[cold]
    fn run_signal_handlers(self) -> PyResult<()> {
        let ts = self.thread();
        ts.eval_breaker.fetch_and(!breaker::SIGNALS_PENDING, Ordering::Relaxed);
        let (true, Some(handlers)) = (self.is_main_thread(), HANDLERS.get()) else { return Ok(()) };
        // Others may be waiting behind one that raises.
        (handlers.run)(self).inspect_err(|_| ts.set_breaker(breaker::SIGNALS_PENDING))
    }

    /// Makes a system call without the GIL and repeats it when a signal interrupts it, after running the handlers (PEP 475). The outer
    /// error is a handler's exception.
    #[inline]
    pub fn retry<T>(self, mut call: impl FnMut() -> SysResult<T>) -> PyResult<SysResult<T>> {
        loop {
            match self.detach(&mut call) {
                Err(Errno(libc::EINTR)) => self.check_signals()?,
                outcome => return Ok(outcome),
            }
        }
    }

    /// The same, with every error raised as `OSError`.
    #[inline]
    pub fn blocking<T>(self, call: impl FnMut() -> SysResult<T>) -> PyResult<T> {
        self.retry(call)?.map_err(|Errno(error)| self.raise_errno(error))
    }
}

/// What a signal does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// The system's default.
    Default,
    /// Nothing.
    Ignore,
    /// It is noted for Python.
    Note,
    /// Something that C code installed.
    Foreign,
}

/// What a signal does now.
pub fn action(signal: i32) -> SysResult<Action> {
    let mut old = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: `old` is a whole structure, valid with zero bytes.
    let old = unsafe {
        done(libc::sigaction(signal, core::ptr::null(), old.as_mut_ptr()))?;
        old.assume_init()
    };
    Ok(match old.sa_sigaction {
        libc::SIG_DFL => Action::Default,
        libc::SIG_IGN => Action::Ignore,
        f if f == on_signal as extern "C" fn(i32) as usize => Action::Note,
        _ => Action::Foreign,
    })
}

/// Sets what a signal does. System calls that it interrupts are not restarted by the kernel.
pub fn set_action(signal: i32, action: Action) -> SysResult {
    let handler = match action {
        Action::Default => libc::SIG_DFL,
        Action::Ignore => libc::SIG_IGN,
        Action::Note => on_signal as extern "C" fn(i32) as usize,
        Action::Foreign => return Err(Errno(libc::EINVAL)),
    };
    let mut new = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a whole structure; the handler only touches atomics and writes one byte.
    unsafe {
        let set = new.assume_init_mut();
        set.sa_sigaction = handler;
        // Faults need the alternate stack that may have been set up for them.
        set.sa_flags = if action == Action::Note { libc::SA_ONSTACK } else { 0 };
        done(libc::sigaction(signal, new.as_ptr(), core::ptr::null_mut()))
    }
}

/// `siginterrupt`.
pub fn set_interrupts(signal: i32, interrupt: bool) -> SysResult {
    let mut old = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: whole structures; only the restart flag changes.
    unsafe {
        done(libc::sigaction(signal, core::ptr::null(), old.as_mut_ptr()))?;
        let set = old.assume_init_mut();
        if interrupt {
            set.sa_flags &= !libc::SA_RESTART;
        } else {
            set.sa_flags |= libc::SA_RESTART;
        }
        done(libc::sigaction(signal, old.as_ptr(), core::ptr::null_mut()))
    }
}

/// The C library's set of these signals.
pub fn signal_set(signals: &[i32]) -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` fills the set; wrong numbers are refused.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        for signal in signals {
            libc::sigaddset(set.as_mut_ptr(), *signal);
        }
        set.assume_init()
    }
}

/// The signals in a set.
fn members(set: &libc::sigset_t) -> Vec<i32> {
    // SAFETY: the set is whole.
    (1..COUNT).filter(|n| unsafe { libc::sigismember(set, *n) } == 1).collect()
}

/// All signals that the C library lets a program use.
pub fn valid() -> Vec<i32> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigfillset` fills the set.
    let set = unsafe {
        libc::sigfillset(set.as_mut_ptr());
        set.assume_init()
    };
    members(&set)
}

/// `pthread_sigmask`: the old mask.
pub fn change_mask(how: i32, signals: &[i32]) -> SysResult<Vec<i32>> {
    let new = signal_set(signals);
    let mut old = MaybeUninit::zeroed();
    // SAFETY: whole sets.
    match unsafe { libc::pthread_sigmask(how, &raw const new, old.as_mut_ptr()) } {
        // SAFETY: filled by the call.
        0 => Ok(members(unsafe { old.assume_init_ref() })),
        error => Err(Errno(error)),
    }
}

/// `sigpending`.
pub fn pending() -> SysResult<Vec<i32>> {
    let mut set = MaybeUninit::zeroed();
    // SAFETY: a whole set.
    unsafe {
        done(libc::sigpending(set.as_mut_ptr()))?;
        Ok(members(set.assume_init_ref()))
    }
}

/// `sigwait`.
pub fn wait_for(signals: &[i32]) -> SysResult<i32> {
    let set = signal_set(signals);
    let mut signal = 0;
    // SAFETY: a whole set and a number.
    match unsafe { libc::sigwait(&raw const set, &raw mut signal) } {
        0 => Ok(signal),
        error => Err(Errno(error)),
    }
}

/// What `siginfo_t` tells.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Info {
    pub signo: i32,
    pub code: i32,
    pub errno: i32,
    pub pid: i32,
    pub uid: u32,
    pub status: i32,
    pub band: i64,
}

/// `sigwaitinfo`, or `sigtimedwait` with a limit.
pub fn wait_info(signals: &[i32], timeout: Option<libc::timespec>) -> SysResult<Info> {
    let set = signal_set(signals);
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: whole structures; the fields of `info` that the signal did not fill are zero or another member of the union: numbers all.
    unsafe {
        check(match &timeout {
            Some(limit) => libc::sigtimedwait(&raw const set, info.as_mut_ptr(), limit),
            None => libc::sigwaitinfo(&raw const set, info.as_mut_ptr()),
        })?;
        let info = info.assume_init();
        // `si_band` is the first word of the union behind the three leading numbers.
        let band = (&raw const info).cast::<i64>().add(2).read();
        Ok(Info {
            signo: info.si_signo,
            code: info.si_code,
            errno: info.si_errno,
            pid: info.si_pid(),
            uid: info.si_uid(),
            status: info.si_status(),
            band,
        })
    }
}

/// `raise`.
pub fn raise_signal(signal: i32) -> SysResult {
    // SAFETY: only numbers.
    done(unsafe { libc::raise(signal) })
}

/// `pthread_kill`.
pub fn kill_thread(thread: u64, signal: i32) -> SysResult {
    // SAFETY: as in C, a number that names no thread is the caller's fault.
    match unsafe { libc::pthread_kill(thread as libc::pthread_t, signal) } {
        0 => Ok(()),
        error => Err(Errno(error)),
    }
}

/// `alarm`: seconds that were left of the old one.
pub fn alarm(seconds: u32) -> u32 {
    // SAFETY: only numbers.
    unsafe { libc::alarm(seconds) }
}

/// `pause`: comes back when a signal was handled.
pub fn pause() {
    // SAFETY: takes nothing.
    unsafe { libc::pause() };
}

/// `setitimer`, or `getitimer` without new values: the old ones. Each is (value, interval).
pub fn interval_timer(
    which: i32,
    new: Option<(libc::timeval, libc::timeval)>,
) -> SysResult<(libc::timeval, libc::timeval)> {
    let mut old = MaybeUninit::<libc::itimerval>::zeroed();
    // SAFETY: whole structures, valid with zero bytes.
    let old = unsafe {
        done(match new {
            Some((value, interval)) => {
                let new = libc::itimerval { it_value: value, it_interval: interval };
                libc::setitimer(which as _, &raw const new, old.as_mut_ptr())
            }
            None => libc::getitimer(which as _, old.as_mut_ptr()),
        })?;
        old.assume_init()
    };
    Ok((old.it_value, old.it_interval))
}

/// `strsignal`, for the signals that have a text.
pub fn description(signal: i32) -> Option<String> {
    // SAFETY: the text lives until the next call; it is copied at once.
    unsafe {
        *libc::__errno_location() = 0;
        let text = libc::strsignal(signal);
        if text.is_null() {
            return None;
        }
        let text = core::ffi::CStr::from_ptr(text).to_string_lossy().into_owned();
        if text.starts_with("Unknown signal") { None } else { Some(text) }
    }
}

/// Ends the process by SIGINT with its default action, as an unhandled `KeyboardInterrupt` does.
pub fn die_of_interrupt() {
    // SAFETY: restores the default action and raises the signal on this process.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_DFL);
        libc::kill(libc::getpid(), libc::SIGINT);
    }
}
