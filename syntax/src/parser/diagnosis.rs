//! Precise messages for faulty expressions: the `invalid_…` rules that the second pass tries.
//! Each raises, or gives `Ok` with nothing consumed if its fault is not the one at hand.
//! Faulty statements, parameters and patterns are diagnosed beside the rules for good ones.

use super::target::{TargetUse, expr_name};
use super::{E, Fail, Parsed, Parser, Rule};
use crate::ast::*;
use crate::token::{Kind, Token};

impl<'a> Parser<'a> {
    /// Runs a diagnosis; its not matching is no failure.
    pub(super) fn diagnose(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<()>) -> Parsed<()> {
        let start = self.pos;
        let result = self.attempt(rule);
        self.pos = start;
        result.map(|_| ())
    }

    /// With a comparison's operator ahead: `!=` where PEP 401 wants `<>`, and the other way round.
    pub(super) fn invalid_comparison(&mut self) -> Parsed<()> {
        let operator = self.token();
        match operator.kind {
            Kind::NotEqual if self.options.barry_as_bdfl && self.text(&operator) == "!=" => {
                self.raise_next("with Barry as BDFL, use '<>' instead of '!='")
            }
            Kind::Less if self.diagnosing => self.diagnose(|p| {
                p.advance();
                let second = p.expect(Kind::Greater)?;
                if second.start != operator.end {
                    return Ok(());
                }
                p.raise_tokens(&operator, &second, "invalid syntax.  Maybe you meant '!=' instead of '<>'?")
            }),
            _ => Ok(()),
        }
    }

    /// Two expressions side by side, and conditional expressions without `else`.
    pub(super) fn invalid_expression(&mut self) -> Parsed<()> {
        let first = self.token();
        if first.kind == Kind::String {
            self.diagnose(|p| {
                p.advance();
                let mut inside: Option<(Location, Location)> = None;
                while p.peek() != Kind::String
                    && let Some(expr) = p.attempt(Self::expression_without_invalid)?
                {
                    inside = Some((inside.map_or(expr.loc, |i| i.0), expr.loc));
                }
                p.expect(Kind::String)?;
                match inside {
                    Some((a, b)) => {
                        p.raise_range(a, b, "invalid syntax. Is this intended to be part of the string?")
                    }
                    None => Ok(()),
                }
            })?;
        }
        // `kf"…"` is a wrong prefix, and after a soft keyword a name may follow.
        let exempt = first.kind == Kind::Name
            && (matches!(self.text(&first), "match" | "case" | "_" | "type")
                || matches!(self.peek_second(), Kind::String));
        if !exempt {
            self.diagnose(|p| {
                let a = p.disjunction()?;
                let b = p.expression_without_invalid()?;
                if p.is_legacy_statement(a) || p.previous().level == 0 {
                    return Ok(());
                }
                p.raise_range(a.loc, b.loc, "invalid syntax. Perhaps you forgot a comma?")
            })?;
        }
        self.diagnose(|p| {
            let a = p.disjunction()?;
            p.expect(Kind::If)?;
            let b = p.disjunction()?;
            if matches!(p.peek(), Kind::Else | Kind::Colon) {
                return Ok(());
            }
            p.raise_range(a.loc, b.loc, "expected 'else' after 'if' expression")
        })?;
        self.diagnose(|p| {
            p.disjunction()?;
            p.expect(Kind::If)?;
            p.disjunction()?;
            p.expect(Kind::Else)?;
            if p.ahead(Self::expression)? {
                return Ok(());
            }
            p.raise_next("expected expression after 'else', but statement is given")
        })?;
        if matches!(first.kind, Kind::Pass | Kind::Break | Kind::Continue) {
            self.diagnose(|p| {
                p.advance();
                p.expect(Kind::If)?;
                p.disjunction()?;
                p.expect(Kind::Else)?;
                p.simple_stmt()?;
                p.raise_tokens(&first, &first, "expected expression before 'if', but statement is given")
            })?;
        }
        if first.kind == Kind::Lambda {
            self.diagnose(|p| {
                p.advance();
                p.lambda_parameters()?;
                let colon = p.expect(Kind::Colon)?;
                let letter = match p.peek() {
                    Kind::FstringMiddle => 'f',
                    Kind::TstringMiddle => 't',
                    _ => return Ok(()),
                };
                let msg = format!("{letter}-string: lambda expressions are not allowed without parentheses");
                p.raise_tokens(&first, &colon, msg)
            })?;
        }
        Ok(())
    }

