//! `&`, `|`, `^` and `~` in two's complement with infinitely many sign bits, on sign and magnitude.

use std::ops::{BitAnd, BitOr, BitXor};

use super::{Int, IntRef, MASK, SHIFT, add_small, normalize, sub};

/// A bitwise operation on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BitOp {
    /// `&`.
    And,
    /// `|`.
    Or,
    /// `^`.
    Xor,
}

impl BitOp {
    /// The operation on machine words.
    #[inline]
    pub fn apply<T: BitAnd<Output = T> + BitOr<Output = T> + BitXor<Output = T>>(self, a: T, b: T) -> T {
        match self {
            BitOp::And => a & b,
            BitOp::Or => a | b,
            BitOp::Xor => a ^ b,
        }
    }
}

/// Gives the digits of a number's two's complement one after another, without end.
struct TwosComplement<'a> {
    digits: std::slice::Iter<'a, u32>,
    flip: u32,
    carry: u32,
}

impl<'a> TwosComplement<'a> {
    fn new(a: IntRef<'a>) -> Self {
        let negative = a.negative && !a.digits.is_empty();
        TwosComplement {
            digits: a.digits.iter(),
            flip: if negative { MASK } else { 0 },
            carry: u32::from(negative),
        }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let d = (self.digits.next().copied().unwrap_or(0) ^ self.flip) + self.carry;
        self.carry = d >> SHIFT;
        d & MASK
    }
}

/// `a op b`.
pub fn bitwise(op: BitOp, a: IntRef<'_>, b: IntRef<'_>) -> Int {
    let negative = op.apply(u32::from(a.negative), u32::from(b.negative)) != 0;
    let mut len = a.digits.len().max(b.digits.len());
    if op == BitOp::And {
        // A number that is not negative has only zeros above its digits.
        if !a.negative {
            len = len.min(a.digits.len());
        }
        if !b.negative {
            len = len.min(b.digits.len());
        }
    }
    let (mut a, mut b) = (TwosComplement::new(a), TwosComplement::new(b));
    let mut out: Vec<u32> = Vec::with_capacity(len + 1);
    out.extend((0..len).map(|_| op.apply(a.next(), b.next())));
    if negative {
        // Back to a magnitude: flip and add one; a carry out of the top is a new digit.
        for d in &mut out {
            *d ^= MASK;
        }
        add_small(&mut out, 1);
    }
    normalize(&mut out);
    Int::new(negative, out)
}

/// `~a`, which is `-a - 1`.
pub fn invert(a: IntRef<'_>) -> Int {
    if a.negative {
        Int::new(false, sub(a.digits, &[1]).1)
    } else {
        let mut digits = a.digits.to_vec();
        add_small(&mut digits, 1);
        Int::new(true, digits)
    }
}

/// Number of one bits in a magnitude.
pub fn bit_count(a: &[u32]) -> u64 {
    a.iter().map(|d| u64::from(d.count_ones())).sum()
}
