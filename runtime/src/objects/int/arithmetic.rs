//! The operators of `int`: one-digit operands take the short way, those of up to four digits machine words (`medium.rs`), all others
//! the digit kernels.

use krait_macros::pymethods;
use krait_numeric::digits::{self, BitOp, DivideError};

use super::{PyInt, medium};
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::{PyBool, PyFloat, PyTuple};
use crate::protocol::object::CompareOp;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

/// Both operands as ints, or NotImplemented.
macro_rules! ints {
    ($py:ident, $a:ident, $b:ident) => {{
        let (Some(a), Some(b)) = ($a.downcast::<PyInt>(), $b.downcast::<PyInt>()) else {
            return Ok($py.not_implemented());
        };
        (a, b)
    }};
}

/// Most bits a shift or power may make: as CPython, what `Py_ssize_t` digits can hold is beyond memory anyway.
const MAX_BITS: u64 = 1 << 40;

/// `a + b`.
#[inline]
pub(super) fn add(py: Py<'_>, a: &PyInt, b: &PyInt) -> PyResult<Ref<PyInt>> {
    if a.is_compact() && b.is_compact() {
        return PyInt::new(py, a.compact_value() + b.compact_value());
    }
    if let Some((x, y)) = a.medium_pair(b) {
        return PyInt::from_medium(py, x + y);
    }
    py.expect_room(8 * (a.digits().len() + b.digits().len()))?;
    PyInt::from_int(py, &digits::signed_add(a.as_int_ref(), b.as_int_ref()))
}

/// `a - b`.
#[inline]
pub(super) fn subtract(py: Py<'_>, a: &PyInt, b: &PyInt) -> PyResult<Ref<PyInt>> {
    if a.is_compact() && b.is_compact() {
        return PyInt::new(py, a.compact_value() - b.compact_value());
    }
    if let Some((x, y)) = a.medium_pair(b) {
        return PyInt::from_medium(py, x - y);
    }
    py.expect_room(8 * (a.digits().len() + b.digits().len()))?;
    PyInt::from_int(py, &digits::signed_sub(a.as_int_ref(), b.as_int_ref()))
}

/// `a * b`.
#[inline]
pub(super) fn multiply(py: Py<'_>, a: &PyInt, b: &PyInt) -> PyResult<Ref<PyInt>> {
    if a.is_compact() && b.is_compact() {
        return PyInt::new(py, a.compact_value() * b.compact_value());
    }
    if let Some(product) = a.medium_product(b) {
        return PyInt::from_medium(py, product);
    }
    /// Digits of products that are made without a vector.
    const ROOM: usize = 16;
    if let Some(out) = [0; ROOM].get_mut(..a.digits().len() + b.digits().len()) {
        digits::mul_into(out, a.digits(), b.digits());
        return PyInt::from_digits(py, a.is_negative() != b.is_negative(), out);
    }
    py.expect_room(16 * (a.digits().len() + b.digits().len()))?;
    PyInt::from_int(py, &digits::signed_mul(a.as_int_ref(), b.as_int_ref()))
}

/// Floor division and remainder of compact ints, the divisor not zero.
#[inline]
fn short_divide(a: &PyInt, b: &PyInt) -> Option<(i64, i64)> {
    let (x, y) = (a.as_compact()?, b.as_compact().filter(|&y| y != 0)?);
    let (q, r) = (x / y, x % y);
    Some(if r != 0 && (r < 0) != (y < 0) { (q - 1, r + y) } else { (q, r) })
}

/// Floor division and remainder; `message` is for a zero divisor.
pub(super) fn divide(py: Py<'_>, a: &PyInt, b: &PyInt, message: &str) -> PyResult<(Ref<PyInt>, Ref<PyInt>)> {
    if b.is_zero() {
        return Err(raise!(py, ZeroDivisionError, "{message}"));
    }
    if let Some((q, r)) = short_divide(a, b) {
        return Ok((PyInt::new(py, q)?, PyInt::new(py, r)?));
    }
    if let Some((x, y)) = a.medium_pair(b) {
        let (q, r) = medium::floor_divide(x, y);
        return Ok((PyInt::from_medium(py, q)?, PyInt::from_medium(py, r)?));
    }
    py.expect_room(16 * (a.digits().len() + b.digits().len()))?;
    match digits::floor_divmod(a.as_int_ref(), b.as_int_ref()) {
        Some((q, r)) => Ok((PyInt::from_int(py, &q)?, PyInt::from_int(py, &r)?)),
        None => Err(raise!(py, ZeroDivisionError, "{message}")),
    }
}

