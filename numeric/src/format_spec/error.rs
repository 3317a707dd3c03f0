//! What may be wrong with a format specification. Except for `Overflow` all are `ValueError`.

use std::borrow::Cow;

/// A failure to parse or obey a format specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// `ValueError` with this text.
    Value(Cow<'static, str>),
    /// `OverflowError` with this text.
    Overflow(&'static str),
    /// More than a type character remains; the text quotes the whole specification and the type's name.
    InvalidSpecifier,
    /// The type character means nothing for the type, which the text names.
    UnknownCode(u32),
}

impl FormatError {
    pub(super) const fn value(text: &'static str) -> FormatError {
        FormatError::Value(Cow::Borrowed(text))
    }

    /// Whether it is an `OverflowError`.
    pub fn is_overflow(&self) -> bool {
        matches!(self, FormatError::Overflow(_))
    }

    /// The exception's text for a specification and the name of the type it was meant for.
    pub fn message(&self, spec: &str, type_name: &str) -> String {
        match self {
            FormatError::Value(text) => text.clone().into_owned(),
            FormatError::Overflow(text) => (*text).into(),
            FormatError::InvalidSpecifier => {
                format!("Invalid format specifier '{spec}' for object of type '{type_name:.200}'")
            }
            FormatError::UnknownCode(code) => {
                format!("Unknown format code '{}' for object of type '{type_name:.200}'", show(*code))
            }
        }
    }
}

/// A type character as messages show it: as it is, or escaped in hexadecimal.
pub(super) fn show(code: u32) -> String {
    match char::from_u32(code) {
        Some(c @ '!'..='\x7F') => c.into(),
        _ => format!("\\x{code:x}"),
    }
}
