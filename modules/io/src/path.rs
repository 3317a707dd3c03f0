//! File names as arguments: `os.fspath`, and the bytes that the system wants.

use std::ffi::CString;

use krait_runtime::prelude::*;

/// `os.fspath(path)`.
pub fn fspath(py: Py<'_>, path: &PyObject) -> PyResult<Ref<PyObject>> {
    path.fs_path(py)
}

/// A file name for a system call.
pub fn system_path(py: Py<'_>, path: &PyObject) -> PyResult<CString> {
    let path = fspath(py, path)?;
    let bytes = match (path.downcast::<PyStr>(), path.downcast::<PyBytes>()) {
        (Some(text), _) => text.to_os_bytes(py)?,
        (_, Some(bytes)) => bytes.as_bytes().to_vec(),
        _ => Vec::new(),
    };
    CString::new(bytes).map_err(|_| raise!(py, ValueError, "embedded null byte"))
}
