//! Starting another program in a child process, as module `_posixsubprocess` does it: between fork and exec nothing is allocated and no
//! lock is taken.

use core::ffi::{CStr, c_char};
use std::ffi::CString;

use super::Errno;

/// Everything the child does before and with `exec`.
#[allow(missing_docs)]
pub struct Program {
    /// Names to try one after the other.
    pub executables: Vec<CString>,
    pub arguments: Vec<CString>,
    pub environment: Option<Vec<CString>>,
    pub directory: Option<CString>,
    /// The child's ends and the parent's ends of its standard files' pipes; -1: none.
    pub stdin: (i32, i32),
    pub stdout: (i32, i32),
    pub stderr: (i32, i32),
    pub error_pipe: i32,
    pub close_fds: bool,
    /// Descriptors that stay open, ascending.
    pub kept: Vec<i32>,
    pub restore_signals: bool,
    pub new_session: bool,
    pub group: Option<i32>,
    pub gid: Option<u32>,
    pub groups: Option<Vec<u32>>,
    pub uid: Option<u32>,
    pub mask: Option<u32>,
}

/// A program with the arrays that `exec` takes, made before the fork.
pub struct Prepared<'a> {
    program: &'a Program,
    executables: Vec<*const c_char>,
    argv: Vec<*const c_char>,
    envp: Option<Vec<*const c_char>>,
}

unsafe extern "C" {
    static environ: *const *const c_char;
}

fn check(result: i32) -> Result<i32, Errno> {
    if result < 0 { Err(Errno::last()) } else { Ok(result) }
}

impl<'a> Prepared<'a> {
    /// Makes the arrays.
    pub fn new(program: &'a Program) -> Prepared<'a> {
        let pointers =
            |all: &[CString]| all.iter().map(|s| s.as_ptr()).chain([core::ptr::null()]).collect::<Vec<_>>();
        Prepared {
            program,
            executables: program.executables.iter().map(|s| s.as_ptr()).collect(),
            argv: pointers(&program.arguments),
            envp: program.environment.as_deref().map(pointers),
        }
    }

    /// The child's life. `before_exec` runs last before the program; false when it failed, as it has said by `error_pipe`.
    pub fn run(&self, before_exec: &mut dyn FnMut() -> bool) -> ! {
        let (error, stage) = match self.become_program(before_exec) {
            Ok(()) => (None, c""),
            Err((error, stage)) => (error, stage),
        };
        // SAFETY: writes short texts to the pipe and ends the process, by async-signal-safe calls only.
        unsafe {
            let pipe = self.program.error_pipe;
            let write = |text: &[u8]| libc::write(pipe, text.as_ptr().cast(), text.len());
            match error {
                Some(Errno(error)) => {
                    let mut digits = [0u8; 8];
                    let mut at = digits.len();
                    let mut rest = error as u32;
                    while let Some(place) = at.checked_sub(1).and_then(|i| digits.get_mut(i)) {
                        *place = b"0123456789abcdef".get((rest & 15) as usize).copied().unwrap_or(b'0');
                        at -= 1;
                        rest >>= 4;
                        if rest == 0 {
                            break;
                        }
                    }
                    write(b"OSError:");
                    write(digits.get(at..).unwrap_or_default());
                    write(b":");
                    write(stage.to_bytes());
                }
                None => {
                    write(b"SubprocessError:0:");
                    write(stage.to_bytes());
                }
            }
            libc::_exit(255)
        }
    }

    fn become_program(
        &self,
        before_exec: &mut dyn FnMut() -> bool,
    ) -> Result<(), (Option<Errno>, &'static CStr)> {
        let early = |error: Errno| (Some(error), c"noexec");
        self.set_up_files().map_err(early)?;
        let p = self.program;
        // SAFETY: only numbers and C strings made before the fork; calls that are safe between fork and exec.
        unsafe {
            if let Some(directory) = &p.directory {
                check(libc::chdir(directory.as_ptr())).map_err(|e| (Some(e), c"noexec:chdir"))?;
            }
            if let Some(mask) = p.mask {
                libc::umask(mask);
            }
            if p.restore_signals {
                for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
                    libc::signal(signal, libc::SIG_DFL);
                }
            }
            if p.new_session {
                check(libc::setsid()).map_err(early)?;
            }
            if let Some(group) = p.group {
                check(libc::setpgid(0, group)).map_err(early)?;
            }
            if let Some(groups) = &p.groups {
                check(libc::setgroups(groups.len(), groups.as_ptr())).map_err(early)?;
            }
            if let Some(gid) = p.gid {
                check(libc::setregid(gid, gid)).map_err(early)?;
            }
            if let Some(uid) = p.uid {
                check(libc::setreuid(uid, uid)).map_err(early)?;
            }
        }
        if !before_exec() {
            return Err((None, c"Exception occurred in preexec_fn."));
        }
        if p.close_fds {
            self.close_others();
        }
        let mut first = 0;
        let mut last = 0;
        // SAFETY: the arrays end with null and hold C strings.
        unsafe {
            let envp = self.envp.as_ref().map_or(environ, |e| e.as_ptr());
            for executable in &self.executables {
                libc::execve(*executable, self.argv.as_ptr(), envp);
                last = Errno::last().0;
                if last != libc::ENOENT && last != libc::ENOTDIR && first == 0 {
                    first = last;
                }
            }
        }
        Err((Some(Errno(if first != 0 { first } else { last })), c""))
    }

    fn set_up_files(&self) -> Result<(), Errno> {
        let p = self.program;
        // SAFETY: only numbers.
        unsafe {
            for fd in &p.kept {
                // The pipe for errors must close with exec: so the parent sees that all went well.
                if *fd != p.error_pipe {
                    let flags = check(libc::fcntl(*fd, libc::F_GETFD))?;
                    check(libc::fcntl(*fd, libc::F_SETFD, flags & !libc::FD_CLOEXEC))?;
                }
            }
            for ours in [p.stdin.1, p.stdout.1, p.stderr.1] {
                if ours != -1 {
                    check(libc::close(ours))?;
                }
            }
            // Duplicates first, where a pipe's end stands in the place of a standard file.
            let mut output = p.stdout.0;
            if output == 0 {
                output = check(libc::fcntl(output, libc::F_DUPFD_CLOEXEC, 0))?;
            }
            let mut errors = p.stderr.0;
            while errors == 0 || errors == 1 {
                errors = check(libc::fcntl(errors, libc::F_DUPFD_CLOEXEC, 0))?;
            }
            for (from, to) in [(p.stdin.0, 0), (output, 1), (errors, 2)] {
                if from == to {
                    let flags = check(libc::fcntl(to, libc::F_GETFD))?;
                    check(libc::fcntl(to, libc::F_SETFD, flags & !libc::FD_CLOEXEC))?;
                } else if from != -1 {
                    check(libc::dup2(from, to))?;
                }
            }
        }
        Ok(())
    }

    fn close_others(&self) {
        let mut low = 3;
        for fd in &self.program.kept {
            if *fd < low {
                continue;
            }
            super::descriptors::close_range(low, *fd - 1);
            low = *fd + 1;
        }
        super::descriptors::close_range(low, i32::MAX);
    }
}
