//! Python's complex arithmetic on constants, with 3.14's rules for real operands.

use krait_bytecode::{BinaryOperator, Const};

type Complex = (f64, f64);

/// A binary operation of complex numbers.
pub(super) fn arithmetic(operator: BinaryOperator, a: Complex, b: Complex) -> Option<Const> {
    use BinaryOperator as Op;
    let (re, im) = match operator {
        Op::Add => (a.0 + b.0, a.1 + b.1),
        Op::Subtract => (a.0 - b.0, a.1 - b.1),
        Op::Multiply => multiply(a, b),
        Op::TrueDivide => divide(a, b)?,
        Op::Power => power(a, b)?,
        _ => return None,
    };
    Some(Const::Complex(re, im))
}

/// complex OP real
pub(super) fn with_real(operator: BinaryOperator, a: Complex, b: f64) -> Option<Const> {
    use BinaryOperator as Op;
    let (re, im) = match operator {
        Op::Add => (a.0 + b, a.1),
        Op::Subtract => (a.0 - b, a.1),
        Op::Multiply => (a.0 * b, a.1 * b),
        Op::TrueDivide if b != 0.0 => (a.0 / b, a.1 / b),
        Op::Power => power(a, (b, 0.0))?,
        _ => return None,
    };
    Some(Const::Complex(re, im))
}

/// real OP complex
pub(super) fn real_with(operator: BinaryOperator, a: f64, b: Complex) -> Option<Const> {
    use BinaryOperator as Op;
    let (re, im) = match operator {
        Op::Add => (a + b.0, b.1),
        Op::Subtract => (a - b.0, -b.1),
        Op::Multiply => (a * b.0, a * b.1),
        Op::TrueDivide => divide_real(a, b)?,
        Op::Power => power((a, 0.0), b)?,
        _ => return None,
    };
    Some(Const::Complex(re, im))
}

/// 1 for an infinity, 0 for anything else, with its sign.
fn boxed(value: f64) -> f64 {
    (if value.is_infinite() { 1f64 } else { 0.0 }).copysign(value)
}

fn zero_if_nan(value: f64) -> f64 {
    if value.is_nan() { 0f64.copysign(value) } else { value }
}

/// The product, with infinities that came out as NaN recovered as C's annex G has it.
fn multiply((mut a, mut b): Complex, (mut c, mut d): Complex) -> Complex {
    let (ac, bd, ad, bc) = (a * c, b * d, a * d, b * c);
    let (re, im) = (ac - bd, ad + bc);
    if !(re.is_nan() && im.is_nan()) {
        return (re, im);
    }
    let mut recovered = false;
    if a.is_infinite() || b.is_infinite() {
        (a, b, c, d) = (boxed(a), boxed(b), zero_if_nan(c), zero_if_nan(d));
        recovered = true;
    }
    if c.is_infinite() || d.is_infinite() {
        (a, b, c, d) = (zero_if_nan(a), zero_if_nan(b), boxed(c), boxed(d));
        recovered = true;
    }
    if !recovered && [ac, bd, ad, bc].iter().any(|part| part.is_infinite()) {
        (a, b, c, d) = (zero_if_nan(a), zero_if_nan(b), zero_if_nan(c), zero_if_nan(d));
        recovered = true;
    }
    if recovered { (f64::INFINITY * (a * c - b * d), f64::INFINITY * (a * d + b * c)) } else { (re, im) }
}

/// Smith's algorithm: scaled by the divisor's bigger part.
fn divide(a: Complex, b: Complex) -> Option<Complex> {
    let (re, im) = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(re.is_nan() && im.is_nan()) {
        return Some((re, im));
    }
    let finite = |z: Complex| z.0.is_finite() && z.1.is_finite();
    let infinite = |z: Complex| z.0.is_infinite() || z.1.is_infinite();
    Some(if infinite(a) && finite(b) {
        let (x, y) = (boxed(a.0), boxed(a.1));
        (f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1))
    } else if infinite(b) && finite(a) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        (0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y))
    } else {
        (re, im)
    })
}

/// The same for a real dividend, which has no imaginary part, not even a zero.
fn divide_real(a: f64, b: Complex) -> Option<Complex> {
    let (re, im) = if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        (a / denominator, (-a * ratio) / denominator)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        ((a * ratio) / denominator, -a / denominator)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(re.is_nan() && im.is_nan()) {
        return Some((re, im));
    }
    Some(if a.is_infinite() && b.0.is_finite() && b.1.is_finite() {
        let x = boxed(a);
        (f64::INFINITY * (x * b.0), f64::INFINITY * (-x * b.1))
    } else if (b.0.is_infinite() || b.1.is_infinite()) && a.is_finite() {
        (0.0 * (a * boxed(b.0)), 0.0 * (-a * boxed(b.1)))
    } else {
        (re, im)
    })
}

fn power(base: Complex, exponent: Complex) -> Option<Complex> {
    let result = if exponent.1 == 0.0 && exponent.0 == exponent.0.floor() && exponent.0.abs() <= 100.0 {
        let n = exponent.0 as i32;
        if n >= 0 {
            power_of_unsigned(base, n as u32)
        } else {
            divide((1.0, 0.0), power_of_unsigned(base, n.unsigned_abs()))?
        }
    } else if base == (0.0, 0.0) {
        if exponent.1 != 0.0 || exponent.0 < 0.0 {
            return None;
        }
        (0.0, 0.0)
    } else {
        let modulus = base.0.hypot(base.1);
        let mut length = modulus.powf(exponent.0);
        let argument = base.1.atan2(base.0);
        let mut phase = argument * exponent.0;
        if exponent.1 != 0.0 {
            length *= (-argument * exponent.1).exp();
            phase += exponent.1 * modulus.ln();
        }
        if phase.is_infinite() {
            return None;
        }
        (length * phase.cos(), length * phase.sin())
    };
    (!result.0.is_infinite() && !result.1.is_infinite()).then_some(result)
}

fn power_of_unsigned(base: Complex, exponent: u32) -> Complex {
    let (mut result, mut square, mut left) = ((1.0, 0.0), base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = multiply(result, square);
        }
        left >>= 1;
        square = multiply(square, square);
    }
    result
}
