//! From decimal digits to the text forms `e`, `f`, `g` and `r`, as `PyOS_double_to_string` lays them out.

use super::decimal::{Decimal, MOST_PLACES, Mode};
use std::fmt::Write;

/// The presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Always with an exponent; precision counts places.
    Exponent,
    /// Never with an exponent; precision counts places.
    Fixed,
    /// Whichever is shorter; precision counts significant digits (0 means 1).
    General,
    /// The shortest digits that read back equal; precision is not used.
    Repr,
}

/// The switches of a presentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `INF`, `NAN` and `E` instead of `inf`, `nan` and `e`.
    pub upper: bool,
    /// Write `+` before what is not negative.
    pub plus: bool,
    /// Make integral values end in `.0` (unless an exponent is written).
    pub add_dot_0: bool,
    /// `#`: keep the point, and in `General` the trailing zeros.
    pub alternate: bool,
    /// `z`: a zero after rounding has no minus.
    pub no_negative_zero: bool,
}

/// The highest precision that CPython takes.
pub const MOST_PRECISION: usize = i32::MAX as usize - 1024;

/// Text of any float. ASCII only.
pub fn write(value: f64, style: Style, precision: usize, options: Options) -> String {
    let mut out = String::with_capacity(24);
    if !value.is_finite() {
        if value.is_infinite() && value < 0.0 {
            out.push('-');
        } else if options.plus {
            out.push('+');
        }
        out.push_str(match (value.is_nan(), options.upper) {
            (true, false) => "nan",
            (true, true) => "NAN",
            (false, false) => "inf",
            (false, true) => "INF",
        });
        return out;
    }
    if style == Style::Fixed && precision <= MOST_PLACES {
        write_fixed(value, precision, options, &mut out);
        return out;
    }
    let precision = if style == Style::General { precision.max(1) } else { precision };
    let mode = match style {
        Style::Exponent => Mode::Significant(precision.saturating_add(1)),
        Style::Fixed => Mode::Fraction(precision),
        Style::General => Mode::Significant(precision),
        Style::Repr => Mode::Shortest,
    };
    lay_out(&Decimal::new(value, mode), style, precision, options, &mut out);
    out
}

/// The most common form in one go: Rust's own fixed form is exact, and laid out alike.
fn write_fixed(value: f64, precision: usize, options: Options, out: &mut String) {
    if options.plus {
        out.push('+');
    }
    let from = out.len();
    // Writing into a String cannot fail.
    let _ = write!(out, "{:.*}", precision, value.abs());
    let minus = value.is_sign_negative()
        && !(options.no_negative_zero && out.bytes().skip(from).all(|b| matches!(b, b'0' | b'.')));
    if minus {
        out.replace_range(..from, "-");
    }
    if precision == 0 {
        out.push_str(if options.add_dot_0 {
            ".0"
        } else if options.alternate {
            "."
        } else {
            ""
        });
    }
}

fn lay_out(decimal: &Decimal, style: Style, precision: usize, options: Options, out: &mut String) {
    let precision = precision as i64;
    let digits = decimal.digits.as_slice();
    let mut point = decimal.point;
    // The digits to print run from place `start` to place `end`, zeros where `digits` has none.
    let (exponent_form, mut end) = match style {
        Style::Exponent => (true, precision.saturating_add(1)),
        Style::Fixed => (false, point.saturating_add(precision)),
        Style::General => {
            let limit = precision - i64::from(options.add_dot_0);
            let end = if options.alternate { precision } else { digits.len() as i64 };
            (point <= -4 || point > limit, end)
        }
        Style::Repr => (point <= -4 || point > 16, digits.len() as i64),
    };
    let exponent = point - 1;
    if exponent_form {
        point = 1;
    }
    let start = if point <= 0 { point - 1 } else { 0 };
    end = end.max(if !exponent_form && options.add_dot_0 { point + 1 } else { point });

    let minus = decimal.negative && !(options.no_negative_zero && decimal.is_zero());
    if minus {
        out.push('-');
    } else if options.plus {
        out.push('+');
    }
    out.reserve((end - start) as usize + 8);
    for place in start..end {
        if place == point {
            out.push('.');
        }
        let digit = usize::try_from(place).ok().and_then(|p| digits.get(p));
        out.push(digit.map_or('0', |d| char::from(*d)));
    }
    if end == point && options.alternate {
        out.push('.');
    }
    if exponent_form {
        out.push(if options.upper { 'E' } else { 'e' });
        out.push(if exponent < 0 { '-' } else { '+' });
        let exponent = exponent.unsigned_abs();
        if exponent < 10 {
            out.push('0');
        }
        out.push_str(itoa(exponent, &mut [0; 20]));
    }
}

