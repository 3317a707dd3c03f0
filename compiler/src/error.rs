//! What compiling may report: errors (always fatal) and warnings (for the caller to issue).
//! Nothing here formats tracebacks or reads the source line: the caller knows the file.

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
}

impl CompileError {
    /// A `SyntaxError` at a place.
    pub fn syntax(message: impl Into<String>, loc: Location) -> Self {
        CompileError { kind: ErrorKind::Syntax, message: message.into(), loc }
    }

    /// The error for a tree that is nested too deeply.
    pub fn recursion() -> Self {
        CompileError {
            kind: ErrorKind::Recursion,
            message: "maximum recursion depth exceeded during compilation".to_owned(),
            loc: Location::default(),
        }
    }

    /// An error of another kind, without a place.
    pub fn other(kind: ErrorKind, message: impl Into<String>) -> Self {
        CompileError { kind, message: message.into(), loc: Location::default() }
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
pub(crate) const MAX_DEPTH: u32 = 2_500;

/// Counts nesting, so that a deep tree is an error and not a native stack overflow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Depth(u32);

impl Depth {
    /// One level deeper.
    pub(crate) fn enter(&mut self) -> Result<(), CompileError> {
        self.0 += 1;
        if self.0 > MAX_DEPTH { Err(CompileError::recursion()) } else { Ok(()) }
    }

    /// One level up.
    pub(crate) fn leave(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
