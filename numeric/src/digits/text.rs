//! Integers as text in bases 2 to 36, and the grammar of `int(str, base)` and integer literals (on ASCII bytes: callers
//! translate other scripts' digits and spaces first).

use super::large::{from_big, to_big};
use super::{Int, MASK, SHIFT, add_small, bit_length, from_u64, normalize, to_u64};
use dashu_int::UBig;
use std::borrow::Cow;

/// From so many 30-bit digits on, dashu converts.
const LARGE: usize = 45;

/// An upper bound for the number of decimal digits, cheap to compute; never more than one too great for magnitudes
/// whose text one may want to limit.
pub fn decimal_digits_bound(a: &[u32]) -> u64 {
    // log10(2) from above.
    (bit_length(a) as u128 * 30103 / 100_000) as u64 + 1
}

/// The decimal text of a magnitude.
pub fn to_decimal(a: &[u32]) -> String {
    if let Some(n) = to_u64(a) {
        return n.to_string();
    }
    if a.len() >= LARGE {
        return to_big(a).to_string();
    }
    // Horner's rule in base 10^9: each step multiplies the groups so far by 2^30.
    const GROUP: u64 = 1_000_000_000;
    let mut groups: Vec<u32> = Vec::with_capacity(a.len() + 2);
    for &d in a.iter().rev() {
        let mut carry = u64::from(d);
        for group in &mut groups {
            let value = u64::from(*group) << SHIFT | carry;
            carry = value / GROUP;
            *group = (value - carry * GROUP) as u32;
        }
        while carry != 0 {
            groups.push((carry % GROUP) as u32);
            carry /= GROUP;
        }
    }
    let mut out = Vec::with_capacity(groups.len() * 9);
    for group in groups.iter().rev() {
        let mut text = [b'0'; 9];
        let mut n = *group;
        for place in text.iter_mut().rev() {
            *place = b'0' + (n % 10) as u8;
            n /= 10;
        }
        out.extend_from_slice(&text);
    }
    let zeros = out.iter().take_while(|b| **b == b'0').count();
    out.drain(..zeros);
    String::from_utf8(out).unwrap_or_default()
}

/// The text of a magnitude in a base from 2 to 36, in lower case.
pub fn to_radix(a: &[u32], base: u32) -> String {
    if a.is_empty() {
        return "0".into();
    }
    if base == 10 {
        return to_decimal(a);
    }
    if !base.is_power_of_two() {
        return to_big(a).in_radix(base.clamp(2, 36) as u8).to_string();
    }
    let width = base.trailing_zeros().clamp(1, 5);
    let bits = bit_length(a);
    let count = bits.div_ceil(u64::from(width)) as usize;
    let mut out = Vec::with_capacity(count);
    let (mut gathered, mut held) = (0u64, 0);
    let mut digits = a.iter();
    for _ in 0..count {
        if held < width {
            gathered |= u64::from(digits.next().copied().unwrap_or(0)) << held;
            held += SHIFT;
        }
        let value = (gathered & ((1 << width) - 1)) as u8;
        out.push(if value < 10 { b'0' + value } else { b'a' + value - 10 });
        gathered >>= width;
        held -= width;
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}

fn digit_value(b: u8) -> u32 {
    match b {
        b'0'..=b'9' => u32::from(b - b'0'),
        b'a'..=b'z' => u32::from(b - b'a') + 10,
        b'A'..=b'Z' => u32::from(b - b'A') + 10,
        _ => 37,
    }
}

/// The magnitude written by digits of a base from 2 to 36 (which the caller has checked: see `scan_int`).
pub fn from_radix(text: &[u8], base: u32) -> Vec<u32> {
    if base.is_power_of_two() {
        let width = base.trailing_zeros();
        let mut out = Vec::with_capacity(text.len() * width as usize / SHIFT as usize + 1);
        let (mut gathered, mut held) = (0u64, 0);
        for &b in text.iter().rev() {
            gathered |= u64::from(digit_value(b)) << held;
            held += width;
            if held >= SHIFT {
                out.push(gathered as u32 & MASK);
                gathered >>= SHIFT;
                held -= SHIFT;
            }
        }
        out.push(gathered as u32);
        normalize(&mut out);
        return out;
    }
    if text.len() <= 12 {
        return from_u64(text.iter().fold(0, |n, b| n * u64::from(base) + u64::from(digit_value(*b))));
    }
    if text.len() > 9 * LARGE {
        let big = str::from_utf8(text).ok().and_then(|text| UBig::from_str_radix(text, base).ok());
        return big.map_or_else(Vec::new, |big| from_big(&big));
    }
    // As many digits at a time as a 30-bit factor takes.
    let mut group = 1;
    while u64::from(base).pow(group + 1) <= u64::from(MASK) {
        group += 1;
    }
    let mut out: Vec<u32> = Vec::new();
    for chunk in text.chunks(group as usize) {
        let factor = base.pow(chunk.len() as u32);
        let value = chunk.iter().fold(0, |n, b| n * base + digit_value(*b));
        let mut carry = 0u64;
        for d in &mut out {
            carry += u64::from(*d) * u64::from(factor);
            *d = carry as u32 & MASK;
            carry >>= SHIFT;
        }
        if carry != 0 {
            out.push(carry as u32);
        }
        add_small(&mut out, value);
    }
    normalize(&mut out);
    out
}

/// A text that is an integer, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntText<'a> {
    /// A minus stands before it.
    pub negative: bool,
    /// The base, found from the prefix if 0 was asked for.
    pub base: u32,
    /// The digits without prefix and underscores. Their number is what `sys.set_int_max_str_digits` limits (for bases
    /// that are no power of two).
    pub digits: Cow<'a, [u8]>,
}

