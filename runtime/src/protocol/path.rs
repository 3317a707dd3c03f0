//! File names from Python objects: `os.fspath`, and names as the system takes them. Not here: module `posix`'s own parameters, which also
//! accept descriptors.

use std::ffi::CString;

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBytes, PyStr};
use crate::py::Py;
use crate::reference::{PyClass, Ref};
use crate::{id, raise};

impl PyObject {
    /// The path that the object stands for, a `str` or `bytes` (`PyOS_FSPath`).
    pub fn fs_path(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if PyStr::check(self) || PyBytes::check(self) {
            return Ok(self.to_ref());
        }
        let method = match self.lookup_special(py, id!(py, "__fspath__"))? {
            Some(method) if !method.is_none() => method,
            _ => {
                return Err(raise!(
                    py,
                    TypeError,
                    "expected str, bytes or os.PathLike object, not {}",
                    self.ty().name()
                ));
            }
        };
        let path = method.call(py, &[])?;
        if PyStr::check(&path) || PyBytes::check(&path) {
            return Ok(path);
        }
        Err(raise!(
            py,
            TypeError,
            "expected {}.__fspath__() to return str or bytes, not {}",
            self.ty().name(),
            path.ty().name()
        ))
    }

    /// The path's bytes as the system takes them (`PyUnicode_FSConverter`).
    pub fn fs_bytes(&self, py: Py<'_>) -> PyResult<CString> {
        let path = self.fs_path(py)?;
        let bytes = match path.downcast::<PyStr>() {
            Some(text) => text.to_os_bytes(py)?,
            None => path.downcast::<PyBytes>().map(|b| b.as_bytes().to_vec()).unwrap_or_default(),
        };
        CString::new(bytes).map_err(|_| raise!(py, ValueError, "embedded null byte"))
    }

    /// The descriptor that an `int` is or that `fileno()` gives (`PyObject_AsFileDescriptor`).
    pub fn as_descriptor(&self, py: Py<'_>) -> PyResult<i32> {
        let fd = if crate::objects::PyInt::check(self) {
            if crate::objects::PyBool::check(self) {
                py.warn(
                    crate::objects::exceptions::types::RuntimeWarning(),
                    "bool is used as a file descriptor",
                    1,
                )?;
            }
            <i32 as crate::args::FromArg>::from_arg(py, self, NOWHERE)?
        } else {
            let Some(method) = self.get_attr_optional(py, id!(py, "fileno"))? else {
                return Err(raise!(py, TypeError, "argument must be an int, or have a fileno() method."));
            };
            let number = method.call(py, &[])?;
            if !crate::objects::PyInt::check(&number) {
                return Err(raise!(py, TypeError, "fileno() returned a non-integer"));
            }
            let fd = number.downcast::<crate::objects::PyInt>().and_then(|n| n.as_i64());
            match fd.map(i32::try_from) {
                Some(Ok(fd)) => fd,
                _ => return Err(raise!(py, OverflowError, "Python int too large to convert to C int")),
            }
        };
        if fd < 0 {
            return Err(raise!(py, ValueError, "file descriptor cannot be a negative integer ({fd})"));
        }
        Ok(fd)
    }
}

/// Conversions whose texts name no function.
const NOWHERE: crate::args::ArgPos = crate::args::ArgPos { function: "", index: 0, keyword: None };

/// A descriptor as an `int` or something with `fileno()`.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor(pub i32);

impl<'a> crate::args::FromArg<'a> for Descriptor {
    fn from_arg(py: Py<'a>, obj: &'a PyObject, _at: crate::args::ArgPos) -> PyResult<Self> {
        obj.as_descriptor(py).map(Descriptor)
    }
}
