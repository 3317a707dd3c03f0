//! `stat`, `lstat`, `fstat`, `statvfs`, `fstatvfs` and their results.

use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;
use krait_runtime::system::files::{Stat, StatVfs};

use super::arguments::owner_object;
use super::sequences::{STAT_RESULT, STATVFS_RESULT};

/// `os.stat_result` of what the kernel told.
pub fn stat_result(py: Py<'_>, st: &Stat) -> PyResult<Ref<PyObject>> {
    let times =
        [(st.st_atime, st.st_atime_nsec), (st.st_mtime, st.st_mtime_nsec), (st.st_ctime, st.st_ctime_nsec)];
    let mut fields: Vec<Ref<PyObject>> = Vec::with_capacity(19);
    fields.push(st.st_mode.into_py(py)?);
    fields.push(st.st_ino.into_py(py)?);
    fields.push(st.st_dev.into_py(py)?);
    fields.push(st.st_nlink.into_py(py)?);
    fields.push(owner_object(py, st.st_uid)?);
    fields.push(owner_object(py, st.st_gid)?);
    fields.push(st.st_size.into_py(py)?);
    for (seconds, _) in times {
        fields.push(seconds.into_py(py)?);
    }
    for (seconds, ns) in times {
        fields.push((seconds as f64 + 1e-9 * ns as f64).into_py(py)?);
    }
    for (seconds, ns) in times {
        let total = i128::from(seconds) * 1_000_000_000 + i128::from(ns);
        fields.push(match i64::try_from(total) {
            Ok(total) => total.into_py(py)?,
            Err(_) => PyInt::from_i128(py, total)?.upcast(),
        });
    }
    fields.push(st.st_blksize.into_py(py)?);
    fields.push(st.st_blocks.into_py(py)?);
    fields.push(st.st_rdev.into_py(py)?);
    STAT_RESULT.make(py, fields)
}

fn statvfs_result(py: Py<'_>, st: &StatVfs) -> PyResult<Ref<PyObject>> {
    let numbers = [
        st.f_bsize,
        st.f_frsize,
        st.f_blocks,
        st.f_bfree,
        st.f_bavail,
        st.f_files,
        st.f_ffree,
        st.f_favail,
        st.f_flag,
        st.f_namemax,
        st.f_fsid,
    ];
    STATVFS_RESULT.make(py, numbers.into_iter().map(|n| n.into_py(py)).collect::<PyResult<_>>()?)
}

/// All types of results that the module shows, under their names.
pub static RESULTS: &[(&str, &StructSeq)] = &[
    ("stat_result", &STAT_RESULT),
    ("statvfs_result", &STATVFS_RESULT),
    ("terminal_size", &super::sequences::TERMINAL_SIZE),
    ("times_result", &super::sequences::TIMES_RESULT),
    ("uname_result", &super::sequences::UNAME_RESULT),
    ("waitid_result", &super::sequences::WAITID_RESULT),
];

/// The functions.
#[pymodule_part(name = "posix")]
pub mod stat {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::files::{self, Stat};

    use super::super::arguments::{
        DirFd, Path, PathLike, PathOrFd, refuse_dir_with_fd, refuse_dir_without_path, refuse_fd_nofollow,
    };
    use super::{RESULTS, stat_result, statvfs_result};

    fn look<const FD: bool>(
        py: Py<'_>,
        path: &PathLike<FD, false>,
        dir: DirFd,
        follow: bool,
    ) -> PyResult<Stat> {
        let got = match (path.descriptor(), path.named()) {
            (Some(fd), _) => py.detach(|| files::stat_open(fd)),
            (None, Ok(name)) => {
                let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
                py.detach(|| files::stat_at(dir.0, name, flags))
            }
            (None, Err(error)) => Err(error),
        };
        got.map_err(|error| path.raise(py, error))
    }

    #[pyfunction]
    fn stat(
        py: Py<'_>,
        path: PathOrFd,
        #[default(DirFd::HERE)] dir_fd: DirFd,
        follow_symlinks: bool,
    ) -> PyResult<Ref<PyObject>> {
        let fd = path.descriptor();
        refuse_dir_without_path(py, "stat", path.name().is_some(), dir_fd)?;
        refuse_dir_with_fd(py, "stat", fd, dir_fd)?;
        refuse_fd_nofollow(py, "stat", fd, follow_symlinks)?;
        stat_result(py, &look(py, &path, dir_fd, follow_symlinks)?)
    }

    #[pyfunction]
    fn lstat(py: Py<'_>, path: Path, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<Ref<PyObject>> {
        stat_result(py, &look(py, &path, dir_fd, false)?)
    }

    #[pyfunction]
    fn fstat(py: Py<'_>, fd: i32) -> PyResult<Ref<PyObject>> {
        let st = py.blocking(|| files::stat_open(fd))?;
        stat_result(py, &st)
    }

    #[pyfunction]
    fn statvfs(py: Py<'_>, path: PathOrFd) -> PyResult<Ref<PyObject>> {
        let got = path.file(true).and_then(|file| py.detach(|| files::stat_file_system(file)));
        statvfs_result(py, &got.or_raise_about(py, path.object())?)
    }

    #[pyfunction]
    fn fstatvfs(py: Py<'_>, fd: i32) -> PyResult<Ref<PyObject>> {
        let st = py.blocking(|| files::stat_file_system(files::File::Open(fd)))?;
        statvfs_result(py, &st)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        for (name, kind) in RESULTS {
            module.add(py, name, kind.ty(py)?)?;
        }
        Ok(())
    }
}
