//! Modules that travel inside the executable. Not here: which those are (crate `pylib`), module `_imp`.

use krait_pylib::FrozenModule;
use krait_runtime::objects::{PyDict, PyList, PyModule, PyStr};
use krait_runtime::prelude::*;

use crate::execute::run_code;
use crate::objects::code::PyCode;

/// The code of a frozen module.
pub fn frozen_code(py: Py<'_>, module: &FrozenModule) -> PyResult<Ref<PyCode>> {
    match crate::unmarshal::load_bytes(py, module.code, true)?.downcast_into() {
        Ok(code) => Ok(code),
        Err(_) => Err(raise!(py, ImportError, "Frozen object named '{}' is invalid", module.name)),
    }
}

/// Executes a frozen module under its name and leaves it in `sys.modules` (`PyImport_ImportFrozenModuleObject`); `None` when there is
/// none of that name.
pub fn import_frozen(py: Py<'_>, name: &str) -> PyResult<Option<Ref<PyObject>>> {
    let Some(frozen) = krait_pylib::find_frozen(name) else { return Ok(None) };
    let code = frozen_code(py, frozen)?;
    let modules = modules(py)?;
    let key = PyStr::intern(py, PyStr::new(py, name)?);
    let module = PyModule::new(py, &key)?;
    modules.set(py, &key, &module)?;
    let dict = module.dict();
    if frozen.is_package {
        let path = PyList::new(py)?;
        dict.set(py, id!(py, "__path__"), &path)?;
    }
    if let Some(builtins) = py.interp().builtins.get() {
        dict.set(py, id!(py, "__builtins__"), &builtins)?;
    }
    // The importer takes this out again.
    dict.set(py, id!(py, "__origname__"), &*frozen.origname.into_py(py)?)?;
    let result = run_code(py, &code, &dict, Some(&dict));
    if let Err(raised) = result {
        let exc = py.fetch(raised);
        if let Err(raised) = modules.remove(py, &key) {
            py.clear_error(raised);
        }
        return Err(py.restore(exc));
    }
    modules.get_str(py, &key)
}

/// `sys.modules` as a dict.
pub(super) fn modules(py: Py<'_>) -> PyResult<Ref<PyDict>> {
    match py.interp().modules.get().map(Ref::downcast_into::<PyDict>) {
        Some(Ok(modules)) => Ok(modules),
        _ => Err(raise!(py, RuntimeError, "unable to get sys.modules")),
    }
}
