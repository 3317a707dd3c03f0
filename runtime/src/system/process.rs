//! Processes: identity, environment, fork and exec, waiting, signals to others, limits, name spaces.

use core::ffi::{CStr, c_char, c_int};
use core::mem::MaybeUninit;
use std::ffi::CString;

use super::{Errno, SysResult, check, done, system_calls};

pub use libc::rusage as Usage;

system_calls! {
    /// `getpgid`.
    fn getpgid(pid: i32) -> i32;
    /// `setpgid`.
    fn setpgid(pid: i32, group: i32) -> i32;
    /// `getsid`.
    fn getsid(pid: i32) -> i32;
    /// `setsid`.
    fn setsid() -> i32;
    /// `kill`.
    fn kill(pid: i32, signal: i32) -> i32;
    /// `killpg`.
    fn killpg(group: i32, signal: i32) -> i32;
    /// `unshare`.
    fn unshare(flags: i32) -> i32;
    /// `setns`.
    fn setns(fd: i32, kind: i32) -> i32;
}

/// `getpid`.
pub fn id() -> i32 {
    // SAFETY: takes nothing.
    unsafe { libc::getpid() }
}
/// `getppid`.
pub fn parent_id() -> i32 {
    // SAFETY: takes nothing.
    unsafe { libc::getppid() }
}
/// `getpgrp`.
pub fn group() -> i32 {
    // SAFETY: takes nothing.
    unsafe { libc::getpgrp() }
}
/// `umask`: the old one.
pub fn set_mask(mask: u32) -> u32 {
    // SAFETY: only numbers.
    unsafe { libc::umask(mask) }
}

unsafe extern "C" {
    static environ: *const *const c_char;
}

/// The environment's `NAME=value` strings as they stand.
pub fn environment() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    // SAFETY: the array ends with null, each string with NUL; it changes only under the GIL.
    unsafe {
        let mut at = environ;
        while !at.is_null() && !(*at).is_null() {
            all.push(CStr::from_ptr(*at).to_bytes().to_vec());
            at = at.add(1);
        }
    }
    all
}

/// `setenv`.
pub fn set_variable(name: &CStr, value: &CStr) -> SysResult {
    // SAFETY: strings end with NUL; the environment changes only under the GIL.
    done(unsafe { libc::setenv(name.as_ptr(), value.as_ptr(), 1) })
}

/// `unsetenv`.
pub fn unset_variable(name: &CStr) -> SysResult {
    // SAFETY: as above.
    done(unsafe { libc::unsetenv(name.as_ptr()) })
}

/// Null-terminated array of the strings' addresses.
fn pointers(strings: &[CString]) -> Vec<*const c_char> {
    strings.iter().map(|s| s.as_ptr()).chain([core::ptr::null()]).collect()
}

/// `execve`, or `fexecve` of a descriptor; comes back only with an error. Without an environment the present one goes on.
pub fn execute(
    file: super::files::File<'_>,
    arguments: &[CString],
    environment: Option<&[CString]>,
) -> Errno {
    let argv = pointers(arguments);
    let envp = environment.map(pointers);
    // SAFETY: both arrays end with null and hold strings that end with NUL.
    unsafe {
        let envp = envp.as_ref().map_or(environ, |e| e.as_ptr());
        match file {
            super::files::File::Open(fd) => {
                libc::fexecve(fd, argv.as_ptr(), envp);
            }
            super::files::File::Named(path, _) => {
                libc::execve(path.as_ptr(), argv.as_ptr(), envp);
            }
        }
    }
    Errno::last()
}

/// `fork`. Everything that must be whole in the child is the caller's business.
pub fn fork() -> SysResult<i32> {
    // SAFETY: the child goes on with this thread alone.
    check(unsafe { libc::fork() })
}

/// `_exit`.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(status) }
}

