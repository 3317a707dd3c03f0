//! Sums and differences of magnitudes.

use super::{MASK, SHIFT, cmp, normalize};
use std::cmp::Ordering;

/// `a + b`.
pub fn add(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut out = Vec::with_capacity(long.len() + 1);
    let mut carry = 0;
    let (low, high) = long.split_at(short.len());
    let mut step = |sum: u32| {
        carry += sum;
        let digit = carry & MASK;
        carry >>= SHIFT;
        digit
    };
    out.extend(low.iter().zip(short).map(|(x, y)| step(x + y)));
    out.extend(high.iter().map(|x| step(*x)));
    if carry != 0 {
        out.push(carry);
    }
    out
}

/// `a + n` in place, for n below 2^30.
pub fn add_small(a: &mut Vec<u32>, n: u32) {
    let mut carry = n;
    for d in a.iter_mut() {
        if carry == 0 {
            return;
        }
        carry += *d;
        *d = carry & MASK;
        carry >>= SHIFT;
    }
    if carry != 0 {
        a.push(carry);
    }
}

/// `|a - b|`, and whether `a < b`.
pub fn sub(a: &[u32], b: &[u32]) -> (bool, Vec<u32>) {
    match cmp(a, b) {
        Ordering::Equal => (false, Vec::new()),
        Ordering::Greater => (false, difference(a, b)),
        Ordering::Less => (true, difference(b, a)),
    }
}

/// `a - b` for a ≥ b.
pub(super) fn difference(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(a.len());
    let mut borrow = 0i32;
    let (low, high) = a.split_at(b.len().min(a.len()));
    let mut step = |difference: i32| {
        borrow += difference;
        let digit = borrow as u32 & MASK;
        borrow >>= SHIFT;
        digit
    };
    out.extend(low.iter().zip(b).map(|(x, y)| step(*x as i32 - *y as i32)));
    out.extend(high.iter().map(|x| step(*x as i32)));
    normalize(&mut out);
    out
}
