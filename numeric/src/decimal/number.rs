//! Numbers, and rounding them to a context.

use super::context::{Context, MAX_EMAX, Rounding, status};
use super::words::{self, Temp, Words};

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A sign, a coefficient and an exponent.
    Finite,
    /// Infinity.
    Infinite,
    /// A quiet NaN; the coefficient is its payload.
    Quiet,
    /// A signalling NaN.
    Signalling,
}

/// A decimal number.
#[derive(Clone, Debug)]
pub struct Decimal {
    /// Below zero, or a negative zero.
    pub negative: bool,
    /// Finite or not.
    pub kind: Kind,
    /// Exponent of the last digit.
    pub exp: i64,
    /// The digits.
    pub coef: Words,
}

impl Decimal {
    /// A finite number.
    pub fn new(negative: bool, coef: Words, exp: i64) -> Decimal {
        Decimal { negative, kind: Kind::Finite, exp, coef }
    }

    /// A small number.
    pub fn small(negative: bool, coef: u64, exp: i64) -> Decimal {
        Decimal::new(negative, Words::from_word(coef), exp)
    }

    /// A result below the square of a word's base, if it needs no rounding.
    #[inline]
    pub fn unrounded(negative: bool, coef: u128, exp: i64, cx: &Context) -> Option<Decimal> {
        let coef = Words::from_two_words(coef);
        let digits = coef.digits();
        let adjusted = exp + digits - 1;
        let fits = digits <= cx.prec && adjusted <= cx.emax && adjusted >= cx.emin && !cx.clamp;
        fits.then(|| Decimal::new(negative, coef, exp))
    }

    /// Zero with an exponent.
    pub fn zero(negative: bool, exp: i64) -> Decimal {
        Decimal::small(negative, 0, exp)
    }

    /// Infinity.
    pub fn infinity(negative: bool) -> Decimal {
        Decimal { negative, kind: Kind::Infinite, exp: 0, coef: Words::zero() }
    }

    /// A quiet NaN without payload.
    pub fn nan() -> Decimal {
        Decimal { negative: false, kind: Kind::Quiet, exp: 0, coef: Words::zero() }
    }

    /// From a machine integer.
    pub fn from_i64(n: i64) -> Decimal {
        Decimal::small(n < 0, n.unsigned_abs(), 0)
    }

    /// Neither infinite nor NaN.
    #[inline(always)]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }
    /// Infinite.
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }
    /// Quiet or signalling.
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signalling)
    }
    /// Finite and zero.
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.coef.is_zero()
    }
    /// Digits of the coefficient.
    pub fn digits(&self) -> i64 {
        self.coef.digits()
    }
    /// Exponent of the first digit.
    pub fn adjusted(&self) -> i64 {
        self.exp + self.coef.digits() - 1
    }
    /// A finite number without fraction.
    pub fn is_integer(&self) -> bool {
        self.is_finite()
            && (self.exp >= 0
                || self.coef.is_zero()
                || words::trailing_zeros(self.coef.as_slice()) >= -self.exp)
    }
    /// An integer that is odd.
    pub fn is_odd(&self) -> bool {
        if !self.is_integer() || self.coef.is_zero() || self.exp > 0 {
            return false;
        }
        words::shift_right(self.coef.as_slice(), -self.exp).0.last_digit() % 2 == 1
    }
    /// With a sign.
    pub fn with_sign(mut self, negative: bool) -> Decimal {
        self.negative = negative;
        self
    }

    /// The largest number of a context.
    pub fn largest(negative: bool, cx: &Context) -> Decimal {
        let nines = words::sub(words::shift_left(&[1], cx.prec).as_slice(), &[1]);
        Decimal::new(negative, nines.resized(), cx.etop())
    }

    /// Reports a condition and gives NaN.
    #[cold]
    pub fn invalid(cx: &mut Context, condition: u32) -> Decimal {
        cx.raise(condition);
        Decimal::nan()
    }

    /// NaN operands decide the result: the first signalling one, else the first quiet one.
    #[inline]
    pub fn nan_operand(operands: &[&Decimal], cx: &mut Context) -> Option<Decimal> {
        if operands.iter().all(|x| !x.is_nan()) {
            return None;
        }
        let signalling = operands.iter().find(|x| x.kind == Kind::Signalling);
        if signalling.is_some() {
            cx.raise(status::INVALID_OPERATION);
        }
        let chosen = signalling.or_else(|| operands.iter().find(|x| x.is_nan()))?;
        let mut nan = (*chosen).clone();
        nan.kind = Kind::Quiet;
        Some(nan.fixed_payload(cx))
    }

    /// A NaN's payload, cut to what the context allows.
    pub fn fixed_payload(mut self, cx: &Context) -> Decimal {
        let room = cx.prec - i64::from(cx.clamp);
        if self.coef.digits() > room {
            self.coef = words::low_digits(self.coef.as_slice(), room).resized();
        }
        self
    }

    /// Rounded to the context.
    pub fn finish(self, cx: &mut Context) -> Decimal {
        match self.kind {
            Kind::Finite => {
                Raw { negative: self.negative, coef: self.coef.resized(), exp: self.exp }.finish(cx)
            }
            Kind::Infinite => self,
            Kind::Quiet | Kind::Signalling => self.fixed_payload(cx),
        }
    }
}

