//! Appending instructions to the current code object: the only way the other files do it.

use krait_bytecode::{AnyOpcode, BinaryOperator, Const, Location};
use krait_syntax::ast::{self, CmpOp, Operator};

use super::generator::{Generator, Result};
use crate::error::{CompileError, Warning};
use crate::instruction_sequence::Label;
use crate::names::NameId;

pub(super) use krait_bytecode::AnyOpcode as Op;
pub(super) type Loc = Location;

/// A node's place as instructions note it.
pub(super) const fn loc(place: ast::Location) -> Loc {
    Loc {
        line: place.lineno,
        end_line: place.end_lineno,
        col: place.col_offset,
        end_col: place.end_col_offset,
    }
}

/// An instruction's place as errors note it.
pub(super) const fn place(loc: Loc) -> ast::Location {
    ast::Location {
        lineno: loc.line,
        end_lineno: loc.end_line,
        col_offset: loc.col,
        end_col_offset: loc.end_col,
    }
}

impl Generator<'_, '_> {
    pub(super) fn op(&mut self, loc: Loc, opcode: AnyOpcode) {
        self.unit.sequence.addop(opcode, 0, loc);
    }

    pub(super) fn op_i(&mut self, loc: Loc, opcode: AnyOpcode, oparg: u32) {
        self.unit.sequence.addop(opcode, oparg, loc);
    }

    pub(super) fn op_j(&mut self, loc: Loc, opcode: AnyOpcode, target: Label) {
        self.unit.sequence.addop_jump(opcode, target, loc);
    }

    pub(super) fn label(&mut self) -> Label {
        self.unit.sequence.new_label()
    }

    pub(super) fn place(&mut self, label: Label) {
        self.unit.sequence.use_label(label);
    }

    pub(super) fn load_const(&mut self, loc: Loc, value: Const) {
        let index = self.unit.consts.intern(value);
        self.op_i(loc, Op::LOAD_CONST, index);
    }

    pub(super) fn load_none(&mut self, loc: Loc) {
        self.load_const(loc, Const::None);
    }

    /// A small number as constant; the optimiser decides how to load it.
    pub(super) fn load_int(&mut self, loc: Loc, value: usize) {
        self.load_const(loc, Const::Int(value as i64));
    }

    pub(super) fn load_name_const(&mut self, loc: Loc, name: NameId) {
        let text = self.string(name);
        self.load_const(loc, Const::Str(text));
    }

    /// An instruction whose operand is a name; shifted up with some bits below for the instructions that need it.
    pub(super) fn op_name_bits(&mut self, loc: Loc, opcode: AnyOpcode, name: NameId, shift: u32, bits: u32) {
        let name = self.mangle(name);
        let index = self.unit.names.add(name);
        self.op_i(loc, opcode, index << shift | bits);
    }

    pub(super) fn op_name(&mut self, loc: Loc, opcode: AnyOpcode, name: NameId) {
        self.op_name_bits(loc, opcode, name, 0, 0);
    }

    /// The same for a name that is never private.
    pub(super) fn op_plain_name(&mut self, loc: Loc, opcode: AnyOpcode, name: NameId) {
        let index = self.unit.names.add(name);
        self.op_i(loc, opcode, index);
    }

    pub(super) fn load_attr(&mut self, loc: Loc, name: NameId) {
        self.op_name_bits(loc, Op::LOAD_ATTR, name, 1, 0);
    }

    pub(super) fn load_method(&mut self, loc: Loc, name: NameId) {
        self.op_name_bits(loc, Op::LOAD_ATTR, name, 1, 1);
    }

    pub(super) fn binary(&mut self, loc: Loc, op: BinaryOperator) {
        self.op_i(loc, Op::BINARY_OP, op as u32);
    }

