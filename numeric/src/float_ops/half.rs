//! Half and single precision as bits, NaNs with what they carry: neither the processor's nor Rust's conversions keep that.

const SIGN: u64 = 1 << 63;

/// Half-precision bits, rounded to nearest, ties to even; `None` when the number is too large.
pub fn to_bits(x: f64) -> Option<u16> {
    let bits = x.to_bits();
    let sign = if bits & SIGN != 0 { 0x8000 } else { 0 };
    if x.is_nan() {
        let payload = ((bits >> 42) & 0x3ff) as u16;
        return Some(sign | 0x7c00 | if payload == 0 { 0x200 } else { payload });
    }
    let magnitude = x.abs();
    if magnitude.is_infinite() {
        return Some(sign | 0x7c00);
    }
    if magnitude < f64::from_bits((1023 - 25) << 52) {
        return Some(sign);
    }
    // In units of the last place: 2^-24 for subnormal results, 2^(e-10) for normal ones.
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    if exponent > 15 {
        return None;
    }
    let scaled = magnitude * f64::from_bits(((1023 + 10 - exponent) as u64) << 52);
    let rounded = scaled.round_ties_even() as u32;
    // A carry out of the fraction goes into the exponent by itself.
    let result = if exponent == -14 { rounded } else { rounded + (((exponent + 14) as u32) << 10) };
    if result >= 0x7c00 { None } else { Some(sign | result as u16) }
}

/// The value of half-precision bits.
pub fn from_bits(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { SIGN } else { 0 };
    let (exponent, fraction) = ((bits >> 10) & 0x1f, u64::from(bits & 0x3ff));
    match exponent {
        0x1f => f64::from_bits(sign | 0x7ff << 52 | fraction << 42),
        0 => f64::from_bits(sign | (fraction as f64 * f64::from_bits((1023 - 24) << 52)).to_bits()),
        _ => f64::from_bits(sign | (u64::from(exponent) + 1023 - 15) << 52 | fraction << 42),
    }
}

/// Single-precision bits; `None` when a finite number is too large.
pub fn to_single_bits(x: f64) -> Option<u32> {
    if x.is_nan() {
        let bits = x.to_bits();
        let payload = ((bits >> 29) & 0x7f_ffff) as u32;
        let sign = ((bits >> 63) as u32) << 31;
        return Some(sign | 0x7f80_0000 | if payload == 0 { 0x40_0000 } else { payload });
    }
    let single = x as f32;
    if single.is_infinite() && x.is_finite() { None } else { Some(single.to_bits()) }
}

/// The value of single-precision bits.
pub fn from_single_bits(bits: u32) -> f64 {
    if bits & 0x7f80_0000 == 0x7f80_0000 && bits & 0x7f_ffff != 0 {
        let sign = u64::from(bits >> 31) << 63;
        return f64::from_bits(sign | 0x7ff << 52 | u64::from(bits & 0x7f_ffff) << 29);
    }
    f64::from(f32::from_bits(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for bits in 0..=u16::MAX {
            assert_eq!(to_bits(from_bits(bits)), Some(bits));
        }
        assert_eq!(to_bits(65519.99), Some(0x7bff));
        assert_eq!(to_bits(65520.0), None);
        assert_eq!(to_bits(2f64.powi(-25)), Some(0));
        assert_eq!(to_bits(2f64.powi(-25) * 1.0001), Some(1));
        assert_eq!(to_bits(2049.0), Some(0x6800));
        assert_eq!(to_bits(-1e-30), Some(0x8000));
    }
}
