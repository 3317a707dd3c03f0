//! `getattr`, `setattr`, `delattr`, `hasattr`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod attributes {
    use krait_runtime::prelude::*;

    fn attribute_name<'a>(py: Py<'_>, name: &'a PyObject) -> PyResult<&'a PyStr> {
        match name.downcast::<PyStr>() {
            Some(name) => Ok(name),
            None => Err(raise!(py, TypeError, "attribute name must be string, not '{}'", name.ty().name())),
        }
    }

    #[pyfunction]
    #[sig("(object, name, default=None, /)")]
    fn getattr(
        py: Py<'_>,
        object: &PyObject,
        name: &PyObject,
        default: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let name = attribute_name(py, name)?;
        match default {
            None => object.get_attr(py, name),
            Some(default) => Ok(object.get_attr_optional(py, name)?.unwrap_or_else(|| default.to_ref())),
        }
    }

    #[pyfunction]
    fn hasattr(py: Py<'_>, obj: &PyObject, name: &PyObject) -> PyResult<bool> {
        Ok(obj.get_attr_optional(py, attribute_name(py, name)?)?.is_some())
    }

    #[pyfunction]
    fn setattr(py: Py<'_>, obj: &PyObject, name: &PyObject, value: &PyObject) -> PyResult<()> {
        obj.set_attr(py, attribute_name(py, name)?, value)
    }

    #[pyfunction]
    fn delattr(py: Py<'_>, obj: &PyObject, name: &PyObject) -> PyResult<()> {
        obj.del_attr(py, attribute_name(py, name)?)
    }
}
