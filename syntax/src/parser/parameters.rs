//! Parameters of functions and lambdas, and messages for faulty ones.

use super::{Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::{Kind, Token};

/// What differs between the parameters of `def` and of `lambda`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Function,
    Lambda,
}

impl Style {
    fn end(self) -> Kind {
        if self == Style::Function { Kind::RightParen } else { Kind::Colon }
    }
}

#[derive(Default)]
struct Found<'a> {
    posonly: Vec<Arg<'a>>,
    args: Vec<Arg<'a>>,
    defaults: Vec<Expr<'a>>,
    kwonly: Vec<Arg<'a>>,
    kw_defaults: Vec<Option<Expr<'a>>>,
    vararg: Option<Arg<'a>>,
    kwarg: Option<Arg<'a>>,
}

impl<'a> Parser<'a> {
    /// `[params]` before `)`
    pub(super) fn parameters(&mut self) -> Parsed<&'a Arguments<'a>> {
        self.optional_parameters(Style::Function)
    }

    /// `[lambda_params]` before `:`
    pub(super) fn lambda_parameters(&mut self) -> Parsed<&'a Arguments<'a>> {
        self.optional_parameters(Style::Lambda)
    }

    fn optional_parameters(&mut self, style: Style) -> Parsed<&'a Arguments<'a>> {
        if self.peek() == style.end() {
            return Ok(self.arena.alloc(Arguments::default()));
        }
        if self.diagnosing {
            self.invalid_parameters(style)?;
        }
        let found = self.parameter_list(style)?;
        let arguments = Arguments {
            posonlyargs: self.slice(&found.posonly),
            args: self.slice(&found.args),
            vararg: found.vararg.map(|a| &*self.arena.alloc(a)),
            kwonlyargs: self.slice(&found.kwonly),
            kw_defaults: self.slice(&found.kw_defaults),
            kwarg: found.kwarg.map(|a| &*self.arena.alloc(a)),
            defaults: self.slice(&found.defaults),
        };
        Ok(self.arena.alloc(arguments))
    }

