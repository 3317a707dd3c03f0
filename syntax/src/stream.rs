//! The stream of tokens that Python's module `tokenize` shows: with comments and all line ends, errors as they come.
//! The parser has no part in it.

use crate::error::{ErrorKind, SyntaxError, Warning};
use crate::token::{Kind, Token};
use crate::tokenizer::{Stop, Stopped, Tokenizer};

/// Iterates over the tokens of a source that has `\n` line ends only; ends after ENDMARKER or an error.
/// Columns are UTF-8 bytes, as in all tokens; a token's text is what the source has from `start` to `end`.
pub struct TokenStream<'a> {
    tokenizer: Tokenizer<'a>,
    /// A DEDENT stands where the token after it begins, so it has to wait for that one.
    waiting: std::collections::VecDeque<Token>,
    done: bool,
}

impl<'a> TokenStream<'a> {
    /// The tokens of `source`. `extra` asks for comments and all line ends; without, the tokens are those of the parser.
    pub fn new(source: &'a str, extra: bool) -> Self {
        let tokenizer = Tokenizer::new(source, false, extra);
        TokenStream { tokenizer, waiting: std::collections::VecDeque::new(), done: false }
    }

    /// What was warned of so far.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.tokenizer.warnings)
    }

    fn read(&mut self) -> Result<(), Box<SyntaxError>> {
        let mut dedents = 0;
        loop {
            let Ok(mut token) = self.next_token() else {
                self.done = true;
                return Err(self.error());
            };
            match token.kind {
                Kind::Dedent => {
                    dedents += 1;
                    continue;
                }
                Kind::Indent => {
                    token.start -= (token.start as usize - self.tokenizer.line_start) as u32;
                    token.col = 0;
                    token.end_col = token.end - token.start;
                }
                Kind::EndMarker => {
                    self.done = true;
                    token.lineno += 1;
                    token.end_lineno = token.lineno;
                    token.col = 0;
                    token.end_col = 0;
                }
                Kind::FstringMiddle | Kind::TstringMiddle => {
                    // Of a doubled brace the parser counts both, this stream one.
                    token.end_col -= u32::from(self.tokenizer.pos > token.end as usize);
                }
                _ => {}
            }
            for _ in 0..dedents {
                let (start, lineno, col) = (token.start, token.lineno, token.col);
                let dedent =
                    Token { kind: Kind::Dedent, end: start, end_lineno: lineno, end_col: col, ..token };
                self.waiting.push_back(dedent);
            }
            self.waiting.push_back(token);
            return Ok(());
        }
    }

    fn next_token(&mut self) -> Result<Token, Stopped> {
        self.tokenizer.next_token()
    }

    fn error(&mut self) -> Box<SyntaxError> {
        let line = self.tokenizer.lineno as i32;
        let stop = self.tokenizer.stop.take();
        let at_end = matches!(stop, Some(Stop::Eof) | None);
        let (kind, msg) = match stop {
            Some(Stop::Raised(error)) => return error,
            Some(Stop::Dedent) => {
                (ErrorKind::Indentation, "unindent does not match any outer indentation level")
            }
            Some(Stop::Tabs) => (ErrorKind::Tab, "inconsistent use of tabs and spaces in indentation"),
            Some(Stop::TooDeep) => (ErrorKind::Indentation, "too many levels of indentation"),
            Some(Stop::LineContinuation) => {
                (ErrorKind::Syntax, "unexpected character after line continuation character")
            }
            Some(Stop::Eof) | None => (ErrorKind::Syntax, "unexpected EOF in multi-line statement"),
        };
        let col = self.tokenizer.pos.saturating_sub(self.tokenizer.line_start) as i32;
        if at_end {
            // Within a token or after a backslash, CPython still has the text from where that began.
            let begun = !self.tokenizer.strings.is_empty() || self.tokenizer.src.ends_with("\\\n");
            let text = self.tokenizer.src.strip_suffix('\n').unwrap_or(self.tokenizer.src);
            let last = text.rsplit('\n').next().unwrap_or("");
            let line = self.tokenizer.src.lines().count() as i32;
            return Box::new(SyntaxError {
                lineno: Some(line),
                end_offset: Some(if begun { last.len() as i32 + 1 } else { 0 }),
                ..SyntaxError::bare(kind, msg)
            });
        }
        Box::new(SyntaxError { lineno: Some(line), offset: Some(col), ..SyntaxError::bare(kind, msg) })
    }
}

impl Iterator for TokenStream<'_> {
    type Item = Result<Token, Box<SyntaxError>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.waiting.is_empty() {
            if self.done {
                return None;
            }
            if let Err(error) = self.read() {
                return Some(Err(error));
            }
        }
        self.waiting.pop_front().map(Ok)
    }
}
