//! Extended attributes of files.

use std::ffi::CString;

use krait_runtime::prelude::*;
use krait_runtime::system::{Errno, SysResult};

use super::arguments::PathLike;

/// Reads with growing room: values may change meanwhile.
pub fn with_room(
    py: Py<'_>,
    sizes: [usize; 2],
    mut read: impl FnMut(&mut [u8]) -> SysResult<usize>,
) -> SysResult<Vec<u8>> {
    for size in sizes {
        let mut room = vec![0u8; size];
        match py.detach(|| read(&mut room)) {
            Ok(n) => {
                room.truncate(n);
                return Ok(room);
            }
            Err(Errno(libc::ERANGE)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Errno(libc::ERANGE))
}

/// An attribute's name; its object for errors is the path's.
pub fn attribute_name<const FD: bool, const NONE: bool>(name: &PathLike<FD, NONE>) -> CString {
    name.name().map(ToOwned::to_owned).unwrap_or_default()
}

/// The functions.
#[pymodule_part(name = "posix")]
pub mod xattr {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::BufferArg;
    use krait_runtime::system::files::{self, File};

    use super::super::arguments::{Path, PathOrFd, PathOrFdOrNone, refuse_fd_nofollow};
    use super::{attribute_name, with_room};

    #[pyfunction]
    fn getxattr(py: Py<'_>, path: PathOrFd, attribute: Path, follow_symlinks: bool) -> PyResult<Vec<u8>> {
        refuse_fd_nofollow(py, "getxattr", path.descriptor(), follow_symlinks)?;
        py.audit("os.getxattr", &[path.object(), attribute.object()])?;
        let name = attribute_name(&attribute);
        let file = path.file(follow_symlinks).or_raise_about(py, path.object())?;
        with_room(py, [128, 65536], |room| files::get_attribute(file, &name, room))
            .or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn setxattr(
        py: Py<'_>,
        path: PathOrFd,
        attribute: Path,
        value: BufferArg,
        flags: i32,
        follow_symlinks: bool,
    ) -> PyResult<()> {
        refuse_fd_nofollow(py, "setxattr", path.descriptor(), follow_symlinks)?;
        py.audit_with("os.setxattr", || {
            let content = value.as_bytes().into_py(py)?;
            Ok([path.object().to_ref(), attribute.object().to_ref(), content, flags.into_py(py)?])
        })?;
        let name = attribute_name(&attribute);
        let file = path.file(follow_symlinks).or_raise_about(py, path.object())?;
        let value = value.as_bytes();
        py.detach(|| files::set_attribute(file, &name, value, flags)).or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn removexattr(py: Py<'_>, path: PathOrFd, attribute: Path, follow_symlinks: bool) -> PyResult<()> {
        refuse_fd_nofollow(py, "removexattr", path.descriptor(), follow_symlinks)?;
        py.audit("os.removexattr", &[path.object(), attribute.object()])?;
        let name = attribute_name(&attribute);
        let file = path.file(follow_symlinks).or_raise_about(py, path.object())?;
        py.detach(|| match file {
            File::Open(fd) => files::fremovexattr(fd, &name),
            File::Named(path, true) => files::removexattr(path, &name),
            File::Named(path, false) => files::lremovexattr(path, &name),
        })
        .map(drop)
        .or_raise_about(py, path.object())
    }

    #[pyfunction]
    fn listxattr(py: Py<'_>, path: Option<PathOrFdOrNone>, follow_symlinks: bool) -> PyResult<Ref<PyList>> {
        let path = path.unwrap_or_else(|| PathOrFdOrNone::absent(py));
        refuse_fd_nofollow(py, "listxattr", path.descriptor(), follow_symlinks)?;
        py.audit("os.listxattr", &[path.object()])?;
        let file = match path.descriptor() {
            Some(fd) => File::Open(fd),
            None => File::Named(path.name_or_here(), follow_symlinks),
        };
        let names = with_room(py, [256, 65536], |room| files::list_attributes(file, room))
            .or_raise_about(py, path.object())?;
        let names = names.split(|&b| b == 0).filter(|name| !name.is_empty());
        let names = names.map(|name| PyStr::from_os_bytes(py, name).map(Ref::upcast));
        PyList::from_vec(py, names.collect::<PyResult<_>>()?)
    }
}
