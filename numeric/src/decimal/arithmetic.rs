//! Sums, products, quotients, remainders, square roots.

use super::context::{Context, Rounding, status};
use super::number::{Decimal, Raw};
use super::transcendental::{from_big, to_big};
use super::words::{self, Temp};
use std::cmp::Ordering;

/// Which exponent a power of ten stands for "too small to matter".
fn negligible_below(big: &Decimal, cx: &Context) -> i64 {
    let digits = big.digits();
    big.exp - 1 + if digits > cx.prec { 0 } else { digits - cx.prec - 1 }
}

impl Decimal {
    /// `self + other`, or `self - other`.
    #[inline]
    pub fn add_or_sub(&self, other: &Decimal, negate: bool, cx: &mut Context) -> Decimal {
        if !self.is_finite() || !other.is_finite() {
            return self.add_special(other, negate, cx);
        }
        let other_negative = other.negative != negate;
        if let Some(sum) = self.add_short(other, other_negative, cx) {
            return sum;
        }
        let (a, a_negative, b, b_negative) = if self.exp >= other.exp {
            (self, self.negative, other, other_negative)
        } else {
            (other, other_negative, self, self.negative)
        };
        // a has the larger exponent.
        let mut small_exp = b.exp;
        let (one, zero) = ([1u64], [0u64]);
        let mut small = b.coef.as_slice();
        let aligned;
        let mut large = a.coef.as_slice();
        if a.exp != b.exp && !a.coef.is_zero() {
            let limit = negligible_below(a, cx);
            if b.adjusted() < limit {
                // So far below that only its being there matters.
                small_exp = limit;
                small = if b.coef.is_zero() { &zero } else { &one };
            }
            aligned = words::shift_left(large, a.exp - small_exp);
            large = aligned.as_slice();
        }
        let (negative, coef) = if a_negative == b_negative {
            (a_negative, words::add(large, small))
        } else {
            match words::compare(large, small) {
                Ordering::Greater => (a_negative, words::sub(large, small)),
                Ordering::Less => (b_negative, words::sub(small, large)),
                Ordering::Equal => (cx.rounding == Rounding::Floor, Temp::zero()),
            }
        };
        Raw { negative, coef, exp: small_exp }.finish(cx)
    }

    /// The sum of finite numbers of one word each whose exponents are the same, or close enough to bring one of them to the other's
    /// within a word.
    #[inline]
    fn add_short(&self, other: &Decimal, other_negative: bool, cx: &Context) -> Option<Decimal> {
        let (mut a, mut b) = (self.coef.single()?, other.coef.single()?);
        let exp = self.exp.min(other.exp);
        if self.exp != other.exp {
            let larger = if self.exp > other.exp { &mut a } else { &mut b };
            let shift = usize::try_from(self.exp.abs_diff(other.exp)).ok()?;
            *larger = larger.checked_mul(*words::POW10.get(shift)?)?;
        }
        let (negative, coef) = if self.negative == other_negative {
            (self.negative, u128::from(a) + u128::from(b))
        } else {
            match a.cmp(&b) {
                Ordering::Greater => (self.negative, u128::from(a - b)),
                Ordering::Less => (other_negative, u128::from(b - a)),
                Ordering::Equal => (cx.rounding == Rounding::Floor, 0),
            }
        };
        Decimal::unrounded(negative, coef, exp, cx)
    }

