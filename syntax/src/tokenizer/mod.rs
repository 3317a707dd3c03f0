//! Source text to tokens, with CPython's rules for indentation, brackets, f-strings and errors.
//! Knows nothing of grammar: soft keywords are names here.
//! `number`, `string` and `operator` hold what their names say; this file has the rest.

mod number;
mod operator;
mod string;

use crate::error::{ErrorKind, SyntaxError, Warning, WarningCategory};
use crate::identifier;
use crate::token::{Kind, Token, keyword};

pub(crate) use string::StringMode;

/// How deep brackets may nest.
const MAX_BRACKETS: usize = 200;
/// How deep blocks may nest.
const MAX_INDENTS: usize = 100;
const TAB: u32 = 8;

/// Why tokenizing stopped.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// An error complete with its position.
    Raised(Box<SyntaxError>),
    /// The source ends inside brackets or after a backslash.
    Eof,
    /// More of the source is needed to go on (with `more` only); true if a token has begun already.
    NeedLine(bool),
    /// An indentation that fits no outer block.
    Dedent,
    /// Tabs and spaces that compare differently with another tab size.
    Tabs,
    /// Too many blocks.
    TooDeep,
    /// Something after a backslash.
    LineContinuation,
}

/// An open bracket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bracket {
    pub(crate) text: u8,
    pub(crate) lineno: u32,
    pub(crate) col: u32,
}

/// Tokenizes one source, which must be UTF-8 without null bytes. For the parser all line ends are `\n`; the module `tokenize`
/// keeps those of the file.
#[derive(Clone)]
pub(crate) struct Tokenizer<'a> {
    pub(crate) src: &'a str,
    bytes: &'a [u8],
    pub(crate) pos: usize,
    pub(crate) lineno: u32,
    pub(crate) line_start: usize,
    at_line_start: bool,
    blank_line: bool,
    indents: Vec<(u32, u32)>,
    pending_indents: i32,
    pub(crate) brackets: Vec<Bracket>,
    pub(crate) strings: Vec<StringMode>,
    type_comments: bool,
    /// Whether comments and all line ends become tokens, as the module `tokenize` wants them.
    extra_tokens: bool,
    /// Whether `<>` is one token (PEP 401).
    pub(crate) less_greater: bool,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) stop: Option<Stop>,
    comment_line: bool,
    /// Where the comment on this line begins: its NEWLINE token begins there too.
    comment_start: Option<usize>,
    /// Whether `src` may grow: its end is not that of the source then.
    pub(crate) more: bool,
    /// Whether a line begins with the next character that the source gets.
    line_due: bool,
}

/// What a step of the tokenizer gives: a token, or the sign that `stop` holds the reason.
pub(crate) struct Stopped;
type Step<T> = Result<T, Stopped>;

/// Bit 0: may start an identifier; bit 1: may continue one.
static IDENTIFIER_BYTE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let c = byte as u8;
        if c.is_ascii_alphabetic() || c == b'_' || byte >= 128 {
            table[byte] = 3;
        } else if c.is_ascii_digit() {
            table[byte] = 2;
        }
        byte += 1;
    }
    table
};

fn starts_identifier(byte: u8) -> bool {
    IDENTIFIER_BYTE[byte as usize] & 1 != 0
}

fn continues_identifier(byte: u8) -> bool {
    IDENTIFIER_BYTE[byte as usize] & 2 != 0
}

impl<'a> Tokenizer<'a> {
    pub(crate) fn new(src: &'a str, type_comments: bool, extra_tokens: bool) -> Self {
        Tokenizer {
            src,
            bytes: src.as_bytes(),
            pos: 0,
            lineno: u32::from(!src.is_empty()),
            line_start: 0,
            at_line_start: true,
            blank_line: false,
            indents: vec![(0, 0)],
            pending_indents: 0,
            brackets: Vec::new(),
            strings: Vec::new(),
            type_comments,
            extra_tokens,
            less_greater: false,
            warnings: Vec::new(),
            stop: None,
            comment_line: false,
            comment_start: None,
            more: false,
            line_due: false,
        }
    }

