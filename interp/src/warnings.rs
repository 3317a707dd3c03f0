//! Issuing warnings from the interpreter. Not here: filters and registries (module `_warnings`).

use krait_runtime::prelude::*;

/// Issues a warning as the running Python function would (`PyErr_WarnEx`). An error when a filter makes it one.
pub fn warn(py: Py<'_>, category: &PyType, text: &str, stacklevel: isize) -> PyResult<()> {
    py.warn(category, text, stacklevel)
}

/// Issues a warning for a place in a source file (`PyErr_WarnExplicitObject`).
pub fn warn_explicit(
    py: Py<'_>,
    category: &PyType,
    text: &PyObject,
    filename: &PyObject,
    line: i32,
) -> PyResult<()> {
    match filename.downcast::<PyStr>() {
        Some(filename) => py.warn_explicit(category, text, filename, line),
        None => Err(raise!(py, TypeError, "file name must be str, not {}", filename.ty().name())),
    }
}