    /// As many parameters as fit; what stands wrong after them fails in the caller.
    fn parameter_list(&mut self, style: Style) -> Parsed<Found<'a>> {
        let mut found = Found::default();
        loop {
            match self.peek() {
                Kind::Name => {
                    let Some((arg, default)) = self.attempt(|p| p.parameter(style, false, true))? else {
                        break;
                    };
                    match default {
                        Some(default) => found.defaults.push(default),
                        // A parameter without a default does not fit after one that has.
                        None if !found.defaults.is_empty() => {
                            self.pos = self.token_index(&arg);
                            break;
                        }
                        None => {}
                    }
                    found.args.push(arg);
                }
                Kind::Slash if found.posonly.is_empty() && !found.args.is_empty() => {
                    let slash = self.advance();
                    if !matches!(self.peek(), Kind::Comma) && self.peek() != style.end() {
                        self.pos = self.pos.saturating_sub(1);
                        break;
                    }
                    let _ = slash;
                    self.eat(Kind::Comma);
                    found.posonly = std::mem::take(&mut found.args);
                    self.check_version(8, "Positional-only parameters are")?;
                }
                Kind::Star => {
                    self.star_etc(style, &mut found)?;
                    break;
                }
                Kind::DoubleStar => {
                    self.kwds(style, &mut found)?;
                    break;
                }
                _ => break,
            }
        }
        Ok(found)
    }

    /// The index of the token that a parameter begins with.
    fn token_index(&self, arg: &Arg<'a>) -> usize {
        let mut index = self.pos;
        while index > 0 {
            index -= 1;
            let token = self.token_at(index);
            if token.lineno as i32 == arg.loc.lineno && token.col as i32 == arg.loc.col_offset {
                break;
            }
        }
        index
    }

    /// A parameter with what follows it: its default, a comma, a type comment; or the end of the list ahead.
    fn parameter(&mut self, style: Style, star: bool, default: bool) -> Parsed<(Arg<'a>, Option<Expr<'a>>)> {
        let arg = self.param(style, star)?;
        let mut value = None;
        if default && self.peek() == Kind::Equal {
            if self.diagnosing {
                self.invalid_default()?;
            }
            self.advance();
            value = Some(*self.expression()?);
        }
        let arg = self.parameter_end(style, arg)?;
        Ok((arg, value))
    }

    fn parameter_end(&mut self, style: Style, mut arg: Arg<'a>) -> Parsed<Arg<'a>> {
        let comma = self.eat(Kind::Comma);
        if style == Style::Function && self.peek() == Kind::TypeComment {
            let token = self.advance();
            arg.type_comment = Some(self.text(&token));
        }
        if comma || self.peek() == style.end() { Ok(arg) } else { Err(Fail::Mismatch) }
    }

    /// `param: NAME [':' expression]`
    fn param(&mut self, style: Style, star: bool) -> Parsed<Arg<'a>> {
        let start = self.token();
        let arg = self.name()?;
        let mut annotation = None;
        if style == Style::Function && self.peek() == Kind::Colon {
            annotation = self.attempt(|p| {
                p.advance();
                if star { p.star_expression() } else { p.expression() }
            })?;
        }
        Ok(Arg { arg, annotation, type_comment: None, loc: self.loc_from(&start) })
    }

    /// `star_etc: '*' param … | '*' ',' …`
    fn star_etc(&mut self, style: Style, found: &mut Found<'a>) -> Parsed<()> {
        if self.diagnosing {
            self.invalid_star_etc(style)?;
        }
        self.expect(Kind::Star)?;
        if self.eat(Kind::Comma) {
            if self.peek() != Kind::Name {
                return Err(Fail::Mismatch);
            }
        } else {
            found.vararg = Some(self.parameter(style, true, false)?.0);
        }
        while self.peek() == Kind::Name {
            let Some((arg, default)) = self.attempt(|p| p.parameter(style, false, true))? else { break };
            found.kwonly.push(arg);
            found.kw_defaults.push(default);
        }
        if self.peek() == Kind::DoubleStar {
            self.kwds(style, found)?;
        }
        Ok(())
    }

    /// `kwds: '**' param_no_default`
    fn kwds(&mut self, style: Style, found: &mut Found<'a>) -> Parsed<()> {
        if self.diagnosing {
            self.invalid_kwds(style)?;
        }
        self.expect(Kind::DoubleStar)?;
        found.kwarg = Some(self.parameter(style, false, false)?.0);
        Ok(())
    }

    // Diagnoses.

    fn no_default(&mut self, style: Style) -> Parsed<Arg<'a>> {
        Ok(self.parameter(style, false, false)?.0)
    }

    fn with_default(&mut self, style: Style) -> Parsed<Arg<'a>> {
        let (arg, default) = self.parameter(style, false, true)?;
        if default.is_some() { Ok(arg) } else { Err(Fail::Mismatch) }
    }

    fn maybe_default(&mut self, style: Style) -> Parsed<Arg<'a>> {
        Ok(self.parameter(style, false, true)?.0)
    }

    fn many(&mut self, style: Style, rule: fn(&mut Self, Style) -> Parsed<Arg<'a>>) -> Parsed<usize> {
        let mut count = 0;
        while self.attempt(|p| rule(p, style))?.is_some() {
            count += 1;
        }
        Ok(count)
    }

    fn slash_end(&mut self, style: Style) -> Parsed<()> {
        self.expect(Kind::Slash)?;
        if self.eat(Kind::Comma) || self.peek() == style.end() { Ok(()) } else { Err(Fail::Mismatch) }
    }

    /// `slash_no_default: param_no_default+ '/'`
    fn slash_no_default(&mut self, style: Style) -> Parsed<()> {
        if self.many(style, Self::no_default)? == 0 {
            return Err(Fail::Mismatch);
        }
        self.slash_end(style)
    }

    /// `slash_with_default: param_no_default* param_with_default+ '/'`
    fn slash_with_default(&mut self, style: Style) -> Parsed<()> {
        self.many(style, Self::no_default)?;
        if self.many(style, Self::with_default)? == 0 {
            return Err(Fail::Mismatch);
        }
        self.slash_end(style)
    }

    fn slash_part(&mut self, style: Style) -> Parsed<()> {
        match self.attempt(|p| p.slash_no_default(style))? {
            Some(()) => Ok(()),
            None => self.slash_with_default(style),
        }
    }

    fn invalid_parameters(&mut self, style: Style) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.expect(Kind::Slash)?;
            p.expect(Kind::Comma)?;
            p.raise_tokens(&a, &a, "at least one argument must precede /")
        })?;
        self.diagnose(|p| {
            p.slash_part(style)?;
            p.many(style, Self::maybe_default)?;
            let a = p.expect(Kind::Slash)?;
            p.raise_tokens(&a, &a, "/ may appear only once")
        })?;
        self.diagnose(|p| {
            p.attempt(|p| p.slash_no_default(style))?;
            p.many(style, Self::no_default)?;
            // A default has come: a whole slash part that has one, or parameters with one.
            if p.attempt(|p| p.slash_with_default(style))?.is_none()
                && p.many(style, Self::with_default)? == 0
            {
                return Ok(());
            }
            let a = p.no_default(style)?;
            p.raise_loc(a.loc, "parameter without a default follows parameter with a default")
        })?;
        self.diagnose(|p| {
            p.many(style, Self::no_default)?;
            let a = p.expect(Kind::LeftParen)?;
            match style {
                Style::Function => {
                    if p.many(style, Self::no_default)? == 0 {
                        return Ok(());
                    }
                }
                Style::Lambda => {
                    p.param(style, false)?;
                    while p
                        .attempt(|p| {
                            p.expect(Kind::Comma)?;
                            p.param(style, false)
                        })?
                        .is_some()
                    {}
                }
            }
            p.eat(Kind::Comma);
            let b = p.expect(Kind::RightParen)?;
            let what = if style == Style::Function { "Function" } else { "Lambda expression" };
            p.raise_tokens(&a, &b, format!("{what} parameters cannot be parenthesized"))
        })?;
        self.diagnose(|p| {
            p.attempt(|p| p.slash_part(style))?;
            p.many(style, Self::maybe_default)?;
            p.expect(Kind::Star)?;
            if !p.eat(Kind::Comma) {
                p.no_default(style)?;
            }
            p.many(style, Self::maybe_default)?;
            let a = p.expect(Kind::Slash)?;
            p.raise_tokens(&a, &a, "/ must be ahead of *")
        })?;
        self.diagnose(|p| {
            if p.many(style, Self::maybe_default)? == 0 {
                return Ok(());
            }
            p.expect(Kind::Slash)?;
            let a = p.expect(Kind::Star)?;
            p.raise_tokens(&a, &a, "expected comma between / and *")
        })
    }

    fn invalid_default(&mut self) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.expect(Kind::Equal)?;
            // In a lambda, too, only a parenthesis counts, not the colon.
            if !matches!(p.peek(), Kind::Comma | Kind::RightParen) {
                return Ok(());
            }
            p.raise_tokens(&a, &a, "expected default value expression")
        })
    }

    fn invalid_star_etc(&mut self, style: Style) -> Parsed<()> {
        self.diagnose(|p| {
            let a = p.expect(Kind::Star)?;
            if p.peek() != style.end() {
                p.expect(Kind::Comma)?;
                if p.peek() != style.end() && p.peek() != Kind::DoubleStar {
                    return Ok(());
                }
            }
            match style {
                Style::Function => p.raise_tokens(&a, &a, "named arguments must follow bare *"),
                Style::Lambda => p.raise("named arguments must follow bare *"),
            }
        })?;
        if style == Style::Function {
            self.diagnose(|p| {
                p.expect(Kind::Star)?;
                p.expect(Kind::Comma)?;
                p.expect(Kind::TypeComment)?;
                p.raise("bare * has associated type comment")
            })?;
        }
        self.diagnose(|p| {
            p.expect(Kind::Star)?;
            p.param(style, false)?;
            let a = p.expect(Kind::Equal)?;
            p.raise_tokens(&a, &a, "var-positional argument cannot have default value")
        })?;
        self.diagnose(|p| {
            let one = |p: &mut Self| -> Parsed<Token> {
                let star = p.expect(Kind::Star)?;
                if p.attempt(|p| p.no_default(style))?.is_none() {
                    p.expect(Kind::Comma)?;
                }
                Ok(star)
            };
            one(p)?;
            p.many(style, Self::maybe_default)?;
            let a = one(p)?;
            p.raise_tokens(&a, &a, "* argument may appear only once")
        })
    }

    fn invalid_kwds(&mut self, style: Style) -> Parsed<()> {
        self.diagnose(|p| {
            p.expect(Kind::DoubleStar)?;
            p.param(style, false)?;
            let a = p.expect(Kind::Equal)?;
            p.raise_tokens(&a, &a, "var-keyword argument cannot have default value")
        })?;
        self.diagnose(|p| {
            p.expect(Kind::DoubleStar)?;
            p.param(style, false)?;
            p.expect(Kind::Comma)?;
            let token = p.token();
            let loc = match token.kind {
                Kind::Name => p.param(style, false)?.loc,
                Kind::Star | Kind::DoubleStar | Kind::Slash => token.loc(),
                _ => return Ok(()),
            };
            p.raise_loc(loc, "arguments cannot follow var-keyword argument")
        })
    }
}
