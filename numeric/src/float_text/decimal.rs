//! Decimal digits of a finite float in the three ways that CPython's `dtoa` is asked for: the digit source of all
//! text forms. Rust's own formatting is exact and correctly rounded (ties to even), so it does the arithmetic.

use std::fmt::Write;

/// How many digits to produce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The shortest digits that read back as the same float.
    Shortest,
    /// At most so many significant digits (at least 1).
    Significant(usize),
    /// So many digits after the decimal point.
    Fraction(usize),
}

/// Significant digits without trailing zeros; the value is `0.DIGITS × 10^point`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// ASCII digits; `0` alone for zero (or nothing left after rounding), else no leading or trailing zero.
    pub digits: Vec<u8>,
    /// Place of the decimal point, counted from the first digit; 1 for zero.
    pub point: i64,
    /// The sign bit of the float, zero and NaN included.
    pub negative: bool,
}

/// No float has more digits after its point than 1,074: asking for more gives only zeros (and Rust's formatting
/// takes no precision above 65,535).
pub(super) const MOST_PLACES: usize = 1100;

impl Decimal {
    /// Digits of a finite float.
    pub fn new(value: f64, mode: Mode) -> Decimal {
        let negative = value.is_sign_negative();
        let value = value.abs();
        let mut text = String::with_capacity(32);
        // Writing into a String cannot fail.
        let _ = match mode {
            Mode::Shortest => write!(text, "{value:e}"),
            Mode::Significant(n) => write!(text, "{:.*e}", n.clamp(1, MOST_PLACES) - 1, value),
            Mode::Fraction(n) => write!(text, "{:.*}", n.min(MOST_PLACES), value),
        };
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap_or(0)),
            None => (text.as_str(), 0),
        };
        let whole = mantissa.find('.').unwrap_or(mantissa.len());
        let mut digits: Vec<u8> = mantissa.bytes().filter(|b| *b != b'.').collect();
        let mut point = whole as i64 + exponent;
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|b| **b == b'0').count();
        digits.drain(..zeros);
        point -= zeros as i64;
        if digits.is_empty() {
            return Decimal { digits: vec![b'0'], point: 1, negative };
        }
        if mode == Mode::Shortest {
            break_tie(value, &mut digits, point);
        }
        Decimal { digits, point, negative }
    }

    /// Whether all digits are zero.
    pub fn is_zero(&self) -> bool {
        self.digits == b"0"
    }
}

/// Where two shortest digit strings are equally near CPython takes the even one and Rust the upper one. A tie means that
/// the exact expansion is one place longer; a fraction of n bits has exactly n decimal places.
fn break_tie(value: f64, digits: &mut Vec<u8>, point: i64) {
    let places = digits.len() as i64 - point;
    let Some(ratio) = super::integer_ratio(value) else { return };
    if places < 0 || i64::from(ratio.exponent) != -(places + 1) {
        return;
    }
    let even = format!("{:.*e}", digits.len() - 1, value);
    if even.parse() == Ok(value)
        && let Some((mantissa, _)) = even.split_once('e')
    {
        // Of as many digits: neither of the two ends in a zero, being shortest.
        digits.clear();
        digits.extend(mantissa.bytes().filter(u8::is_ascii_digit));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        let d = |v, m| {
            let d = Decimal::new(v, m);
            (String::from_utf8(d.digits).expect("ascii"), d.point)
        };
        assert_eq!(d(0.1, Mode::Shortest), ("1".into(), 0));
        assert_eq!(d(1234.5, Mode::Shortest), ("12345".into(), 4));
        assert_eq!(d(19870294189.039062, Mode::Shortest).0, "19870294189039062");
        assert_eq!(d(2.5, Mode::Fraction(0)), ("2".into(), 1));
        assert_eq!(d(0.5, Mode::Fraction(0)), ("0".into(), 1));
        assert_eq!(d(0.125, Mode::Significant(2)), ("12".into(), 0));
        assert_eq!(d(5e-324, Mode::Fraction(100_000)).0.len(), 751);
        assert_eq!(d(999.6, Mode::Fraction(0)), ("1".into(), 4));
    }
}
