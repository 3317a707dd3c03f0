//! String literals: prefixes, concatenation, f-strings and t-strings.

use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::error::{Warning, WarningCategory};
use crate::escape::{self, Decoded, InvalidEscape};
use crate::token::{Kind, Token};

/// One literal of a concatenation.
enum Part<'a> {
    Text(Expr<'a>),
    Bytes(&'a [u8]),
    /// The values of an f-string or t-string, its neighbouring constants not yet merged.
    Values(Vec<Expr<'a>>),
}

impl<'a> Parser<'a> {
    /// `strings: (fstring | string)+ | tstring+`
    pub(super) fn strings(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.invalid_string_tstring_concat()?;
        }
        let template = start.kind == Kind::TstringStart;
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Kind::String if !template => parts.push(self.string()?),
                Kind::FstringStart if !template => match self.attempt(|p| p.formatted('f'))? {
                    Some(values) => parts.push(Part::Values(values)),
                    None => break,
                },
                Kind::TstringStart if template => match self.attempt(|p| p.formatted('t'))? {
                    Some(values) => parts.push(Part::Values(values)),
                    None => break,
                },
                _ => break,
            }
        }
        if parts.is_empty() {
            return Err(Fail::Mismatch);
        }
        if template {
            self.check_version(14, "t-strings are")?;
        }
        self.concatenate(&start, parts, template)
    }

    fn invalid_string_tstring_concat(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            let mut last: Option<(bool, Location)> = None;
            loop {
                let token = p.token();
                let template = match token.kind {
                    Kind::String => {
                        p.string()?;
                        false
                    }
                    Kind::FstringStart => {
                        p.formatted('f')?;
                        false
                    }
                    Kind::TstringStart => {
                        p.formatted('t')?;
                        true
                    }
                    _ => return Ok(()),
                };
                let loc = p.loc_from(&token);
                if let Some((before, a)) = last
                    && before != template
                {
                    let msg = "cannot mix t-string literals with string or bytes literals";
                    return p.raise_range(a, loc, msg);
                }
                last = Some((template, loc));
            }
        })
    }

    /// Puts literals that stand side by side together.
    fn concatenate(&mut self, start: &Token, parts: Vec<Part<'a>>, template: bool) -> Parsed<E<'a>> {
        let loc = self.loc_from(start);
        if let [Part::Text(only)] = parts.as_slice() {
            return Ok(self.expr(only.node, loc));
        }
        let bytes = parts.iter().filter(|p| matches!(p, Part::Bytes(_))).count();
        if bytes > 0 && bytes < parts.len() {
            return self.raise("cannot mix bytes and nonbytes literals");
        }
        if bytes > 0 {
            let value = match parts.as_slice() {
                [Part::Bytes(only)] => only,
                _ => {
                    let mut all = Vec::new();
                    for part in &parts {
                        if let Part::Bytes(bytes) = part {
                            all.extend_from_slice(bytes);
                        }
                    }
                    self.slice(&all)
                }
            };
            return Ok(self.expr(ExprKind::Constant { value: Constant::Bytes(value), kind: None }, loc));
        }
        let plain = parts.iter().all(|p| matches!(p, Part::Text(_)));
        let mut values = Vec::new();
        for part in parts {
            match part {
                Part::Text(expr) => values.push(expr),
                Part::Values(more) => values.extend(more),
                Part::Bytes(_) => {}
            }
        }
        if plain {
            let kind = values.first().and_then(|e| match e.node {
                ExprKind::Constant { kind, .. } => kind,
                _ => None,
            });
            let value = Constant::Str(Wtf8(self.join_text(&values)));
            return Ok(self.expr(ExprKind::Constant { value, kind }, loc));
        }
        let values = self.merge_constants(&values);
        let node = if template { ExprKind::TemplateStr { values } } else { ExprKind::JoinedStr { values } };
        Ok(self.expr(node, loc))
    }

    /// The text of constants, one after another.
    fn join_text(&self, values: &[Expr<'a>]) -> &'a [u8] {
        let mut texts = values.iter().filter_map(|e| match e.node {
            ExprKind::Constant { value: Constant::Str(text), .. } if !text.is_empty() => Some(text.0),
            _ => None,
        });
        match (texts.next(), texts.next()) {
            (None, _) => &[],
            (Some(only), None) => only,
            (Some(first), Some(second)) => {
                let mut all = first.to_vec();
                append_wtf8(&mut all, second);
                for text in texts {
                    append_wtf8(&mut all, text);
                }
                self.slice(&all)
            }
        }
    }

    /// Neighbouring constants become one; empty ones vanish.
    fn merge_constants(&self, values: &[Expr<'a>]) -> &'a [Expr<'a>] {
        let is_constant = |e: &Expr<'a>| matches!(e.node, ExprKind::Constant { .. });
        let mut merged = Vec::with_capacity(values.len());
        for run in values.chunk_by(|a, b| is_constant(a) && is_constant(b)) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let ExprKind::Constant { kind, .. } = first.node else {
                merged.extend_from_slice(run);
                continue;
            };
            let text = self.join_text(run);
            if text.is_empty() {
                continue;
            }
            let loc = Location {
                end_lineno: last.loc.end_lineno,
                end_col_offset: last.loc.end_col_offset,
                ..first.loc
            };
            merged.push(Expr { node: ExprKind::Constant { value: Constant::Str(Wtf8(text)), kind }, loc });
        }
        self.slice(&merged)
    }

    /// A STRING token.
    fn string(&mut self) -> Parsed<Part<'a>> {
        let token = self.expect(Kind::String)?;
        let text = self.text(&token);
        let prefix_len = text.bytes().take_while(|b| !matches!(b, b'\'' | b'"')).count();
        let (prefix, quoted) = text.split_at_checked(prefix_len).unwrap_or(("", text));
        let quotes = if quoted.len() >= 6 && (quoted.starts_with("'''") || quoted.starts_with("\"\"\"")) {
            3
        } else {
            1
        };
        let body = quoted.get(quotes..quoted.len().saturating_sub(quotes)).unwrap_or("");
        let has = |letter: u8| prefix.bytes().any(|b| b | 0x20 == letter);
        let body_at = prefix_len + quotes;
        if has(b'b') {
            if !body.is_ascii() {
                return self.raise_tokens(&token, &token, "bytes can only contain ASCII literal characters");
            }
            if has(b'r') {
                return Ok(Part::Bytes(body.as_bytes()));
            }
            return match escape::decode_bytes(self.arena, body.as_bytes()) {
                Ok(decoded) => {
                    self.warn_escape(&token, body_at, body, decoded.invalid.as_ref(), 1);
                    Ok(Part::Bytes(decoded.bytes))
                }
                Err(msg) => self.raise_tokens(&token, &token, format!("(value error) {msg}")),
            };
        }
        let decoded = self.decode(&token, body_at, body, has(b'r'))?;
        let kind = if prefix == "u" { Some(&*self.arena.alloc("u")) } else { None };
        let node = ExprKind::Constant { value: Constant::Str(Wtf8(decoded.bytes)), kind };
        Ok(Part::Text(Expr { node, loc: token.loc() }))
    }

    fn decode(&mut self, token: &Token, body_at: usize, body: &'a str, raw: bool) -> Parsed<Decoded<'a>> {
        if raw {
            return Ok(escape::raw(body));
        }
        match escape::decode_text(self.arena, body, self.options.character_names) {
            Ok(decoded) => {
                self.warn_escape(token, body_at, body, decoded.invalid.as_ref(), 0);
                Ok(decoded)
            }
            Err(msg) => self.raise_tokens(token, token, format!("(unicode error) {msg}")),
        }
    }

    /// Warns of an escape that stands for nothing, once for each token.
    fn warn_escape(
        &mut self,
        token: &Token,
        body_at: usize,
        body: &str,
        found: Option<&InvalidEscape>,
        shift: i32,
    ) {
        let Some(found) = found else { return };
        if matches!(token.kind, Kind::FstringMiddle | Kind::TstringMiddle)
            && matches!(found.text.as_str(), "{" | "}")
        {
            // The tokenizer has said it.
            return;
        }
        if self.second_pass || token.start < self.warned_to {
            return;
        }
        self.warned_to = token.end.max(token.start + 1);
        let what = if found.octal { "invalid octal escape sequence" } else { "invalid escape sequence" };
        let head = format!("\"\\{}\" is an {what}.", found.text);
        let tail = format!("Did you mean \"\\\\{}\"? A raw string is also an option.", found.text);
        let before = body.as_bytes().get(..found.at).unwrap_or(b"");
        let lines = memchr::memchr_iter(b'\n', before).count();
        let start = token.start as usize + body_at + found.at;
        let source = self.src.as_bytes();
        let line_start =
            source.get(..start).and_then(|s| memchr::memrchr(b'\n', s)).map_or(0, |newline| newline + 1);
        let column = self.src.get(line_start..start).map_or(0, |s| s.chars().count()) as i32 + 1 - shift;
        self.warnings.push(Warning {
            category: if self.options.feature_version >= 12 {
                WarningCategory::Syntax
            } else {
                WarningCategory::Deprecation
            },
            msg: format!("{head} Such sequences will not work in the future. {tail}"),
            lineno: token.lineno as i32 + lines as i32,
            error_offset: column,
            error_end_offset: column + 2,
            error_msg: Some(format!("{head} {tail}")),
        });
    }

    /// `fstring: FSTRING_START fstring_middle* FSTRING_END`, likewise t-strings; gives the values.
    fn formatted(&mut self, letter: char) -> Parsed<Vec<Expr<'a>>> {
        let start = self.advance();
        let raw = self.text(&start).bytes().any(|b| b | 0x20 == b'r');
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Kind::FstringMiddle | Kind::TstringMiddle => {
                    let constant = self.middle(raw)?;
                    values.push(constant);
                }
                Kind::LeftBrace => {
                    let before = values.len();
                    let found = self.attempt(|p| {
                        p.nested(20, |p| p.replacement_field(letter, raw, false, &mut values))
                    })?;
                    if found.is_none() {
                        values.truncate(before);
                        return Err(Fail::Mismatch);
                    }
                }
                _ => break,
            }
        }
        self.expect(if letter == 'f' { Kind::FstringEnd } else { Kind::TstringEnd })?;
        Ok(values)
    }

    /// Text between replacement fields.
    fn middle(&mut self, raw: bool) -> Parsed<Expr<'a>> {
        let token = self.advance();
        let text = self.text(&token);
        let decoded = self.decode(&token, 0, text, raw)?;
        let value = Constant::Str(Wtf8(decoded.bytes));
        Ok(Expr { node: ExprKind::Constant { value, kind: None }, loc: token.loc() })
    }

    /// `fstring_replacement_field: '{' annotated_rhs ['='] ['!' NAME] [':' format_spec*] '}'`
    fn replacement_field(
        &mut self,
        letter: char,
        raw: bool,
        in_spec: bool,
        values: &mut Vec<Expr<'a>>,
    ) -> Parsed<()> {
        let begin = self.pos;
        let found = self.attempt(|p| p.valid_replacement_field(letter, raw, in_spec, values))?;
        if found.is_some() {
            return Ok(());
        }
        if self.diagnosing {
            self.pos = begin;
            self.invalid_replacement_field(letter, raw)?;
        }
        Err(Fail::Mismatch)
    }

    fn valid_replacement_field(
        &mut self,
        letter: char,
        raw: bool,
        in_spec: bool,
        values: &mut Vec<Expr<'a>>,
    ) -> Parsed<()> {
        let open = self.expect(Kind::LeftBrace)?;
        let value = self.annotated_rhs()?;
        let text_end = self.token();
        let debug = self.eat(Kind::Equal);
        let debug_end = self.token();
        let conversion = if self.peek() == Kind::Exclamation { self.conversion(letter)? } else { None };
        let format_spec =
            if self.peek() == Kind::Colon { Some(self.format_spec(letter, raw)?) } else { None };
        self.expect(Kind::RightBrace)?;
        let loc = self.loc_from(&open);
        let source = |from: u32, to: u32| self.src.get(from as usize..to as usize).unwrap_or("");
        if debug {
            let text = self.without_comments(source(open.end, debug_end.start));
            let loc = Location {
                lineno: open.end_lineno as i32,
                col_offset: open.end_col as i32,
                end_lineno: debug_end.lineno as i32,
                end_col_offset: debug_end.col as i32,
            };
            let value = Constant::Str(Wtf8::from_text(text));
            values.push(Expr { node: ExprKind::Constant { value, kind: None }, loc });
        }
        let conversion = match conversion {
            Some(letter) => letter,
            None if debug && format_spec.is_none() => i32::from(b'r'),
            None => -1,
        };
        // Fields in a specification are formatted, in t-strings too.
        let node = if letter == 'f' || in_spec {
            ExprKind::FormattedValue { value, conversion, format_spec }
        } else {
            let text = self.without_comments(source(open.end, text_end.start));
            let str = self.arena.alloc(Constant::Str(Wtf8::from_text(text)));
            ExprKind::Interpolation { value, str, conversion, format_spec }
        };
        values.push(Expr { node, loc });
        Ok(())
    }

    /// `fstring_conversion: '!' NAME`
    fn conversion(&mut self, letter: char) -> Parsed<Option<i32>> {
        let mark = self.expect(Kind::Exclamation)?;
        let start = self.pos;
        if self.peek() != Kind::Name {
            self.pos = start.saturating_sub(1);
            return Err(Fail::Mismatch);
        }
        let token = self.advance();
        if mark.end != token.start {
            let msg = format!("{letter}-string: conversion type must come right after the exclamation mark");
            return self.raise_tokens(&mark, &token, msg);
        }
        let text = self.text(&token);
        match text {
            "s" | "r" | "a" => Ok(text.bytes().next().map(i32::from)),
            _ => {
                let msg = format!(
                    "{letter}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"
                );
                self.raise_tokens(&token, &token, msg)
            }
        }
    }

    /// `fstring_full_format_spec: ':' fstring_format_spec*`
    fn format_spec(&mut self, letter: char, raw: bool) -> Parsed<E<'a>> {
        let colon = self.expect(Kind::Colon)?;
        let values = self.format_spec_values(letter, raw)?;
        let values = self.merge_constants(&values);
        Ok(self.expr(ExprKind::JoinedStr { values }, self.loc_from(&colon)))
    }

    fn format_spec_values(&mut self, letter: char, raw: bool) -> Parsed<Vec<Expr<'a>>> {
        let mut values = Vec::new();
        loop {
            match self.peek() {
                Kind::FstringMiddle | Kind::TstringMiddle => values.push(self.middle(raw)?),
                Kind::LeftBrace => {
                    let before = values.len();
                    let found = self
                        .attempt(|p| p.nested(20, |p| p.replacement_field(letter, raw, true, &mut values)))?;
                    if found.is_none() {
                        values.truncate(before);
                        break;
                    }
                }
                _ => break,
            }
        }
        Ok(values)
    }

    /// The text without its comments, which end at line ends.
    fn without_comments(&self, text: &'a str) -> &'a str {
        if !text.contains('#') {
            return text;
        }
        let mut kept = String::with_capacity(text.len());
        let mut quote = None;
        let mut comment = false;
        let mut escaped = false;
        for c in text.chars() {
            let after_backslash = std::mem::replace(&mut escaped, false);
            match (comment, quote, c) {
                (true, _, '\n') => comment = false,
                (true, ..) => continue,
                (_, None, '#') => {
                    comment = true;
                    continue;
                }
                (_, None, '\'' | '"') => quote = Some(c),
                (_, Some(_), '\\') => escaped = !after_backslash,
                (_, Some(open), _) if open == c && !after_backslash => quote = None,
                _ => {}
            }
            kept.push(c);
        }
        self.arena.alloc_str(&kept)
    }

    /// `invalid_fstring_replacement_field`
    fn invalid_replacement_field(&mut self, letter: char, raw: bool) -> Parsed<()> {
        self.diagnose(|p| {
            p.expect(Kind::LeftBrace)?;
            let token = p.token();
            if matches!(token.kind, Kind::Equal | Kind::Exclamation | Kind::Colon | Kind::RightBrace) {
                let msg =
                    format!("{letter}-string: valid expression required before '{}'", token.kind.text());
                return p.raise_tokens(&token, &token, msg);
            }
            if !p.ahead(Self::annotated_rhs)? {
                return p.raise_next(format!("{letter}-string: expecting a valid expression after '{{'"));
            }
            p.annotated_rhs()?;
            let ends = [Kind::Equal, Kind::Exclamation, Kind::Colon, Kind::RightBrace];
            if !ends.contains(&p.peek()) {
                return p.raise_next(format!("{letter}-string: expecting '=', or '!', or ':', or '}}'"));
            }
            if p.eat(Kind::Equal) && !matches!(p.peek(), Kind::Exclamation | Kind::Colon | Kind::RightBrace) {
                return p.raise_next(format!("{letter}-string: expecting '!', or ':', or '}}'"));
            }
            if p.peek() == Kind::Exclamation {
                p.advance();
                match p.peek() {
                    Kind::Colon | Kind::RightBrace => {
                        return p.raise_next(format!("{letter}-string: missing conversion character"));
                    }
                    Kind::Name => {}
                    _ => return p.raise_next(format!("{letter}-string: invalid conversion character")),
                }
                p.advance();
                if !matches!(p.peek(), Kind::Colon | Kind::RightBrace) {
                    return p.raise_next(format!("{letter}-string: expecting ':' or '}}'"));
                }
            }
            if p.eat(Kind::Colon) {
                p.format_spec_values(letter, raw)?;
                if p.peek() != Kind::RightBrace {
                    return p.raise_next(format!("{letter}-string: expecting '}}', or format specs"));
                }
                return Ok(());
            }
            if p.peek() != Kind::RightBrace {
                return p.raise_next(format!("{letter}-string: expecting '}}'"));
            }
            Ok(())
        })
    }
}

/// Appends WTF-8 text; two halves of a surrogate pair stay apart, as they do in Python.
fn append_wtf8(to: &mut Vec<u8>, text: &[u8]) {
    to.extend_from_slice(text);
}
