//! `with` and `async with`.

use krait_bytecode::SpecialMethod;
use krait_syntax::ast::{Stmt, WithItem};

use super::emit::{Loc, Op, loc};
use super::frame_blocks::BlockKind;
use super::generator::{Generator, Result};
use crate::instruction_sequence::Label;

impl<'a> Generator<'a, '_> {
    pub(super) fn with_statement(
        &mut self,
        items: &'a [WithItem<'a>],
        body: &'a [Stmt<'a>],
        is_async: bool,
    ) -> Result {
        let Some((item, rest)) = items.split_first() else { return Ok(()) };
        self.depth.enter()?;
        let (block, handler, exit, cleanup) = (self.label(), self.label(), self.label(), self.label());
        self.expr(item.context_expr)?;
        let at = loc(item.context_expr.loc);
        let (exit_method, enter_method) = if is_async {
            (SpecialMethod::AExit, SpecialMethod::AEnter)
        } else {
            (SpecialMethod::Exit, SpecialMethod::Enter)
        };
        self.op_i(at, Op::COPY, 1);
        self.op_i(at, Op::LOAD_SPECIAL, exit_method as u32);
        self.op_i(at, Op::SWAP, 2);
        self.op_i(at, Op::SWAP, 3);
        self.op_i(at, Op::LOAD_SPECIAL, enter_method as u32);
        self.op_i(at, Op::CALL, 0);
        if is_async {
            self.await_top(at, 1);
        }
        self.op_j(at, Op::SETUP_WITH, handler);
        self.place(block);
        let kind = if is_async { BlockKind::AsyncWith } else { BlockKind::With };
        self.push_block(at, kind, block, Some(handler))?;
        match item.optional_vars {
            Some(vars) => self.expr(vars)?,
            None => self.op(at, Op::POP_TOP),
        }
        if rest.is_empty() {
            self.conditional(body)?;
        } else {
            self.with_statement(rest, body, is_async)?;
        }
        self.pop_block();
        self.op(if is_async { at } else { Loc::NONE }, Op::POP_BLOCK);
        // The body ended well: __exit__(None, None, None).
        self.call_exit_with_nones(at);
        if is_async {
            self.await_top(at, 2);
        }
        self.op(at, Op::POP_TOP);
        self.op_j(at, Op::JUMP, exit);
        // It raised.
        self.place(handler);
        self.op_j(at, Op::SETUP_CLEANUP, cleanup);
        self.op(at, Op::PUSH_EXC_INFO);
        self.op(at, Op::WITH_EXCEPT_START);
        if is_async {
            self.await_top(at, 2);
        }
        self.with_except_finish(cleanup);
        self.place(exit);
        self.depth.leave();
        Ok(())
    }

    pub(super) fn call_exit_with_nones(&mut self, loc: Loc) {
        for _ in 0..3 {
            self.load_none(loc);
        }
        self.op_i(loc, Op::CALL, 3);
    }

    fn with_except_finish(&mut self, cleanup: Label) {
        let (suppress, exit) = (self.label(), self.label());
        self.op(Loc::NONE, Op::TO_BOOL);
        self.op_j(Loc::NONE, Op::POP_JUMP_IF_TRUE, suppress);
        self.op_i(Loc::NONE, Op::RERAISE, 2);
        self.place(suppress);
        self.op(Loc::NONE, Op::POP_TOP);
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.op(Loc::NONE, Op::POP_EXCEPT);
        for _ in 0..3 {
            self.op(Loc::NONE, Op::POP_TOP);
        }
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, exit);
        self.place(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.place(exit);
    }
}
