//! Python's float arithmetic on constants.

use krait_bytecode::{BinaryOperator, Const};
use num_bigint::{BigInt, Sign};

use super::constant_complex as complex;

/// The nearest float, ties to even; None if too big.
pub(super) fn from_int(value: &BigInt) -> Option<f64> {
    let magnitude = value.magnitude();
    let bits = magnitude.bits();
    let float = if bits <= 64 {
        u64::try_from(magnitude).ok()? as f64
    } else {
        // The upper 64 bits, the last one standing for all that is cut off, round as the whole would.
        let shift = bits - 64;
        let top = u64::try_from(&(magnitude >> shift)).ok()?;
        let sticky = u64::from(magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift));
        (top | sticky) as f64 * 2f64.powi(i32::try_from(shift).ok().filter(|&shift| shift < 1024)?)
    };
    let float = if value.sign() == Sign::Minus { -float } else { float };
    float.is_finite().then_some(float)
}

/// The int that a float is; None for fractions, infinities and NaN.
pub(super) fn to_int(value: f64) -> Option<BigInt> {
    if !value.is_finite() || value.fract() != 0.0 {
        return None;
    }
    let bits = value.abs().to_bits();
    let exponent = (bits >> 52) as i64 - 1075;
    let mantissa = BigInt::from(bits & ((1 << 52) - 1) | 1 << 52);
    let magnitude = match exponent {
        _ if value == 0.0 => BigInt::ZERO,
        0.. => mantissa << exponent,
        _ => mantissa >> -exponent,
    };
    Some(if value < 0.0 { -magnitude } else { magnitude })
}

/// `a / b` of ints, correctly rounded.
pub(super) fn true_divide(a: &BigInt, b: &BigInt) -> Option<f64> {
    if b.sign() == Sign::NoSign {
        return None;
    }
    let (x, y) = (a.magnitude(), b.magnitude());
    let negative = (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus);
    if x.bits() <= 53 && y.bits() <= 53 {
        let quotient = u64::try_from(x).ok()? as f64 / u64::try_from(y).ok()? as f64;
        return Some(if negative { -quotient } else { quotient });
    }
    // A quotient of at least 64 bits with a sticky last bit rounds correctly, unless the result is subnormal.
    let shift = 66 - (x.bits() as i64 - y.bits() as i64);
    let (numerator, denominator) =
        if shift >= 0 { (x << shift, y.clone()) } else { (x.clone(), y << -shift) };
    let mut quotient = &numerator / &denominator;
    if &quotient * &denominator != numerator {
        quotient |= num_bigint::BigUint::from(1u8);
    }
    let exponent = i32::try_from(-shift).ok()?;
    if i64::from(exponent) + (quotient.bits() as i64) < -1020 {
        return None;
    }
    let mut value = from_int(&BigInt::from(quotient))?;
    let mut left = exponent;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(step);
        left -= step;
    }
    value.is_finite().then_some(if negative { -value } else { value })
}

/// A binary operation of floats.
pub(super) fn arithmetic(operator: BinaryOperator, a: f64, b: f64) -> Option<Const> {
    use BinaryOperator as Op;
    Some(Const::Float(match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::TrueDivide if b != 0.0 => a / b,
        Op::FloorDivide if b != 0.0 => floor_divide(a, b).0,
        Op::Remainder if b != 0.0 => {
            let remainder = a % b;
            if remainder == 0.0 {
                0f64.copysign(b)
            } else if (b < 0.0) != (remainder < 0.0) {
                remainder + b
            } else {
                remainder
            }
        }
        Op::Power => return power(a, b),
        _ => return None,
    }))
}

fn floor_divide(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), remainder);
    }
    let mut floor = quotient.floor();
    if quotient - floor > 0.5 {
        floor += 1.0;
    }
    (floor, remainder)
}

/// `a ** b`; a fractional power of a negative number is complex.
pub(super) fn power(a: f64, b: f64) -> Option<Const> {
    if a == 0.0 && b < 0.0 {
        return None;
    }
    if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
        return complex::arithmetic(BinaryOperator::Power, (a, 0.0), (b, 0.0));
    }
    let result = a.powf(b);
    (result.is_finite() || !a.is_finite() || !b.is_finite()).then_some(Const::Float(result))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding() {
        let big = (BigInt::from(1) << 64) + 1;
        assert_eq!(from_int(&big), Some(18446744073709551616.0));
        assert_eq!(from_int(&(BigInt::from(1) << 1024)), None);
        assert_eq!(to_int(-1e20), Some(BigInt::from(-100000000000000000000i128)));
        assert_eq!(true_divide(&(BigInt::from(10).pow(30)), &BigInt::from(3)), Some(1e30 / 3.0));
        assert_eq!(floor_divide(-7.5, 2.0).0, -4.0);
    }
}
