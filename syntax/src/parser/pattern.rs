//! `match` statements and their patterns.

use super::target::expr_name;
use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::error::ErrorKind;
use crate::token::{Kind, Token};

type P<'a> = &'a Pattern<'a>;

impl<'a> Parser<'a> {
    /// `match_stmt: "match" subject_expr ':' NEWLINE INDENT case_block+ DEDENT`
    pub(super) fn match_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        let found = self.attempt(|p| {
            p.advance();
            let subject = p.subject_expr()?;
            p.expect(Kind::Colon)?;
            p.expect(Kind::Newline)?;
            p.expect(Kind::Indent)?;
            let mut cases = Vec::new();
            while let Some(case) = p.attempt(Self::case_block)? {
                cases.push(case);
            }
            if cases.is_empty() {
                return Err(Fail::Mismatch);
            }
            p.expect(Kind::Dedent)?;
            p.check_version(10, "Pattern matching is")?;
            let end = cases.last().and_then(|c| c.body.last()).map_or(start.loc(), |s| s.loc);
            let loc =
                Location { end_lineno: end.end_lineno, end_col_offset: end.end_col_offset, ..start.loc() };
            Ok(Stmt { node: StmtKind::Match { subject, cases: p.slice(&cases) }, loc })
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                p.subject_expr()?;
                p.expect(Kind::Newline)?;
                p.check_version(10, "Pattern matching is")?;
                p.raise("expected ':'")
            })?;
            self.diagnose(|p| {
                p.advance();
                p.subject_expr()?;
                p.expect(Kind::Colon)?;
                p.expect(Kind::Newline)?;
                if p.peek() == Kind::Indent {
                    return Ok(());
                }
                let msg =
                    format!("expected an indented block after 'match' statement on line {}", start.lineno);
                p.raise_kind(ErrorKind::Indentation, msg)
            })?;
        }
        Err(Fail::Mismatch)
    }

    /// `subject_expr: star_named_expression ',' [star_named_expressions] | named_expression`
    fn subject_expr(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let first = self.star_named_expression()?;
        match self.more_items(first, Self::star_named_expression)? {
            Some(items) => Ok(self.tuple(&items, &start)),
            None if start.kind == Kind::Star => Err(Fail::Mismatch),
            None => Ok(first),
        }
    }

    /// `case_block: "case" patterns ['if' named_expression] ':' block`
    fn case_block(&mut self) -> Parsed<MatchCase<'a>> {
        if !self.at_soft("case") {
            return Err(Fail::Mismatch);
        }
        let start = self.token();
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                p.patterns()?;
                p.guard()?;
                p.expect(Kind::Newline)?;
                p.raise("expected ':'")
            })?;
            self.diagnose(|p| {
                p.advance();
                p.patterns()?;
                p.guard()?;
                p.expect(Kind::Colon)?;
                p.expect(Kind::Newline)?;
                if p.peek() == Kind::Indent {
                    return Ok(());
                }
                let msg =
                    format!("expected an indented block after 'case' statement on line {}", start.lineno);
                p.raise_kind(ErrorKind::Indentation, msg)
            })?;
        }
        self.advance();
        let pattern = self.patterns()?;
        let guard = self.guard()?;
        self.expect(Kind::Colon)?;
        let body = self.block()?;
        Ok(MatchCase { pattern, guard, body })
    }

    fn guard(&mut self) -> Parsed<Option<E<'a>>> {
        if self.peek() != Kind::If {
            return Ok(None);
        }
        self.attempt(|p| {
            p.advance();
            p.named_expression()
        })
    }

    fn pattern_node(&self, node: PatternKind<'a>, loc: Location) -> P<'a> {
        self.arena.alloc(Pattern { node, loc })
    }

    /// `patterns: open_sequence_pattern | pattern`
    fn patterns(&mut self) -> Parsed<P<'a>> {
        let start = self.token();
        let first = self.maybe_star_pattern()?;
        if self.peek() == Kind::Comma {
            let patterns = self.more_patterns(first)?;
            let node = PatternKind::MatchSequence { patterns: self.slice(&patterns) };
            return Ok(self.pattern_node(node, self.loc_from(&start)));
        }
        if start.kind == Kind::Star {
            return Err(Fail::Mismatch);
        }
        Ok(first)
    }

    fn more_patterns(&mut self, first: P<'a>) -> Parsed<Vec<Pattern<'a>>> {
        let mut patterns = vec![*first];
        while self.eat(Kind::Comma) {
            match self.attempt(Self::maybe_star_pattern)? {
                Some(pattern) => patterns.push(*pattern),
                None => break,
            }
        }
        Ok(patterns)
    }

    /// `maybe_star_pattern: star_pattern | pattern`
    fn maybe_star_pattern(&mut self) -> Parsed<P<'a>> {
        let start = self.token();
        if self.eat(Kind::Star) {
            let name = self.name()?;
            let name = (name != "_").then_some(name);
            return Ok(self.pattern_node(PatternKind::MatchStar { name }, self.loc_from(&start)));
        }
        self.pattern()
    }

    /// `pattern: as_pattern | or_pattern`
    fn pattern(&mut self) -> Parsed<P<'a>> {
        let start = self.pos as u32;
        if self.second_pass && self.no_pattern.contains(&start) {
            return Err(Fail::Mismatch);
        }
        let result = self.nested(10, Self::pattern_rule);
        if self.second_pass && matches!(result, Err(Fail::Mismatch)) {
            self.no_pattern.insert(start);
        }
        result
    }

    fn pattern_rule(&mut self) -> Parsed<P<'a>> {
        let start = self.token();
        let pattern = self.or_pattern()?;
        if self.peek() != Kind::As {
            return Ok(pattern);
        }
        let found = self.attempt(|p| {
            p.advance();
            let name = p.capture_target()?;
            let node = PatternKind::MatchAs { pattern: Some(pattern), name: Some(name) };
            Ok(p.pattern_node(node, p.loc_from(&start)))
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                if p.at_soft("_") {
                    let token = p.advance();
                    return p.raise_tokens(&token, &token, "cannot use '_' as a target");
                }
                let a = p.expression()?;
                p.raise_loc(a.loc, format!("cannot use {} as pattern target", expr_name(a)))
            })?;
        }
        Ok(pattern)
    }

    /// `pattern_capture_target: !"_" NAME !('.' | '(' | '=')`
    fn capture_target(&mut self) -> Parsed<Name<'a>> {
        if self.at_soft("_") {
            return Err(Fail::Mismatch);
        }
        let name = self.name()?;
        if matches!(self.peek(), Kind::Dot | Kind::LeftParen | Kind::Equal) {
            Err(Fail::Mismatch)
        } else {
            Ok(name)
        }
    }

    /// `or_pattern: '|'.closed_pattern+`
    fn or_pattern(&mut self) -> Parsed<P<'a>> {
        let start = self.token();
        let first = self.closed_pattern()?;
        if self.peek() != Kind::Bar {
            return Ok(first);
        }
        let mut patterns = vec![*first];
        while self.peek() == Kind::Bar {
            match self.attempt(|p| {
                p.advance();
                p.closed_pattern()
            })? {
                Some(pattern) => patterns.push(*pattern),
                None => break,
            }
        }
        if patterns.len() == 1 {
            return Ok(first);
        }
        let node = PatternKind::MatchOr { patterns: self.slice(&patterns) };
        Ok(self.pattern_node(node, self.loc_from(&start)))
    }

    /// `closed_pattern`
    fn closed_pattern(&mut self) -> Parsed<P<'a>> {
        let start = self.token();
        let node = match start.kind {
            Kind::None | Kind::True | Kind::False => {
                self.advance();
                let value = match start.kind {
                    Kind::None => Constant::None,
                    Kind::True => Constant::True,
                    _ => Constant::False,
                };
                PatternKind::MatchSingleton { value }
            }
            Kind::Number | Kind::Minus => PatternKind::MatchValue { value: self.signed_or_complex()? },
            Kind::String | Kind::FstringStart | Kind::TstringStart => {
                PatternKind::MatchValue { value: self.strings()? }
            }
            Kind::Name => match self.peek_second() {
                Kind::Dot | Kind::LeftParen => return self.value_or_class_pattern(&start),
                Kind::Equal => return Err(Fail::Mismatch),
                _ => {
                    let name = self.name()?;
                    PatternKind::MatchAs { pattern: None, name: (name != "_").then_some(name) }
                }
            },
            Kind::LeftParen => return self.parenthesized_pattern(&start),
            Kind::LeftBracket => {
                self.advance();
                let patterns = match self.attempt(Self::maybe_star_pattern)? {
                    Some(first) => self.more_patterns(first)?,
                    None => Vec::new(),
                };
                self.expect(Kind::RightBracket)?;
                PatternKind::MatchSequence { patterns: self.slice(&patterns) }
            }
            Kind::LeftBrace => self.mapping_pattern()?,
            _ => return Err(Fail::Mismatch),
        };
        Ok(self.pattern_node(node, self.loc_from(&start)))
    }

    /// `signed_number | complex_number`
    fn signed_or_complex(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let left = self.signed_number()?;
        let op = match self.peek() {
            Kind::Plus => Operator::Add,
            Kind::Minus => Operator::Sub,
            _ => return Ok(left),
        };
        let found = self.attempt(|p| {
            p.advance();
            let token = p.expect(Kind::Number)?;
            let number = |e: E<'a>| match e.node {
                ExprKind::UnaryOp { operand, .. } => operand.node,
                node => node,
            };
            if matches!(number(left), ExprKind::Constant { value: Constant::Complex { .. }, .. }) {
                return p.raise_loc(left.loc, "real number required in complex literal");
            }
            let value = p.number_value(&token)?;
            if !matches!(value, Constant::Complex { .. }) {
                return p.raise_tokens(&token, &token, "imaginary number required in complex literal");
            }
            let right = p.expr(ExprKind::Constant { value, kind: None }, token.loc());
            Ok(p.expr(ExprKind::BinOp { left, op, right }, p.loc_from(&start)))
        })?;
        Ok(found.unwrap_or(left))
    }

    fn signed_number(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let minus = self.eat(Kind::Minus);
        let token = self.expect(Kind::Number)?;
        let value = self.number_value(&token)?;
        let operand = self.expr(ExprKind::Constant { value, kind: None }, token.loc());
        if !minus {
            return Ok(operand);
        }
        Ok(self.expr(ExprKind::UnaryOp { op: UnaryOp::USub, operand }, self.loc_from(&start)))
    }

    fn name_or_attr(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let id = self.name()?;
        let mut value = self.expr(ExprKind::Name { id, ctx: ExprContext::Load }, start.loc());
        while self.peek() == Kind::Dot {
            let Some(attr) = self.attempt(|p| {
                p.advance();
                p.name()
            })?
            else {
                break;
            };
            let node = ExprKind::Attribute { value, attr, ctx: ExprContext::Load };
            value = self.expr(node, self.loc_from(&start));
        }
        Ok(value)
    }

    /// `value_pattern | class_pattern`: a dotted name, perhaps with arguments.
    fn value_or_class_pattern(&mut self, start: &Token) -> Parsed<P<'a>> {
        let value = self.name_or_attr()?;
        match self.peek() {
            Kind::LeftParen => self.class_pattern(start, value),
            Kind::Equal => Err(Fail::Mismatch),
            _ if matches!(value.node, ExprKind::Attribute { .. }) => {
                Ok(self.pattern_node(PatternKind::MatchValue { value }, self.loc_from(start)))
            }
            _ => Err(Fail::Mismatch),
        }
    }

    /// `'(' [positional patterns] [keyword patterns] ')'` after a class
    fn class_pattern(&mut self, start: &Token, cls: E<'a>) -> Parsed<P<'a>> {
        let open = self.pos;
        self.expect(Kind::LeftParen)?;
        let mut patterns = Vec::new();
        let mut kwd_attrs = Vec::new();
        let mut kwd_patterns = Vec::new();
        let found = self.attempt(|p| {
            while p.peek() != Kind::RightParen {
                if p.peek() == Kind::Name && p.peek_second() == Kind::Equal {
                    kwd_attrs.push(p.name()?);
                    p.advance();
                    kwd_patterns.push(*p.pattern()?);
                } else if kwd_attrs.is_empty() {
                    patterns.push(*p.pattern()?);
                } else {
                    return Err(Fail::Mismatch);
                }
                if !p.eat(Kind::Comma) {
                    break;
                }
            }
            p.expect(Kind::RightParen)
        })?;
        if found.is_none() {
            if self.diagnosing {
                self.pos = open;
                self.diagnose(Self::invalid_class_pattern)?;
            }
            return Err(Fail::Mismatch);
        }
        let node = PatternKind::MatchClass {
            cls,
            patterns: self.slice(&patterns),
            kwd_attrs: self.slice(&kwd_attrs),
            kwd_patterns: self.slice(&kwd_patterns),
        };
        Ok(self.pattern_node(node, self.loc_from(start)))
    }

    /// Positional patterns after keyword patterns.
    fn invalid_class_pattern(&mut self) -> Parsed<()> {
        self.expect(Kind::LeftParen)?;
        let mut keywords = 0;
        let mut late: Vec<Location> = Vec::new();
        loop {
            if self.peek() == Kind::Name && self.peek_second() == Kind::Equal {
                if !late.is_empty() {
                    break;
                }
                self.advance();
                self.advance();
                self.pattern()?;
                keywords += 1;
            } else {
                let Some(pattern) = self.attempt(Self::pattern)? else { break };
                if keywords > 0 {
                    late.push(pattern.loc);
                }
            }
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        match (late.first().copied(), late.last().copied()) {
            (Some(a), Some(b)) => self.raise_range(a, b, "positional patterns follow keyword patterns"),
            _ => Ok(()),
        }
    }

    /// `group_pattern | '(' [open_sequence_pattern] ')'`
    fn parenthesized_pattern(&mut self, start: &Token) -> Parsed<P<'a>> {
        self.advance();
        let mut patterns = Vec::new();
        if self.peek() != Kind::RightParen {
            let starred = self.peek() == Kind::Star;
            let first = self.maybe_star_pattern()?;
            if self.peek() != Kind::Comma {
                self.expect(Kind::RightParen)?;
                return if starred { Err(Fail::Mismatch) } else { Ok(first) };
            }
            patterns = self.more_patterns(first)?;
        }
        self.expect(Kind::RightParen)?;
        let node = PatternKind::MatchSequence { patterns: self.slice(&patterns) };
        Ok(self.pattern_node(node, self.loc_from(start)))
    }

    /// `mapping_pattern: '{' [items] ['**' NAME] '}'`
    fn mapping_pattern(&mut self) -> Parsed<PatternKind<'a>> {
        self.expect(Kind::LeftBrace)?;
        let mut keys = Vec::new();
        let mut patterns = Vec::new();
        let mut rest = None;
        while self.peek() != Kind::RightBrace {
            if self.eat(Kind::DoubleStar) {
                rest = Some(self.capture_target()?);
                self.eat(Kind::Comma);
                break;
            }
            keys.push(*self.mapping_key()?);
            self.expect(Kind::Colon)?;
            patterns.push(*self.pattern()?);
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        self.expect(Kind::RightBrace)?;
        Ok(PatternKind::MatchMapping { keys: self.slice(&keys), patterns: self.slice(&patterns), rest })
    }

    /// `literal_expr | attr`
    fn mapping_key(&mut self) -> Parsed<E<'a>> {
        let token = self.token();
        let value = match token.kind {
            Kind::None => Constant::None,
            Kind::True => Constant::True,
            Kind::False => Constant::False,
            Kind::Number | Kind::Minus => return self.signed_or_complex(),
            Kind::String | Kind::FstringStart | Kind::TstringStart => return self.strings(),
            _ => {
                let value = self.name_or_attr()?;
                return if matches!(value.node, ExprKind::Attribute { .. }) {
                    Ok(value)
                } else {
                    Err(Fail::Mismatch)
                };
            }
        };
        self.advance();
        Ok(self.expr(ExprKind::Constant { value, kind: None }, token.loc()))
    }
}
