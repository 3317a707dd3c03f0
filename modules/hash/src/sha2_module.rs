//! Module `_sha2`.

use krait_runtime::prelude::*;

use crate::algorithm::Hasher;
use crate::state::{State, hash_methods, hashable, initial};

/// SHA-224.
#[pyclass(module = "_sha2", name = "SHA224Type", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Sha224Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Sha224Type);

/// SHA-256.
#[pyclass(module = "_sha2", name = "SHA256Type", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Sha256Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Sha256Type);

/// SHA-384.
#[pyclass(module = "_sha2", name = "SHA384Type", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Sha384Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Sha384Type);

/// SHA-512.
#[pyclass(module = "_sha2", name = "SHA512Type", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct Sha512Type {
    base: PyObject,
    state: State<Hasher>,
}

hash_methods!(Sha512Type);

/// The module.
#[pymodule(name = "_sha2", types = [super::Sha224Type, super::Sha256Type, super::Sha384Type, super::Sha512Type])]
pub mod sha2 {
    use krait_runtime::prelude::*;

    use super::{Sha224Type, Sha256Type, Sha384Type, Sha512Type};

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha224(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Sha224Type>> {
        Sha224Type::start(py, "sha224", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha256(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Sha256Type>> {
        Sha256Type::start(py, "sha256", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha384(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Sha384Type>> {
        Sha384Type::start(py, "sha384", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn sha512(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<Sha512Type>> {
        Sha512Type::start(py, "sha512", data, string)
    }
}
