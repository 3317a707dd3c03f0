//! Expressions: dispatch, and the simple ones.

use krait_bytecode::{BinaryOperator, Const, Intrinsic1};
use krait_syntax::ast::{self, Expr, ExprContext, ExprKind, Operator, UnaryOp};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use super::unit_state::UnitKind;

impl<'a> Generator<'a, '_> {
    pub(super) fn exprs(&mut self, exprs: &'a [Expr<'a>]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    /// Loads, stores or deletes an expression, as its context says.
    pub(super) fn expr(&mut self, expr: &'a Expr<'a>) -> Result {
        // The two most frequent kinds need no depth.
        let at = loc(expr.loc);
        match expr.node {
            ExprKind::Constant { ref value, .. } => {
                self.load_const(at, super::constants::constant(value));
                return Ok(());
            }
            ExprKind::Name { id, ctx } => {
                if id == "__debug__" && ctx == ExprContext::Load {
                    self.load_const(at, Const::Bool(self.optimize == 0));
                } else {
                    let name = self.intern(id);
                    self.name_op(at, name, ctx);
                }
                return Ok(());
            }
            _ => {}
        }
        self.depth.enter()?;
        self.expr_kind(at, expr)?;
        self.depth.leave();
        Ok(())
    }

    fn expr_kind(&mut self, at: Loc, expr: &'a Expr<'a>) -> Result {
        match expr.node {
            ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
            ExprKind::BoolOp { op, values } => self.boolean(at, op, values),
            ExprKind::NamedExpr { target, value } => {
                self.expr(value)?;
                self.op_i(at, Op::COPY, 1);
                self.expr(target)
            }
            ExprKind::BinOp { left, op, right } => {
                if op == Operator::Mod
                    && let Some(pieces) = crate::preprocess::percent_format(left, right)
                {
                    return self.percent_format(at, pieces);
                }
                if !matches!(left.node, ExprKind::BinOp { .. }) {
                    self.expr(left)?;
                    self.expr(right)?;
                    self.op_i(at, Op::BINARY_OP, Self::binary_operator(op, false));
                    return Ok(());
                }
                self.operator_chain(expr)
            }
            ExprKind::UnaryOp { op, operand } => {
                self.expr(operand)?;
                match op {
                    UnaryOp::Invert => self.op(at, Op::UNARY_INVERT),
                    UnaryOp::USub => self.op(at, Op::UNARY_NEGATIVE),
                    UnaryOp::UAdd => self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::UnaryPositive as u32),
                    UnaryOp::Not => {
                        self.op(at, Op::TO_BOOL);
                        self.op(at, Op::UNARY_NOT);
                    }
                }
                Ok(())
            }
            ExprKind::Lambda { args, body } => self.lambda(expr, args, body),
            ExprKind::IfExp { test, body, orelse } => {
                let (end, next) = (self.label(), self.label());
                self.jump_if(test, next, false)?;
                self.expr(body)?;
                self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
                self.place(next);
                self.expr(orelse)?;
                self.place(end);
                Ok(())
            }
            ExprKind::Dict { keys, values } => self.dict(at, keys, values),
            ExprKind::Set { elts } => self.set(at, elts),
            ExprKind::List { elts, ctx } => self.list(at, elts, ctx),
            ExprKind::Tuple { elts, ctx } => self.tuple(at, elts, ctx),
            ExprKind::ListComp { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::GeneratorExp { .. } => self.comprehension(at, expr),
            ExprKind::Await { value } => {
                self.expr(value)?;
                self.await_top(at, 0);
                Ok(())
            }
            ExprKind::Yield { value } => {
                if !self.scope().is_function_like() {
                    return self.error(at, "'yield' outside function");
                }
                match value {
                    Some(value) => self.expr(value)?,
                    None => self.load_none(at),
                }
                self.yield_value(at);
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                if !self.scope().is_function_like() {
                    return self.error(at, "'yield from' outside function");
                }
                if self.unit.kind == UnitKind::AsyncFunction {
                    return self.error(at, "'yield from' inside async function");
                }
                self.expr(value)?;
                self.op(at, Op::GET_YIELD_FROM_ITER);
                self.load_none(at);
                self.yield_from(at, false);
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => self.comparison(at, left, ops, comparators),
            ExprKind::Call { func, args, keywords } => self.call(at, func, args, keywords),
            ExprKind::JoinedStr { values } => self.joined_string(at, values),
            ExprKind::TemplateStr { values } => self.template_string(at, values),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(at, value, conversion, format_spec)
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                self.interpolation(at, value, str, conversion, format_spec)
            }
            ExprKind::Attribute { value, attr, ctx } => self.attribute(at, expr, value, attr, ctx),
            ExprKind::Subscript { value, slice, ctx } => self.subscript(at, value, slice, ctx),
            ExprKind::Starred { ctx, .. } => match ctx {
                ExprContext::Store => self.error(at, "starred assignment target must be in a list or tuple"),
                _ => self.error(at, "can't use starred expression here"),
            },
            ExprKind::Slice { lower, upper, step } => self.slice(at, lower, upper, step),
        }
    }

    /// A sum of sums…: they nest to the left, and long ones must not count as depth.
    fn operator_chain(&mut self, expr: &'a Expr<'a>) -> Result {
        let mut pending = Vec::new();
        let mut innermost = expr;
        while let ExprKind::BinOp { left, op, right } = innermost.node {
            if !matches!(left.node, ExprKind::BinOp { .. }) {
                break;
            }
            pending.push((loc(innermost.loc), op, right));
            innermost = left;
        }
        self.expr(innermost)?;
        for (at, op, right) in pending.into_iter().rev() {
            self.expr(right)?;
            self.op_i(at, Op::BINARY_OP, Self::binary_operator(op, false));
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        at: Loc,
        expr: &'a Expr<'a>,
        value: &'a Expr<'a>,
        attr: &'a str,
        ctx: ExprContext,
    ) -> Result {
        let name = self.intern(attr);
        if ctx == ExprContext::Load && self.can_optimize_super(value, attr) {
            let with_args = self.load_args_for_super(value)?;
            // Bit 0: method call; bit 1: super() has two arguments.
            self.op_name_bits(at, Op::LOAD_SUPER_ATTR, name, 2, if with_args { 2 } else { 0 });
            self.op(attribute_location(at, expr, attr), Op::NOP);
            return Ok(());
        }
        if ctx == ExprContext::Store {
            self.note_static_attribute(value, attr);
        }
        self.expr(value)?;
        let at = attribute_location(at, expr, attr);
        match ctx {
            ExprContext::Load => self.load_attr(at, name),
            ExprContext::Store => self.op_name(at, Op::STORE_ATTR, name),
            ExprContext::Del => self.op_name(at, Op::DELETE_ATTR, name),
        }
        Ok(())
    }

    fn subscript(&mut self, at: Loc, value: &'a Expr<'a>, slice: &'a Expr<'a>, ctx: ExprContext) -> Result {
        if ctx == ExprContext::Load {
            self.check_subscripted(value);
            self.check_index(value, slice);
        }
        self.expr(value)?;
        if ctx != ExprContext::Del && self.two_part_slice(slice)? {
            self.op(at, if ctx == ExprContext::Load { Op::BINARY_SLICE } else { Op::STORE_SLICE });
            return Ok(());
        }
        self.expr(slice)?;
        match ctx {
            ExprContext::Load => self.binary(at, BinaryOperator::Subscript),
            ExprContext::Store => self.op(at, Op::STORE_SUBSCR),
            ExprContext::Del => self.op(at, Op::DELETE_SUBSCR),
        }
        Ok(())
    }

    /// Puts the bounds of a slice `a:b` on the stack. Constant slices are constants, and have to be asked for whole.
    pub(super) fn two_part_slice(&mut self, slice: &'a Expr<'a>) -> Result<bool> {
        let ExprKind::Slice { lower, upper, step: None } = slice.node else { return Ok(false) };
        if self.constant_slice(lower, upper, None).is_some() {
            return Ok(false);
        }
        self.bounds(loc(slice.loc), lower, upper)?;
        Ok(true)
    }

    fn bounds(&mut self, at: Loc, lower: Option<&'a Expr<'a>>, upper: Option<&'a Expr<'a>>) -> Result {
        for bound in [lower, upper] {
            match bound {
                Some(bound) => self.expr(bound)?,
                None => self.load_none(at),
            }
        }
        Ok(())
    }

    fn constant_slice(
        &self,
        lower: Option<&Expr<'_>>,
        upper: Option<&Expr<'_>>,
        step: Option<&Expr<'_>>,
    ) -> Option<Const> {
        let part = |part: Option<&Expr<'_>>| part.map_or(Some(Const::None), |part| self.constant_value(part));
        Some(Const::Slice([part(lower)?, part(upper)?, part(step)?].into()))
    }

    fn slice(
        &mut self,
        at: Loc,
        lower: Option<&'a Expr<'a>>,
        upper: Option<&'a Expr<'a>>,
        step: Option<&'a Expr<'a>>,
    ) -> Result {
        if let Some(slice) = self.constant_slice(lower, upper, step) {
            self.load_const(at, slice);
            return Ok(());
        }
        self.bounds(at, lower, upper)?;
        let mut count = 2;
        if let Some(step) = step {
            self.expr(step)?;
            count = 3;
        }
        self.op_i(at, Op::BUILD_SLICE, count);
        Ok(())
    }
}

/// In a chain over several lines, the place of an attribute access is that of the name after the dot.
pub(super) fn attribute_location(at: Loc, attribute: &Expr<'_>, attr: &str) -> Loc {
    let ast::Location { end_lineno, end_col_offset, .. } = attribute.loc;
    if at.line == end_lineno {
        return at;
    }
    let length = attr.chars().count() as i32;
    let (col, end_col) = if length <= end_col_offset {
        (end_col_offset - length, at.end_col)
    } else {
        // Only trees not made from source get here.
        (-1, -1)
    };
    Loc { line: end_lineno, end_line: at.end_line.max(end_lineno), col, end_col }
}
