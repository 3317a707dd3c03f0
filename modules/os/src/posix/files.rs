//! Files by name: making, removing, renaming, linking, owners, modes, times.

/// The functions.
#[pymodule_part(name = "posix")]
pub mod files {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::files::{self as system, File, TimeSpec};
    use krait_runtime::system::{Errno, SysResult};
    use krait_runtime::time::Rounding;

    use super::super::arguments::{
        Device, DevicePart, DirFd, Gid, Path, PathOrFd, Uid, path_object, refuse_dir_with_fd,
        refuse_dir_without_path, refuse_fd_nofollow,
    };

    /// Raises for an operation on two names.
    fn about_both<T>(py: Py<'_>, outcome: SysResult<T>, from: &Path, to: &Path) -> PyResult<()> {
        match outcome {
            Ok(_) => Ok(()),
            Err(Errno(error)) => Err(py.raise_errno_with(error, Some(from.object()), Some(to.object()))),
        }
    }

    #[pyfunction]
    fn access(
        py: Py<'_>,
        path: Path,
        mode: i32,
        #[default(DirFd::HERE)] dir_fd: DirFd,
        effective_ids: bool,
        follow_symlinks: bool,
    ) -> PyResult<bool> {
        let mut flags = 0;
        if !follow_symlinks {
            flags |= libc::AT_SYMLINK_NOFOLLOW;
        }
        if effective_ids {
            flags |= libc::AT_EACCESS;
        }
        let Ok(name) = path.named() else { return Ok(false) };
        Ok(py.detach(|| system::faccessat(dir_fd.0, name, mode, flags)).is_ok())
    }

