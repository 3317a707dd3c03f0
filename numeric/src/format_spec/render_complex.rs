//! Complex numbers: two floats, a `j`, and parentheses where `repr` has them.

use super::render_float::{lay_out_text, presentation, with_locale};
use super::{Align, Field, FormatError, LocaleInfo, Sign, Spec};
use crate::float_text::write;

/// Formats a complex number. `locale` is for `n`.
pub fn render_complex(spec: &Spec, re: f64, im: f64, locale: &LocaleInfo) -> Result<Field, FormatError> {
    if spec.code == '%' as u32 {
        return Err(FormatError::UnknownCode(spec.code));
    }
    let (style, precision, options) = presentation(spec)?;
    if spec.fill == '0' as u32 {
        return Err(FormatError::value("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(FormatError::value("'=' alignment flag is not allowed in complex format specifier"));
    }
    let plain = spec.code == 0;
    let skip_re = plain && re == 0.0 && re.is_sign_positive();
    // Each part is laid out without padding; the imaginary one always has a sign, unless it stands alone.
    let part = |value, sign| {
        let spec = Spec { width: 0, sign, ..*spec };
        let text = write(value, style, precision, options);
        let field = with_locale(&spec, locale, |locale| lay_out_text(&spec, &text, locale));
        field.head + &field.body
    };
    let mut field = Field::default();
    if plain && !skip_re {
        field.body.push('(');
    }
    if !skip_re {
        field.body.push_str(&part(re, spec.sign));
    }
    field.body.push_str(&part(im, if skip_re { spec.sign } else { Some(Sign::Plus) }));
    field.body.push('j');
    if plain && !skip_re {
        field.body.push(')');
    }
    let len = field.body_len();
    field.pad(spec, len);
    Ok(field)
}
