//! Python's operators on constants, as far as the compiler evaluates them. `None` means "leave it to run time":
//! the operation raises, is not defined, or its result would be too big.

use std::hash::{DefaultHasher, Hash, Hasher};

use krait_bytecode::{AnyOpcode, BinaryOperator, Const, PyString};
use num_bigint::{BigInt, Sign};

use super::constant_complex as complex;
use super::constant_float as float;

const MAX_INT_BITS: u64 = 128;
const MAX_COLLECTION_SIZE: i64 = 256;
const MAX_STR_SIZE: i64 = 4096;
const MAX_TOTAL_ITEMS: i64 = 1024;

/// A number, with bools as ints.
enum Number {
    Int(BigInt),
    Float(f64),
    Complex(f64, f64),
}

fn number(value: &Const) -> Option<Number> {
    Some(match value {
        Const::Float(value) => Number::Float(*value),
        Const::Complex(real, imag) => Number::Complex(*real, *imag),
        other => Number::Int(other.to_bigint()?),
    })
}

/// Evaluates a unary operation; `CALL_INTRINSIC_1` stands for unary plus.
pub(crate) fn unary(opcode: AnyOpcode, operand: &Const) -> Option<Const> {
    match opcode {
        AnyOpcode::UNARY_NOT => Some(Const::Bool(!operand.is_true())),
        AnyOpcode::UNARY_NEGATIVE => Some(match number(operand)? {
            Number::Int(value) => Const::int(-value),
            Number::Float(value) => Const::Float(-value),
            Number::Complex(real, imag) => Const::Complex(-real, -imag),
        }),
        // `~bool` warns at run time.
        AnyOpcode::UNARY_INVERT => match operand {
            Const::Bool(_) => None,
            other => Some(Const::int(!other.to_bigint()?)),
        },
        AnyOpcode::CALL_INTRINSIC_1 => Some(match number(operand)? {
            Number::Int(value) => Const::int(value),
            Number::Float(value) => Const::Float(value),
            Number::Complex(real, imag) => Const::Complex(real, imag),
        }),
        _ => None,
    }
}

/// Evaluates a binary operation.
pub(crate) fn binary(operator: BinaryOperator, left: &Const, right: &Const) -> Option<Const> {
    use BinaryOperator as Op;
    match (operator, left, right) {
        (Op::Add, Const::Str(a), Const::Str(b)) => {
            Some(Const::Str(PyString::from_bytes(&[a.as_bytes(), b.as_bytes()].concat())?))
        }
        (Op::Add, Const::Bytes(a), Const::Bytes(b)) => Some(Const::bytes(&[&a[..], &b[..]].concat())),
        (Op::Add, Const::Tuple(a), Const::Tuple(b)) => Some(Const::tuple([&a[..], &b[..]].concat())),
        (Op::Multiply, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_), times) => repeat(left, times),
        (Op::Multiply, times, Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)) => repeat(right, times),
        (Op::Subscript, _, _) => super::constant_subscript::subscript(left, right),
        (Op::And | Op::Or | Op::Xor, Const::Bool(a), Const::Bool(b)) => Some(Const::Bool(match operator {
            Op::And => a & b,
            Op::Or => a | b,
            _ => a ^ b,
        })),
        (Op::And | Op::Or | Op::Xor | Op::Subtract, Const::FrozenSet(a), Const::FrozenSet(b)) => {
            Some(set_operation(operator, a, b))
        }
        _ => arithmetic(operator, number(left)?, number(right)?),
    }
}

fn arithmetic(operator: BinaryOperator, left: Number, right: Number) -> Option<Const> {
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => int_arithmetic(operator, &a, &b),
        (Number::Int(a), Number::Float(b)) => float::arithmetic(operator, float::from_int(&a)?, b),
        (Number::Float(a), Number::Int(b)) => float::arithmetic(operator, a, float::from_int(&b)?),
        (Number::Float(a), Number::Float(b)) => float::arithmetic(operator, a, b),
        (Number::Complex(re, im), Number::Complex(re2, im2)) => {
            complex::arithmetic(operator, (re, im), (re2, im2))
        }
        (Number::Complex(re, im), Number::Float(b)) => complex::with_real(operator, (re, im), b),
        (Number::Complex(re, im), Number::Int(b)) => {
            complex::with_real(operator, (re, im), float::from_int(&b)?)
        }
        (Number::Float(a), Number::Complex(re, im)) => complex::real_with(operator, a, (re, im)),
        (Number::Int(a), Number::Complex(re, im)) => {
            complex::real_with(operator, float::from_int(&a)?, (re, im))
        }
    }
}

