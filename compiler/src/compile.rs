//! The crate's entry: a tree becomes a code object, through all passes in CPython's order.

use bumpalo::Bump;
use krait_bytecode::{CodeFlags, CodeObject};
use krait_syntax::StackLimit;
use krait_syntax::ast::Mod;

use crate::error::{CompileError, Depth, Warning};
use crate::{codegen, future, optimize_tree, preprocess, symtable};

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// The file name in the code objects.
    pub filename: &'a str,
    /// 0; 1 as with `-O` (no assertions); 2 as with `-OO` (no docstrings either).
    pub optimize: u8,
    /// Future features that the caller has in force already (`CO_FUTURE_…` bits).
    pub features: u32,
    /// `ast.PyCF_ALLOW_TOP_LEVEL_AWAIT`.
    pub top_level_await: bool,
    /// Where the native stack has to end.
    pub stack_limit: StackLimit,
}

/// Compiles a tree. Warnings are appended to `warnings` also when an error comes after them.
pub fn compile(
    tree: &Mod<'_>,
    options: &Options<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<CodeObject, CompileError> {
    let (table, future) = symbol_table(tree, options, warnings)?;
    codegen::generate(tree, table, future, options, warnings)
}

/// The symbol table of a tree alone, for module `symtable`.
pub fn symbol_table(
    tree: &Mod<'_>,
    options: &Options<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(symtable::SymbolTable, future::Future), CompileError> {
    let future = future::future_features(tree).map_err(of_symbols)?;
    if let Mod::Module { body, .. } | Mod::Interactive { body } = *tree {
        preprocess::finally_warnings(body, Depth::new(options.stack_limit), warnings)?;
    }
    let in_force = future::Future { features: options.features | future.features, ..future };
    let table = symtable::build(tree, &in_force, options).map_err(of_symbols)?;
    Ok((table, in_force))
}

fn of_symbols(error: CompileError) -> CompileError {
    CompileError { of_symbols: true, ..error }
}

/// The tree as `ast.parse(…, optimize=…)` shows it.
pub fn optimized_tree<'a>(
    arena: &'a Bump,
    tree: &Mod<'a>,
    options: &Options<'_>,
) -> Result<Mod<'a>, CompileError> {
    let features = options.features | future::future_features(tree).map_err(of_symbols)?.features;
    let lazy = features & CodeFlags::FUTURE_ANNOTATIONS != 0;
    optimize_tree::optimize_tree(arena, tree, options, lazy)
}
