//! The running hash inside an object. Much data is taken in without the GIL; a second thread then waits for the first.

use std::sync::{Mutex, MutexGuard, PoisonError};

use krait_runtime::prelude::*;
use krait_runtime::protocol::buffer::Buffer;

use crate::algorithm::{Hasher, to_hex};
use crate::hmac::Hmac;

/// From this length on hashing releases the GIL (`_GIL_MINSIZE`).
pub const GIL_MINSIZE: usize = 2048;

/// What takes bytes in.
pub trait Absorb {
    /// Takes bytes in.
    fn absorb(&mut self, bytes: &[u8]);
}

impl Absorb for Hasher {
    fn absorb(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Absorb for Hmac {
    fn absorb(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

/// A running hash or HMAC that several threads may reach.
pub struct State<T>(Mutex<T>);

impl<T: Absorb + Clone> State<T> {
    pub fn new(value: T) -> State<T> {
        State(Mutex::new(value))
    }

    /// The lock, waited for without the GIL when another thread holds it.
    fn lock(&self, py: Py<'_>) -> MutexGuard<'_, T> {
        match self.0.try_lock() {
            Ok(guard) => guard,
            Err(_) => py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    pub fn update(&self, py: Py<'_>, bytes: &[u8]) {
        if bytes.len() < GIL_MINSIZE {
            self.lock(py).absorb(bytes);
        } else {
            py.detach(|| self.0.lock().unwrap_or_else(PoisonError::into_inner).absorb(bytes));
        }
    }

    pub fn copy(&self, py: Py<'_>) -> T {
        self.lock(py).clone()
    }

    pub fn with<R>(&self, py: Py<'_>, f: impl FnOnce(&T) -> R) -> R {
        f(&self.lock(py))
    }
}

impl State<Hasher> {
    pub fn digest(&self, py: Py<'_>) -> Vec<u8> {
        self.with(py, |h| h.digest(0))
    }

    pub fn hexdigest(&self, py: Py<'_>) -> String {
        to_hex(&self.digest(py))
    }

    pub fn name(&self, py: Py<'_>) -> &'static str {
        self.with(py, Hasher::name)
    }

    pub fn block_size(&self, py: Py<'_>) -> usize {
        self.with(py, Hasher::block_size)
    }

    pub fn digest_size(&self, py: Py<'_>) -> usize {
        self.with(py, Hasher::digest_size)
    }
}

/// The bytes of an argument to hash.
pub fn hashable(py: Py<'_>, object: &PyObject) -> PyResult<Buffer> {
    if PyStr::check(object) {
        bail!(py, TypeError, "Strings must be encoded before hashing");
    }
    if !object.has_buffer() {
        bail!(py, TypeError, "object supporting the buffer API required");
    }
    let buffer = Buffer::new(py, object)?;
    if buffer.view().is_some_and(|v| v.ndim > 1) {
        bail!(py, BufferError, "Buffer must be single dimension");
    }
    Ok(buffer)
}

/// The data to begin with: `data` or the older `string`.
pub fn initial(py: Py<'_>, data: Option<&PyObject>, string: Option<&PyObject>) -> PyResult<Option<Buffer>> {
    match (data, string.filter(|s| !s.is_none())) {
        (Some(_), Some(_)) => bail!(
            py,
            TypeError,
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version."
        ),
        (Some(data), None) | (None, Some(data)) => hashable(py, data).map(Some),
        (None, None) => Ok(None),
    }
}

/// The length that a digest of free length is asked for.
pub fn free_length(py: Py<'_>, length: &PyObject) -> PyResult<usize> {
    let n = length.index(py)?;
    if n.is_negative() {
        bail!(py, ValueError, "Cannot convert negative int");
    }
    match n.as_u64() {
        Some(n) if n < 1 << 29 => Ok(n as usize),
        _ => bail!(py, ValueError, "length is too large"),
    }
}

/// The methods that hash objects of fixed length have.
macro_rules! hash_methods {
    ($class:ident) => {
        #[pymethods]
        impl $class {
            #[pymethod]
            fn copy(&self, py: Py<'_>) -> PyResult<Ref<$class>> {
                $class { base: PyObject::HEADER, state: State::new(self.state.copy(py)) }.alloc_exact(py)
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
        }

        impl $class {
            fn start(
                py: Py<'_>,
                name: &str,
                data: Option<&PyObject>,
                string: Option<&PyObject>,
            ) -> PyResult<Ref<$class>> {
                let data = initial(py, data, string)?;
                let Some(hasher) = Hasher::by_name(name) else {
                    bail!(py, ValueError, "unsupported hash type {name}")
                };
                let made = $class { base: PyObject::HEADER, state: State::new(hasher) }.alloc_exact(py)?;
                if let Some(data) = data {
                    made.state.update(py, data.as_bytes());
                }
                Ok(made)
            }
        }
    };
}
pub(crate) use hash_methods;
