//! Module `_sysconfig`: the build facts that `sysconfig` must not take from a file.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_sysconfig")]
#[allow(clippy::module_inception)]
pub mod sysconfig {
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn config_vars(py: Py<'_>) -> PyResult<Ref<PyDict>> {
        let facts = PyDict::new(py)?;
        facts.set_named(py, "Py_GIL_DISABLED", &*0.into_py(py)?)?;
        facts.set_named(py, "Py_DEBUG", &*0.into_py(py)?)?;
        Ok(facts)
    }
}
