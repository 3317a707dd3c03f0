//! Type parameters of functions, classes and type aliases (PEP 695, PEP 696).

use super::{E, Parsed, Parser};
use crate::ast::*;
use crate::token::{Kind, Token};

impl<'a> Parser<'a> {
    /// `[type_params]`, where `type_params: '[' ','.type_param+ [','] ']'`
    pub(super) fn type_params(&mut self) -> Parsed<&'a [TypeParam<'a>]> {
        if self.peek() != Kind::LeftBracket {
            return Ok(&[]);
        }
        if self.diagnosing {
            self.diagnose(|p| {
                let open = p.expect(Kind::LeftBracket)?;
                p.expect(Kind::RightBracket)?;
                p.raise_from(open.loc(), "Type parameter list cannot be empty")
            })?;
        }
        let found = self.attempt(|p| {
            p.advance();
            let mut params = vec![p.type_param()?];
            while p.eat(Kind::Comma) {
                match p.attempt(Self::type_param)? {
                    Some(param) => params.push(param),
                    None => break,
                }
            }
            p.expect(Kind::RightBracket)?;
            p.check_version(12, "Type parameter lists are")?;
            Ok(p.slice(&params))
        })?;
        Ok(found.unwrap_or(&[]))
    }

    /// `type_param: NAME [':' expression] [default] | '*' NAME [default] | '**' NAME [default]`
    fn type_param(&mut self) -> Parsed<TypeParam<'a>> {
        let start = self.token();
        let node = match start.kind {
            Kind::Star | Kind::DoubleStar => {
                let variadic = start.kind == Kind::Star;
                if self.diagnosing {
                    self.diagnose(|p| p.invalid_bound(variadic))?;
                }
                self.advance();
                let name = self.name()?;
                let default_value = self.type_default(variadic)?;
                if variadic {
                    TypeParamKind::TypeVarTuple { name, default_value }
                } else {
                    TypeParamKind::ParamSpec { name, default_value }
                }
            }
            _ => {
                let name = self.name()?;
                let mut bound = None;
                if self.peek() == Kind::Colon {
                    bound = self.attempt(|p| {
                        p.advance();
                        p.expression()
                    })?;
                }
                let default_value = self.type_default(false)?;
                TypeParamKind::TypeVar { name, bound, default_value }
            }
        };
        Ok(TypeParam { node, loc: self.loc_from(&start) })
    }

    fn invalid_bound(&mut self, variadic: bool) -> Parsed<()> {
        self.advance();
        self.name()?;
        let colon: Token = self.expect(Kind::Colon)?;
        let e = self.expression()?;
        let what = if variadic { "TypeVarTuple" } else { "ParamSpec" };
        let how = if matches!(e.node, ExprKind::Tuple { .. }) { "constraints" } else { "bound" };
        self.raise_from(colon.loc(), format!("cannot use {how} with {what}"))
    }

    fn type_default(&mut self, star: bool) -> Parsed<Option<E<'a>>> {
        if self.peek() != Kind::Equal {
            return Ok(None);
        }
        let found = self.attempt(|p| {
            p.advance();
            if star { p.star_expression() } else { p.expression() }
        })?;
        if found.is_some() {
            self.check_version(13, "Type parameter defaults are")?;
        }
        Ok(found)
    }
}
