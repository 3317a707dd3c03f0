//! Floats.

use super::grouping::{Number, lay_out};
use super::{Field, FormatError, LocaleInfo, Spec};
use crate::float_text::{MOST_PRECISION, Options, Style, write};

/// The style, case and precision that a type character and a precision ask for. `None` if it is no float type.
pub(super) fn presentation(spec: &Spec) -> Result<(Style, usize, Options), FormatError> {
    let mut options =
        Options { alternate: spec.alternate, no_negative_zero: spec.no_negative_zero, ..Options::default() };
    let code = spec.code_byte().unwrap_or(0xFF);
    options.upper = code.is_ascii_uppercase();
    let style = match code {
        b'e' | b'E' => Style::Exponent,
        b'f' | b'F' | b'%' => Style::Fixed,
        b'g' | b'G' | b'n' => Style::General,
        // Like repr, or like `g` if a precision is given.
        0 if spec.precision.is_some() => Style::General,
        0 => Style::Repr,
        _ => return Err(FormatError::UnknownCode(spec.code)),
    };
    let precision = spec.precision.unwrap_or(if style == Style::Repr { 0 } else { 6 });
    if precision > MOST_PRECISION {
        return Err(FormatError::value("precision too big"));
    }
    Ok((style, precision, options))
}

/// Takes the text of a float apart and lays it out.
pub(super) fn lay_out_text(spec: &Spec, text: &str, locale: &LocaleInfo) -> Field {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let split = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(split(text));
    let (has_point, rest) = match rest.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (fraction, rest) = if has_point { rest.split_at(split(rest)) } else { ("", rest) };
    lay_out(spec, &Number { negative, prefix: "", digits, has_point, fraction, rest }, locale)
}

/// The grouping and point that a specification asks for; `locale` is for `n`.
pub(super) fn with_locale<R>(spec: &Spec, locale: &LocaleInfo, f: impl FnOnce(&LocaleInfo) -> R) -> R {
    if spec.code == 'n' as u32 { f(locale) } else { f(&LocaleInfo::for_separator(spec.grouping, false)) }
}

/// Formats a float. `locale` is for `n`.
pub fn render_float(spec: &Spec, value: f64, locale: &LocaleInfo) -> Result<Field, FormatError> {
    let (style, precision, mut options) = presentation(spec)?;
    options.add_dot_0 = spec.code == 0;
    let percent = spec.code == '%' as u32;
    let mut text = write(if percent { value * 100.0 } else { value }, style, precision, options);
    if percent {
        text.push('%');
    }
    Ok(with_locale(spec, locale, |locale| lay_out_text(spec, &text, locale)))
}
