//! Parameters as module `posix` takes them: paths that may be descriptors or absent, directory descriptors, user and group numbers,
//! device numbers. Not here: `os.fspath` itself (`krait_runtime::protocol::path`).

use std::ffi::{CStr, CString};

use krait_runtime::args::bad_argument;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::files::File;
use krait_runtime::system::{Errno, SysResult};

/// A path parameter. `FD`: an integer is an open descriptor; `NONE`: `None` and absence are allowed.
pub struct PathLike<const FD: bool, const NONE: bool> {
    name: Option<CString>,
    fd: i32,
    /// What errors show: the `str` or `bytes` or the number.
    object: Ref<PyObject>,
    /// Results are `bytes`.
    pub bytes: bool,
}

/// `path_t` without descriptors.
pub type Path = PathLike<false, false>;
/// `path_t(allow_fd=True)`.
pub type PathOrFd = PathLike<true, false>;
/// `path_t(allow_fd=True, nullable=True)`.
pub type PathOrFdOrNone = PathLike<true, true>;

impl<const FD: bool, const NONE: bool> PathLike<FD, NONE> {
    /// What errors show.
    pub fn object(&self) -> &PyObject {
        &self.object
    }

    /// The descriptor, if it is one.
    pub fn descriptor(&self) -> Option<i32> {
        (self.fd != -1).then_some(self.fd)
    }

    /// The name; `None` for descriptors and absence.
    pub fn name(&self) -> Option<&CStr> {
        self.name.as_deref()
    }

    /// The name, or the working directory.
    pub fn name_or_here(&self) -> &CStr {
        self.name.as_deref().unwrap_or(c".")
    }

    /// The name; the kernel's answer to a null pointer for a descriptor that is none (-1).
    pub fn named(&self) -> SysResult<&CStr> {
        self.name.as_deref().ok_or(Errno(libc::EFAULT))
    }

    /// As a system call takes it.
    pub fn file(&self, follow: bool) -> SysResult<File<'_>> {
        match self.descriptor() {
            Some(fd) => Ok(File::Open(fd)),
            None => self.named().map(|name| File::Named(name, follow)),
        }
    }

    /// `OSError` with this path in it.
    #[cold]
    pub fn raise(&self, py: Py<'_>, error: Errno) -> Raised {
        py.raise_errno_with(error.0, Some(&self.object), None)
    }

    /// The text that says what may be given.
    fn expected() -> &'static str {
        match (FD, NONE) {
            (true, true) => "string, bytes, os.PathLike, integer or None",
            (true, false) => "string, bytes, os.PathLike or integer",
            (false, true) => "string, bytes, os.PathLike or None",
            (false, false) => "string, bytes or os.PathLike",
        }
    }

    /// Absent.
    pub fn absent(py: Py<'_>) -> Self {
        PathLike { name: None, fd: -1, object: py.none(), bytes: false }
    }

    /// Takes any object; `function` and `parameter` are for error texts.
    pub fn take(py: Py<'_>, object: &PyObject, function: &str, parameter: &str) -> PyResult<Self> {
        if NONE && object.is_none() {
            return Ok(Self::absent(py));
        }
        let refuse = || {
            raise!(
                py,
                TypeError,
                "{function}: {parameter} should be {}, not {}",
                Self::expected(),
                object.ty().name()
            )
        };
        let path = if PyStr::check(object) || PyBytes::check(object) {
            object.to_ref()
        } else if FD && object.is_index() {
            let fd = descriptor_number(py, object)?;
            return Ok(PathLike { name: None, fd, object: object.to_ref(), bytes: false });
        } else {
            let method = match object.lookup_special(py, id!(py, "__fspath__"))? {
                Some(method) if !method.is_none() => method,
                _ => return Err(refuse()),
            };
            drop(method);
            object.fs_path(py)?
        };
        let (content, bytes) = match path.downcast::<PyStr>() {
            Some(text) => (text.to_os_bytes(py)?, false),
            None => (path.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default(), true),
        };
        match CString::new(content) {
            Ok(name) => Ok(PathLike { name: Some(name), fd: -1, object: path, bytes }),
            Err(_) => Err(raise!(py, ValueError, "{function}: embedded null character in {parameter}")),
        }
    }
}

impl<'a, const FD: bool, const NONE: bool> FromArg<'a> for PathLike<FD, NONE> {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        Self::take(py, obj, at.function, at.keyword.unwrap_or("path"))
    }
}

/// `_fd_converter`.
fn descriptor_number(py: Py<'_>, object: &PyObject) -> PyResult<i32> {
    if PyBool::check(object) {
        py.warn(types::RuntimeWarning(), "bool is used as a file descriptor", 1)?;
    }
    let number = object.index(py)?;
    let negative = number.is_negative();
    match number.as_i64().map(i32::try_from) {
        Some(Ok(fd)) => Ok(fd),
        _ if negative => bail!(py, OverflowError, "fd is less than minimum"),
        _ => bail!(py, OverflowError, "fd is greater than maximum"),
    }
}

/// A `dir_fd` parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct DirFd(pub i32);

impl DirFd {
    /// The working directory: what absence means.
    pub const HERE: DirFd = DirFd(libc::AT_FDCWD);

