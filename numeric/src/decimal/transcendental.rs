//! exp, ln and log10, correctly rounded half to even: computed in fixed point with guard digits until the rounding is beyond doubt.

use super::context::{Context, Rounding, status};
use super::number::{Decimal, Raw};
use super::words::{self, Temp, WORD_DIGITS};
use dashu_int::{IBig, UBig};
use std::cell::RefCell;

/// Words as a binary integer.
pub fn to_big(words: &[u64]) -> UBig {
    match words {
        [] => UBig::ZERO,
        [word] => UBig::from(*word),
        _ => {
            // In halves: long numbers are joined by few, long multiplications.
            let half = words.len() / 2;
            let (low, high) = words.split_at(half);
            to_big(high) * power_of_ten(half * WORD_DIGITS) + to_big(low)
        }
    }
}

/// A binary integer as words.
pub fn from_big(n: &UBig) -> Temp {
    words::from_text(n.to_string().as_bytes())
}

fn power_of_ten(n: usize) -> UBig {
    UBig::from(10u8).pow(n)
}

fn ten(n: i64) -> IBig {
    IBig::from(power_of_ten(usize::try_from(n).unwrap_or(0)))
}

thread_local! {
    /// ln 10 with so many digits after the point.
    static LN10: RefCell<(i64, IBig)> = const { RefCell::new((0, IBig::ZERO)) };
}

/// ln 10 × 10^digits, a few units off at most.
fn ln10(digits: i64) -> IBig {
    LN10.with(|cache| {
        let mut cache = cache.borrow_mut();
        if cache.0 < digits || cache.1 == IBig::ZERO {
            let wanted = digits + 20;
            // ln 10 = 46 L(31) + 34 L(49) + 20 L(161), where L(n) = artanh(1/n).
            let scale = ten(wanted + 5);
            let sum = IBig::from(46) * artanh_inverse(31, &scale)
                + IBig::from(34) * artanh_inverse(49, &scale)
                + IBig::from(20) * artanh_inverse(161, &scale);
            *cache = (wanted, sum / ten(5));
        }
        let extra = cache.0 - digits;
        &cache.1 / ten(extra)
    })
}

/// artanh(1/n), scaled: the series Σ 1 / ((2k+1) n^(2k+1)).
fn artanh_inverse(n: u32, scale: &IBig) -> IBig {
    let square = IBig::from(n) * IBig::from(n);
    let mut power = scale / IBig::from(n);
    let mut sum = power.clone();
    let mut k = 1u32;
    while power != IBig::ZERO {
        power /= &square;
        sum += &power / IBig::from(2 * k + 1);
        k += 1;
    }
    sum
}

/// e^(x / 10^p) × 10^p for 0 ≤ x < 3 × 10^p, some units off at most.
fn exp_fixed(x: &IBig, p: i64) -> IBig {
    // Halved so often that the series is short, with digits to spare for squaring back.
    let halvings = ((p as f64).sqrt() as usize).clamp(8, 400);
    let guard = halvings as i64 / 3 + 8;
    let bits = ((p + guard) as f64 * std::f64::consts::LOG2_10) as usize + 8;
    let scale = ten(p);
    let y: IBig = ((x << (bits)) / &scale) >> halvings;
    let one: IBig = IBig::ONE << bits;
    let mut sum = one.clone();
    let mut term = one;
    let mut k = 1u32;
    loop {
        term = (term * &y) >> bits;
        term /= IBig::from(k);
        if term == IBig::ZERO {
            break;
        }
        sum += &term;
        k += 1;
    }
    for _ in 0..halvings {
        sum = (&sum * &sum) >> bits;
    }
    (sum * scale) >> bits
}

/// ln(c / 10^p) × 10^p for c near 10^p to 10^(p+1), some units off at most.
fn ln_fixed(c: &IBig, p: i64) -> IBig {
    let scale = ten(p);
    // A first guess from floating point, then steps that treble its digits: y += 2 (c - e^y) / (c + e^y).
    let shift = (p - 17).max(0);
    let approximate =
        (c / ten(shift)).to_string().parse::<f64>().unwrap_or(1.0) / 10f64.powi((p - shift) as i32);
    let guess = approximate.ln().max(0.0);
    let mut y = IBig::from((guess * 1e15) as i64);
    y = if p >= 15 { y * ten(p - 15) } else { y / ten(15 - p) };
    let mut digits = 14;
    while digits < p + 2 {
        let e = exp_fixed(&y, p);
        let delta: IBig = (IBig::from(2) * (c - &e) * &scale) / (c + &e);
        y += delta;
        digits *= 3;
        if y < IBig::ZERO {
            y = IBig::ZERO;
        }
    }
    y
}