fn bit_op(py: Py<'_>, a: &PyInt, b: &PyInt, op: BitOp) -> PyResult<Ref<PyInt>> {
    if let (Some(x), Some(y)) = (a.as_compact(), b.as_compact()) {
        return PyInt::new(py, op.apply(x, y));
    }
    if let Some((x, y)) = a.medium_pair(b) {
        return PyInt::from_medium(py, op.apply(x, y));
    }
    py.expect_room(16 * (a.digits().len() + b.digits().len()))?;
    PyInt::from_int(py, &digits::bitwise(op, a.as_int_ref(), b.as_int_ref()))
}

fn shift_left(py: Py<'_>, a: &PyInt, n: &PyInt) -> PyResult<Ref<PyInt>> {
    if n.is_negative() {
        return Err(raise!(py, ValueError, "negative shift count"));
    }
    if a.is_zero() {
        return PyInt::new(py, 0);
    }
    // CPython counts in `int64_t`.
    let Some(n) = n.as_u64().filter(|&n| i64::try_from(n).is_ok()) else {
        return Err(raise!(py, OverflowError, "too many digits in integer"));
    };
    if let Some(v) = a.as_compact()
        && n < 32
    {
        return PyInt::new(py, v << n);
    }
    if let Some(v) = a.as_medium()
        && n.saturating_add(a.bit_length()) < u64::from(i128::BITS)
    {
        return PyInt::from_medium(py, v << n);
    }
    if n > MAX_BITS {
        return Err(py.no_memory());
    }
    py.expect_room(8 * a.digits().len() + (n / 3) as usize)?;
    PyInt::from_digits(py, a.is_negative(), &digits::shift_left(a.digits(), n))
}

fn shift_right(py: Py<'_>, a: &PyInt, n: &PyInt) -> PyResult<Ref<PyInt>> {
    if n.is_negative() {
        return Err(raise!(py, ValueError, "negative shift count"));
    }
    let Some(n) = n.as_u64() else { return PyInt::new(py, if a.is_negative() { -1 } else { 0 }) };
    if let Some(v) = a.as_compact() {
        return PyInt::new(py, v >> n.min(63));
    }
    if let Some(v) = a.as_medium() {
        return PyInt::from_medium(py, v >> n.min(127));
    }
    PyInt::from_int(py, &digits::shift_right_floor(a.as_int_ref(), n))
}

/// `a / b` with one rounding.
pub(super) fn true_divide(py: Py<'_>, a: &PyInt, b: &PyInt) -> PyResult<Ref<PyFloat>> {
    const EXACT: i64 = 1 << 53;
    if let (Some(x), Some(y)) = (a.as_i64(), b.as_i64())
        && y != 0
        && (-EXACT..=EXACT).contains(&x)
        && (-EXACT..=EXACT).contains(&y)
    {
        return PyFloat::new(py, x as f64 / y as f64);
    }
    match digits::divide_to_f64(a.as_int_ref(), b.as_int_ref()) {
        Ok(v) => PyFloat::new(py, v),
        Err(DivideError::ByZero) => Err(raise!(py, ZeroDivisionError, "division by zero")),
        Err(DivideError::TooLarge) => {
            Err(raise!(py, OverflowError, "integer division result too large for a float"))
        }
    }
}

/// `pow(a, b, c)`; `None` as `c` for two arguments.
pub(super) fn power(py: Py<'_>, a: &PyInt, b: &PyInt, c: &PyObject) -> PyResult<Ref<PyObject>> {
    if c.is_none() {
        if b.is_negative() {
            let x = PyFloat::new(py, a.to_f64(py)?)?;
            let y = PyFloat::new(py, b.to_f64(py)?)?;
            return x.as_object().power(py, &y, c);
        }
        if let (Some(x), Some(n)) = (a.as_compact(), b.as_compact())
            && let Some(v) = u32::try_from(n).ok().and_then(|n| x.checked_pow(n))
        {
            return PyInt::new(py, v).map(Ref::upcast);
        }
        return big_power(py, a, b).map(Ref::upcast);
    }
    let Some(m) = c.downcast::<PyInt>() else { return Ok(py.not_implemented()) };
    if m.is_zero() {
        return Err(raise!(py, ValueError, "pow() 3rd argument cannot be 0"));
    }
    modular_power(py, a, b, m).map(Ref::upcast)
}

