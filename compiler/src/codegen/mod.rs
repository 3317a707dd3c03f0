//! Code generation: from the tree and its symbol table to one instruction sequence for each code object, which the
//! flow graph then optimises. No optimisation happens here except where 3.14 does it in its own generator.

mod annotations;
mod assignment;
mod calls;
mod classes;
mod collections;
mod comprehensions;
mod conditions;
mod constants;
mod emit;
mod exceptions;
mod expressions;
mod format_strings;
mod frame_blocks;
mod functions;
mod generator;
mod imports;
mod literal_warnings;
mod loops;
mod names;
mod patterns;
mod scopes;
mod statements;
mod type_params;
mod unit_state;
mod with_statement;

pub(crate) use constants::constant;
pub(crate) use generator::generate;
