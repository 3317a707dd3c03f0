//! Expressions: operators by precedence, primaries, atoms, and the lists of expressions that statements hold.
//! Displays, calls, literals and targets have files of their own.

use super::{E, Fail, Parsed, Parser, Rule};
use crate::ast::*;
use crate::token::{Kind, Token};

/// What a level of nesting costs against the limit: operators chain few calls, whole expressions many.
const EXPRESSION_COST: u32 = 12;

/// The binary operator of a token and how tightly it binds.
fn binary_operator(kind: Kind) -> Option<(Operator, u8)> {
    Some(match kind {
        Kind::Bar => (Operator::BitOr, 0),
        Kind::Caret => (Operator::BitXor, 1),
        Kind::Ampersand => (Operator::BitAnd, 2),
        Kind::LeftShift => (Operator::LShift, 3),
        Kind::RightShift => (Operator::RShift, 3),
        Kind::Plus => (Operator::Add, SUM),
        Kind::Minus => (Operator::Sub, SUM),
        Kind::Star => (Operator::Mult, 5),
        Kind::Slash => (Operator::Div, 5),
        Kind::DoubleSlash => (Operator::FloorDiv, 5),
        Kind::Percent => (Operator::Mod, 5),
        Kind::At => (Operator::MatMult, 5),
        _ => return None,
    })
}

const SUM: u8 = 4;

