//! Float arithmetic where Python's rules are not the processor's: floor division, remainder and powers. `+`, `-`, `*` and
//! `/` (but for division by zero) need no kernel. `gamma.rs` has the gamma function, `sums.rs` exact sums and norms,
//! `step.rs` neighbouring floats.

pub mod gamma;
pub mod half;
pub mod normal;
pub mod step;
pub mod sums;

/// `a % b` for b ≠ 0: the sign is b's, a zero's too.
#[inline]
pub fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        0.0f64.copysign(b)
    } else if (b < 0.0) != (rest < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// `divmod(a, b)` for b ≠ 0; `a // b` is its first part.
pub fn floor_divmod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    // Exact, or nearly: what is left is a multiple of b.
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0.0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0f64.copysign(a / b), rest);
    }
    let floor = quotient.floor();
    (if quotient - floor > 0.5 { floor + 1.0 } else { floor }, rest)
}

/// What `a ** b` is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Power {
    /// A float.
    Float(f64),
    /// The complex power of the same operands: a negative base with a fractional exponent.
    Complex,
    /// `ZeroDivisionError: zero to a negative power`.
    ZeroToNegative,
    /// `OverflowError: (34, 'Numerical result out of range')`.
    Overflow,
}

/// `a ** b`.
pub fn power(a: f64, b: f64) -> Power {
    let odd = |n: f64| (n.abs() % 2.0) == 1.0;
    if b == 0.0 || a == 1.0 {
        return Power::Float(1.0);
    }
    if a.is_nan() {
        return Power::Float(a);
    }
    if b.is_nan() {
        return Power::Float(b);
    }
    if b.is_infinite() {
        let a = a.abs();
        return Power::Float(if a == 1.0 {
            1.0
        } else if (b > 0.0) == (a > 1.0) {
            f64::INFINITY
        } else {
            0.0
        });
    }
    if a.is_infinite() {
        return Power::Float(match (b > 0.0, odd(b)) {
            (true, true) => a,
            (true, false) => a.abs(),
            (false, true) => 0.0f64.copysign(a),
            (false, false) => 0.0,
        });
    }
    if a == 0.0 {
        return match (b < 0.0, odd(b)) {
            (true, _) => Power::ZeroToNegative,
            (false, true) => Power::Float(a),
            (false, false) => Power::Float(0.0),
        };
    }
    if a < 0.0 && b != b.floor() {
        return Power::Complex;
    }
    let result = if a == -1.0 { 1.0 } else { a.abs().powf(b) };
    if result.is_infinite() {
        return Power::Overflow;
    }
    Power::Float(if a < 0.0 && odd(b) { -result } else { result })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_python() {
        assert_eq!(floor_divmod(-7.5, 2.0), (-4.0, 0.5));
        assert_eq!(floor_divmod(7.5, -2.0), (-4.0, -0.5));
        assert_eq!(floor_divmod(1.0, 0.1), (9.0, 0.09999999999999995));
        assert!(modulo(-0.0, 1.0).is_sign_positive() && modulo(1.0, -1.0).is_sign_negative());
        assert_eq!(modulo(-1e-20, 1.0), 1.0);
        assert_eq!(power(-8.0, 3.0), Power::Float(-512.0));
        assert_eq!(power(-8.0, 0.5), Power::Complex);
        assert_eq!(power(0.0, -1.0), Power::ZeroToNegative);
        assert_eq!(power(10.0, 400.0), Power::Overflow);
        assert_eq!(power(1.0, f64::NAN), Power::Float(1.0));
        assert_eq!(power(-1.0, f64::INFINITY), Power::Float(1.0));
        assert_eq!(power(-0.0, 3.0), Power::Float(-0.0));
    }
}