fn int_arithmetic(operator: BinaryOperator, a: &BigInt, b: &BigInt) -> Option<Const> {
    use BinaryOperator as Op;
    let zero = BigInt::ZERO;
    Some(Const::int(match operator {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => {
            if a.sign() != Sign::NoSign && b.sign() != Sign::NoSign && a.bits() + b.bits() > MAX_INT_BITS {
                return None;
            }
            a * b
        }
        Op::FloorDivide | Op::Remainder => {
            if *b == zero {
                return None;
            }
            let (mut quotient, mut remainder) = (a / b, a % b);
            if remainder.sign() != Sign::NoSign && remainder.sign() != b.sign() {
                quotient -= 1;
                remainder += b;
            }
            if operator == Op::FloorDivide { quotient } else { remainder }
        }
        Op::TrueDivide => return float::true_divide(a, b).map(Const::Float),
        Op::Power => {
            if b.sign() == Sign::Minus {
                return float::power(float::from_int(a)?, float::from_int(b)?);
            }
            let exponent = if a.sign() == Sign::NoSign {
                u64::from(b.sign() == Sign::Plus)
            } else {
                let exponent = u64::try_from(b).ok()?;
                if exponent > 0 && a.bits() > MAX_INT_BITS / exponent {
                    return None;
                }
                exponent
            };
            a.pow(u32::try_from(exponent).ok()?)
        }
        Op::LeftShift => {
            if b.sign() == Sign::Minus {
                return None;
            }
            if a.sign() == Sign::NoSign {
                return Some(Const::Int(0));
            }
            let shift = u64::try_from(b).ok()?;
            if shift > MAX_INT_BITS || a.bits() > MAX_INT_BITS - shift && shift > 0 {
                return None;
            }
            a << shift
        }
        Op::RightShift => {
            if b.sign() == Sign::Minus {
                return None;
            }
            match u64::try_from(b) {
                Ok(shift) => a >> shift,
                Err(_) if a.sign() == Sign::Minus => BigInt::from(-1),
                Err(_) => zero,
            }
        }
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        _ => return None,
    }))
}

/// `sequence * times` within limits.
fn repeat(sequence: &Const, times: &Const) -> Option<Const> {
    let times = i64::try_from(times.to_bigint()?).ok()?;
    let size = match sequence {
        Const::Str(text) => text.char_count(),
        Const::Bytes(bytes) => bytes.len(),
        Const::Tuple(items) => items.len(),
        _ => return None,
    } as i64;
    if size == 0 {
        return Some(sequence.clone());
    }
    let limit = if matches!(sequence, Const::Tuple(_)) { MAX_COLLECTION_SIZE } else { MAX_STR_SIZE };
    if times < 0 || times > limit / size {
        return None;
    }
    let count = times as usize;
    match sequence {
        Const::Str(text) => Some(Const::Str(PyString::from_bytes(&text.as_bytes().repeat(count))?)),
        Const::Bytes(bytes) => Some(Const::bytes(&bytes.repeat(count))),
        Const::Tuple(items) => {
            if times > 0 {
                check_complexity(sequence, MAX_TOTAL_ITEMS / times)?;
            }
            Some(Const::tuple(items.iter().cycle().take(items.len() * count).cloned().collect()))
        }
        _ => None,
    }
}

/// What is left of the limit after counting a constant's items at all levels; None if they are more.
fn check_complexity(value: &Const, limit: i64) -> Option<i64> {
    match value {
        Const::Tuple(items) => {
            let mut left = limit - items.len() as i64;
            for item in items.iter() {
                if left < 0 {
                    return None;
                }
                left = check_complexity(item, left)?;
            }
            (left >= 0).then_some(left)
        }
        Const::FrozenSet(items) => {
            let left = limit - items.len() as i64;
            (left >= 0).then_some(left)
        }
        _ => Some(limit),
    }
}

