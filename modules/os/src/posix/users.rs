//! User and group numbers of the process, supplementary groups, log-in names.

/// The functions.
#[pymodule_part(name = "posix")]
pub mod users {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::users as system;

    use super::super::arguments::{FsBytes, Gid, Uid, Utf8Name, owner_object};

    fn part(py: Py<'_>, ids: [u32; 3], which: usize) -> PyResult<Ref<PyObject>> {
        owner_object(py, ids.get(which).copied().unwrap_or_default())
    }

    fn three(py: Py<'_>, ids: [u32; 3]) -> PyResult<Ref<PyTuple>> {
        PyTuple::from_vec(py, ids.into_iter().map(|id| owner_object(py, id)).collect::<PyResult<_>>()?)
    }

    fn list(py: Py<'_>, groups: &[u32]) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, groups.iter().map(|id| owner_object(py, *id)).collect::<PyResult<_>>()?)
    }

    #[pyfunction]
    fn getuid(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        part(py, system::user_ids(), 0)
    }
    #[pyfunction]
    fn geteuid(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        part(py, system::user_ids(), 1)
    }
    #[pyfunction]
    fn getgid(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        part(py, system::group_ids(), 0)
    }
    #[pyfunction]
    fn getegid(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        part(py, system::group_ids(), 1)
    }
    #[pyfunction]
    fn getresuid(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        three(py, system::user_ids())
    }
    #[pyfunction]
    fn getresgid(py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        three(py, system::group_ids())
    }
    #[pyfunction]
    fn setuid(py: Py<'_>, uid: Uid) -> PyResult<()> {
        system::setuid(uid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn seteuid(py: Py<'_>, euid: Uid) -> PyResult<()> {
        system::seteuid(euid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setgid(py: Py<'_>, gid: Gid) -> PyResult<()> {
        system::setgid(gid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setegid(py: Py<'_>, egid: Gid) -> PyResult<()> {
        system::setegid(egid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setreuid(py: Py<'_>, ruid: Uid, euid: Uid) -> PyResult<()> {
        system::setreuid(ruid.0, euid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setregid(py: Py<'_>, rgid: Gid, egid: Gid) -> PyResult<()> {
        system::setregid(rgid.0, egid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setresuid(py: Py<'_>, ruid: Uid, euid: Uid, suid: Uid) -> PyResult<()> {
        system::setresuid(ruid.0, euid.0, suid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn setresgid(py: Py<'_>, rgid: Gid, egid: Gid, sgid: Gid) -> PyResult<()> {
        system::setresgid(rgid.0, egid.0, sgid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn getgroups(py: Py<'_>) -> PyResult<Ref<PyList>> {
        list(py, &system::groups().or_raise(py)?)
    }
    #[pyfunction]
    fn setgroups(py: Py<'_>, groups: &PyObject) -> PyResult<()> {
        if !groups.is_sequence() {
            bail!(py, TypeError, "setgroups argument must be a sequence")
        }
        let count = groups.len(py)?;
        if count > 65536 {
            bail!(py, ValueError, "too many groups")
        }
        let mut all = Vec::new();
        for i in 0..count {
            let item = groups.sequence_item(py, i)?;
            if !PyInt::check(&item) {
                bail!(py, TypeError, "groups must be integers")
            }
            let at = ArgPos { function: "setgroups", index: 0, keyword: None };
            all.push(Gid::from_arg(py, &item, at)?.0);
        }
        system::set_groups(&all).or_raise(py)
    }
    #[pyfunction]
    fn getgrouplist(py: Py<'_>, user: Utf8Name, group: Gid) -> PyResult<Ref<PyList>> {
        let groups = py.detach(|| system::groups_of(&user.0, group.0)).or_raise(py)?;
        list(py, &groups)
    }
    #[pyfunction]
    fn initgroups(py: Py<'_>, username: FsBytes, gid: Gid) -> PyResult<()> {
        system::initgroups(&username.0, gid.0).map(drop).or_raise(py)
    }
    #[pyfunction]
    fn getlogin(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = system::login_name().or_raise(py)?;
        PyStr::from_os_bytes(py, &name)
    }
}

use krait_macros::pymodule_part;
