//! Symbol table, code generation, control-flow-graph optimiser, assembler: AST in, code out. Knows no Python object.
#![forbid(unsafe_code)]

mod assemble;
mod flowgraph;
pub mod instruction_sequence;
mod unit;

pub use instruction_sequence::{ExceptHandler, Instr, InstructionSequence, Label};
pub use unit::{AssembleError, Interner, Unit, optimize_and_assemble};
