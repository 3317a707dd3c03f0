//! The blocks that `return`, `break` and `continue` leave, and the code for leaving them.

use krait_syntax::ast::{ExprContext, Stmt};

use super::emit::{Loc, Op};
use super::generator::{Generator, Result};
use crate::instruction_sequence::Label;
use crate::names::NameId;

/// How many blocks may be nested in a code object.
const MAX_BLOCKS: usize = 21;

/// What must be undone on leaving a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum BlockKind<'a> {
    WhileLoop,
    ForLoop,
    TryExcept,
    /// The body of a `try` with this `finally`.
    FinallyTry(&'a [Stmt<'a>]),
    FinallyEnd,
    With,
    AsyncWith,
    /// A handler that has bound its exception to the name.
    HandlerCleanup(Option<NameId>),
    PopValue,
    ExceptionHandler,
    ExceptionGroupHandler,
    AsyncComprehension,
    /// Holds no statement, so nothing leaves it.
    InlinedComprehension,
    StopIteration,
}

/// An open block.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameBlock<'a> {
    pub(super) kind: BlockKind<'a>,
    pub(super) loc: Loc,
    /// Where `continue` goes.
    pub(super) start: Label,
    /// Where `break` goes.
    pub(super) exit: Option<Label>,
}

impl<'a> Generator<'a, '_> {
    pub(super) fn push_block(
        &mut self,
        loc: Loc,
        kind: BlockKind<'a>,
        start: Label,
        exit: Option<Label>,
    ) -> Result {
        if self.unit.blocks.len() >= MAX_BLOCKS {
            return self.error(loc, "too many statically nested blocks");
        }
        self.unit.blocks.push(FrameBlock { kind, loc, start, exit });
        Ok(())
    }

    pub(super) fn pop_block(&mut self) {
        self.unit.blocks.pop();
    }

    /// Code for leaving one block, keeping the value on top if there is one. `loc` becomes artificial after
    /// code that belongs elsewhere.
    pub(super) fn unwind(&mut self, loc: &mut Loc, block: &FrameBlock<'a>, keep_top: bool) -> Result {
        let under = |generator: &mut Self, loc: Loc| {
            if keep_top {
                generator.op_i(loc, Op::SWAP, 2);
            }
        };
        match block.kind {
            BlockKind::WhileLoop
            | BlockKind::ExceptionHandler
            | BlockKind::ExceptionGroupHandler
            | BlockKind::AsyncComprehension
            | BlockKind::InlinedComprehension
            | BlockKind::StopIteration => {}
            BlockKind::ForLoop => {
                under(self, *loc);
                self.op(*loc, Op::POP_TOP);
            }
            BlockKind::TryExcept => self.op(*loc, Op::POP_BLOCK),
            BlockKind::FinallyTry(body) => {
                self.op(*loc, Op::POP_BLOCK);
                if keep_top {
                    self.push_block(*loc, BlockKind::PopValue, block.start, None)?;
                }
                self.stmts(body)?;
                if keep_top {
                    self.pop_block();
                }
                // The finally block shall seem to run after the statement that leaves it.
                *loc = Loc::NONE;
            }
            BlockKind::FinallyEnd => {
                under(self, *loc);
                self.op(*loc, Op::POP_TOP);
                under(self, *loc);
                self.op(*loc, Op::POP_BLOCK);
                self.op(*loc, Op::POP_EXCEPT);
            }
            BlockKind::With | BlockKind::AsyncWith => {
                *loc = block.loc;
                self.op(*loc, Op::POP_BLOCK);
                if keep_top {
                    self.op_i(*loc, Op::SWAP, 3);
                    self.op_i(*loc, Op::SWAP, 2);
                }
                self.call_exit_with_nones(*loc);
                if matches!(block.kind, BlockKind::AsyncWith) {
                    self.await_top(*loc, 2);
                }
                self.op(*loc, Op::POP_TOP);
                *loc = Loc::NONE;
            }
            BlockKind::HandlerCleanup(name) => {
                if name.is_some() {
                    self.op(*loc, Op::POP_BLOCK);
                }
                under(self, *loc);
                self.op(*loc, Op::POP_BLOCK);
                self.op(*loc, Op::POP_EXCEPT);
                if let Some(name) = name {
                    self.forget_exception(*loc, name);
                }
            }
            BlockKind::PopValue => {
                under(self, *loc);
                self.op(*loc, Op::POP_TOP);
            }
        }
        Ok(())
    }

    /// `name = None; del name` after a handler.
    pub(super) fn forget_exception(&mut self, loc: Loc, name: NameId) {
        self.load_none(loc);
        self.store(loc, name);
        self.name_op(loc, name, ExprContext::Del);
    }

    /// Code for leaving all blocks, or those up to the innermost loop, which is then given back.
    pub(super) fn unwind_all(
        &mut self,
        loc: &mut Loc,
        keep_top: bool,
        to_loop: bool,
    ) -> Result<Option<FrameBlock<'a>>> {
        let mut left = Vec::new();
        let mut found = None;
        let mut result = Ok(());
        while let Some(&block) = self.unit.blocks.last() {
            match block.kind {
                BlockKind::ExceptionGroupHandler => {
                    result = self
                        .error(*loc, "'break', 'continue' and 'return' cannot appear in an except* block");
                }
                BlockKind::WhileLoop | BlockKind::ForLoop if to_loop => found = Some(block),
                _ => {
                    // The code for leaving a block runs outside it.
                    left.push(block);
                    self.unit.blocks.pop();
                    result = self.unwind(loc, &block, keep_top);
                }
            }
            if result.is_err() || found.is_some() {
                break;
            }
        }
        self.unit.blocks.extend(left.into_iter().rev());
        result.map(|()| found)
    }
}
