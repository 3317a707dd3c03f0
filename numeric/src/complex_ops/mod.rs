//! Complex arithmetic as CPython 3.14 does it: with the recovery of infinities of C11's Annex G, and separate forms where
//! one operand is real (a real number has no imaginary part, not one of zero). Numbers are (real, imaginary).

/// A complex number.
pub type Complex = (f64, f64);

fn boxed(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}

fn without_nan(x: f64) -> f64 {
    if x.is_nan() { 0.0f64.copysign(x) } else { x }
}

/// Real minus complex.
pub fn sub_from_real(a: f64, b: Complex) -> Complex {
    (a - b.0, -b.1)
}

/// `x × y`.
pub fn mul(x: Complex, y: Complex) -> Complex {
    let ((mut a, mut b), (mut c, mut d)) = (x, y);
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let result = (ac - bd, ad + bc);
    if !(result.0.is_nan() && result.1.is_nan()) {
        return result;
    }
    let mut again = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), without_nan(c), without_nan(d));
        again = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (a, b, c, d) = (without_nan(a), without_nan(b), boxed(c), boxed(d));
        again = true;
    }
    if !again && [ac, bd, ad, bc].iter().any(|p| p.is_infinite()) {
        (a, b, c, d) = (without_nan(a), without_nan(b), without_nan(c), without_nan(d));
        again = true;
    }
    if !again {
        return result;
    }
    (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c))
}

/// Complex times real.
pub fn mul_real(x: Complex, y: f64) -> Complex {
    (x.0 * y, x.1 * y)
}

/// `x / y`; `None` for division by zero.
pub fn div(x: Complex, y: Complex) -> Option<Complex> {
    let (a, b) = x;
    let (c, d) = y;
    let result = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        // Smith's method: dividing by the greater part first keeps from overflow.
        let ratio = d / c;
        let under = c + d * ratio;
        ((a + b * ratio) / under, (b - a * ratio) / under)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let under = c * ratio + d;
        ((a * ratio + b) / under, (b * ratio - a) / under)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(result.0.is_nan() && result.1.is_nan()) {
        return Some(result);
    }
    if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
        let (p, q) = (boxed(a), boxed(b));
        return Some((f64::INFINITY * (p * c + q * d), f64::INFINITY * (q * c - p * d)));
    }
    if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
        let (p, q) = (boxed(c), boxed(d));
        return Some((0.0 * (a * p + b * q), 0.0 * (b * p - a * q)));
    }
    Some(result)
}

/// Complex divided by real; `None` for division by zero.
pub fn div_by_real(x: Complex, y: f64) -> Option<Complex> {
    if y == 0.0 { None } else { Some((x.0 / y, x.1 / y)) }
}

/// Real divided by complex; `None` for division by zero.
pub fn div_real(x: f64, y: Complex) -> Option<Complex> {
    let (c, d) = y;
    let result = if c.abs() >= d.abs() {
        if c == 0.0 {
            return None;
        }
        let ratio = d / c;
        let under = c + d * ratio;
        (x / under, (-x * ratio) / under)
    } else if d.abs() >= c.abs() {
        let ratio = c / d;
        let under = c * ratio + d;
        ((x * ratio) / under, -x / under)
    } else {
        (f64::NAN, f64::NAN)
    };
    if result.0.is_nan() && result.1.is_nan() && x.is_finite() && (c.is_infinite() || d.is_infinite()) {
        return Some((0.0 * (x * boxed(c)), 0.0 * (-x * boxed(d))));
    }
    Some(result)
}

/// Why a power has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerError {
    /// `ZeroDivisionError: zero to a negative or complex power`.
    ZeroBase,
    /// `OverflowError: complex exponentiation`.
    Overflow,
}

fn small_power(x: Complex, mut n: u32) -> Complex {
    let mut result = (1.0, 0.0);
    let mut base = x;
    while n > 0 {
        if n & 1 != 0 {
            result = mul(result, base);
        }
        n >>= 1;
        base = mul(base, base);
    }
    result
}

/// `x ** y`.
pub fn power(x: Complex, y: Complex) -> Result<Complex, PowerError> {
    let result = if y.1 == 0.0 && y.0 == y.0.floor() && y.0.abs() <= 100.0 {
        // By multiplication: faster, and exact where it can be.
        let positive = small_power(x, y.0.abs() as u32);
        if y.0 > 0.0 { positive } else { div((1.0, 0.0), positive).ok_or(PowerError::ZeroBase)? }
    } else if x == (0.0, 0.0) {
        if y.1 != 0.0 || y.0 < 0.0 {
            return Err(PowerError::ZeroBase);
        }
        (0.0, 0.0)
    } else {
        let size = x.0.hypot(x.1);
        let angle = x.1.atan2(x.0);
        let mut len = size.powf(y.0);
        let mut phase = angle * y.0;
        if y.1 != 0.0 {
            len *= (-angle * y.1).exp();
            phase += y.1 * size.ln();
        }
        if phase.is_infinite() {
            // The C library's sine of infinity is a domain error, which CPython takes for this one.
            return Err(PowerError::ZeroBase);
        }
        (len * phase.cos(), len * phase.sin())
    };
    if result.0.is_infinite() || result.1.is_infinite() { Err(PowerError::Overflow) } else { Ok(result) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INF: f64 = f64::INFINITY;

    #[test]
    fn like_python() {
        assert_eq!(mul((1.0, 2.0), (3.0, -1.0)), (5.0, 5.0));
        assert_eq!(mul((INF, 1.0), (INF, 0.0)).0, INF);
        assert_eq!(div((1.0, 2.0), (0.0, 0.0)), None);
        assert_eq!(div((1.0, 2.0), (3.0, 4.0)), Some((0.44, 0.08)));
        assert_eq!(power((0.0, 1.0), (2.0, 0.0)), Ok((-1.0, 0.0)));
        assert_eq!(power((0.0, 0.0), (-1.0, 0.0)), Err(PowerError::ZeroBase));
        assert_eq!(power((1e300, 0.0), (2.0, 0.0)), Err(PowerError::Overflow));
    }
}
