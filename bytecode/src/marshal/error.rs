//! What can be wrong with marshal data or with an object to be written.

use std::fmt;

/// An error of the format, with CPython's message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MarshalError {
    /// `EOFError`
    Eof(&'static str),
    /// `ValueError`
    Value(String),
    /// `TypeError`
    Type(String),
    /// `UnicodeDecodeError` for these bytes of a string.
    Utf8(Vec<u8>),
}

impl MarshalError {
    pub(super) fn bad(what: &str) -> Self {
        Self::Value(format!("bad marshal data ({what})"))
    }

    pub(super) fn null_in(what: &str) -> Self {
        Self::Type(format!("NULL object in marshal data for {what}"))
    }

    /// The object's type has no marshal form in this version.
    #[must_use]
    pub fn unmarshallable() -> Self {
        Self::Value("unmarshallable object".to_owned())
    }
}

impl fmt::Display for MarshalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eof(message) => f.write_str(message),
            Self::Value(message) | Self::Type(message) => f.write_str(message),
            Self::Utf8(_) => f.write_str("invalid utf-8 in string"),
        }
    }
}

impl std::error::Error for MarshalError {}
