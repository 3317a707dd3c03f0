//! Functions of the C library's `libm` that Rust's `std` lacks or computes in a way of its own. Results are bit for bit what
//! CPython gives on the same machine, since it calls the same functions. Pure functions of numbers: none can fail.

// SAFETY: these are C99 functions of plain numbers without side effects other than floating-point flags.
unsafe extern "C" {
    /// Inverse hyperbolic sine.
    pub safe fn asinh(x: f64) -> f64;
    /// Inverse hyperbolic cosine.
    pub safe fn acosh(x: f64) -> f64;
    /// Inverse hyperbolic tangent.
    pub safe fn atanh(x: f64) -> f64;
    /// Error function.
    pub safe fn erf(x: f64) -> f64;
    /// Complementary error function.
    pub safe fn erfc(x: f64) -> f64;
    /// `x` times two to the power `n`, rounded once.
    pub safe fn ldexp(x: f64, n: core::ffi::c_int) -> f64;
    /// The square root of the sum of squares.
    pub safe fn hypot(x: f64, y: f64) -> f64;
}

/// Mantissa in [0.5, 1) and exponent: `x` is `mantissa × 2^exponent`. Zeros, infinities and NaN come back with exponent 0.
pub fn frexp(x: f64) -> (f64, i32) {
    const EXPONENT: u64 = 0x7ff << 52;
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 18014398509481984.0, -54) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = ((bits & EXPONENT) >> 52) as i32 - 1022;
    (f64::from_bits(bits & !EXPONENT | 1022 << 52), exponent + shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting() {
        for x in [1.0, -3.5, 5e-324, 1e-310, f64::MAX, 0.1, -0.0] {
            let (m, e) = frexp(x);
            assert_eq!(ldexp(m, e).to_bits(), x.to_bits());
            assert!(x == 0.0 || (0.5..1.0).contains(&m.abs()));
        }
    }
}
