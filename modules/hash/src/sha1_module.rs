//! Module `_sha1`.

use krait_runtime::prelude::*;

use crate::algorithm::Hasher;
use crate::state::{State, hash_methods, hashable, initial};

/// `sha1`.
#[pyclass(module = "_sha1", name = "sha1", doc = "", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Sha1Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Sha1Type);

/// The module.
#[pymodule(name = "_sha1")]
pub mod sha1 {
    use krait_runtime::prelude::*;

    use super::Sha1Type;

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha1(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Sha1Type>> {
        Sha1Type::start(py, "sha1", data, string)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<Sha1Type>(py)?;
        module.add(py, "SHA1Type", Sha1Type::type_object())
    }
}
