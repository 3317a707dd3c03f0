//! Module `_weakref`. The types stand in `krait_runtime::objects::weakref`.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_weakref", types = [
    krait_runtime::objects::weakref::PyWeakReference,
    krait_runtime::objects::weakref::proxy::PyProxy,
    krait_runtime::objects::weakref::proxy::PyCallableProxy,
])]
#[allow(clippy::module_inception)]
pub mod weakref {
    use krait_runtime::objects::weakref::{PyWeakReference, proxy as make_proxy};
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[sig("($module, object, /)")]
    fn getweakrefcount(object: &PyObject) -> usize {
        PyWeakReference::count_of(object)
    }

    #[pyfunction]
    #[sig("($module, object, /)")]
    fn getweakrefs(py: Py<'_>, object: &PyObject) -> PyResult<Ref<PyList>> {
        PyList::from_vec(py, PyWeakReference::all_of(object))
    }

    /// Takes a dead reference out of a dict of weak references; a new, living one under the same key stays.
    #[pyfunction]
    #[sig("($module, dct, key, /)")]
    fn _remove_dead_weakref(py: Py<'_>, dct: &PyDict, key: &PyObject) -> PyResult<()> {
        let hash = key.hash(py)?;
        let Some(value) = dct.get_known_hash(py, key, hash)? else { return Ok(()) };
        let Some(reference) = value.downcast::<PyWeakReference>() else {
            bail!(py, TypeError, "not a weakref")
        };
        if reference.target().is_none() {
            drop(dct.remove_known_hash(py, key, hash)?);
        }
        Ok(())
    }

    #[pyfunction]
    #[sig("($module, object, callback=None, /)")]
    fn proxy(py: Py<'_>, object: &PyObject, callback: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        make_proxy::proxy(py, object, callback)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "ref", PyWeakReference::type_object())
    }
}
