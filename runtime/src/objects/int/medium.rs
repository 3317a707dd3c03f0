//! Ints of up to four digits (below 2^120) in one wide machine word: time stamps, hashes and 64-bit masks need no kernel and no
//! vector of digits.

use super::{MASK, PyInt, SHIFT};
use crate::error::PyResult;
use crate::py::Py;
use crate::reference::{PyClass, Ref};

/// Digits that any `i128` fits in.
const WIDEST: usize = 5;

impl PyInt {
    /// The value of an int of up to four digits. Sums, differences and bit operations of two such values fit an `i128`.
    #[inline]
    pub(super) fn as_medium(&self) -> Option<i128> {
        let magnitude = match *self.digits() {
            [] => 0,
            [a] => i128::from(a),
            [a, b] => i128::from(u64::from(a) | u64::from(b) << SHIFT),
            [a, b, c] => i128::from(u64::from(a) | u64::from(b) << SHIFT) | i128::from(c) << (2 * SHIFT),
            [a, b, c, d] => {
                i128::from(u64::from(a) | u64::from(b) << SHIFT)
                    | i128::from(u64::from(c) | u64::from(d) << SHIFT) << (2 * SHIFT)
            }
            _ => return None,
        };
        Some(if self.is_negative() { -magnitude } else { magnitude })
    }

    /// Both values, when both are of up to four digits.
    #[inline]
    pub(super) fn medium_pair(&self, other: &PyInt) -> Option<(i128, i128)> {
        Some((self.as_medium()?, other.as_medium()?))
    }

    /// An int of this value.
    #[inline]
    pub(super) fn from_medium(py: Py<'_>, value: i128) -> PyResult<Ref<PyInt>> {
        let magnitude = value.unsigned_abs();
        if magnitude < 1 << (2 * SHIFT) {
            return PyInt::new(py, value as i64);
        }
        let digits: [u32; WIDEST] = core::array::from_fn(|i| (magnitude >> (SHIFT * i as u32)) as u32 & MASK);
        let used = (u128::BITS - magnitude.leading_zeros()).div_ceil(SHIFT) as usize;
        PyInt::of_type(py, PyInt::type_object(), value < 0, digits.get(..used).unwrap_or_default())
    }

    /// `self * other` when the product has at most four digits.
    #[inline]
    pub(super) fn medium_product(&self, other: &PyInt) -> Option<i128> {
        const MOST: usize = 4;
        if self.digits().len() + other.digits().len() > MOST {
            return None;
        }
        Some(self.as_medium()? * other.as_medium()?)
    }
}

/// Floor division and remainder; the divisor is not zero.
#[inline]
pub(super) fn floor_divide(x: i128, y: i128) -> (i128, i128) {
    let (q, r) = match (i64::try_from(x), i64::try_from(y)) {
        (Ok(x), Ok(y)) if y != -1 => (i128::from(x / y), i128::from(x % y)),
        _ => (x / y, x % y),
    };
    if r != 0 && (r < 0) != (y < 0) { (q - 1, r + y) } else { (q, r) }
}
