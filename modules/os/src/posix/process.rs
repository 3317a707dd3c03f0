//! Processes: identity, fork, exec, waiting, signals to others, limits of the system, priorities, name spaces.

use std::ffi::CString;

use krait_runtime::object::Static;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::process::Usage;

/// What `register_at_fork` has collected.
struct ForkCallbacks {
    before: Member<PyList>,
    in_child: Member<PyList>,
    in_parent: Member<PyList>,
}

static CALLBACKS: Static<ForkCallbacks> =
    Static(ForkCallbacks { before: Member::empty(), in_child: Member::empty(), in_parent: Member::empty() });

fn register(py: Py<'_>, list: &Member<PyList>, callback: Option<&PyObject>) -> PyResult<()> {
    let Some(callback) = callback else { return Ok(()) };
    let list = match list.get() {
        Some(all) => all,
        None => {
            let all = PyList::new(py)?;
            list.set(all.clone());
            all
        }
    };
    list.append(py, callback.to_ref())
}

/// Calls all; errors are reported, not raised.
fn run(py: Py<'_>, list: &Member<PyList>, backwards: bool) {
    let Some(list) = list.get() else { return };
    let mut all = list.to_vec();
    if backwards {
        all.reverse();
    }
    for callback in all {
        if let Err(raised) = callback.call(py, &[]) {
            let shown =
                callback.repr(py).map(|r| format!("Exception ignored while calling at-fork callback {r}"));
            match shown {
                Ok(text) => py.report_unraisable(raised, Some(&text), None),
                Err(again) => {
                    py.clear_error(again);
                    py.report_unraisable(raised, None, Some(&callback));
                }
            }
        }
    }
}

/// What must happen before a fork, while everything still works.
pub fn before_fork(py: Py<'_>) {
    run(py, &CALLBACKS.before, true);
}

/// After it, in the parent.
pub fn after_fork_in_parent(py: Py<'_>) {
    run(py, &CALLBACKS.in_parent, false);
}

/// After it, in the child: this thread is the only and the main one now.
pub fn after_fork_in_child(py: Py<'_>) {
    run(py, &CALLBACKS.in_child, false);
}

/// A program's arguments from a list or tuple.
pub fn program_arguments(py: Py<'_>, function: &str, argv: &PyObject) -> PyResult<Vec<CString>> {
    let items = match (argv.downcast::<PyList>(), argv.downcast::<PyTuple>()) {
        (Some(list), _) => list.to_vec(),
        (None, Some(tuple)) => tuple.as_slice().to_vec(),
        _ if function == "execve" => bail!(py, TypeError, "execve: argv must be a tuple or list"),
        _ if function == "execv" => bail!(py, TypeError, "execv() arg 2 must be a tuple or list"),
        _ => bail!(py, TypeError, "{function}: argv must be a tuple or list"),
    };
    let colon = function != "execv";
    if items.is_empty() {
        if colon {
            bail!(py, ValueError, "{function}: argv must not be empty")
        }
        bail!(py, ValueError, "execv() arg 2 must not be empty")
    }
    let arguments: Vec<CString> = items.iter().map(|item| item.fs_bytes(py)).collect::<PyResult<_>>()?;
    if arguments.first().is_some_and(|first| first.is_empty()) {
        if colon {
            bail!(py, ValueError, "{function}: argv first element cannot be empty")
        }
        bail!(py, ValueError, "execv() arg 2 first element cannot be empty")
    }
    Ok(arguments)
}

/// A program's environment from a mapping: `NAME=value` strings.
pub fn program_environment(py: Py<'_>, env: &PyObject) -> PyResult<Vec<CString>> {
    let keys = env.call_method(py, id!(py, "keys"), &[])?;
    let values = env.call_method(py, id!(py, "values"), &[])?;
    let (keys, values) = (keys.collect(py)?, values.collect(py)?);
    let mut all = Vec::with_capacity(keys.len());
    for (key, value) in keys.iter().zip(&values) {
        let (key, value) = (key.fs_bytes(py)?, value.fs_bytes(py)?);
        // A name may begin with "=" but not hold one further on.
        let name = key.as_bytes();
        if name.is_empty() || name.get(1..).is_some_and(|rest| rest.contains(&b'=')) {
            bail!(py, ValueError, "illegal environment variable name")
        }
        let mut line = key.into_bytes();
        line.push(b'=');
        line.extend_from_slice(value.as_bytes());
        all.push(CString::new(line).unwrap_or_default());
    }
    Ok(all)
}

