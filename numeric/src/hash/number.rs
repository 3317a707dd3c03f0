//! Hashes of floats and complex numbers: numbers that compare equal hash equal, so a float hashes as the fraction it is,
//! modulo 2^61 - 1.

use super::not_minus_one;
use crate::digits::HASH_MODULUS;
use crate::float_text::integer_ratio;

const INFINITY: i64 = 314159;

/// `hash(float)`; `None` for NaN, which hashes by identity.
pub fn float(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    let Some(ratio) = integer_ratio(value) else {
        return Some(if value > 0.0 { INFINITY } else { -INFINITY });
    };
    // Multiplying by a power of two rotates the 61 bits; dividing rotates back.
    let turn = ratio.exponent.rem_euclid(61) as u32;
    let turned = if turn == 0 {
        ratio.mantissa
    } else {
        (ratio.mantissa << turn & HASH_MODULUS) | ratio.mantissa >> (61 - turn)
    };
    let hash = if turned == HASH_MODULUS { 0 } else { turned as i64 };
    Some(not_minus_one(if ratio.negative { -hash } else { hash } as u64))
}

/// `hash(complex)` from the hashes of its parts.
pub fn complex(re: i64, im: i64) -> i64 {
    not_minus_one((re as u64).wrapping_add((im as u64).wrapping_mul(1_000_003)))
}
