//! Parsing: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.

use super::FormatError;
use super::error::show;
use std::borrow::Cow;

/// Where padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`: after.
    Left,
    /// `>`: before.
    Right,
    /// `^`: on both sides.
    Center,
    /// `=`: between sign and digits.
    AfterSign,
}

impl Align {
    fn from_char(c: u32) -> Option<Align> {
        match char::from_u32(c)? {
            '<' => Some(Align::Left),
            '>' => Some(Align::Right),
            '^' => Some(Align::Center),
            '=' => Some(Align::AfterSign),
            _ => None,
        }
    }
}

/// What stands before a number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `-`: nothing, said explicitly.
    Minus,
    /// `+`.
    Plus,
    /// A space.
    Space,
}

/// A digit group separator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `,`.
    Comma,
    /// `_`; by four digits in bases 2, 8 and 16.
    Underscore,
}

impl Separator {
    pub(super) fn as_char(self) -> char {
        match self {
            Separator::Comma => ',',
            Separator::Underscore => '_',
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Separator::Comma => ",",
            Separator::Underscore => "_",
        }
    }
}

/// What a type puts in for what a specification leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The type character; 0 for none.
    pub code: u32,
    /// The alignment.
    pub align: Align,
}

impl Defaults {
    /// For `str`.
    pub const STR: Defaults = Defaults { code: 's' as u32, align: Align::Left };
    /// For `int`.
    pub const INT: Defaults = Defaults { code: 'd' as u32, align: Align::Right };
    /// For `float` and `complex`.
    pub const FLOAT: Defaults = Defaults { code: 0, align: Align::Right };
}

/// A parsed specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The fill character.
    pub fill: u32,
    /// The alignment.
    pub align: Align,
    /// The sign option, if given.
    pub sign: Option<Sign>,
    /// `z`: no negative zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alternate: bool,
    /// The least width.
    pub width: usize,
    /// Grouping of the integer part.
    pub grouping: Option<Separator>,
    /// The precision, if given.
    pub precision: Option<usize>,
    /// Grouping of the fraction.
    pub fraction_grouping: Option<Separator>,
    /// The type character; 0 for none.
    pub code: u32,
}

impl Spec {
    /// The type character, if it is ASCII; 0 if there is none.
    pub fn code_byte(&self) -> Option<u8> {
        u8::try_from(self.code).ok().filter(u8::is_ascii)
    }

    /// Whether an integer is to be shown as a float.
    pub fn is_float_code(&self) -> bool {
        matches!(self.code_byte(), Some(b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%'))
    }
}

/// A place in the text, read through a function so that any string representation will do.
struct Reader<F> {
    at: usize,
    len: usize,
    get: F,
}

impl<F: Fn(usize) -> u32> Reader<F> {
    fn peek(&self, ahead: usize) -> Option<u32> {
        let at = self.at + ahead;
        (at < self.len).then(|| (self.get)(at))
    }

    fn skip(&mut self, c: char) -> bool {
        let found = self.peek(0) == Some(c as u32);
        self.at += usize::from(found);
        found
    }

    /// A decimal number of any script's digits; `None` if no digit stands here.
    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let Some(digit) = self.peek(0).and_then(krait_unicode::character::decimal_value) {
            let next = value.unwrap_or(0i64).checked_mul(10).and_then(|v| v.checked_add(i64::from(digit)));
            value = Some(next.ok_or(FormatError::value("Too many decimal digits in format string"))?);
            self.at += 1;
        }
        Ok(value.map(|v| v as usize))
    }

    fn separator(&mut self) -> Result<Option<Separator>, FormatError> {
        let both = Err(FormatError::value("Cannot specify both ',' and '_'."));
        if self.skip(',') {
            return if self.skip('_') { both } else { Ok(Some(Separator::Comma)) };
        }
        if self.skip('_') {
            return if self.skip(',') { both } else { Ok(Some(Separator::Underscore)) };
        }
        Ok(None)
    }
}

fn bad_separator(separator: Separator, code: u32) -> FormatError {
    let text = format!("Cannot specify '{}' with '{}'.", separator.as_char(), show(code));
    FormatError::Value(Cow::Owned(text))
}

/// Parses a specification of `len` code points read through `get`. An empty one is valid here, though types treat it
/// as `str()`.
pub fn parse(len: usize, get: impl Fn(usize) -> u32, defaults: Defaults) -> Result<Spec, FormatError> {
    let mut text = Reader { at: 0, len, get };
    let mut spec = Spec {
        fill: ' ' as u32,
        align: defaults.align,
        sign: None,
        no_negative_zero: false,
        alternate: false,
        width: 0,
        grouping: None,
        precision: None,
        fraction_grouping: None,
        code: defaults.code,
    };
    let mut fill_given = false;
    let mut align_given = true;
    if let Some(align) = text.peek(1).and_then(Align::from_char) {
        spec.align = align;
        spec.fill = text.peek(0).unwrap_or(spec.fill);
        fill_given = true;
        text.at += 2;
    } else if let Some(align) = text.peek(0).and_then(Align::from_char) {
        spec.align = align;
        text.at += 1;
    } else {
        align_given = false;
    }
    for (c, sign) in [(' ', Sign::Space), ('+', Sign::Plus), ('-', Sign::Minus)] {
        if text.skip(c) {
            spec.sign = Some(sign);
            break;
        }
    }
    spec.no_negative_zero = text.skip('z');
    spec.alternate = text.skip('#');
    // A zero before the width is an old spelling of `0=`, for numbers.
    if !fill_given && text.skip('0') {
        spec.fill = '0' as u32;
        if !align_given && defaults.align == Align::Right {
            spec.align = Align::AfterSign;
        }
    }
    spec.width = text.number()?.unwrap_or(0);
    spec.grouping = text.separator()?;
    if text.skip('.') {
        spec.precision = text.number()?;
        spec.fraction_grouping = text.separator()?;
        if spec.precision.is_none() && spec.fraction_grouping.is_none() {
            return Err(FormatError::value("Format specifier missing precision"));
        }
    }
    if text.peek(1).is_some() {
        return Err(FormatError::InvalidSpecifier);
    }
    if let Some(code) = text.peek(0) {
        spec.code = code;
    }
    let code = spec.code_byte().unwrap_or(0xFF);
    if let Some(separator) = spec.grouping {
        match code {
            b'd' | b'e' | b'f' | b'g' | b'E' | b'G' | b'%' | b'F' | 0 => {}
            b'b' | b'o' | b'x' | b'X' if separator == Separator::Underscore => {}
            _ => return Err(bad_separator(separator, spec.code)),
        }
    }
    if let (b'n', Some(separator)) = (code, spec.fraction_grouping) {
        return Err(bad_separator(separator, spec.code));
    }
    Ok(spec)
}

/// Parses a specification given as text.
pub fn parse_str(text: &str, defaults: Defaults) -> Result<Spec, FormatError> {
    if text.is_ascii() {
        let bytes = text.as_bytes();
        return parse(bytes.len(), |i| bytes.get(i).copied().map_or(0, u32::from), defaults);
    }
    let chars: Vec<u32> = text.chars().map(u32::from).collect();
    parse(chars.len(), |i| chars.get(i).copied().unwrap_or(0), defaults)
}
