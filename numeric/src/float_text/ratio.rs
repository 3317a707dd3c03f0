//! A float as an exact fraction: `float.as_integer_ratio()` and exact comparison with integers rest on it.

/// `±mantissa × 2^exponent`, the mantissa odd (or everything 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerRatio {
    /// Below zero.
    pub negative: bool,
    /// At most 53 bits.
    pub mantissa: u64,
    /// The numerator is `mantissa << exponent` if this is positive, else the denominator is `1 << -exponent`.
    pub exponent: i32,
}

/// Takes a finite float apart; `None` for infinities and NaN.
pub fn integer_ratio(value: f64) -> Option<IntegerRatio> {
    if !value.is_finite() {
        return None;
    }
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = (bits >> 52 & 0x7FF) as i32;
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    if mantissa == 0 {
        return Some(IntegerRatio { negative: false, mantissa: 0, exponent: 0 });
    }
    let zeros = mantissa.trailing_zeros();
    Some(IntegerRatio {
        negative: value < 0.0,
        mantissa: mantissa >> zeros,
        exponent: exponent + zeros as i32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios() {
        assert_eq!(integer_ratio(-0.75), Some(IntegerRatio { negative: true, mantissa: 3, exponent: -2 }));
        assert_eq!(integer_ratio(96.0), Some(IntegerRatio { negative: false, mantissa: 3, exponent: 5 }));
        assert_eq!(
            integer_ratio(5e-324),
            Some(IntegerRatio { negative: false, mantissa: 1, exponent: -1074 })
        );
        assert_eq!(integer_ratio(f64::NAN), None);
    }
}
