//! Boolean operators, comparisons, and jumps on conditions.

use krait_syntax::ast::{BoolOp, CmpOp, Expr, ExprKind, UnaryOp};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use crate::instruction_sequence::Label;

impl<'a> Generator<'a, '_> {
    pub(super) fn boolean(&mut self, at: Loc, op: BoolOp, values: &'a [Expr<'a>]) -> Result {
        let jump = match op {
            BoolOp::And => Op::JUMP_IF_FALSE,
            BoolOp::Or => Op::JUMP_IF_TRUE,
        };
        let end = self.label();
        if let Some((last, first)) = values.split_last() {
            for value in first {
                self.expr(value)?;
                self.op_j(at, jump, end);
                self.op(at, Op::POP_TOP);
            }
            self.expr(last)?;
        }
        self.place(end);
        Ok(())
    }

    pub(super) fn comparison(
        &mut self,
        at: Loc,
        left: &'a Expr<'a>,
        ops: &'a [CmpOp],
        comparators: &'a [Expr<'a>],
    ) -> Result {
        self.check_comparison(at, left, ops, comparators);
        self.expr(left)?;
        let (Some((&last_op, ops)), Some((last, comparators))) = (ops.split_last(), comparators.split_last())
        else {
            return Ok(());
        };
        if ops.is_empty() {
            self.expr(last)?;
            self.compare(at, last_op);
            return Ok(());
        }
        let (cleanup, end) = (self.label(), self.label());
        for (&op, comparator) in ops.iter().zip(comparators) {
            self.expr(comparator)?;
            self.op_i(at, Op::SWAP, 2);
            self.op_i(at, Op::COPY, 2);
            self.compare(at, op);
            self.op_i(at, Op::COPY, 1);
            self.op(at, Op::TO_BOOL);
            self.op_j(at, Op::POP_JUMP_IF_FALSE, cleanup);
            self.op(at, Op::POP_TOP);
        }
        self.expr(last)?;
        self.compare(at, last_op);
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
        self.place(cleanup);
        self.op_i(at, Op::SWAP, 2);
        self.op(at, Op::POP_TOP);
        self.place(end);
        Ok(())
    }

    /// Jumps to `target` if the truth of an expression is `when`, and goes on otherwise.
    pub(super) fn jump_if(&mut self, expr: &'a Expr<'a>, target: Label, when: bool) -> Result {
        self.depth.enter()?;
        self.jump_if_kind(expr, target, when)?;
        self.depth.leave();
        Ok(())
    }

    fn jump_if_kind(&mut self, expr: &'a Expr<'a>, target: Label, when: bool) -> Result {
        match expr.node {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
                return self.jump_if(operand, target, !when);
            }
            ExprKind::BoolOp { op, values } => {
                let short = op == BoolOp::Or;
                let Some((last, first)) = values.split_last() else { return Ok(()) };
                let next = if short == when { target } else { self.label() };
                for value in first {
                    self.jump_if(value, next, short)?;
                }
                self.jump_if(last, target, when)?;
                if short != when {
                    self.place(next);
                }
                return Ok(());
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (end, next) = (self.label(), self.label());
                self.jump_if(test, next, false)?;
                self.jump_if(body, target, when)?;
                self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
                self.place(next);
                self.jump_if(orelse, target, when)?;
                self.place(end);
                return Ok(());
            }
            ExprKind::Compare { left, ops, comparators } if ops.len() > 1 => {
                return self.jump_if_chain(expr, (left, ops, comparators), target, when);
            }
            _ => {}
        }
        let at = loc(expr.loc);
        self.expr(expr)?;
        self.op(at, Op::TO_BOOL);
        self.op_j(at, if when { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE }, target);
        Ok(())
    }

    /// The same for `a < b < c`.
    fn jump_if_chain(
        &mut self,
        expr: &'a Expr<'a>,
        (left, ops, comparators): (&'a Expr<'a>, &'a [CmpOp], &'a [Expr<'a>]),
        target: Label,
        when: bool,
    ) -> Result {
        let at = loc(expr.loc);
        self.check_comparison(at, left, ops, comparators);
        let (Some((&last_op, ops)), Some((last, comparators))) = (ops.split_last(), comparators.split_last())
        else {
            return Ok(());
        };
        let (cleanup, end) = (self.label(), self.label());
        self.expr(left)?;
        for (&op, comparator) in ops.iter().zip(comparators) {
            self.expr(comparator)?;
            self.op_i(at, Op::SWAP, 2);
            self.op_i(at, Op::COPY, 2);
            self.compare(at, op);
            self.op(at, Op::TO_BOOL);
            self.op_j(at, Op::POP_JUMP_IF_FALSE, cleanup);
        }
        self.expr(last)?;
        self.compare(at, last_op);
        self.op(at, Op::TO_BOOL);
        self.op_j(at, if when { Op::POP_JUMP_IF_TRUE } else { Op::POP_JUMP_IF_FALSE }, target);
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
        self.place(cleanup);
        self.op(at, Op::POP_TOP);
        if !when {
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, target);
        }
        self.place(end);
        Ok(())
    }
}
