//! Issuing warnings from the interpreter. Not here: filters and registries (module `_warnings`).

use krait_runtime::prelude::*;

/// Issues a warning as the running Python function would (`PyErr_WarnEx`). An error when a filter makes it one.
pub fn warn(py: Py<'_>, category: &PyType, text: &str, stacklevel: isize) -> PyResult<()> {
    let Some(warn) = warn_function(py, id!(py, "warn"))? else { return Ok(()) };
    let text = PyStr::new(py, text)?;
    let level = stacklevel.into_py(py)?;
    warn.call(py, &[&text, category, &level]).map(drop)
}

/// Issues a warning for a place in a source file (`PyErr_WarnExplicitObject`).
pub fn warn_explicit(
    py: Py<'_>,
    category: &PyType,
    text: &PyObject,
    filename: &PyObject,
    line: i32,
) -> PyResult<()> {
    let Some(warn) = warn_function(py, id!(py, "warn_explicit"))? else { return Ok(()) };
    let line = line.into_py(py)?;
    let none = py.none();
    warn.call(py, &[text, category, filename, &line, &none, &none]).map(drop)
}

/// The function of module `_warnings`; none while the interpreter is so young (or old) that the module is not there.
fn warn_function(py: Py<'_>, name: &PyStr) -> PyResult<Option<Ref<PyObject>>> {
    let Some(modules) = py.interp().modules.get() else { return Ok(None) };
    let Some(modules) = modules.downcast::<PyDict>() else { return Ok(None) };
    match modules.get_str(py, id!(py, "_warnings"))? {
        Some(module) => module.get_attr_optional(py, name),
        None => Ok(None),
    }
}
