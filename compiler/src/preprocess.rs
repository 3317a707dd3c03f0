//! What 3.14 decides on the tree itself, before any code: constants hidden in names and patterns, docstrings,
//! format strings, and warnings about leaving a `finally` block. The tree is never rebuilt: the passes that follow
//! ask here. All other folding happens on the control-flow graph.

use krait_syntax::ast::{Constant, ExceptHandler, Expr, ExprKind, Location, Stmt, StmtKind, Wtf8};

use crate::error::{CompileError, Depth, Warning};

/// The docstring that a body starts with.
pub(crate) fn docstring<'a>(body: &[Stmt<'a>]) -> Option<(&'a Expr<'a>, Wtf8<'a>)> {
    match body.first()?.node {
        StmtKind::Expr { value } => match value.node {
            ExprKind::Constant { value: Constant::Str(text), .. } => Some((value, text)),
            _ => None,
        },
        _ => None,
    }
}

/// The statements of a body that count: without docstrings from optimisation level 2 on. If nothing is left, the body
/// is a `pass` where the docstring began, whose place is given.
pub(crate) fn effective_body<'s, 'a>(
    body: &'s [Stmt<'a>],
    optimize: u8,
) -> (&'s [Stmt<'a>], Option<Location>) {
    let Some(first) = body.first().filter(|_| optimize >= 2 && docstring(body).is_some()) else {
        return (body, None);
    };
    let rest = body.get(1..).unwrap_or_default();
    let Location { lineno, col_offset, .. } = first.loc;
    let end_col_offset = col_offset.saturating_add(4);
    (rest, rest.is_empty().then_some(Location { end_lineno: lineno, end_col_offset, ..first.loc }))
}

/// The warnings about `return`, `break` and `continue` that leave a `finally` block (PEP 765).
pub(crate) fn finally_warnings(
    body: &[Stmt<'_>],
    depth: Depth,
    warnings: &mut Vec<Warning>,
) -> Result<(), CompileError> {
    let mut walk = FinallyWalk { warnings, depth };
    walk.stmts(body, Inside::default())
}

/// What surrounds a statement, up to the nearest function.
#[derive(Clone, Copy, Default)]
struct Inside {
    /// A `finally` block with no function in between.
    finally: bool,
    /// A loop within that block.
    loop_in_finally: bool,
}

struct FinallyWalk<'w> {
    warnings: &'w mut Vec<Warning>,
    depth: Depth,
}

