//! The values of number literals.

use super::{Parsed, Parser};
use crate::ast::*;
use crate::error::ErrorKind;
use crate::token::Token;

impl<'a> Parser<'a> {
    /// The value of a NUMBER token.
    pub(super) fn number_value(&mut self, token: &Token) -> Parsed<Constant<'a>> {
        let text = self.text(token);
        let stripped;
        let digits = if text.contains('_') {
            self.check_version(6, "Underscores in numeric literals are")?;
            stripped = text.replace('_', "");
            stripped.as_str()
        } else {
            text
        };
        let bytes = digits.as_bytes();
        if let [b'0', marker, rest @ ..] = bytes {
            let bits = match marker | 0x20 {
                b'x' => 4,
                b'o' => 3,
                b'b' => 1,
                _ => 0,
            };
            if bits != 0 {
                return Ok(self.integer(&from_power_of_two(rest, bits)));
            }
        }
        if let Some(real) = digits.strip_suffix(['j', 'J']) {
            return Ok(Constant::Complex { real: 0.0, imag: real.parse().unwrap_or(0.0) });
        }
        if bytes.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) {
            return Ok(Constant::Float(digits.parse().unwrap_or(0.0)));
        }
        if let Ok(small) = digits.parse::<u64>() {
            return Ok(self.integer(&[small as u32, (small >> 32) as u32]));
        }
        let limit = self.options.max_int_digits;
        if limit != 0 && bytes.len() > limit {
            let msg = format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {} digits; \
                 use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge \
                 integer literals to avoid decimal conversion limits.",
                bytes.len()
            );
            let line = token.lineno as i32;
            self.set_error(ErrorKind::Syntax, (line, -1, line, -1), msg);
            return self.raising();
        }
        Ok(self.integer(&from_decimal(bytes)))
    }

    fn integer(&self, digits: &[u32]) -> Constant<'a> {
        let length = digits.iter().rposition(|d| *d != 0).map_or(0, |i| i + 1);
        let digits = self.slice(digits.get(..length).unwrap_or(&[]));
        Constant::Int(Integer { negative: false, digits })
    }
}

/// Digits of a base that is a power of two, most significant first, to base 2**32.
fn from_power_of_two(digits: &[u8], bits: u32) -> Vec<u32> {
    let mut result = Vec::with_capacity(digits.len() * bits as usize / 32 + 1);
    let (mut low, mut filled) = (0u64, 0);
    for digit in digits.iter().rev() {
        let value = (*digit as char).to_digit(16).unwrap_or(0);
        low |= u64::from(value) << filled;
        filled += bits;
        if filled >= 32 {
            result.push(low as u32);
            low >>= 32;
            filled -= 32;
        }
    }
    result.push(low as u32);
    result
}

/// Decimal digits to base 2**32. Quadratic, as CPython's is; the limit on digits bounds it.
fn from_decimal(digits: &[u8]) -> Vec<u32> {
    let mut result: Vec<u32> = Vec::with_capacity(digits.len() / 9 + 1);
    for chunk in digits.chunks(9) {
        let mut carry = chunk.iter().fold(0u64, |n, d| n * 10 + u64::from(d.wrapping_sub(b'0')));
        let scale = 10u64.pow(chunk.len() as u32);
        for place in &mut result {
            let value = u64::from(*place) * scale + carry;
            *place = value as u32;
            carry = value >> 32;
        }
        if carry != 0 {
            result.push(carry as u32);
        }
    }
    result
}
