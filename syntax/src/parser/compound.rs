//! Compound statements and their blocks. `match` stands in `pattern`.

use super::target::{TargetUse, expr_name};
use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::error::ErrorKind;
use crate::token::{Kind, Token};

/// What a nested block costs against the limit on depth.
const BLOCK_COST: u32 = 20;

impl<'a> Parser<'a> {
    /// `compound_stmt`
    pub(super) fn compound_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        match start.kind {
            Kind::Def
            | Kind::At
            | Kind::If
            | Kind::Class
            | Kind::With
            | Kind::For
            | Kind::Try
            | Kind::While => {}
            Kind::Async => {
                self.peek_second();
            }
            Kind::Name if self.at_soft("match") => return self.match_stmt(),
            _ => return Err(Fail::Mismatch),
        }
        self.nested(BLOCK_COST, |p| match start.kind {
            Kind::Def => p.function_def(&start, &[]),
            Kind::At => p.decorated(&start),
            Kind::If => p.if_stmt(),
            Kind::Class => p.class_def(&start, &[]),
            Kind::With => p.with_stmt(),
            Kind::For => p.for_stmt(),
            Kind::Try => p.try_stmt(),
            Kind::While => p.while_stmt(),
            _ => match p.peek_second() {
                Kind::Def => p.function_def(&start, &[]),
                Kind::With => p.with_stmt(),
                Kind::For => p.for_stmt(),
                _ => Err(Fail::Mismatch),
            },
        })
    }

    /// From a token to the last one consumed that is not white space.
    fn block_loc(&self, start: &Token) -> Location {
        let mut index = self.pos.saturating_sub(1);
        let mut end = self.token_at(index);
        while matches!(end.kind, Kind::Newline | Kind::Indent | Kind::Dedent | Kind::EndMarker) && index > 0 {
            index -= 1;
            end = self.token_at(index);
        }
        Location {
            lineno: start.lineno as i32,
            col_offset: start.col as i32,
            end_lineno: end.end_lineno as i32,
            end_col_offset: end.end_col as i32,
        }
    }

    fn statement_at(&self, start: &Token, node: StmtKind<'a>) -> Stmt<'a> {
        Stmt { node, loc: self.block_loc(start) }
    }

    /// `block: NEWLINE INDENT statements DEDENT | simple_stmts`
    pub(super) fn block(&mut self) -> Parsed<&'a [Stmt<'a>]> {
        if !self.second_pass {
            return self.block_rule();
        }
        let start = self.pos as u32;
        if let Some(&(known, end)) = self.block_memo.get(&start) {
            self.pos = end as usize;
            return known.ok_or(Fail::Mismatch);
        }
        let result = self.block_rule();
        match result {
            Ok(body) => {
                self.block_memo.insert(start, (Some(body), self.pos as u32));
            }
            Err(Fail::Mismatch) => {
                self.block_memo.insert(start, (None, start));
            }
            Err(Fail::Raised) => {}
        }
        result
    }

    fn block_rule(&mut self) -> Parsed<&'a [Stmt<'a>]> {
        if self.peek() == Kind::Newline {
            let begin = self.pos;
            let found = self.attempt(|p| {
                p.advance();
                p.expect(Kind::Indent)?;
                let body = p.statements()?;
                if body.is_empty() {
                    return Err(Fail::Mismatch);
                }
                p.expect(Kind::Dedent)?;
                Ok(body)
            })?;
            if let Some(body) = found {
                return Ok(body);
            }
            if self.diagnosing {
                self.pos = begin;
                self.diagnose(|p| {
                    p.advance();
                    if p.peek() == Kind::Indent {
                        return Ok(());
                    }
                    p.raise_kind(ErrorKind::Indentation, "expected an indented block")
                })?;
            }
            return Err(Fail::Mismatch);
        }
        let mut body = Vec::new();
        self.simple_stmts(&mut body)?;
        Ok(self.slice(&body))
    }

    /// After a colon: raises if a line ends without a block following.
    fn invalid_indent(&mut self, what: &str, lineno: u32) -> Parsed<()> {
        self.expect(Kind::Newline)?;
        if self.peek() == Kind::Indent {
            return Ok(());
        }
        self.raise_kind(
            ErrorKind::Indentation,
            format!("expected an indented block after {what} on line {lineno}"),
        )
    }

    /// `keyword condition NEWLINE` and `keyword condition ':' NEWLINE !INDENT`
    fn invalid_condition(&mut self, word: Token) -> Parsed<()> {
        self.diagnose(|p| {
            p.advance();
            p.named_expression()?;
            p.expect(Kind::Newline)?;
            p.raise("expected ':'")
        })?;
        self.diagnose(|p| {
            p.advance();
            p.named_expression()?;
            p.expect(Kind::Colon)?;
            p.invalid_indent(&format!("'{}' statement", word.kind.text()), word.lineno)
        })
    }

    /// `if_stmt` and `elif_stmt`
    fn if_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.invalid_condition(start)?;
        }
        self.advance();
        let test = self.named_expression()?;
        self.expect(Kind::Colon)?;
        let body = self.block()?;
        let orelse = match self.peek() {
            Kind::Elif => {
                let elif = self.attempt(|p| p.nested(2, Self::if_stmt))?;
                match elif {
                    Some(elif) => self.slice(&[elif]),
                    None => &[],
                }
            }
            Kind::Else => self.else_block()?,
            _ => &[],
        };
        Ok(self.statement_at(&start, StmtKind::If { test, body, orelse }))
    }

    /// `[else_block]`, where `else_block: 'else' &&':' block`
    fn else_block(&mut self) -> Parsed<&'a [Stmt<'a>]> {
        let start = self.token();
        if start.kind != Kind::Else {
            return Ok(&[]);
        }
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                p.expect(Kind::Colon)?;
                p.invalid_indent("'else' statement", start.lineno)
            })?;
            self.diagnose(|p| {
                p.advance();
                p.expect(Kind::Colon)?;
                p.block()?;
                let elif = p.expect(Kind::Elif)?;
                p.raise_tokens(&elif, &elif, "'elif' block follows an 'else' block")
            })?;
        }
        let found = self.attempt(|p| {
            p.advance();
            p.force(Kind::Colon)?;
            p.block()
        })?;
        Ok(found.unwrap_or(&[]))
    }

    fn while_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.invalid_condition(start)?;
        }
        self.advance();
        let test = self.named_expression()?;
        self.expect(Kind::Colon)?;
        let body = self.block()?;
        let orelse = self.else_block()?;
        Ok(self.statement_at(&start, StmtKind::While { test, body, orelse }))
    }

    /// `for_stmt: ['async'] 'for' star_targets 'in' ~ star_expressions ':' [TYPE_COMMENT] block [else_block]`
    fn for_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        let begin = self.pos;
        if self.diagnosing {
            self.diagnose(|p| {
                p.eat(Kind::Async);
                p.expect(Kind::For)?;
                p.star_targets()?;
                p.expect(Kind::In)?;
                p.star_expressions()?;
                p.expect(Kind::Newline)?;
                p.raise("expected ':'")
            })?;
            self.diagnose(|p| {
                p.eat(Kind::Async);
                let word = p.expect(Kind::For)?;
                p.star_targets()?;
                p.expect(Kind::In)?;
                p.star_expressions()?;
                p.expect(Kind::Colon)?;
                p.invalid_indent("'for' statement", word.lineno)
            })?;
        }
        let is_async = self.eat(Kind::Async);
        let target = self.attempt(|p| {
            p.expect(Kind::For)?;
            let target = p.star_targets()?;
            p.expect(Kind::In)?;
            Ok(target)
        })?;
        let Some(target) = target else {
            if self.diagnosing {
                self.pos = begin;
                self.invalid_for_target()?;
            }
            return Err(Fail::Mismatch);
        };
        let iter = self.star_expressions()?;
        self.expect(Kind::Colon)?;
        let type_comment = self.type_comment();
        let body = self.block()?;
        let orelse = self.else_block()?;
        let node = self.arena.alloc(For { target, iter, body, orelse, type_comment });
        if is_async {
            self.check_version(5, "Async for loops are")?;
        }
        let node = if is_async { StmtKind::AsyncFor(node) } else { StmtKind::For(node) };
        Ok(self.statement_at(&start, node))
    }

    /// `with_stmt: ['async'] 'with' ('(' ','.with_item+ [','] ')' | ','.with_item+) ':' block`
    fn with_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        let begin = self.pos;
        if self.diagnosing {
            self.diagnose(|p| {
                p.eat(Kind::Async);
                let word = p.expect(Kind::With)?;
                p.invalid_with_items()?;
                p.expect(Kind::Colon)?;
                p.invalid_indent("'with' statement", word.lineno)
            })?;
        }
        let is_async = self.eat(Kind::Async);
        self.expect(Kind::With)?;
        let parenthesized = if self.peek() == Kind::LeftParen {
            self.attempt(|p| {
                p.advance();
                let items = p.with_items()?;
                p.eat(Kind::Comma);
                p.expect(Kind::RightParen)?;
                p.expect(Kind::Colon)?;
                let type_comment = if is_async { None } else { p.type_comment() };
                let body = p.block()?;
                Ok((items, type_comment, body))
            })?
        } else {
            None
        };
        let (items, type_comment, body) = match parenthesized {
            Some(found) => found,
            None => {
                let plain = self.attempt(|p| {
                    let items = p.with_items()?;
                    p.expect(Kind::Colon)?;
                    let type_comment = p.type_comment();
                    let body = p.block()?;
                    Ok((items, type_comment, body))
                })?;
                match plain {
                    Some(found) => found,
                    None => {
                        if self.diagnosing {
                            self.pos = begin;
                            self.diagnose(|p| {
                                p.eat(Kind::Async);
                                p.expect(Kind::With)?;
                                p.invalid_with_items()?;
                                p.expect(Kind::Newline)?;
                                p.raise("expected ':'")
                            })?;
                        }
                        return Err(Fail::Mismatch);
                    }
                }
            }
        };
        if is_async {
            self.check_version(5, "Async with statements are")?;
        }
        let node = if is_async {
            StmtKind::AsyncWith { items, body, type_comment }
        } else {
            StmtKind::With { items, body, type_comment }
        };
        Ok(self.statement_at(&start, node))
    }

    /// `','.(expression ['as' star_target])+`, or the same in parentheses
    fn invalid_with_items(&mut self) -> Parsed<()> {
        let item = |p: &mut Self, parenthesized: bool| -> Parsed<()> {
            if parenthesized {
                p.expressions()?
            } else {
                p.expression()?
            };
            if p.peek() == Kind::As {
                p.attempt(|p| {
                    p.advance();
                    p.star_target()
                })?;
            }
            Ok(())
        };
        let list = |p: &mut Self, parenthesized: bool| -> Parsed<()> {
            item(p, parenthesized)?;
            while p.peek() == Kind::Comma
                && p.attempt(|p| {
                    p.advance();
                    item(p, parenthesized)
                })?
                .is_some()
            {}
            Ok(())
        };
        let begin = self.pos;
        if self
            .attempt(|p| {
                list(p, false)?;
                if matches!(p.peek(), Kind::Newline | Kind::Colon) { Ok(()) } else { Err(Fail::Mismatch) }
            })?
            .is_some()
        {
            return Ok(());
        }
        self.pos = begin;
        self.expect(Kind::LeftParen)?;
        list(self, true)?;
        self.eat(Kind::Comma);
        self.expect(Kind::RightParen)?;
        Ok(())
    }

    fn with_items(&mut self) -> Parsed<&'a [WithItem<'a>]> {
        let mut items = vec![self.with_item()?];
        while self.peek() == Kind::Comma {
            let next = self.attempt(|p| {
                p.advance();
                p.with_item()
            })?;
            match next {
                Some(item) => items.push(item),
                None => break,
            }
        }
        Ok(self.slice(&items))
    }

    /// `with_item: expression 'as' star_target &(',' | ')' | ':') | expression`
    fn with_item(&mut self) -> Parsed<WithItem<'a>> {
        let context_expr = self.expression()?;
        if self.peek() != Kind::As {
            return Ok(WithItem { context_expr, optional_vars: None });
        }
        let ends = |p: &mut Self| matches!(p.peek(), Kind::Comma | Kind::RightParen | Kind::Colon);
        let target = self.attempt(|p| {
            p.advance();
            let target = p.star_target()?;
            if ends(p) { Ok(target) } else { Err(Fail::Mismatch) }
        })?;
        if target.is_none() && self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                let a = p.expression()?;
                if !ends(p) {
                    return Ok(());
                }
                p.raise_invalid_target(a, TargetUse::Assign)
            })?;
        }
        Ok(WithItem { context_expr, optional_vars: target })
    }

    /// `decorators: ('@' named_expression NEWLINE)+`, and what they decorate
    fn decorated(&mut self, _start: &Token) -> Parsed<Stmt<'a>> {
        let mut decorators = Vec::new();
        while self.eat(Kind::At) {
            decorators.push(*self.named_expression()?);
            self.expect(Kind::Newline)?;
        }
        let decorators = self.slice(&decorators);
        let start = self.token();
        match start.kind {
            Kind::Def => self.function_def(&start, decorators),
            Kind::Async if self.peek_second() == Kind::Def => self.function_def(&start, decorators),
            Kind::Class => self.class_def(&start, decorators),
            _ => Err(Fail::Mismatch),
        }
    }

    /// `class_def_raw: 'class' NAME [type_params] ['(' [arguments] ')'] ':' block`
    fn class_def(&mut self, start: &Token, decorator_list: &'a [Expr<'a>]) -> Parsed<Stmt<'a>> {
        if self.diagnosing {
            let head = |p: &mut Self| -> Parsed<()> {
                p.advance();
                p.name()?;
                p.type_params()?;
                if p.peek() == Kind::LeftParen {
                    p.attempt(|p| {
                        p.advance();
                        p.attempt(Self::arguments)?;
                        p.expect(Kind::RightParen)
                    })?;
                }
                Ok(())
            };
            self.diagnose(|p| {
                head(p)?;
                p.expect(Kind::Newline)?;
                p.raise("expected ':'")
            })?;
            self.diagnose(|p| {
                head(p)?;
                p.expect(Kind::Colon)?;
                p.invalid_indent("class definition", start.lineno)
            })?;
        }
        self.advance();
        let name = self.name()?;
        let type_params = self.type_params()?;
        let mut bases: &'a [Expr<'a>] = &[];
        let mut keywords: &'a [Keyword<'a>] = &[];
        if self.peek() == Kind::LeftParen {
            let found = self.attempt(|p| {
                p.advance();
                let arguments = p.attempt(Self::arguments)?.unwrap_or_default();
                p.expect(Kind::RightParen)?;
                Ok(arguments)
            })?;
            if let Some(found) = found {
                bases = self.slice(&found.args);
                keywords = self.slice(&found.keywords);
            }
        }
        self.expect(Kind::Colon)?;
        let body = self.block()?;
        let node = self.arena.alloc(ClassDef { name, bases, keywords, body, decorator_list, type_params });
        Ok(self.statement_at(start, StmtKind::ClassDef(node)))
    }

    /// `function_def_raw: ['async'] 'def' NAME [type_params] &&'(' [params] ')' ['->' expression] &&':'
    /// [func_type_comment] block`
    fn function_def(&mut self, start: &Token, decorator_list: &'a [Expr<'a>]) -> Parsed<Stmt<'a>> {
        if self.diagnosing {
            self.diagnose(|p| {
                p.eat(Kind::Async);
                let def = p.expect(Kind::Def)?;
                p.name()?;
                p.type_params()?;
                p.expect(Kind::LeftParen)?;
                p.parameters()?;
                p.expect(Kind::RightParen)?;
                if p.eat(Kind::Arrow) {
                    p.expression()?;
                }
                p.expect(Kind::Colon)?;
                p.invalid_indent("function definition", def.lineno)
            })?;
        }
        let is_async = self.eat(Kind::Async);
        self.expect(Kind::Def)?;
        let name = self.name()?;
        let type_params = self.type_params()?;
        self.force(Kind::LeftParen)?;
        let args = match self.attempt(Self::parameters)? {
            Some(args) => args,
            None => self.arena.alloc(Arguments::default()),
        };
        self.expect(Kind::RightParen)?;
        let mut returns = None;
        if self.peek() == Kind::Arrow {
            returns = self.attempt(|p| {
                p.advance();
                p.expression()
            })?;
        }
        self.force(Kind::Colon)?;
        let type_comment = self.func_type_comment()?;
        let body = self.block()?;
        if is_async {
            self.check_version(5, "Async functions are")?;
        }
        let node = self.arena.alloc(FunctionDef {
            name,
            args,
            body,
            decorator_list,
            returns,
            type_comment,
            type_params,
        });
        let node = if is_async { StmtKind::AsyncFunctionDef(node) } else { StmtKind::FunctionDef(node) };
        Ok(self.statement_at(start, node))
    }

    /// `func_type_comment: NEWLINE TYPE_COMMENT &(NEWLINE INDENT) | TYPE_COMMENT`
    fn func_type_comment(&mut self) -> Parsed<Option<&'a str>> {
        if !self.options.type_comments {
            return Ok(None);
        }
        let own_line = self.attempt(|p| {
            p.expect(Kind::Newline)?;
            let token = p.expect(Kind::TypeComment)?;
            if p.peek() != Kind::Newline || p.peek_second() != Kind::Indent {
                return Err(Fail::Mismatch);
            }
            Ok(p.text(&token))
        })?;
        if own_line.is_some() {
            return Ok(own_line);
        }
        if self.diagnosing {
            self.diagnose(|p| {
                p.expect(Kind::TypeComment)?;
                p.expect(Kind::Newline)?;
                p.expect(Kind::TypeComment)?;
                p.expect(Kind::Newline)?;
                p.expect(Kind::Indent)?;
                p.raise("Cannot have two type comments on def")
            })?;
        }
        Ok(self.type_comment())
    }

    /// `try_stmt`
    fn try_stmt(&mut self) -> Parsed<Stmt<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.invalid_try_stmt(&start)?;
        }
        self.advance();
        self.force(Kind::Colon)?;
        let body = self.block()?;
        let mut handlers = Vec::new();
        let mut star = false;
        if self.peek() == Kind::Except {
            while self.peek() == Kind::Except {
                let found = self.attempt(Self::except_block)?;
                let Some((handler, starred)) = found else { break };
                if handlers.is_empty() {
                    star = starred;
                } else if star != starred {
                    return Err(Fail::Mismatch);
                }
                handlers.push(handler);
            }
        }
        let orelse = if handlers.is_empty() { &[] } else { self.else_block()? };
        let finalbody = if self.peek() == Kind::Finally { self.finally_block()? } else { None };
        if handlers.is_empty() && finalbody.is_none() {
            return Err(Fail::Mismatch);
        }
        if star {
            self.check_version(11, "Exception groups are")?;
        }
        let handlers = self.slice(&handlers);
        let node = self.arena.alloc(Try { body, handlers, orelse, finalbody: finalbody.unwrap_or(&[]) });
        let node = if star { StmtKind::TryStar(node) } else { StmtKind::Try(node) };
        Ok(self.statement_at(&start, node))
    }

    fn finally_block(&mut self) -> Parsed<Option<&'a [Stmt<'a>]>> {
        let start = self.token();
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                p.expect(Kind::Colon)?;
                p.invalid_indent("'finally' statement", start.lineno)
            })?;
        }
        self.attempt(|p| {
            p.advance();
            p.force(Kind::Colon)?;
            p.block()
        })
    }

    fn invalid_try_stmt(&mut self, start: &Token) -> Parsed<()> {
        self.diagnose(|p| {
            p.advance();
            p.expect(Kind::Colon)?;
            p.invalid_indent("'try' statement", start.lineno)
        })?;
        self.diagnose(|p| {
            p.advance();
            p.expect(Kind::Colon)?;
            p.block()?;
            if matches!(p.peek(), Kind::Except | Kind::Finally) {
                return Ok(());
            }
            p.raise("expected 'except' or 'finally' block")
        })?;
        self.diagnose(|p| {
            p.advance();
            p.expect(Kind::Colon)?;
            p.block()?;
            let mut first = None;
            while p.peek() == Kind::Except {
                let except = p.token();
                let second = p.token_at(p.pos + 1);
                let starred = second.kind == Kind::Star;
                match first {
                    None => first = Some(starred),
                    Some(first) if first != starred => {
                        // With or without its block, the clause is of the wrong kind.
                        let end = if starred { second } else { except };
                        p.advance();
                        if starred {
                            p.advance();
                            p.expression()?;
                            p.as_name()?;
                        } else {
                            p.attempt(Self::expression)?;
                            p.as_name()?;
                        }
                        p.expect(Kind::Colon)?;
                        let msg = "cannot have both 'except' and 'except*' on the same 'try'";
                        return p.raise_tokens(&except, &end, msg);
                    }
                    Some(_) => {}
                }
                if p.attempt(Self::except_block)?.is_none() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// `except_block` and `except_star_block`; tells whether it has the star.
    fn except_block(&mut self) -> Parsed<(ExceptHandler<'a>, bool)> {
        let start = self.token();
        if self.diagnosing {
            self.diagnose(|p| {
                p.advance();
                let star = p.eat(Kind::Star);
                if p.peek() != Kind::Colon {
                    p.expression()?;
                    p.as_name()?;
                } else if star {
                    return Ok(());
                }
                p.expect(Kind::Colon)?;
                let what = if star { "'except*' statement" } else { "'except' statement" };
                p.invalid_indent(what, start.lineno)
            })?;
        }
        let begin = self.pos;
        let found = self.attempt(|p| {
            p.advance();
            let star = p.eat(Kind::Star);
            let mut type_ = None;
            let mut name = None;
            if star || p.peek() != Kind::Colon {
                let first_token = p.token();
                let first = p.expression()?;
                if p.peek() == Kind::Comma {
                    let items = p.more_items(first, Self::expression)?.unwrap_or_default();
                    p.check_version(14, "except expressions without parentheses are")?;
                    type_ = Some(p.tuple(&items, &first_token));
                } else {
                    type_ = Some(first);
                    name = p.as_name()?;
                }
            }
            p.expect(Kind::Colon)?;
            let body = p.block()?;
            Ok((ExceptHandler { type_, name, body, loc: p.block_loc(&start) }, star))
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        if self.diagnosing {
            self.pos = begin;
            self.invalid_except_stmt()?;
        }
        Err(Fail::Mismatch)
    }

    fn invalid_except_stmt(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.advance();
            p.eat(Kind::Star);
            let a: E<'a> = p.expression()?;
            p.expect(Kind::Comma)?;
            p.expressions()?;
            p.expect(Kind::As)?;
            p.name()?;
            p.expect(Kind::Colon)?;
            p.raise_from(a.loc, "multiple exception types must be parenthesized when using 'as'")
        })?;
        self.diagnose(|p| {
            p.advance();
            p.eat(Kind::Star);
            p.expression()?;
            p.as_name()?;
            p.expect(Kind::Newline)?;
            p.raise("expected ':'")
        })?;
        self.diagnose(|p| {
            p.advance();
            p.expect(Kind::Newline)?;
            p.raise("expected ':'")
        })?;
        self.diagnose(|p| {
            p.advance();
            p.expect(Kind::Star)?;
            if !matches!(p.peek(), Kind::Newline | Kind::Colon) {
                return Ok(());
            }
            p.advance();
            p.raise("expected one or more exception types")
        })?;
        self.diagnose(|p| {
            p.advance();
            let star = if p.eat(Kind::Star) { "except*" } else { "except" };
            p.expression()?;
            p.expect(Kind::As)?;
            let a = p.expression()?;
            p.expect(Kind::Colon)?;
            p.block()?;
            p.raise_loc(a.loc, format!("cannot use {star} statement with {}", expr_name(a)))
        })
    }
}
