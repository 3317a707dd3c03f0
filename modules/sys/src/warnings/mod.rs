//! Module `_warnings`: issuing warnings. `place.rs`: which line a warning is about; `filters.rs`: what is done with it; `issue.rs`: both
//! together, and showing it. The filters and registries hang off the interpreter's state.

mod filters;
mod issue;
mod place;

use krait_macros::pymodule;
use krait_runtime::hooks::HOOKS;
use krait_runtime::prelude::*;

/// Gives the interpreter its default filters and has the runtime's own warnings come here.
pub fn install(py: Py<'_>) -> PyResult<()> {
    HOOKS.warn.set(Some(issue::warn_text));
    HOOKS.warn_explicit.set(Some(issue::warn_at));
    filters::init(py)
}

/// The module.
#[pymodule(name = "_warnings")]
#[allow(clippy::module_inception)]
pub mod warnings {
    use krait_runtime::prelude::*;
    use krait_runtime::sync::Timeout;

    use super::issue::{self, Explicit};

    #[pyfunction]
    #[sig("($module, /, message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())")]
    fn warn(
        py: Py<'_>,
        message: &PyObject,
        category: Option<&PyObject>,
        #[default(1)] stacklevel: isize,
        source: Option<&PyObject>,
        skip_file_prefixes: Option<&PyTuple>,
    ) -> PyResult<()> {
        let category = issue::category_of(py, message, category)?;
        let mut stacklevel = stacklevel;
        let prefixes: &[Ref<PyObject>] = skip_file_prefixes.map_or(&[], PyTuple::as_slice);
        for prefix in prefixes {
            if !PyStr::check(prefix) {
                bail!(py, TypeError, "Found non-str '{}' in skip_file_prefixes.", prefix.ty().name())
            }
        }
        if !prefixes.is_empty() {
            stacklevel = stacklevel.max(2);
        }
        let source = source.filter(|s| !s.is_none());
        issue::warn_here(py, &category, message, stacklevel, source, prefixes)
    }

    #[pyfunction]
    #[sig(
        "($module, /, message, category, filename, lineno, module=<unrepresentable>, registry=None, module_globals=None, source=None)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn warn_explicit(
        py: Py<'_>,
        message: &PyObject,
        category: &PyObject,
        filename: &PyStr,
        lineno: i32,
        module: Option<&PyObject>,
        registry: Option<&PyObject>,
        module_globals: Option<&PyObject>,
        source: Option<&PyObject>,
    ) -> PyResult<()> {
        let given = |x: Option<&PyObject>| x.is_some_and(|x| !x.is_none());
        let source_line = match module_globals.filter(|_| given(module_globals)) {
            None => None,
            Some(globals) => match globals.downcast::<PyDict>() {
                Some(globals) => super::place::source_line(py, globals, lineno)?,
                None => bail!(py, TypeError, "module_globals must be a dict, not '{}'", globals.ty().name()),
            },
        };
        issue::locked(py, || {
            issue::warn_explicit(
                py,
                Explicit {
                    category,
                    message,
                    filename,
                    lineno,
                    module: module.map(PyObject::to_ref),
                    registry: registry.filter(|_| given(registry)),
                    source_line: source_line.as_deref(),
                    source: source.filter(|_| given(source)),
                },
            )
        })
    }

    #[pyfunction]
    fn _filters_mutated_lock_held(py: Py<'_>) -> PyResult<()> {
        let interp = py.interp();
        if !interp.warnings_lock.is_mine(py) {
            bail!(py, RuntimeError, "warnings lock is not held")
        }
        interp.warnings_filters_version.set(interp.warnings_filters_version.get() + 1);
        Ok(())
    }

    #[pyfunction]
    fn _acquire_lock(py: Py<'_>) -> PyResult<()> {
        py.interp().warnings_lock.lock(py, Timeout::Never).map(drop)
    }

    #[pyfunction]
    fn _release_lock(py: Py<'_>) -> PyResult<()> {
        match py.interp().warnings_lock.unlock(py) {
            true => Ok(()),
            false => Err(raise!(py, RuntimeError, "cannot release un-acquired lock")),
        }
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let interp = py.interp();
        let add = |name: &str, value: &Member<PyObject>| match value.get() {
            Some(value) => module.add(py, name, &value),
            None => Ok(()),
        };
        add("filters", &interp.warnings_filters)?;
        add("_onceregistry", &interp.warnings_once_registry)?;
        add("_defaultaction", &interp.warnings_default_action)?;
        if !interp.warnings_context.is_some()
            && let Some(variables) = krait_interp::import::create_builtin(py, "_contextvars")?
        {
            krait_interp::import::exec_builtin(py, &variables)?;
            let class = variables.get_attr(py, id!(py, "ContextVar"))?;
            interp.warnings_context.set(class.call(py, &[id!(py, "_warnings_context")])?);
        }
        add("_warnings_context", &interp.warnings_context)
    }
}
