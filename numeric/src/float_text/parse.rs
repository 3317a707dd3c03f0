//! Text to float with Python's grammar, on ASCII bytes: callers translate other scripts' digits and spaces first.

use std::borrow::Cow;

/// Reads the longest float at the start: `[sign] (digits with optional point and exponent | inf | infinity | nan)`,
/// names in any case. Gives the value and how many bytes it took; `None` if no float starts there.
pub fn parse_prefix(text: &[u8]) -> Option<(f64, usize)> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let body = text.get(start..)?;
    let signed = |v: f64| if negative { -v } else { v };
    for (name, value) in [("infinity", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        if body.get(..name.len()).is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes())) {
            return Some((signed(value.abs()), start + name.len()));
        }
    }
    let digits = |from: usize| body.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let whole = digits(0);
    let mut end = whole;
    let mut places = 0;
    if body.get(end) == Some(&b'.') {
        places = digits(end + 1);
        end += 1 + places;
    }
    if whole + places == 0 {
        return None;
    }
    if matches!(body.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(body.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let number = str::from_utf8(body.get(..end)?).ok()?;
    Some((signed(number.parse().ok()?), start + end))
}

/// Reads a whole text, already trimmed, as a float.
pub fn parse(text: &[u8]) -> Option<f64> {
    parse_prefix(text).filter(|(_, end)| *end == text.len()).map(|(value, _)| value)
}

/// Takes out the underscores that stand between two digits; `None` if one stands elsewhere (PEP 515).
pub fn remove_underscores(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.contains(&b'_') {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut previous = 0;
    for &b in text {
        if b == b'_' {
            if !u8::is_ascii_digit(&previous) {
                return None;
            }
        } else {
            if previous == b'_' && !b.is_ascii_digit() {
                return None;
            }
            out.push(b);
        }
        previous = b;
    }
    if previous == b'_' { None } else { Some(Cow::Owned(out)) }
}

fn is_space(b: &u8) -> bool {
    matches!(b, b' ' | b'\t'..=b'\r')
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(last)
    {
        text = rest;
    }
    text
}

/// Reads `complex(str)`'s argument: spaces around, one pair of parentheses, a real part, an imaginary part with `j`,
/// or both. Underscores are taken out by the caller. `None` if malformed.
pub fn parse_complex(text: &[u8]) -> Option<(f64, f64)> {
    let mut text = trim(text);
    if let [b'(', inner @ ..] = text {
        text = trim(inner.strip_suffix(b")")?);
    }
    let is_j = |rest: &[u8]| matches!(rest, [b'j' | b'J']);
    // A sign alone before `j` stands for one.
    let unit = |text: &[u8]| match text {
        [b'+', j] | [j] if is_j(&[*j]) => Some(1.0),
        [b'-', j] if is_j(&[*j]) => Some(-1.0),
        _ => None,
    };
    if let Some(im) = unit(text) {
        return Some((0.0, im));
    }
    let (first, end) = parse_prefix(text)?;
    let rest = text.get(end..)?;
    match rest {
        [] => Some((first, 0.0)),
        [b'+' | b'-', ..] => {
            if let Some(im) = unit(rest) {
                return Some((first, im));
            }
            let (second, end) = parse_prefix(rest)?;
            is_j(rest.get(end..)?).then_some((first, second))
        }
        _ => is_j(rest).then_some((0.0, first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats() {
        let p = |s: &str| parse(s.as_bytes());
        assert_eq!(p("1e5"), Some(1e5));
        assert_eq!(p(".5"), Some(0.5));
        assert_eq!(p("5."), Some(5.0));
        assert_eq!(p("+1.e-3"), Some(0.001));
        assert_eq!(p("-InFiNiTy"), Some(-f64::INFINITY));
        assert_eq!(p("1e999999999999999999999"), Some(f64::INFINITY));
        assert_eq!(p("1e-999999999999999999999"), Some(0.0));
        assert!(p("-nan").is_some_and(|v| v.is_nan() && v.is_sign_negative()));
        for bad in ["", ".", "e5", "+", "1e", "1e+", "infi", "0x1", " 1", "1_0", "--1", "nan(1)"] {
            assert_eq!(p(bad), None, "{bad}");
        }
        assert_eq!(parse_prefix(b"12.5e+x"), Some((12.5, 4)));
    }

    #[test]
    fn underscores() {
        assert_eq!(remove_underscores(b"1_0.5_0").as_deref(), Some(b"10.50".as_slice()));
        for bad in [b"_1".as_slice(), b"1_", b"1__0", b"1_.5", b"1._5", b"1_e5"] {
            assert_eq!(remove_underscores(bad), None);
        }
    }

    #[test]
    fn complexes() {
        let c = |s: &str| parse_complex(s.as_bytes());
        assert_eq!(c(" ( 1+2j ) "), Some((1.0, 2.0)));
        assert_eq!(c("j"), Some((0.0, 1.0)));
        assert_eq!(c("-J"), Some((0.0, -1.0)));
        assert_eq!(c("1-j"), Some((1.0, -1.0)));
        assert_eq!(c("1e3"), Some((1000.0, 0.0)));
        assert_eq!(c("2.5j"), Some((0.0, 2.5)));
        for bad in ["", "1+2", "1 +2j", "(1", "1)", "()", "1j2", "1+2j3j", "1j+2", "+-1j", "((1))"] {
            assert_eq!(c(bad), None, "{bad}");
        }
    }
}
