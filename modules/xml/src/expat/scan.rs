//! Finds where the tokens of content end. Not here: what they mean, and the tokens of the document type declaration
//! (`prolog_scan.rs`).

use super::name_table::{is_name, is_name_start};

/// Why no token was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The text ends inside the token.
    Partial,
    /// The text ends inside a character.
    PartialChar,
    /// What stands here is not allowed.
    Invalid(usize),
}

/// A token, or why there is none.
pub type Scan<T> = Result<T, Stop>;

const NAME_START: u8 = 1;
const NAME: u8 = 2;
const SPACE: u8 = 4;
/// Means nothing in content.
const DATA: u8 = 8;
/// Means nothing in an attribute's value.
const VALUE: u8 = 16;

const fn classify(byte: u8, namespaces: bool) -> u8 {
    let mut class = 0;
    if byte.is_ascii_alphabetic() || byte == b'_' || (byte == b':' && !namespaces) {
        class |= NAME_START | NAME;
    }
    if byte.is_ascii_digit() || matches!(byte, b'-' | b'.') {
        class |= NAME;
    }
    if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
        class |= SPACE;
    }
    if (byte >= 0x20 && byte < 0x80 && !matches!(byte, b'<' | b'&' | b']')) || byte == b'\t' {
        class |= DATA;
    }
    if byte >= 0x20 && byte < 0x80 && !matches!(byte, b'<' | b'&' | b'"' | b'\'') {
        class |= VALUE;
    }
    class
}

const fn classes(namespaces: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
        {
            table[byte] = classify(byte as u8, namespaces);
        }
        byte += 1;
    }
    table
}

static CLASSES: [[u8; 256]; 2] = [classes(false), classes(true)];

/// True for the four white-space characters.
#[inline(always)]
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A name in a tag.
#[derive(Clone, Copy, Debug)]
pub struct TagName {
    pub start: usize,
    /// Where the prefix ends.
    pub colon: Option<usize>,
    pub end: usize,
}

/// An attribute as it stands in a tag.
#[derive(Clone, Copy, Debug)]
pub struct RawAttribute {
    pub name: TagName,
    /// Between the quotes.
    pub value: (usize, usize),
    /// The value is just what stands there.
    pub plain: bool,
}

/// A token of content.
#[derive(Clone, Copy, Debug)]
pub enum Token {
    Characters,
    Newline,
    /// A carriage return at the end of the text: a line feed may follow.
    TrailingReturn,
    /// A bracket or two at the end of the text: the end of a CDATA section may follow.
    TrailingBracket,
    StartTag {
        name: TagName,
        empty: bool,
    },
    EndTag {
        name: (usize, usize),
    },
    /// With the character, if there is one of that number.
    CharacterReference(Option<char>),
    EntityReference {
        name: (usize, usize),
    },
    CdataOpen,
    Instruction(Instruction),
    Comment {
        text: (usize, usize),
    },
}

/// A processing instruction.
#[derive(Clone, Copy, Debug)]
pub struct Instruction {
    pub target: (usize, usize),
    pub data: (usize, usize),
    /// It is an XML or text declaration.
    pub is_declaration: bool,
}