fn set_operation(operator: BinaryOperator, a: &[Const], b: &[Const]) -> Const {
    use BinaryOperator as Op;
    let within = |item: &Const, set: &[Const]| set.iter().any(|other| python_equal(item, other));
    let items: Vec<Const> = match operator {
        Op::And => a.iter().filter(|item| within(item, b)).cloned().collect(),
        Op::Subtract => a.iter().filter(|item| !within(item, b)).cloned().collect(),
        Op::Or => a.iter().chain(b.iter().filter(|item| !within(item, a))).cloned().collect(),
        _ => {
            let only_a = a.iter().filter(|item| !within(item, b));
            only_a.chain(b.iter().filter(|item| !within(item, a))).cloned().collect()
        }
    };
    Const::FrozenSet(items.into())
}

/// The first of each run of elements that Python finds equal.
pub(super) fn deduplicate(items: Vec<Const>) -> Vec<Const> {
    let mut kept: Vec<(u64, Const)> = Vec::with_capacity(items.len());
    for item in items {
        let hash = equality_hash(&item);
        if !kept.iter().any(|(other, value)| *other == hash && python_equal(value, &item)) {
            kept.push((hash, item));
        }
    }
    kept.into_iter().map(|(_, item)| item).collect()
}

/// Numbers all alike (they may be equal across types); everything else by its key.
fn equality_hash(value: &Const) -> u64 {
    match value {
        Const::Str(_) | Const::Bytes(_) => {
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hasher.finish() | 1
        }
        _ => 0,
    }
}

/// Python's `==` on constants.
pub(crate) fn python_equal(left: &Const, right: &Const) -> bool {
    match (left, right) {
        (Const::Tuple(a), Const::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| python_equal(x, y))
        }
        (Const::FrozenSet(a), Const::FrozenSet(b)) => {
            a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| python_equal(x, y)))
        }
        (Const::Slice(a), Const::Slice(b)) => a.iter().zip(b.iter()).all(|(x, y)| python_equal(x, y)),
        _ => match (number(left), number(right)) {
            (Some(a), Some(b)) => numbers_equal(&a, &b),
            (None, None) => left == right,
            _ => false,
        },
    }
}

fn numbers_equal(left: &Number, right: &Number) -> bool {
    let exact = |int: &BigInt, float: f64| float::to_int(float).is_some_and(|value| value == *int);
    match (left, right) {
        (Number::Int(a), Number::Int(b)) => a == b,
        (Number::Int(a), Number::Float(b)) | (Number::Float(b), Number::Int(a)) => exact(a, *b),
        (Number::Float(a), Number::Float(b)) => a == b,
        (Number::Complex(re, im), Number::Complex(re2, im2)) => re == re2 && im == im2,
        (Number::Complex(re, im), Number::Float(b)) | (Number::Float(b), Number::Complex(re, im)) => {
            *im == 0.0 && re == b
        }
        (Number::Complex(re, im), Number::Int(a)) | (Number::Int(a), Number::Complex(re, im)) => {
            *im == 0.0 && exact(a, *re)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Const {
        Const::Int(value)
    }

    #[test]
    fn limits() {
        use BinaryOperator as Op;
        assert_eq!(binary(Op::Power, &int(2), &int(64)), Some(Const::int(BigInt::from(1) << 64u32)));
        assert_eq!(binary(Op::Power, &int(2), &int(65)), None);
        assert_eq!(binary(Op::Power, &int(2), &int(1000)), None);
        assert_eq!(binary(Op::Multiply, &Const::str("ab"), &int(2)), Some(Const::str("abab")));
        assert_eq!(binary(Op::Multiply, &Const::str("ab"), &int(4000)), None);
        assert_eq!(binary(Op::FloorDivide, &int(-7), &int(2)), Some(int(-4)));
        assert_eq!(binary(Op::Remainder, &int(-7), &int(2)), Some(int(1)));
        assert_eq!(binary(Op::TrueDivide, &int(1), &int(0)), None);
        assert_eq!(binary(Op::LeftShift, &int(1), &int(129)), None);
        assert_eq!(binary(Op::Add, &Const::Bool(true), &int(1)), Some(int(2)));
    }

    #[test]
    fn sets_keep_the_first_of_equals() {
        let items = vec![int(1), Const::Bool(true), Const::Float(1.0), int(2)];
        assert_eq!(deduplicate(items), [int(1), int(2)]);
    }
}
