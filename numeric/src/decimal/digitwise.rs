//! Logical operations: on numbers whose digits are all 0 or 1.

use super::context::{Context, status};
use super::number::Decimal;
use super::words;

/// The digits, last first, of a number that is logical.
fn logical(x: &Decimal) -> Option<Vec<u8>> {
    if !x.is_finite() || x.negative || x.exp != 0 {
        return None;
    }
    let text = words::to_text(x.coef.as_slice());
    text.bytes().rev().map(|c| (c <= b'1').then(|| c - b'0')).collect()
}

impl Decimal {
    /// Digit by digit.
    pub fn logical_op(&self, other: &Decimal, cx: &mut Context, op: impl Fn(u8, u8) -> u8) -> Decimal {
        let (Some(a), Some(b)) = (logical(self), logical(other)) else {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        };
        let n = a.len().max(b.len()).min(usize::try_from(cx.prec).unwrap_or(usize::MAX));
        let at = |digits: &[u8], i: usize| digits.get(i).copied().unwrap_or(0);
        let digits: Vec<u8> = (0..n).rev().map(|i| b'0' + op(at(&a, i), at(&b, i))).collect();
        Decimal::new(false, words::from_text(&digits).resized(), 0)
    }

    /// All digits up to the precision inverted; `None` when so many digits cannot be held.
    pub fn logical_invert(&self, cx: &mut Context) -> Decimal {
        let Some(a) = logical(self) else { return Decimal::invalid(cx, status::INVALID_OPERATION) };
        let n = usize::try_from(cx.prec).unwrap_or(usize::MAX).min(1 << 32);
        let digits: Vec<u8> = (0..n).rev().map(|i| b'1' - a.get(i).copied().unwrap_or(0)).collect();
        Decimal::new(false, words::from_text(&digits).resized(), 0)
    }
}
