//! Operations on exponents: quantising, integral values, neighbours, scaling.

use super::context::{Context, Rounding, status};
use super::number::{Decimal, Raw};
use super::words;

impl Decimal {
    /// Rounded (unary plus).
    pub fn plus(&self, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        let negative = self.negative && !(self.is_zero() && cx.rounding != Rounding::Floor);
        let negative =
            if self.is_zero() { cx.rounding == Rounding::Floor && self.negative } else { negative };
        self.clone().with_sign(negative).finish(cx)
    }

    /// Negated and rounded (unary minus).
    pub fn minus(&self, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        let negative =
            if self.is_zero() { cx.rounding == Rounding::Floor && !self.negative } else { !self.negative };
        self.clone().with_sign(negative).finish(cx)
    }

    /// Without sign, rounded.
    pub fn abs(&self, cx: &mut Context) -> Decimal {
        if self.is_nan() || !self.negative { self.plus(cx) } else { self.minus(cx) }
    }

    /// Rounded to the exponent of `other`.
    pub fn quantize(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return self.clone(),
            (false, false) => {}
            _ => return Decimal::invalid(cx, status::INVALID_OPERATION),
        }
        if other.exp > cx.emax || other.exp < cx.etiny() {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        if self.coef.is_zero() {
            return Decimal::zero(self.negative, other.exp).finish(cx);
        }
        let difference = self.exp - other.exp;
        if self.digits() + difference > cx.prec {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        let mut raw = Raw::of(self);
        if difference >= 0 {
            raw.coef = words::shift_left(raw.coef.as_slice(), difference);
            raw.exp = other.exp;
        } else {
            let cut = raw.cut(-difference, cx.rounding);
            cx.raise(if cut == 0 { status::ROUNDED } else { status::ROUNDED | status::INEXACT });
        }
        if raw.exp + raw.coef.digits() - 1 > cx.emax || raw.coef.digits() > cx.prec {
            cx.status &= !(status::ROUNDED | status::INEXACT);
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        raw.finish(cx)
    }

    /// Without fraction; `exact`: rounding is reported.
    pub fn to_integral(&self, exact: bool, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        if self.is_infinite() || self.exp >= 0 {
            return self.clone();
        }
        if self.coef.is_zero() {
            return Decimal::zero(self.negative, 0);
        }
        let mut raw = Raw::of(self);
        let cut = raw.cut(-self.exp, cx.rounding);
        if exact {
            cx.raise(if cut == 0 { status::ROUNDED } else { status::ROUNDED | status::INEXACT });
        }
        raw.exact()
    }

    /// Trailing zeros moved into the exponent.
    pub fn reduce(&self, cx: &mut Context) -> Decimal {
        let rounded = self.plus_keeping_zero(cx);
        if !rounded.is_finite() {
            return rounded;
        }
        if rounded.coef.is_zero() {
            return Decimal::zero(rounded.negative, 0);
        }
        let top = if cx.clamp { cx.etop() } else { cx.emax };
        let zeros = words::trailing_zeros(rounded.coef.as_slice()).min(top - rounded.exp);
        if zeros <= 0 {
            return rounded;
        }
        let coef = words::shift_right(rounded.coef.as_slice(), zeros).0;
        Decimal::new(rounded.negative, coef.resized(), rounded.exp + zeros)
    }

    fn plus_keeping_zero(&self, cx: &mut Context) -> Decimal {
        match Decimal::nan_operand(&[self], cx) {
            Some(nan) => nan,
            None => self.clone().finish(cx),
        }
    }

    /// The exponent of the first digit, as a number.
    pub fn logb(&self, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::infinity(false);
        }
        if self.coef.is_zero() {
            cx.raise(status::DIVISION_BY_ZERO);
            return Decimal::infinity(true);
        }
        Decimal::from_i64(self.adjusted()).finish(cx)
    }

    /// A small integer, for operands that are counts.
    fn count(&self) -> Option<i64> {
        if !self.is_finite() || self.exp != 0 {
            return None;
        }
        let [word] = *self.coef.as_slice() else { return None };
        let n = i64::try_from(word).ok()?;
        Some(if self.negative { -n } else { n })
    }

    /// `self × 10^other`.
    pub fn scaleb(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let most = 2 * (i128::from(cx.emax) + i128::from(cx.prec));
        match other.count() {
            Some(n) if i128::from(n).abs() <= most => {
                if self.is_infinite() {
                    return self.clone();
                }
                let mut result = self.clone();
                result.exp = super::number::clamp_exponent(i128::from(self.exp) + i128::from(n));
                result.finish(cx)
            }
            _ => Decimal::invalid(cx, status::INVALID_OPERATION),
        }
    }

    /// The low digits that fit the precision.
    fn capped(coef: &[u64], cx: &Context) -> words::Temp {
        words::low_digits(coef, cx.prec)
    }

    /// Digits shifted, zeros shifted in.
    pub fn shift(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        self.moved_digits(other, false, cx)
    }

    /// Digits rotated within the precision.
    pub fn rotate(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        self.moved_digits(other, true, cx)
    }

    fn moved_digits(&self, other: &Decimal, rotate: bool, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let Some(n) = other.count().filter(|n| n.abs() <= cx.prec) else {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        };
        if self.is_infinite() {
            return self.clone();
        }
        let coef = Decimal::capped(self.coef.as_slice(), cx);
        let moved = |n: i64| {
            if n >= 0 {
                if coef.is_zero() {
                    return words::Temp::zero();
                }
                let kept = words::low_digits(coef.as_slice(), (cx.prec - n).max(0));
                words::shift_left(kept.as_slice(), if kept.is_zero() { 0 } else { n })
            } else {
                words::shift_right(coef.as_slice(), -n).0
            }
        };
        let result = if rotate {
            let n = if n < 0 { n + cx.prec } else { n };
            let (high, low) = (moved(n), moved(n - cx.prec));
            words::add(high.as_slice(), if n == 0 { &[] } else { low.as_slice() })
        } else {
            moved(n)
        };
        Decimal::new(self.negative, result.resized(), self.exp)
    }

    /// The next number above or below.
    pub fn next(&self, up: bool, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        if self.is_infinite() {
            return if self.negative == up { Decimal::largest(self.negative, cx) } else { self.clone() };
        }
        let (result, _) = self.step(up, cx);
        result
    }

    fn step(&self, up: bool, cx: &mut Context) -> (Decimal, Context) {
        let mut quiet = *cx;
        quiet.status = 0;
        quiet.rounding = if up { Rounding::Ceiling } else { Rounding::Floor };
        // A number with more digits than the context has lies between two of its numbers.
        let rounded = self.clone().finish(&mut quiet);
        if rounded.is_infinite() || rounded.order(self).is_ne() {
            cx.raise(quiet.status & status::ERRORS);
            return (rounded, quiet);
        }
        let tiny = Decimal::small(!up, 1, cx.etiny() - 1);
        let result = self.add(&tiny, &mut quiet);
        cx.raise(quiet.status & status::ERRORS);
        (result, quiet)
    }

    /// The next number in the direction of another.
    pub fn next_toward(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let order = self.order(other);
        if order.is_eq() {
            return self.clone().with_sign(other.negative);
        }
        if self.is_infinite() {
            return Decimal::largest(self.negative, cx);
        }
        let (result, _) = self.step(order.is_lt(), cx);
        if result.is_infinite() {
            cx.raise(status::OVERFLOW | status::ROUNDED | status::INEXACT);
        } else if result.adjusted() < cx.emin {
            cx.raise(status::UNDERFLOW | status::SUBNORMAL | status::ROUNDED | status::INEXACT);
            if result.is_zero() {
                cx.raise(status::CLAMPED);
            }
        }
        result
    }
}
