//! Module `_random`: the Mersenne Twister as a type.

use krait_numeric::mersenne::{N, Twister};
use krait_runtime::prelude::*;

/// `_random.Random`.
#[pyclass(module = "_random", name = "Random", basetype, heap)]
#[repr(C)]
pub struct Random {
    base: PyObject,
    #[no_traverse]
    twister: Twister,
}

/// Non-deterministic words for a seed: the system's, or the time when there is none.
fn system_words() -> Vec<u32> {
    use std::io::Read;
    let mut bytes = [0u8; N * 4];
    let read = std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if read.is_err() {
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
        return vec![now as u32, (now >> 32) as u32, std::process::id(), (now >> 64) as u32];
    }
    bytes.chunks_exact(4).filter_map(|c| c.try_into().ok().map(u32::from_le_bytes)).collect()
}

/// The magnitude of an int as 32-bit words, at least one.
fn words_of(n: &PyInt) -> Vec<u32> {
    let mut words = Vec::with_capacity(n.digits().len() + 1);
    let (mut acc, mut bits) = (0u64, 0);
    for &digit in n.digits() {
        acc |= u64::from(digit) << bits;
        bits += 30;
        if bits >= 32 {
            words.push(acc as u32);
            acc >>= 32;
            bits -= 32;
        }
    }
    if acc != 0 {
        words.push(acc as u32);
    }
    while words.len() > 1 && words.last() == Some(&0) {
        words.pop();
    }
    if words.is_empty() {
        words.push(0);
    }
    words
}

impl Random {
    fn seed_with(&self, py: Py<'_>, n: Option<&PyObject>) -> PyResult<()> {
        let words = match n {
            None => system_words(),
            Some(n) if n.is_none() => system_words(),
            Some(n) => match n.downcast::<PyInt>() {
                Some(n) => words_of(n),
                None => {
                    let hash = n.hash(py)? as u64;
                    let high = (hash >> 32) as u32;
                    if high == 0 { vec![hash as u32] } else { vec![hash as u32, high] }
                }
            },
        };
        self.twister.seed(&words);
        Ok(())
    }
}

#[pymethods(class = "_random.Random")]
impl Random {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        Random { base: PyObject::HEADER, twister: Twister::new() }.alloc(py, cls).map(Ref::upcast)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        no_keywords(py, "Random", kwargs)?;
        check_positional(py, "Random", args.len() as isize, 0, 1)?;
        self.seed_with(py, args.get(0))
    }
    #[pymethod]
    fn seed(&self, py: Py<'_>, n: Option<&PyObject>) -> PyResult<()> {
        self.seed_with(py, n)
    }
    #[pymethod]
    fn random(&self) -> f64 {
        self.twister.next_f64()
    }
    #[pymethod]
    fn getrandbits(&self, py: Py<'_>, k: &PyObject) -> PyResult<Ref<PyInt>> {
        let k = k.index(py)?;
        if k.is_negative() {
            bail!(py, ValueError, "Cannot convert negative int");
        }
        let Some(mut k) = k.as_u64() else {
            bail!(py, OverflowError, "Python int too large for C uint64_t");
        };
        if k == 0 {
            return PyInt::new(py, 0);
        }
        if k <= 32 {
            return PyInt::new(py, i64::from(self.twister.next_u32() >> (32 - k)));
        }
        let count = (k - 1) / 32 + 1;
        let mut bytes = Vec::new();
        let Some(size) = usize::try_from(count).ok().and_then(|n| n.checked_mul(4)) else {
            return Err(py.no_memory());
        };
        if bytes.try_reserve_exact(size).is_err() {
            return Err(py.no_memory());
        }
        for _ in 0..count {
            let mut word = self.twister.next_u32();
            if k < 32 {
                word >>= 32 - k;
            }
            bytes.extend_from_slice(&word.to_le_bytes());
            k = k.saturating_sub(32);
        }
        PyInt::from_int(py, &krait_numeric::digits::from_bytes(&bytes, true, false))
    }
    #[pymethod]
    fn getstate(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let mut state = Vec::with_capacity(N + 1);
        for word in self.twister.words().chain([self.twister.index()]) {
            state.push(PyInt::new(py, i64::from(word))?.upcast());
        }
        PyTuple::from_vec(py, state)
    }
    #[pymethod]
    fn setstate(&self, py: Py<'_>, state: &PyObject) -> PyResult<()> {
        let Some(state) = state.downcast::<PyTuple>() else {
            bail!(py, TypeError, "state vector must be a tuple");
        };
        let Some((index, words)) = state.as_slice().split_last().filter(|_| state.len() == N + 1) else {
            bail!(py, ValueError, "state vector is the wrong size");
        };
        let mut new = Vec::with_capacity(N);
        for word in words {
            let Some(word) = word.downcast::<PyInt>() else {
                bail!(py, TypeError, "an integer is required");
            };
            match word.as_u64() {
                Some(word) => new.push(word as u32),
                None if word.is_negative() => {
                    bail!(py, OverflowError, "can't convert negative value to unsigned int")
                }
                None => bail!(py, OverflowError, "Python int too large to convert to C unsigned long"),
            }
        }
        let Some(index) = index.downcast::<PyInt>() else {
            bail!(py, TypeError, "an integer is required");
        };
        let Some(index) = index.as_i64() else {
            bail!(py, OverflowError, "Python int too large to convert to C long");
        };
        match u32::try_from(index) {
            Ok(index) if index as usize <= N => {
                self.twister.restore(&new, index);
                Ok(())
            }
            _ => bail!(py, ValueError, "invalid state"),
        }
    }
}

/// The generator behind module `random`.
#[pymodule(name = "_random", types = [Random])]
pub mod _random {
    use super::Random;
}
