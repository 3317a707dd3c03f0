//! The state of code generation and its entry.

use std::collections::HashMap;

use krait_bytecode::{CodeObject, PyString};
use krait_syntax::ast::{Mod, Stmt};

use super::emit::{Loc, loc};
use super::scopes::NewUnit;
use super::unit_state::{UnitKind, UnitState};
use crate::compile::Options;
use crate::error::{CompileError, Depth, Warning};
use crate::future::Future;
use crate::names::{NameId, known};
use crate::symtable::{Scope, SymbolTable};

pub(super) type Result<T = ()> = std::result::Result<T, CompileError>;

/// Generates the code of a whole tree.
pub(crate) fn generate(
    tree: &Mod<'_>,
    table: SymbolTable,
    future: Future,
    options: &Options<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<CodeObject> {
    let top = UnitState::new(SymbolTable::TOP, UnitKind::Module, known::ANGLE_MODULE, 1);
    let mut generator = Generator {
        table,
        unit: top,
        outer: Vec::new(),
        filename: PyString::from(options.filename),
        features: future.features,
        optimize: options.optimize,
        top_level_await: options.top_level_await,
        interactive: matches!(tree, Mod::Interactive { .. }),
        warnings,
        muted: 0,
        depth: Depth::new(options.stack_limit),
        strings: HashMap::new(),
    };
    generator.module(tree)
}

/// The state of code generation.
pub(crate) struct Generator<'a, 'w> {
    pub(super) table: SymbolTable,
    /// The code object being made.
    pub(super) unit: UnitState<'a>,
    /// Those around it, the outermost first.
    pub(super) outer: Vec<UnitState<'a>>,
    pub(super) filename: PyString,
    /// Future features in force.
    pub(super) features: u32,
    pub(super) optimize: u8,
    pub(super) top_level_await: bool,
    pub(super) interactive: bool,
    pub(super) warnings: &'w mut Vec<Warning>,
    /// Above 0 while code is generated a second time, so that no warning comes twice.
    pub(super) muted: u32,
    pub(super) depth: Depth,
    /// Texts of names, shared by all code objects.
    pub(super) strings: HashMap<NameId, PyString>,
}

impl<'a> Generator<'a, '_> {
    /// The scope of the code object being made.
    pub(super) fn scope(&self) -> &Scope {
        self.table.scope(self.unit.scope)
    }

    pub(super) fn string_annotations(&self) -> bool {
        self.features & crate::future::ANNOTATIONS != 0
    }

    pub(super) fn intern(&mut self, text: &str) -> NameId {
        self.table.names.intern(text)
    }

    /// A name's text for the code object.
    pub(super) fn string(&mut self, name: NameId) -> PyString {
        let names = &self.table.names;
        self.strings.entry(name).or_insert_with(|| PyString::from(names.text(name))).clone()
    }

    /// The name as seen from inside the current class.
    pub(super) fn mangle(&mut self, name: NameId) -> NameId {
        self.table.mangle(self.unit.private, self.unit.scope, name)
    }

    fn module(&mut self, tree: &Mod<'a>) -> Result<CodeObject> {
        let new = NewUnit { private: None, argcount: 0, posonlyargcount: 0, kwonlyargcount: 0 };
        self.begin_unit(SymbolTable::TOP, UnitKind::Module, known::ANGLE_MODULE, 1, &new);
        match *tree {
            Mod::Module { body, .. } | Mod::Interactive { body } => {
                self.body(self.start_location(body), body, self.interactive)?;
                self.finish_unit(true)
            }
            Mod::Expression { body } => {
                self.expr(body)?;
                self.finish_unit(false)
            }
            Mod::FunctionType { .. } => Err(CompileError::other(
                crate::error::ErrorKind::Runtime,
                "this compiler does not handle FunctionTypes",
            )),
        }
    }

    fn start_location(&self, body: &[Stmt<'_>]) -> Loc {
        let (rest, pass) = crate::preprocess::effective_body(body, self.optimize);
        pass.or_else(|| rest.first().map(|stmt| stmt.loc)).map_or(Loc::new(1, 1, 0, 0), loc)
    }
}
