//! `for`, `async for` and `while`.

use krait_syntax::ast::{Expr, For, Stmt};

use super::emit::{Loc, Op, loc};
use super::frame_blocks::BlockKind;
use super::generator::{Generator, Result};

impl<'a> Generator<'a, '_> {
    pub(super) fn for_loop(&mut self, at: Loc, node: &'a For<'a>) -> Result {
        let (start, cleanup, end) = (self.label(), self.label(), self.label());
        self.push_block(at, BlockKind::ForLoop, start, Some(end))?;
        self.expr(node.iter)?;
        let iter_loc = loc(node.iter.loc);
        self.op(iter_loc, Op::GET_ITER);
        self.place(start);
        self.op_j(iter_loc, Op::FOR_ITER, cleanup);
        // So that the lines of a loop over several lines are traced; removed where it is redundant.
        self.op(loc(node.target.loc), Op::NOP);
        self.expr(node.target)?;
        self.conditional(node.body)?;
        self.op_j(Loc::NONE, Op::JUMP, start);
        self.place(cleanup);
        self.op(Loc::NONE, Op::END_FOR);
        self.op(Loc::NONE, Op::POP_ITER);
        self.pop_block();
        self.conditional(node.orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn async_for_loop(&mut self, at: Loc, node: &'a For<'a>) -> Result {
        let (start, send, except, end) = (self.label(), self.label(), self.label(), self.label());
        self.expr(node.iter)?;
        let iter_loc = loc(node.iter.loc);
        self.op(iter_loc, Op::GET_AITER);
        self.place(start);
        self.push_block(at, BlockKind::ForLoop, start, Some(end))?;
        // Guards the call of __anext__.
        self.op_j(at, Op::SETUP_FINALLY, except);
        self.op(at, Op::GET_ANEXT);
        self.load_none(at);
        self.place(send);
        self.yield_from(at, true);
        self.op(at, Op::POP_BLOCK);
        self.op(at, Op::NOT_TAKEN);
        self.expr(node.target)?;
        self.conditional(node.body)?;
        self.op_j(Loc::NONE, Op::JUMP, start);
        self.pop_block();
        self.place(except);
        self.op_j(iter_loc, Op::END_ASYNC_FOR, send);
        self.conditional(node.orelse)?;
        self.place(end);
        Ok(())
    }

    pub(super) fn while_loop(
        &mut self,
        at: Loc,
        test: &'a Expr<'a>,
        body: &'a [Stmt<'a>],
        orelse: &'a [Stmt<'a>],
    ) -> Result {
        let (start, end, anchor) = (self.label(), self.label(), self.label());
        self.place(start);
        self.push_block(at, BlockKind::WhileLoop, start, Some(end))?;
        self.jump_if(test, anchor, false)?;
        self.conditional(body)?;
        self.op_j(Loc::NONE, Op::JUMP, start);
        self.pop_block();
        self.place(anchor);
        self.conditional(orelse)?;
        self.place(end);
        Ok(())
    }
}
