//! Integers.

use super::grouping::{Number, lay_out};
use super::{Field, FormatError, LocaleInfo, Spec};
use crate::digits::{IntRef, to_radix};

/// Formats an integer with one of its own types; for `Spec::is_float_code` the caller converts and calls
/// `render_float`. The caller also applies the limit on decimal digits. `locale` is for `n`.
pub fn render_int(spec: &Spec, n: IntRef<'_>, locale: &LocaleInfo) -> Result<Field, FormatError> {
    let code = spec.code_byte().unwrap_or(0xFF);
    let (base, prefix) = match code {
        b'd' | b'n' => (10, ""),
        b'b' => (2, "0b"),
        b'o' => (8, "0o"),
        b'x' => (16, "0x"),
        b'X' => (16, "0X"),
        b'c' => (0, ""),
        _ => return Err(FormatError::UnknownCode(spec.code)),
    };
    if spec.precision.is_some() {
        return Err(FormatError::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(FormatError::value("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if code == b'c' {
        return render_character(spec, n);
    }
    let mut digits = to_radix(n.digits, base);
    if code == b'X' {
        digits.make_ascii_uppercase();
    }
    let number = Number {
        negative: n.negative,
        prefix: if spec.alternate { prefix } else { "" },
        digits: &digits,
        has_point: false,
        fraction: "",
        rest: "",
    };
    if code == b'n' {
        return Ok(lay_out(spec, &number, locale));
    }
    Ok(lay_out(spec, &number, &LocaleInfo::for_separator(spec.grouping, base != 10)))
}

fn render_character(spec: &Spec, n: IntRef<'_>) -> Result<Field, FormatError> {
    if spec.sign.is_some() {
        return Err(FormatError::value("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(FormatError::value("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let Some(character) = n.to_i64() else {
        return Err(FormatError::Overflow("Python int too large to convert to C long"));
    };
    let character = u32::try_from(character).ok().filter(|c| *c < 0x110000);
    if character.is_none() {
        return Err(FormatError::Overflow("%c arg not in range(0x110000)"));
    }
    let mut field = Field { character, ..Field::default() };
    field.pad(spec, 1);
    Ok(field)
}
