//! One conversion: `%[(key)][flags][width][.precision][length]code`.

use std::ops::Range;

/// What is wrong with a conversion; all are `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PercentError {
    /// The text ends within it.
    Incomplete,
    /// The key has no closing parenthesis.
    IncompleteKey,
    /// The width does not fit a `ssize_t`.
    WidthTooBig,
    /// The precision does not fit an `int`.
    PrecisionTooBig,
}

impl PercentError {
    /// The exception's text.
    pub fn message(self) -> &'static str {
        match self {
            PercentError::Incomplete => "incomplete format",
            PercentError::IncompleteKey => "incomplete format key",
            PercentError::WidthTooBig => "width too big",
            PercentError::PrecisionTooBig => "precision too big",
        }
    }
}

/// The text of the `ValueError` for a code that means nothing, at its place in the whole text.
pub fn unsupported(code: u32, at: usize) -> String {
    let shown = char::from_u32(code).filter(|c| (' '..='~').contains(c)).unwrap_or('?');
    format!("unsupported format character '{shown}' (0x{code:x}) at index {at}")
}

/// What parsing asks of the caller on its way, in CPython's order.
pub trait Arguments {
    /// The caller's error.
    type Error;
    /// A parenthesis opens a key: fails if the arguments are no mapping.
    fn need_mapping(&mut self) -> Result<(), Self::Error>;
    /// Looks a key up, given by its place in the text; what follows formats the value found.
    fn key(&mut self, key: Range<usize>) -> Result<(), Self::Error>;
    /// The next argument, an integer, as the width of `*` (fails beyond a `ssize_t`).
    fn width(&mut self) -> Result<i64, Self::Error>;
    /// The next argument, an integer, as the precision of `.*` (fails beyond an `int`).
    fn precision(&mut self) -> Result<i32, Self::Error>;
    /// Turns a parse error into the caller's.
    fn error(&mut self, error: PercentError) -> Self::Error;
}

/// A parsed conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// `-`.
    pub left: bool,
    /// `+`.
    pub plus: bool,
    /// Space.
    pub space: bool,
    /// `#`.
    pub alternate: bool,
    /// `0`.
    pub zero: bool,
    /// The least width.
    pub width: usize,
    /// The precision, if given.
    pub precision: Option<usize>,
    /// A key was given.
    pub keyed: bool,
    /// The code; the caller judges it (after it has fetched the argument).
    pub code: u32,
    /// Place of the code in the text.
    pub at: usize,
}

impl Conversion {
    /// The code, if it is ASCII.
    pub fn code_byte(&self) -> u8 {
        u8::try_from(self.code).unwrap_or(0xFF)
    }
}

/// Parses a conversion of a text of `len` code points, from the place behind its `%`. (`%%` is the caller's: it is one
/// only with nothing between.)
pub fn parse<A: Arguments>(
    len: usize,
    get: impl Fn(usize) -> u32,
    from: usize,
    arguments: &mut A,
) -> Result<Conversion, A::Error> {
    let mut at = from;
    let peek = |at: usize| if at < len { char::from_u32(get(at)).unwrap_or('\u{FFFD}') } else { '\0' };
    let mut out = Conversion::default();
    if at < len && peek(at) == '(' {
        arguments.need_mapping()?;
        let start = at + 1;
        let mut depth = 1;
        at = start;
        while depth > 0 {
            if at >= len {
                return Err(arguments.error(PercentError::IncompleteKey));
            }
            match peek(at) {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        arguments.key(start..at - 1)?;
        out.keyed = true;
    }
    loop {
        match peek(at) {
            '-' => out.left = true,
            '+' => out.plus = true,
            ' ' => out.space = true,
            '#' => out.alternate = true,
            '0' => out.zero = true,
            _ => break,
        }
        at += 1;
    }
    let number = |at: &mut usize, most: i64| {
        let mut value = 0i64;
        while let Some(digit) = peek(*at).to_digit(10) {
            value = value.checked_mul(10)?.checked_add(digit.into()).filter(|v| *v <= most)?;
            *at += 1;
        }
        Some(value as usize)
    };
    if peek(at) == '*' {
        let width = arguments.width()?;
        out.left |= width < 0;
        out.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        at += 1;
    } else {
        match number(&mut at, i64::MAX) {
            Some(width) => out.width = width,
            None => return Err(arguments.error(PercentError::WidthTooBig)),
        }
    }
    if peek(at) == '.' {
        at += 1;
        if peek(at) == '*' {
            let precision = arguments.precision()?;
            out.precision = Some(usize::try_from(precision).unwrap_or(0));
            at += 1;
        } else {
            match number(&mut at, i32::MAX.into()) {
                Some(precision) => out.precision = Some(precision),
                None => return Err(arguments.error(PercentError::PrecisionTooBig)),
            }
        }
    }
    if matches!(peek(at), 'h' | 'l' | 'L') {
        at += 1;
    }
    if at >= len {
        return Err(arguments.error(PercentError::Incomplete));
    }
    out.code = get(at);
    out.at = at;
    Ok(out)
}
