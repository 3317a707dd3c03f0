//! The parser: recursive descent over the tokens, one function for each rule of the grammar.
//! This file has the machine: tokens, backtracking, error positions, and the two passes. The rules are in
//! the files beside it; `diagnosis` and the `…_diagnosed` functions work in the second pass only.
//!
//! The grammar: <https://docs.python.org/3.14/reference/grammar.html>. Where the farthest token that was looked at
//! decides an error's position, the functions look at exactly the tokens that the grammar's alternatives do.

mod call;
mod collection;
mod compound;
mod comprehension;
mod diagnosis;
mod expression;
mod number;
mod parameters;
mod pattern;
mod statement;
mod string;
mod target;
mod type_parameters;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use bumpalo::Bump;

use crate::ast::*;
use crate::error::{ErrorKind, SyntaxError, Warning, characters};
use crate::identifier;
use crate::token::{Kind, Token};
use crate::tokenizer::{Bracket, Stop, Tokenizer, slice};
use crate::{Mode, ParseOptions};

/// How deep rules may call each other. Sized so that the stack stays under two megabytes.
const MAX_DEPTH: u32 = 6000;

/// Why a rule gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fail {
    /// It does not match here; another may.
    Mismatch,
    /// `Parser::error` is set.
    Raised,
}

pub(crate) type Parsed<T> = Result<T, Fail>;
pub(crate) type E<'a> = &'a Expr<'a>;

/// Rules whose results the second pass remembers, since many alternatives ask for them again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Expression,
    Disjunction,
    BitwiseOr,
    Factor,
    Primary,
    StarExpression,
    InvalidNamed,
}

/// The state of a parse.
pub(crate) struct Parser<'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) src: &'a str,
    tokens: Vec<Token>,
    /// The next token to consume.
    pub(crate) pos: usize,
    /// One past the farthest token looked at.
    fill: usize,
    /// Whether this is the second pass, which looks for the precise message.
    pub(crate) diagnosing: bool,
    /// Whether the second pass runs, `diagnosing` or, for a moment, not.
    pub(crate) second_pass: bool,
    depth: u32,
    pub(crate) options: ParseOptions<'a>,
    pub(crate) error: Option<Box<SyntaxError>>,
    pub(crate) warnings: Vec<Warning>,
    memo: HashMap<(Rule, u32), (Option<E<'a>>, u32)>,
    /// In the second pass: blocks read before, by their first token.
    block_memo: HashMap<u32, (Option<&'a [Stmt<'a>]>, u32)>,
    /// In the second pass: the tokens at which no pattern begins.
    no_pattern: HashSet<u32>,
    type_ignores: Vec<TypeIgnore<'a>>,
    stop: Option<Stop>,
    open_brackets: Vec<Bracket>,
    open_strings: usize,
    /// Up to where invalid escapes have been warned of.
    pub(crate) warned_to: u32,
    /// Whether the caller's normaliser has failed.
    pub(crate) refused: Cell<bool>,
}

/// The future feature of PEP 401.
const BARRY: &str = "barry_as_FLUFL";

impl<'a> Parser<'a> {
    pub(crate) fn new(arena: &'a Bump, src: &'a str, options: ParseOptions<'a>) -> Self {
        let mut tokenizer = Tokenizer::new(src, options.type_comments, false);
        // Who only mentions PEP 401's feature gets other tokens, but the same tree.
        tokenizer.less_greater =
            options.barry_as_bdfl || memchr::memmem::find(src.as_bytes(), BARRY.as_bytes()).is_some();
        let mut tokens = tokenizer.run();
        let mut type_ignores = Vec::new();
        if options.type_comments {
            tokens.retain(|token| {
                if token.kind == Kind::TypeIgnore {
                    type_ignores.push(TypeIgnore { lineno: token.lineno as i32, tag: slice(src, token) });
                }
                token.kind != Kind::TypeIgnore
            });
        }
        if options.mode == Mode::Single {
            imply_newline(&mut tokens, !options.dont_imply_dedent);
        }
        Parser {
            arena,
            src,
            tokens,
            pos: 0,
            fill: 0,
            diagnosing: false,
            second_pass: false,
            depth: 0,
            options,
            error: None,
            warnings: tokenizer.warnings,
            memo: HashMap::new(),
            block_memo: HashMap::new(),
            no_pattern: HashSet::new(),
            type_ignores,
            stop: tokenizer.stop,
            open_brackets: tokenizer.brackets,
            open_strings: tokenizer.strings.len(),
            warned_to: 0,
            refused: Cell::new(false),
        }
    }

