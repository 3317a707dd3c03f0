//! Scheduling policies, priorities and processor sets.

use super::{SysResult, check, done, system_calls};

system_calls! {
    /// `sched_get_priority_max`.
    fn sched_get_priority_max(policy: i32) -> i32;
    /// `sched_get_priority_min`.
    fn sched_get_priority_min(policy: i32) -> i32;
    /// `sched_getscheduler`.
    fn sched_getscheduler(pid: i32) -> i32;
    /// `sched_yield`.
    fn sched_yield() -> i32;
}

/// `sched_getparam`: the priority.
pub fn priority(pid: i32) -> SysResult<i32> {
    let mut out = libc::sched_param { sched_priority: 0 };
    // SAFETY: the structure is whole.
    done(unsafe { libc::sched_getparam(pid, &raw mut out) })?;
    Ok(out.sched_priority)
}

/// `sched_setparam`.
pub fn set_priority(pid: i32, priority: i32) -> SysResult {
    let parameter = libc::sched_param { sched_priority: priority };
    // SAFETY: the structure is whole.
    done(unsafe { libc::sched_setparam(pid, &raw const parameter) })
}

/// `sched_setscheduler`.
pub fn set_policy(pid: i32, policy: i32, priority: i32) -> SysResult {
    let parameter = libc::sched_param { sched_priority: priority };
    // SAFETY: the structure is whole.
    done(unsafe { libc::sched_setscheduler(pid, policy, &raw const parameter) })
}

/// `sched_rr_get_interval` in seconds and nanoseconds.
pub fn interval(pid: i32) -> SysResult<libc::timespec> {
    let mut out = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure is whole.
    done(unsafe { libc::sched_rr_get_interval(pid, &raw mut out) })?;
    Ok(out)
}

/// The processors that a process may use.
pub fn affinity(pid: i32) -> SysResult<Vec<u32>> {
    let mut words = vec![0u64; 16];
    loop {
        // SAFETY: the kernel writes at most the length given.
        let got = check(unsafe {
            libc::syscall(libc::SYS_sched_getaffinity, pid, words.len() * 8, words.as_mut_ptr())
        });
        match got {
            Err(super::Errno(libc::EINVAL)) if words.len() < 1 << 17 => words.resize(words.len() * 2, 0),
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    let bits = words.iter().enumerate().flat_map(|(i, word)| {
        (0..64u32).filter(move |bit| word >> bit & 1 != 0).map(move |bit| i as u32 * 64 + bit)
    });
    Ok(bits.collect())
}

/// Sets them.
pub fn set_affinity(pid: i32, processors: &[u32]) -> SysResult {
    let most = processors.iter().copied().max().unwrap_or(0);
    let mut words = vec![0u64; (most as usize / 64 + 1).max(16)];
    for cpu in processors {
        if let Some(word) = words.get_mut(*cpu as usize / 64) {
            *word |= 1 << (cpu % 64);
        }
    }
    // SAFETY: the kernel reads the length given.
    done(unsafe { libc::syscall(libc::SYS_sched_setaffinity, pid, words.len() * 8, words.as_ptr()) })
}
