//! The stream of tokens that Python's module `tokenize` shows: with comments and all line ends, from a source that comes line by
//! line, errors as they come. The parser has no part in it.

use crate::error::{ErrorKind, SyntaxError, Warning};
use crate::token::{Kind, Token};
use crate::tokenizer::{Stop, Stopped, Tokenizer};

/// Makes tokens of lines. Columns are UTF-8 bytes, as in all tokens; a token's text is what the source has from `start` to `end`.
pub struct TokenStream {
    /// All lines so far.
    source: String,
    /// The state between two tokens; the source is lent to it for one step.
    tokenizer: Tokenizer<'static>,
    extra: bool,
    /// Set when the last step found a token's beginning but not its end.
    begun: bool,
    /// Where the oldest line begins that CPython would still hold: errors at the end count from there.
    held: usize,
    /// Where the first line begins that no step has seen yet.
    unseen: usize,
}

/// What a step of the stream gives.
#[derive(Debug)]
pub enum Step {
    /// A token.
    Token(Token),
    /// Nothing yet: call [`TokenStream::push_line`] or [`TokenStream::end`].
    NeedLine,
    /// The stream is over: a token ends within a character, so that it has no text. CPython takes one byte after a carriage return
    /// that no line end follows, whatever it is.
    Torn(Token),
    /// The stream is over.
    Error(Box<SyntaxError>),
}

impl TokenStream {
    /// A stream without lines. `extra` asks for comments and all line ends; without, the tokens are those of the parser.
    pub fn new(extra: bool) -> Self {
        TokenStream {
            source: String::new(),
            tokenizer: Tokenizer::for_lines(extra),
            extra,
            begun: false,
            held: 0,
            unseen: 0,
        }
    }

    /// Adds a line, which ends with `\n` and has no other one and no null byte.
    pub fn push_line(&mut self, line: &str) {
        if !self.begun && self.tokenizer.strings.is_empty() {
            self.held = self.source.len();
        }
        self.source.push_str(line);
    }

    /// Says that there are no more lines.
    pub fn end(&mut self) {
        self.tokenizer.more = false;
    }

    /// Whether the lines so far end within a string, or after a backslash.
    pub fn within_line(&self) -> bool {
        self.begun || !self.tokenizer.strings.is_empty() || self.source.ends_with("\\\n")
    }

    /// All lines so far.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What was warned of so far.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.tokenizer.warnings)
    }

    /// The next token, if the lines suffice. After an ENDMARKER there is nothing more to ask for.
    pub fn step(&mut self) -> Step {
        if self.begun && self.tokenizer.more && !self.may_end_string() {
            self.unseen = self.source.len();
            return Step::NeedLine;
        }
        let mut tokenizer = self.tokenizer.clone().resume(&self.source);
        match tokenizer.next_token() {
            Ok(token) => {
                let token = self.placed(&tokenizer, token);
                self.tokenizer = tokenizer.resume("");
                self.begun = false;
                if self.source.is_char_boundary(token.end as usize) {
                    Step::Token(token)
                } else {
                    Step::Torn(token)
                }
            }
            Err(Stopped) => {
                if let Some(Stop::NeedLine(begun)) = tokenizer.stop {
                    // The state before this token stays: the next step reads it from its beginning.
                    self.begun = begun;
                    self.unseen = self.source.len();
                    return Step::NeedLine;
                }
                let error = self.error(&mut tokenizer);
                self.tokenizer = tokenizer.resume("");
                Step::Error(error)
            }
        }
    }

    /// Whether an unfinished token can have got its end by the new lines: saves reading a long string again for each line of it.
    fn may_end_string(&self) -> bool {
        let new = self.source.get(self.unseen..).unwrap_or("");
        let within_line = self
            .source
            .get(..self.unseen)
            .is_some_and(|seen| seen.ends_with("\\\n") || seen.ends_with("\\\r\n"));
        within_line || new.contains(['"', '\'', '{', '}'])
    }

    /// The place that a token without text has in this stream.
    fn placed(&self, tokenizer: &Tokenizer<'_>, mut token: Token) -> Token {
        match token.kind {
            Kind::EndMarker | Kind::Dedent if self.extra => {
                let at_end = tokenizer.pos >= self.source.len();
                token.lineno += u32::from(at_end);
                token.end_lineno = token.lineno;
                token.col = if at_end { 0 } else { (tokenizer.pos - tokenizer.line_start) as u32 };
                token.end_col = token.col;
            }
            Kind::Indent if self.extra => {
                token.start = tokenizer.line_start as u32;
                token.col = 0;
                token.end_col = token.end - token.start;
            }
            Kind::FstringMiddle | Kind::TstringMiddle => {
                // Of a doubled brace the parser counts both, this stream one.
                token.end_col -= u32::from(tokenizer.pos > token.end as usize);
            }
            _ => {}
        }
        token
    }

    fn error(&self, tokenizer: &mut Tokenizer<'_>) -> Box<SyntaxError> {
        let line = tokenizer.lineno as i32;
        let (kind, msg) = match tokenizer.stop.take() {
            Some(Stop::Raised(error)) => return error,
            Some(Stop::Dedent) => {
                (ErrorKind::Indentation, "unindent does not match any outer indentation level")
            }
            Some(Stop::Tabs) => (ErrorKind::Tab, "inconsistent use of tabs and spaces in indentation"),
            Some(Stop::TooDeep) => (ErrorKind::Indentation, "too many levels of indentation"),
            Some(Stop::LineContinuation) => {
                (ErrorKind::Syntax, "unexpected character after line continuation character")
            }
            Some(Stop::Eof | Stop::NeedLine(_)) | None => {
                let held = self.begun || !self.tokenizer.strings.is_empty();
                return Box::new(SyntaxError {
                    lineno: Some(line),
                    end_offset: Some(if held { self.source.len() - self.held } else { 0 } as i32),
                    ..SyntaxError::bare(ErrorKind::Syntax, "unexpected EOF in multi-line statement")
                });
            }
        };
        let col = tokenizer.pos.saturating_sub(tokenizer.line_start) as i32;
        Box::new(SyntaxError { lineno: Some(line), offset: Some(col), ..SyntaxError::bare(kind, msg) })
    }
}