    /// Parses in the mode asked for; after a failure once more, for the best message.
    pub(crate) fn run(&mut self) -> Result<Mod<'a>, Box<SyntaxError>> {
        let result = self.start();
        if let Ok(tree) = result {
            if self.options.mode == Mode::Single {
                self.single_statement()?;
            }
            return Ok(tree);
        }
        if self.options.allow_incomplete_input && self.at_end_of_source() {
            self.error = None;
            self.diagnosing = false;
            let last = self.last_token();
            self.set_at_empty(ErrorKind::IncompleteInput, &last, "incomplete input");
            return Err(self.take_error());
        }
        if self.error.is_none() && !self.stopped() {
            let last = self.last_token();
            self.pos = 0;
            self.depth = 0;
            self.memo.clear();
            self.diagnosing = true;
            self.second_pass = true;
            let _ = self.start();
            if self.error.as_ref().is_some_and(|e| e.kind == ErrorKind::Memory) {
                // The search for a better message went too deep: the plain one stays.
                self.error = None;
            }
            self.conclude(last);
            let mut error =
                match self.stopped() && self.error.as_ref().is_none_or(|e| e.kind != ErrorKind::Memory) {
                    true => self.stop_error(),
                    false => self.take_error(),
                };
            error.source = Some(self.src.to_owned());
            return Err(error);
        } else if !self.stopped() && self.error.as_ref().is_some_and(|e| e.kind != ErrorKind::Memory) {
            self.prefer_later_error();
        }
        if self.stopped() && self.error.as_ref().is_none_or(|e| e.kind != ErrorKind::Memory) {
            return Err(self.stop_error());
        }
        Err(self.take_error())
    }

    fn take_error(&mut self) -> Box<SyntaxError> {
        self.error.take().unwrap_or_else(|| Box::new(SyntaxError::bare(ErrorKind::Syntax, "invalid syntax")))
    }

    fn start(&mut self) -> Parsed<Mod<'a>> {
        match self.options.mode {
            Mode::Exec => self.file(),
            Mode::Single => self.interactive(),
            Mode::Eval => self.eval(),
            Mode::FuncType => self.func_type(),
        }
    }

    /// Decides the error after the second pass, given the first pass's last token.
    fn conclude(&mut self, last: Token) {
        if self.stopped() {
            return;
        }
        if self.error.is_none() {
            if matches!(last.kind, Kind::Indent | Kind::Dedent) {
                let msg = if last.kind == Kind::Indent { "unexpected indent" } else { "unexpected unindent" };
                let _ = self.raise_kind::<()>(ErrorKind::Indentation, msg);
                return;
            }
            let _ = self.raise_tokens::<()>(&last, &last, "invalid syntax");
        }
        self.prefer_later_error();
    }

    /// What the tokenizer stumbles over later, and brackets never closed, explain more than the parser can.
    fn prefer_later_error(&mut self) {
        if self.open_strings > 0 {
            return;
        }
        let line = self.last_token().lineno;
        match &self.stop {
            Some(Stop::Raised(error)) if error.kind == ErrorKind::Value => {}
            Some(Stop::Raised(error)) => self.error = Some(error.clone()),
            Some(_) => {
                if let Some(open) = self.open_brackets.last()
                    && line > open.lineno
                {
                    self.error = None;
                    self.raise_never_closed();
                }
            }
            None => {}
        }
    }

    // Tokens.

    /// The kind of the next token.
    #[inline]
    pub(crate) fn peek(&mut self) -> Kind {
        if self.pos >= self.fill {
            self.fill = self.pos + 1;
        }
        self.tokens.get(self.pos).map_or(Kind::EndMarker, |t| t.kind)
    }

    /// The kind of the token after the next. To be asked only where the grammar, too, looks there.
    #[inline]
    pub(crate) fn peek_second(&mut self) -> Kind {
        let at = (self.pos + 1).min(self.tokens.len().saturating_sub(1));
        if at >= self.fill {
            self.fill = at + 1;
        }
        self.tokens.get(at).map_or(Kind::EndMarker, |t| t.kind)
    }

    /// The next token.
    #[inline]
    pub(crate) fn token(&mut self) -> Token {
        self.peek();
        self.token_at(self.pos)
    }

    pub(crate) fn token_at(&self, at: usize) -> Token {
        match self.tokens.get(at).or(self.tokens.last()) {
            Some(token) => *token,
            None => Token {
                kind: Kind::EndMarker,
                level: 0,
                start: 0,
                end: 0,
                lineno: 0,
                col: u32::MAX,
                end_lineno: 0,
                end_col: u32::MAX,
            },
        }
    }

    /// The token before `pos`.
    pub(crate) fn previous(&self) -> Token {
        self.token_at(self.pos.saturating_sub(1))
    }

    fn last_token(&self) -> Token {
        self.token_at(self.fill.saturating_sub(1))
    }

    /// Consumes the next token. The last one, ENDMARKER or an error, stays.
    #[inline]
    pub(crate) fn advance(&mut self) -> Token {
        let token = self.token();
        if self.pos + 1 < self.tokens.len() {
            self.pos += 1;
        }
        token
    }

    /// Consumes the next token if it is of this kind.
    #[inline]
    pub(crate) fn eat(&mut self, kind: Kind) -> bool {
        let found = self.peek() == kind;
        if found {
            self.pos += usize::from(self.pos + 1 < self.tokens.len());
        }
        found
    }

    /// Consumes a token of this kind, or fails.
    #[inline]
    pub(crate) fn expect(&mut self, kind: Kind) -> Parsed<Token> {
        if self.peek() == kind { Ok(self.advance()) } else { Err(Fail::Mismatch) }
    }

    /// Consumes a token of this kind, or, in the second pass, raises: here nothing else can stand.
    pub(crate) fn force(&mut self, kind: Kind) -> Parsed<Token> {
        if self.peek() == kind {
            return Ok(self.advance());
        }
        if !self.diagnosing {
            return Err(Fail::Mismatch);
        }
        let token = self.token();
        self.raise_tokens(&token, &token, format!("expected '{}'", kind.text()))
    }

    pub(crate) fn text(&self, token: &Token) -> &'a str {
        slice(self.src, token)
    }

    /// Whether the next token is this soft keyword.
    pub(crate) fn at_soft(&mut self, word: &str) -> bool {
        self.peek() == Kind::Name && self.text(&self.token_at(self.pos)) == word
    }

    /// A NAME token's identifier.
    pub(crate) fn identifier(&self, token: &Token) -> Name<'a> {
        let text = self.text(token);
        match self.options.normaliser {
            Some(normaliser) if !text.is_ascii() => match normaliser.normalise(text) {
                Some(normal) => self.arena.alloc_str(&normal),
                None => {
                    self.refused.set(true);
                    text
                }
            },
            _ => identifier::normalise(self.arena, text),
        }
    }

    /// Consumes a NAME.
    pub(crate) fn name(&mut self) -> Parsed<Name<'a>> {
        let token = self.expect(Kind::Name)?;
        Ok(self.identifier(&token))
    }

    // Nodes.

    /// From a token to the last one consumed.
    #[inline]
    pub(crate) fn loc_from(&self, start: &Token) -> Location {
        let end = self.previous();
        Location {
            lineno: start.lineno as i32,
            col_offset: start.col as i32,
            end_lineno: end.end_lineno as i32,
            end_col_offset: end.end_col as i32,
        }
    }

    #[inline]
    pub(crate) fn expr(&self, node: ExprKind<'a>, loc: Location) -> E<'a> {
        self.arena.alloc(Expr { node, loc })
    }

    pub(crate) fn slice<T: Copy>(&self, items: &[T]) -> &'a [T] {
        if items.is_empty() { &[] } else { self.arena.alloc_slice_copy(items) }
    }

    // Backtracking.

    /// Tries a rule; if it does not match, nothing is consumed.
    #[inline]
    pub(crate) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<Option<T>> {
        let start = self.pos;
        match rule(self) {
            Ok(value) => Ok(Some(value)),
            // Once the tokenizer has failed, nothing else can match.
            Err(Fail::Mismatch) if !self.stopped() => {
                self.pos = start;
                Ok(None)
            }
            Err(_) => Err(Fail::Raised),
        }
    }

    /// Whether a rule matches here; consumes nothing.
    pub(crate) fn ahead<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<bool> {
        let start = self.pos;
        let found = self.attempt(rule)?.is_some();
        self.pos = start;
        Ok(found)
    }

    /// In the second pass, remembers the result of a rule for this token.
    pub(crate) fn remember(&mut self, rule: Rule, parse: fn(&mut Self) -> Parsed<E<'a>>) -> Parsed<E<'a>> {
        let start = self.pos as u32;
        if let Some(&(known, end)) = self.memo.get(&(rule, start)) {
            self.peek();
            self.pos = end as usize;
            return known.ok_or(Fail::Mismatch);
        }
        let result = parse(self);
        match result {
            Ok(expr) => {
                self.memo.insert((rule, start), (Some(expr), self.pos as u32));
            }
            Err(Fail::Mismatch) => {
                self.memo.insert((rule, start), (None, start));
            }
            Err(Fail::Raised) => {}
        }
        result
    }

    /// Counts a level of nesting while `rule` runs.
    #[inline]
    pub(crate) fn nested<T>(&mut self, cost: u32, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.depth += cost;
        if self.depth > MAX_DEPTH || self.options.stack_limit.reached() {
            self.error = Some(Box::new(SyntaxError::bare(
                ErrorKind::Memory,
                "Parser stack overflowed - Python source too complex to parse",
            )));
            return Err(Fail::Raised);
        }
        let result = rule(self);
        self.depth -= cost;
        result
    }

    // Errors.

    /// Whether the tokenizer's error has been reached.
    fn stopped(&self) -> bool {
        self.last_token().kind == Kind::Error
    }

    /// The tokenizer's error in the parser's words.
    fn stop_error(&mut self) -> Box<SyntaxError> {
        self.error = None;
        let last = self.last_token();
        match self.stop.clone() {
            Some(Stop::Raised(error)) => return error,
            Some(Stop::Eof) if !self.open_brackets.is_empty() => self.raise_never_closed(),
            Some(Stop::Eof) => {
                self.set_at_empty(ErrorKind::Syntax, &last, "unexpected EOF while parsing");
                let only_backslash =
                    |error: &SyntaxError| error.text.as_deref().is_some_and(|text| text.trim() == "\\");
                if self.options.from_file
                    && let Some(error) = self.error.as_mut().filter(|error| only_backslash(error))
                {
                    error.offset = Some(0);
                    error.columns = error.columns.map(|(_, end)| (0, end));
                }
            }
            Some(Stop::Dedent) => self.set_at_empty(
                ErrorKind::Indentation,
                &last,
                "unindent does not match any outer indentation level",
            ),
            Some(Stop::Tabs) => self.set_error(
                ErrorKind::Tab,
                (last.lineno as i32, 0, last.lineno as i32, -1),
                "inconsistent use of tabs and spaces in indentation",
            ),
            Some(Stop::TooDeep) => self.set_error(
                ErrorKind::Indentation,
                (last.lineno as i32, 0, last.lineno as i32, -1),
                "too many levels of indentation",
            ),
            Some(Stop::LineContinuation) => {
                let at = last.start as usize;
                let offset = (at - self.buffer_start(at.saturating_sub(1))) as i32 - 1;
                self.set_error(
                    ErrorKind::Syntax,
                    (last.lineno as i32, offset, last.lineno as i32, -1),
                    "unexpected character after line continuation character",
                );
            }
            // The parser's tokenizer has the whole source.
            Some(Stop::NeedLine(_)) | None => {}
        }
        self.take_error()
    }

    /// Where CPython's tokenizer has the beginning of its text when it stands at `at`: that of the line, but of an earlier one
    /// as long as a token or a backslash joins the lines.
    fn buffer_start(&self, at: usize) -> usize {
        let line_start = |at: usize| {
            self.src.as_bytes().get(..at).and_then(|s| memchr::memrchr(b'\n', s)).map_or(0, |i| i + 1)
        };
        let mut start = line_start(at);
        let mut tokens = self.tokens.iter().rev().skip(1).peekable();
        while start > 0 {
            while tokens.next_if(|t| t.start as usize >= start).is_some() {}
            match tokens.peek() {
                Some(token) if token.end as usize > start => start = line_start(token.start as usize),
                _ if start >= 2 && self.src.as_bytes().get(start - 2) == Some(&b'\\') => {
                    start = line_start(start - 1)
                }
                _ => break,
            }
        }
        start
    }

    fn raise_never_closed(&mut self) {
        if let Some(open) = self.open_brackets.last().copied() {
            let line = open.lineno as i32;
            let msg = format!("'{}' was never closed", open.text as char);
            self.set_error(ErrorKind::Syntax, (line, open.col as i32, line, -1), msg);
        }
    }

    /// The text of a line, without its end.
    fn line(&self, lineno: i32) -> Option<&'a str> {
        let mut rest = self.src;
        for _ in 1..lineno {
            rest = rest.get(memchr::memchr(b'\n', rest.as_bytes())? + 1..)?;
        }
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |i| i + 1);
        rest.get(..end)
    }

    /// Sets the error, with columns in bytes from 0; -1 has none.
    fn set_error(
        &mut self,
        kind: ErrorKind,
        (line, col, end_line, end_col): (i32, i32, i32, i32),
        msg: impl Into<String>,
    ) {
        self.set_offsets(kind, line, col + 1, end_line, end_col + 1, msg.into());
    }

    /// Sets the error at a token without columns: at where the tokenizer stands after it.
    fn set_at_empty(&mut self, kind: ErrorKind, token: &Token, msg: &str) {
        let at = token.start as usize;
        // At the end, and after an error that read its whole line, that line counts, not the next.
        let whole = at >= self.src.len() || token.kind == Kind::Error;
        let before = if whole { at.saturating_sub(1) } else { at };
        let line_start =
            self.src.as_bytes().get(..before).and_then(|s| memchr::memrchr(b'\n', s)).map_or(0, |i| i + 1);
        // At the end of a file CPython holds no line any more.
        let dropped = self.options.from_file && at >= self.src.len() && token.kind != Kind::Error;
        let col = if dropped { 0 } else { at.saturating_sub(line_start) as i32 };
        self.set_offsets(kind, token.lineno as i32, col, token.lineno as i32, -1, msg.to_owned());
    }

    fn set_offsets(
        &mut self,
        kind: ErrorKind,
        line: i32,
        offset: i32,
        end_line: i32,
        end_offset: i32,
        msg: String,
    ) {
        if self.error.is_some() {
            return;
        }
        let mut text = self.line(line).unwrap_or("");
        if self.last_token().end_lineno as i32 > line {
            // The line that the tokenizer stands in has its end, those before have not.
            text = text.strip_suffix('\n').unwrap_or(text);
        }
        // The end is counted in the first line, even if it is on another.
        self.error = Some(Box::new(SyntaxError {
            kind,
            msg,
            lineno: Some(line),
            offset: Some(characters(offset, text)),
            end_lineno: Some(end_line),
            end_offset: Some(characters(end_offset, text)),
            text: Some(text.to_owned()),
            source: None,
            columns: Some((offset, end_offset)),
        }));
    }

    fn raising<T>(&mut self) -> Parsed<T> {
        Err(Fail::Raised)
    }

    /// Raises at the farthest token looked at.
    pub(crate) fn raise<T>(&mut self, msg: impl Into<String>) -> Parsed<T> {
        self.raise_kind(ErrorKind::Syntax, msg)
    }

    pub(crate) fn raise_kind<T>(&mut self, kind: ErrorKind, msg: impl Into<String>) -> Parsed<T> {
        let token = self.last_token();
        self.raise_at_token(kind, &token, msg)
    }

    /// Raises at the next token.
    pub(crate) fn raise_next<T>(&mut self, msg: impl Into<String>) -> Parsed<T> {
        let token = self.token();
        self.raise_at_token(ErrorKind::Syntax, &token, msg)
    }

    fn raise_at_token<T>(&mut self, kind: ErrorKind, token: &Token, msg: impl Into<String>) -> Parsed<T> {
        if self.stopped() {
            return self.raising();
        }
        if token.col == u32::MAX {
            self.set_at_empty(kind, token, &msg.into());
        } else {
            let loc = token.loc();
            self.set_error(kind, (loc.lineno, loc.col_offset, loc.end_lineno, loc.end_col_offset), msg);
        }
        self.raising()
    }

    /// Raises for everything from one place to another.
    pub(crate) fn raise_range<T>(&mut self, a: Location, b: Location, msg: impl Into<String>) -> Parsed<T> {
        if self.stopped() {
            return self.raising();
        }
        self.set_error(ErrorKind::Syntax, (a.lineno, a.col_offset, b.end_lineno, b.end_col_offset), msg);
        self.raising()
    }

    pub(crate) fn raise_loc<T>(&mut self, a: Location, msg: impl Into<String>) -> Parsed<T> {
        self.raise_range(a, a, msg)
    }

    pub(crate) fn raise_tokens<T>(&mut self, a: &Token, b: &Token, msg: impl Into<String>) -> Parsed<T> {
        self.raise_range(a.loc(), b.loc(), msg)
    }

    /// Raises for everything from a place to where the tokenizer stands.
    pub(crate) fn raise_from<T>(&mut self, a: Location, msg: impl Into<String>) -> Parsed<T> {
        let last = self.last_token();
        let end_col = match last.end_col {
            // An implied line end stands where the source ends.
            u32::MAX => {
                let before = self.src.as_bytes().get(..last.end as usize).unwrap_or(b"");
                before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)
            }
            column => column as usize,
        };
        let end =
            Location { end_lineno: last.end_lineno as i32, end_col_offset: end_col as i32 - 1, ..last.loc() };
        self.raise_range(a, end, msg)
    }

    /// Raises unless the feature is in the version of Python asked for.
    pub(crate) fn check_version(&mut self, minor: u32, what: &str) -> Parsed<()> {
        if self.options.feature_version >= minor {
            return Ok(());
        }
        self.raise(format!("{what} only supported in Python 3.{minor} and greater"))
    }

    fn at_end_of_source(&self) -> bool {
        let last = self.last_token();
        match &self.stop {
            // The tokenizer ran out of source in brackets, after a backslash, or in a string.
            Some(Stop::Eof) if last.kind == Kind::Error => true,
            Some(Stop::Raised(error)) if last.kind == Kind::Error => {
                error.msg.starts_with("unterminated") && last.start as usize >= self.src.len()
            }
            // The end was looked at if it follows the last token; a string's end is known without that.
            _ if last.kind == Kind::Error => false,
            _ if last.col == u32::MAX => last.start as usize >= self.src.len(),
            _ => !matches!(last.kind, Kind::String | Kind::Newline) && last.end as usize >= self.src.len(),
        }
    }

    /// In interactive mode only blank lines and comments may follow the statement.
    fn single_statement(&mut self) -> Result<(), Box<SyntaxError>> {
        let from = self.previous().end as usize;
        let mut rest = self.src.get(from..).unwrap_or("").trim_start_matches([' ', '\t', '\n', '\x0c', ';']);
        while let Some(comment) = rest.strip_prefix('#') {
            rest = comment.split_once('\n').map_or("", |(_, tail)| tail);
            rest = rest.trim_start_matches([' ', '\t', '\n', '\x0c']);
        }
        if rest.is_empty() {
            return Ok(());
        }
        let _ = self.raise::<()>("multiple statements found while compiling a single statement");
        Err(self.take_error())
    }
}

/// In interactive mode the end of the source ends the line and its blocks.
fn imply_newline(tokens: &mut Vec<Token>, imply_dedent: bool) {
    let Some(end) = tokens.last().copied() else { return };
    if end.kind != Kind::EndMarker || tokens.len() < 2 {
        return;
    }
    let mut open = 0;
    for token in tokens.iter() {
        match token.kind {
            Kind::Indent => open += 1,
            Kind::Dedent => open -= 1,
            _ => {}
        }
    }
    tokens.pop();
    tokens.push(Token { kind: Kind::Newline, ..end });
    if imply_dedent {
        for _ in 0..open {
            tokens.push(Token { kind: Kind::Dedent, ..end });
        }
        if open > 0 {
            // A block wants a blank line after it; that is implied too.
            tokens.push(Token { kind: Kind::Newline, ..end });
        }
    }
    tokens.push(end);
}