/// `abort`.
pub fn abort() -> ! {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

/// `system`: the wait status.
pub fn shell(command: &CStr) -> i32 {
    // SAFETY: the command ends with NUL.
    unsafe { libc::system(command.as_ptr()) }
}

/// `waitpid`: process and status.
pub fn wait(pid: i32, options: i32) -> SysResult<(i32, i32)> {
    let mut status = 0;
    // SAFETY: `status` is a number.
    let pid = check(unsafe { libc::waitpid(pid, &raw mut status, options) })?;
    Ok((pid, status))
}

/// `wait4`: process, status and resource usage.
pub fn wait_usage(pid: i32, options: i32) -> SysResult<(i32, i32, Usage)> {
    let mut status = 0;
    let mut usage = MaybeUninit::zeroed();
    // SAFETY: `usage` is a whole structure, valid with zero bytes.
    unsafe {
        let pid = check(libc::wait4(pid, &raw mut status, options, usage.as_mut_ptr()))?;
        Ok((pid, status, usage.assume_init()))
    }
}

/// What `waitid` tells.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Waited {
    pub pid: i32,
    pub uid: u32,
    pub signo: i32,
    pub status: i32,
    pub code: i32,
}

/// `waitid`; a `pid` of 0 in the answer: nothing to tell yet.
pub fn wait_id(kind: u32, id: u32, options: i32) -> SysResult<Waited> {
    let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: `info` is a whole structure, valid with zero bytes; the fields read are those that the call fills.
    unsafe {
        done(libc::waitid(kind as libc::idtype_t, id, info.as_mut_ptr(), options))?;
        let info = info.assume_init();
        Ok(Waited {
            pid: info.si_pid(),
            uid: info.si_uid(),
            signo: info.si_signo,
            status: info.si_status(),
            code: info.si_code,
        })
    }
}

/// `pidfd_open`.
pub fn open_process(pid: i32, flags: u32) -> SysResult<i32> {
    // SAFETY: only numbers.
    check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) }).map(|fd| fd as i32)
}

/// `pidfd_send_signal`.
pub fn signal_process(fd: i32, signal: i32, flags: u32) -> SysResult {
    // SAFETY: no structure is passed.
    done(unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, core::ptr::null::<libc::siginfo_t>(), flags)
    })
}

/// `nice`: the new value, which may be -1 without error.
pub fn nice(increment: i32) -> SysResult<i32> {
    // SAFETY: only numbers.
    unsafe {
        *libc::__errno_location() = 0;
        match (libc::nice(increment), Errno::last()) {
            (-1, error) if error.0 != 0 => Err(error),
            (value, _) => Ok(value),
        }
    }
}

/// `getpriority`.
pub fn priority(which: i32, who: u32) -> SysResult<i32> {
    // SAFETY: only numbers.
    unsafe {
        *libc::__errno_location() = 0;
        match (libc::getpriority(which as libc::__priority_which_t, who), Errno::last()) {
            (-1, error) if error.0 != 0 => Err(error),
            (value, _) => Ok(value),
        }
    }
}

/// `setpriority`.
pub fn set_priority(which: i32, who: u32, value: i32) -> SysResult {
    // SAFETY: only numbers.
    done(unsafe { libc::setpriority(which as libc::__priority_which_t, who, value) })
}

/// `getloadavg`.
pub fn load_averages() -> Option<[f64; 3]> {
    let mut out = [0.0; 3];
    // SAFETY: room for three numbers.
    (unsafe { libc::getloadavg(out.as_mut_ptr(), 3) } == 3).then_some(out)
}

/// `sysconf`: `None` when the value has no limit or is not known.
pub fn configuration(name: i32) -> SysResult<i64> {
    // SAFETY: only numbers.
    unsafe {
        *libc::__errno_location() = 0;
        match (libc::sysconf(name), Errno::last()) {
            (-1, error) if error.0 != 0 => Err(error),
            (value, _) => Ok(value),
        }
    }
}

/// `pathconf` and `fpathconf`, whose -1 may mean "no limit".
pub fn path_configuration(file: super::files::File<'_>, name: i32) -> SysResult<i64> {
    // SAFETY: the path ends with NUL.
    unsafe {
        *libc::__errno_location() = 0;
        let value = match file {
            super::files::File::Open(fd) => libc::fpathconf(fd, name),
            super::files::File::Named(path, _) => libc::pathconf(path.as_ptr(), name),
        };
        match (value, Errno::last()) {
            (-1, error) if error.0 != 0 => Err(error),
            (value, _) => Ok(value),
        }
    }
}