impl<'a> Parser<'a> {
    /// `expression: disjunction ['if' disjunction 'else' expression] | lambdef`
    pub(crate) fn expression(&mut self) -> Parsed<E<'a>> {
        if self.second_pass {
            return self.remember(Rule::Expression, |p| {
                p.nested(EXPRESSION_COST, |p| {
                    if p.diagnosing {
                        p.invalid_expression()?;
                        p.invalid_legacy_expression()?;
                    }
                    p.conditional()
                })
            });
        }
        self.nested(EXPRESSION_COST, Self::conditional)
    }

    /// The expression after `else`, where the next level of a long chain of alternatives begins.
    fn alternative(&mut self) -> Parsed<E<'a>> {
        if self.second_pass { self.expression() } else { self.nested(1, Self::conditional) }
    }

    /// An expression in which nothing is diagnosed. What is remembered of it counts later, too, as in CPython.
    pub(crate) fn expression_without_invalid(&mut self) -> Parsed<E<'a>> {
        let diagnosing = std::mem::replace(&mut self.diagnosing, false);
        let result = self.conditional();
        self.diagnosing = diagnosing;
        result
    }

    fn conditional(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if start.kind == Kind::Lambda {
            return self.lambdef();
        }
        let body = self.disjunction()?;
        if self.peek() != Kind::If {
            return Ok(body);
        }
        let rest = self.attempt(|p| {
            p.advance();
            let test = p.disjunction()?;
            p.expect(Kind::Else)?;
            let orelse = p.alternative()?;
            Ok(p.expr(ExprKind::IfExp { test, body, orelse }, p.loc_from(&start)))
        })?;
        Ok(rest.unwrap_or(body))
    }

    /// `disjunction: conjunction ('or' conjunction)*`
    pub(crate) fn disjunction(&mut self) -> Parsed<E<'a>> {
        if self.second_pass {
            self.remember(Rule::Disjunction, Self::disjunction_rule)
        } else {
            self.disjunction_rule()
        }
    }

    fn disjunction_rule(&mut self) -> Parsed<E<'a>> {
        self.boolean(Kind::Or, BoolOp::Or, Self::conjunction)
    }

    fn conjunction(&mut self) -> Parsed<E<'a>> {
        self.boolean(Kind::And, BoolOp::And, Self::inversion)
    }

    #[inline]
    fn boolean(&mut self, word: Kind, op: BoolOp, operand: fn(&mut Self) -> Parsed<E<'a>>) -> Parsed<E<'a>> {
        let start = self.token();
        let first = operand(self)?;
        if self.peek() != word {
            return Ok(first);
        }
        let mut values = vec![*first];
        while self.peek() == word {
            match self.attempt(|p| {
                p.advance();
                operand(p)
            })? {
                Some(value) => values.push(*value),
                None => break,
            }
        }
        if values.len() == 1 {
            return Ok(first);
        }
        let values = self.slice(&values);
        Ok(self.expr(ExprKind::BoolOp { op, values }, self.loc_from(&start)))
    }

    /// `inversion: 'not' inversion | comparison`
    pub(crate) fn inversion(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if start.kind != Kind::Not {
            return self.comparison();
        }
        self.advance();
        let operand = self.nested(1, Self::inversion)?;
        Ok(self.expr(ExprKind::UnaryOp { op: UnaryOp::Not, operand }, self.loc_from(&start)))
    }

    /// `comparison: bitwise_or (operator bitwise_or)*`
    fn comparison(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let left = self.bitwise_or()?;
        self.invalid_comparison()?;
        if self.peek_comparison().is_none() {
            return Ok(left);
        }
        let mut ops = Vec::new();
        let mut comparators = Vec::new();
        while let Some((op, tokens)) = self.peek_comparison() {
            match self.attempt(|p| {
                for _ in 0..tokens {
                    p.advance();
                }
                p.bitwise_or()
            })? {
                Some(right) => {
                    ops.push(op);
                    comparators.push(*right);
                    self.invalid_comparison()?;
                }
                None => break,
            }
        }
        if ops.is_empty() {
            return Ok(left);
        }
        let node = ExprKind::Compare { left, ops: self.slice(&ops), comparators: self.slice(&comparators) };
        Ok(self.expr(node, self.loc_from(&start)))
    }

    /// The comparison operator that comes next, and how many tokens it has.
    fn peek_comparison(&mut self) -> Option<(CmpOp, usize)> {
        let op = match self.peek() {
            Kind::EqualEqual => CmpOp::Eq,
            Kind::NotEqual => {
                // PEP 401 has `<>` instead; in its absence `<>` is no operator.
                let token = self.token();
                if (self.text(&token) == "<>") != self.options.barry_as_bdfl {
                    return None;
                }
                CmpOp::NotEq
            }
            Kind::Less => CmpOp::Lt,
            Kind::LessEqual => CmpOp::LtE,
            Kind::Greater => CmpOp::Gt,
            Kind::GreaterEqual => CmpOp::GtE,
            Kind::In => CmpOp::In,
            Kind::Is => {
                return Some(if self.peek_second() == Kind::Not {
                    (CmpOp::IsNot, 2)
                } else {
                    (CmpOp::Is, 1)
                });
            }
            Kind::Not => return (self.peek_second() == Kind::In).then_some((CmpOp::NotIn, 2)),
            _ => return None,
        };
        Some((op, 1))
    }

    /// `bitwise_or`, and the binary operators that bind tighter.
    pub(crate) fn bitwise_or(&mut self) -> Parsed<E<'a>> {
        if self.second_pass { self.remember(Rule::BitwiseOr, |p| p.binary(0)) } else { self.binary(0) }
    }

    fn binary(&mut self, least: u8) -> Parsed<E<'a>> {
        let start = self.token();
        let mut left = self.factor()?;
        while let Some((op, tightness)) = binary_operator(self.peek())
            && tightness >= least
        {
            let right = self.attempt(|p| {
                p.advance();
                if p.diagnosing && tightness >= SUM {
                    p.invalid_arithmetic()?;
                }
                if tightness == 5 { p.factor() } else { p.binary(tightness + 1) }
            })?;
            let Some(right) = right else { break };
            if op == Operator::MatMult {
                self.check_version(5, "The '@' operator is")?;
            }
            left = self.expr(ExprKind::BinOp { left, op, right }, self.loc_from(&start));
        }
        Ok(left)
    }

    /// `factor: ('+' | '-' | '~') factor | power`
    pub(crate) fn factor(&mut self) -> Parsed<E<'a>> {
        if self.second_pass { self.remember(Rule::Factor, Self::factor_rule) } else { self.factor_rule() }
    }

    fn factor_rule(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let op = match start.kind {
            Kind::Plus => UnaryOp::UAdd,
            Kind::Minus => UnaryOp::USub,
            Kind::Tilde => UnaryOp::Invert,
            _ => return self.power(&start),
        };
        self.advance();
        if self.diagnosing {
            self.invalid_factor()?;
        }
        let operand = self.nested(1, Self::factor)?;
        Ok(self.expr(ExprKind::UnaryOp { op, operand }, self.loc_from(&start)))
    }

    /// `power: ['await'] primary ['**' factor]`
    fn power(&mut self, start: &Token) -> Parsed<E<'a>> {
        let base = if start.kind == Kind::Await {
            self.advance();
            let value = self.primary()?;
            self.check_version(5, "Await expressions are")?;
            self.expr(ExprKind::Await { value }, self.loc_from(start))
        } else {
            self.primary()?
        };
        if self.peek() != Kind::DoubleStar {
            return Ok(base);
        }
        let right = self.attempt(|p| {
            p.advance();
            p.nested(2, Self::factor)
        })?;
        let Some(right) = right else { return Ok(base) };
        Ok(self.expr(ExprKind::BinOp { left: base, op: Operator::Pow, right }, self.loc_from(start)))
    }

    /// `primary`: an atom and the attributes, calls and subscripts after it.
    pub(crate) fn primary(&mut self) -> Parsed<E<'a>> {
        if self.second_pass { self.remember(Rule::Primary, Self::primary_rule) } else { self.primary_rule() }
    }

    fn primary_rule(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let mut value = self.atom()?;
        loop {
            if self.diagnosing && matches!(self.peek(), Kind::LeftBracket | Kind::LeftBrace) {
                // The grammar looks for a generator expression here, and its diagnosis knows all brackets.
                self.invalid_comprehension()?;
            }
            let next = match self.peek() {
                Kind::Dot => self.attempt(|p| {
                    p.advance();
                    let attr = p.name()?;
                    Ok(ExprKind::Attribute { value, attr, ctx: ExprContext::Load })
                })?,
                Kind::LeftParen => self.attempt(|p| p.call(value))?,
                Kind::LeftBracket => self.attempt(|p| {
                    p.advance();
                    let slice = p.slices()?;
                    p.expect(Kind::RightBracket)?;
                    Ok(ExprKind::Subscript { value, slice, ctx: ExprContext::Load })
                })?,
                _ => break,
            };
            let Some(node) = next else { break };
            value = self.expr(node, self.loc_from(&start));
        }
        Ok(value)
    }

    /// `atom`
    fn atom(&mut self) -> Parsed<E<'a>> {
        let token = self.token();
        let value = match token.kind {
            Kind::Name => {
                self.advance();
                let id = self.identifier(&token);
                return Ok(self.expr(ExprKind::Name { id, ctx: ExprContext::Load }, token.loc()));
            }
            Kind::True => Constant::True,
            Kind::False => Constant::False,
            Kind::None => Constant::None,
            Kind::Ellipsis => Constant::Ellipsis,
            Kind::Number => {
                self.advance();
                let value = self.number_value(&token)?;
                return Ok(self.expr(ExprKind::Constant { value, kind: None }, token.loc()));
            }
            Kind::String | Kind::FstringStart | Kind::TstringStart => return self.strings(),
            Kind::LeftParen => return self.parenthesized(),
            Kind::LeftBracket => return self.bracketed(),
            Kind::LeftBrace => return self.braced(),
            _ => return Err(Fail::Mismatch),
        };
        self.advance();
        Ok(self.expr(ExprKind::Constant { value, kind: None }, token.loc()))
    }

    /// `slices: slice !',' | ','.(slice | starred_expression)+ [',']`
    fn slices(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let first = if start.kind == Kind::Star { self.starred_expression()? } else { self.slice_item()? };
        if self.peek() != Kind::Comma && start.kind != Kind::Star {
            return Ok(first);
        }
        let mut elts = vec![*first];
        while self.peek() == Kind::Comma {
            let item = self.attempt(|p| {
                p.advance();
                if p.peek() == Kind::Star { p.starred_expression() } else { p.slice_item() }
            })?;
            match item {
                Some(item) => elts.push(*item),
                None => {
                    self.advance();
                    break;
                }
            }
        }
        let elts = self.slice(&elts);
        Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.loc_from(&start)))
    }

    /// `slice: [expression] ':' [expression] [':' [expression]] | named_expression`
    fn slice_item(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if self.diagnosing {
            let found = self.attempt(|p| {
                let lower = p.attempt(Self::expression)?;
                p.slice_rest(&start, lower)
            })?;
            return match found {
                Some(slice) => Ok(slice),
                None => self.named_expression(),
            };
        }
        let lower = if start.kind == Kind::Colon {
            None
        } else {
            let lower = self.named_expression()?;
            if self.peek() != Kind::Colon
                || matches!(lower.node, ExprKind::NamedExpr { .. }) && self.previous_is_walrus(lower)
            {
                return Ok(lower);
            }
            Some(lower)
        };
        self.slice_rest(&start, lower)
    }

    /// Whether a named expression stands here without parentheses, so that no slice can follow it.
    fn previous_is_walrus(&self, expr: E<'a>) -> bool {
        self.previous().end_col as i32 == expr.loc.end_col_offset
    }

    fn slice_rest(&mut self, start: &Token, lower: Option<E<'a>>) -> Parsed<E<'a>> {
        self.expect(Kind::Colon)?;
        let upper = self.attempt(Self::expression)?;
        let mut step = None;
        if self.eat(Kind::Colon) {
            step = self.attempt(Self::expression)?;
        }
        Ok(self.expr(ExprKind::Slice { lower, upper, step }, self.loc_from(start)))
    }

    /// `lambdef: 'lambda' [lambda_params] ':' expression`
    fn lambdef(&mut self) -> Parsed<E<'a>> {
        let start = self.expect(Kind::Lambda)?;
        let args = self.lambda_parameters()?;
        self.expect(Kind::Colon)?;
        let body = self.expression()?;
        Ok(self.expr(ExprKind::Lambda { args, body }, self.loc_from(&start)))
    }

    /// `assignment_expression: NAME ':=' ~ expression`, if it stands here. An error after `:=` is final.
    pub(crate) fn assignment_expression(&mut self) -> Parsed<Option<E<'a>>> {
        let start = self.token();
        if start.kind != Kind::Name || self.peek_second() != Kind::ColonEqual {
            return Ok(None);
        }
        self.advance();
        self.advance();
        let value = self.expression()?;
        let target =
            self.expr(ExprKind::Name { id: self.identifier(&start), ctx: ExprContext::Store }, start.loc());
        self.check_version(8, "Assignment expressions are")?;
        Ok(Some(self.expr(ExprKind::NamedExpr { target, value }, self.loc_from(&start))))
    }

    /// `named_expression: assignment_expression | expression !':='`
    pub(crate) fn named_expression(&mut self) -> Parsed<E<'a>> {
        if let Some(named) = self.assignment_expression()? {
            return Ok(named);
        }
        if self.diagnosing {
            self.remember_invalid_named()?;
        }
        let value = self.expression()?;
        if self.peek() == Kind::ColonEqual {
            return Err(Fail::Mismatch);
        }
        Ok(value)
    }

    /// `star_named_expression: '*' bitwise_or | named_expression`
    pub(crate) fn star_named_expression(&mut self) -> Parsed<E<'a>> {
        if self.peek() == Kind::Star { self.starred_bitwise_or() } else { self.named_expression() }
    }

    fn starred_bitwise_or(&mut self) -> Parsed<E<'a>> {
        let start = self.expect(Kind::Star)?;
        let value = self.bitwise_or()?;
        Ok(self.expr(ExprKind::Starred { value, ctx: ExprContext::Load }, self.loc_from(&start)))
    }

    /// `star_expression: '*' bitwise_or | expression`
    pub(crate) fn star_expression(&mut self) -> Parsed<E<'a>> {
        if self.peek() == Kind::Star {
            if self.second_pass {
                return self.remember(Rule::StarExpression, Self::starred_bitwise_or);
            }
            return self.starred_bitwise_or();
        }
        self.expression()
    }

    /// Items after the first, up to where no more follow; a comma at the end is consumed too.
    /// Gives `None` if there is no comma.
    pub(crate) fn more_items(
        &mut self,
        first: E<'a>,
        item: fn(&mut Self) -> Parsed<E<'a>>,
    ) -> Parsed<Option<Vec<Expr<'a>>>> {
        if self.peek() != Kind::Comma {
            return Ok(None);
        }
        let mut items = vec![*first];
        while self.eat(Kind::Comma) {
            match self.attempt(item)? {
                Some(expr) => items.push(*expr),
                None => break,
            }
        }
        Ok(Some(items))
    }

    /// `star_expressions: star_expression (',' star_expression)* [',']`
    pub(crate) fn star_expressions(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let first = self.star_expression()?;
        match self.more_items(first, Self::star_expression)? {
            None => Ok(first),
            Some(items) => {
                let elts = self.slice(&items);
                Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.loc_from(&start)))
            }
        }
    }

    /// `expressions: expression (',' expression)* [',']`
    pub(crate) fn expressions(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let first = self.expression()?;
        match self.more_items(first, Self::expression)? {
            None => Ok(first),
            Some(items) => {
                let elts = self.slice(&items);
                Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Load }, self.loc_from(&start)))
            }
        }
    }

    /// `yield_expr: 'yield' 'from' expression | 'yield' [star_expressions]`
    pub(crate) fn yield_expr(&mut self) -> Parsed<E<'a>> {
        let start = self.expect(Kind::Yield)?;
        if self.peek() == Kind::From {
            self.advance();
            let value = self.expression()?;
            return Ok(self.expr(ExprKind::YieldFrom { value }, self.loc_from(&start)));
        }
        let value = self.attempt(Self::star_expressions)?;
        Ok(self.expr(ExprKind::Yield { value }, self.loc_from(&start)))
    }

    /// `annotated_rhs: yield_expr | star_expressions`
    pub(crate) fn annotated_rhs(&mut self) -> Parsed<E<'a>> {
        if self.peek() == Kind::Yield { self.yield_expr() } else { self.star_expressions() }
    }
}
