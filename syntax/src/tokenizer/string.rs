//! String literals; f-strings and t-strings, which alternate between text and tokens.

use super::{Step, Tokenizer};
use crate::token::{Kind, Token};

/// How deep f-strings may nest in one another.
const MAX_STRINGS: usize = 150;
/// How deep replacement fields may nest in format specifications.
const MAX_FIELDS: i32 = 3;

/// The state of an f-string or t-string that is being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringMode {
    quote: u8,
    quote_size: usize,
    raw: bool,
    template: bool,
    /// Whether text comes next, not the tokens of a replacement field.
    pub(super) in_text: bool,
    pub(super) in_format_spec: bool,
    /// Brackets open since the string began.
    pub(super) braces: i32,
    /// Fields open, less one: the level of brackets at which the innermost field's own text stands.
    pub(super) open_fields: i32,
    start: usize,
    lineno: u32,
    line_start: usize,
}

impl StringMode {
    pub(super) fn letter(&self) -> char {
        if self.template { 't' } else { 'f' }
    }

    fn kind(&self, fstring: Kind, tstring: Kind) -> Kind {
        if self.template { tstring } else { fstring }
    }
}

impl Tokenizer<'_> {
    /// With `pos` at the quote and `start` at the prefix.
    pub(super) fn string(&mut self, start: usize) -> Step<Token> {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        let quote_size = if triple { 3 } else { 1 };
        let prefix = self.src.as_bytes().get(start..self.pos).unwrap_or(b"");
        if let Some(letter) = prefix.iter().map(|b| b | 0x20).find(|b| matches!(b, b'f' | b't')) {
            let raw = prefix.iter().any(|b| b | 0x20 == b'r');
            return self.begin_string(start, quote, quote_size, raw, letter == b't');
        }
        let first = (self.lineno, self.line_start);
        self.pos += quote_size;
        if !triple && self.peek(0) == quote {
            self.pos += 1;
            return Ok(self.token(Kind::String, start, self.pos));
        }
        let mut escaped_quote = false;
        let bytes = self.src.as_bytes();
        loop {
            let rest = bytes.get(self.pos..).unwrap_or(b"");
            let Some(skip) = memchr::memchr3(quote, b'\\', b'\n', rest) else {
                self.pos = bytes.len();
                if self.more {
                    return self.fail(super::Stop::NeedLine(true));
                }
                return self.unterminated(start, quote, quote_size, first, escaped_quote);
            };
            self.pos += skip + 1;
            match rest.get(skip).copied().unwrap_or(0) {
                b'\\' => {
                    let next = self.peek(0);
                    escaped_quote |= next == quote;
                    self.pos += usize::from(next == b'\r');
                    let next = self.peek(0);
                    if next == b'\n' {
                        self.pos += 1;
                        self.begin_line();
                    } else if !self.at_end() {
                        self.pos += 1;
                    }
                }
                b'\n' if !triple => {
                    self.pos -= 1;
                    return self.unterminated(start, quote, quote_size, first, escaped_quote);
                }
                b'\n' => self.begin_line(),
                _ if !triple => break,
                _ => {
                    if self.peek(0) == quote && self.peek(1) == quote {
                        self.pos += 2;
                        break;
                    }
                }
            }
        }
        Ok(self.long_token(Kind::String, start, self.pos, first))
    }

    fn unterminated<T>(
        &mut self,
        start: usize,
        quote: u8,
        quote_size: usize,
        first: (u32, usize),
        escaped_quote: bool,
    ) -> Step<T> {
        let detected = self.lineno;
        let (lineno, line_start) = first;
        let msg = match self.strings.last() {
            // The quote was rather meant to end the string around it.
            Some(mode) if mode.quote == quote && mode.quote_size == quote_size => {
                format!("{}-string: expecting '}}'", mode.letter())
            }
            _ if quote_size == 3 => {
                format!("unterminated triple-quoted string literal (detected at line {detected})")
            }
            _ if escaped_quote => format!(
                "unterminated string literal (detected at line {detected}); \
                 perhaps you escaped the end quote?"
            ),
            _ => format!("unterminated string literal (detected at line {detected})"),
        };
        self.raise_at(msg, lineno, line_start, start + 1, start + 1)
    }

    fn begin_string(
        &mut self,
        start: usize,
        quote: u8,
        quote_size: usize,
        raw: bool,
        template: bool,
    ) -> Step<Token> {
        self.pos += quote_size;
        if self.strings.len() + 1 >= MAX_STRINGS {
            return self.raise_here("too many nested f-strings or t-strings", self.pos);
        }
        let mode = StringMode {
            quote,
            quote_size,
            raw,
            template,
            in_text: true,
            in_format_spec: false,
            braces: 0,
            open_fields: -1,
            start,
            lineno: self.lineno,
            line_start: self.line_start,
        };
        self.strings.push(mode);
        Ok(self.token(mode.kind(Kind::FstringStart, Kind::TstringStart), start, self.pos))
    }

    /// The next token where the text of an f-string or t-string stands.
    pub(super) fn string_text(&mut self) -> Step<Token> {
        let Some(&mode) = self.strings.last() else {
            return self.regular();
        };
        let start = self.pos;
        let middle = mode.kind(Kind::FstringMiddle, Kind::TstringMiddle);
        if self.peek(0) == b'{' && self.peek(1) != b'{' {
            self.open_field()?;
            return self.regular();
        }
        let closing = |t: &Self| (0..mode.quote_size).all(|i| t.peek(i) == mode.quote);
        if closing(self) {
            self.pos += mode.quote_size;
            self.strings.pop();
            return Ok(self.token(mode.kind(Kind::FstringEnd, Kind::TstringEnd), start, self.pos));
        }
        let first = (self.lineno, self.line_start);
        let mut in_name = false;
        loop {
            let byte = self.peek(0);
            if self.at_end() && self.more {
                return self.fail(super::Stop::NeedLine(true));
            }
            if self.at_end() || (mode.quote_size == 1 && byte == b'\n') {
                if mode.in_format_spec && mode.open_fields >= 0 && mode.quote_size == 1 {
                    let msg = format!(
                        "{}-string: newlines are not allowed in format specifiers for single quoted {}-strings",
                        mode.letter(),
                        mode.letter()
                    );
                    self.pos += 1;
                    return self.raise_here(msg, self.pos);
                }
                let triple = if mode.quote_size == 3 { "triple-quoted " } else { "" };
                let msg = format!(
                    "unterminated {triple}{}-string literal (detected at line {})",
                    mode.letter(),
                    self.lineno
                );
                return self.raise_at(msg, mode.lineno, mode.line_start, mode.start + 1, mode.start + 1);
            }
            if byte == mode.quote && closing(self) {
                return Ok(self.long_token(middle, start, self.pos, first));
            }
            self.pos += 1;
            match byte {
                b'\n' => self.begin_line(),
                b'{' => {
                    if self.peek(0) != b'{' || mode.in_format_spec {
                        self.pos -= 1;
                        return self.end_text(middle, start, first);
                    }
                    // The first brace of a pair belongs to the text, the second to nothing.
                    return Ok(self.text_before_brace(middle, start, first));
                }
                b'}' if in_name => {
                    return Ok(self.long_token(middle, start, self.pos, first));
                }
                b'}' => {
                    if self.peek(0) == b'}' && !mode.in_format_spec && mode.braces == 0 {
                        return Ok(self.text_before_brace(middle, start, first));
                    }
                    self.pos -= 1;
                    return self.end_text(middle, start, first);
                }
                b'\\' => {
                    self.pos += usize::from(self.peek(0) == b'\r');
                    let next = self.peek(0);
                    if matches!(next, b'{' | b'}') {
                        if !mode.raw {
                            self.warn_escape(next);
                        }
                        continue;
                    }
                    // Whatever follows is no end of the string, in raw strings too.
                    if !self.at_end() {
                        self.pos +=
                            self.src.get(self.pos..).and_then(|s| s.chars().next()).map_or(1, char::len_utf8);
                    }
                    if next == b'\n' {
                        self.begin_line();
                    } else if next == b'N' && !mode.raw && self.peek(0) == b'{' {
                        self.pos += 1;
                        in_name = true;
                    }
                }
                _ => {}
            }
        }
    }

    /// After the first brace of a pair: its text ends here, its place after the second.
    fn text_before_brace(&mut self, middle: Kind, start: usize, first: (u32, usize)) -> Token {
        let mut token = self.long_token(middle, start, self.pos, first);
        token.end_col += 1;
        self.pos += 1;
        token
    }

    fn end_text(&mut self, middle: Kind, start: usize, first: (u32, usize)) -> Step<Token> {
        if self.peek(0) == b'{' {
            self.open_field()?;
        } else if let Some(mode) = self.strings.last_mut() {
            mode.in_text = false;
        }
        Ok(self.long_token(middle, start, self.pos, first))
    }

    /// At the brace that begins a replacement field.
    fn open_field(&mut self) -> Step<()> {
        if let Some(mode) = self.strings.last_mut() {
            mode.open_fields += 1;
            mode.in_text = false;
            if mode.open_fields >= MAX_FIELDS {
                let msg = format!("{}-string: expressions nested too deeply", mode.letter());
                return self.raise_here(msg, self.pos);
            }
        }
        Ok(())
    }

    fn warn_escape(&mut self, byte: u8) {
        let c = byte as char;
        let head = format!("\"\\{c}\" is an invalid escape sequence.");
        let tail = format!("Did you mean \"\\\\{c}\"? A raw string is also an option.");
        self.warn(
            format!("{head} Such sequences will not work in the future. {tail}"),
            Some(format!("{head} {tail}")),
            self.pos + 1,
        );
    }
}
