//! Module `_hashlib`: hash functions by name, HMAC, PBKDF2 and scrypt, in the place where CPython has OpenSSL's.

use krait_runtime::prelude::*;

use crate::algorithm::{Hasher, to_hex};
use crate::hmac::{Hmac, hmac_methods};
use crate::state::{State, free_length, hashable, initial};

/// `_hashlib.HASH`.
#[pyclass(module = "_hashlib", name = "HASH", basetype, disallow_instantiation, immutable, heap)]
#[repr(C)]
pub struct HashType {
    base: PyObject,
    state: State<Hasher>,
}

/// `_hashlib.HASHXOF`: digests of free length.
#[pyclass(module = "_hashlib", name = "HASHXOF", base = HashType, disallow_instantiation, immutable, basetype, heap)]
#[repr(C)]
pub struct HashXofType {
    base: PyObject,
    state: State<Hasher>,
}

fn make(py: Py<'_>, hasher: Hasher) -> PyResult<Ref<PyObject>> {
    let (extendable, state) = (hasher.is_extendable(), State::new(hasher));
    if extendable {
        HashXofType { base: PyObject::HEADER, state }.alloc_exact(py).map(Ref::upcast)
    } else {
        HashType { base: PyObject::HEADER, state }.alloc_exact(py).map(Ref::upcast)
    }
}

#[pymethods]
impl HashType {
    #[pymethod]
    fn copy(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        make(py, self.state.copy(py))
    }

    #[pymethod]
    fn digest(&self, py: Py<'_>) -> Vec<u8> {
        self.state.digest(py)
    }

    #[pymethod]
    fn hexdigest(&self, py: Py<'_>) -> String {
        self.state.hexdigest(py)
    }

    #[pymethod]
    fn update(&self, py: Py<'_>, obj: &PyObject) -> PyResult<()> {
        let buffer = hashable(py, obj)?;
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

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> String {
        format!("<{} {} object @ {:#x}>", self.state.name(py), self.ty().name(), self.id())
    }
}

#[pymethods]
impl HashXofType {
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

    #[getter]
    fn digest_size(&self) -> usize {
        0
    }
}

/// `_hashlib.HMAC`.
#[pyclass(module = "_hashlib", name = "HMAC", disallow_instantiation, immutable, heap)]
#[repr(C)]
pub struct HashlibHmac {
    base: PyObject,
    state: State<Hmac>,
}

hmac_methods!(HashlibHmac);

/// The hash functions offered by name.
const NAMES: [&str; 16] = [
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512_224",
    "sha512_256",
    "sha3_224",
    "sha3_256",
    "sha3_384",
    "sha3_512",
    "shake_128",
    "shake_256",
    "blake2b",
    "blake2s",
];

#[cold]
fn unsupported(py: Py<'_>, module: &PyModule, text: &str) -> Raised {
    match module.get_attr(py, id!(py, "UnsupportedDigestmodError")) {
        Ok(error) => match error.downcast::<PyType>() {
            Some(error) => py.raise(error, format_args!("{text}")),
            None => raise!(py, ValueError, "{text}"),
        },
        Err(raised) => raised,
    }
}

/// A hash function by one of its names.
fn by_name(py: Py<'_>, module: &PyModule, name: &PyStr) -> PyResult<Hasher> {
    let lower = name.to_string_lossy().to_ascii_lowercase().replace('-', "_");
    let plain = match lower.as_str() {
        "sha_1" => "sha1",
        "sha_224" | "sha2_224" => "sha224",
        "sha_256" | "sha2_256" => "sha256",
        "sha_384" | "sha2_384" => "sha384",
        "sha_512" | "sha2_512" => "sha512",
        "shake128" => "shake_128",
        "shake256" => "shake_256",
        "blake2b512" | "blake2b_512" => "blake2b",
        "blake2s256" | "blake2s_256" => "blake2s",
        other => other,
    };
    match NAMES.contains(&plain).then(|| Hasher::by_name(plain)).flatten() {
        Some(hasher) => Ok(hasher),
        None => Err(unsupported(py, module, "[digital envelope routines] unsupported")),
    }
}

/// A hash function by name or by one of this module's constructors.
fn by_digestmod(py: Py<'_>, module: &PyModule, digestmod: &PyObject) -> PyResult<Hasher> {
    if let Some(name) = digestmod.downcast::<PyStr>() {
        return by_name(py, module, name);
    }
    for name in NAMES {
        let constructor = module.dict().get_named(py, &format!("openssl_{name}"))?;
        if constructor.is_some_and(|c| c.is(digestmod))
            && let Some(hasher) = Hasher::by_name(name)
        {
            return Ok(hasher);
        }
    }
    let text = digestmod.repr(py)?;
    Err(unsupported(py, module, &format!("Unsupported digestmod {}", text.to_string_lossy())))
}

fn start(
    py: Py<'_>,
    name: &str,
    data: Option<&PyObject>,
    string: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    match Hasher::by_name(name) {
        Some(hasher) => start_hasher(py, hasher, data, string),
        None => bail!(py, ValueError, "unsupported hash type {name}"),
    }
}

fn start_hasher(
    py: Py<'_>,
    hasher: Hasher,
    data: Option<&PyObject>,
    string: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    let data = initial(py, data, string)?;
    let made = make(py, hasher)?;
    if let (Some(data), Some(hash)) = (data, made.downcast::<HashType>()) {
        hash.state.update(py, data.as_bytes());
    }
    Ok(made)
}

/// True when both are equal, in a time that does not tell where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    let mut differs = u8::from(a.len() != b.len());
    for (i, x) in b.iter().enumerate() {
        differs |= x ^ a.get(i).or(b.get(i)).copied().unwrap_or(0);
    }
    std::hint::black_box(differs) == 0
}

