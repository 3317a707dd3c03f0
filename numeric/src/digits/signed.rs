//! A sign with a magnitude, and the operations where the two meet.

use super::add::difference;
use super::{add, add_small, cmp, divrem, from_u64, mul, sub, to_u64};
use std::cmp::Ordering;

/// An owned signed integer. Zero is never negative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Int {
    /// Below zero.
    pub negative: bool,
    /// The magnitude.
    pub digits: Vec<u32>,
}

/// A borrowed signed integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntRef<'a> {
    /// Below zero.
    pub negative: bool,
    /// The magnitude.
    pub digits: &'a [u32],
}

impl Int {
    /// Joins sign and magnitude; a zero loses its sign.
    #[inline]
    pub fn new(negative: bool, digits: Vec<u32>) -> Int {
        Int { negative: negative && !digits.is_empty(), digits }
    }

    /// From a machine word.
    pub fn from_i64(n: i64) -> Int {
        Int::new(n < 0, from_u64(n.unsigned_abs()))
    }

    /// Lends it.
    #[inline]
    pub fn as_ref(&self) -> IntRef<'_> {
        IntRef { negative: self.negative, digits: &self.digits }
    }

    /// See `IntRef::to_i64`.
    pub fn to_i64(&self) -> Option<i64> {
        self.as_ref().to_i64()
    }
}

impl<'a> IntRef<'a> {
    /// Joins sign and magnitude.
    #[inline]
    pub fn new(negative: bool, digits: &'a [u32]) -> IntRef<'a> {
        IntRef { negative, digits }
    }

    /// The value, if it fits a machine word.
    pub fn to_i64(self) -> Option<i64> {
        let n = to_u64(self.digits)?;
        if self.negative { 0i64.checked_sub_unsigned(n) } else { i64::try_from(n).ok() }
    }

    /// An owned copy.
    pub fn to_owned(self) -> Int {
        Int::new(self.negative, self.digits.to_vec())
    }

    /// Zero.
    pub fn is_zero(self) -> bool {
        self.digits.is_empty()
    }
}

impl Ord for IntRef<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => cmp(self.digits, other.digits),
            (true, true) => cmp(other.digits, self.digits),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for IntRef<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `a + b`.
pub fn signed_add(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    if a.negative == b.negative {
        return Int::new(a.negative, add(a.digits, b.digits));
    }
    let (less, digits) = sub(a.digits, b.digits);
    Int::new(a.negative != less, digits)
}

/// `a - b`.
pub fn signed_sub(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    signed_add(a, IntRef::new(!b.negative, b.digits))
}

/// `a × b`.
pub fn signed_mul(a: IntRef<'_>, b: IntRef<'_>) -> Int {
    Int::new(a.negative != b.negative, mul(a.digits, b.digits))
}

/// `a // b` and `a % b` as Python defines them: the quotient rounds to minus infinity, the remainder has b's sign.
/// `None` if b is zero.
pub fn floor_divmod(a: IntRef<'_>, b: IntRef<'_>) -> Option<(Int, Int)> {
    let (mut quotient, mut rest) = divrem(a.digits, b.digits)?;
    let opposite = a.negative != b.negative;
    if opposite && !rest.is_empty() {
        add_small(&mut quotient, 1);
        rest = difference(b.digits, &rest);
    }
    Some((Int::new(opposite, quotient), Int::new(b.negative, rest)))
}
