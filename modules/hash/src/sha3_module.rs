//! Module `_sha3`: SHA-3 and the SHAKE functions of free length.

use krait_runtime::prelude::*;

use crate::algorithm::{Hasher, to_hex};
use crate::state::{State, free_length, hashable, initial};

/// What the classes share.
macro_rules! sha3_class {
    ($class:ident, $name:literal) => {
        #[pymethods(parts(digests))]
        impl $class {
            #[new(name = "sha3_224")]
            #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
            fn new(
                py: Py<'_>,
                cls: &PyType,
                data: Option<&PyObject>,
                _usedforsecurity: Option<bool>,
                string: Option<&PyObject>,
            ) -> PyResult<Ref<PyObject>> {
                let data = initial(py, data, string)?;
                let Some(hasher) = Hasher::by_name($name) else {
                    bail!(py, ValueError, "unsupported hash type {}", $name)
                };
                let state = State::new(hasher);
                if let Some(data) = data {
                    state.update(py, data.as_bytes());
                }
                $class { base: PyObject::HEADER, state }.alloc(py, cls)
            }

            #[pymethod]
            fn copy(&self, py: Py<'_>) -> PyResult<Ref<$class>> {
                $class { base: PyObject::HEADER, state: State::new(self.state.copy(py)) }.alloc_exact(py)
            }

            #[pymethod]
            fn update(&self, py: Py<'_>, data: &PyObject) -> PyResult<()> {
                let buffer = hashable(py, data)?;
                self.state.update(py, buffer.as_bytes());
                Ok(())
            }

            #[getter]
            fn block_size(&self, py: Py<'_>) -> usize {
                self.state.block_size(py)
            }

            #[getter]
            fn digest_size(&self, py: Py<'_>) -> usize {
                self.state.digest_size(py)
            }

            #[getter]
            fn name(&self, py: Py<'_>) -> &'static str {
                self.state.name(py)
            }

            #[getter]
            fn _rate_bits(&self, py: Py<'_>) -> usize {
                8 * self.state.block_size(py)
            }

            #[getter]
            fn _capacity_bits(&self, py: Py<'_>) -> usize {
                1600 - 8 * self.state.block_size(py)
            }

            #[getter]
            fn _suffix(&self, py: Py<'_>) -> Vec<u8> {
                vec![if self.state.with(py, Hasher::is_extendable) { 0x1F } else { 0x06 }]
            }
        }
    };
}

/// The digests of fixed length.
macro_rules! fixed {
    ($class:ident) => {
        #[pymethods(part = "digests")]
        impl $class {
            #[pymethod]
            fn digest(&self, py: Py<'_>) -> Vec<u8> {
                self.state.digest(py)
            }

            #[pymethod]
            fn hexdigest(&self, py: Py<'_>) -> String {
                self.state.hexdigest(py)
            }
        }
    };
}

/// The digests of free length.
macro_rules! free {
    ($class:ident) => {
        #[pymethods(part = "digests")]
        impl $class {
            #[pymethod]
            #[sig("($self, /, length)")]
            fn digest(&self, py: Py<'_>, length: &PyObject) -> PyResult<Vec<u8>> {
                let length = free_length(py, length)?;
                Ok(self.state.with(py, |h| h.digest(length)))
            }

            #[pymethod]
            #[sig("($self, /, length)")]
            fn hexdigest(&self, py: Py<'_>, length: &PyObject) -> PyResult<String> {
                let length = free_length(py, length)?;
                Ok(to_hex(&self.state.with(py, |h| h.digest(length))))
            }
        }
    };
}

/// `sha3_224`.
#[pyclass(module = "_sha3", name = "sha3_224", immutable, gc, heap)]
#[repr(C)]
pub struct Sha3x224 {
    base: PyObject,
    state: State<Hasher>,
}

fixed!(Sha3x224);
sha3_class!(Sha3x224, "sha3_224");

/// `sha3_256`.
#[pyclass(module = "_sha3", name = "sha3_256", immutable, gc, heap)]
#[repr(C)]
pub struct Sha3x256 {
    base: PyObject,
    state: State<Hasher>,
}

fixed!(Sha3x256);
sha3_class!(Sha3x256, "sha3_256");

/// `sha3_384`.
#[pyclass(module = "_sha3", name = "sha3_384", immutable, gc, heap)]
#[repr(C)]
pub struct Sha3x384 {
    base: PyObject,
    state: State<Hasher>,
}

fixed!(Sha3x384);
sha3_class!(Sha3x384, "sha3_384");

/// `sha3_512`.
#[pyclass(module = "_sha3", name = "sha3_512", immutable, gc, heap)]
#[repr(C)]
pub struct Sha3x512 {
    base: PyObject,
    state: State<Hasher>,
}

fixed!(Sha3x512);
sha3_class!(Sha3x512, "sha3_512");

/// `shake_128`.
#[pyclass(module = "_sha3", name = "shake_128", immutable, gc, heap)]
#[repr(C)]
pub struct Shake128 {
    base: PyObject,
    state: State<Hasher>,
}

free!(Shake128);
sha3_class!(Shake128, "shake_128");

/// `shake_256`.
#[pyclass(module = "_sha3", name = "shake_256", immutable, gc, heap)]
#[repr(C)]
pub struct Shake256 {
    base: PyObject,
    state: State<Hasher>,
}

free!(Shake256);
sha3_class!(Shake256, "shake_256");

/// The module.
#[pymodule(
    name = "_sha3",
    types = [super::Sha3x224, super::Sha3x256, super::Sha3x384, super::Sha3x512, super::Shake128, super::Shake256]
)]
pub mod sha3 {
    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;
    #[pyattr]
    #[allow(non_upper_case_globals)]
    const implementation: &str = "RustCrypto";
}