/// An approximation: `value × 10^-scale`, `error` units off at most.
struct Approximation {
    value: IBig,
    scale: i64,
    error: i64,
}

/// Rounds an approximation half to even to the precision; `None` when the error leaves that open.
fn rounded(approximation: &Approximation, cx: &mut Context) -> Option<Decimal> {
    let negative = approximation.value < IBig::ZERO;
    let size: UBig = if negative {
        (-approximation.value.clone()).try_into().unwrap_or(UBig::ZERO)
    } else {
        approximation.value.clone().try_into().unwrap_or(UBig::ZERO)
    };
    let error = UBig::from(approximation.error as u64);
    if size <= error {
        return None;
    }
    let cut = |n: &UBig| {
        let mut raw = Raw { negative, coef: from_big(n), exp: -approximation.scale };
        let excess = raw.coef.digits() - cx.prec;
        if excess > 0 {
            raw.cut(excess, Rounding::HalfEven);
        }
        (raw.exp, words::to_text(raw.coef.as_slice()), excess)
    };
    let (low, high) = (cut(&(&size - &error)), cut(&(&size + &error)));
    if low.2 <= 0 || (low.0, &low.1) != (high.0, &high.1) {
        return None;
    }
    cx.raise(status::INEXACT | status::ROUNDED);
    let rounding = std::mem::replace(&mut cx.rounding, Rounding::HalfEven);
    // One digit that says "not exact" below what is kept, for the case that the exponent is too small.
    let coef = words::from_text(low.1.as_bytes());
    let mut raw = Raw { negative, coef, exp: low.0 };
    let digits = raw.coef.digits();
    if raw.exp + digits - 1 < cx.emin {
        // Subnormal: rounded once, from all digits there are.
        raw = Raw { negative, coef: from_big(&size), exp: -approximation.scale };
    }
    let result = raw.finish(cx);
    cx.rounding = rounding;
    Some(result)
}

/// Repeats with more guard digits until the rounding is certain.
fn until_certain(cx: &mut Context, compute: impl Fn(i64) -> Approximation) -> Decimal {
    let mut guard = 8;
    loop {
        if cx.prec + guard > words::MAX_SHIFT / 8 {
            return Decimal::invalid(cx, status::MALLOC_ERROR);
        }
        if let Some(result) = rounded(&compute(cx.prec + guard), cx) {
            return result;
        }
        guard *= 2;
    }
}

/// `x × 10^scale` as an integer.
fn scaled(x: &Decimal, scale: i64) -> IBig {
    let coef = IBig::from(to_big(x.coef.as_slice()));
    let shift = x.exp + scale;
    let n = if shift >= 0 { coef * ten(shift) } else { coef / ten(-shift) };
    if x.negative { -n } else { n }
}

/// e^x to `digits` significant digits or more; `x` is not larger than exponents can be.
pub(super) fn exp_digits(x: &Decimal, digits: i64) -> (IBig, i64) {
    // x = n ln 10 + r with 0 <= r < ln 10.
    let whole = x.adjusted().max(0) + 2;
    let p = digits + whole + 6;
    let fixed = scaled(x, p);
    let ln10 = ln10(p);
    let mut n = &fixed / &ln10;
    let mut r = fixed - &n * &ln10;
    if r < IBig::ZERO {
        r += &ln10;
        n -= IBig::ONE;
    }
    let p_short = digits + 6;
    let r = r / ten(p - p_short);
    let n = i64::try_from(n).unwrap_or(0);
    (exp_fixed(&r, p_short), p_short - n)
}

/// ln(x) as a fixed-point number with `p` digits after the point, for x > 0.
pub(super) fn ln_digits(x: &Decimal, p: i64) -> IBig {
    let adjusted = x.adjusted();
    let p = p + 6;
    // x = c × 10^adjusted with 1 <= c < 10.
    let normal = Decimal::new(false, x.coef.clone(), x.exp - adjusted);
    let guard = 4;
    let c = scaled(&normal, p + guard);
    let ln = ln_fixed(&c, p + guard);
    let total = ln + IBig::from(adjusted) * ln10(p + guard + 20) / ten(20);
    total / ten(guard + 6)
}