    /// As audit hooks see it: -1 without one.
    pub fn for_audit(self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.is_given() { self.0.into_py(py) } else { (-1).into_py(py) }
    }

    /// Whether a descriptor was given.
    pub fn is_given(self) -> bool {
        self != DirFd::HERE
    }
}

impl<'a> FromArg<'a> for DirFd {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        if obj.is_none() {
            return Ok(DirFd::HERE);
        }
        if obj.is_index() {
            return descriptor_number(py, obj).map(DirFd);
        }
        Err(raise!(py, TypeError, "argument should be integer or None, not {}", obj.ty().name()))
    }
}

/// "stat: can't specify dir_fd without matching path".
pub fn refuse_dir_without_path(py: Py<'_>, function: &str, named: bool, dir: DirFd) -> PyResult<()> {
    if !named && dir.is_given() {
        bail!(py, ValueError, "{function}: can't specify dir_fd without matching path")
    }
    Ok(())
}

/// "chown: can't specify both dir_fd and fd".
pub fn refuse_dir_with_fd(py: Py<'_>, function: &str, fd: Option<i32>, dir: DirFd) -> PyResult<()> {
    if fd.is_some_and(|fd| fd > 0) && dir.is_given() {
        bail!(py, ValueError, "{function}: can't specify both dir_fd and fd")
    }
    Ok(())
}

/// "stat: cannot use fd and follow_symlinks together".
pub fn refuse_fd_nofollow(py: Py<'_>, function: &str, fd: Option<i32>, follow: bool) -> PyResult<()> {
    if fd.is_some_and(|fd| fd >= 0) && !follow {
        bail!(py, ValueError, "{function}: cannot use fd and follow_symlinks together")
    }
    Ok(())
}

/// A user or group number; -1 is the largest one ("leave it").
fn owner_number(py: Py<'_>, object: &PyObject, what: &str) -> PyResult<u32> {
    if !object.is_index() {
        bail!(py, TypeError, "{what} should be integer, not {}", object.ty().name())
    }
    let number = object.index(py)?;
    match number.as_i64() {
        Some(-1) => Ok(u32::MAX),
        Some(n) => match u32::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => bail!(py, OverflowError, "{what} is less than minimum"),
        },
        None if number.is_negative() => bail!(py, OverflowError, "{what} is less than minimum"),
        None => bail!(py, OverflowError, "{what} is greater than maximum"),
    }
}

/// A `uid_t`.
#[derive(Clone, Copy)]
pub struct Uid(pub u32);
impl<'a> FromArg<'a> for Uid {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        owner_number(py, obj, "uid").map(Uid)
    }
}

/// A `gid_t`.
#[derive(Clone, Copy)]
pub struct Gid(pub u32);
impl<'a> FromArg<'a> for Gid {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        owner_number(py, obj, "gid").map(Gid)
    }
}

/// A user or group number as Python shows it.
pub fn owner_object(py: Py<'_>, number: u32) -> PyResult<Ref<PyObject>> {
    if number == u32::MAX { (-1i64).into_py(py) } else { number.into_py(py) }
}

/// A `dev_t`: unsigned, but -1 stands for "none".
#[derive(Clone, Copy)]
pub struct Device(pub u64);
impl<'a> FromArg<'a> for Device {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        let number = obj.index(py)?;
        match (number.as_u64(), number.as_i64()) {
            (Some(n), _) => Ok(Device(n)),
            (None, Some(-1)) => Ok(Device(u64::MAX)),
            _ if number.is_negative() => bail!(py, OverflowError, "can't convert negative int to unsigned"),
            _ => bail!(py, OverflowError, "int too big to convert"),
        }
    }
}

/// A part of a device number: an `unsigned int` of which -1 is the largest.
#[derive(Clone, Copy)]
pub struct DevicePart(pub u32);
impl<'a> FromArg<'a> for DevicePart {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Device(n) = Device::from_arg(py, obj, at)?;
        match u32::try_from(n) {
            Ok(n) => Ok(DevicePart(n)),
            Err(_) if n == u64::MAX => Ok(DevicePart(u32::MAX)),
            Err(_) => bail!(py, OverflowError, "Python int too large to convert to C unsigned int"),
        }
    }
}

/// A name or value for the environment and for programs' arguments (`PyUnicode_FSConverter`).
pub struct FsBytes(pub CString);
impl<'a> FromArg<'a> for FsBytes {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: ArgPos) -> PyResult<Self> {
        obj.fs_bytes(py).map(FsBytes)
    }
}

/// A `str` without NUL, encoded as UTF-8 (`str` in Clinic).
pub struct Utf8Name(pub CString);
impl<'a> FromArg<'a> for Utf8Name {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, at: ArgPos) -> PyResult<Self> {
        let Some(text) = obj.downcast::<PyStr>() else { return Err(bad_argument(py, at, "str", obj)) };
        let text = text.to_utf8(py)?.into_owned();
        CString::new(text).map(Utf8Name).map_err(|_| raise!(py, ValueError, "embedded null character"))
    }
}

/// A path as `str` or `bytes`, as the one it belongs to was given.
pub fn path_object(py: Py<'_>, name: &[u8], bytes: bool) -> PyResult<Ref<PyObject>> {
    if bytes { name.into_py(py) } else { PyStr::from_os_bytes(py, name).map(Ref::upcast) }
}
