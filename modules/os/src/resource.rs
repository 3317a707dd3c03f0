//! Module `resource`: limits and usage.

use krait_macros::pymodule;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

/// `struct_rusage`.
pub static STRUCT_RUSAGE: StructSeq = StructSeq::new(
    "resource.struct_rusage",
    "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    &[
        ("ru_utime", "user time used"),
        ("ru_stime", "system time used"),
        ("ru_maxrss", "max. resident set size"),
        ("ru_ixrss", "shared memory size"),
        ("ru_idrss", "unshared data size"),
        ("ru_isrss", "unshared stack size"),
        ("ru_minflt", "page faults not requiring I/O"),
        ("ru_majflt", "page faults requiring I/O"),
        ("ru_nswap", "number of swap outs"),
        ("ru_inblock", "block input operations"),
        ("ru_oublock", "block output operations"),
        ("ru_msgsnd", "IPC messages sent"),
        ("ru_msgrcv", "IPC messages received"),
        ("ru_nsignals", "signals received"),
        ("ru_nvcsw", "voluntary context switches"),
        ("ru_nivcsw", "involuntary context switches"),
    ],
    16,
);

/// `RLIM_INFINITY` is -1 to Python, as the C library's macro is to a signed number.
fn limit_object(py: Py<'_>, limit: u64) -> PyResult<Ref<PyObject>> {
    if limit == u64::MAX { (-1i64).into_py(py) } else { limit.into_py(py) }
}

fn limit_number(py: Py<'_>, object: &PyObject) -> PyResult<u64> {
    let number = object.index(py)?;
    match (number.as_u64(), number.as_i64()) {
        (Some(n), _) => Ok(n),
        (None, Some(-1)) => Ok(u64::MAX),
        _ if number.is_negative() => bail!(py, ValueError, "Cannot convert negative int"),
        _ => bail!(py, OverflowError, "Python int too large to convert to C rlim_t"),
    }
}

fn both_limits(py: Py<'_>, limits: &PyObject) -> PyResult<(u64, u64)> {
    let items = limits.collect(py)?;
    match items.as_slice() {
        [soft, hard] => Ok((limit_number(py, soft)?, limit_number(py, hard)?)),
        _ => bail!(py, ValueError, "expected a tuple of 2 integers"),
    }
}

/// The module.
#[pymodule(name = "resource")]
pub mod resource {
    use krait_runtime::objects::exceptions::{OrRaise, types};
    use krait_runtime::prelude::*;
    use krait_runtime::system::{Errno, SysResult, process as system};

    use super::{STRUCT_RUSAGE, both_limits, limit_object};

    #[pyattr]
    use libc::{
        RLIMIT_AS, RLIMIT_CORE, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE,
        RLIMIT_NICE, RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_RSS, RLIMIT_RTPRIO, RLIMIT_RTTIME,
        RLIMIT_SIGPENDING, RLIMIT_STACK, RUSAGE_CHILDREN, RUSAGE_SELF, RUSAGE_THREAD,
    };
    #[pyattr]
    const RLIMIT_OFILE: u32 = libc::RLIMIT_NOFILE;
    #[pyattr]
    const RLIM_INFINITY: i64 = -1;

    #[pyattr]
    fn error(_py: Py<'_>) -> Ref<PyObject> {
        types::OSError().to_ref()
    }

    fn known(py: Py<'_>, resource: i32) -> PyResult<u32> {
        // RLIM_NLIMITS
        match u32::try_from(resource) {
            Ok(n) if n < 16 => Ok(n),
            _ => bail!(py, ValueError, "invalid resource specified"),
        }
    }

    fn pair(py: Py<'_>, (soft, hard): (u64, u64)) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, limit_object(py, soft)?, limit_object(py, hard)?)
    }

    fn explain<T>(py: Py<'_>, outcome: SysResult<T>) -> PyResult<T> {
        match outcome {
            Err(Errno(libc::EINVAL)) => bail!(py, ValueError, "current limit exceeds maximum limit"),
            Err(Errno(libc::EPERM)) => bail!(py, ValueError, "not allowed to raise maximum limit"),
            outcome => outcome.or_raise(py),
        }
    }

    #[pyfunction]
    fn getrusage(py: Py<'_>, who: i32) -> PyResult<Ref<PyObject>> {
        match system::usage(who) {
            Ok(usage) => crate::posix::process::usage_object(py, &usage),
            Err(Errno(libc::EINVAL)) => bail!(py, ValueError, "invalid who parameter"),
            Err(error) => Err(error).or_raise(py),
        }
    }

    #[pyfunction]
    fn getrlimit(py: Py<'_>, resource: i32) -> PyResult<Ref<PyTuple>> {
        let resource = known(py, resource)?;
        pair(py, system::own_limits(resource).or_raise(py)?)
    }

    #[pyfunction]
    fn setrlimit(py: Py<'_>, resource: i32, limits: &PyObject) -> PyResult<()> {
        let number = known(py, resource)?;
        py.audit("resource.setrlimit", &[&*resource.into_py(py)?, limits])?;
        let (soft, hard) = both_limits(py, limits)?;
        explain(py, system::set_own_limits(number, soft, hard))
    }

    #[pyfunction]
    fn prlimit(py: Py<'_>, pid: i32, resource: i32, limits: Option<&PyObject>) -> PyResult<Ref<PyTuple>> {
        let number = known(py, resource)?;
        let limits = limits.filter(|l| !l.is_none());
        let (pid_object, resource_object) = (pid.into_py(py)?, resource.into_py(py)?);
        let none = py.none();
        py.audit("resource.prlimit", &[&pid_object, &resource_object, limits.unwrap_or(&none)])?;
        let new = match limits {
            Some(limits) => Some(both_limits(py, limits)?),
            None => None,
        };
        pair(py, explain(py, system::limits(pid, number, new))?)
    }

    #[pyfunction]
    fn getpagesize(_py: Py<'_>) -> i64 {
        system::configuration(libc::_SC_PAGESIZE).unwrap_or(4096)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "struct_rusage", STRUCT_RUSAGE.ty(py)?)
    }
}
