//! The registry of native modules, and making them. Not here: module objects (crate `runtime`).

use std::sync::Mutex;

use krait_runtime::module::ModuleDef;
use krait_runtime::objects::{PyDict, PyModule};
use krait_runtime::prelude::*;

/// All native modules of this executable (`PyImport_Inittab`): the same for all interpreters.
static REGISTRY: Mutex<Vec<&'static ModuleDef>> = Mutex::new(Vec::new());

fn registry() -> std::sync::MutexGuard<'static, Vec<&'static ModuleDef>> {
    REGISTRY.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Makes a native module importable.
pub fn register_builtin(def: &'static ModuleDef) {
    let mut all = registry();
    if all.iter().all(|known| known.name != def.name) {
        all.push(def);
    }
}

/// The definition of the native module of that name.
pub fn find_builtin(name: &str) -> Option<&'static ModuleDef> {
    registry().iter().copied().find(|def| def.name() == name)
}

/// The names of all native modules, in order of registration.
pub fn builtin_names() -> Vec<&'static str> {
    registry().iter().map(|def| def.name()).collect()
}

/// A new module of that name, not executed yet (`_imp.create_builtin`); `sys` and `builtins` exist once for each interpreter.
pub fn create_builtin(py: Py<'_>, name: &str) -> PyResult<Option<Ref<PyModule>>> {
    if matches!(name, "sys" | "builtins")
        && let Some(modules) = py.interp().modules.get()
        && let Some(modules) = modules.downcast::<PyDict>()
    {
        let key = PyStr::new(py, name)?;
        if let Some(Ok(module)) = modules.get_str(py, &key)?.map(Ref::downcast_into::<PyModule>) {
            return Ok(Some(module));
        }
    }
    match find_builtin(name) {
        Some(def) => PyModule::from_def(py, def).map(Some),
        None => Ok(None),
    }
}

/// Fills a module made by [`create_builtin`].
pub fn exec_builtin(py: Py<'_>, module: &PyModule) -> PyResult<()> {
    let Some(def) = module.def() else { return Ok(()) };
    // Those two were filled at start-up.
    if matches!(def.name(), "sys" | "builtins") && py.interp().importlib.is_some() {
        return Ok(());
    }
    def.exec(py, module)
}
