//! `dir`, `vars`, `globals`, `locals`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod namespace {
    use krait_interp::objects::frame::{current_globals, current_locals};
    use krait_runtime::objects::list;
    use krait_runtime::prelude::*;

    fn sorted_names(py: Py<'_>, names: &PyObject) -> PyResult<Ref<PyList>> {
        let names = PyList::from_vec(py, names.collect(py)?)?;
        list::sort::sort(py, &names, None, false)?;
        Ok(names)
    }

    #[pyfunction]
    #[sig("(object=None, /)")]
    fn dir(py: Py<'_>, object: Option<&PyObject>) -> PyResult<Ref<PyList>> {
        let Some(object) = object else {
            let locals = current_locals(py)?;
            let names = match locals.downcast_exact::<PyDict>() {
                Some(dict) => {
                    PyList::from_vec(py, dict.items_snapshot().into_iter().map(|(k, _)| k).collect())?
                        .upcast()
                }
                None => locals.call_method(py, id!(py, "keys"), &[])?,
            };
            return sorted_names(py, &names);
        };
        let Some(method) = object.lookup_special(py, id!(py, "__dir__"))? else {
            bail!(py, TypeError, "object does not provide __dir__")
        };
        let names = method.call(py, &[])?;
        sorted_names(py, &names)
    }

    #[pyfunction]
    #[sig("(object=None, /)")]
    fn vars(py: Py<'_>, object: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(object) = object else { return current_locals(py) };
        match object.get_attr_optional(py, id!(py, "__dict__"))? {
            Some(dict) => Ok(dict),
            None => Err(raise!(py, TypeError, "vars() argument must have __dict__ attribute")),
        }
    }

    #[pyfunction]
    fn globals(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        match current_globals(py) {
            Some(globals) => Ok(globals.upcast()),
            None => Ok(py.none()),
        }
    }

    #[pyfunction]
    fn locals(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        current_locals(py)
    }
}
