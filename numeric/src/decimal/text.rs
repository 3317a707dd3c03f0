//! Numbers as text and back.

use super::context::{Context, status};
use super::number::{Decimal, Kind, clamp_exponent};
use super::words;

/// How exponents are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// One digit before the point.
    Scientific,
    /// Exponents are multiples of three.
    Engineering,
}

impl Decimal {
    /// The number as text.
    pub fn to_text(&self, style: Style, capitals: bool) -> String {
        let sign = if self.negative { "-" } else { "" };
        let payload =
            || if self.coef.is_zero() { String::new() } else { words::to_text(self.coef.as_slice()) };
        match self.kind {
            Kind::Infinite => return format!("{sign}Infinity"),
            Kind::Quiet => return format!("{sign}NaN{}", payload()),
            Kind::Signalling => return format!("{sign}sNaN{}", payload()),
            Kind::Finite => {}
        }
        let digits = words::to_text(self.coef.as_slice());
        let count = digits.len() as i64;
        let left = self.exp + count;
        // Where the point goes: so many digits stand before it.
        let point = if self.exp <= 0 && left > -6 {
            left
        } else if style == Style::Scientific {
            1
        } else if self.coef.is_zero() {
            (left + 1).rem_euclid(3) - 1
        } else {
            (left - 1).rem_euclid(3) + 1
        };
        let mut out = String::with_capacity(digits.len() + 24);
        out.push_str(sign);
        if point <= 0 {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', -point as usize));
            out.push_str(&digits);
        } else if point >= count {
            out.push_str(&digits);
            out.extend(std::iter::repeat_n('0', (point - count) as usize));
        } else {
            let (whole, fraction) = digits.split_at(point as usize);
            out.push_str(whole);
            out.push('.');
            out.push_str(fraction);
        }
        if left != point {
            let exponent = left - point;
            out.push(if capitals { 'E' } else { 'e' });
            out.push_str(&format!("{exponent:+}"));
        }
        out
    }

    /// Reads a number exactly. `None`: no number.
    pub fn parse(text: &[u8]) -> Option<Decimal> {
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if let Some(first) = rest.first()
            && first.is_ascii_alphabetic()
        {
            return Decimal::parse_special(negative, rest);
        }
        let mut digits = Vec::with_capacity(rest.len());
        let (mut point, mut exponent) = (None, 0i128);
        let mut at = 0;
        while let Some(&c) = rest.get(at) {
            match c {
                b'0'..=b'9' => digits.push(c),
                b'.' if point.is_none() => point = Some(digits.len()),
                b'e' | b'E' => {
                    exponent = parse_exponent(rest.get(at + 1..)?)?;
                    break;
                }
                _ => return None,
            }
            at += 1;
        }
        if digits.is_empty() {
            return None;
        }
        let fraction = point.map_or(0, |point| digits.len() - point);
        let exp = clamp_exponent(exponent - fraction as i128);
        Some(Decimal::new(negative, words::from_text(&digits).resized(), exp))
    }

    fn parse_special(negative: bool, text: &[u8]) -> Option<Decimal> {
        if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
            return Some(Decimal::infinity(negative));
        }
        let prefix =
            |n: usize, word: &[u8]| text.get(..n).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let (kind, payload) = if prefix(3, b"nan") {
            (Kind::Quiet, text.get(3..)?)
        } else if prefix(4, b"snan") {
            (Kind::Signalling, text.get(4..)?)
        } else {
            return None;
        };
        if !payload.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(Decimal { negative, kind, exp: 0, coef: words::from_text(payload).resized() })
    }

    /// Reads and rounds to the context; a text that is no number is a condition.
    pub fn read(text: &[u8], cx: &mut Context) -> Decimal {
        match Decimal::parse(text) {
            Some(x) if x.is_nan() && x.digits() > cx.prec - i64::from(cx.clamp) => {
                Decimal::invalid(cx, status::CONVERSION_SYNTAX)
            }
            Some(x) => x.finish(cx),
            None => Decimal::invalid(cx, status::CONVERSION_SYNTAX),
        }
    }
}

fn parse_exponent(text: &[u8]) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let significant = digits.iter().position(|&c| c != b'0').map_or(&[][..], |i| &digits[i..]);
    // More than any exponent can be; what is left of it decides overflow or underflow.
    let value = if significant.len() > 25 {
        10i128.pow(25)
    } else {
        significant.iter().fold(0i128, |n, &c| n * 10 + i128::from(c - b'0'))
    };
    Some(if negative { -value } else { value })
}

impl Decimal {
    /// The exact value of a finite float.
    pub fn from_f64(x: f64) -> Decimal {
        if x.is_nan() {
            return Decimal::nan().with_sign(x.is_sign_negative());
        }
        if x.is_infinite() {
            return Decimal::infinity(x < 0.0);
        }
        let bits = x.to_bits();
        let (biased, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
        let (mut mantissa, mut exponent) =
            if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased as i64 - 1075) };
        if mantissa == 0 {
            return Decimal::zero(x.is_sign_negative(), 0);
        }
        let zeros = mantissa.trailing_zeros();
        mantissa >>= zeros;
        exponent += i64::from(zeros);
        let mantissa = dashu_int::UBig::from(mantissa);
        // A negative power of two is one of five with a decimal point.
        let (coef, exp) = if exponent >= 0 {
            (mantissa << exponent as usize, 0)
        } else {
            (mantissa * dashu_int::UBig::from(5u8).pow(-exponent as usize), exponent)
        };
        Decimal::new(x < 0.0, super::transcendental::from_big(&coef).resized(), exp)
    }

    /// The hash that equal numbers of any kind share; `None` for NaN.
    pub fn hash_value(&self) -> Option<i64> {
        const P: u64 = (1 << 61) - 1;
        let multiply = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(P)) as u64;
        let power = |mut base: u64, mut n: u64| {
            let mut result = 1;
            while n > 0 {
                if n & 1 == 1 {
                    result = multiply(result, base);
                }
                base = multiply(base, base);
                n >>= 1;
            }
            result
        };
        let magnitude = match self.kind {
            Kind::Infinite => 314159,
            Kind::Quiet | Kind::Signalling => return None,
            Kind::Finite => {
                let base = words::BASE % P;
                let coef = self.coef.as_slice().iter().rev().fold(0u64, |h, &word| {
                    ((u128::from(multiply(h, base)) + u128::from(word % P)) % u128::from(P)) as u64
                });
                // Ten and its inverse have orders that divide p - 1.
                let exponent = self.exp.unsigned_abs() % (P - 1);
                let ten = if self.exp >= 0 { 10 } else { power(10, P - 2) };
                multiply(coef, power(ten, exponent))
            }
        };
        let hash = magnitude as i64;
        let hash = if self.negative { -hash } else { hash };
        Some(if hash == -1 { -2 } else { hash })
    }
}
