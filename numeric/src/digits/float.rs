//! Between integers and floats, exactly or rounded once (ties to even), and the integer hash.

use super::{Int, IntRef, SHIFT, bit_length, divrem, from_u64, shift_left, shift_right, trailing_zeros};
use std::cmp::Ordering;

/// The upper 64 bits of a magnitude of `bits` bits (fewer, if it has no more) and whether any bit below them is set.
fn upper_bits(a: &[u32], bits: u64) -> (u64, bool) {
    let Some(drop) = bits.checked_sub(64) else { return (super::to_u64(a).unwrap_or(0), false) };
    let at = (drop / u64::from(SHIFT)) as usize;
    let part = (drop % u64::from(SHIFT)) as u32;
    let window = a.iter().skip(at).rev().fold(0u128, |n, d| n << SHIFT | u128::from(*d));
    let sticky = window & ((1 << part) - 1) != 0 || a.iter().take(at).any(|d| *d != 0);
    ((window >> part) as u64, sticky)
}

/// Keeps the upper `keep` bits (≤ 53) of `n`, rounding ties to even; `sticky` says that more lies below `n`. May give
/// `2^keep`. Returns how many bits were dropped.
fn round_bits(n: u64, sticky: bool, keep: u32) -> (u64, u32) {
    let drop = (64 - n.leading_zeros()).saturating_sub(keep);
    if drop == 0 {
        return (n, 0);
    }
    if drop == 64 {
        let up = n > 1 << 63 || (n == 1 << 63 && sticky);
        return (u64::from(up), 64);
    }
    let kept = n >> drop;
    let lost = n & ((1 << drop) - 1);
    let half = 1 << (drop - 1);
    let up = lost > half || (lost == half && (sticky || kept & 1 != 0));
    (kept + u64::from(up), drop)
}

/// Mantissa in [0.5, 1), rounded to 53 bits, and exponent; (0.0, 0) for zero. For logarithms of any size.
pub fn mantissa(a: &[u32]) -> (f64, u64) {
    let bits = bit_length(a);
    let (upper, sticky) = upper_bits(a, bits);
    if upper == 0 {
        return (0.0, 0);
    }
    let width = 64 - upper.leading_zeros();
    let (kept, dropped) = round_bits(upper, sticky, 53);
    let value = kept as f64 / (1u64 << (width - dropped)) as f64;
    if value == 1.0 { (0.5, bits + 1) } else { (value, bits) }
}

/// The nearest float; `None` if the magnitude is too great ("int too large to convert to float").
pub fn to_f64(a: &[u32]) -> Option<f64> {
    if let [d] = *a {
        return Some(f64::from(d));
    }
    let (value, exponent) = mantissa(a);
    if exponent > 1024 {
        return None;
    }
    let result = value * 2.0 * pow2(exponent as i32 - 1);
    result.is_finite().then_some(result)
}

/// 2^e for -1074 ≤ e ≤ 1023.
fn pow2(e: i32) -> f64 {
    if e >= -1022 {
        f64::from_bits(((e + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (e + 1074).max(0))
    }
}

/// The integral part of a float; `None` for infinities and NaN.
pub fn from_f64(value: f64) -> Option<Int> {
    let ratio = crate::float_text::integer_ratio(value)?;
    let digits = match u32::try_from(ratio.exponent) {
        Ok(shift) => shift_left(&from_u64(ratio.mantissa), u64::from(shift)),
        Err(_) => from_u64(ratio.mantissa.checked_shr(ratio.exponent.unsigned_abs()).unwrap_or(0)),
    };
    Some(Int::new(ratio.negative, digits))
}

/// Compares an integer with a float exactly; `None` for NaN.
pub fn compare_f64(a: IntRef<'_>, value: f64) -> Option<Ordering> {
    if value.is_nan() {
        return None;
    }
    let Some(whole) = from_f64(value) else {
        return Some(if value > 0.0 { Ordering::Less } else { Ordering::Greater });
    };
    let fraction = || 0.0.partial_cmp(&value.fract()).unwrap_or(Ordering::Equal);
    Some(a.cmp(&whole.as_ref()).then_with(fraction))
}

/// Why a true division has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DivideError {
    /// `ZeroDivisionError`.
    ByZero,
    /// `OverflowError: integer division result too large for a float`.
    TooLarge,
}

/// `a / b` as the nearest float, rounded once.
pub fn divide_to_f64(a: IntRef<'_>, b: IntRef<'_>) -> Result<f64, DivideError> {
    if b.is_zero() {
        return Err(DivideError::ByZero);
    }
    let negative = a.negative != b.negative;
    let signed = |v: f64| if negative { -v } else { v };
    if a.is_zero() {
        return Ok(signed(0.0));
    }
    let (a_bits, b_bits) = (bit_length(a.digits) as i64, bit_length(b.digits) as i64);
    if a_bits <= 53 && b_bits <= 53 {
        let exact = |d| super::to_u64(d).unwrap_or(0) as f64;
        return Ok(signed(exact(a.digits) / exact(b.digits)));
    }
    let apart = a_bits - b_bits;
    if apart > 1024 {
        return Err(DivideError::TooLarge);
    }
    if apart < -1075 {
        return Ok(signed(0.0));
    }
    // Scale so that the quotient has 55 or 56 bits: enough to round, with what is lost as one sticky bit. Among
    // subnormals fewer are asked for, so that the rounding happens once, at their place.
    let shift = apart.max(-1021) - 55;
    let (scaled, lost) = if shift <= 0 {
        (shift_left(a.digits, shift.unsigned_abs()), false)
    } else {
        let lost = trailing_zeros(a.digits).is_some_and(|zeros| zeros < shift as u64);
        (shift_right(a.digits, shift as u64), lost)
    };
    let (quotient, rest) = divrem(&scaled, b.digits).unwrap_or_default();
    let sticky = lost || !rest.is_empty();
    let quotient = super::to_u64(&quotient).unwrap_or(0);
    let width = i64::from(64 - quotient.leading_zeros());
    // The lowest bit that the result holds is 2^lowest; round the quotient's bits below it away. There are at most 56 of
    // them: below the least subnormal by more than that was answered above.
    let lowest = (shift + width - 53).max(-1074);
    let drop = (lowest - shift).clamp(0, 63) as u32;
    let kept = quotient >> drop;
    let lost = quotient & ((1 << drop) - 1);
    let half = (1u64 << drop) >> 1;
    let up = drop > 0 && (lost > half || (lost == half && (sticky || kept & 1 != 0)));
    let value = (kept + u64::from(up)) as f64 * pow2(lowest as i32);
    if value.is_finite() { Ok(signed(value)) } else { Err(DivideError::TooLarge) }
}

/// Modulus of numeric hashes: 2^61 - 1.
pub const HASH_MODULUS: u64 = (1 << 61) - 1;

/// `hash(int)`: the value modulo 2^61 - 1 with its sign, and never -1.
pub fn hash(a: IntRef<'_>) -> i64 {
    let mut n = 0u64;
    for &d in a.digits.iter().rev() {
        // × 2^30 is a rotation of 61 bits.
        n = (n << SHIFT & HASH_MODULUS | n >> (61 - SHIFT)) + u64::from(d);
        if n >= HASH_MODULUS {
            n -= HASH_MODULUS;
        }
    }
    let n = if a.negative { -(n as i64) } else { n as i64 };
    if n == -1 { -2 } else { n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_magnitudes_compare_equal() {
        assert_eq!(super::super::cmp(&from_u64(7), &from_f64(7.9).expect("finite").digits), Ordering::Equal);
    }
}