impl Decimal {
    /// e to the power of the number.
    pub fn exp(&self, cx: &mut Context) -> Decimal {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return nan;
        }
        if self.is_infinite() {
            return if self.negative { Decimal::zero(false, 0) } else { self.clone() };
        }
        if self.coef.is_zero() {
            return Decimal::small(false, 1, 0);
        }
        let adjusted = self.adjusted();
        if adjusted > 18 {
            // Far beyond all exponents.
            let exp = if self.negative { -4 } else { 4 } * super::context::MAX_EMAX;
            let rounding = std::mem::replace(&mut cx.rounding, Rounding::HalfEven);
            let result = Decimal::small(false, 1, exp).finish(cx);
            cx.rounding = rounding;
            return result;
        }
        if adjusted < -(cx.prec + 1) {
            // 1, and not exactly: with all its zeros.
            cx.raise(status::INEXACT | status::ROUNDED);
            let one = words::shift_left(&[1], cx.prec - 1);
            let mut raw = Raw { negative: false, coef: one, exp: 1 - cx.prec };
            if raw.coef.is_zero() {
                raw.exp = 0;
            }
            return raw.finish(cx);
        }
        until_certain(cx, |digits| {
            let (value, scale) = exp_digits(self, digits);
            Approximation { value, scale, error: 1000 }
        })
    }

    /// The natural logarithm.
    pub fn ln(&self, cx: &mut Context) -> Decimal {
        if let Some(special) = self.log_special(cx) {
            return special;
        }
        if self.order(&Decimal::small(false, 1, 0)).is_eq() {
            return Decimal::zero(false, 0);
        }
        // Close to 1 the logarithm is small: its digits begin later.
        let lost = self.digits_near_one();
        until_certain(cx, |digits| {
            let p = digits + lost;
            Approximation { value: ln_digits(self, p), scale: p, error: 1000 }
        })
    }

    /// The logarithm to base ten.
    pub fn log10(&self, cx: &mut Context) -> Decimal {
        if let Some(special) = self.log_special(cx) {
            return special;
        }
        let zeros = words::trailing_zeros(self.coef.as_slice());
        if self.digits() == zeros + 1 && words::shift_right(self.coef.as_slice(), zeros).0.as_slice() == [1] {
            // A power of ten: exact.
            return Decimal::from_i64(self.adjusted()).finish(cx);
        }
        let lost = self.digits_near_one();
        until_certain(cx, |digits| {
            let p = digits + lost;
            let ln = ln_digits(self, p);
            Approximation { value: ln * ten(p) / ln10(p), scale: p, error: 1000 }
        })
    }

    fn log_special(&self, cx: &mut Context) -> Option<Decimal> {
        if let Some(nan) = Decimal::nan_operand(&[self], cx) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Decimal::infinity(true));
        }
        if self.negative {
            return Some(Decimal::invalid(cx, status::INVALID_OPERATION));
        }
        self.is_infinite().then(|| Decimal::infinity(false))
    }

    /// How many zeros follow the point in `self - 1`, about.
    fn digits_near_one(&self) -> i64 {
        if !(-1..=0).contains(&self.adjusted()) {
            return 0;
        }
        let mut cx = Context { prec: self.digits() + 2, ..Context::max() };
        let difference = self.sub(&Decimal::small(false, 1, 0), &mut cx);
        (-difference.adjusted()).max(0) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decimal::Style;

    fn cx(prec: i64) -> Context {
        Context { prec, emax: 999999, emin: -999999, ..Context::max() }
    }

    fn number(text: &str) -> Decimal {
        Decimal::parse(text.as_bytes()).unwrap_or_else(Decimal::nan)
    }

    #[test]
    fn like_libmpdec() {
        let show = |x: Decimal| x.to_text(Style::Scientific, true);
        assert_eq!(show(number("1").exp(&mut cx(28))), "2.718281828459045235360287471");
        assert_eq!(show(number("2").ln(&mut cx(28))), "0.6931471805599453094172321215");
        assert_eq!(show(number("2").log10(&mut cx(28))), "0.3010299956639811952137388947");
        assert_eq!(show(number("-1000").exp(&mut cx(28))), "5.075958897549456765291809480E-435");
        assert_eq!(show(number("1.00000000000000000001").ln(&mut cx(9))), "1.00000000E-20");
        assert_eq!(show(number("10").ln(&mut cx(50))), "2.3025850929940456840179914546843642076011014886288");
    }
}