    #[pyfunction]
    fn chdir(py: Py<'_>, path: PathOrFd) -> PyResult<()> {
        py.audit("os.chdir", &[path.object()])?;
        let done = path.file(true).and_then(|file| {
            py.detach(|| match file {
                File::Open(fd) => system::fchdir(fd),
                File::Named(name, _) => system::chdir(name),
            })
        });
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn fchdir(py: Py<'_>, fd: krait_runtime::protocol::path::Descriptor) -> PyResult<()> {
        py.blocking(|| system::fchdir(fd.0)).map(drop)
    }

    #[pyfunction]
    fn chmod(
        py: Py<'_>,
        path: PathOrFd,
        mode: i32,
        #[default(DirFd::HERE)] dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> PyResult<()> {
        py.audit_with("os.chmod", || Ok([path.object().to_ref(), mode.into_py(py)?, dir_fd.for_audit(py)?]))?;
        let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let done = path.file(true).and_then(|file| {
            py.detach(|| match file {
                File::Open(fd) => system::fchmod(fd, mode as u32),
                File::Named(name, _) => system::fchmodat(dir_fd.0, name, mode as u32, flags),
            })
        });
        match done {
            Err(Errno(libc::EOPNOTSUPP)) if !follow_symlinks => {
                if dir_fd.is_given() {
                    bail!(py, ValueError, "chmod: cannot use dir_fd and follow_symlinks together")
                }
                bail!(py, NotImplementedError, "chmod: follow_symlinks unavailable on this platform")
            }
            done => done.map(drop).or_raise_about(py, path.object()),
        }
    }

    #[pyfunction]
    fn fchmod(py: Py<'_>, fd: i32, mode: i32) -> PyResult<()> {
        py.blocking(|| system::fchmod(fd, mode as u32)).map(drop)
    }

    #[pyfunction]
    fn chown(
        py: Py<'_>,
        path: PathOrFd,
        uid: Uid,
        gid: Gid,
        #[default(DirFd::HERE)] dir_fd: DirFd,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        let fd = path.descriptor();
        refuse_dir_with_fd(py, "chown", fd, dir_fd)?;
        refuse_fd_nofollow(py, "chown", fd, follow_symlinks)?;
        py.audit_with("os.chown", || {
            Ok([path.object().to_ref(), uid.0.into_py(py)?, gid.0.into_py(py)?, dir_fd.for_audit(py)?])
        })?;
        let flags = if follow_symlinks { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
        let done = path.file(true).and_then(|file| {
            py.detach(|| match file {
                File::Open(fd) => system::fchown(fd, uid.0, gid.0),
                File::Named(name, _) => system::fchownat(dir_fd.0, name, uid.0, gid.0, flags),
            })
        });
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn fchown(py: Py<'_>, fd: i32, uid: Uid, gid: Gid) -> PyResult<()> {
        py.blocking(|| system::fchown(fd, uid.0, gid.0)).map(drop)
    }

    #[pyfunction]
    fn lchown(py: Py<'_>, path: Path, uid: Uid, gid: Gid) -> PyResult<()> {
        let done = path.named().and_then(|name| py.detach(|| system::lchown(name, uid.0, gid.0)));
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn chroot(py: Py<'_>, path: Path) -> PyResult<()> {
        let done = path.named().and_then(|name| py.detach(|| system::chroot(name)));
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn getcwd(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let path = py.detach(system::current_directory).or_raise(py)?;
        PyStr::from_os_bytes(py, &path)
    }

    #[pyfunction]
    fn getcwdb(py: Py<'_>) -> PyResult<Vec<u8>> {
        py.detach(system::current_directory).or_raise(py)
    }

    #[pyfunction]
    fn link(
        py: Py<'_>,
        src: Path,
        dst: Path,
        #[default(DirFd::HERE)] src_dir_fd: DirFd,
        #[default(DirFd::HERE)] dst_dir_fd: DirFd,
        #[default(true)] follow_symlinks: bool,
    ) -> PyResult<()> {
        audit_two(py, "os.link", &src, &dst, src_dir_fd, dst_dir_fd)?;
        let flags = if follow_symlinks { libc::AT_SYMLINK_FOLLOW } else { 0 };
        let (from, to) = (src.named(), dst.named());
        let done = from.and_then(|from| {
            to.and_then(|to| py.detach(|| system::linkat(src_dir_fd.0, from, dst_dir_fd.0, to, flags)))
        });
        about_both(py, done, &src, &dst)
    }

    #[pyfunction]
    fn mkdir(py: Py<'_>, path: Path, mode: i32, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<()> {
        py.audit_with("os.mkdir", || Ok([path.object().to_ref(), mode.into_py(py)?, dir_fd.for_audit(py)?]))?;
        let done = path.named().and_then(|name| py.detach(|| system::mkdirat(dir_fd.0, name, mode as u32)));
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn mkfifo(py: Py<'_>, path: Path, mode: i32, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<()> {
        let Ok(name) = path.named() else { return Err(py.raise_errno(libc::EFAULT)) };
        py.blocking(|| system::mkfifoat(dir_fd.0, name, mode as u32)).map(drop)
    }

    #[pyfunction]
    fn mknod(
        py: Py<'_>,
        path: Path,
        mode: i32,
        #[default(Device(0))] device: Device,
        #[default(DirFd::HERE)] dir_fd: DirFd,
    ) -> PyResult<()> {
        let Ok(name) = path.named() else { return Err(py.raise_errno(libc::EFAULT)) };
        py.blocking(|| system::mknodat(dir_fd.0, name, mode as u32, device.0)).map(drop)
    }

    #[pyfunction]
    fn major(py: Py<'_>, device: Device) -> PyResult<Ref<PyObject>> {
        if device.0 == u64::MAX { (-1).into_py(py) } else { system::device_major(device.0).into_py(py) }
    }

    #[pyfunction]
    fn minor(py: Py<'_>, device: Device) -> PyResult<Ref<PyObject>> {
        if device.0 == u64::MAX { (-1).into_py(py) } else { system::device_minor(device.0).into_py(py) }
    }

    #[pyfunction]
    fn makedev(py: Py<'_>, major: DevicePart, minor: DevicePart) -> PyResult<Ref<PyObject>> {
        match system::make_device(major.0, minor.0) {
            u64::MAX => (-1).into_py(py),
            device => device.into_py(py),
        }
    }

    #[pyfunction]
    fn open(
        py: Py<'_>,
        path: Path,
        flags: i32,
        mode: i32,
        #[default(DirFd::HERE)] dir_fd: DirFd,
    ) -> PyResult<i32> {
        let flags = flags | libc::O_CLOEXEC;
        py.audit("open", &[path.object(), &py.none(), &*flags.into_py(py)?])?;
        let name = path.named().or_raise_about(py, path.object())?;
        py.retry(|| system::openat(dir_fd.0, name, flags, mode as u32))?.or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn readlink(py: Py<'_>, path: Path, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<Ref<PyObject>> {
        let got = path.named().and_then(|name| py.detach(|| system::read_link(dir_fd.0, name)));
        path_object(py, &got.or_raise_about(py, path.object())?, path.bytes)
    }

    /// The event of an operation on two names.
    fn audit_two(
        py: Py<'_>,
        event: &str,
        from: &Path,
        to: &Path,
        from_dir: DirFd,
        to_dir: DirFd,
    ) -> PyResult<()> {
        py.audit_with(event, || {
            Ok([from.object().to_ref(), to.object().to_ref(), from_dir.for_audit(py)?, to_dir.for_audit(py)?])
        })
    }

    fn rename_to(py: Py<'_>, src: &Path, dst: &Path, src_dir: DirFd, dst_dir: DirFd) -> PyResult<()> {
        audit_two(py, "os.rename", src, dst, src_dir, dst_dir)?;
        let (from, to) = (src.named(), dst.named());
        let done = from.and_then(|from| {
            to.and_then(|to| py.detach(|| system::renameat(src_dir.0, from, dst_dir.0, to)))
        });
        about_both(py, done, src, dst)
    }

    #[pyfunction]
    fn rename(
        py: Py<'_>,
        src: Path,
        dst: Path,
        #[default(DirFd::HERE)] src_dir_fd: DirFd,
        #[default(DirFd::HERE)] dst_dir_fd: DirFd,
    ) -> PyResult<()> {
        rename_to(py, &src, &dst, src_dir_fd, dst_dir_fd)
    }

    #[pyfunction]
    fn replace(
        py: Py<'_>,
        src: Path,
        dst: Path,
        #[default(DirFd::HERE)] src_dir_fd: DirFd,
        #[default(DirFd::HERE)] dst_dir_fd: DirFd,
    ) -> PyResult<()> {
        rename_to(py, &src, &dst, src_dir_fd, dst_dir_fd)
    }

    #[pyfunction]
    fn rmdir(py: Py<'_>, path: Path, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<()> {
        py.audit_with("os.rmdir", || Ok([path.object().to_ref(), dir_fd.for_audit(py)?]))?;
        let done =
            path.named().and_then(|name| py.detach(|| system::unlinkat(dir_fd.0, name, libc::AT_REMOVEDIR)));
        done.map(drop).or_raise_about(py, path.object())
    }

    fn remove_name(py: Py<'_>, path: &Path, dir: DirFd) -> PyResult<()> {
        py.audit_with("os.remove", || Ok([path.object().to_ref(), dir.for_audit(py)?]))?;
        let done = path.named().and_then(|name| py.detach(|| system::unlinkat(dir.0, name, 0)));
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn unlink(py: Py<'_>, path: Path, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<()> {
        remove_name(py, &path, dir_fd)
    }

    #[pyfunction]
    fn remove(py: Py<'_>, path: Path, #[default(DirFd::HERE)] dir_fd: DirFd) -> PyResult<()> {
        remove_name(py, &path, dir_fd)
    }

    #[pyfunction]
    fn symlink(
        py: Py<'_>,
        src: Path,
        dst: Path,
        target_is_directory: bool,
        #[default(DirFd::HERE)] dir_fd: DirFd,
    ) -> PyResult<()> {
        let _ = target_is_directory;
        py.audit_with("os.symlink", || {
            Ok([src.object().to_ref(), dst.object().to_ref(), dir_fd.for_audit(py)?])
        })?;
        let (from, to) = (src.named(), dst.named());
        let done =
            from.and_then(|from| to.and_then(|to| py.detach(|| system::symlinkat(from, dir_fd.0, to))));
        about_both(py, done, &src, &dst)
    }

    #[pyfunction]
    fn truncate(py: Py<'_>, path: PathOrFd, length: i64) -> PyResult<()> {
        py.audit_with("os.truncate", || Ok([path.object().to_ref(), length.into_py(py)?]))?;
        if let Some(fd) = path.descriptor() {
            return py.blocking(|| system::ftruncate(fd, length)).map(drop);
        }
        let done = path.named().and_then(|name| py.detach(|| system::truncate(name, length)));
        done.map(drop).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn ftruncate(py: Py<'_>, fd: i32, length: i64) -> PyResult<()> {
        py.audit_with("os.truncate", || Ok([fd.into_py(py)?, length.into_py(py)?]))?;
        py.blocking(|| system::ftruncate(fd, length)).map(drop)
    }

    fn seconds(py: Py<'_>, object: &PyObject) -> PyResult<TimeSpec> {
        let (seconds, ns) = krait_runtime::time::seconds_and_nanos(py, object, Rounding::Floor)?;
        Ok(TimeSpec { tv_sec: seconds, tv_nsec: i64::from(ns) })
    }

    fn nanoseconds(py: Py<'_>, object: &PyObject) -> PyResult<TimeSpec> {
        let billion = PyInt::new(py, 1_000_000_000)?;
        let both = object.divmod(py, &billion)?;
        let Some([high, low]) = both.downcast::<PyTuple>().map(PyTuple::as_slice) else {
            bail!(
                py,
                TypeError,
                "{}.__divmod__() must return a 2-tuple, not {}",
                object.ty().name(),
                both.ty().name()
            )
        };
        let tv_sec = match high.index(py)?.as_i64() {
            Some(seconds) => seconds,
            None => bail!(py, OverflowError, "timestamp out of range for platform time_t"),
        };
        let tv_nsec = low.index(py)?.as_i64().unwrap_or(0);
        Ok(TimeSpec { tv_sec, tv_nsec })
    }

    #[pyfunction]
    fn utime(
        py: Py<'_>,
        path: PathOrFd,
        times: Option<&PyObject>,
        ns: Option<&PyObject>,
        #[default(DirFd::HERE)] dir_fd: DirFd,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        let times = times.filter(|t| !t.is_none());
        if times.is_some() && ns.is_some() {
            bail!(py, ValueError, "utime: you may specify either 'times' or 'ns' but not both")
        }
        let pair = |object: &PyObject| match object.downcast::<PyTuple>().map(PyTuple::as_slice) {
            Some([a, b]) => Some((a.clone(), b.clone())),
            _ => None,
        };
        let wanted = match (times, ns) {
            (Some(times), _) => match pair(times) {
                Some((a, b)) => Some([seconds(py, &a)?, seconds(py, &b)?]),
                None => bail!(py, TypeError, "utime: 'times' must be either a tuple of two ints or None"),
            },
            (None, Some(ns)) => match pair(ns) {
                Some((a, b)) => Some([nanoseconds(py, &a)?, nanoseconds(py, &b)?]),
                None => bail!(py, TypeError, "utime: 'ns' must be a tuple of two ints"),
            },
            (None, None) => None,
        };
        py.audit_with("os.utime", || {
            let object = |o: Option<&PyObject>| o.map_or_else(|| py.none(), |o| o.to_ref());
            Ok([path.object().to_ref(), object(times), object(ns), dir_fd.for_audit(py)?])
        })?;
        let fd = path.descriptor();
        refuse_dir_without_path(py, "utime", path.name().is_some(), dir_fd)?;
        refuse_dir_with_fd(py, "utime", fd, dir_fd)?;
        refuse_fd_nofollow(py, "utime", fd, follow_symlinks)?;
        let done = path
            .file(follow_symlinks)
            .and_then(|file| py.detach(|| system::set_times(dir_fd.0, file, wanted)));
        done.or_raise_about(py, path.object())
    }
}

use krait_macros::pymodule_part;
