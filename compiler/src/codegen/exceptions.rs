//! `try` in all its forms.

use krait_bytecode::Intrinsic2;
use krait_syntax::ast::Try;

use super::emit::{Loc, Op, loc};
use super::frame_blocks::BlockKind;
use super::generator::{Generator, Result};
use crate::instruction_sequence::Label;

impl<'a> Generator<'a, '_> {
    /// Code that the exception table points to when a handler fails itself.
    pub(super) fn pop_except_and_reraise(&mut self, loc: Loc) {
        self.op_i(loc, Op::COPY, 3);
        self.op(loc, Op::POP_EXCEPT);
        self.op_i(loc, Op::RERAISE, 1);
    }

    pub(super) fn try_finally(&mut self, at: Loc, node: &'a Try<'a>, star: bool) -> Result {
        let (body, end, exit, cleanup) = (self.label(), self.label(), self.label(), self.label());
        self.op_j(at, Op::SETUP_FINALLY, end);
        self.place(body);
        self.push_block(at, BlockKind::FinallyTry(node.finalbody), body, Some(end))?;
        if node.handlers.is_empty() {
            self.conditional(node.body)?;
            // Without handlers there is nothing for `else` to differ from.
            self.conditional(node.orelse)?;
        } else if star {
            self.try_star(at, node)?;
        } else {
            self.try_except(at, node)?;
        }
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.pop_block();
        self.conditional(node.finalbody)?;
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, exit);

        self.place(end);
        self.push_block(at, BlockKind::FinallyEnd, end, None)?;
        self.op_j(Loc::NONE, Op::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Op::PUSH_EXC_INFO);
        // The same statements again: their warnings have been given.
        self.muted += 1;
        self.conditional(node.finalbody)?;
        self.muted -= 1;
        self.op_i(Loc::NONE, Op::RERAISE, 0);
        self.pop_block();
        self.place(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.place(exit);
        Ok(())
    }

    pub(super) fn try_except(&mut self, at: Loc, node: &'a Try<'a>) -> Result {
        let (body, mut except, end, cleanup) = (self.label(), self.label(), self.label(), self.label());
        self.op_j(at, Op::SETUP_FINALLY, except);
        self.place(body);
        self.push_block(at, BlockKind::TryExcept, body, None)?;
        self.conditional(node.body)?;
        self.pop_block();
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.conditional(node.orelse)?;
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
        self.place(except);
        self.op_j(Loc::NONE, Op::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Op::PUSH_EXC_INFO);
        self.push_block(at, BlockKind::ExceptionHandler, except, None)?;
        for (number, handler) in node.handlers.iter().enumerate() {
            let handler_loc = loc(handler.loc);
            if handler.type_.is_none() && number + 1 < node.handlers.len() {
                return self.error(handler_loc, "default 'except:' must be last");
            }
            except = self.label();
            if let Some(type_) = handler.type_ {
                self.expr(type_)?;
                self.op(handler_loc, Op::CHECK_EXC_MATCH);
                self.op_j(handler_loc, Op::POP_JUMP_IF_FALSE, except);
            }
            if let Some(name) = handler.name {
                let name = self.intern(name);
                let (cleanup_end, cleanup_body) = (self.label(), self.label());
                self.store(handler_loc, name);
                // try: body finally: name = None; del name
                self.op_j(handler_loc, Op::SETUP_CLEANUP, cleanup_end);
                self.place(cleanup_body);
                self.push_block(handler_loc, BlockKind::HandlerCleanup(Some(name)), cleanup_body, None)?;
                self.conditional(handler.body)?;
                self.pop_block();
                self.op(Loc::NONE, Op::POP_BLOCK);
                self.op(Loc::NONE, Op::POP_BLOCK);
                self.op(Loc::NONE, Op::POP_EXCEPT);
                self.forget_exception(Loc::NONE, name);
                self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
                self.place(cleanup_end);
                self.forget_exception(Loc::NONE, name);
                self.op_i(Loc::NONE, Op::RERAISE, 1);
            } else {
                let cleanup_body = self.label();
                // POP_TOP the exception: it is not bound.
                self.op(handler_loc, Op::POP_TOP);
                self.place(cleanup_body);
                self.push_block(handler_loc, BlockKind::HandlerCleanup(None), cleanup_body, None)?;
                self.conditional(handler.body)?;
                self.pop_block();
                self.op(Loc::NONE, Op::POP_BLOCK);
                self.op(Loc::NONE, Op::POP_EXCEPT);
                self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
            }
            self.place(except);
        }
        self.op_i(Loc::NONE, Op::RERAISE, 0);
        self.pop_block();
        self.place(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
        self.place(end);
        Ok(())
    }

    /// `try` with `except*` (PEP 654). On the stack of the handlers lie the original exception, a list of
    /// what they raised, and what is still unhandled.
    pub(super) fn try_star(&mut self, at: Loc, node: &'a Try<'a>) -> Result {
        let (body, mut except, orelse, end) = (self.label(), self.label(), self.label(), self.label());
        let (cleanup, reraise_star) = (self.label(), self.label());
        self.op_j(at, Op::SETUP_FINALLY, except);
        self.place(body);
        self.push_block(at, BlockKind::TryExcept, body, None)?;
        self.conditional(node.body)?;
        self.pop_block();
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, orelse);
        self.place(except);
        self.op_j(Loc::NONE, Op::SETUP_CLEANUP, cleanup);
        self.op(Loc::NONE, Op::PUSH_EXC_INFO);
        self.push_block(at, BlockKind::ExceptionGroupHandler, except, None)?;
        for (number, handler) in node.handlers.iter().enumerate() {
            let handler_loc = loc(handler.loc);
            except = self.label();
            let (except_with_error, no_match) = (self.label(), self.label());
            if number == 0 {
                self.op_i(handler_loc, Op::BUILD_LIST, 0);
                self.op_i(handler_loc, Op::COPY, 2);
            }
            if let Some(type_) = handler.type_ {
                self.expr(type_)?;
                self.op(handler_loc, Op::CHECK_EG_MATCH);
                self.op_i(handler_loc, Op::COPY, 1);
                self.op_j(handler_loc, Op::POP_JUMP_IF_NONE, no_match);
            }
            let (cleanup_end, cleanup_body) = (self.label(), self.label());
            let name = handler.name.map(|name| self.intern(name));
            match name {
                Some(name) => self.store(handler_loc, name),
                None => self.op(handler_loc, Op::POP_TOP),
            }
            self.op_j(handler_loc, Op::SETUP_CLEANUP, cleanup_end);
            self.place(cleanup_body);
            self.push_block(handler_loc, BlockKind::HandlerCleanup(name), cleanup_body, None)?;
            self.conditional(handler.body)?;
            self.pop_block();
            self.op(Loc::NONE, Op::POP_BLOCK);
            if let Some(name) = name {
                self.forget_exception(Loc::NONE, name);
            }
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, except);
            self.place(cleanup_end);
            if let Some(name) = name {
                self.forget_exception(Loc::NONE, name);
            }
            self.op_i(Loc::NONE, Op::LIST_APPEND, 3);
            self.op(Loc::NONE, Op::POP_TOP);
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, except_with_error);
            self.place(except);
            // Holds the place that is propagated to it.
            self.op(Loc::NONE, Op::NOP);
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, except_with_error);
            self.place(no_match);
            self.op(handler_loc, Op::POP_TOP);
            self.place(except_with_error);
            if number + 1 == node.handlers.len() {
                // What is left unhandled joins what the handlers raised.
                self.op_i(Loc::NONE, Op::LIST_APPEND, 1);
                self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, reraise_star);
            }
        }
        self.pop_block();
        self.finish_try_star(reraise_star, cleanup, end);
        self.place(orelse);
        self.conditional(node.orelse)?;
        self.place(end);
        Ok(())
    }

    fn finish_try_star(&mut self, reraise_star: Label, cleanup: Label, end: Label) {
        let reraise = self.label();
        self.place(reraise_star);
        self.op_i(Loc::NONE, Op::CALL_INTRINSIC_2, Intrinsic2::PrepReraiseStar as u32);
        self.op_i(Loc::NONE, Op::COPY, 1);
        self.op_j(Loc::NONE, Op::POP_JUMP_IF_NOT_NONE, reraise);
        self.op(Loc::NONE, Op::POP_TOP);
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.op(Loc::NONE, Op::POP_EXCEPT);
        self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
        self.place(reraise);
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.op_i(Loc::NONE, Op::SWAP, 2);
        self.op(Loc::NONE, Op::POP_EXCEPT);
        self.op_i(Loc::NONE, Op::RERAISE, 0);
        self.place(cleanup);
        self.pop_except_and_reraise(Loc::NONE);
    }
}
