//! Constants of the tree as constants of code objects.

use krait_bytecode::{Const, PyString};
use krait_syntax::ast::{Constant, Integer, Wtf8};
use num_bigint::{BigInt, BigUint, Sign};

/// The constant of a node.
pub(crate) fn constant(value: &Constant<'_>) -> Const {
    match *value {
        Constant::None => Const::None,
        Constant::True => Const::Bool(true),
        Constant::False => Const::Bool(false),
        Constant::Ellipsis => Const::Ellipsis,
        Constant::Str(text) => Const::Str(string(text)),
        Constant::Bytes(bytes) => Const::bytes(bytes),
        Constant::Int(value) => integer(value),
        Constant::Float(value) => Const::Float(value),
        Constant::Complex { real, imag } => Const::Complex(real, imag),
        Constant::Tuple(items) => Const::tuple(items.iter().map(constant).collect()),
        Constant::FrozenSet(items) => Const::FrozenSet(items.iter().map(constant).collect()),
    }
}

/// The text of a node.
pub(super) fn string(text: Wtf8<'_>) -> PyString {
    PyString::from_bytes(text.as_bytes()).unwrap_or_default()
}

fn integer(value: Integer<'_>) -> Const {
    if let Some(small) = value.to_i64() {
        return Const::Int(small);
    }
    let magnitude = BigUint::from_slice(value.digits);
    let sign = if value.negative { Sign::Minus } else { Sign::Plus };
    Const::int(BigInt::from_biguint(sign, magnitude))
}

/// The negation of a number.
pub(super) fn negated(value: &Constant<'_>) -> Option<Const> {
    Some(match *value {
        Constant::Int(number) => {
            integer(Integer { negative: !number.negative && !number.digits.is_empty(), ..number })
        }
        Constant::Float(value) => Const::Float(-value),
        Constant::Complex { real, imag } => Const::Complex(-real, -imag),
        _ => return None,
    })
}

/// The value of `real ± imaginary`, as patterns may write it.
pub(super) fn complex_sum(real: &Const, imag: f64, real_part: f64, minus: bool) -> Option<Const> {
    let left = match real {
        Const::Int(value) => *value as f64,
        Const::Float(value) => *value,
        Const::BigInt(value) => value.to_string().parse().ok()?,
        _ => return None,
    };
    // The real operand has no imaginary part, not even a zero.
    Some(if minus { Const::Complex(left - real_part, -imag) } else { Const::Complex(left + real_part, imag) })
}

/// A docstring without its common indentation (as `inspect.cleandoc` does, but keeping blank lines at both ends).
pub(super) fn clean_docstring(text: Wtf8<'_>) -> PyString {
    let expanded = expand_tabs(text.as_bytes());
    let mut lines = expanded.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&[u8]> = lines.collect();
    let indent = |line: &[u8]| line.iter().take_while(|&&byte| byte == b' ').count();
    // Lines of nothing but blanks do not count.
    let margin = rest
        .iter()
        .map(|line| (indent(line), line.len()))
        .filter(|(at, len)| at < len)
        .map(|(at, _)| at)
        .min();
    let margin = margin.unwrap_or(0);
    let mut clean = Vec::with_capacity(expanded.len());
    clean.extend_from_slice(first.get(indent(first)..).unwrap_or_default());
    for line in rest {
        clean.push(b'\n');
        clean.extend_from_slice(line.get(margin.min(indent(line))..).unwrap_or_default());
    }
    PyString::from_bytes(&clean).unwrap_or_default()
}

/// Tabs become blanks up to the next column that is a multiple of 8.
fn expand_tabs(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'\t') {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 32);
    let mut column = 0usize;
    for &byte in text {
        match byte {
            b'\t' => {
                let blanks = 8 - column % 8;
                out.resize(out.len() + blanks, b' ');
                column += blanks;
            }
            b'\n' | b'\r' => {
                out.push(byte);
                column = 0;
            }
            // Bytes that continue a character take no column.
            0x80..0xc0 => out.push(byte),
            _ => {
                out.push(byte);
                column += 1;
            }
        }
    }
    out
}
