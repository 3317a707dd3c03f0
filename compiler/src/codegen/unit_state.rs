//! One code object while its instructions are generated.

use std::collections::BTreeSet;

use krait_bytecode::Const;

use super::emit::Loc;
use super::frame_blocks::FrameBlock;
use crate::instruction_sequence::InstructionSequence;
use crate::names::{NameId, QuickMap};
use crate::symtable::ScopeId;
use crate::unit::Interner;

/// What a code object is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitKind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    Comprehension,
    /// Annotations, type parameters, values of type aliases.
    Annotations,
}

/// Names numbered in order of first mention.
#[derive(Clone, Debug, Default)]
pub(super) struct NameTable {
    numbers: QuickMap<NameId, u32>,
    names: Vec<NameId>,
}

impl NameTable {
    pub(super) fn add(&mut self, name: NameId) -> u32 {
        let next = self.names.len() as u32;
        let number = *self.numbers.entry(name).or_insert(next);
        if number == next {
            self.names.push(name);
        }
        number
    }

    pub(super) fn get(&self, name: NameId) -> Option<u32> {
        self.numbers.get(&name).copied()
    }

    pub(super) fn len(&self) -> u32 {
        self.names.len() as u32
    }

    pub(super) fn names(&self) -> &[NameId] {
        &self.names
    }
}

/// An annotated variable whose annotation is put into `__annotate__` later (PEP 649).
#[derive(Clone, Copy, Debug)]
pub(super) struct DeferredAnnotation<'a> {
    pub(super) name: &'a str,
    pub(super) annotation: &'a krait_syntax::ast::Expr<'a>,
    pub(super) loc: Loc,
    /// Set if it may or may not be executed.
    pub(super) condition: Option<u32>,
}

/// The code object.
#[derive(Debug)]
pub(super) struct UnitState<'a> {
    pub(super) scope: ScopeId,
    pub(super) kind: UnitKind,
    pub(super) name: NameId,
    pub(super) qualname: String,
    pub(super) private: Option<NameId>,
    pub(super) firstlineno: i32,
    pub(super) argcount: u32,
    pub(super) posonlyargcount: u32,
    pub(super) kwonlyargcount: u32,
    pub(super) consts: Interner<Const>,
    pub(super) names: NameTable,
    pub(super) varnames: NameTable,
    pub(super) cellvars: NameTable,
    pub(super) freevars: NameTable,
    pub(super) fasthidden: QuickMap<NameId, bool>,
    pub(super) sequence: InstructionSequence,
    pub(super) blocks: Vec<FrameBlock<'a>>,
    pub(super) has_docstring: bool,
    /// Of a class: attributes that its methods set on `self`.
    pub(super) static_attributes: BTreeSet<String>,
    pub(super) deferred_annotations: Vec<DeferredAnnotation<'a>>,
    pub(super) next_condition: u32,
    pub(super) in_conditional_block: bool,
    /// How many inlined comprehensions surround the current expression.
    pub(super) in_inlined: u32,
    /// A cell that instructions ask for and the symbol table does not know. The code object must not be made then:
    /// it would read past its frame.
    pub(super) missing_cell: Option<NameId>,
}

impl UnitState<'_> {
    pub(super) fn new(scope: ScopeId, kind: UnitKind, name: NameId, firstlineno: i32) -> Self {
        UnitState {
            scope,
            kind,
            name,
            qualname: String::new(),
            private: None,
            firstlineno,
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            consts: Interner::default(),
            names: NameTable::default(),
            varnames: NameTable::default(),
            cellvars: NameTable::default(),
            freevars: NameTable::default(),
            fasthidden: QuickMap::default(),
            sequence: InstructionSequence::new(),
            blocks: Vec::new(),
            has_docstring: false,
            static_attributes: BTreeSet::new(),
            deferred_annotations: Vec::new(),
            next_condition: 0,
            in_conditional_block: false,
            in_inlined: 0,
            missing_cell: None,
        }
    }
}
