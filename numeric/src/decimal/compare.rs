//! Comparisons, minima and maxima.

use super::context::{Context, status};
use super::number::{Decimal, Kind};
use super::words;
use std::cmp::Ordering;

impl Decimal {
    /// Order of two numbers that are not NaN, signs aside.
    pub fn order_abs(&self, other: &Decimal) -> Ordering {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            _ => {}
        }
        match (self.coef.is_zero(), other.coef.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        self.adjusted().cmp(&other.adjusted()).then_with(|| {
            let shift = self.exp - other.exp;
            if shift >= 0 {
                let a = words::shift_left(self.coef.as_slice(), shift);
                words::compare(a.as_slice(), other.coef.as_slice())
            } else {
                let b = words::shift_left(other.coef.as_slice(), -shift);
                words::compare(self.coef.as_slice(), b.as_slice())
            }
        })
    }

    /// Order of two numbers that are not NaN; both zeros are equal.
    pub fn order(&self, other: &Decimal) -> Ordering {
        if self.is_zero() && other.is_zero() {
            return Ordering::Equal;
        }
        match (self.negative && !self.is_zero(), other.negative && !other.is_zero()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.order_abs(other),
            (true, true) => other.order_abs(self),
        }
    }

    fn from_order(order: Ordering) -> Decimal {
        Decimal::from_i64(order as i64)
    }

    /// -1, 0 or 1; NaN if an operand is.
    pub fn compare(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        match Decimal::nan_operand(&[self, other], cx) {
            Some(nan) => nan,
            None => Decimal::from_order(self.order(other)),
        }
    }

    /// The same, where quiet NaNs signal, too.
    pub fn compare_signal(&self, other: &Decimal, cx: &mut Context) -> Decimal {
        match Decimal::nan_operand(&[self, other], cx) {
            Some(nan) => {
                cx.raise(status::INVALID_OPERATION);
                nan
            }
            None => Decimal::from_order(self.order(other)),
        }
    }

    /// The total order: by representation where values are equal, NaNs at the ends.
    pub fn total_order(&self, other: &Decimal) -> Ordering {
        if self.negative != other.negative {
            return if self.negative { Ordering::Less } else { Ordering::Greater };
        }
        let order = self.total_order_abs(other);
        if self.negative { order.reverse() } else { order }
    }

    /// The total order, signs aside.
    pub fn total_order_abs(&self, other: &Decimal) -> Ordering {
        let rank = |x: &Decimal| match x.kind {
            Kind::Finite | Kind::Infinite => 0,
            Kind::Signalling => 1,
            Kind::Quiet => 2,
        };
        rank(self).cmp(&rank(other)).then_with(|| {
            if self.is_nan() {
                return words::compare(self.coef.as_slice(), other.coef.as_slice());
            }
            self.order_abs(other)
                .then_with(|| if self.is_infinite() { Ordering::Equal } else { self.exp.cmp(&other.exp) })
        })
    }

    /// `compare_total` as a number.
    pub fn compare_total(&self, other: &Decimal) -> Decimal {
        Decimal::from_order(self.total_order(other))
    }

    /// `compare_total_mag` as a number.
    pub fn compare_total_mag(&self, other: &Decimal) -> Decimal {
        Decimal::from_order(self.total_order_abs(other))
    }

    /// For equal numbers: the order of their representations.
    fn order_of_equals(&self, other: &Decimal) -> Ordering {
        if self.negative != other.negative {
            return if self.negative { Ordering::Less } else { Ordering::Greater };
        }
        let order = self.exp.cmp(&other.exp);
        if self.negative { order.reverse() } else { order }
    }

    /// The larger or the smaller of two numbers; one quiet NaN gives way to a number.
    pub fn extreme(&self, other: &Decimal, larger: bool, magnitude: bool, cx: &mut Context) -> Decimal {
        if self.kind == Kind::Quiet && !other.is_nan() {
            return other.clone().finish(cx);
        }
        if other.kind == Kind::Quiet && !self.is_nan() {
            return self.clone().finish(cx);
        }
        if let Some(nan) = Decimal::nan_operand(&[self, other], cx) {
            return nan;
        }
        let order = if magnitude { self.order_abs(other) } else { self.order(other) };
        let order = order.then_with(|| {
            if magnitude && self.negative != other.negative {
                // Equal in size: then by value.
                if self.negative { Ordering::Less } else { Ordering::Greater }
            } else {
                self.order_of_equals(other)
            }
        });
        let first = if larger { order.is_ge() } else { order.is_lt() };
        // Of two that are alike in everything the choice cannot be seen.
        (if first { self } else { other }).clone().finish(cx)
    }
}
