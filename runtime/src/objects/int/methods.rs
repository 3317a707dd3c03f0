//! Construction and methods of `int`.

use krait_macros::pymethods;
use krait_numeric::digits;

use super::PyInt;
use crate::args::Args;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyByteArray, PyBytes, PyStr, PyTuple, PyType};
use crate::py::Py;
use crate::raise;
use crate::reference::{PyClass, Ref};

impl PyInt {
    /// This value as an exact int.
    pub fn to_exact(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        if PyInt::check_exact(self) {
            Ok(self.new_ref())
        } else {
            PyInt::from_digits(py, self.is_negative(), self.digits())
        }
    }

    /// The machine word whose bytes from the second value on are the int in `length` bytes, if it fits them and a word.
    fn word_bytes(&self, length: usize, little: bool, signed: bool) -> Option<([u8; 8], usize)> {
        let unused = 8usize.checked_sub(length).filter(|&n| n < 8)?;
        let value = self.as_i64()?;
        let spare = 8 * unused as u32;
        let fits = if signed {
            value << spare >> spare == value
        } else {
            value >= 0 && (value.leading_zeros() >= spare)
        };
        if !fits {
            return None;
        }
        Some(if little { (value.to_le_bytes(), 0) } else { (value.to_be_bytes(), unused) })
    }
}

/// `int(x)`: numbers by `__int__`, `__index__`, text and bytes by their digits.
pub fn int_of(py: Py<'_>, x: &PyObject) -> PyResult<Ref<PyInt>> {
    if let Some(n) = x.downcast_exact::<PyInt>() {
        return Ok(n.new_ref());
    }
    if let Some(f) = x.number_slots().and_then(|n| n.nb_int.get()) {
        // SAFETY: slot call on a live object.
        let r = unsafe { x.check_result(py, f(x.as_ptr()))? };
        return match r.downcast_into::<PyInt>() {
            Ok(n) if PyInt::check_exact(&n) => Ok(n),
            Ok(n) => {
                super::warn_strict_subclass(py, "__int__", &n)?;
                n.to_exact(py)
            }
            Err(r) => Err(raise!(py, TypeError, "__int__ returned non-int (type {})", r.ty().name())),
        };
    }
    if x.is_index() {
        return x.index(py)?.to_exact(py);
    }
    if let Some(s) = x.downcast::<PyStr>() {
        return PyInt::parse_str(py, s, 10);
    }
    if let Some(b) = x.downcast::<PyBytes>() {
        return PyInt::parse(py, b.as_bytes(), 10, x);
    }
    let Some(content) = x.buffer_bytes_if_any(py) else {
        return Err(raise!(
            py,
            TypeError,
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            x.ty().name()
        ));
    };
    PyInt::parse(py, &content, 10, &*PyBytes::new(py, &content)?)
}

fn base_of(py: Py<'_>, base: &PyObject) -> PyResult<u32> {
    let base = base.to_index_clipped(py)?;
    match u32::try_from(base) {
        Ok(b @ (0 | 2..=36)) => Ok(b),
        _ => Err(raise!(py, ValueError, "int() base must be >= 2 and <= 36, or 0")),
    }
}