/// The module.
#[pymodule(
    name = "_hashlib",
    types = [super::HashType, super::HashXofType, super::HashlibHmac],
    parts = [super::constructors]
)]
pub mod hashlib {
    use krait_runtime::objects::exceptions::types;
    use krait_runtime::prelude::*;
    use krait_runtime::protocol::buffer::{Buffer, BufferArg};

    use super::{HashlibHmac, NAMES, by_digestmod, by_name, same, start_hasher};
    use crate::hmac::Hmac;
    use crate::key_derivation;
    use crate::state::{State, hashable};

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let bases = PyTuple::new(py, &[types::ValueError()])?;
        let dict = PyDict::new(py)?;
        dict.set(py, id!(py, "__module__"), id!(py, "_hashlib"))?;
        let error = PyType::type_object().call(py, &[id!(py, "UnsupportedDigestmodError"), &bases, &dict])?;
        module.add(py, "UnsupportedDigestmodError", &error)?;
        let names = NAMES.iter().map(|n| n.into_py(py)).collect::<PyResult<Vec<_>>>()?;
        let names = PyList::from_vec(py, names)?;
        module.add(py, "openssl_md_meth_names", &*PyFrozenSet::type_object().call(py, &[&names])?)?;
        let constructors = PyDict::new(py)?;
        for name in NAMES {
            if let Some(constructor) = module.dict().get_named(py, &format!("openssl_{name}"))? {
                constructors.set(py, &constructor, &*name.into_py(py)?)?;
            }
        }
        module.add(
            py,
            "_constructors",
            &*krait_runtime::objects::mappingproxy::PyMappingProxy::new(py, &constructors)?,
        )
    }

    #[pyfunction]
    #[sig("(name, data=b'', *, usedforsecurity=True, string=None)")]
    fn new(
        module: &PyModule,
        py: Py<'_>,
        name: &PyStr,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start_hasher(py, by_name(py, module, name)?, data, string)
    }

    fn hmac_of(
        py: Py<'_>,
        module: &PyModule,
        key: &[u8],
        msg: Option<&PyObject>,
        digestmod: &PyObject,
    ) -> PyResult<State<Hmac>> {
        let hasher = by_digestmod(py, module, digestmod)?;
        if hasher.is_extendable() {
            bail!(py, ValueError, "no reason supplied");
        }
        let state = State::new(Hmac::new(&hasher, key));
        if let Some(msg) = msg.filter(|m| !m.is_none()) {
            let msg = hashable(py, msg)?;
            state.update(py, msg.as_bytes());
        }
        Ok(state)
    }

    #[pyfunction]
    #[sig("(key, msg=b'', digestmod=None)")]
    fn hmac_new(
        module: &PyModule,
        py: Py<'_>,
        key: BufferArg,
        msg: Option<&PyObject>,
        digestmod: Option<&PyObject>,
    ) -> PyResult<Ref<HashlibHmac>> {
        let Some(digestmod) = digestmod else {
            bail!(py, TypeError, "Missing required parameter 'digestmod'.")
        };
        let state = hmac_of(py, module, key.as_bytes(), msg, digestmod)?;
        HashlibHmac { base: PyObject::HEADER, state }.alloc_exact(py)
    }

    #[pyfunction]
    fn hmac_digest(
        module: &PyModule,
        py: Py<'_>,
        key: BufferArg,
        msg: BufferArg,
        digest: &PyObject,
    ) -> PyResult<Vec<u8>> {
        let state = hmac_of(py, module, key.as_bytes(), None, digest)?;
        state.update(py, msg.as_bytes());
        Ok(state.with(py, Hmac::digest))
    }

    #[pyfunction]
    #[sig("(hash_name, password, salt, iterations, dklen=None)")]
    fn pbkdf2_hmac(
        module: &PyModule,
        py: Py<'_>,
        hash_name: &PyStr,
        password: BufferArg,
        salt: BufferArg,
        iterations: i64,
        dklen: Option<&PyObject>,
    ) -> PyResult<Vec<u8>> {
        let hasher = by_name(py, module, hash_name)?;
        if iterations < 1 {
            bail!(py, ValueError, "iteration value must be greater than 0.");
        }
        if iterations > i32::MAX.into() {
            bail!(py, OverflowError, "iteration value is too great.");
        }
        let length = match dklen.filter(|d| !d.is_none()) {
            None => hasher.digest_size() as i64,
            Some(d) => match d.index(py)?.as_i64() {
                Some(n) => n,
                None => bail!(py, OverflowError, "Python int too large to convert to C long"),
            },
        };
        if length < 1 {
            bail!(py, ValueError, "key length must be greater than 0.");
        }
        if length > i32::MAX.into() {
            bail!(py, OverflowError, "key length is too great.");
        }
        let mut out = Vec::new();
        if out.try_reserve_exact(length as usize).is_err() {
            return Err(py.no_memory());
        }
        out.resize(length as usize, 0);
        let (password, salt) = (password.as_bytes(), salt.as_bytes());
        py.detach(|| key_derivation::pbkdf2(&hasher, password, salt, iterations as u64, &mut out));
        Ok(out)
    }

    #[pyfunction]
    #[sig("(password, *, salt, n, r, p, maxmem=0, dklen=64)")]
    #[allow(clippy::too_many_arguments)]
    fn scrypt(
        py: Py<'_>,
        password: BufferArg,
        salt: BufferArg,
        n: u64,
        r: u64,
        p: u64,
        #[default(0)] maxmem: i64,
        #[default(64)] dklen: i64,
    ) -> PyResult<Vec<u8>> {
        if n < 2 || !n.is_power_of_two() {
            bail!(py, ValueError, "n must be a power of 2.");
        }
        if maxmem < 0 || maxmem > i32::MAX.into() {
            bail!(py, ValueError, "maxmem must be positive and smaller than {}", i32::MAX);
        }
        if dklen < 1 || dklen > i32::MAX.into() {
            bail!(py, ValueError, "dklen must be greater than 0 and smaller than {}", i32::MAX);
        }
        // r * p is below 2**30, and n needs no more bits than a block has.
        if r == 0 || p == 0 || p > ((1 << 30) - 1) / r || 16 * r <= 63 && n >= 1 << (16 * r) {
            bail!(py, ValueError, "Invalid parameter combination for n, r, p, maxmem.");
        }
        let limit = if maxmem == 0 { 32 << 20 } else { maxmem as u64 };
        let needed =
            128u64.checked_mul(r).and_then(|block| block.checked_mul(n.checked_add(2)?.checked_add(p)?));
        if needed.is_none_or(|needed| needed > limit) {
            bail!(py, ValueError, "[digital envelope routines] memory limit exceeded");
        }
        let mut out = vec![0; dklen as usize];
        let (password, salt) = (password.as_bytes(), salt.as_bytes());
        let done = py
            .detach(|| key_derivation::scrypt(password, salt, n as usize, r as usize, p as usize, &mut out));
        if done { Ok(out) } else { Err(py.no_memory()) }
    }

    #[pyfunction]
    fn get_fips_mode() -> i32 {
        0
    }

    #[pyfunction]
    fn compare_digest(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<bool> {
        if let (Some(a), Some(b)) = (a.downcast::<PyStr>(), b.downcast::<PyStr>()) {
            let (Some(a), Some(b)) = (a.as_ascii(), b.as_ascii()) else {
                bail!(py, TypeError, "comparing strings with non-ASCII characters is not supported")
            };
            return Ok(same(a.as_bytes(), b.as_bytes()));
        }
        if !a.has_buffer() && !b.has_buffer() {
            bail!(
                py,
                TypeError,
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                a.ty().name(),
                b.ty().name()
            );
        }
        let (a, b) = (Buffer::new(py, a)?, Buffer::new(py, b)?);
        Ok(same(a.as_bytes(), b.as_bytes()))
    }
}

/// The constructors by name.
#[pymodule_part(name = "_hashlib")]
pub mod constructors {
    use krait_runtime::prelude::*;

    use super::start;

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_md5(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "md5", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha1(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha1", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha224(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha224", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha256(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha256", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha384(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha384", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha512(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha512", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_224(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha3_224", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_256(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha3_256", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_384(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha3_384", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_sha3_512(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "sha3_512", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_shake_128(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "shake_128", data, string)
    }

    #[pyfunction]
    #[sig("(data=b'', *, usedforsecurity=True, string=None)")]
    fn openssl_shake_256(
        py: Py<'_>,
        data: Option<&PyObject>,
        _usedforsecurity: Option<bool>,
        string: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        start(py, "shake_256", data, string)
    }
}
