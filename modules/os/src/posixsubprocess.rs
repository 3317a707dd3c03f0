//! Module `_posixsubprocess`: starting a program for `subprocess`. Not here: what the child does (`krait_runtime::system::child`).

use std::ffi::CString;

use krait_macros::pymodule;
use krait_runtime::prelude::*;

/// The byte strings in a sequence, converted as file names.
fn strings(py: Py<'_>, all: &PyObject) -> PyResult<Vec<CString>> {
    let items = all.collect(py)?;
    items.iter().map(|item| item.fs_bytes(py)).collect()
}

/// Ascending, non-negative numbers.
fn kept_descriptors(py: Py<'_>, all: &PyTuple) -> PyResult<Vec<i32>> {
    let mut fds: Vec<i32> = Vec::with_capacity(all.len());
    for item in all.as_slice() {
        let fd = item.downcast::<PyInt>().and_then(PyInt::as_i64).and_then(|n| i32::try_from(n).ok());
        match fd {
            Some(fd) if fd >= 0 && fds.last().is_none_or(|last| *last < fd) => fds.push(fd),
            _ => bail!(py, ValueError, "bad value(s) in fds_to_keep"),
        }
    }
    Ok(fds)
}

/// The module.
#[pymodule(name = "_posixsubprocess")]
pub mod posixsubprocess {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::child::{Prepared, Program};
    use krait_runtime::system::process;

    use super::{kept_descriptors, strings};
    use crate::posix::arguments::{Gid, Uid};
    use crate::posix::process::{after_fork_in_child, after_fork_in_parent, before_fork};

    #[pyfunction]
    fn fork_exec(
        py: Py<'_>,
        args: &PyObject,
        executable_list: &PyObject,
        close_fds: bool,
        pass_fds: &PyTuple,
        cwd: &PyObject,
        env: &PyObject,
        p2cread: i32,
        p2cwrite: i32,
        c2pread: i32,
        c2pwrite: i32,
        errread: i32,
        errwrite: i32,
        errpipe_read: i32,
        errpipe_write: i32,
        restore_signals: bool,
        call_setsid: bool,
        pgid_to_set: i32,
        gid: &PyObject,
        extra_groups: &PyObject,
        uid: &PyObject,
        child_umask: i32,
        preexec_fn: &PyObject,
    ) -> PyResult<i32> {
        let _ = errpipe_read;
        let preexec = Some(preexec_fn).filter(|f| !f.is_none());
        if preexec.is_some() && py.interp().finalizing.get() {
            bail!(py, PythonFinalizationError, "preexec_fn not supported at interpreter shutdown")
        }
        if close_fds && errpipe_write < 3 {
            bail!(py, ValueError, "errpipe_write must be >= 3")
        }
        let kept = kept_descriptors(py, pass_fds)?;
        let executables = strings(py, executable_list)?;
        let arguments = if args.is_none() {
            Vec::new()
        } else {
            if !args.is_sequence() {
                bail!(py, TypeError, "expected list or tuple")
            }
            strings(py, args)?
        };
        let environment = if env.is_none() { None } else { Some(strings(py, env)?) };
        let directory = if cwd.is_none() { None } else { Some(cwd.fs_bytes(py)?) };
        py.audit("_posixsubprocess.fork_exec", &[executable_list, args, env])?;
        let at = ArgPos { function: "fork_exec", index: 0, keyword: None };
        let groups = if extra_groups.is_none() {
            None
        } else {
            if !PyList::check(extra_groups) {
                bail!(py, TypeError, "setgroups argument must be a sequence")
            }
            let items = extra_groups.collect(py)?;
            if items.len() > 65536 {
                bail!(py, ValueError, "too many extra_groups")
            }
            let mut numbers = Vec::new();
            for item in &items {
                if !PyInt::check(item) {
                    bail!(py, TypeError, "extra_groups must be integers")
                }
                match Gid::from_arg(py, item, at) {
                    Ok(gid) => numbers.push(gid.0),
                    Err(raised) => {
                        py.clear_error(raised);
                        bail!(py, ValueError, "invalid group id")
                    }
                }
            }
            Some(numbers)
        };
        let gid = if gid.is_none() { None } else { Some(Gid::from_arg(py, gid, at)?.0) };
        let uid = if uid.is_none() { None } else { Some(Uid::from_arg(py, uid, at)?.0) };
        let program = Program {
            executables,
            arguments,
            environment,
            directory,
            stdin: (p2cread, p2cwrite),
            stdout: (c2pwrite, c2pread),
            stderr: (errwrite, errread),
            error_pipe: errpipe_write,
            close_fds,
            kept,
            restore_signals,
            new_session: call_setsid,
            group: (pgid_to_set >= 0).then_some(pgid_to_set),
            gid,
            groups,
            uid,
            mask: u32::try_from(child_umask).ok(),
        };
        let prepared = Prepared::new(&program);
        let Some(preexec) = preexec else {
            return match process::fork() {
                Ok(0) => prepared.run(&mut || true),
                outcome => outcome.or_raise(py),
            };
        };
        before_fork(py);
        match process::split(py, || process::fork().map(|pid| (pid, ()))) {
            Ok((0, ())) => {
                after_fork_in_child(py);
                prepared.run(&mut || match preexec.call(py, &[]) {
                    Ok(_) => true,
                    Err(raised) => {
                        // The parent only learns that there was one.
                        py.clear_error(raised);
                        false
                    }
                })
            }
            Ok((pid, ())) => {
                after_fork_in_parent(py);
                Ok(pid)
            }
            Err(error) => {
                after_fork_in_parent(py);
                Err(error).or_raise(py)
            }
        }
    }
}
