//! A code object's data: what the compiler makes, marshal stores, and the runtime turns into a Python object.

use std::hash::{Hash, Hasher};

use crate::{Const, PyString};

/// All that a code object is made of. Equality compares everything (CPython's leaves out only what follows from the rest).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CodeObject {
    /// Number of positional parameters, defaults and positional-only ones included.
    pub argcount: u32,
    /// Number of positional-only parameters.
    pub posonlyargcount: u32,
    /// Number of keyword-only parameters.
    pub kwonlyargcount: u32,
    /// Evaluation-stack slots needed.
    pub stacksize: u32,
    /// [`CodeFlags`] bits.
    pub flags: u32,
    /// First source line.
    pub firstlineno: i32,
    /// The instructions: two bytes each, inline caches included.
    pub code: Vec<u8>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Names used by attribute, global and name instructions.
    pub names: Vec<PyString>,
    /// Names of all frame slots: locals, cells, free variables.
    pub localsplusnames: Vec<PyString>,
    /// For each slot its [`LocalKind`] bits.
    pub localspluskinds: Vec<u8>,
    /// Source file.
    pub filename: PyString,
    /// Name.
    pub name: PyString,
    /// Qualified name.
    pub qualname: PyString,
    /// Positions (the location table).
    pub linetable: Vec<u8>,
    /// Protected regions (the exception table).
    pub exceptiontable: Vec<u8>,
}

impl CodeObject {
    fn slots_of(&self, kind: u8) -> impl Iterator<Item = &PyString> {
        self.localsplusnames
            .iter()
            .zip(&self.localspluskinds)
            .filter(move |&(_, &bits)| bits & kind != 0)
            .map(|(name, _)| name)
    }

    /// `co_varnames`
    pub fn varnames(&self) -> impl Iterator<Item = &PyString> {
        self.slots_of(LocalKind::LOCAL)
    }

    /// `co_cellvars`
    pub fn cellvars(&self) -> impl Iterator<Item = &PyString> {
        self.slots_of(LocalKind::CELL)
    }

    /// `co_freevars`
    pub fn freevars(&self) -> impl Iterator<Item = &PyString> {
        self.slots_of(LocalKind::FREE)
    }
}

impl Hash for CodeObject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.name, self.firstlineno, &self.code, &self.linetable).hash(state);
    }
}

/// Bits of `co_flags`.
pub struct CodeFlags;

#[allow(missing_docs)]
impl CodeFlags {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const NO_MONITORING_EVENTS: u32 = 0x40;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const FUTURE_DIVISION: u32 = 0x2_0000;
    pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x4_0000;
    pub const FUTURE_WITH_STATEMENT: u32 = 0x8_0000;
    pub const FUTURE_PRINT_FUNCTION: u32 = 0x10_0000;
    pub const FUTURE_UNICODE_LITERALS: u32 = 0x20_0000;
    pub const FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;
    pub const FUTURE_GENERATOR_STOP: u32 = 0x80_0000;
    pub const FUTURE_ANNOTATIONS: u32 = 0x100_0000;
    pub const HAS_DOCSTRING: u32 = 0x400_0000;
    pub const METHOD: u32 = 0x800_0000;
}

/// Bits of a frame slot's kind.
pub struct LocalKind;

impl LocalKind {
    /// Positional parameter.
    pub const ARG_POS: u8 = 0x02;
    /// Keyword parameter.
    pub const ARG_KW: u8 = 0x04;
    /// `*args` or `**kwargs`.
    pub const ARG_VAR: u8 = 0x08;
    /// Any parameter.
    pub const ARG: u8 = Self::ARG_POS | Self::ARG_KW | Self::ARG_VAR;
    /// Local of an inlined comprehension at class or module level: not part of `locals()`.
    pub const HIDDEN: u8 = 0x10;
    /// Local variable.
    pub const LOCAL: u8 = 0x20;
    /// Cell variable.
    pub const CELL: u8 = 0x40;
    /// Free variable.
    pub const FREE: u8 = 0x80;
}
