//! Clocks, calendar conversion, sleeping.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::{Errno, SysResult, check, done};

pub use libc::{timespec as TimeSpec, tm as Calendar};

/// `clock_gettime` in nanoseconds.
pub fn clock(id: i32) -> SysResult<i128> {
    clock_spec(id).map(|t| nanoseconds(&t))
}

/// `clock_gettime`.
pub fn clock_spec(id: i32) -> SysResult<TimeSpec> {
    let mut out = TimeSpec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `out` is a whole structure.
    done(unsafe { libc::clock_gettime(id, &raw mut out) })?;
    Ok(out)
}

/// `clock_getres`.
pub fn clock_resolution(id: i32) -> SysResult<TimeSpec> {
    let mut out = TimeSpec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `out` is a whole structure.
    done(unsafe { libc::clock_getres(id, &raw mut out) })?;
    Ok(out)
}

/// `clock_settime`.
pub fn set_clock(id: i32, to: TimeSpec) -> SysResult {
    // SAFETY: `to` is a whole structure.
    done(unsafe { libc::clock_settime(id, &raw const to) })
}

/// A structure as nanoseconds.
pub fn nanoseconds(t: &TimeSpec) -> i128 {
    i128::from(t.tv_sec) * 1_000_000_000 + i128::from(t.tv_nsec)
}

/// Nanoseconds as a structure; `None` when the seconds do not fit.
pub fn to_spec(ns: i128) -> Option<TimeSpec> {
    let seconds = i64::try_from(ns.div_euclid(1_000_000_000)).ok()?;
    Some(TimeSpec { tv_sec: seconds, tv_nsec: ns.rem_euclid(1_000_000_000) as i64 })
}

/// Sleeps until `deadline` on the monotonic clock (`clock_nanosleep` with an absolute time).
pub fn sleep_until(deadline: TimeSpec) -> SysResult {
    // SAFETY: the structure is whole; no remainder is asked for.
    match unsafe {
        libc::clock_nanosleep(
            libc::CLOCK_MONOTONIC,
            libc::TIMER_ABSTIME,
            &raw const deadline,
            core::ptr::null_mut(),
        )
    } {
        0 => Ok(()),
        error => Err(Errno(error)),
    }
}

/// `pthread_getcpuclockid`.
pub fn thread_clock(thread: u64) -> SysResult<i32> {
    let mut id = 0;
    // SAFETY: as in C, a number that names no thread is the caller's fault; the caller checks it against the running threads.
    match unsafe { libc::pthread_getcpuclockid(thread as libc::pthread_t, &raw mut id) } {
        0 => Ok(id),
        error => Err(Errno(error)),
    }
}

/// `localtime_r`.
pub fn local(seconds: i64) -> SysResult<Calendar> {
    calendar(|out| {
        // SAFETY: `out` is a whole structure.
        unsafe { libc::localtime_r(&raw const seconds, out) }
    })
}

/// `gmtime_r`.
pub fn universal(seconds: i64) -> SysResult<Calendar> {
    calendar(|out| {
        // SAFETY: `out` is a whole structure.
        unsafe { libc::gmtime_r(&raw const seconds, out) }
    })
}

fn calendar(convert: impl FnOnce(*mut Calendar) -> *mut Calendar) -> SysResult<Calendar> {
    let mut out = MaybeUninit::zeroed();
    if convert(out.as_mut_ptr()).is_null() {
        return Err(match Errno::last() {
            Errno(0) => Errno(libc::EINVAL),
            error => error,
        });
    }
    // SAFETY: zero bytes are a valid structure already.
    Ok(unsafe { out.assume_init() })
}

/// `mktime`: the seconds, with the fields of `t` put in order; `None` when it cannot be told.
pub fn make(t: &mut Calendar) -> Option<i64> {
    t.tm_wday = -1;
    // SAFETY: `t` is a whole structure.
    let seconds = unsafe { libc::mktime(t) };
    // A valid time has its week day filled in, even -1 seconds.
    if seconds == -1 && t.tm_wday == -1 { None } else { Some(seconds) }
}

/// The zone's abbreviation of a converted time.
pub fn zone_name(t: &Calendar) -> Vec<u8> {
    if t.tm_zone.is_null() {
        return Vec::new();
    }
    // SAFETY: the C library's zone names live as long as the process.
    unsafe { CStr::from_ptr(t.tm_zone) }.to_bytes().to_vec()
}

/// A `Calendar` with nothing in it.
pub fn empty_calendar() -> Calendar {
    // SAFETY: zero bytes are a valid structure.
    unsafe { MaybeUninit::<Calendar>::zeroed().assume_init() }
}

unsafe extern "C" {
    fn tzset();
    fn strftime(
        out: *mut core::ffi::c_char,
        max: usize,
        format: *const core::ffi::c_char,
        time: *const Calendar,
    ) -> usize;
}

/// `tzset`.
pub fn read_zone() {
    // SAFETY: only reads the environment, which changes under the GIL.
    unsafe { tzset() }
}

/// `strftime`; `None` when the result cannot be told from one that does not fit even in a very large buffer.
pub fn format(pattern: &CStr, t: &Calendar, zone: Option<&CStr>) -> Vec<u8> {
    let mut t = *t;
    if let Some(zone) = zone {
        t.tm_zone = zone.as_ptr();
    }
    let length = pattern.to_bytes().len();
    let mut size = 1024;
    loop {
        let mut out = vec![0u8; size];
        // SAFETY: writes at most `size` bytes; the structure and the zone name are whole.
        let n = unsafe { strftime(out.as_mut_ptr().cast(), size, pattern.as_ptr(), &raw const t) };
        if n > 0 || size >= 256 * length {
            // Zero with a buffer 256 times as long as the pattern means that the result is empty.
            out.truncate(n);
            return out;
        }
        size *= 2;
    }
}

/// `times`: user, system, children's user and system clock ticks, and ticks since some point in the past.
pub fn process_times() -> SysResult<[i64; 5]> {
    let mut out = MaybeUninit::<libc::tms>::zeroed();
    // SAFETY: `out` is a whole structure.
    let (now, t) = unsafe { (check(libc::times(out.as_mut_ptr()))?, out.assume_init()) };
    Ok([t.tms_utime, t.tms_stime, t.tms_cutime, t.tms_cstime, now])
}
