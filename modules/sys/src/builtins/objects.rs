//! Functions on any object: `ascii`, `callable`, `format`, `hash`, `id`, `isinstance`, `issubclass`, `len`, `repr`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod objects {
    use krait_runtime::objects::str::ascii_repr;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn ascii(py: Py<'_>, obj: &PyObject) -> PyResult<Ref<PyStr>> {
        ascii_repr(py, obj)
    }

    #[pyfunction]
    fn callable(_py: Py<'_>, obj: &PyObject) -> bool {
        obj.is_callable()
    }

    #[pyfunction]
    fn format(py: Py<'_>, value: &PyObject, format_spec: Option<&PyStr>) -> PyResult<Ref<PyStr>> {
        let empty;
        let spec = match format_spec {
            Some(spec) => spec,
            None => {
                empty = PyStr::empty();
                &empty
            }
        };
        krait_runtime::protocol::format::format_object(py, value, spec)
    }

    #[pyfunction]
    fn hash(py: Py<'_>, obj: &PyObject) -> PyResult<isize> {
        obj.hash(py)
    }

    #[pyfunction]
    fn id(py: Py<'_>, obj: &PyObject) -> PyResult<usize> {
        py.audit_with("builtins.id", || Ok([obj.id().into_py(py)?]))?;
        Ok(obj.id())
    }

    #[pyfunction]
    fn isinstance(py: Py<'_>, obj: &PyObject, class_or_tuple: &PyObject) -> PyResult<bool> {
        obj.is_instance(py, class_or_tuple)
    }

    #[pyfunction]
    fn issubclass(py: Py<'_>, cls: &PyObject, class_or_tuple: &PyObject) -> PyResult<bool> {
        cls.is_subclass(py, class_or_tuple)
    }

    #[pyfunction]
    fn len(py: Py<'_>, obj: &PyObject) -> PyResult<isize> {
        obj.len(py)
    }

    #[pyfunction]
    fn repr(py: Py<'_>, obj: &PyObject) -> PyResult<Ref<PyStr>> {
        obj.repr(py)
    }
}
