//! Module `_blake2`.

use krait_runtime::prelude::*;

use crate::algorithm::Hasher;
use crate::blake2::{Blake2b, Blake2s, Parameters};
use crate::state::{State, hashable, initial};

/// The limits of one of the two.
struct Limits {
    name: &'static str,
    digest: usize,
    salt: usize,
    offset_bits: u32,
}

const B: Limits = Limits { name: "Blake2b", digest: 64, salt: 16, offset_bits: 64 };
const S: Limits = Limits { name: "Blake2s", digest: 32, salt: 8, offset_bits: 48 };

/// The arguments of a constructor.
struct Arguments<'a> {
    digest_size: Option<isize>,
    key: Option<&'a PyObject>,
    salt: Option<&'a PyObject>,
    person: Option<&'a PyObject>,
    fanout: isize,
    depth: isize,
    leaf_size: Option<&'a PyObject>,
    node_offset: Option<&'a PyObject>,
    node_depth: isize,
    inner_size: isize,
    last_node: bool,
}

fn bytes_up_to(py: Py<'_>, given: Option<&PyObject>, most: usize, what: &str) -> PyResult<Vec<u8>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let bytes = given.buffer_bytes(py)?;
    if bytes.len() > most {
        bail!(py, ValueError, "maximum {what} length is {most} bytes");
    }
    Ok(bytes)
}

fn unsigned(py: Py<'_>, given: Option<&PyObject>) -> PyResult<u64> {
    let Some(given) = given else { return Ok(0) };
    let n = given.index(py)?;
    if n.is_negative() {
        bail!(py, ValueError, "Cannot convert negative int");
    }
    match n.as_u64() {
        Some(n) => Ok(n),
        None => bail!(py, OverflowError, "Python int too large for C unsigned long long"),
    }
}

impl Arguments<'_> {
    fn check<R>(&self, py: Py<'_>, limits: &Limits, make: impl FnOnce(&Parameters<'_>) -> R) -> PyResult<R> {
        let digest_size = self.digest_size.unwrap_or(limits.digest as isize);
        if digest_size < 1 || digest_size > limits.digest as isize {
            bail!(
                py,
                ValueError,
                "digest_size for {} must be between 1 and {} bytes, here it is {digest_size}",
                limits.name,
                limits.digest
            );
        }
        let salt = bytes_up_to(py, self.salt, limits.salt, "salt")?;
        let person = bytes_up_to(py, self.person, limits.salt, "person")?;
        if !(0..=255).contains(&self.fanout) {
            bail!(py, ValueError, "fanout must be between 0 and 255");
        }
        if !(1..=255).contains(&self.depth) {
            bail!(py, ValueError, "depth must be between 1 and 255");
        }
        let Ok(leaf_size) = u32::try_from(unsigned(py, self.leaf_size)?) else {
            bail!(py, OverflowError, "leaf_size is too large")
        };
        let node_offset = unsigned(py, self.node_offset)?;
        if limits.offset_bits < 64 && node_offset >> limits.offset_bits != 0 {
            bail!(py, OverflowError, "node_offset is too large");
        }
        if !(0..=255).contains(&self.node_depth) {
            bail!(py, ValueError, "node_depth must be between 0 and 255");
        }
        if self.inner_size < 0 || self.inner_size > limits.digest as isize {
            bail!(py, ValueError, "inner_size must be between 0 and is {}", limits.digest);
        }
        let key = bytes_up_to(py, self.key, limits.digest, "key")?;
        Ok(make(&Parameters {
            digest_size: digest_size as usize,
            key: &key,
            fanout: self.fanout as u8,
            depth: self.depth as u8,
            leaf_size,
            node_offset,
            node_depth: self.node_depth as u8,
            inner_size: self.inner_size as u8,
            salt: &salt,
            person: &person,
            last_node: self.last_node,
        }))
    }
}

/// The methods of both classes.
macro_rules! blake2_class {
    ($class:ident, $limits:ident, $algorithm:ident) => {
        #[pymethods]
        impl $class {
            #[new]
            #[sig(
                "(data=b'', *, digest_size=-1, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None)"
            )]
            #[allow(clippy::too_many_arguments)]
            fn new(
                py: Py<'_>,
                cls: &PyType,
                data: Option<&PyObject>,
                digest_size: Option<isize>,
                key: Option<&PyObject>,
                salt: Option<&PyObject>,
                person: Option<&PyObject>,
                #[default(1)] fanout: isize,
                #[default(1)] depth: isize,
                leaf_size: Option<&PyObject>,
                node_offset: Option<&PyObject>,
                #[default(0)] node_depth: isize,
                #[default(0)] inner_size: isize,
                #[default(false)] last_node: bool,
                _usedforsecurity: Option<bool>,
                string: Option<&PyObject>,
            ) -> PyResult<Ref<PyObject>> {
                let data = initial(py, data, string)?;
                let arguments = Arguments {
                    digest_size,
                    key,
                    salt,
                    person,
                    fanout,
                    depth,
                    leaf_size,
                    node_offset,
                    node_depth,
                    inner_size,
                    last_node,
                };
                let hasher = arguments.check(py, &$limits, |p| Hasher::$algorithm(Box::new($algorithm::new(p))))?;
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

            #[pymethod]
            fn digest(&self, py: Py<'_>) -> Vec<u8> {
                self.state.digest(py)
            }

            #[pymethod]
            fn hexdigest(&self, py: Py<'_>) -> String {
                self.state.hexdigest(py)
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
        }
    };
}

/// `blake2b`.
#[pyclass(module = "_blake2", name = "blake2b", immutable, gc, heap)]
#[repr(C)]
pub struct Blake2bType {
    base: PyObject,
    state: State<Hasher>,
}

blake2_class!(Blake2bType, B, Blake2b);

/// `blake2s`.
#[pyclass(module = "_blake2", name = "blake2s", immutable, gc, heap)]
#[repr(C)]
pub struct Blake2sType {
    base: PyObject,
    state: State<Hasher>,
}

blake2_class!(Blake2sType, S, Blake2s);

/// The module.
#[pymodule(name = "_blake2", types = [super::Blake2bType, super::Blake2sType])]
pub mod blake2 {
    use krait_runtime::prelude::*;

    use super::{B, Blake2bType, Blake2sType, Limits, S};

    #[pyattr]
    const _GIL_MINSIZE: i32 = crate::state::GIL_MINSIZE as i32;

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        let classes: [(&PyType, &Limits); 2] =
            [(Blake2bType::type_object(), &B), (Blake2sType::type_object(), &S)];
        for (class, limits) in classes {
            let facts = [
                ("MAX_DIGEST_SIZE", limits.digest),
                ("MAX_KEY_SIZE", limits.digest),
                ("SALT_SIZE", limits.salt),
                ("PERSON_SIZE", limits.salt),
            ];
            for (name, value) in facts {
                let value = value.into_py(py)?;
                if let Some(dict) = class.dict() {
                    dict.set(py, &*PyStr::new_interned(py, name)?, &value)?;
                }
                module.add(py, &format!("{}_{name}", limits.name.to_uppercase()), &value)?;
            }
            class.modified(py);
        }
        Ok(())
    }
}
