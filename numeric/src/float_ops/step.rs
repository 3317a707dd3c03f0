//! Neighbouring floats, the remainder of IEEE 754, integral and fractional parts.

const SIGN: u64 = 1 << 63;

/// The float `steps` places from `x` towards `y`, stopping at `y`.
pub fn next_after(x: f64, y: f64, steps: u64) -> f64 {
    if steps == 0 || x.is_nan() {
        return x;
    }
    if y.is_nan() || x == y {
        return y;
    }
    let (ux, uy) = (x.to_bits(), y.to_bits());
    if (ux ^ uy) & SIGN != 0 {
        let (ax, ay) = (ux & !SIGN, uy & !SIGN);
        // Both are below 2^63: no overflow.
        return if ax + ay <= steps {
            y
        } else if ax < steps {
            f64::from_bits((uy & SIGN) | (steps - ax))
        } else {
            f64::from_bits(ux - steps)
        };
    }
    if ux > uy {
        if ux - uy >= steps { f64::from_bits(ux - steps) } else { y }
    } else if uy - ux >= steps {
        f64::from_bits(ux + steps)
    } else {
        y
    }
}

/// The distance from `|x|` to the next larger float.
pub fn ulp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.abs();
    if x.is_infinite() {
        return x;
    }
    if x == f64::MAX { x - f64::from_bits(x.to_bits() - 1) } else { f64::from_bits(x.to_bits() + 1) - x }
}

/// `x` minus the multiple of `y` nearest to it, an even one when two are; `None` when that means nothing.
pub fn remainder(x: f64, y: f64) -> Option<f64> {
    if x.is_finite() && y.is_finite() {
        if y == 0.0 {
            return None;
        }
        let (ax, ay) = (x.abs(), y.abs());
        let m = ax % ay;
        let c = ay - m;
        let r = if m < c {
            m
        } else if m > c {
            -c
        } else {
            m - 2.0 * ((0.5 * (ax - m)) % ay)
        };
        return Some(1.0f64.copysign(x) * r);
    }
    if x.is_nan() {
        return Some(x);
    }
    if y.is_nan() {
        return Some(y);
    }
    if x.is_infinite() { None } else { Some(x) }
}

/// Fractional and integral part, both with the sign of `x`.
pub fn split(x: f64) -> (f64, f64) {
    if x.is_infinite() {
        return (0.0f64.copysign(x), x);
    }
    let whole = x.trunc();
    ((x - whole).copysign(x), whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_python() {
        assert_eq!(next_after(0.0, 1.0, 1), 5e-324);
        assert_eq!(next_after(1.0, -1.0, u64::MAX), -1.0);
        assert_eq!(next_after(5e-324, -1.0, 3), -1e-323);
        assert_eq!(ulp(1.0), f64::EPSILON);
        assert_eq!(ulp(f64::MAX), 1.99584030953472e+292);
        assert_eq!(remainder(5.0, 2.0), Some(1.0));
        assert_eq!(remainder(7.0, 2.0), Some(-1.0));
        assert_eq!(remainder(1.0, 0.0), None);
        assert_eq!(split(-2.5), (-0.5, -2.0));
    }
}
