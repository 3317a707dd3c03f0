//! Parentheses, brackets and braces: groups, tuples, lists, dicts, sets, and the comprehensions in them.

use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::{Kind, Token};

impl<'a> Parser<'a> {
    /// `tuple | group | genexp`
    pub(super) fn parenthesized(&mut self) -> Parsed<E<'a>> {
        if self.diagnosing {
            return self.parenthesized_diagnosed();
        }
        let start = self.expect(Kind::LeftParen)?;
        match self.peek() {
            Kind::RightParen => {
                self.advance();
                return Ok(self.tuple(&[], &start));
            }
            Kind::Yield => {
                let inner = self.yield_expr()?;
                self.expect(Kind::RightParen)?;
                return Ok(inner);
            }
            _ => {}
        }
        let starred = self.peek() == Kind::Star;
        let first = self.star_named_expression()?;
        match self.peek() {
            Kind::RightParen if !starred => {
                self.advance();
                Ok(first)
            }
            Kind::Comma => {
                let items = self.more_items(first, Self::star_named_expression)?.unwrap_or_default();
                self.expect(Kind::RightParen)?;
                Ok(self.tuple(&items, &start))
            }
            Kind::For | Kind::Async if !starred => {
                let generators = self.for_if_clauses()?;
                self.expect(Kind::RightParen)?;
                Ok(self.expr(ExprKind::GeneratorExp { elt: first, generators }, self.loc_from(&start)))
            }
            _ => Err(Fail::Mismatch),
        }
    }

    pub(super) fn tuple(&self, elts: &[Expr<'a>], start: &Token) -> E<'a> {
        let elts = self.slice(elts);
        self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.loc_from(start))
    }

    fn parenthesized_diagnosed(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let tuple = self.attempt(|p| {
            p.expect(Kind::LeftParen)?;
            let mut items = Vec::new();
            if let Some(first) = p.attempt(|p| {
                let first = p.star_named_expression()?;
                if p.peek() == Kind::Comma { Ok(first) } else { Err(Fail::Mismatch) }
            })? {
                items = p.more_items(first, Self::star_named_expression)?.unwrap_or_default();
            }
            p.expect(Kind::RightParen)?;
            Ok(p.tuple(&items, &start))
        })?;
        if let Some(tuple) = tuple {
            return Ok(tuple);
        }
        let group = self.attempt(|p| {
            p.expect(Kind::LeftParen)?;
            let inner = if p.peek() == Kind::Yield { p.yield_expr()? } else { p.named_expression()? };
            p.expect(Kind::RightParen)?;
            Ok(inner)
        })?;
        if let Some(group) = group {
            return Ok(group);
        }
        self.invalid_group()?;
        self.genexp()
    }

    /// `genexp: '(' (assignment_expression | expression !':=') for_if_clauses ')'`
    pub(super) fn genexp(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let found = self.attempt(|p| {
            p.expect(Kind::LeftParen)?;
            let elt = match p.assignment_expression()? {
                Some(elt) => elt,
                None => {
                    let elt = p.expression()?;
                    if p.peek() == Kind::ColonEqual {
                        return Err(Fail::Mismatch);
                    }
                    elt
                }
            };
            let generators = p.for_if_clauses()?;
            p.expect(Kind::RightParen)?;
            Ok(p.expr(ExprKind::GeneratorExp { elt, generators }, p.loc_from(&start)))
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        if self.diagnosing {
            self.invalid_comprehension()?;
        }
        Err(Fail::Mismatch)
    }

    /// `list | listcomp`
    pub(super) fn bracketed(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let list = self.attempt(|p| {
            p.expect(Kind::LeftBracket)?;
            let mut items = Vec::new();
            if let Some(first) = p.attempt(Self::star_named_expression)? {
                if matches!(p.peek(), Kind::For | Kind::Async)
                    && !matches!(first.node, ExprKind::Starred { .. })
                    && !p.diagnosing
                {
                    let generators = p.for_if_clauses()?;
                    p.expect(Kind::RightBracket)?;
                    return Ok(p.expr(ExprKind::ListComp { elt: first, generators }, p.loc_from(&start)));
                }
                items = p.more_items(first, Self::star_named_expression)?.unwrap_or_else(|| vec![*first]);
            }
            p.expect(Kind::RightBracket)?;
            let elts = p.slice(&items);
            Ok(p.expr(ExprKind::List { elts, ctx: ExprContext::Load }, p.loc_from(&start)))
        })?;
        if let Some(list) = list {
            return Ok(list);
        }
        if !self.diagnosing {
            return Err(Fail::Mismatch);
        }
        let found = self.attempt(|p| {
            p.expect(Kind::LeftBracket)?;
            let elt = p.named_expression()?;
            let generators = p.for_if_clauses()?;
            p.expect(Kind::RightBracket)?;
            Ok(p.expr(ExprKind::ListComp { elt, generators }, p.loc_from(&start)))
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        self.invalid_comprehension()?;
        Err(Fail::Mismatch)
    }

    /// `dict | set | dictcomp | setcomp`
    pub(super) fn braced(&mut self) -> Parsed<E<'a>> {
        if self.diagnosing {
            return self.braced_diagnosed();
        }
        let begin = self.pos;
        let found = self.attempt(Self::braced_plain)?;
        if found.is_none() {
            // The one diagnosis that is made in the first pass too.
            self.pos = begin;
            // Remembering results keeps nested braces from being read ever more often.
            let second_pass = std::mem::replace(&mut self.second_pass, true);
            let result = self.invalid_double_starred_kvpairs();
            self.second_pass = second_pass;
            result?;
        }
        found.ok_or(Fail::Mismatch)
    }

    fn braced_plain(&mut self) -> Parsed<E<'a>> {
        let start = self.expect(Kind::LeftBrace)?;
        match self.peek() {
            Kind::RightBrace => {
                self.advance();
                return Ok(self.expr(ExprKind::Dict { keys: &[], values: &[] }, self.loc_from(&start)));
            }
            Kind::DoubleStar => return self.dict_items(&start, None),
            _ => {}
        }
        let starred = self.peek() == Kind::Star;
        let first = self.star_named_expression()?;
        match self.peek() {
            Kind::Colon if !starred => self.dict_items(&start, Some(first)),
            Kind::For | Kind::Async if !starred => {
                let generators = self.for_if_clauses()?;
                self.expect(Kind::RightBrace)?;
                Ok(self.expr(ExprKind::SetComp { elt: first, generators }, self.loc_from(&start)))
            }
            _ => {
                let items =
                    self.more_items(first, Self::star_named_expression)?.unwrap_or_else(|| vec![*first]);
                self.expect(Kind::RightBrace)?;
                let elts = self.slice(&items);
                Ok(self.expr(ExprKind::Set { elts }, self.loc_from(&start)))
            }
        }
    }

    /// The rest of a dict or dict comprehension of which the first key may have been read.
    fn dict_items(&mut self, start: &Token, first_key: Option<E<'a>>) -> Parsed<E<'a>> {
        let mut keys = Vec::new();
        let mut values = Vec::new();
        if let Some(key) = first_key {
            self.expect(Kind::Colon)?;
            let value = self.expression()?;
            if matches!(self.peek(), Kind::For | Kind::Async) {
                let generators = self.for_if_clauses()?;
                self.expect(Kind::RightBrace)?;
                return Ok(self.expr(ExprKind::DictComp { key, value, generators }, self.loc_from(start)));
            }
            keys.push(Some(*key));
            values.push(*value);
        } else {
            let (key, value) = self.double_starred_kvpair()?;
            keys.push(key.copied());
            values.push(*value);
        }
        while self.eat(Kind::Comma) {
            let Some((key, value)) = self.attempt(Self::double_starred_kvpair)? else { break };
            keys.push(key.copied());
            values.push(*value);
        }
        self.expect(Kind::RightBrace)?;
        let node = ExprKind::Dict { keys: self.slice(&keys), values: self.slice(&values) };
        Ok(self.expr(node, self.loc_from(start)))
    }

    /// `double_starred_kvpair: '**' bitwise_or | expression ':' expression`
    pub(super) fn double_starred_kvpair(&mut self) -> Parsed<(Option<E<'a>>, E<'a>)> {
        if self.eat(Kind::DoubleStar) {
            return Ok((None, self.bitwise_or()?));
        }
        let key = self.expression()?;
        self.expect(Kind::Colon)?;
        Ok((Some(key), self.expression()?))
    }

    fn braced_diagnosed(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let dict = self.attempt(|p| {
            p.expect(Kind::LeftBrace)?;
            let mut keys = Vec::new();
            let mut values = Vec::new();
            while let Some((key, value)) = p.attempt(Self::double_starred_kvpair)? {
                keys.push(key.copied());
                values.push(*value);
                if !p.eat(Kind::Comma) {
                    break;
                }
            }
            p.expect(Kind::RightBrace)?;
            let node = ExprKind::Dict { keys: p.slice(&keys), values: p.slice(&values) };
            Ok(p.expr(node, p.loc_from(&start)))
        })?;
        if let Some(dict) = dict {
            return Ok(dict);
        }
        self.invalid_double_starred_kvpairs()?;
        let set = self.attempt(|p| {
            p.expect(Kind::LeftBrace)?;
            let first = p.star_named_expression()?;
            let items = p.more_items(first, Self::star_named_expression)?.unwrap_or_else(|| vec![*first]);
            p.expect(Kind::RightBrace)?;
            let elts = p.slice(&items);
            Ok(p.expr(ExprKind::Set { elts }, p.loc_from(&start)))
        })?;
        if let Some(set) = set {
            return Ok(set);
        }
        let dictcomp = self.attempt(|p| {
            p.expect(Kind::LeftBrace)?;
            let key = p.expression()?;
            p.expect(Kind::Colon)?;
            let value = p.expression()?;
            let generators = p.for_if_clauses()?;
            p.expect(Kind::RightBrace)?;
            Ok(p.expr(ExprKind::DictComp { key, value, generators }, p.loc_from(&start)))
        })?;
        if let Some(dictcomp) = dictcomp {
            return Ok(dictcomp);
        }
        self.invalid_dict_comprehension()?;
        let setcomp = self.attempt(|p| {
            p.expect(Kind::LeftBrace)?;
            let elt = p.named_expression()?;
            let generators = p.for_if_clauses()?;
            p.expect(Kind::RightBrace)?;
            Ok(p.expr(ExprKind::SetComp { elt, generators }, p.loc_from(&start)))
        })?;
        if let Some(setcomp) = setcomp {
            return Ok(setcomp);
        }
        self.invalid_comprehension()?;
        Err(Fail::Mismatch)
    }
}
