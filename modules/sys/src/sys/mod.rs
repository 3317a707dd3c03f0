//! Module `sys`.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "sys")]
#[allow(clippy::module_inception)]
pub mod sys {
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        if let Some(modules) = py.interp().modules.get() {
            module.add(py, "modules", &modules)?;
        }
        Ok(())
    }
}