    /// A tokenizer for a source that comes line by line: nothing is there yet. See [`Tokenizer::resume`].
    pub(crate) fn for_lines(extra_tokens: bool) -> Self {
        Tokenizer { more: true, line_due: true, ..Tokenizer::new("", false, extra_tokens) }
    }

    /// Goes on in a source that begins with all of the text known so far.
    pub(crate) fn resume<'b>(self, src: &'b str) -> Tokenizer<'b> {
        let mut tokenizer = Tokenizer {
            src,
            bytes: src.as_bytes(),
            pos: self.pos,
            lineno: self.lineno,
            line_start: self.line_start,
            at_line_start: self.at_line_start,
            blank_line: self.blank_line,
            indents: self.indents,
            pending_indents: self.pending_indents,
            brackets: self.brackets,
            strings: self.strings,
            type_comments: self.type_comments,
            extra_tokens: self.extra_tokens,
            less_greater: self.less_greater,
            warnings: self.warnings,
            stop: self.stop,
            comment_line: self.comment_line,
            comment_start: self.comment_start,
            more: self.more,
            line_due: self.line_due,
        };
        if tokenizer.line_due {
            tokenizer.begin_line();
        }
        tokenizer
    }

    /// The byte at `pos + ahead`; 0, which no source holds, past the end.
    #[inline]
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    /// Called with `pos` just after a line end. A line counts only once it has a character.
    fn begin_line(&mut self) {
        self.line_due = self.pos >= self.bytes.len();
        if !self.line_due {
            self.lineno += 1;
            self.line_start = self.pos;
        }
    }

    fn level(&self) -> u8 {
        self.brackets.len() as u8
    }

    #[inline]
    fn token(&self, kind: Kind, start: usize, end: usize) -> Token {
        Token {
            kind,
            level: self.brackets.len() as u8,
            start: start as u32,
            end: end as u32,
            lineno: self.lineno,
            col: (start.wrapping_sub(self.line_start)) as u32,
            end_lineno: self.lineno,
            end_col: (end - self.line_start) as u32,
        }
    }

    /// A token that began on an earlier line.
    fn long_token(&self, kind: Kind, start: usize, end: usize, first: (u32, usize)) -> Token {
        let mut token = self.token(kind, start, end);
        token.lineno = first.0;
        token.col = (start - first.1) as u32;
        token
    }

    /// A token without text: INDENT, DEDENT, ENDMARKER. Their columns are -1 in CPython.
    fn empty_token(&self, kind: Kind) -> Token {
        Token {
            kind,
            level: self.level(),
            start: self.pos as u32,
            end: self.pos as u32,
            lineno: self.lineno,
            col: u32::MAX,
            end_lineno: self.lineno,
            end_col: u32::MAX,
        }
    }

    /// Stops with a `SyntaxError` from `start` to `end`, byte offsets of which a character's *end* gives its
    /// 1-based column.
    fn raise_at<T>(
        &mut self,
        msg: impl Into<String>,
        lineno: u32,
        line_start: usize,
        start: usize,
        end: usize,
    ) -> Step<T> {
        let count = |to: usize| self.src.get(line_start..to).map_or(0, |s| s.chars().count()) as i32;
        let line_end = memchr::memchr(b'\n', self.bytes.get(line_start..).unwrap_or(b""))
            .map_or(self.bytes.len(), |i| line_start + i);
        let error = SyntaxError {
            kind: ErrorKind::Syntax,
            msg: msg.into(),
            lineno: Some(lineno as i32),
            offset: Some(count(start)),
            end_lineno: Some(lineno as i32),
            end_offset: Some(count(end)),
            text: self.src.get(line_start..line_end).map(str::to_owned),
            source: None,
            columns: None,
        };
        self.stop = Some(Stop::Raised(Box::new(error)));
        Err(Stopped)
    }

    /// Stops with an error at the character before `end`.
    fn raise_here<T>(&mut self, msg: impl Into<String>, end: usize) -> Step<T> {
        self.raise_at(msg, self.lineno, self.line_start, end, end)
    }

    fn fail<T>(&mut self, stop: Stop) -> Step<T> {
        self.stop = Some(stop);
        Err(Stopped)
    }

    fn warn(&mut self, msg: String, error_msg: Option<String>, end: usize) {
        let offset = self.src.get(self.line_start..end).map_or(0, |s| s.chars().count()) as i32;
        self.warnings.push(Warning {
            category: WarningCategory::Syntax,
            msg,
            lineno: self.lineno as i32,
            error_offset: offset,
            error_end_offset: offset,
            error_msg,
        });
    }

    /// Tokenizes everything. If an error stops it, the last token is of kind `Error`.
    pub(crate) fn run(&mut self) -> Vec<Token> {
        let mut tokens = Vec::with_capacity(self.bytes.len() / 4 + 8);
        loop {
            match self.next_token() {
                Ok(token) => {
                    tokens.push(token);
                    if token.kind == Kind::EndMarker {
                        return tokens;
                    }
                }
                Err(Stopped) => {
                    tokens.push(self.empty_token(Kind::Error));
                    return tokens;
                }
            }
        }
    }

    /// The next token.
    pub(crate) fn next_token(&mut self) -> Step<Token> {
        match self.strings.last() {
            Some(mode) if mode.in_text => self.string_text(),
            _ => self.regular(),
        }
    }

    fn regular(&mut self) -> Step<Token> {
        loop {
            self.blank_line = false;
            if self.at_line_start {
                self.at_line_start = false;
                self.indentation()?;
            }
            if self.pending_indents != 0 {
                if self.pending_indents < 0 {
                    self.pending_indents += 1;
                    return Ok(self.empty_token(Kind::Dedent));
                }
                self.pending_indents -= 1;
                return Ok(self.empty_token(Kind::Indent));
            }
            if let Some(token) = self.within_line()? {
                return Ok(token);
            }
        }
    }

    /// Measures the indentation at the start of a line and queues INDENT and DEDENT tokens.
    fn indentation(&mut self) -> Step<()> {
        let (mut col, mut alt, mut continued) = (0u32, 0u32, 0u32);
        let ended;
        loop {
            match self.peek(0) {
                b' ' => {
                    col += 1;
                    alt += 1;
                }
                b'\t' => {
                    col = (col / TAB + 1) * TAB;
                    alt += 1;
                }
                0x0c => {
                    col = 0;
                    alt = 0;
                }
                b'\\' => {
                    if continued == 0 {
                        continued = col;
                    }
                    self.pos += 1;
                    self.continuation(false)?;
                    continue;
                }
                _ => {
                    ended = self.at_end();
                    if ended && self.more {
                        return self.fail(Stop::NeedLine(false));
                    }
                    break;
                }
            }
            self.pos += 1;
        }
        if !ended && matches!(self.peek(0), b'#' | b'\n' | b'\r') {
            self.blank_line = true;
            return Ok(());
        }
        if !self.brackets.is_empty() {
            return Ok(());
        }
        if continued != 0 {
            (col, alt) = (continued, continued);
        }
        let (top, alt_top) = self.indents.last().copied().unwrap_or((0, 0));
        if col == top {
            if alt != alt_top {
                return self.tabs();
            }
        } else if col > top {
            if self.indents.len() >= MAX_INDENTS {
                self.skip_line();
                return self.fail(Stop::TooDeep);
            }
            if alt <= alt_top {
                return self.tabs();
            }
            self.pending_indents += 1;
            self.indents.push((col, alt));
        } else {
            while self.indents.len() > 1 && self.indents.last().is_some_and(|top| col < top.0) {
                self.pending_indents -= 1;
                self.indents.pop();
            }
            let (top, alt_top) = self.indents.last().copied().unwrap_or((0, 0));
            if col != top {
                self.skip_line();
                return self.fail(Stop::Dedent);
            }
            if alt != alt_top {
                return self.tabs();
            }
        }
        Ok(())
    }

    fn tabs(&mut self) -> Step<()> {
        self.skip_line();
        self.fail(Stop::Tabs)
    }

    /// Moves past the end of this line, where CPython stands after reading it.
    fn skip_line(&mut self) {
        self.pos = memchr::memchr(b'\n', self.bytes.get(self.pos..).unwrap_or(b""))
            .map_or(self.bytes.len(), |i| self.pos + i + 1);
    }

    /// With `pos` after a backslash: goes to the next line. `begun` says whether the backslash counts as begin of a token, which it does
    /// anywhere but in the indentation.
    fn continuation(&mut self, begun: bool) -> Step<()> {
        self.pos += usize::from(self.peek(0) == b'\r');
        if self.peek(0) != b'\n' {
            self.pos += usize::from(!self.at_end());
            return self.fail(Stop::LineContinuation);
        }
        self.pos += 1;
        if self.at_end() {
            return self.fail(if self.more { Stop::NeedLine(begun) } else { Stop::Eof });
        }
        self.begin_line();
        Ok(())
    }

    /// A token on this line; `None` after a line end that gives no token.
    fn within_line(&mut self) -> Step<Option<Token>> {
        loop {
            while matches!(self.peek(0), b' ' | b'\t' | 0x0c) {
                self.pos += 1;
            }
            let start = self.pos;
            let byte = self.peek(0);
            if starts_identifier(byte) {
                return self.name_or_string().map(Some);
            }
            match byte {
                b'#' => {
                    if let Some(token) = self.comment() {
                        return Ok(Some(token));
                    }
                }
                // Before anything but a line end a carriage return begins a token that goes on as that does.
                b'\r' if self.peek(1) != b'\n' => return self.operator().map(Some),
                b'\n' | b'\r' => {
                    self.pos += usize::from(byte == b'\r');
                    self.at_line_start = true;
                    self.pos += 1;
                    let quiet = self.blank_line || self.comment_line || !self.brackets.is_empty();
                    if quiet && !self.extra_tokens {
                        self.comment_start = None;
                        self.begin_line();
                        return Ok(None);
                    }
                    let kind = if quiet { Kind::Nl } else { Kind::Newline };
                    self.comment_line = false;
                    let start = if self.extra_tokens { start } else { self.comment_start.unwrap_or(start) };
                    self.comment_start = None;
                    let token = self.token(kind, start, self.pos);
                    self.begin_line();
                    return Ok(Some(token));
                }
                b'0'..=b'9' => return self.number().map(Some),
                b'.' => {
                    if self.peek(1).is_ascii_digit() {
                        return self.number().map(Some);
                    }
                    if self.peek(1) == b'.' && self.peek(2) == b'.' {
                        self.pos += 3;
                        return Ok(Some(self.token(Kind::Ellipsis, start, self.pos)));
                    }
                    self.pos += 1;
                    return Ok(Some(self.token(Kind::Dot, start, self.pos)));
                }
                b'\'' | b'"' => return self.string(start).map(Some),
                b'\\' => {
                    self.pos += 1;
                    self.continuation(true)?;
                }
                0 if self.at_end() && self.more => return self.fail(Stop::NeedLine(false)),
                0 if self.at_end() => {
                    if !self.brackets.is_empty() {
                        return self.fail(Stop::Eof);
                    }
                    return Ok(Some(self.end()));
                }
                _ => return self.operator().map(Some),
            }
        }
    }

    /// The tokens at the end: all open blocks close first.
    fn end(&mut self) -> Token {
        self.empty_token(Kind::EndMarker)
    }

    /// Reads a comment; a token only if somebody wants it.
    fn comment(&mut self) -> Option<Token> {
        let start = self.pos;
        let rest = self.bytes.get(start..).unwrap_or(b"");
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end = start + length;
        self.pos = end;
        if self.extra_tokens {
            self.comment_line = self.blank_line;
            return Some(self.token(Kind::Comment, start, end));
        }
        self.comment_start = Some(start);
        if !self.type_comments {
            return None;
        }
        let comment = rest.get(..length)?;
        // `# type:` with any blanks where one stands here.
        let blanks = |text: &[u8]| text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let after_hash = comment.get(1..)?;
        let after_hash = after_hash.get(blanks(after_hash)..)?;
        let after_type = after_hash.strip_prefix(b"type:")?;
        let text = after_type.get(blanks(after_type)..)?;
        let text_start = end - text.len();
        if let Some(tag) = text.strip_prefix(b"ignore")
            && !tag.first().is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 128)
        {
            let mut token = self.token(Kind::TypeIgnore, text_start + 6, end);
            if self.blank_line && self.peek(0) == b'\n' {
                self.pos += 1;
                // On a line of its own, the comment takes the line end with it.
                token.end = self.pos as u32;
                self.begin_line();
                self.at_line_start = true;
            }
            return Some(token);
        }
        Some(self.token(Kind::TypeComment, text_start, end))
    }

    /// A name, or a string with a prefix.
    fn name_or_string(&mut self) -> Step<Token> {
        let start = self.pos;
        let mut ascii = true;
        let mut end = start;
        while let Some(&byte) = self.bytes.get(end)
            && continues_identifier(byte)
        {
            ascii &= byte < 128;
            end += 1;
        }
        let text = self.bytes.get(start..end).unwrap_or(b"");
        if text.len() <= 5 && matches!(self.bytes.get(end), Some(b'\'' | b'"')) && self.string_prefix(text) {
            self.pos = end;
            self.check_prefix(start, text)?;
            return self.string(start);
        }
        self.pos = end;
        if ascii {
            let kind = if text.len() <= 8 { keyword(text) } else { Kind::Name };
            return Ok(self.token(kind, start, end));
        }
        self.check_identifier(start, end)?;
        Ok(self.token(Kind::Name, start, end))
    }

    /// Whether the letters before a quote are taken as a prefix: each of b, u, r, f, t at most once.
    fn string_prefix(&self, text: &[u8]) -> bool {
        let mut seen = 0u8;
        text.iter().all(|byte| {
            let bit = match byte.to_ascii_lowercase() {
                b'b' => 1,
                b'u' => 2,
                b'r' => 4,
                b'f' => 8,
                b't' => 16,
                _ => return false,
            };
            let fresh = seen & bit == 0;
            seen |= bit;
            fresh
        })
    }

    fn check_prefix(&mut self, start: usize, text: &[u8]) -> Step<()> {
        let has = |letter: u8| text.iter().any(|b| b.to_ascii_lowercase() == letter);
        for (a, b) in
            [(b'u', b'b'), (b'u', b'r'), (b'u', b'f'), (b'u', b't'), (b'b', b'f'), (b'b', b't'), (b'f', b't')]
        {
            if has(a) && has(b) {
                let msg = format!("'{}' and '{}' prefixes are incompatible", a as char, b as char);
                return self.raise_at(msg, self.lineno, self.line_start, start + 1, self.pos + 1);
            }
        }
        Ok(())
    }

    /// Checks an identifier that is not ASCII.
    fn check_identifier(&mut self, start: usize, end: usize) -> Step<()> {
        // Who only wants tokens shall have them.
        let text = if self.extra_tokens { "" } else { self.src.get(start..end).unwrap_or("") };
        for (index, c) in text.char_indices() {
            let good = if index == 0 { identifier::is_start(c) } else { identifier::is_continue(c) };
            if good {
                continue;
            }
            let code = c as u32;
            let msg = if identifier::is_printable(c) {
                format!("invalid character '{c}' (U+{code:04X})")
            } else {
                format!("invalid non-printable character U+{code:04X}")
            };
            self.pos = start + index + c.len_utf8();
            return self.raise_here(msg, self.pos);
        }
        if let Some(constant) = identifier::constant(text) {
            let msg = format!("identifier field can't represent '{constant}' constant");
            return self.fail(Stop::Raised(Box::new(SyntaxError::bare(ErrorKind::Value, msg))));
        }
        Ok(())
    }
}

/// The text of a token, for those who have no source at hand.
pub(crate) fn slice<'a>(src: &'a str, token: &Token) -> &'a str {
    src.get(token.start as usize..token.end as usize).unwrap_or("")
}