impl FinallyWalk<'_> {
    fn stmts(&mut self, stmts: &[Stmt<'_>], inside: Inside) -> Result<(), CompileError> {
        self.depth.enter()?;
        stmts.iter().try_for_each(|stmt| self.stmt(stmt, inside))?;
        self.depth.leave();
        Ok(())
    }

    fn warn(&mut self, word: &str, stmt: &Stmt<'_>) {
        self.warnings.push(Warning { message: format!("'{word}' in a 'finally' block"), loc: stmt.loc });
    }

    fn handlers(&mut self, handlers: &[ExceptHandler<'_>], inside: Inside) -> Result<(), CompileError> {
        handlers.iter().try_for_each(|handler| self.stmts(handler.body, inside))
    }

    fn stmt(&mut self, stmt: &Stmt<'_>, inside: Inside) -> Result<(), CompileError> {
        let in_loop = Inside { loop_in_finally: true, ..inside };
        match stmt.node {
            StmtKind::FunctionDef(def) | StmtKind::AsyncFunctionDef(def) => {
                self.stmts(def.body, Inside::default())
            }
            StmtKind::ClassDef(def) => self.stmts(def.body, inside),
            StmtKind::For(node) | StmtKind::AsyncFor(node) => {
                self.stmts(node.body, in_loop)?;
                self.stmts(node.orelse, inside)
            }
            StmtKind::While { body, orelse, .. } => {
                self.stmts(body, in_loop)?;
                self.stmts(orelse, inside)
            }
            StmtKind::If { body, orelse, .. } => {
                self.stmts(body, inside)?;
                self.stmts(orelse, inside)
            }
            StmtKind::With { body, .. } | StmtKind::AsyncWith { body, .. } => self.stmts(body, inside),
            StmtKind::Match { cases, .. } => cases.iter().try_for_each(|case| self.stmts(case.body, inside)),
            StmtKind::Try(node) | StmtKind::TryStar(node) => {
                self.stmts(node.body, inside)?;
                self.handlers(node.handlers, inside)?;
                self.stmts(node.orelse, inside)?;
                self.stmts(node.finalbody, Inside { finally: true, loop_in_finally: false })
            }
            StmtKind::Return { .. } if inside.finally => {
                self.warn("return", stmt);
                Ok(())
            }
            StmtKind::Break if inside.finally && !inside.loop_in_finally => {
                self.warn("break", stmt);
                Ok(())
            }
            StmtKind::Continue if inside.finally && !inside.loop_in_finally => {
                self.warn("continue", stmt);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// One piece of a `%` format that becomes a joined string.
pub(crate) enum FormatPiece<'a> {
    /// Literal text.
    Text(String),
    /// A value with its conversion (`s`, `r` or `a`) and format specification.
    Value { value: &'a Expr<'a>, conversion: u8, spec: Option<String> },
}

/// `'…%s…' % (a, b)` as the pieces of a joined string, if the format is simple enough: conversions `s`, `r`, `a`,
/// with `-` as the only flag, width and precision, and as many values as conversions.
pub(crate) fn percent_format<'a>(left: &Expr<'a>, right: &Expr<'a>) -> Option<Vec<FormatPiece<'a>>> {
    let ExprKind::Constant { value: Constant::Str(format), .. } = left.node else { return None };
    let ExprKind::Tuple { elts, .. } = right.node else { return None };
    if elts.iter().any(|elt| matches!(elt.node, ExprKind::Starred { .. })) {
        return None;
    }
    let format = format.to_text()?;
    let mut pieces = Vec::new();
    let mut values = elts.iter();
    let mut chars = format.chars().peekable();
    loop {
        let mut text = String::new();
        let mut more = false;
        while let Some(c) = chars.next() {
            if c != '%' {
                text.push(c);
            } else if chars.peek() == Some(&'%') {
                chars.next();
                text.push('%');
            } else {
                more = true;
                break;
            }
        }
        if !text.is_empty() {
            pieces.push(FormatPiece::Text(text));
        }
        if !more {
            break;
        }
        // The conversion after '%'.
        let mut left_adjusted = false;
        let mut c = chars.next()?;
        loop {
            match c {
                '-' => left_adjusted = true,
                '+' | ' ' | '#' | '0' => return None,
                _ => break,
            }
            c = chars.next()?;
        }
        let mut number = |c: &mut char| -> Option<Option<u32>> {
            let mut digits = 0;
            let mut value = 0;
            while let Some(digit) = c.to_digit(10).filter(|_| c.is_ascii_digit()) {
                value = value * 10 + digit;
                digits += 1;
                // Three digits or more are left to run time.
                if digits >= 3 {
                    return None;
                }
                *c = chars.next()?;
            }
            Some((digits > 0).then_some(value))
        };
        let width = number(&mut c)?;
        let mut precision = None;
        if c == '.' {
            c = chars.next()?;
            let mut number = |c: &mut char| -> Option<u32> {
                let mut digits = 0;
                let mut value = 0;
                while let Some(digit) = c.to_digit(10).filter(|_| c.is_ascii_digit()) {
                    value = value * 10 + digit;
                    digits += 1;
                    if digits >= 3 {
                        return None;
                    }
                    *c = chars.next()?;
                }
                Some(value)
            };
            precision = Some(number(&mut c)?);
        }
        if !matches!(c, 's' | 'r' | 'a') {
            return None;
        }
        let value = values.next()?;
        let mut spec = String::new();
        if let Some(width) = width.filter(|&width| width > 0) {
            if !left_adjusted {
                spec.push('>');
            }
            spec.push_str(&width.to_string());
        }
        if let Some(precision) = precision {
            spec.push('.');
            spec.push_str(&precision.to_string());
        }
        let spec = (!spec.is_empty()).then_some(spec);
        pieces.push(FormatPiece::Value { value, conversion: c as u8, spec });
    }
    if values.next().is_some() { None } else { Some(pieces) }
}