    pub(super) fn binary_operator(op: Operator, in_place: bool) -> u32 {
        let plain = match op {
            Operator::Add => BinaryOperator::Add,
            Operator::Sub => BinaryOperator::Subtract,
            Operator::Mult => BinaryOperator::Multiply,
            Operator::MatMult => BinaryOperator::MatrixMultiply,
            Operator::Div => BinaryOperator::TrueDivide,
            Operator::Mod => BinaryOperator::Remainder,
            Operator::Pow => BinaryOperator::Power,
            Operator::LShift => BinaryOperator::LeftShift,
            Operator::RShift => BinaryOperator::RightShift,
            Operator::BitOr => BinaryOperator::Or,
            Operator::BitXor => BinaryOperator::Xor,
            Operator::BitAnd => BinaryOperator::And,
            Operator::FloorDiv => BinaryOperator::FloorDivide,
        } as u32;
        // The in-place operators follow in the same order.
        if in_place { plain + BinaryOperator::InplaceAdd as u32 } else { plain }
    }

    pub(super) fn compare(&mut self, loc: Loc, op: CmpOp) {
        use krait_bytecode::Comparison;
        let comparison = match op {
            CmpOp::Eq => Comparison::Equal,
            CmpOp::NotEq => Comparison::NotEqual,
            CmpOp::Lt => Comparison::Less,
            CmpOp::LtE => Comparison::LessEqual,
            CmpOp::Gt => Comparison::Greater,
            CmpOp::GtE => Comparison::GreaterEqual,
            CmpOp::Is => return self.op_i(loc, Op::IS_OP, 0),
            CmpOp::IsNot => return self.op_i(loc, Op::IS_OP, 1),
            CmpOp::In => return self.op_i(loc, Op::CONTAINS_OP, 0),
            CmpOp::NotIn => return self.op_i(loc, Op::CONTAINS_OP, 1),
        };
        self.op_i(loc, Op::COMPARE_OP, comparison.oparg());
    }

    /// `yield` of the value on top.
    pub(super) fn yield_value(&mut self, loc: Loc) {
        let scope = self.scope();
        if scope.generator && scope.coroutine {
            self.op_i(loc, Op::CALL_INTRINSIC_1, krait_bytecode::Intrinsic1::AsyncGenWrap as u32);
        }
        self.op_i(loc, Op::YIELD_VALUE, 0);
        self.op_i(loc, Op::RESUME, krait_bytecode::resume::AFTER_YIELD);
    }

    /// Runs the iterator on top to its end, passing on what it yields: `yield from` and `await`.
    pub(super) fn yield_from(&mut self, loc: Loc, awaiting: bool) {
        use krait_bytecode::resume;
        let (send, fail, exit) = (self.label(), self.label(), self.label());
        self.place(send);
        self.op_j(loc, Op::SEND, exit);
        // A virtual try/except around the yield, for the StopIteration that close() may raise.
        self.op_j(loc, Op::SETUP_FINALLY, fail);
        self.op_i(loc, Op::YIELD_VALUE, 1);
        self.op(Loc::NONE, Op::POP_BLOCK);
        self.op_i(loc, Op::RESUME, if awaiting { resume::AFTER_AWAIT } else { resume::AFTER_YIELD_FROM });
        self.op_j(loc, Op::JUMP_NO_INTERRUPT, send);
        self.place(fail);
        self.op(loc, Op::CLEANUP_THROW);
        self.place(exit);
        self.op(loc, Op::END_SEND);
    }

    /// `await` of the value on top; `kind` says for whom (0 plain, 1 `__aenter__`, 2 `__aexit__`).
    pub(super) fn await_top(&mut self, loc: Loc, kind: u32) {
        self.op_i(loc, Op::GET_AWAITABLE, kind);
        self.load_none(loc);
        self.yield_from(loc, true);
    }

    pub(super) fn error<T>(&self, loc: Loc, message: impl Into<String>) -> Result<T> {
        Err(CompileError::syntax(message, place(loc)))
    }

    pub(super) fn warn(&mut self, loc: Loc, message: String) {
        if self.muted == 0 {
            self.warnings.push(Warning { message, loc: place(loc) });
        }
    }
}
