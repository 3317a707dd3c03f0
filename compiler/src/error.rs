//! What compiling may report: errors (always fatal) and warnings (for the caller to issue).
//! Nothing here formats tracebacks or reads the source line: the caller knows the file.

use krait_syntax::StackLimit;
use krait_syntax::ast::Location;

/// Which exception a failed compilation raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// `SyntaxError`, with a place in the source.
    Syntax,
    /// `RecursionError`: the tree is nested too deeply.
    Recursion,
    /// `SystemError`: the tree (made by user code) or the compiler is inconsistent.
    System,
    /// `ValueError`: the tree (made by user code) holds what source cannot.
    Value,
    /// `OverflowError`: a table of the code object would be too large.
    Overflow,
    /// `MemoryError`.
    Memory,
    /// `RuntimeError`: the tree is of a kind that cannot be compiled.
    Runtime,
}

/// A failed compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// The exception's type.
    pub kind: ErrorKind,
    /// The exception's text.
    pub message: String,
    /// Where; columns count bytes from 0 (`SyntaxError.offset` counts from 1). All zero without a place.
    pub loc: Location,
    /// Whether the symbol table found it: the exception's `args` then hold the message alone.
    pub of_symbols: bool,
}

impl CompileError {
    /// A `SyntaxError` at a place.
    pub fn syntax(message: impl Into<String>, loc: Location) -> Self {
        CompileError { kind: ErrorKind::Syntax, message: message.into(), loc, of_symbols: false }
    }

    /// The error for a tree that is nested too deeply.
    pub fn recursion() -> Self {
        CompileError::other(ErrorKind::Recursion, "maximum recursion depth exceeded during compilation")
    }

    /// An error of another kind, without a place.
    pub fn other(kind: ErrorKind, message: impl Into<String>) -> Self {
        CompileError { kind, message: message.into(), loc: Location::default(), of_symbols: false }
    }
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CompileError {}

/// A `SyntaxWarning` that compiling wants issued.
/// If the caller's filters turn it into an error, it becomes a `SyntaxError` at the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The warning's text.
    pub message: String,
    /// Where.
    pub loc: Location,
}

/// The depth to which trees may nest before compiling gives up.
const MAX_DEPTH: u32 = 6_000;
/// The same where nobody knows how much stack there is.
const CAREFUL_DEPTH: u32 = 2_500;

/// Counts nesting, so that a deep tree is an error and not a native stack overflow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Depth {
    level: u32,
    limit: StackLimit,
}

impl Depth {
    /// No depth yet.
    pub(crate) fn new(limit: StackLimit) -> Self {
        Depth { level: 0, limit }
    }

    /// No depth yet, on the same stack.
    pub(crate) fn anew(self) -> Self {
        Depth::new(self.limit)
    }

    /// One level deeper.
    pub(crate) fn enter(&mut self) -> Result<(), CompileError> {
        self.level += 1;
        let deepest = if self.limit == StackLimit::default() { CAREFUL_DEPTH } else { MAX_DEPTH };
        if self.level > deepest || self.limit.reached() { Err(CompileError::recursion()) } else { Ok(()) }
    }

    /// One level up.
    pub(crate) fn leave(&mut self) {
        self.level = self.level.saturating_sub(1);
    }
}
