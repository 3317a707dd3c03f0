//! Symbol table, code generation, control-flow-graph optimiser, assembler: AST in, code out. Knows no Python object.
#![forbid(unsafe_code)]

pub mod instruction_sequence;
mod unit;

pub use instruction_sequence::{ExceptHandler, Instr, InstructionSequence, Label};
pub use unit::{AssembleError, Interner, Unit};
