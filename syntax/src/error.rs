//! What parsing reports: the error of a failed parse and the warnings of a successful one.
//! The texts themselves stand where they are raised.

/// Which exception class the error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `_IncompleteInputError`
    IncompleteInput,
    /// `MemoryError`: the source nests too deeply
    Memory,
    /// `ValueError`: what is no fault of syntax
    Value,
    /// `UnicodeDecodeError`, `LookupError`…: the text of what a codec raised, which becomes a `SyntaxError`
    Decode,
    /// What the caller's [`Normaliser`](crate::Normaliser) has raised
    Refused,
}

/// An error in the source. Positions are what the attributes of `SyntaxError` hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which class.
    pub kind: ErrorKind,
    /// The message.
    pub msg: String,
    /// First line, from 1; `None` where CPython gives no position.
    pub lineno: Option<i32>,
    /// First column in characters, from 1.
    pub offset: Option<i32>,
    /// Last line.
    pub end_lineno: Option<i32>,
    /// Column after the last character, from 1.
    pub end_offset: Option<i32>,
    /// The first line's text, with its line end if it has one.
    pub text: Option<String>,
    /// The whole source, if the parser looked for the best message: there may be a misspelt keyword in it.
    pub source: Option<String>,
    /// What `offset` and `end_offset` are in bytes, if the parser found the error: see [`SyntaxError::show_in`].
    pub columns: Option<(i32, i32)>,
}

impl SyntaxError {
    /// An error without a position.
    pub fn bare(kind: ErrorKind, msg: impl Into<String>) -> Self {
        SyntaxError {
            kind,
            msg: msg.into(),
            lineno: None,
            offset: None,
            end_lineno: None,
            end_offset: None,
            text: None,
            source: None,
            columns: None,
        }
    }

    /// Shows the error in another text of its line. CPython reads the line of a parser's error again from the file that
    /// the source is said to come from, whatever stands there, and counts the characters in it.
    pub fn show_in(&mut self, text: String) {
        if let Some((offset, end_offset)) = self.columns {
            self.offset = Some(characters(offset, &text));
            self.end_offset = Some(characters(end_offset, &text));
        }
        self.text = Some(text);
    }
}

/// An offset in bytes from 1 as one in characters. Of a character that it cuts, what is left of it counts; past the end of the
/// text nothing but that.
pub(crate) fn characters(offset: i32, text: &str) -> i32 {
    match usize::try_from(offset) {
        Ok(offset) if offset > 0 => {
            let head = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
            let count = head.iter().filter(|b| !(0x80..0xc0).contains(*b)).count();
            (count + usize::from(offset > text.len())) as i32
        }
        _ => offset,
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.msg)
    }
}

impl std::error::Error for SyntaxError {}

/// The category of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCategory {
    /// `SyntaxWarning`
    Syntax,
    /// `DeprecationWarning`
    Deprecation,
}

/// A warning. If a filter turns it into an error, the error has `msg` and `error_*`'s positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Which class.
    pub category: WarningCategory,
    /// The message.
    pub msg: String,
    /// The line it is reported for.
    pub lineno: i32,
    /// Should the warning be an error: its first column in characters, from 1.
    pub error_offset: i32,
    /// Should the warning be an error: its last column.
    pub error_end_offset: i32,
    /// Should the warning be an error: a different message, where CPython has one.
    pub error_msg: Option<String>,
}
