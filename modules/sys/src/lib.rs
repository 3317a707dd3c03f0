//! Native modules of the interpreter itself: `builtins`, `sys` and kin. Each stands in a file or folder named after it.

#![deny(unsafe_code)]
#![deny(clippy::indexing_slicing)]

pub mod abc;
pub mod ast;
pub mod atexit;
pub mod builtins;
mod dynamic;
pub mod gc;
pub mod imp;
pub mod marshal;
pub mod opcode;
pub mod string;
pub mod suggestions;
pub mod symtable;
pub mod sys;
pub mod sysconfig;
pub mod tokenize;
pub mod typing;
pub mod warnings;
pub mod weakref;

use krait_runtime::module::ModuleDef;

/// All modules of this crate.
pub static MODULES: &[&ModuleDef] = &[
    &builtins::builtins::MODULE,
    &sys::sys::MODULE,
    &abc::abc::MODULE,
    &atexit::atexit::MODULE,
    &imp::imp::MODULE,
    &marshal::marshal::MODULE,
    &gc::gc::MODULE,
    &string::string::MODULE,
    &suggestions::suggestions::MODULE,
    &sysconfig::sysconfig::MODULE,
    &warnings::warnings::MODULE,
    &weakref::weakref::MODULE,
    &opcode::opcode::MODULE,
    &ast::ast::MODULE,
    &symtable::symtable::MODULE,
    &tokenize::tokenize::MODULE,
    &typing::typing::MODULE,
    &typing::types::MODULE,
];

/// The version of the language and library, as `-V` and `sys.version` say it.
pub const VERSION: &str = "3.14.10";
