//! What code generation knows about a code object besides its instructions: the interface between the crate's two
//! halves. `Unit` in, `CodeObject` out.

use std::collections::HashMap;
use std::fmt;

use krait_bytecode::{CodeObject, Const, PyString};

use crate::instruction_sequence::InstructionSequence;

/// Values numbered in the order of their first mention.
#[derive(Clone, Debug)]
pub struct Interner<T> {
    numbers: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interner<T> {
    /// The number of a value, which becomes the next one if it is new.
    pub fn intern(&mut self, value: T) -> u32 {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        let number = self.values.len() as u32;
        self.numbers.insert(value.clone(), number);
        self.values.push(value);
        number
    }

    /// Adds a value even if an equal one is there.
    pub fn push(&mut self, value: T) -> u32 {
        let number = self.values.len() as u32;
        self.values.push(value);
        number
    }

    /// The number of a value already there.
    #[must_use]
    pub fn get<Q>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        self.numbers.get(value).copied()
    }

    /// The values in order.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values in order, by value.
    #[must_use]
    pub fn into_values(self) -> Vec<T> {
        self.values
    }
}

impl<T: Clone + Eq + std::hash::Hash> FromIterator<T> for Interner<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut interner = Self::default();
        for value in values {
            interner.intern(value);
        }
        interner
    }
}

/// A code object before its instructions are optimised and assembled. While code is generated, free variables are numbered
/// after the cells: operand of a `FREE` instruction = index in `cellvars`, or `cellvars.len()` + index in `freevars`.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// Name.
    pub name: PyString,
    /// Qualified name.
    pub qualname: PyString,
    /// Source file.
    pub filename: PyString,
    /// `co_flags`, complete.
    pub flags: u32,
    /// `co_firstlineno`.
    pub firstlineno: i32,
    /// Positional parameters **without** the positional-only ones.
    pub argcount: u32,
    /// Positional-only parameters.
    pub posonlyargcount: u32,
    /// Keyword-only parameters.
    pub kwonlyargcount: u32,
    /// Constants, numbered as `LOAD_CONST` operands are.
    pub consts: Interner<Const>,
    /// Names, numbered as name operands are.
    pub names: Interner<PyString>,
    /// Local variables, parameters first.
    pub varnames: Interner<PyString>,
    /// Cell variables (a parameter that is one occurs in `varnames` too).
    pub cellvars: Interner<PyString>,
    /// Free variables.
    pub freevars: Interner<PyString>,
    /// Locals of inlined comprehensions outside functions: "fast" though the scope is not; true while hidden.
    pub fasthidden: HashMap<PyString, bool>,
    /// The instructions.
    pub sequence: InstructionSequence,
}

/// Why a unit cannot become a code object. Never the program's fault, except for sizes beyond all limits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AssembleError {
    /// CPython's `SystemError` with this message.
    System(String),
    /// CPython's `ValueError` with this message.
    Value(String),
    /// CPython's `OverflowError` with this message.
    Overflow(String),
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(message) | Self::Value(message) | Self::Overflow(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for AssembleError {}

/// Optimises a unit's instructions and assembles the code object.
///
/// # Errors
/// If the instructions do not fit together, or a table grows beyond its limits.
pub fn optimize_and_assemble(unit: Unit) -> Result<CodeObject, AssembleError> {
    let optimized = crate::flowgraph::optimize(unit)?;
    crate::assemble::assemble(optimized)
}
