//! `import_name`, `import_from`, `import_module`: the way into the import system from native code.

use krait_runtime::objects::{PyDict, PyStr};
use krait_runtime::prelude::*;

/// `importlib.import_module(name)` for a top-level or dotted absolute name.
pub fn import_module(py: Py<'_>, name: &str) -> PyResult<Ref<PyObject>> {
    let name = PyStr::new(py, name)?;
    if let Some(modules) = py.interp().modules.get()
        && let Some(modules) = modules.downcast::<PyDict>()
        && let Some(module) = modules.get_str(py, &name)?
    {
        return Ok(module);
    }
    Err(raise!(py, ImportError, "no module named '{name}' is loaded, and the import system is not there yet"))
}
