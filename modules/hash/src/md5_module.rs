//! Module `_md5`.

use krait_runtime::prelude::*;

use crate::algorithm::Hasher;
use crate::state::{State, hash_methods, hashable, initial};

/// `md5`.
#[pyclass(module = "_md5", name = "md5", doc = "", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Md5Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Md5Type);

/// The module.
#[pymodule(name = "_md5")]
pub mod md5 {
    use krait_runtime::prelude::*;

    use super::Md5Type;

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn md5(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Md5Type>> {
        Md5Type::start(py, "md5", data, string)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        PyType::ready::<Md5Type>(py)?;
        module.add(py, "MD5Type", Md5Type::type_object())
    }
}
