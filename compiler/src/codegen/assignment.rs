//! Augmented assignment and unpacking.

use krait_bytecode::BinaryOperator;
use krait_syntax::ast::{Expr, ExprContext, ExprKind, Operator};

use super::emit::{Loc, Op, loc};
use super::expressions::attribute_location;
use super::generator::{Generator, Result};
use crate::error::{CompileError, ErrorKind};

impl<'a> Generator<'a, '_> {
    pub(super) fn augmented_assignment(
        &mut self,
        at: Loc,
        target: &'a Expr<'a>,
        op: Operator,
        value: &'a Expr<'a>,
    ) -> Result {
        let target_loc = loc(target.loc);
        let in_place = Self::binary_operator(op, true);
        match target.node {
            ExprKind::Attribute { value: object, attr, .. } => {
                let name = self.intern(attr);
                self.expr(object)?;
                self.op_i(target_loc, Op::COPY, 1);
                let attr_loc = attribute_location(target_loc, target, attr);
                self.load_attr(attr_loc, name);
                self.expr(value)?;
                self.op_i(at, Op::BINARY_OP, in_place);
                self.op_i(attr_loc, Op::SWAP, 2);
                self.op_name(attr_loc, Op::STORE_ATTR, name);
            }
            ExprKind::Subscript { value: object, slice, .. } => {
                self.expr(object)?;
                if self.two_part_slice(slice)? {
                    for _ in 0..3 {
                        self.op_i(target_loc, Op::COPY, 3);
                    }
                    self.op(target_loc, Op::BINARY_SLICE);
                    self.expr(value)?;
                    self.op_i(at, Op::BINARY_OP, in_place);
                    for depth in [4, 3, 2] {
                        self.op_i(target_loc, Op::SWAP, depth);
                    }
                    self.op(target_loc, Op::STORE_SLICE);
                } else {
                    self.expr(slice)?;
                    for _ in 0..2 {
                        self.op_i(target_loc, Op::COPY, 2);
                    }
                    self.binary(target_loc, BinaryOperator::Subscript);
                    self.expr(value)?;
                    self.op_i(at, Op::BINARY_OP, in_place);
                    self.op_i(target_loc, Op::SWAP, 3);
                    self.op_i(target_loc, Op::SWAP, 2);
                    self.op(target_loc, Op::STORE_SUBSCR);
                }
            }
            ExprKind::Name { id, .. } => {
                let name = self.intern(id);
                self.name_op(target_loc, name, ExprContext::Load);
                self.expr(value)?;
                self.op_i(at, Op::BINARY_OP, in_place);
                self.name_op(target_loc, name, ExprContext::Store);
            }
            _ => {
                return Err(CompileError::other(
                    ErrorKind::System,
                    "invalid node type for augmented assignment",
                ));
            }
        }
        Ok(())
    }

    /// Assigns the items of the value on top.
    pub(super) fn unpack(&mut self, at: Loc, targets: &'a [Expr<'a>]) -> Result {
        let mut seen_star = false;
        for (number, target) in targets.iter().enumerate() {
            if !matches!(target.node, ExprKind::Starred { .. }) {
                continue;
            }
            if seen_star {
                return self.error(at, "multiple starred expressions in assignment");
            }
            let after = targets.len() - number - 1;
            if number >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                return self.error(at, "too many expressions in star-unpacking assignment");
            }
            self.op_i(at, Op::UNPACK_EX, number as u32 | (after as u32) << 8);
            seen_star = true;
        }
        if !seen_star {
            self.op_i(at, Op::UNPACK_SEQUENCE, targets.len() as u32);
        }
        for target in targets {
            match target.node {
                ExprKind::Starred { value, .. } => self.expr(value)?,
                _ => self.expr(target)?,
            }
        }
        Ok(())
    }
}
