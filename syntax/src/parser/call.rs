//! Calls: positional and keyword arguments, unpacking, and the one generator expression that needs no parentheses
//! of its own.

use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::Kind;

/// The arguments of a call or class.
#[derive(Default)]
pub(super) struct CallArguments<'a> {
    pub(super) args: Vec<Expr<'a>>,
    pub(super) keywords: Vec<Keyword<'a>>,
}

/// How far the arguments have come: each stage allows less.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Stage {
    Positional,
    Keywords,
    DoubleStarred,
}

enum Argument<'a> {
    Positional(E<'a>),
    Keyword(Keyword<'a>),
}

impl<'a> Parser<'a> {
    /// The call of `func` whose `(` comes next.
    pub(super) fn call(&mut self, func: E<'a>) -> Parsed<ExprKind<'a>> {
        if self.diagnosing {
            if let Some(genexp) = self.attempt(Self::genexp)? {
                return Ok(ExprKind::Call { func, args: self.slice(&[*genexp]), keywords: &[] });
            }
            self.expect(Kind::LeftParen)?;
            let arguments = self.attempt(Self::arguments)?.unwrap_or_default();
            self.expect(Kind::RightParen)?;
            return Ok(self.call_node(func, &arguments));
        }
        let open = self.expect(Kind::LeftParen)?;
        if self.eat(Kind::RightParen) {
            return Ok(ExprKind::Call { func, args: &[], keywords: &[] });
        }
        let arguments = self.args()?;
        if matches!(self.peek(), Kind::For | Kind::Async)
            && arguments.keywords.is_empty()
            && let [elt] = arguments.args.as_slice()
            && !matches!(elt.node, ExprKind::Starred { .. })
        {
            let elt = self.arena.alloc(*elt);
            let generators = self.for_if_clauses()?;
            self.expect(Kind::RightParen)?;
            let genexp = self.expr(ExprKind::GeneratorExp { elt, generators }, self.loc_from(&open));
            return Ok(ExprKind::Call { func, args: self.slice(&[*genexp]), keywords: &[] });
        }
        self.eat(Kind::Comma);
        self.expect(Kind::RightParen)?;
        Ok(self.call_node(func, &arguments))
    }

    fn call_node(&self, func: E<'a>, arguments: &CallArguments<'a>) -> ExprKind<'a> {
        ExprKind::Call { func, args: self.slice(&arguments.args), keywords: self.slice(&arguments.keywords) }
    }

    /// `arguments: args [','] &')'`
    pub(super) fn arguments(&mut self) -> Parsed<CallArguments<'a>> {
        let start = self.pos;
        let found = self.attempt(|p| {
            let arguments = p.args()?;
            p.eat(Kind::Comma);
            if p.peek() == Kind::RightParen { Ok(arguments) } else { Err(Fail::Mismatch) }
        })?;
        if let Some(found) = found {
            return Ok(found);
        }
        if self.diagnosing {
            self.pos = start;
            self.invalid_arguments()?;
        }
        Err(Fail::Mismatch)
    }

    /// `args`: as many arguments as fit, at least one, without a comma after them.
    pub(super) fn args(&mut self) -> Parsed<CallArguments<'a>> {
        let mut found = CallArguments::default();
        let mut stage = Stage::Positional;
        loop {
            let before = self.pos;
            if before != 0 && !(found.args.is_empty() && found.keywords.is_empty()) && !self.eat(Kind::Comma)
            {
                break;
            }
            match self.attempt(|p| p.argument(&mut stage))? {
                Some(Argument::Positional(expr)) => found.args.push(*expr),
                Some(Argument::Keyword(keyword)) => found.keywords.push(keyword),
                None => {
                    self.pos = before;
                    break;
                }
            }
        }
        if found.args.is_empty() && found.keywords.is_empty() { Err(Fail::Mismatch) } else { Ok(found) }
    }

    fn argument(&mut self, stage: &mut Stage) -> Parsed<Argument<'a>> {
        if *stage == Stage::Positional {
            if let Some(expr) = self.attempt(Self::positional_argument)? {
                return Ok(Argument::Positional(expr));
            }
            // In the first pass what follows is certain; in the second it is tried in the grammar's order.
            *stage = Stage::Keywords;
        }
        let start = self.token();
        if self.diagnosing {
            self.invalid_kwarg()?;
        }
        if start.kind == Kind::Name && self.peek_second() == Kind::Equal {
            let arg = self.name()?;
            self.advance();
            let value = self.expression()?;
            return Ok(Argument::Keyword(Keyword { arg: Some(arg), value, loc: self.loc_from(&start) }));
        }
        if start.kind == Kind::Star && *stage == Stage::Keywords {
            return Ok(Argument::Positional(self.starred_expression()?));
        }
        self.expect(Kind::DoubleStar)?;
        let value = self.expression()?;
        *stage = Stage::DoubleStarred;
        Ok(Argument::Keyword(Keyword { arg: None, value, loc: self.loc_from(&start) }))
    }

    /// `starred_expression | (assignment_expression | expression !':=') !'='`
    pub(super) fn positional_argument(&mut self) -> Parsed<E<'a>> {
        if self.peek() == Kind::Star {
            return self.starred_expression();
        }
        if !self.diagnosing && self.peek() == Kind::Name && self.peek_second() == Kind::Equal {
            return Err(Fail::Mismatch);
        }
        let expr = match self.assignment_expression()? {
            Some(expr) => expr,
            None => {
                let expr = self.expression()?;
                if self.peek() == Kind::ColonEqual {
                    return Err(Fail::Mismatch);
                }
                expr
            }
        };
        if self.peek() == Kind::Equal { Err(Fail::Mismatch) } else { Ok(expr) }
    }

    /// `starred_expression: '*' expression`
    pub(super) fn starred_expression(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if self.diagnosing {
            self.invalid_starred_expression_unpacking()?;
        }
        let found = self.attempt(|p| {
            p.expect(Kind::Star)?;
            p.expression()
        })?;
        let Some(value) = found else {
            if self.diagnosing && self.eat(Kind::Star) {
                return self.raise("Invalid star expression");
            }
            return Err(Fail::Mismatch);
        };
        Ok(self.expr(ExprKind::Starred { value, ctx: ExprContext::Load }, self.loc_from(&start)))
    }
}
