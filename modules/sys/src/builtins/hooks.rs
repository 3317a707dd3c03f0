//! `breakpoint`.

use krait_macros::pymodule_part;

/// The function.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod hooks {
    use krait_runtime::prelude::*;

    #[pyfunction]
    #[raw]
    fn breakpoint(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let hook = py.required_sys_object(id!(py, "breakpointhook"))?;
        hook.call_args(py, args)
    }
}
