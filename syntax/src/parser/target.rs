//! Targets of assignment, `for` and `del`: expressions of a few kinds, turned to another context.

use super::{E, Fail, Parsed, Parser};
use crate::ast::*;
use crate::token::Kind;

/// What a target is for, which decides the message if it is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TargetUse {
    Assign,
    Delete,
    For,
}

impl<'a> Parser<'a> {
    /// The expression as a target, if it can be one.
    pub(super) fn as_target(&self, expr: E<'a>, ctx: ExprContext) -> Option<E<'a>> {
        let each = |elts: &'a [Expr<'a>]| -> Option<&'a [Expr<'a>]> {
            let mut targets = Vec::with_capacity(elts.len());
            for elt in elts {
                targets.push(*self.as_target(elt, ctx)?);
            }
            Some(self.slice(&targets))
        };
        let node = match expr.node {
            ExprKind::Name { id, .. } => ExprKind::Name { id, ctx },
            ExprKind::Attribute { value, attr, .. } => ExprKind::Attribute { value, attr, ctx },
            ExprKind::Subscript { value, slice, .. } => ExprKind::Subscript { value, slice, ctx },
            ExprKind::Tuple { elts, .. } => ExprKind::Tuple { elts: each(elts)?, ctx },
            ExprKind::List { elts, .. } => ExprKind::List { elts: each(elts)?, ctx },
            ExprKind::Starred { value, .. } if ctx == ExprContext::Store => {
                if matches!(value.node, ExprKind::Starred { .. }) {
                    return None;
                }
                ExprKind::Starred { value: self.as_target(value, ctx)?, ctx }
            }
            _ => return None,
        };
        Some(self.expr(node, expr.loc))
    }

    /// A target of an annotation or augmented assignment: no tuple, list or starred.
    pub(super) fn as_single_target(&self, expr: E<'a>) -> Option<E<'a>> {
        match expr.node {
            ExprKind::Name { .. } | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {
                self.as_target(expr, ExprContext::Store)
            }
            _ => None,
        }
    }

    /// `star_target: '*' (!'*' star_target) | target_with_star_atom`
    pub(super) fn star_target(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        if self.eat(Kind::Star) {
            if self.peek() == Kind::Star {
                return Err(Fail::Mismatch);
            }
            let value = self.star_target()?;
            return Ok(self.expr(ExprKind::Starred { value, ctx: ExprContext::Store }, self.loc_from(&start)));
        }
        let expr = self.primary()?;
        self.as_target(expr, ExprContext::Store).ok_or(Fail::Mismatch)
    }

    /// `star_targets: star_target (',' star_target)* [',']`
    pub(super) fn star_targets(&mut self) -> Parsed<E<'a>> {
        let start = self.token();
        let first = self.star_target()?;
        match self.more_items(first, Self::star_target)? {
            None => Ok(first),
            Some(items) => {
                let elts = self.slice(&items);
                Ok(self.expr(ExprKind::Tuple { elts, ctx: ExprContext::Store }, self.loc_from(&start)))
            }
        }
    }

    /// `del_target`
    pub(super) fn del_target(&mut self) -> Parsed<E<'a>> {
        let expr = self.primary()?;
        self.as_target(expr, ExprContext::Del).ok_or(Fail::Mismatch)
    }

    /// The part of an expression that keeps it from being a target.
    pub(super) fn invalid_target(expr: E<'a>, purpose: TargetUse) -> Option<E<'a>> {
        match expr.node {
            ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                elts.iter().find_map(|elt| Self::invalid_target(elt, purpose))
            }
            ExprKind::Starred { value, .. } => {
                if purpose == TargetUse::Delete {
                    Some(expr)
                } else {
                    Self::invalid_target(value, purpose)
                }
            }
            ExprKind::Compare { left, ops, .. } => {
                if purpose == TargetUse::For {
                    // `for f() in x` reads as a comparison; other comparisons are left to others.
                    let is_in = ops.first() == Some(&CmpOp::In);
                    return if is_in { Self::invalid_target(left, purpose) } else { None };
                }
                Some(expr)
            }
            ExprKind::Name { .. } | ExprKind::Subscript { .. } | ExprKind::Attribute { .. } => None,
            _ => Some(expr),
        }
    }

    /// Raises if something in the expression can be no target; else the rule that asked does not match.
    pub(super) fn raise_invalid_target(&mut self, expr: E<'a>, purpose: TargetUse) -> Parsed<()> {
        let Some(bad) = Self::invalid_target(expr, purpose) else { return Ok(()) };
        let verb = if purpose == TargetUse::Delete { "delete" } else { "assign to" };
        self.raise_loc(bad.loc, format!("cannot {verb} {}", expr_name(bad)))
    }
}

/// What messages call an expression.
pub(super) fn expr_name(expr: E<'_>) -> &'static str {
    match expr.node {
        ExprKind::Attribute { .. } => "attribute",
        ExprKind::Subscript { .. } => "subscript",
        ExprKind::Starred { .. } => "starred",
        ExprKind::Name { .. } => "name",
        ExprKind::List { .. } => "list",
        ExprKind::Tuple { .. } => "tuple",
        ExprKind::Lambda { .. } => "lambda",
        ExprKind::Call { .. } => "function call",
        ExprKind::BoolOp { .. } | ExprKind::BinOp { .. } | ExprKind::UnaryOp { .. } => "expression",
        ExprKind::GeneratorExp { .. } => "generator expression",
        ExprKind::Yield { .. } | ExprKind::YieldFrom { .. } => "yield expression",
        ExprKind::Await { .. } => "await expression",
        ExprKind::ListComp { .. } => "list comprehension",
        ExprKind::SetComp { .. } => "set comprehension",
        ExprKind::DictComp { .. } => "dict comprehension",
        ExprKind::Dict { .. } => "dict literal",
        ExprKind::Set { .. } => "set display",
        ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "f-string expression",
        ExprKind::TemplateStr { .. } | ExprKind::Interpolation { .. } => "t-string expression",
        ExprKind::Constant { value, .. } => match value {
            Constant::None => "None",
            Constant::True => "True",
            Constant::False => "False",
            Constant::Ellipsis => "ellipsis",
            _ => "literal",
        },
        ExprKind::Compare { .. } => "comparison",
        ExprKind::IfExp { .. } => "conditional expression",
        ExprKind::NamedExpr { .. } => "named expression",
        ExprKind::Slice { .. } => "slice",
    }
}
