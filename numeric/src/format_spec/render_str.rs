//! Strings: only counted here; the caller holds the text.

use super::{Align, Field, FormatError, Sign, Spec};

/// To be written: `left` fills, the first `take` characters, `right` fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringLayout {
    /// Fills before.
    pub left: usize,
    /// Characters of the string.
    pub take: usize,
    /// Fills after.
    pub right: usize,
}

/// Lays out a string of `len` characters.
pub fn lay_out_str(spec: &Spec, len: usize) -> Result<StringLayout, FormatError> {
    if spec.code != 's' as u32 {
        return Err(FormatError::UnknownCode(spec.code));
    }
    match spec.sign {
        Some(Sign::Space) => {
            return Err(FormatError::value("Space not allowed in string format specifier"));
        }
        Some(_) => return Err(FormatError::value("Sign not allowed in string format specifier")),
        None => {}
    }
    if spec.no_negative_zero {
        return Err(FormatError::value("Negative zero coercion (z) not allowed in string format specifier"));
    }
    if spec.alternate {
        return Err(FormatError::value("Alternate form (#) not allowed in string format specifier"));
    }
    if spec.align == Align::AfterSign {
        return Err(FormatError::value("'=' alignment not allowed in string format specifier"));
    }
    let take = spec.precision.map_or(len, |p| p.min(len));
    let mut field = Field::default();
    field.pad(spec, take);
    Ok(StringLayout { left: field.left, take, right: field.right })
}
