//! `posix_spawn` and `posix_spawnp`.

use std::ffi::CString;

use krait_runtime::prelude::*;
use krait_runtime::system::process::{FileAction, SpawnAttributes};

use super::arguments::{Path, PathLike};
use super::process::{program_arguments, program_environment};
use super::scheduling::priority_of;

/// `POSIX_SPAWN_*` of file actions.
pub const OPEN: i64 = 0;
/// Close a descriptor.
pub const CLOSE: i64 = 1;
/// Copy one.
pub const DUP2: i64 = 2;
/// Close all from one on.
pub const CLOSEFROM: i64 = 3;

fn number(py: Py<'_>, object: &PyObject) -> PyResult<i32> {
    krait_runtime::args::extract::<i32>(py, object, "posix_spawn", 0)
}

fn file_actions(py: Py<'_>, all: &PyObject) -> PyResult<Vec<FileAction>> {
    if !all.is_sequence() {
        bail!(py, TypeError, "file_actions must be a sequence or None")
    }
    let mut actions = Vec::new();
    for i in 0..all.len(py)? {
        let item = all.sequence_item(py, i)?;
        let parts = match item.downcast::<PyTuple>() {
            Some(parts) if !parts.is_empty() => parts,
            _ => bail!(py, TypeError, "Each file_actions element must be a non-empty tuple"),
        };
        let tag = match parts.get(0) {
            Some(tag) => i64::from(number(py, tag)?),
            None => -1,
        };
        let arguments = parts.as_slice().get(1..).unwrap_or_default();
        actions.push(match (tag, arguments) {
            (OPEN, [fd, path, flags, mode]) => {
                let path: CString = path.fs_bytes(py)?;
                FileAction::Open(number(py, fd)?, path, number(py, flags)?, number(py, mode)? as u32)
            }
            (CLOSE, [fd]) => FileAction::Close(number(py, fd)?),
            (DUP2, [from, to]) => FileAction::Duplicate(number(py, from)?, number(py, to)?),
            (CLOSEFROM, [fd]) => FileAction::CloseFrom(number(py, fd)?),
            (OPEN, _) => {
                bail!(py, TypeError, "A open file_action tuple must have 5 elements")
            }
            (CLOSE, _) => {
                bail!(py, TypeError, "A close file_action tuple must have 2 elements")
            }
            (DUP2, _) => {
                bail!(py, TypeError, "A dup2 file_action tuple must have 3 elements")
            }
            (CLOSEFROM, _) => {
                bail!(py, TypeError, "A closefrom file_action tuple must have 2 elements")
            }
            _ => bail!(py, TypeError, "Unknown file_actions identifier"),
        });
    }
    Ok(actions)
}

/// The arguments by keyword.
pub struct Wishes<'a> {
    /// See `os.posix_spawn`.
    pub file_actions: Option<&'a PyObject>,
    /// See `os.posix_spawn`.
    pub setpgroup: Option<&'a PyObject>,
    /// See `os.posix_spawn`.
    pub resetids: bool,
    /// See `os.posix_spawn`.
    pub setsid: bool,
    /// See `os.posix_spawn`.
    pub setsigmask: Option<&'a PyObject>,
    /// See `os.posix_spawn`.
    pub setsigdef: Option<&'a PyObject>,
    /// See `os.posix_spawn`.
    pub scheduler: Option<&'a PyObject>,
}

/// Starts the process.
pub fn spawn(
    py: Py<'_>,
    function: &str,
    path: &PyObject,
    argv: &PyObject,
    env: &PyObject,
    wishes: Wishes<'_>,
) -> PyResult<i32> {
    let path: Path = PathLike::take(py, path, function, "path")?;
    let arguments = program_arguments(py, function, argv)?;
    let environment = if env.is_none() {
        None
    } else if env.is_mapping() {
        Some(program_environment(py, env)?)
    } else {
        bail!(py, TypeError, "{function}: environment must be a mapping object or None")
    };
    let actions = match wishes.file_actions {
        Some(all) if !all.is_none() => file_actions(py, all)?,
        _ => Vec::new(),
    };
    let mut attributes = SpawnAttributes {
        reset_ids: wishes.resetids,
        new_session: wishes.setsid,
        ..SpawnAttributes::default()
    };
    if let Some(group) = wishes.setpgroup.filter(|g| !g.is_none()) {
        attributes.group = Some(number(py, group)?);
    }
    if let Some(signals) = wishes.setsigmask {
        attributes.signal_mask = Some(crate::signal::signal_numbers(py, signals)?);
    }
    if let Some(signals) = wishes.setsigdef {
        attributes.default_signals = Some(crate::signal::signal_numbers(py, signals)?);
    }
    if let Some(scheduler) = wishes.scheduler.filter(|s| !s.is_none()) {
        if !PyTuple::check(scheduler) {
            bail!(py, TypeError, "{function}: scheduler must be a tuple or None")
        }
        let parts = scheduler.downcast::<PyTuple>().map(PyTuple::as_slice);
        let Some([policy, parameter]) = parts else {
            bail!(py, TypeError, "A scheduler tuple must have two elements")
        };
        let policy = if policy.is_none() { None } else { Some(number(py, policy)?) };
        attributes.scheduler = Some((policy, priority_of(py, parameter)?));
    }
    py.audit("os.posix_spawn", &[path.object(), argv, env])?;
    let outcome = path.named().and_then(|name| {
        krait_runtime::system::process::spawn(
            name,
            function == "posix_spawnp",
            &arguments,
            environment.as_deref(),
            &actions,
            &attributes,
        )
    });
    outcome.map_err(|error| path.raise(py, error))
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod spawn {
    use krait_runtime::prelude::*;

    use super::{Wishes, spawn as start};

    #[pyfunction]
    fn posix_spawn(
        py: Py<'_>,
        path: &PyObject,
        argv: &PyObject,
        env: &PyObject,
        file_actions: Option<&PyObject>,
        setpgroup: Option<&PyObject>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&PyObject>,
        setsigdef: Option<&PyObject>,
        scheduler: Option<&PyObject>,
    ) -> PyResult<i32> {
        let wishes = Wishes { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start(py, "posix_spawn", path, argv, env, wishes)
    }

    #[pyfunction]
    fn posix_spawnp(
        py: Py<'_>,
        path: &PyObject,
        argv: &PyObject,
        env: &PyObject,
        file_actions: Option<&PyObject>,
        setpgroup: Option<&PyObject>,
        resetids: bool,
        setsid: bool,
        setsigmask: Option<&PyObject>,
        setsigdef: Option<&PyObject>,
        scheduler: Option<&PyObject>,
    ) -> PyResult<i32> {
        let wishes = Wishes { file_actions, setpgroup, resetids, setsid, setsigmask, setsigdef, scheduler };
        start(py, "posix_spawnp", path, argv, env, wishes)
    }
}
