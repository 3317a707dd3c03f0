//! The symbol table: for each scope of a program, what every name in it means. It is made in two passes over the
//! scopes: [`build`] walks the tree and notes what each scope does with each name, `analyze` then decides where
//! each name lives. Code generation and the module `symtable` read the result.

mod analyze;
mod arguments;
mod build;
mod comprehensions;
mod expressions;
mod flags;
mod scope;
mod statements;

pub(crate) use build::build;
pub use flags::*;
pub use scope::{ComprehensionKind, NodeKey, NodeRole, Scope, ScopeId, ScopeKind, SymbolTable, Symbols};
