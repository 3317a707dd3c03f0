//! Symbol table, code generation, control-flow-graph optimiser, assembler: AST in, code out. Knows no Python object.
#![forbid(unsafe_code)]

mod assemble;
mod codegen;
mod compile;
mod error;
mod flowgraph;
pub mod future;
pub mod instruction_sequence;
mod names;
mod optimize_tree;
mod preprocess;
pub mod symtable;
mod unit;
mod unparse;

pub use compile::{Options, compile, optimized_tree, symbol_table};
pub use error::{CompileError, ErrorKind, Warning};
pub use instruction_sequence::{ExceptHandler, Instr, InstructionSequence, Label};
pub use names::{NameId, Names};
pub use unit::{AssembleError, Interner, Unit, optimize_and_assemble};
