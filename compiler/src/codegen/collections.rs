//! Displays of tuples, lists, sets and dicts.

use krait_bytecode::Intrinsic1;
use krait_syntax::ast::{Expr, ExprContext, ExprKind};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use crate::names::NameId;

/// How many values may lie on the stack before displays and calls collect them step by step.
pub(super) const STACK_USE_GUIDELINE: usize = 30;

/// The instructions that build a collection.
pub(super) struct Builders {
    pub(super) build: Op,
    pub(super) add: Op,
    pub(super) extend: Op,
    /// The result becomes a tuple.
    pub(super) tuple: bool,
}

impl Builders {
    pub(super) const TUPLE: Self =
        Builders { build: Op::BUILD_LIST, add: Op::LIST_APPEND, extend: Op::LIST_EXTEND, tuple: true };
    const LIST: Self = Builders { tuple: false, ..Self::TUPLE };
    const SET: Self =
        Builders { build: Op::BUILD_SET, add: Op::SET_ADD, extend: Op::SET_UPDATE, tuple: false };
}

impl<'a> Generator<'a, '_> {
    pub(super) fn tuple(&mut self, at: Loc, elts: &'a [Expr<'a>], ctx: ExprContext) -> Result {
        match ctx {
            ExprContext::Load => self.collection(at, elts, 0, None, &Builders::TUPLE),
            ExprContext::Store => self.unpack(at, elts),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn list(&mut self, at: Loc, elts: &'a [Expr<'a>], ctx: ExprContext) -> Result {
        match ctx {
            ExprContext::Load => self.collection(at, elts, 0, None, &Builders::LIST),
            ExprContext::Store => self.unpack(at, elts),
            ExprContext::Del => self.exprs(elts),
        }
    }

    pub(super) fn set(&mut self, at: Loc, elts: &'a [Expr<'a>]) -> Result {
        self.collection(at, elts, 0, None, &Builders::SET)
    }

    /// Builds a collection of `pushed` values already there, the elements, and perhaps a last variable.
    pub(super) fn collection(
        &mut self,
        at: Loc,
        elts: &'a [Expr<'a>],
        pushed: u32,
        last: Option<NameId>,
        how: &Builders,
    ) -> Result {
        let count = elts.len() as u32 + u32::from(last.is_some());
        let big = (count + pushed) as usize > STACK_USE_GUIDELINE;
        let starred = |elt: &Expr<'_>| matches!(elt.node, ExprKind::Starred { .. });
        if !big && !elts.iter().any(starred) {
            self.exprs(elts)?;
            if let Some(last) = last {
                self.load(at, last);
            }
            self.op_i(at, if how.tuple { Op::BUILD_TUPLE } else { how.build }, count + pushed);
            return Ok(());
        }
        let mut built = false;
        if big {
            self.op_i(at, how.build, pushed);
            built = true;
        }
        for (number, elt) in elts.iter().enumerate() {
            if let ExprKind::Starred { value, .. } = elt.node {
                if !built {
                    self.op_i(at, how.build, number as u32 + pushed);
                    built = true;
                }
                self.expr(value)?;
                self.op_i(at, how.extend, 1);
            } else {
                self.expr(elt)?;
                if built {
                    self.op_i(at, how.add, 1);
                }
            }
        }
        if let Some(last) = last {
            self.load(at, last);
            self.op_i(at, how.add, 1);
        }
        if how.tuple {
            self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::ListToTuple as u32);
        }
        Ok(())
    }

    pub(super) fn dict(&mut self, at: Loc, keys: &'a [Option<Expr<'a>>], values: &'a [Expr<'a>]) -> Result {
        let mut have_dict = false;
        let mut pending = 0;
        let flush = |generator: &mut Self, from: usize, to: usize, have_dict: &mut bool| -> Result {
            let keys = keys.get(from..to).unwrap_or_default();
            let values = values.get(from..to).unwrap_or_default();
            generator.sub_dict(at, keys, values)?;
            if *have_dict {
                generator.op_i(at, Op::DICT_UPDATE, 1);
            }
            *have_dict = true;
            Ok(())
        };
        for (number, (key, value)) in keys.iter().zip(values).enumerate() {
            if key.is_some() {
                if pending * 2 > STACK_USE_GUIDELINE {
                    flush(self, number - pending, number + 1, &mut have_dict)?;
                    pending = 0;
                } else {
                    pending += 1;
                }
                continue;
            }
            if pending > 0 {
                flush(self, number - pending, number, &mut have_dict)?;
                pending = 0;
            }
            if !have_dict {
                self.op_i(at, Op::BUILD_MAP, 0);
                have_dict = true;
            }
            self.expr(value)?;
            self.op_i(at, Op::DICT_UPDATE, 1);
        }
        if pending > 0 {
            flush(self, values.len() - pending, values.len(), &mut have_dict)?;
        }
        if !have_dict {
            self.op_i(at, Op::BUILD_MAP, 0);
        }
        Ok(())
    }

    fn sub_dict(&mut self, at: Loc, keys: &'a [Option<Expr<'a>>], values: &'a [Expr<'a>]) -> Result {
        let big = values.len() * 2 > STACK_USE_GUIDELINE;
        if big {
            self.op_i(at, Op::BUILD_MAP, 0);
        }
        for (key, value) in keys.iter().flatten().zip(values) {
            self.expr(key)?;
            self.expr(value)?;
            if big {
                self.op_i(at, Op::MAP_ADD, 1);
            }
        }
        if !big {
            self.op_i(at, Op::BUILD_MAP, values.len() as u32);
        }
        Ok(())
    }

    /// The place of a `key: value` pair.
    pub(super) fn pair_location(key: &Expr<'_>, value: &Expr<'_>) -> Loc {
        let (key, value) = (loc(key.loc), loc(value.loc));
        Loc { line: key.line, end_line: value.end_line, col: key.col, end_col: value.end_col }
    }
}
