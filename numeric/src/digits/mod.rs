//! Arbitrary-precision integers in CPython's representation: little-endian digits of 30 bits, no zero digit on top,
//! zero without digits. Functions on `&[u32]` work on magnitudes; those on `IntRef` know the sign.
//!
//! Inputs must be normalised and results are. Where numbers are long the work goes to `dashu-int`, whose algorithms are
//! sub-quadratic; nothing here allocates for dashu on short ones.

mod add;
mod bitwise;
mod bytes;
mod div;
mod float;
mod large;
mod modular;
mod mul;
mod shift;
mod signed;
mod sqrt;
mod text;

pub use add::{add, add_small, sub};
pub use bitwise::{BitOp, bit_count, bitwise, invert};
pub use bytes::{BytesError, from_bytes, to_bytes};
pub use div::{divrem, divrem_small};
pub use float::{DivideError, HASH_MODULUS, compare_f64, divide_to_f64, from_f64, hash, mantissa, to_f64};
pub use modular::{gcd, inverse, lcm, modpow};
pub use mul::{mul, mul_into, mul_small, pow, square};
pub use shift::{is_power_of_two, shift_left, shift_right, shift_right_floor, trailing_zeros};
pub use signed::{Int, IntRef, floor_divmod, signed_add, signed_mul, signed_sub};
pub use sqrt::isqrt;
pub use text::{IntText, decimal_digits_bound, from_radix, parse_int, scan_int, to_decimal, to_radix};

use std::cmp::Ordering;

/// Bits in a digit.
pub const SHIFT: u32 = 30;
/// One more than the greatest digit.
pub const BASE: u32 = 1 << SHIFT;
/// The greatest digit.
pub const MASK: u32 = BASE - 1;

/// Drops zero digits from the top.
#[inline]
pub fn normalize(digits: &mut Vec<u32>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

/// Digits of a machine word.
#[inline]
pub fn from_u64(mut n: u64) -> Vec<u32> {
    let mut out = Vec::with_capacity(3);
    while n != 0 {
        out.push(n as u32 & MASK);
        n >>= SHIFT;
    }
    out
}

/// Digits of a double word.
pub fn from_u128(mut n: u128) -> Vec<u32> {
    let mut out = Vec::with_capacity(5);
    while n != 0 {
        out.push(n as u32 & MASK);
        n >>= SHIFT;
    }
    out
}

/// The value, if it fits a machine word.
#[inline]
pub fn to_u64(digits: &[u32]) -> Option<u64> {
    match *digits {
        [] => Some(0),
        [a] => Some(u64::from(a)),
        [a, b] => Some(u64::from(a) | u64::from(b) << 30),
        [a, b, c] if c < 16 => Some(u64::from(a) | u64::from(b) << 30 | u64::from(c) << 60),
        _ => None,
    }
}

/// The value, if it fits a double word.
pub fn to_u128(digits: &[u32]) -> Option<u128> {
    if bit_length(digits) > 128 {
        return None;
    }
    Some(digits.iter().rev().fold(0, |n, d| n << SHIFT | u128::from(*d)))
}

/// Compares two magnitudes.
#[inline]
pub fn cmp(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

/// Number of bits without leading zeros; 0 for zero.
#[inline]
pub fn bit_length(digits: &[u32]) -> u64 {
    match digits.last() {
        Some(top) => (digits.len() as u64 - 1) * u64::from(SHIFT) + u64::from(32 - top.leading_zeros()),
        None => 0,
    }
}

/// Whether the magnitude is odd.
#[inline]
pub fn is_odd(digits: &[u32]) -> bool {
    digits.first().is_some_and(|d| d & 1 != 0)
}

#[cfg(test)]
mod tests;