fn big_power(py: Py<'_>, a: &PyInt, b: &PyInt) -> PyResult<Ref<PyInt>> {
    if let Some(v @ (-1..=1)) = a.as_compact() {
        let odd = digits::is_odd(b.digits());
        return PyInt::new(py, if b.is_zero() || (v == -1 && !odd) { 1 } else { v });
    }
    let n = b.as_u64().filter(|&n| a.bit_length().saturating_mul(n) <= MAX_BITS);
    let Some(n) = n else { return Err(py.no_memory()) };
    py.expect_room((a.bit_length().saturating_mul(n) / 2) as usize)?;
    PyInt::from_digits(py, a.is_negative() && n & 1 == 1, &digits::pow(a.digits(), n))
}

fn modular_power(py: Py<'_>, a: &PyInt, b: &PyInt, m: &PyInt) -> PyResult<Ref<PyInt>> {
    let modulus = m.digits();
    // The base, reduced to [0, |m|).
    let reduce = |n: &PyInt| -> Option<Vec<u32>> {
        let (_, r) = digits::divrem(n.digits(), modulus)?;
        Some(if n.is_negative() && !r.is_empty() { digits::sub(modulus, &r).1 } else { r })
    };
    let by_zero = || raise!(py, ValueError, "pow() 3rd argument cannot be 0");
    let mut base = reduce(a).ok_or_else(by_zero)?;
    if b.is_negative() {
        let Some(inverse) = digits::inverse(&base, modulus) else {
            return Err(raise!(py, ValueError, "base is not invertible for the given modulus"));
        };
        base = inverse;
    }
    let result = digits::modpow(&base, b.digits(), modulus).ok_or_else(by_zero)?;
    if m.is_negative() && result.iter().any(|&d| d != 0) {
        return PyInt::from_digits(py, true, &digits::sub(modulus, &result).1);
    }
    PyInt::from_digits(py, false, &result)
}

#[pymethods(class = "int", part = "operators")]
impl PyInt {
    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        add(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        subtract(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_multiply(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        multiply(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_remainder(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        if let Some((_, r)) = short_divide(a, b) {
            return PyInt::new(py, r).map(Ref::upcast);
        }
        divide(py, a, b, "division by zero").map(|(_, r)| r.upcast())
    }
    #[slot]
    fn nb_floor_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        if let Some((q, _)) = short_divide(a, b) {
            return PyInt::new(py, q).map(Ref::upcast);
        }
        divide(py, a, b, "division by zero").map(|(q, _)| q.upcast())
    }
    #[slot]
    fn nb_divmod(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        let (q, r) = divide(py, a, b, "division by zero")?;
        PyTuple::pair(py, q.upcast(), r.upcast()).map(Ref::upcast)
    }
    #[slot]
    fn nb_true_divide(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        true_divide(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_power(py: Py<'_>, a: &PyObject, b: &PyObject, c: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        power(py, a, b, c)
    }
    #[slot]
    fn nb_lshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        shift_left(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_rshift(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        shift_right(py, a, b).map(Ref::upcast)
    }
    #[slot]
    fn nb_and(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        bit_op(py, a, b, BitOp::And).map(Ref::upcast)
    }
    #[slot]
    fn nb_or(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        bit_op(py, a, b, BitOp::Or).map(Ref::upcast)
    }
    #[slot]
    fn nb_xor(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let (a, b) = ints!(py, a, b);
        bit_op(py, a, b, BitOp::Xor).map(Ref::upcast)
    }
    #[slot]
    fn nb_negative(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        match self.as_compact() {
            Some(v) => PyInt::new(py, -v),
            None => PyInt::from_digits(py, !self.is_negative(), self.digits()),
        }
    }
    #[slot]
    fn nb_positive(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }
    #[slot]
    fn nb_absolute(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        if self.is_negative() { self.nb_negative(py) } else { self.to_exact(py) }
    }
    #[slot]
    fn nb_invert(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        match self.as_compact() {
            Some(v) => PyInt::new(py, !v),
            None if let Some(v) = self.as_medium() => PyInt::from_medium(py, !v),
            None => PyInt::from_int(py, &digits::invert(self.as_int_ref())),
        }
    }
    #[slot]
    fn nb_bool(&self, _py: Py<'_>) -> bool {
        !self.is_zero()
    }
    #[slot]
    fn nb_int(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }
    #[slot]
    fn nb_index(&self, py: Py<'_>) -> PyResult<Ref<PyInt>> {
        self.to_exact(py)
    }
    #[slot]
    fn nb_float(&self, py: Py<'_>) -> PyResult<Ref<PyFloat>> {
        PyFloat::new(py, self.to_f64(py)?)
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> isize {
        self.hash_value()
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<PyInt>() else { return Ok(py.not_implemented()) };
        Ok(PyBool::get(op.holds(self.compare(other))).to_ref())
    }
}
