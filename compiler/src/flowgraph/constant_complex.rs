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
        Op::TrueDivide => divide((a, 0.0), b)?,
        Op::Power => power((a, 0.0), b)?,
        _ => return None,
    };
    Some(Const::Complex(re, im))
}

fn multiply(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Smith's algorithm: scaled by the divisor's bigger part.
fn divide(a: Complex, b: Complex) -> Option<Complex> {
    if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let denominator = b.0 + b.1 * ratio;
        Some(((a.0 + a.1 * ratio) / denominator, (a.1 - a.0 * ratio) / denominator))
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denominator = b.0 * ratio + b.1;
        Some(((a.0 * ratio + a.1) / denominator, (a.1 * ratio - a.0) / denominator))
    } else {
        Some((f64::NAN, f64::NAN))
    }
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
        (length * phase.cos(), length * phase.sin())
    };
    (result.0.is_finite() && result.1.is_finite()).then_some(result)
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
