//! Products and powers of magnitudes.

use super::large::{from_big, to_big};
use super::{MASK, SHIFT, from_u64, normalize, to_u64};

/// From so many digits of the shorter factor on, dashu is faster in spite of the two passages.
const LARGE: usize = 40;

/// `a × b`.
pub fn mul(a: &[u32], b: &[u32]) -> Vec<u32> {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    match (long, short) {
        (_, []) => Vec::new(),
        ([x], [y]) => from_u64(u64::from(*x) * u64::from(*y)),
        (_, [y]) => mul_small(long, *y),
        _ if short.len() >= LARGE => from_big(&(to_big(long) * to_big(short))),
        _ => schoolbook(long, short),
    }
}

fn schoolbook(long: &[u32], short: &[u32]) -> Vec<u32> {
    let mut out = vec![0u32; long.len() + short.len()];
    mul_into(&mut out, long, short);
    normalize(&mut out);
    out
}

/// `long × short` for few digits: into `out`, zeroed and as long as both together. It may end in a zero.
pub fn mul_into(out: &mut [u32], long: &[u32], short: &[u32]) {
    for (i, &y) in short.iter().enumerate() {
        let y = u64::from(y);
        let mut carry = 0u64;
        let row = &mut out[i..];
        for (to, &x) in row.iter_mut().zip(long) {
            carry += u64::from(*to) + u64::from(x) * y;
            *to = carry as u32 & MASK;
            carry >>= SHIFT;
        }
        if let Some(to) = row.get_mut(long.len()) {
            *to = carry as u32;
        }
    }
}

/// `a × n` for n below 2^30.
pub fn mul_small(a: &[u32], n: u32) -> Vec<u32> {
    if n == 0 {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(a.len() + 1);
    let mut carry = 0u64;
    out.extend(a.iter().map(|x| {
        carry += u64::from(*x) * u64::from(n);
        let digit = carry as u32 & MASK;
        carry >>= SHIFT;
        digit
    }));
    if carry != 0 {
        out.push(carry as u32);
    }
    out
}

/// `a²`.
pub fn square(a: &[u32]) -> Vec<u32> {
    match a.len() {
        0..6 => mul(a, a),
        6..LARGE => schoolbook_square(a),
        _ => from_big(&to_big(a).sqr()),
    }
}

/// Each product of two different digits once, and doubled.
fn schoolbook_square(a: &[u32]) -> Vec<u32> {
    let n = a.len();
    let mut out = vec![0u32; 2 * n + 1];
    for (i, &x) in a.iter().enumerate() {
        let (row, above) = out[2 * i..].split_at_mut(n - i);
        let mut carry = 0u64;
        let x = u64::from(x);
        let products = std::iter::once(x * x).chain(a[i + 1..].iter().map(|y| u64::from(*y) * (x << 1)));
        for (to, product) in row.iter_mut().zip(products) {
            carry += u64::from(*to) + product;
            *to = carry as u32 & MASK;
            carry >>= SHIFT;
        }
        // Doubled products carry a bit more than a digit.
        for to in above.iter_mut().take(2) {
            carry += u64::from(*to);
            *to = carry as u32 & MASK;
            carry >>= SHIFT;
        }
    }
    normalize(&mut out);
    out
}

/// `a^n`. The caller judges whether the result is of sane size.
pub fn pow(a: &[u32], mut n: u64) -> Vec<u32> {
    match (to_u64(a), n) {
        (_, 0) | (Some(1), _) => return vec![1],
        (Some(0), _) => return Vec::new(),
        (Some(2), _) => return super::shift_left(&[1], n),
        (_, 1) => return a.to_vec(),
        (Some(a), 2..=64) => {
            if let Some(p) = a.checked_pow(n as u32) {
                return from_u64(p);
            }
        }
        _ => {}
    }
    let result_digits = (a.len() as u64).saturating_mul(n);
    if result_digits >= 2 * LARGE as u64 {
        return from_big(&to_big(a).pow(usize::try_from(n).unwrap_or(usize::MAX)));
    }
    let mut result = vec![1];
    let mut base = a.to_vec();
    loop {
        if n & 1 != 0 {
            result = mul(&result, &base);
        }
        n >>= 1;
        if n == 0 {
            return result;
        }
        base = square(&base);
    }
}
