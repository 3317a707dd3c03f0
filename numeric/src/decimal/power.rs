//! Powers.

use super::context::{Context, Rounding, status};
use super::number::{Decimal, Raw};
use super::transcendental::{from_big, to_big};
use super::words::{self, Temp};
use dashu_int::UBig;

impl Decimal {
    /// The absolute value of an integer that fits.
    fn abs_u64(&self) -> Option<u64> {
        if !self.is_integer() {
            return None;
        }
        let coef = if self.exp >= 0 {
            if self.exp > 20 && !self.coef.is_zero() {
                return None;
            }
            words::shift_left(self.coef.as_slice(), if self.coef.is_zero() { 0 } else { self.exp })
        } else {
            words::shift_right(self.coef.as_slice(), -self.exp).0
        };
        match *coef.as_slice() {
            [word] => Some(word),
            [low, high] => high.checked_mul(words::BASE)?.checked_add(low),
            _ => None,
        }
    }

    /// `self` to the power of `other`.
    pub fn pow(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let exponent_is_integer = other.is_integer();
        let negative = self.negative && exponent_is_integer && other.is_odd();
        if other.is_zero() {
            return if self.is_zero() {
                Decimal::invalid(cx, status::INVALID_OPERATION)
            } else {
                Decimal::small(false, 1, 0)
            };
        }
        if self.negative && !self.is_zero() && !exponent_is_integer {
            // Also for infinite exponents.
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        if self.is_zero() {
            return if other.negative { Decimal::infinity(negative) } else { Decimal::zero(negative, 0) };
        }
        if self.is_infinite() {
            return if other.negative { Decimal::zero(negative, 0) } else { Decimal::infinity(negative) };
        }
        let magnitude = self.order_abs(&Decimal::small(false, 1, 0));
        if magnitude.is_eq() {
            return self.pow_of_one(other, negative, cx);
        }
        if other.is_infinite() {
            return if magnitude.is_gt() != other.negative {
                Decimal::infinity(negative)
            } else {
                Decimal::zero(negative, 0)
            };
        }
        if let Some(bound) = self.pow_out_of_bounds(other, negative, magnitude.is_gt(), cx) {
            return bound;
        }
        if exponent_is_integer { self.pow_integer(other, negative, cx) } else { self.pow_real(other, cx) }
    }

    /// A base of ±1.
    fn pow_of_one(&self, other: &Decimal, negative: bool, cx: &mut Context) -> Decimal {
        let zeros = |shift: i64| {
            let coef = words::shift_left(&[1], shift);
            Decimal::new(negative, coef.resized(), -shift)
        };
        if !other.is_integer() || other.is_infinite() {
            cx.raise(status::INEXACT | status::ROUNDED);
            return zeros(cx.prec - 1).finish(cx);
        }
        if other.negative {
            return Decimal::small(negative, 1, 0);
        }
        // 1.00 has two zeros, its cube six.
        let shift = -i128::from(self.exp);
        let factor = other.abs_u64().map_or(i128::from(u64::MAX), i128::from);
        let shift = shift.saturating_mul(factor);
        if shift > i128::from(cx.prec - 1) {
            cx.raise(status::ROUNDED);
            return zeros(cx.prec - 1).finish(cx);
        }
        zeros(shift.max(0) as i64).finish(cx)
    }

    /// Results far beyond the exponents, seen without computing them.
    fn pow_out_of_bounds(
        &self,
        other: &Decimal,
        negative: bool,
        large: bool,
        cx: &mut Context,
    ) -> Option<Decimal> {
        let digits = |n: i64| n.unsigned_abs().checked_ilog10().unwrap_or(0) as i64 + 1;
        // |log10(self)| is at least ten to this power: from the exponent, or from how far from 1 the base is.
        let adjusted = self.adjusted();
        let least = if adjusted > 0 {
            digits(adjusted) - 1
        } else if adjusted < -1 {
            digits(adjusted + 1) - 1
        } else {
            let mut wide = Context { prec: self.digits() + 2, ..Context::max() };
            let one = Decimal::small(false, 1, 0);
            let distance = self.clone().with_sign(false).sub(&one, &mut wide).adjusted();
            if adjusted == 0 { distance - 2 } else { distance - 1 }
        };
        let overflows = large != other.negative;
        let most = digits(if overflows { cx.emax } else { cx.etiny() });
        if most >= least + other.adjusted() {
            return None;
        }
        let exp = if overflows { 4 * super::context::MAX_EMAX } else { cx.etiny() - 1 };
        Some(Decimal::small(negative, 1, exp).finish(cx))
    }

    fn pow_integer(&self, other: &Decimal, negative: bool, cx: &mut Context) -> Decimal {
        let mut work = *cx;
        work.status = 0;
        work.prec = (work.prec + other.digits() + other.exp + 2).min(super::context::MAX_PREC);
        work.rounding = Rounding::HalfEven;
        work.clamp = false;
        let mut base = self.clone();
        if other.negative {
            work.prec += 1;
            base = Decimal::small(false, 1, 0).div(self, &mut work);
        }
        let bits: Vec<bool> = match other.abs_u64() {
            Some(n) => (0..64 - n.leading_zeros()).rev().map(|i| n >> i & 1 == 1).collect(),
            None => {
                // So large an exponent that only bases close to 1 get here.
                let n = if other.exp >= 0 {
                    words::shift_left(other.coef.as_slice(), other.exp)
                } else {
                    words::shift_right(other.coef.as_slice(), -other.exp).0
                };
                let n: UBig = to_big(n.as_slice());
                let length = n.to_string().len() * 4;
                (0..length)
                    .rev()
                    .map(|i| (&n >> i) % UBig::from(2u8) == UBig::ONE)
                    .skip_while(|bit| !bit)
                    .collect()
            }
        };
        let mut result = base.clone();
        for &bit in bits.get(1..).unwrap_or_default() {
            result = result.mul(&result, &mut work);
            if bit {
                result = result.mul(&base, &mut work);
            }
            if !result.is_finite() || (result.is_zero() && work.status & status::CLAMPED != 0) {
                break;
            }
        }
        cx.raise(work.status);
        result.negative = negative;
        if result.is_infinite() {
            // For roundings that do not give infinity.
            return Decimal::small(negative, 1, 4 * super::context::MAX_EMAX).finish(cx);
        }
        result.finish(cx)
    }

    fn pow_real(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        // As many guard digits as libmpdec takes, and rounded where it rounds: directed roundings show the last of them.
        let digits = self.digits().max(cx.prec) + 4 + 19;
        if digits > words::MAX_SHIFT / 8 {
            return Decimal::invalid(cx, status::MALLOC_ERROR);
        }
        let mut work = Context { prec: digits, rounding: Rounding::HalfEven, ..Context::max() };
        let exponent = self.ln(&mut work).mul(other, &mut work);
        cx.raise(status::INEXACT | status::ROUNDED);
        let result = exponent.exp(&mut work);
        if result.is_infinite() || result.is_zero() {
            let exp = if exponent.negative { -4 } else { 4 } * super::context::MAX_EMAX;
            return Decimal::small(false, 1, exp).finish(cx);
        }
        result.finish(cx)
    }

    /// `self` to the power of `other` modulo `modulus`, all of them integers.
    pub fn pow_mod(&self, other: &Decimal, modulus: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other, modulus], cx) {
            return nan;
        }
        let integers = self.is_integer() && other.is_integer() && modulus.is_integer();
        let impossible = !integers
            || (other.negative && !other.is_zero())
            || modulus.is_zero()
            || (self.is_zero() && other.is_zero());
        if impossible || modulus.adjusted() >= cx.prec {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        let negative = self.negative && other.is_odd();
        let whole = |x: &Decimal| -> Option<UBig> {
            let coef: Temp = if x.exp >= 0 {
                if x.exp > 1_000_000 {
                    return None;
                }
                words::shift_left(x.coef.as_slice(), x.exp)
            } else {
                words::shift_right(x.coef.as_slice(), -x.exp).0
            };
            Some(to_big(coef.as_slice()))
        };
        let (Some(exponent), Some(modulus)) = (whole(other), whole(modulus)) else {
            return Decimal::invalid(cx, status::MALLOC_ERROR);
        };
        let result = if modulus == UBig::ONE {
            UBig::ZERO
        } else {
            let ring = dashu_int::fast_div::ConstDivisor::new(modulus);
            // The base may have more zeros than memory holds: they are a power of ten, too.
            let zeros = UBig::from(self.exp.max(0) as u64);
            let digits = words::shift_right(self.coef.as_slice(), (-self.exp).max(0)).0;
            let base = ring.reduce(to_big(digits.as_slice())) * ring.reduce(UBig::from(10u8)).pow(&zeros);
            base.pow(&exponent).residue()
        };
        Raw { negative, coef: from_big(&result), exp: 0 }.finish(cx)
    }
}
