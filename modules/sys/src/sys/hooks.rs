//! The hooks that show results and errors, and auditing. The texts of errors: `krait_interp::display`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "sys")]
#[allow(clippy::module_inception)]
pub mod hooks {
    use krait_interp::display;
    use krait_interp::import::import_module;
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[pyfunction(name = "__displayhook__")]
    #[sig("($module, object, /)")]
    fn displayhook(py: Py<'_>, object: &PyObject) -> PyResult<()> {
        let builtins = import_module(py, "builtins")?;
        if object.is_none() {
            return Ok(());
        }
        // Another thread may print `_` meanwhile, and writing may change it: it is set to None first.
        builtins.set_attr(py, id!(py, "_"), PyNone::get())?;
        let Some(stdout) = py.sys_object(id!(py, "stdout"))?.filter(|f| !f.is_none()) else {
            bail!(py, RuntimeError, "lost sys.stdout")
        };
        let text = object.repr(py)?;
        match stdout.call_method(py, id!(py, "write"), &[&text]) {
            Ok(_) => {}
            Err(raised) if py.error_matches(types::UnicodeEncodeError()) => {
                py.clear_error(raised);
                write_escaped(py, &stdout, &text)?;
            }
            Err(raised) => return Err(raised),
        }
        stdout.call_method(py, id!(py, "write"), &[id!(py, "\n")])?;
        builtins.set_attr(py, id!(py, "_"), object)
    }

    /// Writes what the file's encoding cannot take with escapes.
    fn write_escaped(py: Py<'_>, stdout: &PyObject, text: &PyStr) -> PyResult<()> {
        let encoding = stdout.get_attr(py, id!(py, "encoding"))?;
        let encoded = text.call_method(py, id!(py, "encode"), &[&encoding, id!(py, "backslashreplace")])?;
        match stdout.get_attr_optional(py, id!(py, "buffer"))? {
            Some(buffer) => buffer.call_method(py, id!(py, "write"), &[&encoded]).map(drop),
            None => {
                let text = encoded.call_method(py, id!(py, "decode"), &[&encoding, id!(py, "strict")])?;
                stdout.call_method(py, id!(py, "write"), &[&text]).map(drop)
            }
        }
    }

    #[pyfunction]
    #[pyfunction(name = "__excepthook__")]
    #[sig("($module, exctype, value, traceback, /)")]
    fn excepthook(py: Py<'_>, exctype: &PyObject, value: &PyObject, traceback: &PyObject) {
        let _ = exctype;
        display::show(py, value, Some(traceback));
    }

    #[pyfunction]
    #[pyfunction(name = "__unraisablehook__")]
    #[sig("($module, unraisable, /)")]
    fn unraisablehook(py: Py<'_>, unraisable: &PyObject) -> PyResult<()> {
        if !unraisable.is_exactly(display::UNRAISABLE_ARGS.ty(py)?) {
            bail!(py, TypeError, "sys.unraisablehook argument type must be UnraisableHookArgs")
        }
        let Some(fields) = unraisable.downcast::<PyTuple>() else { return Ok(()) };
        let [exc_type, exc_value, traceback, message, object] = fields.as_slice() else { return Ok(()) };
        display::write_unraisable_fields(py, exc_type, exc_value, traceback, message, object)
    }

    #[pyfunction]
    #[pyfunction(name = "__breakpointhook__")]
    #[raw]
    fn breakpointhook(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let chosen = if py.interp().config.borrow().ignore_environment != 0 {
            None
        } else {
            std::env::var_os("PYTHONBREAKPOINT").map(|v| v.to_string_lossy().into_owned())
        };
        let chosen = chosen.filter(|v| !v.is_empty()).unwrap_or_else(|| "pdb.set_trace".to_owned());
        if chosen == "0" {
            return Ok(py.none());
        }
        let (module, name) = chosen.rsplit_once('.').unwrap_or(("builtins", &chosen));
        let found = if module.is_empty() {
            Err(raise!(py, ValueError, "Empty module name"))
        } else {
            import_module(py, module).and_then(|m| {
                let name = PyStr::new(py, name)?;
                m.get_attr(py, &name)
            })
        };
        match found {
            Ok(hook) => hook.call_args(py, args),
            Err(raised) => {
                let quiet = py.error_matches(types::ImportError())
                    || py.error_matches(types::AttributeError())
                    || py.error_matches(types::ValueError());
                if !quiet {
                    return Err(raised);
                }
                py.clear_error(raised);
                let text = format!("Ignoring unimportable $PYTHONBREAKPOINT: \"{chosen}\"");
                py.warn(types::RuntimeWarning(), &text, 0)?;
                Ok(py.none())
            }
        }
    }

    #[pyfunction]
    #[sig("($module, event, /, *args)")]
    fn audit(py: Py<'_>, event: &PyStr, args: &[&PyObject]) -> PyResult<()> {
        if !py.has_audit_hooks() {
            return Ok(());
        }
        py.run_audit_hooks(event, args)
    }

    #[pyfunction]
    #[sig("($module, /, hook)")]
    fn addaudithook(py: Py<'_>, hook: &PyObject) -> PyResult<()> {
        // Hooks that are there already may refuse a new one, quietly.
        match py.audit("sys.addaudithook", &[]) {
            Err(raised) if py.error_matches(types::Exception()) => {
                py.clear_error(raised);
                return Ok(());
            }
            other => other?,
        }
        py.add_audit_hook(hook)
    }
}
