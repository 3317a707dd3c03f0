//! `int` from text and to text, with the digit limit of `sys.set_int_max_str_digits`.

use krait_numeric::digits;

use super::PyInt;
use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyStr;
use crate::py::Py;
use crate::raise;
use crate::reference::Ref;

impl PyInt {
    /// Decimal digits with sign; `ValueError` past the limit.
    pub fn to_decimal(&self, py: Py<'_>) -> PyResult<String> {
        if let Some(v) = self.as_compact() {
            return Ok(v.to_string());
        }
        self.check_digit_limit(py)?;
        py.expect_room(32 * self.digits().len())?;
        let text = digits::to_decimal(self.digits());
        Ok(if self.is_negative() { format!("-{text}") } else { text })
    }

    /// Refuses to convert more digits than the limit allows.
    pub fn check_digit_limit(&self, py: Py<'_>) -> PyResult<()> {
        let limit = py.interp().int_max_str_digits.get();
        // 10^640 has 2127 bits: below that no limit can be exceeded.
        if limit > 0 && self.bit_length() > 2000 {
            let bound = digits::decimal_digits_bound(self.digits());
            let limit = limit as u64;
            if bound > limit && (bound > limit + 1 || digits::to_decimal(self.digits()).len() as u64 > limit)
            {
                return Err(raise!(
                    py,
                    ValueError,
                    "Exceeds the limit ({limit} digits) for integer string conversion; use sys.set_int_max_str_digits() to \
                     increase the limit"
                ));
            }
        }
        Ok(())
    }

    /// Digits in base 2, 8 or 16, without prefix or sign.
    pub fn magnitude_in(&self, base: u32) -> String {
        digits::to_radix(self.digits(), base)
    }

    /// `int(text, base)`; `original` is what the error shows.
    pub fn parse(py: Py<'_>, text: &[u8], base: u32, original: &PyObject) -> PyResult<Ref<PyInt>> {
        let trimmed = text.trim_ascii();
        let Some(scanned) = digits::scan_int(trimmed, base) else {
            return Err(invalid_literal(py, base, original));
        };
        let limit = py.interp().int_max_str_digits.get();
        let count = scanned.digits.iter().filter(|&&c| c != b'_').count();
        if limit > 0 && !scanned.base.is_power_of_two() && count > limit as usize {
            return Err(raise!(
                py,
                ValueError,
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {count} digits; use \
                 sys.set_int_max_str_digits() to increase the limit"
            ));
        }
        py.expect_room(4 * trimmed.len())?;
        match digits::parse_int(trimmed, base) {
            Some(n) => PyInt::from_int(py, &n),
            None => Err(invalid_literal(py, base, original)),
        }
    }

    /// `int(s, base)` for a string: Unicode digits and spaces count as their ASCII counterparts.
    pub fn parse_str(py: Py<'_>, s: &PyStr, base: u32) -> PyResult<Ref<PyInt>> {
        if base == 10
            && let Some(value) = s.as_ascii().and_then(|text| short_decimal(text.as_bytes()))
        {
            return PyInt::new(py, value);
        }
        py.expect_room(4 * s.len())?;
        let text = ascii_digits(s);
        PyInt::parse(py, &text, base, s)
    }
}

/// The value of up to 18 plain decimal digits with at most a sign; all else gives nothing.
fn short_decimal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, text),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0;
    for digit in digits {
        value = value * 10 + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some(if negative { -value } else { value })
}

/// `repr()` of a compact int.
#[allow(clippy::indexing_slicing, reason = "a compact int has at most ten digits and a sign")]
pub(super) fn compact_text(py: Py<'_>, value: i64) -> PyResult<Ref<PyStr>> {
    let mut text = [0u8; 20];
    let mut at = text.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        text[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        text[at] = b'-';
    }
    PyStr::from_ascii(py, &text[at..])
}

/// A string's characters with decimal digits and white space turned into ASCII; others become `?` (no digit in any base).
pub fn ascii_digits(s: &PyStr) -> Vec<u8> {
    if let Some(text) = s.as_ascii()
        && !text.bytes().any(|b| (0x1c..=0x1f).contains(&b))
    {
        return text.as_bytes().to_vec();
    }
    s.code_points()
        .map(|c| match u8::try_from(c) {
            Ok(b) if b.is_ascii() => {
                // \x1c to \x1f are white space to `str`.
                if (0x1c..=0x1f).contains(&b) { b' ' } else { b }
            }
            _ if krait_unicode::character::is_space(c) => b' ',
            _ => krait_unicode::character::decimal_value(c).map_or(b'?', |d| b'0' + d),
        })
        .collect()
}

#[cold]
fn invalid_literal(py: Py<'_>, base: u32, original: &PyObject) -> crate::error::Raised {
    match original.repr(py) {
        Ok(text) => {
            let shown: String =
                text.code_points().take(200).map(|c| char::from_u32(c).unwrap_or('?')).collect();
            raise!(py, ValueError, "invalid literal for int() with base {base}: {shown}")
        }
        Err(raised) => raised,
    }
}

#[cfg(test)]
mod tests {
    use super::short_decimal;

    #[test]
    fn short_decimals_are_digits_only() {
        assert_eq!(short_decimal(b"-120"), Some(-120));
        for text in ["", "-", "%2", "1 ", "+1", "1_0", "\n", "1234567890123456789"] {
            assert_eq!(short_decimal(text.as_bytes()), None, "{text:?}");
        }
    }
}