/// A finite result before rounding.
pub struct Raw {
    /// Sign.
    pub negative: bool,
    /// Digits.
    pub coef: Temp,
    /// Exponent.
    pub exp: i64,
}

impl Raw {
    /// A copy of a finite number to work with.
    pub fn of(x: &Decimal) -> Raw {
        Raw { negative: x.negative, coef: Temp::from_slice(x.coef.as_slice()), exp: x.exp }
    }

    fn adjusted(&self) -> i64 {
        self.exp + self.coef.digits() - 1
    }

    /// The number as it is.
    pub fn exact(self) -> Decimal {
        Decimal::new(self.negative, self.coef.resized(), self.exp)
    }

    /// Cuts `n` digits off and rounds, without regard to the precision. Tells what was cut.
    pub fn cut(&mut self, n: i64, rounding: Rounding) -> u8 {
        let (coef, cut) = words::shift_right(self.coef.as_slice(), n);
        self.coef = coef;
        self.exp += n;
        if rounding.increments(cut, self.coef.last_digit(), self.negative) {
            self.coef.increment();
        }
        cut
    }

    /// Rounded to the context's precision and exponents.
    #[inline]
    pub fn finish(mut self, cx: &mut Context) -> Decimal {
        let digits = self.coef.digits();
        let adjusted = self.exp + digits - 1;
        if digits <= cx.prec && adjusted <= cx.emax && adjusted >= cx.emin && !cx.clamp {
            return self.exact();
        }
        if let Err(overflowed) = self.check_exponent(cx) {
            return overflowed;
        }
        let digits = self.coef.digits();
        if digits > cx.prec {
            let cut = self.cut(digits - cx.prec, cx.rounding);
            cx.raise(if cut == 0 { status::ROUNDED } else { status::ROUNDED | status::INEXACT });
            if self.coef.digits() > cx.prec {
                // Nines carried into a new digit, which is followed by zeros.
                self.coef = words::shift_right(self.coef.as_slice(), 1).0;
                self.exp += 1;
                if let Err(overflowed) = self.check_exponent(cx) {
                    return overflowed;
                }
            }
        }
        self.exact()
    }

    /// Brings the exponent into the context's range; on overflow the final result.
    fn check_exponent(&mut self, cx: &mut Context) -> Result<(), Decimal> {
        let adjusted = self.adjusted();
        if adjusted > cx.emax {
            if self.coef.is_zero() {
                self.exp = if cx.clamp { cx.etop() } else { cx.emax };
                cx.raise(status::CLAMPED);
                if !cx.clamp {
                    return Ok(());
                }
                return Ok(());
            }
            cx.raise(status::OVERFLOW | status::INEXACT | status::ROUNDED);
            let to_infinity = match cx.rounding {
                Rounding::Down | Rounding::ZeroFiveUp => false,
                Rounding::Ceiling => !self.negative,
                Rounding::Floor => self.negative,
                _ => true,
            };
            return Err(if to_infinity {
                Decimal::infinity(self.negative)
            } else {
                Decimal::largest(self.negative, cx)
            });
        }
        if cx.clamp && self.exp > cx.etop() {
            let shift = self.exp - cx.etop();
            self.coef = words::shift_left(self.coef.as_slice(), shift);
            self.exp -= shift;
            cx.raise(status::CLAMPED);
            if !self.coef.is_zero() && adjusted < cx.emin {
                cx.raise(status::SUBNORMAL);
            }
        } else if adjusted < cx.emin {
            let etiny = cx.etiny();
            if self.coef.is_zero() {
                if self.exp < etiny {
                    self.exp = etiny;
                    cx.raise(status::CLAMPED);
                }
                return Ok(());
            }
            cx.raise(status::SUBNORMAL);
            if self.exp < etiny {
                let cut = self.cut(etiny - self.exp, cx.rounding);
                cx.raise(status::ROUNDED);
                if cut != 0 {
                    cx.raise(status::INEXACT | status::UNDERFLOW);
                    if self.coef.is_zero() {
                        cx.raise(status::CLAMPED);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Keeps an exponent that outside text gave within what arithmetic on exponents stands.
pub fn clamp_exponent(exp: i128) -> i64 {
    exp.clamp(-4 * i128::from(MAX_EMAX), 4 * i128::from(MAX_EMAX)) as i64
}