/// `resource.struct_rusage` of what the kernel told.
pub fn usage_object(py: Py<'_>, usage: &Usage) -> PyResult<Ref<PyObject>> {
    let seconds = |t: libc::timeval| (t.tv_sec as f64 + t.tv_usec as f64 * 1e-6).into_py(py);
    let mut fields = vec![seconds(usage.ru_utime)?, seconds(usage.ru_stime)?];
    for n in [
        usage.ru_maxrss,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    ] {
        fields.push(n.into_py(py)?);
    }
    crate::resource::STRUCT_RUSAGE.make(py, fields)
}

/// "This process is multi-threaded, use of fork() may lead to deadlocks in the child."
pub fn warn_about_threads(py: Py<'_>, function: &str) {
    if !krait_runtime::system::process::has_other_threads() {
        return;
    }
    let text = format!(
        "This process (pid={}) is multi-threaded, use of {function}() may lead to deadlocks in the child.",
        krait_runtime::system::process::id()
    );
    if let Err(raised) = py.warn(types::DeprecationWarning(), &text, 1) {
        py.report_unraisable(raised, None, None);
    }
}

/// Forks with everything that belongs to it; `split` makes the second process and tells the child's number (0 in the child) and more.
pub fn fork_with<T>(
    py: Py<'_>,
    function: &str,
    split: impl FnOnce() -> krait_runtime::system::SysResult<(i32, T)>,
) -> PyResult<(i32, T)> {
    before_fork(py);
    let outcome = krait_runtime::system::process::split(py, split);
    match outcome {
        Ok((0, more)) => {
            after_fork_in_child(py);
            Ok((0, more))
        }
        Ok((pid, more)) => {
            after_fork_in_parent(py);
            warn_about_threads(py, function);
            Ok((pid, more))
        }
        Err(error) => {
            after_fork_in_parent(py);
            Err(py.raise_errno(error.0))
        }
    }
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod process {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::process as system;
    use krait_runtime::system::time as clocks;

    use super::super::arguments::{FsBytes, Path, PathOrFd, owner_object};
    use super::super::sequences::{TIMES_RESULT, UNAME_RESULT, WAITID_RESULT};
    use super::{CALLBACKS, fork_with, program_arguments, program_environment, register, usage_object};

    #[pyfunction]
    fn getpid(_py: Py<'_>) -> i32 {
        system::id()
    }
    #[pyfunction]
    fn getppid(_py: Py<'_>) -> i32 {
        system::parent_id()
    }
    #[pyfunction]
    fn getpgrp(_py: Py<'_>) -> i32 {
        system::group()
    }
    #[pyfunction]
    fn getpgid(py: Py<'_>, pid: i32) -> PyResult<i32> {
        system::getpgid(pid).or_raise(py)
    }
    #[pyfunction]
    fn setpgid(py: Py<'_>, pid: i32, pgrp: i32) -> PyResult<()> {
        system::setpgid(pid, pgrp).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setpgrp(py: Py<'_>) -> PyResult<()> {
        system::setpgid(0, 0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn getsid(py: Py<'_>, pid: i32) -> PyResult<i32> {
        system::getsid(pid).or_raise(py)
    }
    #[pyfunction]
    fn setsid(py: Py<'_>) -> PyResult<()> {
        system::setsid().map(drop).or_raise(py)
    }
    #[pyfunction]
    fn umask(_py: Py<'_>, mask: i32) -> u32 {
        system::set_mask(mask as u32)
    }

    #[pyfunction]
    fn kill(py: Py<'_>, pid: i32, signal: isize) -> PyResult<()> {
        py.audit_with("os.kill", || Ok([pid.into_py(py)?, signal.into_py(py)?]))?;
        let signal = i32::try_from(signal).unwrap_or(-1);
        system::kill(pid, signal).or_raise(py)?;
        // A signal to this process has come by now.
        py.check_signals()
    }

    #[pyfunction]
    fn killpg(py: Py<'_>, pgid: i32, signal: i32) -> PyResult<()> {
        py.audit_with("os.killpg", || Ok([pgid.into_py(py)?, signal.into_py(py)?]))?;
        system::killpg(pgid, signal).or_raise(py)?;
        py.check_signals()
    }

    #[pyfunction]
    fn nice(py: Py<'_>, increment: i32) -> PyResult<i32> {
        system::nice(increment).or_raise(py)
    }

    #[pyfunction]
    fn getpriority(py: Py<'_>, which: i32, who: i32) -> PyResult<i32> {
        system::priority(which, who as u32).or_raise(py)
    }

    #[pyfunction]
    fn setpriority(py: Py<'_>, which: i32, who: i32, priority: i32) -> PyResult<()> {
        system::set_priority(which, who as u32, priority).or_raise(py)
    }

    #[pyfunction]
    fn getloadavg(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let Some(loads) = system::load_averages() else {
            bail!(py, OSError, "Load averages are unobtainable")
        };
        PyTuple::from_vec(py, loads.into_iter().map(|x| x.into_py(py)).collect::<PyResult<_>>()?)
    }

    #[pyfunction]
    fn cpu_count(py: Py<'_>) -> Option<i64> {
        if let Some(count) = py.interp().config.borrow().cpu_count.filter(|&n| n > 0) {
            return Some(i64::from(count));
        }
        system::configuration(libc::_SC_NPROCESSORS_ONLN).ok().filter(|&n| n > 0)
    }

    #[pyfunction]
    fn uname(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let fields = system::system_name().or_raise(py)?;
        let fields = fields.iter().map(|text| PyStr::from_os_bytes(py, text).map(Ref::upcast));
        UNAME_RESULT.make(py, fields.collect::<PyResult<_>>()?)
    }

    #[pyfunction]
    fn times(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let ticks = clocks::process_times().or_raise(py)?;
        let second = system::configuration(libc::_SC_CLK_TCK).unwrap_or(100) as f64;
        let fields = ticks.into_iter().map(|n| (n as f64 / second).into_py(py));
        TIMES_RESULT.make(py, fields.collect::<PyResult<_>>()?)
    }

    #[pyfunction]
    fn _exit(_py: Py<'_>, status: i32) {
        system::exit_now(status)
    }

    #[pyfunction]
    fn abort(_py: Py<'_>) {
        system::abort()
    }

    #[pyfunction]
    fn system(py: Py<'_>, command: FsBytes) -> PyResult<i32> {
        py.audit("os.system", &[&*command.0.as_bytes().into_py(py)?])?;
        Ok(py.detach(|| system::shell(&command.0)))
    }

    #[pyfunction]
    fn execv(py: Py<'_>, path: Path, argv: &PyObject) -> PyResult<()> {
        let arguments = program_arguments(py, "execv", argv)?;
        py.audit("os.exec", &[path.object(), argv, &py.none()])?;
        let error = match path.file(true) {
            Ok(file) => system::execute(file, &arguments, None),
            Err(error) => error,
        };
        Err(py.raise_errno(error.0))
    }

    #[pyfunction]
    fn execve(py: Py<'_>, path: PathOrFd, argv: &PyObject, env: &PyObject) -> PyResult<()> {
        let arguments = program_arguments(py, "execve", argv)?;
        if !env.is_mapping() {
            bail!(py, TypeError, "execve: environment must be a mapping object")
        }
        let environment = program_environment(py, env)?;
        py.audit("os.exec", &[path.object(), argv, env])?;
        let error = match path.file(true) {
            Ok(file) => system::execute(file, &arguments, Some(&environment)),
            Err(error) => error,
        };
        Err(path.raise(py, error))
    }

    #[pyfunction]
    fn fork(py: Py<'_>) -> PyResult<i32> {
        refuse_late_fork(py)?;
        py.audit("os.fork", &[])?;
        fork_with(py, "fork", || system::fork().map(|pid| (pid, ()))).map(|(pid, ())| pid)
    }

    fn refuse_late_fork(py: Py<'_>) -> PyResult<()> {
        if py.interp().finalizing.get() {
            bail!(py, PythonFinalizationError, "can't fork at interpreter shutdown")
        }
        Ok(())
    }

    #[pyfunction]
    fn forkpty(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        refuse_late_fork(py)?;
        py.audit("os.forkpty", &[])?;
        let (pid, fd) = fork_with(py, "forkpty", krait_runtime::system::terminal::fork_pair)?;
        PyTuple::pair(py, pid.into_py(py)?, fd.into_py(py)?)
    }

    #[pyfunction]
    fn register_at_fork(
        py: Py<'_>,
        before: Option<&PyObject>,
        after_in_child: Option<&PyObject>,
        after_in_parent: Option<&PyObject>,
    ) -> PyResult<()> {
        if before.is_none() && after_in_child.is_none() && after_in_parent.is_none() {
            bail!(py, TypeError, "At least one argument is required.")
        }
        let given =
            [("before", before), ("after_in_child", after_in_child), ("after_in_parent", after_in_parent)];
        for (name, callback) in given {
            if let Some(callback) = callback.filter(|c| !c.is_callable()) {
                bail!(py, TypeError, "'{name}' must be callable, not {}", callback.ty().name())
            }
        }
        register(py, &CALLBACKS.before, before)?;
        register(py, &CALLBACKS.in_child, after_in_child)?;
        register(py, &CALLBACKS.in_parent, after_in_parent)
    }

    fn waited(py: Py<'_>, pid: i32, status: i32) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, pid.into_py(py)?, status.into_py(py)?)
    }

    #[pyfunction]
    fn wait(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (pid, status) = py.blocking(|| system::wait(-1, 0))?;
        waited(py, pid, status)
    }

    #[pyfunction]
    fn waitpid(py: Py<'_>, pid: i32, options: i32) -> PyResult<Ref<PyTuple>> {
        let (pid, status) = py.blocking(|| system::wait(pid, options))?;
        waited(py, pid, status)
    }

    #[pyfunction]
    fn wait3(py: Py<'_>, options: i32) -> PyResult<Ref<PyTuple>> {
        wait4(py, -1, options)
    }

    #[pyfunction]
    fn wait4(py: Py<'_>, pid: i32, options: i32) -> PyResult<Ref<PyTuple>> {
        let (pid, status, usage) = py.blocking(|| system::wait_usage(pid, options))?;
        PyTuple::from_vec(py, vec![pid.into_py(py)?, status.into_py(py)?, usage_object(py, &usage)?])
    }

    #[pyfunction]
    fn waitid(py: Py<'_>, idtype: i32, id: i32, options: i32) -> PyResult<Ref<PyObject>> {
        let told = py.blocking(|| system::wait_id(idtype as u32, id as u32, options))?;
        if told.pid == 0 {
            return Ok(py.none());
        }
        let fields = vec![
            told.pid.into_py(py)?,
            owner_object(py, told.uid)?,
            told.signo.into_py(py)?,
            told.status.into_py(py)?,
            told.code.into_py(py)?,
        ];
        WAITID_RESULT.make(py, fields)
    }

    #[pyfunction]
    #[allow(non_snake_case)]
    fn WCOREDUMP(_py: Py<'_>, status: i32) -> bool {
        libc::WCOREDUMP(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WIFCONTINUED(_py: Py<'_>, status: i32) -> bool {
        libc::WIFCONTINUED(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WIFSTOPPED(_py: Py<'_>, status: i32) -> bool {
        libc::WIFSTOPPED(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WIFSIGNALED(_py: Py<'_>, status: i32) -> bool {
        libc::WIFSIGNALED(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WIFEXITED(_py: Py<'_>, status: i32) -> bool {
        libc::WIFEXITED(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WEXITSTATUS(_py: Py<'_>, status: i32) -> i32 {
        libc::WEXITSTATUS(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WTERMSIG(_py: Py<'_>, status: i32) -> i32 {
        libc::WTERMSIG(status)
    }
    #[pyfunction]
    #[allow(non_snake_case)]
    fn WSTOPSIG(_py: Py<'_>, status: i32) -> i32 {
        libc::WSTOPSIG(status)
    }

    #[pyfunction]
    fn waitstatus_to_exitcode(py: Py<'_>, status: i32) -> PyResult<i32> {
        if libc::WIFEXITED(status) {
            Ok(libc::WEXITSTATUS(status))
        } else if libc::WIFSIGNALED(status) {
            Ok(-libc::WTERMSIG(status))
        } else if libc::WIFSTOPPED(status) {
            bail!(py, ValueError, "process stopped by delivery of signal {}", libc::WSTOPSIG(status))
        } else {
            bail!(py, ValueError, "invalid wait status: {status}")
        }
    }

    #[pyfunction]
    fn pidfd_open(py: Py<'_>, pid: i32, #[default(0)] flags: u32) -> PyResult<i32> {
        system::open_process(pid, flags).or_raise(py)
    }

    #[pyfunction]
    fn unshare(py: Py<'_>, flags: i32) -> PyResult<()> {
        py.blocking(|| system::unshare(flags)).map(drop)
    }

    #[pyfunction]
    fn setns(
        py: Py<'_>,
        fd: krait_runtime::protocol::path::Descriptor,
        #[default(0)] nstype: i32,
    ) -> PyResult<()> {
        py.blocking(|| system::setns(fd.0, nstype)).map(drop)
    }

    #[pyfunction]
    fn _inputhook(_py: Py<'_>) -> i32 {
        0
    }

    #[pyfunction]
    fn _is_inputhook_installed(_py: Py<'_>) -> bool {
        false
    }
}