#[pymethods(class = "int", parts(operators))]
impl PyInt {
    #[new]
    #[sig("(x=0, /, base=10)")]
    fn int_new(
        py: Py<'_>,
        cls: &PyType,
        x: Option<&PyObject>,
        base: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let n = match (x, base) {
            (None, Some(_)) => return Err(raise!(py, TypeError, "int() missing string argument")),
            (None, None) => PyInt::new(py, 0)?,
            (Some(x), None) => int_of(py, x)?,
            (Some(x), Some(base)) => {
                let base = base_of(py, base)?;
                if let Some(s) = x.downcast::<PyStr>() {
                    PyInt::parse_str(py, s, base)?
                } else if PyBytes::check(x) || PyByteArray::check(x) {
                    let content = x.buffer_bytes(py)?;
                    PyInt::parse(py, &content, base, x)?
                } else {
                    return Err(raise!(py, TypeError, "int() can't convert non-string with explicit base"));
                }
            }
        };
        if core::ptr::eq(cls, PyInt::type_object()) {
            return Ok(n.upcast());
        }
        PyInt::of_type(py, cls, n.is_negative(), n.digits()).map(Ref::upcast)
    }

    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if args.has_keywords() {
            let positional = PyTuple::new(py, args.positional())?;
            let keywords = args.keywords().to_dict(py)?;
            let Some(new) = PyInt::type_object().tp_new.get() else { return Err(py.no_memory()) };
            // SAFETY: slot call on live objects.
            return unsafe {
                crate::error::owned_or_raised(py, new(cls, positional.as_ptr(), keywords.as_ptr()))
            };
        }
        match *args.positional() {
            [] => PyInt::int_new(py, cls, None, None),
            [x] => PyInt::int_new(py, cls, Some(x), None),
            [x, base] => PyInt::int_new(py, cls, Some(x), Some(base)),
            ref more => Err(raise!(py, TypeError, "int expected at most 2 arguments, got {}", more.len())),
        }
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        match self.as_compact() {
            Some(value) => super::text::compact_text(py, value),
            None => PyStr::from_ascii(py, self.to_decimal(py)?.as_bytes()),
        }
    }

    #[slot]
    unsafe extern "C-unwind" fn tp_dealloc(op: *mut PyObject) {
        // SAFETY: slot contract: a dead int, which owns no reference.
        unsafe {
            if PyInt::check_exact(&*op) && PyInt::fits_block((*op.cast::<PyInt>()).digits().len()) {
                return Py::assume().thread().number_blocks.give(op);
            }
            match (*op).ty().tp_free.get() {
                Some(free) => free(op.cast()),
                None => crate::memory::free_object(op),
            }
        }
    }

    #[pymethod]
    fn conjugate(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[pymethod(name = "bit_length")]
    fn py_bit_length(&self, _py: Py<'_>) -> u64 {
        self.bit_length()
    }

    #[pymethod]
    fn bit_count(&self, _py: Py<'_>) -> u64 {
        digits::bit_count(self.digits())
    }

    #[pymethod]
    fn as_integer_ratio(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::pair(py, self.to_exact(py)?.upcast(), PyInt::new(py, 1)?.upcast())
    }

    #[pymethod]
    fn is_integer(&self, _py: Py<'_>) -> bool {
        true
    }

    #[pymethod]
    fn to_bytes(
        &self,
        py: Py<'_>,
        #[default(1)] length: isize,
        byteorder: Option<&PyStr>,
        #[default(false)] signed: bool,
    ) -> PyResult<Ref<PyBytes>> {
        let little = little_endian(py, byteorder)?;
        if length < 0 {
            return Err(raise!(py, ValueError, "length argument must be non-negative"));
        }
        py.expect_room((length as usize).saturating_mul(2))?;
        if let Some((bytes, from)) = self.word_bytes(length as usize, little, signed) {
            return PyBytes::new(py, bytes.get(from..from + length as usize).unwrap_or_default());
        }
        match digits::to_bytes(self.as_int_ref(), length as usize, little, signed) {
            Ok(bytes) => PyBytes::new(py, &bytes),
            Err(e) => Err(raise!(py, OverflowError, "{}", e.message())),
        }
    }

    #[classmethod]
    fn from_bytes(
        cls: &PyType,
        py: Py<'_>,
        bytes: &PyObject,
        byteorder: Option<&PyStr>,
        #[default(false)] signed: bool,
    ) -> PyResult<Ref<PyObject>> {
        let little = little_endian(py, byteorder)?;
        let content = bytes.to_bytes_object(py)?;
        let n = match word_of(content.as_bytes(), little, signed) {
            Some(word) => PyInt::from_i128(py, word)?,
            None => {
                py.expect_room(4 * content.len())?;
                PyInt::from_int(py, &digits::from_bytes(content.as_bytes(), little, signed))?
            }
        };
        if core::ptr::eq(cls, PyInt::type_object()) { Ok(n.upcast()) } else { PyObject::call(cls, py, &[&n]) }
    }

    #[getter]
    fn real(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[getter]
    fn imag(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        PyInt::new(py, 0)
    }

    #[getter]
    fn numerator(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[getter]
    fn denominator(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        PyInt::new(py, 1)
    }

    #[pymethod]
    fn __trunc__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[pymethod]
    fn __floor__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[pymethod]
    fn __ceil__(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }

    #[pymethod]
    #[sig("($self, ndigits=None, /)")]
    fn __round__(&self, py: Py<'_>, ndigits: Option<&PyObject>) -> PyResult<Ref<PyInt>> {
        let Some(ndigits) = ndigits.filter(|n| !n.is_none()) else { return self.to_exact(py) };
        let ndigits = ndigits.index(py)?;
        if !ndigits.is_negative() {
            return self.to_exact(py);
        }
        let places = ndigits.as_i64().map_or(u64::MAX, |n| n.unsigned_abs());
        if places > self.bit_length() {
            // 10^places is more than twice the value.
            return PyInt::new(py, 0);
        }
        // self - remainder of the nearest multiple of 10^places, ties to even.
        let unit = PyInt::from_digits(py, false, &digits::pow(&[10], places))?;
        let half = super::arithmetic::divide(py, &unit, &*PyInt::new(py, 2)?, "")?.0;
        let (q, r) = super::arithmetic::divide(py, self, &unit, "division by zero")?;
        let up = match r.compare(&half) {
            core::cmp::Ordering::Greater => true,
            core::cmp::Ordering::Equal => digits::is_odd(q.digits()),
            core::cmp::Ordering::Less => false,
        };
        let q = if up { super::arithmetic::add(py, &q, &*PyInt::new(py, 1)?)? } else { q };
        super::arithmetic::multiply(py, &q, &unit)
    }

    #[pymethod]
    fn __getnewargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        PyTuple::from_vec(py, vec![self.to_exact(py)?.upcast()])
    }

    #[pymethod]
    fn __format__(&self, py: Py<'_>, format_spec: &PyStr) -> PyResult<Ref<PyObject>> {
        crate::protocol::format::format_int(py, self, format_spec)
    }

    #[pymethod]
    fn __sizeof__(&self, _py: Py<'_>) -> isize {
        self.ty().tp_basicsize.get() + 4 * self.digits().len().max(1) as isize
    }
}

/// The value of at most eight bytes.
fn word_of(bytes: &[u8], little: bool, signed: bool) -> Option<i128> {
    const WORD: usize = 8;
    let mut word = [0; WORD];
    if little {
        word.get_mut(..bytes.len())?.copy_from_slice(bytes);
    } else {
        word.get_mut(WORD.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
    }
    let word = if little { u64::from_le_bytes(word) } else { u64::from_be_bytes(word) };
    let bits = 8 * bytes.len() as u32;
    if signed && word.checked_shr(bits.saturating_sub(1)).unwrap_or(0) & 1 == 1 {
        return Some(i128::from(word) - (1 << bits));
    }
    Some(i128::from(word))
}

fn little_endian(py: Py<'_>, byteorder: Option<&PyStr>) -> PyResult<bool> {
    match byteorder {
        None => Ok(false),
        Some(s) if s.eq_str("little") => Ok(true),
        Some(s) if s.eq_str("big") => Ok(false),
        Some(_) => Err(raise!(py, ValueError, "byteorder must be either 'little' or 'big'")),
    }
}
