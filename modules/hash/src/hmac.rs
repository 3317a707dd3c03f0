//! HMAC (RFC 2104) over any of the hash functions.

use crate::algorithm::Hasher;

/// A running HMAC.
#[derive(Clone)]
pub struct Hmac {
    inner: Hasher,
    outer: Hasher,
}

impl Hmac {
    /// With a key, over a fresh hash.
    pub fn new(hasher: &Hasher, key: &[u8]) -> Hmac {
        let mut block = vec![0; hasher.block_size()];
        let short;
        let key = if key.len() > block.len() {
            let mut own = hasher.clone();
            own.update(key);
            short = own.digest(0);
            &short
        } else {
            key
        };
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let (mut inner, mut outer) = (hasher.clone(), hasher.clone());
        inner.update(&block.iter().map(|b| b ^ 0x36).collect::<Vec<u8>>());
        outer.update(&block.iter().map(|b| b ^ 0x5C).collect::<Vec<u8>>());
        Hmac { inner, outer }
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.inner.update(bytes);
    }

    /// The code of what was taken in.
    pub fn digest(&self) -> Vec<u8> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.digest(0));
        outer.digest(0)
    }

    /// The hash function.
    pub fn hasher(&self) -> &Hasher {
        &self.outer
    }
}

/// The constructor and the methods of a class whose instances are running codes: `_hashlib.HMAC` and `_hmac.HMAC` are two such.
macro_rules! hmac_methods {
    ($class:ident) => {
        impl $class {
            fn make(py: Py<'_>, hmac: Hmac) -> PyResult<Ref<$class>> {
                $class { base: PyObject::HEADER, state: State::new(hmac) }.alloc_exact(py)
            }
        }

        #[pymethods]
        impl $class {
            #[pymethod]
            fn copy(&self, py: Py<'_>) -> PyResult<Ref<$class>> {
                $class::make(py, self.state.copy(py))
            }

            #[pymethod]
            fn digest(&self, py: Py<'_>) -> Vec<u8> {
                self.state.with(py, Hmac::digest)
            }

            #[pymethod]
            fn hexdigest(&self, py: Py<'_>) -> String {
                to_hex(&self.state.with(py, Hmac::digest))
            }

            #[pymethod]
            fn update(&self, py: Py<'_>, msg: &PyObject) -> PyResult<()> {
                let buffer = hashable(py, msg)?;
                self.state.update(py, buffer.as_bytes());
                Ok(())
            }

            #[getter]
            fn name(&self, py: Py<'_>) -> String {
                format!("hmac-{}", self.state.with(py, |h| h.hasher().name()))
            }

            #[getter]
            fn block_size(&self, py: Py<'_>) -> usize {
                self.state.with(py, |h| h.hasher().block_size())
            }

            #[getter]
            fn digest_size(&self, py: Py<'_>) -> usize {
                self.state.with(py, |h| h.hasher().digest_size())
            }

            #[slot]
            fn tp_repr(&self, py: Py<'_>) -> String {
                let name = self.state.with(py, |h| h.hasher().name());
                format!("<{name} HMAC object @ {:#x}>", self.id())
            }
        }
    };
}
pub(crate) use hmac_methods;
