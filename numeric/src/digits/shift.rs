//! Shifts of magnitudes, and the floor shift of signed numbers.

use super::{Int, IntRef, MASK, SHIFT, add_small, normalize};

/// `a << n`. The caller judges whether the result is of sane size.
pub fn shift_left(a: &[u32], n: u64) -> Vec<u32> {
    if a.is_empty() {
        return Vec::new();
    }
    let whole = (n / u64::from(SHIFT)) as usize;
    let part = (n % u64::from(SHIFT)) as u32;
    let mut out = Vec::with_capacity(a.len() + whole + 1);
    out.resize(whole, 0);
    if part == 0 {
        out.extend_from_slice(a);
        return out;
    }
    let mut carry = 0;
    out.extend(a.iter().map(|d| {
        let digit = (d << part | carry) & MASK;
        carry = d >> (SHIFT - part);
        digit
    }));
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `a >> n`, dropping the bits below.
pub fn shift_right(a: &[u32], n: u64) -> Vec<u32> {
    let whole = usize::try_from(n / u64::from(SHIFT)).unwrap_or(usize::MAX);
    let part = (n % u64::from(SHIFT)) as u32;
    let Some(kept) = a.get(whole..) else { return Vec::new() };
    if part == 0 {
        return kept.to_vec();
    }
    let above = kept.iter().skip(1).chain(&[0]);
    let mut out: Vec<u32> =
        kept.iter().zip(above).map(|(d, next)| (d >> part | next << (SHIFT - part)) & MASK).collect();
    normalize(&mut out);
    out
}

/// `a >> n` rounding to minus infinity, as Python's `>>` does.
pub fn shift_right_floor(a: IntRef<'_>, n: u64) -> Int {
    let mut digits = shift_right(a.digits, n);
    if a.negative && trailing_zeros(a.digits).is_some_and(|zeros| zeros < n) {
        add_small(&mut digits, 1);
    }
    Int::new(a.negative, digits)
}

/// Number of zero bits at the bottom; `None` for zero.
pub fn trailing_zeros(a: &[u32]) -> Option<u64> {
    let at = a.iter().position(|d| *d != 0)?;
    Some(at as u64 * u64::from(SHIFT) + u64::from(a[at].trailing_zeros()))
}

/// Whether exactly one bit is set.
pub fn is_power_of_two(a: &[u32]) -> bool {
    a.split_last().is_some_and(|(top, rest)| top.is_power_of_two() && rest.iter().all(|d| *d == 0))
}
