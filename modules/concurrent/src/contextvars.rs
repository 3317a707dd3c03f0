//! Module `_contextvars`: names for the types in `krait_runtime::objects::context`.

use krait_macros::pymodule;

/// The module.
#[pymodule(name = "_contextvars", types = [
    krait_runtime::objects::context::PyContext,
    krait_runtime::objects::context::PyContextVar,
    krait_runtime::objects::context::PyToken,
])]
pub mod contextvars {
    use krait_runtime::objects::context::PyContext;
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn copy_context(py: Py<'_>) -> PyResult<Ref<PyContext>> {
        PyContext::copy_current(py)
    }
}
