//! Expressions back to text, as `from __future__ import annotations` stores annotations (PEP 563).
//! Parentheses come from precedence alone, so the text need not equal the source.

use krait_bytecode::PyString;
use krait_syntax::ast::Expr;

use crate::error::CompileError;

/// The text of an expression.
pub(crate) fn expression(_expr: &Expr<'_>) -> Result<PyString, CompileError> {
    Err(CompileError::other(crate::error::ErrorKind::System, "annotations as text: not there yet"))
}
