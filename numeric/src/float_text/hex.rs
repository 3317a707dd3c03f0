//! `float.hex()` and `float.fromhex()`.

/// Why a text is no hexadecimal float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    /// `ValueError`.
    Invalid,
    /// `OverflowError`.
    TooLarge,
    /// `ValueError`: so long that exponents no longer fit.
    TooLong,
}

impl HexError {
    /// The exception's text.
    pub fn message(self) -> &'static str {
        match self {
            HexError::Invalid => "invalid hexadecimal floating-point string",
            HexError::TooLarge => "hexadecimal value too large to represent as a float",
            HexError::TooLong => "hexadecimal string too long to convert",
        }
    }
}

/// `float.hex()`.
pub fn to_hex(value: f64) -> String {
    if !value.is_finite() {
        return super::repr(value);
    }
    let bits = value.to_bits();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let fraction = bits & ((1 << 52) - 1);
    let biased = (bits >> 52 & 0x7FF) as i32;
    let (lead, exponent) = match (biased, fraction) {
        (0, 0) => return format!("{sign}0x0.0p+0"),
        (0, _) => (0, -1022),
        _ => (1, biased - 1023),
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// `float.fromhex()` on ASCII bytes.
pub fn from_hex(text: &[u8]) -> Result<f64, HexError> {
    let text = text.trim_ascii();
    // `trim_ascii` leaves the vertical tab, which Python skips as well.
    let is_space = |b: &u8| matches!(b, b' ' | b'\t'..=b'\r');
    let from = text.iter().position(|b| !is_space(b)).unwrap_or(text.len());
    let to = text.iter().rposition(|b| !is_space(b)).map_or(from, |p| p + 1);
    let text = text.get(from..to).unwrap_or_default();
    let negative = text.first() == Some(&b'-');
    let signed = |v: f64| if negative { -v } else { v };
    let mut body = text.get(usize::from(matches!(text.first(), Some(b'+' | b'-')))..).unwrap_or_default();
    for (name, value) in [("inf", f64::INFINITY), ("infinity", f64::INFINITY), ("nan", f64::NAN)] {
        if body.eq_ignore_ascii_case(name.as_bytes()) {
            return Ok(signed(value));
        }
    }
    if let [b'0', b'x' | b'X', rest @ ..] = body {
        body = rest;
    }
    let hex = |from: usize| body.iter().skip(from).take_while(|b| b.is_ascii_hexdigit()).count();
    let whole = hex(0);
    let mut at = whole;
    let mut places = 0;
    if body.get(at) == Some(&b'.') {
        places = hex(at + 1);
        at += 1 + places;
    }
    if whole + places == 0 {
        return Err(HexError::Invalid);
    }
    let mut exponent: i64 = 0;
    if matches!(body.get(at), Some(b'p' | b'P')) {
        at += 1;
        let minus = body.get(at) == Some(&b'-');
        at += usize::from(matches!(body.get(at), Some(b'+' | b'-')));
        let digits = body.iter().skip(at).take_while(|b| b.is_ascii_digit());
        let mut count = 0;
        for d in digits {
            exponent = exponent.saturating_mul(10).saturating_add(i64::from(d - b'0'));
            count += 1;
        }
        if count == 0 {
            return Err(HexError::Invalid);
        }
        at += count;
        if minus {
            exponent = exponent.saturating_neg();
        }
    }
    if at != body.len() {
        return Err(HexError::Invalid);
    }
    // Gather up to 60 significant bits and a sticky bit; places beyond those only move the exponent.
    let mut mantissa: u64 = 0;
    let mut dropped: i64 = 0;
    let mut sticky = false;
    for &b in body.iter().take(whole + places + usize::from(places > 0)).filter(|b| **b != b'.') {
        let digit = (b as char).to_digit(16).unwrap_or(0);
        if mantissa >> 56 == 0 {
            mantissa = mantissa << 4 | u64::from(digit);
        } else {
            dropped += 4;
            sticky |= digit != 0;
        }
    }
    if mantissa == 0 {
        return Ok(signed(0.0));
    }
    if places as u64 > (i64::MAX / 8) as u64 || whole as u64 > (i64::MAX / 8) as u64 {
        return Err(HexError::TooLong);
    }
    let exponent = exponent.saturating_add(dropped - 4 * places as i64);
    scale(mantissa, sticky, exponent).map(signed).ok_or(HexError::TooLarge)
}

/// `mantissa × 2^exponent` (a bit more, if `sticky`), rounded once, ties to even; `None` on overflow.
fn scale(mantissa: u64, sticky: bool, exponent: i64) -> Option<f64> {
    let bits = 64 - i64::from(mantissa.leading_zeros());
    let top = exponent.saturating_add(bits);
    if top > 1024 {
        return None;
    }
    if top < -1075 {
        return Some(0.0);
    }
    // The lowest place that the result can hold.
    let lowest = (top - 53).max(-1074);
    let shift = lowest - exponent;
    let rounded = if shift <= 0 {
        mantissa << -shift
    } else if shift > 64 {
        0
    } else {
        let wide = u128::from(mantissa) << 1;
        let kept = (wide >> shift) as u64;
        let lost = wide & ((1 << shift) - 1) != 0 || sticky;
        let (kept, half) = (kept >> 1, kept & 1 != 0);
        if half && (lost || kept & 1 != 0) { kept + 1 } else { kept }
    };
    let value = rounded as f64 * pow2(lowest);
    value.is_finite().then_some(value)
}

/// 2^e for -1074 ≤ e ≤ 1023.
fn pow2(e: i64) -> f64 {
    if e >= -1022 { f64::from_bits(((e + 1023) as u64) << 52) } else { f64::from_bits(1 << (e + 1074)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        assert_eq!(to_hex(0.1), "0x1.999999999999ap-4");
        assert_eq!(to_hex(-0.0), "-0x0.0p+0");
        assert_eq!(to_hex(5e-324), "0x0.0000000000001p-1022");
        assert_eq!(to_hex(f64::NAN), "nan");
        for v in [0.1, 1.0, 1e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 3.0] {
            assert_eq!(from_hex(to_hex(v).as_bytes()), Ok(v));
        }
    }

    #[test]
    fn rounding_and_errors() {
        let f = |s: &str| from_hex(s.as_bytes());
        assert_eq!(f(" 1.8p1 \n"), Ok(3.0));
        assert_eq!(f("0x.8"), Ok(0.5));
        assert_eq!(f("a."), Ok(10.0));
        assert_eq!(f("0x1.00000000000008p0"), Ok(1.0));
        assert_eq!(f("0x1.000000000000080000000000001p0"), Ok(1.0 + f64::EPSILON));
        assert_eq!(f("0x1.00000000000018p0"), Ok(1.0 + 2.0 * f64::EPSILON));
        assert_eq!(f("0x0.8p-1074"), Ok(0.0));
        assert_eq!(f("0x0.80000001p-1074"), Ok(5e-324));
        assert_eq!(f("0x1.fffffffffffff8p1023"), Err(HexError::TooLarge));
        assert_eq!(f("0x1.fffffffffffff7p1023"), Ok(f64::MAX));
        assert_eq!(f("1p99999999999999999999"), Err(HexError::TooLarge));
        assert_eq!(f("0p99999999999999999999"), Ok(0.0));
        assert_eq!(f("1p-99999999999999999999"), Ok(0.0));
        for bad in ["", "0x", "p1", "1p", "1.2.3", "1 2", "0x1g", "."] {
            assert_eq!(f(bad), Err(HexError::Invalid), "{bad}");
        }
    }
}