/// `confstr`: `None` when it has no value.
pub fn configuration_text(name: i32) -> SysResult<Option<Vec<u8>>> {
    let mut buffer = vec![0u8; 255];
    loop {
        // SAFETY: writes at most the length given; errno is this thread's own.
        let n = unsafe {
            *libc::__errno_location() = 0;
            libc::confstr(name, buffer.as_mut_ptr().cast(), buffer.len())
        };
        if n == 0 {
            return match Errno::last() {
                Errno(0) => Ok(None),
                error => Err(error),
            };
        }
        if n <= buffer.len() {
            buffer.truncate(n - 1);
            return Ok(Some(buffer));
        }
        buffer.resize(n, 0);
    }
}

/// `uname`: system, node, release, version, machine.
pub fn system_name() -> SysResult<[Vec<u8>; 5]> {
    let mut out = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: `out` is a whole structure; its texts end with NUL.
    unsafe {
        done(libc::uname(out.as_mut_ptr()))?;
        let out = out.assume_init();
        let text = |field: &[c_char]| CStr::from_ptr(field.as_ptr()).to_bytes().to_vec();
        Ok([
            text(&out.sysname),
            text(&out.nodename),
            text(&out.release),
            text(&out.version),
            text(&out.machine),
        ])
    }
}

/// `getrusage`.
pub fn usage(who: i32) -> SysResult<Usage> {
    let mut out = MaybeUninit::zeroed();
    // SAFETY: `out` is a whole structure, valid with zero bytes.
    unsafe {
        done(libc::getrusage(who, out.as_mut_ptr()))?;
        Ok(out.assume_init())
    }
}

/// `prlimit`: the old limits, after setting the new ones if given.
pub fn limits(pid: i32, resource: u32, new: Option<(u64, u64)>) -> SysResult<(u64, u64)> {
    let new = new.map(|(soft, hard)| libc::rlimit { rlim_cur: soft, rlim_max: hard });
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structures are whole, or null.
    done(unsafe {
        libc::prlimit(
            pid,
            resource,
            new.as_ref().map_or(core::ptr::null(), core::ptr::from_ref),
            &raw mut old,
        )
    })?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `getrlimit`.
pub fn own_limits(resource: u32) -> SysResult<(u64, u64)> {
    let mut old = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is whole.
    done(unsafe { libc::getrlimit(resource, &raw mut old) })?;
    Ok((old.rlim_cur, old.rlim_max))
}

/// `setrlimit`.
pub fn set_own_limits(resource: u32, soft: u64, hard: u64) -> SysResult {
    let new = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: the structure is whole.
    done(unsafe { libc::setrlimit(resource, &raw const new) })
}

/// What a spawned process does with a descriptor before its program starts.
pub enum FileAction {
    /// Opens a file as this descriptor.
    Open(i32, CString, i32, u32),
    /// Closes it.
    Close(i32),
    /// Copies the first to the second.
    Duplicate(i32, i32),
    /// Closes all from this one on.
    CloseFrom(i32),
}

/// Attributes of a spawned process.
#[derive(Default)]
#[allow(missing_docs)]
pub struct SpawnAttributes {
    pub group: Option<i32>,
    pub reset_ids: bool,
    pub new_session: bool,
    pub signal_mask: Option<Vec<i32>>,
    pub default_signals: Option<Vec<i32>>,
    /// Policy (if any) and priority.
    pub scheduler: Option<(Option<i32>, i32)>,
}

unsafe extern "C" {
    fn posix_spawn_file_actions_addclosefrom_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        from: c_int,
    ) -> c_int;
}

