//! Module `sys`. The functions stand in files by theme; tracing and monitoring are the evaluation loop's (crate `interp`).

mod facts;
mod frames;
mod hooks;
mod limits;
mod monitoring;
mod objects;
mod process;
mod sequences;
mod stdlib_names;
mod tracing;

use krait_macros::pymodule;

pub use facts::{VERSION_TEXT, multiarch};
pub use process::BASE_PROMPT;

/// The module.
#[pymodule(name = "sys", parts = [
    super::hooks::hooks,
    super::frames::frames,
    super::limits::limits,
    super::objects::objects,
    super::process::process,
    super::tracing::tracing,
])]
#[allow(clippy::module_inception)]
pub mod sys {
    use krait_runtime::prelude::*;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        crate::warnings::install(py)?;
        super::facts::add_all(py, module)?;
        let jit = PyModule::from_def(py, &super::process::jit::MODULE)?;
        super::process::jit::MODULE.exec(py, &jit)?;
        module.add(py, "_jit", &jit)?;
        let monitoring = PyModule::from_def(py, &super::monitoring::monitoring::MODULE)?;
        super::monitoring::monitoring::MODULE.exec(py, &monitoring)?;
        module.add(py, "monitoring", &monitoring)
    }
}