    #[cold]
    fn add_special(&self, other: &Decimal, negate: bool, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let other_negative = other.negative != negate;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) if self.negative != other_negative => {
                Decimal::invalid(cx, status::INVALID_OPERATION)
            }
            (true, _) => self.clone(),
            _ => Decimal::infinity(other_negative),
        }
    }

    /// `self + other`.
    pub fn add(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        self.add_or_sub(other, false, cx)
    }

    /// `self - other`.
    pub fn sub(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        self.add_or_sub(other, true, cx)
    }

    /// `self × other`.
    #[inline]
    pub fn mul(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        let negative = self.negative != other.negative;
        if self.is_finite() && other.is_finite() {
            if let (Some(a), Some(b)) = (self.coef.single(), other.coef.single())
                && let Some(product) =
                    Decimal::unrounded(negative, u128::from(a) * u128::from(b), self.exp + other.exp, cx)
            {
                return product;
            }
            let coef = words::mul(self.coef.as_slice(), other.coef.as_slice());
            return Raw { negative, coef, exp: self.exp + other.exp }.finish(cx);
        }
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        if self.is_zero() || other.is_zero() {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        Decimal::infinity(negative)
    }

    /// `self × other + third`, rounded once.
    pub fn fma(&self, other: &Decimal, third: &Decimal, cx: &mut Context) -> Decimal {
        if self.is_finite() && other.is_finite() {
            let coef = words::mul(self.coef.as_slice(), other.coef.as_slice());
            let product =
                Raw { negative: self.negative != other.negative, coef, exp: self.exp + other.exp }.exact();
            return product.add(third, cx);
        }
        let before = std::mem::take(&mut cx.status);
        let product = self.mul(other, cx);
        let invalid = cx.status & status::INVALID_OPERATION != 0;
        cx.raise(before);
        // An invalid product is the result, whatever the third number is.
        if invalid { product } else { product.add(third, cx) }
    }

    /// `self ÷ other`.
    pub fn div(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        let negative = self.negative != other.negative;
        if !self.is_finite() || !other.is_finite() {
            if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
                return nan;
            }
            return match (self.is_infinite(), other.is_infinite()) {
                (true, true) => Decimal::invalid(cx, status::INVALID_OPERATION),
                (true, false) => Decimal::infinity(negative),
                _ => {
                    cx.raise(status::CLAMPED);
                    Decimal::zero(negative, cx.etiny())
                }
            };
        }
        if other.coef.is_zero() {
            if self.coef.is_zero() {
                return Decimal::invalid(cx, status::DIVISION_UNDEFINED);
            }
            cx.raise(status::DIVISION_BY_ZERO);
            return Decimal::infinity(negative);
        }
        let ideal = self.exp - other.exp;
        if self.coef.is_zero() {
            return Raw { negative, coef: Temp::zero(), exp: ideal }.finish(cx);
        }
        let shift = other.digits() - self.digits() + cx.prec + 1;
        let mut exp = ideal - shift;
        let scaled;
        let (mut dividend, mut divisor) = (self.coef.as_slice(), other.coef.as_slice());
        if shift > 0 {
            scaled = words::shift_left(dividend, shift);
            dividend = scaled.as_slice();
        } else {
            scaled = words::shift_left(divisor, -shift);
            divisor = scaled.as_slice();
        }
        let (mut quotient, rest) = words::divrem(dividend, divisor);
        if !rest.is_zero() {
            // The digit that rounding looks at must show that more follows.
            if quotient.last_digit() % 5 == 0 {
                quotient.increment();
            }
        } else if exp < ideal {
            let zeros = words::trailing_zeros(quotient.as_slice()).min(ideal - exp);
            if zeros > 0 {
                quotient = words::shift_right(quotient.as_slice(), zeros).0;
                exp += zeros;
            }
        }
        Raw { negative, coef: quotient, exp }.finish(cx)
    }

    /// Integer quotient and rest of finite numbers, the divisor not zero; `None` when the quotient has too many digits.
    fn div_integer_parts(&self, other: &Decimal, cx: &Context) -> Option<(Decimal, Decimal)> {
        let negative = self.negative != other.negative;
        let ideal = self.exp.min(other.exp);
        if self.coef.is_zero() {
            return Some((Decimal::zero(negative, 0), Decimal::zero(self.negative, ideal)));
        }
        let quotient_digits = self.adjusted() - other.adjusted();
        if quotient_digits < 0 {
            let mut rest = Raw::of(self);
            if self.exp > other.exp {
                rest.coef = words::shift_left(rest.coef.as_slice(), self.exp - other.exp);
                rest.exp = other.exp;
            }
            return Some((Decimal::zero(negative, 0), rest.exact()));
        }
        if quotient_digits > cx.prec {
            return None;
        }
        let shift = self.exp - other.exp;
        let scaled;
        let (mut dividend, mut divisor) = (self.coef.as_slice(), other.coef.as_slice());
        if shift > 0 {
            scaled = words::shift_left(dividend, shift);
            dividend = scaled.as_slice();
        } else {
            scaled = words::shift_left(divisor, -shift);
            divisor = scaled.as_slice();
        }
        let (quotient, rest) = words::divrem(dividend, divisor);
        if quotient.digits() > cx.prec {
            return None;
        }
        Some((
            Decimal::new(negative, quotient.resized(), 0),
            Decimal::new(self.negative, rest.resized(), ideal),
        ))
    }

    /// The integer part of the quotient.
    pub fn div_integer(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let negative = self.negative != other.negative;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Decimal::invalid(cx, status::INVALID_OPERATION),
            (true, false) => return Decimal::infinity(negative),
            (false, true) => return Decimal::zero(negative, 0),
            _ => {}
        }
        if other.coef.is_zero() {
            if self.coef.is_zero() {
                return Decimal::invalid(cx, status::DIVISION_UNDEFINED);
            }
            cx.raise(status::DIVISION_BY_ZERO);
            return Decimal::infinity(negative);
        }
        match self.div_integer_parts(other, cx) {
            Some((quotient, _)) => quotient.finish(cx),
            None => Decimal::invalid(cx, status::DIVISION_IMPOSSIBLE),
        }
    }

    /// What integer division leaves.
    pub fn remainder(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        if other.is_infinite() {
            return self.clone().finish(cx);
        }
        if other.coef.is_zero() {
            let undefined = self.coef.is_zero();
            return Decimal::invalid(
                cx,
                if undefined { status::DIVISION_UNDEFINED } else { status::INVALID_OPERATION },
            );
        }
        match self.div_integer_parts(other, cx) {
            Some((_, rest)) => rest.finish(cx),
            None => Decimal::invalid(cx, status::DIVISION_IMPOSSIBLE),
        }
    }

    /// Integer quotient and rest.
    pub fn divmod(&self, other: &Decimal, cx: &mut Context) -> (Decimal, Decimal) {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return (nan.clone(), nan);
        }
        let negative = self.negative != other.negative;
        if self.is_infinite() {
            let quotient = if other.is_infinite() { Decimal::nan() } else { Decimal::infinity(negative) };
            return (quotient, Decimal::invalid(cx, status::INVALID_OPERATION));
        }
        if other.is_infinite() {
            return (Decimal::zero(negative, 0), self.clone().finish(cx));
        }
        if other.coef.is_zero() {
            if self.coef.is_zero() {
                return (Decimal::nan(), Decimal::invalid(cx, status::DIVISION_UNDEFINED));
            }
            cx.raise(status::DIVISION_BY_ZERO);
            return (Decimal::infinity(negative), Decimal::invalid(cx, status::INVALID_OPERATION));
        }
        match self.div_integer_parts(other, cx) {
            Some((quotient, rest)) => (quotient.finish(cx), rest.finish(cx)),
            None => (Decimal::nan(), Decimal::invalid(cx, status::DIVISION_IMPOSSIBLE)),
        }
    }

    /// `self - n × other` for the integer `n` nearest to the quotient.
    pub fn remainder_near(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        if self.is_infinite() {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        if other.is_infinite() {
            return self.clone().finish(cx);
        }
        if other.coef.is_zero() {
            let undefined = self.coef.is_zero();
            return Decimal::invalid(
                cx,
                if undefined { status::DIVISION_UNDEFINED } else { status::INVALID_OPERATION },
            );
        }
        let ideal = self.exp.min(other.exp);
        if self.coef.is_zero() {
            return Decimal::zero(self.negative, ideal).finish(cx);
        }
        let difference = self.adjusted() - other.adjusted();
        if difference > cx.prec {
            return Decimal::invalid(cx, status::DIVISION_IMPOSSIBLE);
        }
        if difference <= -2 {
            let mut rest = Raw::of(self);
            rest.coef = words::shift_left(rest.coef.as_slice(), self.exp - ideal);
            rest.exp = ideal;
            return rest.finish(cx);
        }
        let a = words::shift_left(self.coef.as_slice(), self.exp - ideal);
        let b = words::shift_left(other.coef.as_slice(), other.exp - ideal);
        let (mut quotient, mut rest) = words::divrem(a.as_slice(), b.as_slice());
        let mut negative = self.negative;
        let twice = words::add(rest.as_slice(), rest.as_slice());
        let order = words::compare(twice.as_slice(), b.as_slice());
        if order.is_gt() || (order.is_eq() && quotient.last_digit() % 2 == 1) {
            rest = words::sub(b.as_slice(), rest.as_slice());
            negative = !negative;
            quotient.increment();
        }
        if quotient.digits() > cx.prec {
            return Decimal::invalid(cx, status::DIVISION_IMPOSSIBLE);
        }
        Raw { negative, coef: rest, exp: ideal }.finish(cx)
    }

    /// The square root, rounded half to even whatever the context says.
    pub fn sqrt(&self, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        let ideal = self.exp.div_euclid(2);
        if self.is_zero() {
            return Decimal::zero(self.negative, ideal).finish(cx);
        }
        if self.negative {
            return Decimal::invalid(cx, status::INVALID_OPERATION);
        }
        if self.is_infinite() {
            return self.clone();
        }
        // An integer root with one digit more than the precision.
        let (mut coef, digits) = (Temp::from_slice(self.coef.as_slice()), self.digits());
        let mut length = (digits + 1) / 2;
        if self.exp.rem_euclid(2) == 1 {
            coef = words::shift_left(coef.as_slice(), 1);
            length = digits / 2 + 1;
        }
        let mut exp = ideal;
        let shift = cx.prec + 1 - length;
        let mut exact = true;
        let scaled = if shift >= 0 {
            words::shift_left(coef.as_slice(), 2 * shift)
        } else {
            let (quotient, cut) = words::shift_right(coef.as_slice(), -2 * shift);
            exact = cut == 0 && words::trailing_zeros(coef.as_slice()) >= -2 * shift;
            quotient
        };
        exp -= shift;
        let big = to_big(scaled.as_slice());
        let root = dashu_int_root(&big);
        exact = exact && &root * &root == big;
        let mut root = from_big(&root);
        if exact {
            if shift >= 0 {
                // No digit is lost: the root is as short as it was before.
                root = words::shift_right(root.as_slice(), shift).0;
            } else {
                root = words::shift_left(root.as_slice(), -shift);
            }
            exp += shift;
        } else if root.last_digit().is_multiple_of(5) {
            root.increment();
        }
        let rounding = std::mem::replace(&mut cx.rounding, Rounding::HalfEven);
        let result = Raw { negative: false, coef: root, exp }.finish(cx);
        cx.rounding = rounding;
        result
    }
}

fn dashu_int_root(n: &dashu_int::UBig) -> dashu_int::UBig {
    use dashu_int::ops::SquareRoot;
    n.sqrt()
}
