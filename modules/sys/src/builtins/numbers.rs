//! Functions on numbers and characters: `abs`, `bin`, `chr`, `divmod`, `hex`, `oct`, `ord`, `pow`, `round`.

use krait_macros::pymodule_part;

/// The functions.
#[pymodule_part(name = "builtins")]
#[allow(clippy::module_inception)]
pub mod numbers {
    use krait_runtime::prelude::*;

    #[pyfunction]
    fn abs(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyObject>> {
        x.absolute(py)
    }

    /// An integer's digits with sign and prefix.
    fn in_base(py: Py<'_>, number: &PyObject, base: u32, prefix: &str) -> PyResult<Ref<PyStr>> {
        let n = number.index(py)?;
        let sign = if n.is_negative() { "-" } else { "" };
        PyStr::new(py, &format!("{sign}{prefix}{}", n.magnitude_in(base)))
    }

    #[pyfunction]
    fn bin(py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyStr>> {
        in_base(py, number, 2, "0b")
    }

    #[pyfunction]
    fn oct(py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyStr>> {
        in_base(py, number, 8, "0o")
    }

    #[pyfunction]
    fn hex(py: Py<'_>, number: &PyObject) -> PyResult<Ref<PyStr>> {
        in_base(py, number, 16, "0x")
    }

    #[pyfunction]
    fn chr(py: Py<'_>, i: &PyObject) -> PyResult<Ref<PyStr>> {
        match i.index(py)?.as_i64() {
            Some(c @ 0..=0x10_ffff) => PyStr::from_char(py, c as u32),
            _ => Err(raise!(py, ValueError, "chr() arg not in range(0x110000)")),
        }
    }

    #[pyfunction]
    fn ord(py: Py<'_>, character: &PyObject) -> PyResult<i64> {
        let length = if let Some(s) = character.downcast::<PyStr>() {
            if let (1, Some(c)) = (s.len(), s.code_point(0)) {
                return Ok(i64::from(c));
            }
            s.len()
        } else if character.downcast::<PyBytes>().is_some() || character.downcast::<PyByteArray>().is_some() {
            let bytes = character.buffer_bytes(py)?;
            if let [byte] = *bytes {
                return Ok(i64::from(byte));
            }
            bytes.len()
        } else {
            bail!(py, TypeError, "ord() expected string of length 1, but {} found", character.ty().name())
        };
        Err(raise!(py, TypeError, "ord() expected a character, but string of length {length} found"))
    }

    #[pyfunction]
    fn divmod(py: Py<'_>, x: &PyObject, y: &PyObject) -> PyResult<Ref<PyObject>> {
        x.divmod(py, y)
    }

    #[pyfunction]
    fn pow(py: Py<'_>, base: &PyObject, exp: &PyObject, r#mod: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        base.power(py, exp, r#mod.unwrap_or(PyNone::get()))
    }

    #[pyfunction]
    fn round(py: Py<'_>, number: &PyObject, ndigits: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let Some(method) = number.lookup_special(py, id!(py, "__round__"))? else {
            bail!(py, TypeError, "type {} doesn't define __round__ method", number.ty().name())
        };
        match ndigits.filter(|n| !n.is_none()) {
            Some(ndigits) => method.call(py, &[ndigits]),
            None => method.call(py, &[]),
        }
    }
}