fn itoa(mut n: u64, buffer: &mut [u8; 20]) -> &str {
    let mut at = buffer.len();
    loop {
        at -= 1;
        buffer[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    str::from_utf8(&buffer[at..]).unwrap_or_default()
}

/// `repr(float)`.
pub fn repr(value: f64) -> String {
    // Integral values of moderate size are common and need no digit search.
    if value.abs() < 1e15 && value.trunc() == value && (value != 0.0 || value.is_sign_positive()) {
        let mut out = String::with_capacity(20);
        if value < 0.0 {
            out.push('-');
        }
        out.push_str(itoa(value.abs() as u64, &mut [0; 20]));
        out.push_str(".0");
        return out;
    }
    write(value, Style::Repr, 0, Options { add_dot_0: true, ..Options::default() })
}

/// `repr(complex)`: the real part is left out when it is a positive zero.
pub fn repr_complex(re: f64, im: f64) -> String {
    let plain = Options::default();
    if re == 0.0 && re.is_sign_positive() {
        return write(im, Style::Repr, 0, plain) + "j";
    }
    let re = write(re, Style::Repr, 0, plain);
    let im = write(im, Style::Repr, 0, Options { plus: true, ..plain });
    format!("({re}{im}j)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reprs() {
        for (v, s) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.0, "0.0"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (9999999999999998.0, "9999999999999998.0"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.1, "0.1"),
            (1e22, "1e+22"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::INFINITY, "inf"),
            (-f64::INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-123456.0, "-123456.0"),
            (123456.789, "123456.789"),
        ] {
            assert_eq!(repr(v), s);
        }
        assert_eq!(repr_complex(0.0, 1.0), "1j");
        assert_eq!(repr_complex(-0.0, 1.5), "(-0+1.5j)");
        assert_eq!(repr_complex(1.0, f64::NAN), "(1+nanj)");
        assert_eq!(repr_complex(1.0, -0.0), "(1-0j)");
    }

    #[test]
    fn codes() {
        let f = |v, style, p| write(v, style, p, Options::default());
        let alt = |v, style, p| write(v, style, p, Options { alternate: true, ..Options::default() });
        assert_eq!(f(3.25, Style::Exponent, 0), "3e+00");
        assert_eq!(alt(3.0, Style::Exponent, 0), "3.e+00");
        assert_eq!(f(1234.5678, Style::Exponent, 3), "1.235e+03");
        assert_eq!(f(0.0, Style::Exponent, 2), "0.00e+00");
        assert_eq!(f(0.0, Style::Fixed, 3), "0.000");
        assert_eq!(f(-0.4, Style::Fixed, 0), "-0");
        assert_eq!(f(1e300, Style::Exponent, 2), "1.00e+300");
        assert_eq!(f(0.00001234, Style::General, 6), "1.234e-05");
        assert_eq!(f(100000.0, Style::General, 6), "100000");
        assert_eq!(f(1000000.0, Style::General, 6), "1e+06");
        assert_eq!(alt(1.0, Style::General, 6), "1.00000");
        assert_eq!(f(0.0, Style::General, 0), "0");
        assert_eq!(f(1.0, Style::Fixed, 70_000).len(), 70_002);
        assert_eq!(f(9.5, Style::General, 1), "1e+01");
    }
}