    fn is_legacy_statement(&self, expr: E<'a>) -> bool {
        matches!(expr.node, ExprKind::Name { id: "print" | "exec", .. })
    }

    /// `print x` and `exec x`
    pub(super) fn invalid_legacy_expression(&mut self) -> Parsed<()> {
        let token = self.token();
        if token.kind != Kind::Name {
            return Ok(());
        }
        self.diagnose(|p| {
            p.advance();
            if p.peek() == Kind::LeftParen {
                return Ok(());
            }
            // Read after any name, for the faults within.
            let b = p.star_expressions()?;
            let name = p.text(&token);
            if !matches!(name, "print" | "exec") {
                return Ok(());
            }
            let msg = format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?");
            p.raise_range(token.loc(), b.loc, msg)
        })
    }

    /// `1 + not x`, with the operator consumed.
    pub(super) fn invalid_arithmetic(&mut self) -> Parsed<()> {
        self.invalid_not(Self::inversion)
    }

    /// `-not x`, with the sign consumed.
    pub(super) fn invalid_factor(&mut self) -> Parsed<()> {
        self.invalid_not(Self::factor)
    }

    fn invalid_not(&mut self, operand: fn(&mut Self) -> Parsed<E<'a>>) -> Parsed<()> {
        if self.peek() != Kind::Not {
            return Ok(());
        }
        self.diagnose(|p| {
            let not = p.advance();
            let b = operand(p)?;
            p.raise_range(not.loc(), b.loc, "'not' after an operator must be parenthesized")
        })
    }

    pub(super) fn remember_invalid_named(&mut self) -> Parsed<()> {
        let start = self.pos;
        let result = self.remember(Rule::InvalidNamed, |p| {
            p.invalid_named_expression()?;
            Err(Fail::Mismatch)
        });
        self.pos = start;
        match result {
            Err(Fail::Raised) => Err(Fail::Raised),
            _ => Ok(()),
        }
    }