/// `posix_spawn`, or `posix_spawnp` with a search of `PATH`.
pub fn spawn(
    path: &CStr,
    search: bool,
    arguments: &[CString],
    environment: Option<&[CString]>,
    actions: &[FileAction],
    attributes: &SpawnAttributes,
) -> SysResult<i32> {
    let ok = |error: c_int| if error == 0 { Ok(()) } else { Err(Errno(error)) };
    let argv = pointers(arguments);
    let envp = environment.map(pointers);
    let mut pid = 0;
    // SAFETY: the structures are initialised before use and destroyed at the end; arrays end with null.
    unsafe {
        let mut file_actions = MaybeUninit::zeroed();
        ok(libc::posix_spawn_file_actions_init(file_actions.as_mut_ptr()))?;
        let mut file_actions = file_actions.assume_init();
        let mut attr = MaybeUninit::zeroed();
        ok(libc::posix_spawnattr_init(attr.as_mut_ptr()))?;
        let mut attr = attr.assume_init();
        let result = (|| {
            for action in actions {
                ok(match action {
                    FileAction::Open(fd, path, flags, mode) => libc::posix_spawn_file_actions_addopen(
                        &mut file_actions,
                        *fd,
                        path.as_ptr(),
                        *flags,
                        *mode,
                    ),
                    FileAction::Close(fd) => libc::posix_spawn_file_actions_addclose(&mut file_actions, *fd),
                    FileAction::Duplicate(from, to) => {
                        libc::posix_spawn_file_actions_adddup2(&mut file_actions, *from, *to)
                    }
                    FileAction::CloseFrom(fd) => {
                        posix_spawn_file_actions_addclosefrom_np(&mut file_actions, *fd)
                    }
                })?;
            }
            let mut flags = 0;
            if let Some(group) = attributes.group {
                ok(libc::posix_spawnattr_setpgroup(&mut attr, group))?;
                flags |= libc::POSIX_SPAWN_SETPGROUP;
            }
            if attributes.reset_ids {
                flags |= libc::POSIX_SPAWN_RESETIDS;
            }
            if attributes.new_session {
                flags |= 0x80;
            }
            if let Some(signals) = &attributes.signal_mask {
                let set = super::super::signals::signal_set(signals);
                ok(libc::posix_spawnattr_setsigmask(&mut attr, &raw const set))?;
                flags |= libc::POSIX_SPAWN_SETSIGMASK;
            }
            if let Some(signals) = &attributes.default_signals {
                let set = super::super::signals::signal_set(signals);
                ok(libc::posix_spawnattr_setsigdefault(&mut attr, &raw const set))?;
                flags |= libc::POSIX_SPAWN_SETSIGDEF;
            }
            if let Some((policy, priority)) = attributes.scheduler {
                if let Some(policy) = policy {
                    ok(libc::posix_spawnattr_setschedpolicy(&mut attr, policy))?;
                    flags |= libc::POSIX_SPAWN_SETSCHEDULER;
                }
                let parameter = libc::sched_param { sched_priority: priority };
                ok(libc::posix_spawnattr_setschedparam(&mut attr, &raw const parameter))?;
                flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
            }
            ok(libc::posix_spawnattr_setflags(&mut attr, flags as libc::c_short))?;
            let envp = envp.as_ref().map_or(environ, |e| e.as_ptr());
            let start = if search { libc::posix_spawnp } else { libc::posix_spawn };
            ok(start(
                &raw mut pid,
                path.as_ptr(),
                &raw const file_actions,
                &raw const attr,
                argv.as_ptr().cast(),
                envp.cast(),
            ))
        })();
        libc::posix_spawn_file_actions_destroy(&mut file_actions);
        libc::posix_spawnattr_destroy(&mut attr);
        result?;
    }
    Ok(pid)
}

/// Whether this process has more than one thread, by what the kernel says.
pub fn has_other_threads() -> bool {
    let Ok(text) = std::fs::read("/proc/self/stat") else { return false };
    // The program's name stands in parentheses and may hold anything; the count is the 18th field after it.
    let after = text.iter().rposition(|&b| b == b')').and_then(|at| text.get(at + 1..)).unwrap_or_default();
    let count = after.split(|b| b.is_ascii_whitespace()).filter(|field| !field.is_empty()).nth(17);
    count
        .and_then(|n| core::str::from_utf8(n).ok())
        .and_then(|n| n.parse::<u32>().ok())
        .is_some_and(|n| n > 1)
}

/// Makes a second process of this one; `split` does it and tells the child's number (0 in the child) and what else it knows. In the
/// child this thread is the interpreter's only and main one. The callbacks of `os.register_at_fork` are the caller's business.
pub fn split<T>(py: crate::Py<'_>, split: impl FnOnce() -> SysResult<(i32, T)>) -> SysResult<(i32, T)> {
    py.before_fork();
    let outcome = split();
    match &outcome {
        // SAFETY: this is the child, and nothing has happened in it yet.
        Ok((0, _)) => unsafe { py.after_fork_in_child() },
        _ => py.after_fork_in_parent(),
    }
    outcome
}
