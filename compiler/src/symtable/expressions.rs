//! The first pass over expressions.

use krait_syntax::ast::{Expr, ExprContext, ExprKind, Keyword, Location};

use super::build::{Builder, Result};
use super::flags::*;
use super::scope::{ComprehensionKind, NodeKey, NodeRole, ScopeKind};
use crate::error::CompileError;
use crate::names::known;

/// How many operators may follow each other at one level.
const LONGEST_SUM: usize = 27_000;

impl Builder {
    pub(super) fn exprs(&mut self, exprs: &[Expr<'_>]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn optional(&mut self, expr: Option<&Expr<'_>>) -> Result {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr<'_>) -> Result {
        // The two most frequent kinds need no depth.
        match expr.node {
            ExprKind::Constant { .. } => return Ok(()),
            ExprKind::Name { id, ctx } => return self.name(id, ctx, expr.loc),
            _ => {}
        }
        self.depth.enter()?;
        self.expr_kind(expr)?;
        self.depth.leave();
        Ok(())
    }

    fn expr_kind(&mut self, expr: &Expr<'_>) -> Result {
        match expr.node {
            ExprKind::Constant { .. } => Ok(()),
            ExprKind::Name { id, ctx } => self.name(id, ctx, expr.loc),
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::NamedExpr { target, value } => self.named_expression(expr, target, value),
            ExprKind::BinOp { mut left, right, .. } => {
                // Long sums nest to the left: they must not count as depth, up to where CPython gives up.
                let mut rights = vec![right];
                while let ExprKind::BinOp { left: inner, right, .. } = left.node {
                    rights.push(right);
                    left = inner;
                }
                if rights.len() > LONGEST_SUM {
                    return Err(CompileError::recursion());
                }
                self.expr(left)?;
                rights.into_iter().rev().try_for_each(|right| self.expr(right))
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand),
            ExprKind::Lambda { args, body } => {
                self.exprs(args.defaults)?;
                args.kw_defaults.iter().flatten().try_for_each(|default| self.expr(default))?;
                let key = NodeKey::new(expr, NodeRole::Lambda);
                self.enter(known::LAMBDA, ScopeKind::Function, Some(key), expr.loc)?;
                self.parameters(args)?;
                self.expr(body)?;
                self.leave();
                Ok(())
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().flatten().try_for_each(|key| self.expr(key))?;
                self.exprs(values)
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.exprs(elts)
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(expr, ComprehensionKind::List, generators, elt, None)
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(expr, ComprehensionKind::Set, generators, elt, None)
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(expr, ComprehensionKind::Generator, generators, elt, None)
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, ComprehensionKind::Dict, generators, key, Some(value))
            }
            ExprKind::Yield { value } => {
                self.forbid_in_annotation("yield expression", expr.loc)?;
                self.optional(value)?;
                self.scope_mut().generator = true;
                self.forbid_yield_in_comprehension(expr.loc)
            }
            ExprKind::YieldFrom { value } => {
                self.forbid_in_annotation("yield expression", expr.loc)?;
                self.expr(value)?;
                self.scope_mut().generator = true;
                self.forbid_yield_in_comprehension(expr.loc)
            }
            ExprKind::Await { value } => {
                self.forbid_in_annotation("await expression", expr.loc)?;
                if !self.allows_await_here() {
                    if !self.scope().is_function_like() {
                        return Err(CompileError::syntax("'await' outside function", expr.loc));
                    }
                    if !self.is_async_def() && self.scope().comprehension.is_none() {
                        return Err(CompileError::syntax("'await' outside async function", expr.loc));
                    }
                }
                self.expr(value)?;
                self.scope_mut().coroutine = true;
                Ok(())
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::FormattedValue { value, format_spec, .. }
            | ExprKind::Interpolation { value, format_spec, .. } => {
                self.expr(value)?;
                self.optional(format_spec)
            }
            ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => self.exprs(values),
            ExprKind::Attribute { value, attr, ctx } => {
                if attr == "__debug__" {
                    self.check_name(known::DEBUG, expr.loc, ctx)?;
                }
                self.expr(value)
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)
            }
            ExprKind::Starred { value, .. } => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower)?;
                self.optional(upper)?;
                self.optional(step)
            }
        }
    }

    fn name(&mut self, id: &str, ctx: ExprContext, loc: Location) -> Result {
        if self.scope().in_unevaluated_annotation {
            return Ok(());
        }
        let name = self.intern(id);
        if ctx == ExprContext::Load {
            self.define_as(name, USE, loc, ctx)?;
            // `super()` finds its class through this cell.
            if name == known::SUPER && self.scope().is_function_like() {
                return self.define(known::CLASS, USE, loc);
            }
            return Ok(());
        }
        self.define_as(name, DEF_LOCAL, loc, ctx)
    }

    pub(super) fn keywords(&mut self, keywords: &[Keyword<'_>]) -> Result {
        for keyword in keywords {
            if keyword.arg == Some("__debug__") {
                self.check_name(known::DEBUG, keyword.loc, ExprContext::Store)?;
            }
        }
        keywords.iter().try_for_each(|keyword| self.expr(keyword.value))
    }

    /// Some expressions make no sense where evaluation is put off.
    pub(super) fn forbid_in_annotation(&self, what: &str, loc: Location) -> Result {
        let scope = self.scope();
        let place = match scope.kind {
            ScopeKind::Annotation => "an annotation",
            ScopeKind::TypeVariable => scope.scope_info.unwrap_or("a TypeVar bound"),
            ScopeKind::TypeAlias => "a type alias",
            ScopeKind::TypeParameters => "the definition of a generic",
            _ => return Ok(()),
        };
        Err(CompileError::syntax(format!("{what} cannot be used within {place}"), loc))
    }
}
