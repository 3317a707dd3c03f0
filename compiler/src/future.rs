//! `from __future__` statements: which features they switch on, and the errors of those misplaced or unknown.

use krait_syntax::ast::{Location, Mod, StmtKind};

use crate::error::CompileError;
use crate::preprocess::docstring;

/// `CO_FUTURE_BARRY_AS_BDFL` of `__future__`.
pub const BARRY_AS_BDFL: u32 = 0x40_0000;
/// `CO_FUTURE_GENERATOR_STOP` of `__future__`.
pub const GENERATOR_STOP: u32 = 0x80_0000;
/// `CO_FUTURE_ANNOTATIONS` of `__future__`: annotations become strings (PEP 563).
pub const ANNOTATIONS: u32 = 0x100_0000;

/// What the future statements of a module say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Future {
    /// The flags switched on.
    pub features: u32,
    /// Where the last valid future statement stands: a later one elsewhere is an error.
    pub last: Option<Location>,
}

/// Reads the future statements at the head of a tree.
pub fn future_features(tree: &Mod<'_>) -> Result<Future, CompileError> {
    let mut future = Future::default();
    let body = match *tree {
        Mod::Module { body, .. } | Mod::Interactive { body } => body,
        _ => return Ok(future),
    };
    // One docstring may stand before them, and nothing else.
    let rest = if docstring(body).is_some() { body.get(1..).unwrap_or_default() } else { body };
    for stmt in rest {
        let StmtKind::ImportFrom { module: Some("__future__"), names, level: None | Some(0) } = stmt.node
        else {
            break;
        };
        for alias in names {
            future.features |= match alias.name {
                "nested_scopes" | "generators" | "division" | "absolute_import" | "with_statement"
                | "print_function" | "unicode_literals" | "generator_stop" => 0,
                "barry_as_FLUFL" => BARRY_AS_BDFL,
                "annotations" => ANNOTATIONS,
                "braces" => return Err(CompileError::syntax("not a chance", alias.loc)),
                name => {
                    let message = format!("future feature {name:.100} is not defined");
                    return Err(CompileError::syntax(message, alias.loc));
                }
            };
        }
        future.last = Some(stmt.loc);
    }
    Ok(future)
}