/// A text to find tokens in.
#[derive(Clone, Copy)]
pub struct Scanner<'a> {
    text: &'a [u8],
    classes: &'static [u8; 256],
    namespaces: bool,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a [u8], namespaces: bool) -> Scanner<'a> {
        let [without, with] = &CLASSES;
        Scanner { text, classes: if namespaces { with } else { without }, namespaces }
    }

    /// Names with colons are split into prefix and local name.
    pub fn namespaces(&self) -> bool {
        self.namespaces
    }

    #[inline(always)]
    pub fn byte(&self, at: usize) -> Scan<u8> {
        self.text.get(at).copied().ok_or(Stop::Partial)
    }

    #[inline(always)]
    fn is(&self, byte: u8, class: u8) -> bool {
        self.classes.get(usize::from(byte)).is_some_and(|c| c & class != 0)
    }

    /// The character above ASCII at `at`, and where the next one begins.
    pub fn wide_char(&self, at: usize) -> Scan<(u32, usize)> {
        let lead = self.byte(at)?;
        let length = match lead {
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return Err(Stop::Invalid(at)),
        };
        let Some(bytes) = self.text.get(at..at + length) else { return Err(Stop::PartialChar) };
        let c = core::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
        match c {
            Some('\u{FFFE}' | '\u{FFFF}') | None => Err(Stop::Invalid(at)),
            Some(c) => Ok((c as u32, at + length)),
        }
    }

    /// Past the character at `at`, which is any that XML allows.
    #[inline]
    pub fn any_char(&self, at: usize) -> Scan<usize> {
        match self.byte(at)? {
            0x20..0x80 | b'\t' | b'\n' | b'\r' => Ok(at + 1),
            0x80.. => Ok(self.wide_char(at)?.1),
            _ => Err(Stop::Invalid(at)),
        }
    }

    /// Past the character at `at`, which begins a name.
    #[inline]
    pub fn name_start(&self, at: usize) -> Scan<usize> {
        let byte = self.byte(at)?;
        if self.is(byte, NAME_START) {
            return Ok(at + 1);
        }
        if byte < 0x80 {
            return Err(Stop::Invalid(at));
        }
        let (c, next) = self.wide_char(at)?;
        if is_name_start(c) { Ok(next) } else { Err(Stop::Invalid(at)) }
    }

    /// Past the name characters from `at` on; there may be none. The text goes on after them.
    #[inline]
    pub fn name_rest(&self, at: usize) -> Scan<usize> {
        let mut at = at;
        loop {
            let byte = self.byte(at)?;
            if self.is(byte, NAME) {
                at += 1;
            } else if byte < 0x80 {
                return Ok(at);
            } else {
                let (c, next) = self.wide_char(at)?;
                if !is_name(c) {
                    return Err(Stop::Invalid(at));
                }
                at = next;
            }
        }
    }

    /// Past the name at `at`. With namespaces it has no colon.
    pub fn name(&self, at: usize) -> Scan<usize> {
        self.name_rest(self.name_start(at)?)
    }

    /// The name of an element or attribute at `at`, which may have a prefix.
    #[inline]
    fn tag_name(&self, at: usize) -> Scan<TagName> {
        let end = self.name(at)?;
        if !self.namespaces || self.byte(end)? != b':' {
            return Ok(TagName { start: at, colon: None, end });
        }
        Ok(TagName { start: at, colon: Some(end), end: self.name(end + 1)? })
    }

    /// Past the white space at `at`, if any.
    #[inline]
    pub fn spaces(&self, at: usize) -> Scan<usize> {
        let mut at = at;
        while self.is(self.byte(at)?, SPACE) {
            at += 1;
        }
        Ok(at)
    }

    /// Past `expected`.
    fn expect(&self, at: usize, expected: u8) -> Scan<usize> {
        if self.byte(at)? == expected { Ok(at + 1) } else { Err(Stop::Invalid(at)) }
    }

    /// The token of content at `at`, which is not the end of the text, and where the next one begins. The attributes of a
    /// start tag are put into `attributes`.
    pub fn content(&self, at: usize, attributes: &mut Vec<RawAttribute>) -> Scan<(Token, usize)> {
        match self.byte(at)? {
            b'<' => self.markup(at + 1, attributes),
            b'&' => self.reference(at + 1),
            b'\n' => Ok((Token::Newline, at + 1)),
            b'\r' => Ok(match self.text.get(at + 1) {
                None => (Token::TrailingReturn, at + 1),
                Some(b'\n') => (Token::Newline, at + 2),
                Some(_) => (Token::Newline, at + 1),
            }),
            b']' => match self.text.get(at + 1..at + 3) {
                Some(b"]>") => Err(Stop::Invalid(at + 2)),
                None if matches!(self.text.get(at + 1..), Some([] | [b']'])) => {
                    Ok((Token::TrailingBracket, self.text.len()))
                }
                _ => self.characters(at + 1),
            },
            _ => self.characters(self.any_char(at)?),
        }
    }

    /// A run of characters, the first of which lies behind `at`.
    fn characters(&self, at: usize) -> Scan<(Token, usize)> {
        let mut at = at;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += rest.iter().position(|&b| !self.is(b, DATA)).unwrap_or(rest.len());
            match self.text.get(at) {
                Some(b']') => match (self.text.get(at + 1), self.text.get(at + 2)) {
                    (Some(b']'), Some(b'>')) => return Err(Stop::Invalid(at + 2)),
                    (Some(b']'), None) | (None, _) => break,
                    _ => at += 1,
                },
                Some(0x80..) => match self.wide_char(at) {
                    Ok((_, next)) => at = next,
                    Err(_) => break,
                },
                _ => break,
            }
        }
        Ok((Token::Characters, at))
    }

    /// What follows `<`.
    #[inline]
    fn markup(&self, at: usize, attributes: &mut Vec<RawAttribute>) -> Scan<(Token, usize)> {
        match self.byte(at)? {
            b'/' => {
                let end = self.name_start(at + 1).and_then(|next| self.end_name_rest(next))?;
                let close = self.spaces(end)?;
                let next = self.expect(close, b'>')?;
                Ok((Token::EndTag { name: (at + 1, end) }, next))
            }
            b'!' => match self.byte(at + 1)? {
                b'-' => self.comment(at + 2),
                b'[' => self.cdata_open(at + 2),
                _ => Err(Stop::Invalid(at + 1)),
            },
            b'?' => {
                let (instruction, next) = self.instruction(at + 1)?;
                Ok((Token::Instruction(instruction), next))
            }
            _ => self.start_tag(at, attributes),
        }
    }

    /// The rest of an end tag's name: that its colons are right follows from its being the start tag's.
    fn end_name_rest(&self, at: usize) -> Scan<usize> {
        let mut at = self.name_rest(at)?;
        while self.namespaces && self.byte(at)? == b':' {
            at = self.name_rest(at + 1)?;
        }
        Ok(at)
    }

    /// A comment whose first hyphen lies before `at`.
    pub fn comment(&self, at: usize) -> Scan<(Token, usize)> {
        let start = self.expect(at, b'-')?;
        let mut at = start;
        loop {
            if self.byte(at)? == b'-' && self.byte(at + 1)? == b'-' {
                let next = self.expect(at + 2, b'>')?;
                return Ok((Token::Comment { text: (start, at) }, next));
            }
            at = self.any_char(at)?;
        }
    }

    fn cdata_open(&self, at: usize) -> Scan<(Token, usize)> {
        let mut at = at;
        for &expected in b"CDATA[" {
            at = self.expect(at, expected)?;
        }
        Ok((Token::CdataOpen, at))
    }

    /// A processing instruction whose target stands at `at`.
    pub fn instruction(&self, at: usize) -> Scan<(Instruction, usize)> {
        let end = self.name(at)?;
        let target = (at, end);
        let name = self.text.get(at..end).unwrap_or_default();
        let is_declaration = name == b"xml";
        let reserved = !is_declaration && name.eq_ignore_ascii_case(b"xml");
        let after = self.byte(end)?;
        if reserved && (is_space(after) || after == b'?') {
            return Err(Stop::Invalid(end));
        }
        if after == b'?' {
            let next = self.expect(end + 1, b'>')?;
            return Ok((Instruction { target, data: (end, end), is_declaration }, next));
        }
        if !is_space(after) {
            return Err(Stop::Invalid(end));
        }
        let start = self.spaces(end)?;
        let mut at = start;
        loop {
            if self.byte(at)? == b'?' && self.byte(at + 1)? == b'>' {
                return Ok((Instruction { target, data: (start, at), is_declaration }, at + 2));
            }
            at = self.any_char(at)?;
        }
    }

    /// A reference whose ampersand lies before `at`.
    pub fn reference(&self, at: usize) -> Scan<(Token, usize)> {
        if self.byte(at)? != b'#' {
            let end = self.name(at)?;
            let next = self.expect(end, b';')?;
            return Ok((Token::EntityReference { name: (at, end) }, next));
        }
        let (radix, start) = if self.byte(at + 1)? == b'x' { (16, at + 2) } else { (10, at + 1) };
        let mut number = 0_u32;
        let mut at = start;
        loop {
            let byte = self.byte(at)?;
            match char::from(byte).to_digit(radix) {
                Some(digit) => number = number.saturating_mul(radix).saturating_add(digit).min(0x11_0000),
                None if byte == b';' && at > start => break,
                None => return Err(Stop::Invalid(at)),
            }
            at += 1;
        }
        let c = char::from_u32(number).filter(|&c| {
            !matches!(c, '\u{FFFE}' | '\u{FFFF}') && (c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
        });
        Ok((Token::CharacterReference(c), at + 1))
    }

    fn start_tag(&self, at: usize, attributes: &mut Vec<RawAttribute>) -> Scan<(Token, usize)> {
        attributes.clear();
        let name = self.tag_name(at)?;
        let mut at = name.end;
        loop {
            let mut byte = self.byte(at)?;
            if self.is(byte, SPACE) {
                at = self.spaces(at + 1)?;
                byte = self.byte(at)?;
                if byte != b'>' && byte != b'/' {
                    at = self.attribute(at, attributes)?;
                    continue;
                }
            }
            return match byte {
                b'>' => Ok((Token::StartTag { name, empty: false }, at + 1)),
                b'/' => Ok((Token::StartTag { name, empty: true }, self.expect(at + 1, b'>')?)),
                _ => Err(Stop::Invalid(at)),
            };
        }
    }

    fn attribute(&self, at: usize, attributes: &mut Vec<RawAttribute>) -> Scan<usize> {
        let name = self.tag_name(at)?;
        let equals = self.spaces(name.end)?;
        let open = self.spaces(self.expect(equals, b'=')?)?;
        let quote = self.byte(open)?;
        if quote != b'"' && quote != b'\'' {
            return Err(Stop::Invalid(open));
        }
        let start = open + 1;
        let (end, plain) = self.attribute_value(start, quote)?;
        attributes.push(RawAttribute { name, value: (start, end), plain });
        let after = self.byte(end + 1)?;
        if is_space(after) || matches!(after, b'>' | b'/') {
            Ok(end + 1)
        } else {
            Err(Stop::Invalid(end + 1))
        }
    }

    /// Where the value that begins at `at` ends, and whether it is plain.
    fn attribute_value(&self, at: usize, quote: u8) -> Scan<(usize, bool)> {
        let mut plain = true;
        let mut at = at;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += rest.iter().position(|&b| !self.is(b, VALUE)).unwrap_or(rest.len());
            let byte = self.byte(at)?;
            if byte == quote {
                return Ok((at, plain));
            }
            match byte {
                b'&' => {
                    plain = false;
                    at = self.reference(at + 1)?.1;
                }
                b'\t' | b'\r' | b'\n' => {
                    plain = false;
                    at += 1;
                }
                b'<' => return Err(Stop::Invalid(at)),
                _ => at = self.any_char(at)?,
            }
        }
    }

    /// The token of a CDATA section at `at`: nothing at its end.
    pub fn cdata(&self, at: usize) -> Scan<(Option<Token>, usize)> {
        match self.byte(at)? {
            b']' if self.byte(at + 1)? == b']' && self.byte(at + 2)? == b'>' => {
                return Ok((None, at + 3));
            }
            b'\n' => return Ok((Some(Token::Newline), at + 1)),
            b'\r' => {
                let next = if self.byte(at + 1)? == b'\n' { at + 2 } else { at + 1 };
                return Ok((Some(Token::Newline), next));
            }
            _ => {}
        }
        let mut at = self.any_char(at)?;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b']' | b'\r' | b'\n' => break,
                b'\t' | 0x20..0x80 => at += 1,
                _ => match self.any_char(at) {
                    Ok(next) => at = next,
                    Err(_) => break,
                },
            }
        }
        Ok((Some(Token::Characters), at))
    }
}
