//! Constants and tables of names of module `posix`.

/// The constants.
#[pymodule_part(name = "posix")]
pub mod constants {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    #[pyattr]
    use libc::{
        CLD_CONTINUED, CLD_DUMPED, CLD_EXITED, CLD_KILLED, CLD_STOPPED, CLD_TRAPPED, CLONE_FILES, CLONE_FS,
        CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWUSER,
        CLONE_NEWUTS, CLONE_SIGHAND, CLONE_SYSVSEM, CLONE_THREAD, CLONE_VM, EFD_CLOEXEC, EFD_NONBLOCK,
        EFD_SEMAPHORE, F_LOCK, F_OK, F_TEST, F_TLOCK, F_ULOCK, GRND_NONBLOCK, GRND_RANDOM, MFD_ALLOW_SEALING,
        MFD_CLOEXEC, MFD_HUGE_1GB, MFD_HUGE_1MB, MFD_HUGE_2GB, MFD_HUGE_2MB, MFD_HUGE_8MB, MFD_HUGE_16GB,
        MFD_HUGE_16MB, MFD_HUGE_32MB, MFD_HUGE_64KB, MFD_HUGE_256MB, MFD_HUGE_512KB, MFD_HUGE_512MB,
        MFD_HUGE_MASK, MFD_HUGE_SHIFT, MFD_HUGETLB, O_ACCMODE, O_APPEND, O_ASYNC, O_CLOEXEC, O_CREAT,
        O_DIRECT, O_DIRECTORY, O_DSYNC, O_EXCL, O_FSYNC, O_LARGEFILE, O_NDELAY, O_NOATIME, O_NOCTTY,
        O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, O_RDWR, O_RSYNC, O_SYNC, O_TMPFILE, O_TRUNC, O_WRONLY,
        P_ALL, P_PGID, P_PID, P_PIDFD, PIDFD_NONBLOCK, POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE,
        POSIX_FADV_NORMAL, POSIX_FADV_RANDOM, POSIX_FADV_SEQUENTIAL, POSIX_FADV_WILLNEED, PRIO_PGRP,
        PRIO_PROCESS, PRIO_USER, R_OK, RTLD_DEEPBIND, RTLD_GLOBAL, RTLD_LAZY, RTLD_LOCAL, RTLD_NODELETE,
        RTLD_NOLOAD, RTLD_NOW, RWF_APPEND, RWF_DSYNC, RWF_HIPRI, RWF_NOWAIT, RWF_SYNC, SCHED_BATCH,
        SCHED_DEADLINE, SCHED_FIFO, SCHED_IDLE, SCHED_NORMAL, SCHED_OTHER, SCHED_RESET_ON_FORK, SCHED_RR,
        SEEK_DATA, SEEK_HOLE, SPLICE_F_MORE, SPLICE_F_MOVE, SPLICE_F_NONBLOCK, ST_APPEND, ST_MANDLOCK,
        ST_NOATIME, ST_NODEV, ST_NODIRATIME, ST_NOEXEC, ST_NOSUID, ST_RDONLY, ST_RELATIME, ST_SYNCHRONOUS,
        ST_WRITE, TFD_CLOEXEC, TFD_NONBLOCK, TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET, TMP_MAX, W_OK,
        WCONTINUED, WEXITED, WNOHANG, WNOWAIT, WSTOPPED, WUNTRACED, X_OK, XATTR_CREATE, XATTR_REPLACE,
    };

    #[pyattr]
    const EX_CANTCREAT: i64 = 73;
    #[pyattr]
    const EX_CONFIG: i64 = 78;
    #[pyattr]
    const EX_DATAERR: i64 = 65;
    #[pyattr]
    const EX_IOERR: i64 = 74;
    #[pyattr]
    const EX_NOHOST: i64 = 68;
    #[pyattr]
    const EX_NOINPUT: i64 = 66;
    #[pyattr]
    const EX_NOPERM: i64 = 77;
    #[pyattr]
    const EX_NOUSER: i64 = 67;
    #[pyattr]
    const EX_OK: i64 = 0;
    #[pyattr]
    const EX_OSERR: i64 = 71;
    #[pyattr]
    const EX_OSFILE: i64 = 72;
    #[pyattr]
    const EX_PROTOCOL: i64 = 76;
    #[pyattr]
    const EX_SOFTWARE: i64 = 70;
    #[pyattr]
    const EX_TEMPFAIL: i64 = 75;
    #[pyattr]
    const EX_UNAVAILABLE: i64 = 69;
    #[pyattr]
    const EX_USAGE: i64 = 64;
    #[pyattr]
    const NGROUPS_MAX: i64 = 65536;
    #[pyattr]
    const POSIX_SPAWN_CLOSE: i64 = 1;
    #[pyattr]
    const POSIX_SPAWN_CLOSEFROM: i64 = 3;
    #[pyattr]
    const POSIX_SPAWN_DUP2: i64 = 2;
    #[pyattr]
    const POSIX_SPAWN_OPEN: i64 = 0;
    #[pyattr]
    const XATTR_SIZE_MAX: i64 = 65536;

    #[pyattr]
    fn error(_py: Py<'_>) -> Ref<PyObject> {
        types::OSError().to_ref()
    }

    #[pyattr]
    fn _have_functions(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let names = super::FUNCTIONS.iter().map(|name| PyStr::new(py, name).map(Ref::upcast));
        PyList::from_vec(py, names.collect::<PyResult<_>>()?)
    }
}

use krait_macros::pymodule_part;

/// Which of the system's functions `os` may count on.
static FUNCTIONS: &[&str] = &[
    "HAVE_EVENTFD",
    "HAVE_TIMERFD_CREATE",
    "HAVE_FACCESSAT",
    "HAVE_FCHDIR",
    "HAVE_FCHMOD",
    "HAVE_FCHMODAT",
    "HAVE_FCHOWN",
    "HAVE_FCHOWNAT",
    "HAVE_FEXECVE",
    "HAVE_FDOPENDIR",
    "HAVE_FPATHCONF",
    "HAVE_FSTATAT",
    "HAVE_FSTATVFS",
    "HAVE_FTRUNCATE",
    "HAVE_FUTIMENS",
    "HAVE_FUTIMES",
    "HAVE_FUTIMESAT",
    "HAVE_LINKAT",
    "HAVE_LCHOWN",
    "HAVE_LSTAT",
    "HAVE_LUTIMES",
    "HAVE_MEMFD_CREATE",
    "HAVE_MKDIRAT",
    "HAVE_MKFIFOAT",
    "HAVE_MKNODAT",
    "HAVE_OPENAT",
    "HAVE_READLINKAT",
    "HAVE_RENAMEAT",
    "HAVE_SYMLINKAT",
    "HAVE_UNLINKAT",
    "HAVE_UTIMENSAT",
    "HAVE_PTSNAME_R",
];
