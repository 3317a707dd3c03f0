//! Greatest common divisors, modular powers and inverses.

use super::large::{from_big, to_big};
use super::{bit_length, divrem, from_u64, is_odd, mul, to_u64};
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::Gcd;

fn gcd_u64(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    loop {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
        if b == 0 {
            return a << shift;
        }
    }
}

/// The greatest common divisor; gcd(0, 0) is 0.
pub fn gcd(a: &[u32], b: &[u32]) -> Vec<u32> {
    match (to_u64(a), to_u64(b)) {
        (Some(a), Some(b)) => from_u64(gcd_u64(a, b)),
        (Some(0), _) => b.to_vec(),
        (_, Some(0)) => a.to_vec(),
        _ => from_big(&to_big(a).gcd(to_big(b))),
    }
}

/// The least common multiple; 0 if either is 0.
pub fn lcm(a: &[u32], b: &[u32]) -> Vec<u32> {
    divrem(a, &gcd(a, b)).map_or_else(Vec::new, |(quotient, _)| mul(&quotient, b))
}

fn modpow_u64(base: u64, exponent: &[u32], modulus: u64) -> u64 {
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(modulus)) as u64;
    let times_short = |a: u64, b: u64| a * b % modulus;
    let run = |times: &dyn Fn(u64, u64) -> u64| {
        let mut result = 1 % modulus;
        for &d in exponent.iter().rev() {
            for bit in (0..super::SHIFT).rev() {
                result = times(result, result);
                if d >> bit & 1 != 0 {
                    result = times(result, base);
                }
            }
        }
        result
    };
    if modulus <= u64::from(u32::MAX) { run(&times_short) } else { run(&times) }
}

/// `base^exponent mod modulus`, in `0..modulus`; `None` if the modulus is zero.
pub fn modpow(base: &[u32], exponent: &[u32], modulus: &[u32]) -> Option<Vec<u32>> {
    let base = divrem(base, modulus)?.1;
    if let (Some(b), Some(m)) = (to_u64(&base), to_u64(modulus)) {
        return Some(from_u64(modpow_u64(b, exponent, m)));
    }
    if bit_length(exponent) <= 1 {
        return Some(if is_odd(exponent) { base } else { vec![1] });
    }
    let ring = ConstDivisor::new(to_big(modulus));
    Some(from_big(&ring.reduce(to_big(&base)).pow(&to_big(exponent)).residue()))
}

/// The inverse of `a` modulo `modulus`, in `0..modulus`; `None` if there is none.
pub fn inverse(a: &[u32], modulus: &[u32]) -> Option<Vec<u32>> {
    let a = divrem(a, modulus)?.1;
    if *modulus == [1] {
        return Some(Vec::new());
    }
    if let (Some(a), Some(m)) = (to_u64(&a), to_u64(modulus)) {
        let (mut r0, mut r1) = (i128::from(m), i128::from(a));
        let (mut t0, mut t1) = (0i128, 1i128);
        while r1 != 0 {
            let q = r0 / r1;
            (r0, r1) = (r1, r0 - q * r1);
            (t0, t1) = (t1, t0 - q * t1);
        }
        return (r0 == 1).then(|| from_u64(t0.rem_euclid(i128::from(m)) as u64));
    }
    let ring = ConstDivisor::new(to_big(modulus));
    Some(from_big(&ring.reduce(to_big(&a)).inv()?.residue()))
}
