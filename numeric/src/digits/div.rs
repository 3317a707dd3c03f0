//! Quotients and remainders of magnitudes.

use super::large::{from_big, to_big};
use super::{MASK, SHIFT, cmp, from_u64, normalize, shift_left, shift_right, to_u64};
use std::cmp::Ordering;

/// From so many digits of divisor and quotient on, dashu is faster.
const LARGE: usize = 60;

/// `a / b` and `a mod b`; `None` if b is zero.
pub fn divrem(a: &[u32], b: &[u32]) -> Option<(Vec<u32>, Vec<u32>)> {
    if b.is_empty() {
        return None;
    }
    if cmp(a, b) == Ordering::Less {
        return Some((Vec::new(), a.to_vec()));
    }
    if let (Some(x), Some(y)) = (to_u64(a), to_u64(b)) {
        return Some((from_u64(x / y), from_u64(x % y)));
    }
    if let [n] = *b {
        let (quotient, rest) = divrem_small(a, n);
        return Some((quotient, from_u64(u64::from(rest))));
    }
    if b.len() >= LARGE && a.len() - b.len() >= LARGE {
        use dashu_int::ops::DivRem;
        let (quotient, rest) = to_big(a).div_rem(to_big(b));
        return Some((from_big(&quotient), from_big(&rest)));
    }
    Some(long_division(a, b))
}

/// `a / n` and `a mod n` for n from 1 to 2^30 - 1.
pub fn divrem_small(a: &[u32], n: u32) -> (Vec<u32>, u32) {
    let mut quotient = vec![0; a.len()];
    let mut rest = 0u64;
    let n = u64::from(n.max(1));
    for (to, &d) in quotient.iter_mut().zip(a).rev() {
        rest = rest << SHIFT | u64::from(d);
        *to = (rest / n) as u32;
        rest %= n;
    }
    normalize(&mut quotient);
    (quotient, rest as u32)
}

/// Knuth's algorithm D for a ≥ b, b of two digits or more.
fn long_division(a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let shift = b.last().map_or(0, |top| top.leading_zeros() - 2);
    let divisor = shift_left(b, u64::from(shift));
    let mut rest = shift_left(a, u64::from(shift));
    rest.resize(a.len() + 1, 0);
    let n = divisor.len();
    let top = u64::from(divisor[n - 1]);
    let second = u64::from(divisor[n - 2]);
    let mut quotient = vec![0; rest.len() - n];
    for (j, place) in quotient.iter_mut().enumerate().rev() {
        let window = &mut rest[j..=j + n];
        // Estimate from the upper digits; at most two too great after the correction, then at most one.
        let head = u64::from(window[n]) << SHIFT | u64::from(window[n - 1]);
        let mut guess = head / top;
        let mut left = head % top;
        while guess > u64::from(MASK) || guess * second > (left << SHIFT | u64::from(window[n - 2])) {
            guess -= 1;
            left += top;
            if left > u64::from(MASK) {
                break;
            }
        }
        let mut borrow = 0i64;
        for (to, &d) in window.iter_mut().zip(&divisor) {
            borrow += i64::from(*to) - guess as i64 * i64::from(d);
            *to = borrow as u32 & MASK;
            borrow >>= SHIFT;
        }
        borrow += i64::from(window[n]);
        if borrow < 0 {
            guess -= 1;
            let mut carry = 0;
            for (to, &d) in window.iter_mut().zip(&divisor) {
                carry += *to + d;
                *to = carry & MASK;
                carry >>= SHIFT;
            }
        }
        window[n] = 0;
        *place = guess as u32;
    }
    normalize(&mut quotient);
    normalize(&mut rest);
    (quotient, shift_right(&rest, u64::from(shift)))
}
