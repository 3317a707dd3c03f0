//! Getting `importlib` going from its frozen source. Not here: the rest of start-up (executable).

use krait_runtime::objects::PyStr;
use krait_runtime::prelude::*;

use crate::import::builtin::{create_builtin, exec_builtin};
use crate::import::core::import_module;
use crate::import::frozen::{import_frozen, modules};

/// First half: `importlib._bootstrap` with builtin and frozen importers. `sys` and `builtins` are in `sys.modules` already.
pub fn init_importlib(py: Py<'_>) -> PyResult<()> {
    let Some(bootstrap) = import_frozen(py, "_frozen_importlib")? else {
        bail!(py, ImportError, "the frozen module _frozen_importlib is missing")
    };
    let verbose = py.interp().config.borrow().verbose != 0;
    if verbose {
        stderr_line!("import _frozen_importlib # frozen");
    }
    let Some(imp) = create_builtin(py, "_imp")? else {
        bail!(py, ImportError, "the native module _imp is missing")
    };
    if verbose {
        stderr_line!("import _imp # builtin");
    }
    exec_builtin(py, &imp)?;
    let modules = modules(py)?;
    modules.set(py, id!(py, "_imp"), &imp)?;
    let Some(sys) = modules.get_str(py, id!(py, "sys"))? else {
        bail!(py, ImportError, "module sys is missing")
    };
    py.interp().importlib.set(bootstrap.clone());
    if let Some(builtins) = py.interp().builtins.get()
        && let Some(import) = builtins.downcast::<PyDict>().map(|d| d.get_str(py, id!(py, "__import__")))
        && let Some(import) = import?
    {
        py.interp().import_func.set(import);
    }
    bootstrap.call_method(py, id!(py, "_install"), &[&sys, &imp]).map(drop)
}

/// Second half: the path-based importer. `sys.path` and the codecs must be usable.
pub fn init_external(py: Py<'_>) -> PyResult<()> {
    let Some(bootstrap) = py.interp().importlib.get() else {
        bail!(py, ImportError, "importlib is not initialised")
    };
    let name: &PyStr = id!(py, "_install_external_importers");
    bootstrap.call_method(py, name, &[]).map(drop)
}

/// Archives may stand on `sys.path`: `zipimport` is asked first.
pub fn init_zipimport(py: Py<'_>) -> PyResult<()> {
    let verbose = py.interp().config.borrow().verbose != 0;
    let hooks = py.required_sys_object(id!(py, "path_hooks"))?;
    let Some(hooks) = hooks.downcast::<PyList>() else {
        bail!(py, RuntimeError, "unable to get sys.path_hooks")
    };
    if verbose {
        stderr_line!("# installing zipimport hook");
    }
    let importer = import_module(py, "zipimport")?.get_attr_optional(py, id!(py, "zipimporter"))?;
    match importer {
        Some(importer) => {
            hooks.insert(py, 0, importer)?;
            if verbose {
                stderr_line!("# installed zipimport hook");
            }
        }
        None if verbose => stderr_line!("# can't import zipimport.zipimporter"),
        None => {}
    }
    Ok(())
}