/// Checks the grammar of `int(text, base)`; base 0 means that of literals. Spaces around and a sign are allowed.
pub fn scan_int(text: &[u8], base: u32) -> Option<IntText<'_>> {
    let is_space = |b: &u8| matches!(b, b' ' | b'\t'..=b'\r');
    let from = text.iter().position(|b| !is_space(b))?;
    let to = text.iter().rposition(|b| !is_space(b))? + 1;
    let mut body = text.get(from..to)?;
    let negative = body.first() == Some(&b'-');
    if let [b'+' | b'-', rest @ ..] = body {
        body = rest;
    }
    let prefix_base = match body {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut only_zeros = false;
    let base = match base {
        0 if prefix_base != 0 => prefix_base,
        0 => {
            // A decimal literal with leading zeros would be an octal one in Python 2.
            only_zeros = body.first() == Some(&b'0');
            10
        }
        base => base,
    };
    if prefix_base == base
        && let Some(rest) = body.get(2..)
    {
        body = rest.strip_prefix(b"_").unwrap_or(rest);
    }
    // Long decimal text first, without a branch for each digit.
    if base == 10 && !only_zeros && body.iter().fold(!body.is_empty(), |all, b| all & b.is_ascii_digit()) {
        return Some(IntText { negative, base, digits: Cow::Borrowed(body) });
    }
    let mut underscore_allowed = false;
    let mut underscores = false;
    for &b in body {
        if b == b'_' {
            if !underscore_allowed {
                return None;
            }
            underscore_allowed = false;
            underscores = true;
        } else if digit_value(b) < base {
            if only_zeros && b != b'0' {
                return None;
            }
            underscore_allowed = true;
        } else {
            return None;
        }
    }
    if !underscore_allowed {
        return None;
    }
    let digits = if underscores {
        Cow::Owned(body.iter().copied().filter(|b| *b != b'_').collect())
    } else {
        Cow::Borrowed(body)
    };
    Some(IntText { negative, base, digits })
}

/// `int(text, base)` without a limit on its length.
pub fn parse_int(text: &[u8], base: u32) -> Option<Int> {
    let text = scan_int(text, base)?;
    Some(Int::new(text.negative, from_radix(&text.digits, text.base)))
}