    /// `f() := 1`, `if x = 1`
    fn invalid_named_expression(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.expression()?;
            p.expect(Kind::ColonEqual)?;
            p.expression()?;
            p.raise_loc(a.loc, format!("cannot use assignment expressions with {}", expr_name(a)))
        })?;
        let first = self.token();
        if first.kind == Kind::Name {
            self.diagnose(|p| {
                p.advance();
                p.expect(Kind::Equal)?;
                let b = p.bitwise_or()?;
                if matches!(p.peek(), Kind::Equal | Kind::ColonEqual) {
                    return Ok(());
                }
                p.raise_range(
                    first.loc(),
                    b.loc,
                    "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                )
            })?;
        }
        if matches!(first.kind, Kind::True | Kind::False | Kind::None) {
            return Ok(());
        }
        if matches!(first.kind, Kind::LeftBracket | Kind::LeftParen) {
            // Not after a list, tuple or generator expression.
            let display = self.ahead(|p| {
                let before = p.pos;
                if p.peek() == Kind::LeftBracket {
                    let value = p.bracketed()?;
                    return match value.node {
                        ExprKind::List { .. } => Ok(()),
                        _ => Err(Fail::Mismatch),
                    };
                }
                let value = p.parenthesized()?;
                let open = p.token_at(before).loc();
                let whole = value.loc.lineno == open.lineno && value.loc.col_offset == open.col_offset;
                match value.node {
                    ExprKind::Tuple { .. } | ExprKind::GeneratorExp { .. } if whole => Ok(()),
                    _ => Err(Fail::Mismatch),
                }
            })?;
            if display {
                return Ok(());
            }
        }
        self.diagnose(|p| {
            let a = p.bitwise_or()?;
            p.expect(Kind::Equal)?;
            p.bitwise_or()?;
            if matches!(p.peek(), Kind::Equal | Kind::ColonEqual) {
                return Ok(());
            }
            let name = expr_name(a);
            p.raise_loc(a.loc, format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"))
        })
    }

    /// `(*a)`, `(**a)`
    pub(super) fn invalid_group(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.expect(Kind::LeftParen)?;
            let a = p.starred_expression()?;
            p.expect(Kind::RightParen)?;
            p.raise_loc(a.loc, "cannot use starred expression here")
        })?;
        self.diagnose(|p| {
            p.expect(Kind::LeftParen)?;
            let a = p.expect(Kind::DoubleStar)?;
            p.expression()?;
            p.expect(Kind::RightParen)?;
            p.raise_tokens(&a, &a, "cannot use double starred expression here")
        })
    }

    /// `[*a for …]`, `[a, b for …]`
    pub(super) fn invalid_comprehension(&mut self) -> Parsed<()> {
        let open = self.peek();
        self.diagnose(|p| {
            p.advance();
            let a = p.starred_expression()?;
            p.for_if_clauses()?;
            p.raise_loc(a.loc, "iterable unpacking cannot be used in comprehension")
        })?;
        if open == Kind::LeftParen {
            return Ok(());
        }
        let msg = "did you forget parentheses around the comprehension target?";
        self.diagnose(|p| {
            p.advance();
            let a = p.star_named_expression()?;
            p.expect(Kind::Comma)?;
            let first = p.star_named_expression()?;
            let items = p.more_items(first, Self::star_named_expression)?.unwrap_or_else(|| vec![*first]);
            p.for_if_clauses()?;
            let last = items.last().map_or(first.loc, |e| e.loc);
            p.raise_range(a.loc, last, msg)
        })?;
        self.diagnose(|p| {
            p.advance();
            let a = p.star_named_expression()?;
            let comma = p.expect(Kind::Comma)?;
            p.for_if_clauses()?;
            p.raise_range(a.loc, comma.loc(), msg)
        })
    }

    /// `{**a for …}`
    pub(super) fn invalid_dict_comprehension(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.expect(Kind::LeftBrace)?;
            let a = p.expect(Kind::DoubleStar)?;
            p.bitwise_or()?;
            p.for_if_clauses()?;
            p.expect(Kind::RightBrace)?;
            p.raise_tokens(&a, &a, "dict unpacking cannot be used in dict comprehension")
        })
    }

    /// Dicts with a missing colon or value.
    pub(super) fn invalid_double_starred_kvpairs(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.expect(Kind::LeftBrace)?;
            p.diagnose(|p| {
                p.double_starred_kvpair()?;
                loop {
                    let before = p.pos;
                    p.expect(Kind::Comma)?;
                    if p.attempt(Self::double_starred_kvpair)?.is_none() {
                        p.pos = before;
                        break;
                    }
                }
                p.expect(Kind::Comma)?;
                p.diagnose(|p| {
                    let a = p.expression()?;
                    if p.peek() == Kind::Colon {
                        return Ok(());
                    }
                    let at = Location {
                        lineno: a.loc.lineno,
                        col_offset: a.loc.end_col_offset - 1,
                        end_lineno: a.loc.end_lineno,
                        end_col_offset: -1,
                    };
                    p.raise_loc(at, "':' expected after dictionary key")
                })?;
                p.invalid_dict_value()
            })?;
            p.invalid_dict_value()
        })
    }

    fn invalid_dict_value(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.expression()?;
            p.expect(Kind::Colon)?;
            let a = p.expect(Kind::Star)?;
            p.bitwise_or()?;
            p.raise_from(a.loc(), "cannot use a starred expression in a dictionary value")
        })?;
        self.diagnose(|p| {
            p.expression()?;
            let colon = p.expect(Kind::Colon)?;
            if !matches!(p.peek(), Kind::RightBrace | Kind::Comma) {
                return Ok(());
            }
            p.raise_tokens(&colon, &colon, "expression expected after dictionary key and ':'")
        })
    }

    /// `for x y` without `in`
    pub(super) fn invalid_for_if_clause(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.eat(Kind::Async);
            p.expect(Kind::For)?;
            let first = p.bitwise_or()?;
            p.more_items(first, Self::bitwise_or)?;
            if p.peek() == Kind::In {
                return Ok(());
            }
            p.raise("'in' expected after for-loop variables")
        })
    }

    /// `for f() in x`
    pub(super) fn invalid_for_target(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            p.eat(Kind::Async);
            p.expect(Kind::For)?;
            let a = p.star_expressions()?;
            p.raise_invalid_target(a, TargetUse::For)
        })
    }

    /// `*a = b` in a call
    pub(super) fn invalid_starred_expression_unpacking(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.expect(Kind::Star)?;
            p.expression()?;
            p.expect(Kind::Equal)?;
            let b = p.expression()?;
            p.raise_range(a.loc(), b.loc, "cannot assign to iterable argument unpacking")
        })
    }

    /// `f(True=1)`, `f(a.b=1)`
    pub(super) fn invalid_kwarg(&mut self) -> Parsed<()> {
        let first = self.token();
        match first.kind {
            Kind::True | Kind::False | Kind::None => self.diagnose(|p| {
                p.advance();
                let b = p.expect(Kind::Equal)?;
                p.raise_tokens(&first, &b, format!("cannot assign to {}", first.kind.text()))
            })?,
            Kind::Name => self.diagnose(|p| p.invalid_keyword_generator(&first))?,
            _ => {}
        }
        if !(first.kind == Kind::Name && self.peek_second() == Kind::Equal) {
            self.diagnose(|p| {
                let a = p.expression()?;
                let b = p.expect(Kind::Equal)?;
                let msg = "expression cannot contain assignment, perhaps you meant \"==\"?";
                p.raise_range(a.loc, b.loc(), msg)
            })?;
        }
        self.diagnose(|p| {
            let a = p.expect(Kind::DoubleStar)?;
            p.expression()?;
            p.expect(Kind::Equal)?;
            let b = p.expression()?;
            p.raise_range(a.loc(), b.loc, "cannot assign to keyword argument unpacking")
        })
    }

    /// `f(a=b for …)`
    fn invalid_keyword_generator(&mut self, name: &Token) -> Parsed<()> {
        self.expect(Kind::Name)?;
        let b = self.expect(Kind::Equal)?;
        self.expression()?;
        self.for_if_clauses()?;
        self.raise_tokens(name, &b, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
    }

    /// Arguments in a wrong order, bare generator expressions, missing values.
    pub(super) fn invalid_arguments(&mut self) -> Parsed<()> {
        let first = self.token();
        self.diagnose(|p| {
            let found = p.args()?;
            if found.keywords.is_empty() {
                return Ok(());
            }
            let comma = p.expect(Kind::Comma)?;
            p.starred_expression()?;
            if p.peek() == Kind::Equal {
                return Ok(());
            }
            while p.peek() == Kind::Comma
                && p.attempt(|p| {
                    p.advance();
                    p.starred_expression()?;
                    if p.peek() == Kind::Equal { Err(Fail::Mismatch) } else { Ok(()) }
                })?
                .is_some()
            {}
            p.raise_from(comma.loc(), "iterable argument unpacking follows keyword argument unpacking")
        })?;
        let unparenthesized = "Generator expression must be parenthesized";
        self.diagnose(|p| {
            let a = p.expression()?;
            let clauses = p.for_if_clauses()?;
            p.expect(Kind::Comma)?;
            if p.attempt(Self::args)?.is_none() {
                p.attempt(|p| {
                    p.expression()?;
                    p.for_if_clauses()
                })?;
            }
            p.raise_range(a.loc, last_item(clauses, a.loc), unparenthesized)
        })?;
        self.diagnose(|p| p.invalid_keyword_generator(&first))?;
        self.diagnose(|p| {
            p.attempt(|p| {
                p.args()?;
                p.expect(Kind::Comma)
            })?;
            let a = p.expect(Kind::Name)?;
            let b = p.expect(Kind::Equal)?;
            if !matches!(p.peek(), Kind::Comma | Kind::RightParen) {
                return Ok(());
            }
            p.raise_tokens(&a, &b, "expected argument value expression")
        })?;
        self.diagnose(|p| {
            let found = p.args()?;
            let clauses = p.for_if_clauses()?;
            match found.args.as_slice() {
                [.., last] if found.args.len() > 1 => {
                    p.raise_range(last.loc, last_item(clauses, last.loc), unparenthesized)
                }
                _ => Ok(()),
            }
        })?;
        self.diagnose(|p| {
            p.args()?;
            p.expect(Kind::Comma)?;
            let a = p.expression()?;
            let clauses = p.for_if_clauses()?;
            let end = clauses.last().map_or(a.loc, |c| c.target.loc);
            p.raise_range(a.loc, end, unparenthesized)
        })?;
        self.diagnose(|p| {
            let found = p.args()?;
            p.expect(Kind::Comma)?;
            p.args()?;
            let unpacking = found.keywords.iter().any(|k| k.arg.is_none());
            p.raise(if unpacking {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            })
        })
    }
}

/// Where the last part of the last clause stands.
fn last_item(clauses: &[Comprehension<'_>], otherwise: Location) -> Location {
    match clauses.last() {
        Some(last) => last.ifs.last().map_or(last.iter.loc, |test| test.loc),
        None => otherwise,
    }
}
