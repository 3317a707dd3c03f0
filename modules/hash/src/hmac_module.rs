//! Module `_hmac`.

use krait_runtime::prelude::*;

use crate::algorithm::{Hasher, to_hex};
use crate::hmac::{Hmac, hmac_methods};
use crate::state::{State, hashable};

/// `_hmac.HMAC`.
#[pyclass(module = "_hmac", name = "HMAC", disallow_instantiation, immutable, gc, heap)]
#[repr(C)]
pub struct HmacType {
    base: PyObject,
    state: State<Hmac>,
}

hmac_methods!(HmacType);

/// The hash functions that `_hmac` knows, in CPython's order.
const NAMES: [&str; 10] =
    ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"];

/// A hash function by what `digestmod` says.
fn find(py: Py<'_>, module: &PyModule, digest: Option<&PyObject>) -> PyResult<Hasher> {
    let name = digest.and_then(|d| d.downcast::<PyStr>()).map(PyStr::to_string_lossy);
    if let Some(name) = &name {
        let lower = name.to_ascii_lowercase().replace('-', "_");
        let lower = if let Some(rest) = lower.strip_prefix("sha_") { format!("sha{rest}") } else { lower };
        if NAMES.contains(&lower.as_str())
            && let Some(hasher) = Hasher::by_name(&lower)
        {
            return Ok(hasher);
        }
        if matches!(lower.as_str(), "blake2b" | "blake2s" | "blake2s_32" | "blake2b_32") {
            let hasher = Hasher::by_name(lower.trim_end_matches("_32"));
            if lower.ends_with("_32")
                && let Some(hasher) = hasher
            {
                return Ok(hasher);
            }
            bail!(py, ValueError, "invalid HACL* algorithm");
        }
    }
    let none = py.none();
    let text = digest.unwrap_or(&none).repr(py)?;
    let text = PyStr::new(py, &format!("unsupported hash type: {}", text.to_string_lossy()))?;
    let unknown = module.get_attr(py, id!(py, "UnknownHashError"))?;
    match unknown.downcast::<PyType>() {
        Some(unknown) => Err(py.raise_object(unknown, Some(&text))),
        None => bail!(py, ValueError, "{text}"),
    }
}

/// The code of one message.
fn compute(py: Py<'_>, hasher: &Hasher, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
    let (key, msg) = (hashable(py, key)?, hashable(py, msg)?);
    let (key, msg) = (key.as_bytes(), msg.as_bytes());
    let work = || {
        let mut hmac = Hmac::new(hasher, key);
        hmac.update(msg);
        hmac.digest()
    };
    Ok(if msg.len() < crate::state::GIL_MINSIZE { work() } else { py.detach(work) })
}

fn compute_named(py: Py<'_>, name: &str, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
    match Hasher::by_name(name) {
        Some(hasher) => compute(py, &hasher, key, msg),
        None => bail!(py, ValueError, "unsupported hash type {name}"),
    }
}

/// The module.
#[pymodule(name = "_hmac", types = [super::HmacType])]
pub mod hmac {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;

    use super::{HmacType, compute, compute_named, find};
    use crate::hmac::Hmac;
    use crate::state::hashable;

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let bases = PyTuple::new(py, &[types::ValueError()])?;
        let dict = PyDict::new(py)?;
        dict.set(py, id!(py, "__module__"), id!(py, "_hmac"))?;
        let unknown = PyType::type_object().call(py, &[id!(py, "UnknownHashError"), &bases, &dict])?;
        module.add(py, "UnknownHashError", &unknown)
    }

    #[pyfunction]
    #[sig("(key, msg=None, digestmod=None)")]
    fn new(
        module: &PyModule,
        py: Py<'_>,
        key: &PyObject,
        msg: Option<&PyObject>,
        digestmod: Option<&PyObject>,
    ) -> PyResult<Ref<HmacType>> {
        let Some(digestmod) = digestmod else {
            bail!(py, TypeError, "new() missing 1 required argument 'digestmod'")
        };
        let hasher = find(py, module, Some(digestmod))?;
        let key = hashable(py, key)?;
        let made = HmacType::make(py, Hmac::new(&hasher, key.as_bytes()))?;
        if let Some(msg) = msg.filter(|m| !m.is_none()) {
            let msg = hashable(py, msg)?;
            made.state.update(py, msg.as_bytes());
        }
        Ok(made)
    }

    #[pyfunction]
    fn compute_digest(
        module: &PyModule,
        py: Py<'_>,
        key: &PyObject,
        msg: &PyObject,
        digest: &PyObject,
    ) -> PyResult<Vec<u8>> {
        compute(py, &find(py, module, Some(digest))?, key, msg)
    }

    #[pyfunction]
    fn compute_md5(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "md5", key, msg)
    }
    #[pyfunction]
    fn compute_sha1(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha1", key, msg)
    }
    #[pyfunction]
    fn compute_sha224(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha224", key, msg)
    }
    #[pyfunction]
    fn compute_sha256(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha256", key, msg)
    }
    #[pyfunction]
    fn compute_sha384(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha384", key, msg)
    }
    #[pyfunction]
    fn compute_sha512(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha512", key, msg)
    }
    #[pyfunction]
    fn compute_sha3_224(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha3_224", key, msg)
    }
    #[pyfunction]
    fn compute_sha3_256(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha3_256", key, msg)
    }
    #[pyfunction]
    fn compute_sha3_384(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha3_384", key, msg)
    }
    #[pyfunction]
    fn compute_sha3_512(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "sha3_512", key, msg)
    }
    #[pyfunction]
    fn compute_blake2s_32(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "blake2s", key, msg)
    }
    #[pyfunction]
    fn compute_blake2b_32(py: Py<'_>, key: &PyObject, msg: &PyObject) -> PyResult<Vec<u8>> {
        compute_named(py, "blake2b", key, msg)
    }
}
