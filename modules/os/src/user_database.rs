//! Modules `pwd` and `grp`: the databases of users and groups.

use std::ffi::CString;

use krait_macros::pymodule;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;
use krait_runtime::system::users::{Group, User};

use crate::posix::arguments::owner_object;

/// `struct_passwd`.
pub static STRUCT_PASSWD: StructSeq = StructSeq::new(
    "pwd.struct_passwd",
    "pwd.struct_passwd: Results from getpw*() routines.\n\nThis object may be accessed either as a tuple of\n  (pw_name,pw_passwd,pw_uid,pw_gid,pw_gecos,pw_dir,pw_shell)\nor via the object attributes as named in the above tuple.",
    &[
        ("pw_name", "user name"),
        ("pw_passwd", "password"),
        ("pw_uid", "user id"),
        ("pw_gid", "group id"),
        ("pw_gecos", "real name"),
        ("pw_dir", "home directory"),
        ("pw_shell", "shell program"),
    ],
    7,
);

/// `struct_group`.
pub static STRUCT_GROUP: StructSeq = StructSeq::new(
    "grp.struct_group",
    "grp.struct_group: Results from getgr*() routines.\n\nThis object may be accessed either as a tuple of\n  (gr_name,gr_passwd,gr_gid,gr_mem)\nor via the object attributes as named in the above tuple.\n",
    &[
        ("gr_name", "group name"),
        ("gr_passwd", "password"),
        ("gr_gid", "group id"),
        ("gr_mem", "group members"),
    ],
    4,
);

fn text(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyObject>> {
    PyStr::from_os_bytes(py, bytes).map(Ref::upcast)
}

fn user_object(py: Py<'_>, user: &User) -> PyResult<Ref<PyObject>> {
    let fields = vec![
        text(py, &user.name)?,
        text(py, &user.password)?,
        owner_object(py, user.uid)?,
        owner_object(py, user.gid)?,
        text(py, &user.gecos)?,
        text(py, &user.home)?,
        text(py, &user.shell)?,
    ];
    STRUCT_PASSWD.make(py, fields)
}

fn group_object(py: Py<'_>, group: &Group) -> PyResult<Ref<PyObject>> {
    let members = group.members.iter().map(|name| text(py, name)).collect::<PyResult<Vec<_>>>()?;
    let password = match &group.password {
        Some(password) => text(py, password)?,
        None => py.none(),
    };
    let fields = vec![
        text(py, &group.name)?,
        password,
        owner_object(py, group.gid)?,
        PyList::from_vec(py, members)?.upcast(),
    ];
    STRUCT_GROUP.make(py, fields)
}

/// A name as the system takes it.
fn name_bytes(py: Py<'_>, name: &PyStr) -> PyResult<CString> {
    CString::new(name.to_os_bytes(py)?).map_err(|_| raise!(py, ValueError, "embedded null byte"))
}

/// Module `pwd`.
#[pymodule(name = "pwd")]
pub mod pwd {
    use krait_runtime::objects::exceptions::{OrRaise, types};
    use krait_runtime::prelude::*;
    use krait_runtime::system::users as system;

    use super::{STRUCT_PASSWD, name_bytes, user_object};
    use crate::posix::arguments::{Uid, owner_object};

    #[pyfunction]
    fn getpwuid(py: Py<'_>, uidobj: &PyObject) -> PyResult<Ref<PyObject>> {
        let at = ArgPos { function: "getpwuid", index: 0, keyword: None };
        let uid = match Uid::from_arg(py, uidobj, at) {
            Ok(uid) => uid.0,
            Err(raised) if py.error_matches(types::OverflowError()) => {
                py.clear_error(raised);
                bail!(py, KeyError, "getpwuid(): uid not found")
            }
            Err(raised) => return Err(raised),
        };
        match py.detach(|| system::user_by_id(uid)).or_raise(py)? {
            Some(user) => user_object(py, &user),
            None => {
                let shown = owner_object(py, uid)?.str(py)?;
                bail!(py, KeyError, "getpwuid(): uid not found: {shown}")
            }
        }
    }

    #[pyfunction]
    fn getpwnam(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let bytes = name_bytes(py, name)?;
        match py.detach(|| system::user_by_name(&bytes)).or_raise(py)? {
            Some(user) => user_object(py, &user),
            None => bail!(py, KeyError, "getpwnam(): name not found: {}", name.repr(py)?),
        }
    }

    #[pyfunction]
    fn getpwall(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let users = py.detach(system::all_users);
        PyList::from_vec(py, users.iter().map(|user| user_object(py, user)).collect::<PyResult<_>>()?)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "struct_passwd", STRUCT_PASSWD.ty(py)?)
    }
}

/// Module `grp`.
#[pymodule(name = "grp")]
pub mod grp {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::users as system;

    use super::{STRUCT_GROUP, group_object, name_bytes};
    use crate::posix::arguments::{Gid, owner_object};

    #[pyfunction]
    fn getgrgid(py: Py<'_>, id: Gid) -> PyResult<Ref<PyObject>> {
        match py.detach(|| system::group_by_id(id.0)).or_raise(py)? {
            Some(group) => group_object(py, &group),
            None => {
                let shown = owner_object(py, id.0)?.str(py)?;
                bail!(py, KeyError, "getgrgid(): gid not found: {shown}")
            }
        }
    }

    #[pyfunction]
    fn getgrnam(py: Py<'_>, name: &PyStr) -> PyResult<Ref<PyObject>> {
        let bytes = name_bytes(py, name)?;
        match py.detach(|| system::group_by_name(&bytes)).or_raise(py)? {
            Some(group) => group_object(py, &group),
            None => bail!(py, KeyError, "getgrnam(): name not found: {}", name.repr(py)?),
        }
    }

    #[pyfunction]
    fn getgrall(py: Py<'_>) -> PyResult<Ref<PyList>> {
        let groups = py.detach(system::all_groups);
        PyList::from_vec(py, groups.iter().map(|group| group_object(py, group)).collect::<PyResult<_>>()?)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "struct_group", STRUCT_GROUP.ty(py)?)
    }
}
