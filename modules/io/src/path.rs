//! File names as arguments: `os.fspath`, and the bytes that the system wants.

use std::ffi::CString;

use krait_runtime::prelude::*;

/// `os.fspath(path)`.
pub fn fspath(py: Py<'_>, path: &PyObject) -> PyResult<Ref<PyObject>> {
    if PyStr::check(path) || PyBytes::check(path) {
        return Ok(path.to_ref());
    }
    let method = path.lookup_special(py, id!(py, "__fspath__"))?;
    let Some(method) = method else {
        bail!(py, TypeError, "expected str, bytes or os.PathLike object, not {}", path.ty().name())
    };
    let made = method.call(py, &[])?;
    if !PyStr::check(&made) && !PyBytes::check(&made) {
        bail!(
            py,
            TypeError,
            "expected {}.__fspath__() to return str or bytes, not {}",
            path.ty().name(),
            made.ty().name()
        );
    }
    Ok(made)
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
