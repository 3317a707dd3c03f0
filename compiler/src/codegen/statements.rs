//! Statements: dispatch, and the simple ones.

use krait_bytecode::{CommonConstant, Intrinsic1};
use krait_syntax::ast::{Constant, Expr, ExprContext, ExprKind, Stmt, StmtKind};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use super::unit_state::UnitKind;
use crate::names::known;
use crate::preprocess::{docstring, effective_body};

impl<'a> Generator<'a, '_> {
    pub(super) fn stmts(&mut self, stmts: &'a [Stmt<'a>]) -> Result {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// The statements after a docstring. If that was removed, a second string must not seem to be one: it is evaluated.
    pub(super) fn stmts_without_docstring(&mut self, stmts: &'a [Stmt<'a>], removed: bool) -> Result {
        let Some((node, _)) = docstring(stmts).filter(|_| removed) else { return self.stmts(stmts) };
        self.expr(node)?;
        self.op(Loc::NONE, Op::POP_TOP);
        self.stmts(stmts.get(1..).unwrap_or_default())
    }

    /// Statements that may not be executed.
    pub(super) fn conditional(&mut self, stmts: &'a [Stmt<'a>]) -> Result {
        let before = std::mem::replace(&mut self.unit.in_conditional_block, true);
        self.stmts(stmts)?;
        self.unit.in_conditional_block = before;
        Ok(())
    }

    /// The body of a module or class.
    pub(super) fn body(&mut self, start: Loc, body: &'a [Stmt<'a>], interactive: bool) -> Result {
        let conditional = self.scope().has_conditional_annotations;
        if conditional {
            self.op_i(start, Op::BUILD_SET, 0);
            if self.unit.kind == UnitKind::Class {
                self.store_class_cell(start, known::CONDITIONAL_ANNOTATIONS);
            } else {
                self.store(start, known::CONDITIONAL_ANNOTATIONS);
            }
        }
        if self.string_annotations() && self.scope().annotation_block.is_some() {
            self.op(start, Op::SETUP_ANNOTATIONS);
        }
        if body.is_empty() {
            return Ok(());
        }
        let (mut rest, only_docstring) = effective_body(body, self.optimize);
        if let Some(pass) = only_docstring {
            self.op(loc(pass), Op::NOP);
        }
        if !interactive
            && rest.len() == body.len()
            && let Some((node, text)) = docstring(rest)
        {
            rest = rest.get(1..).unwrap_or_default();
            let text = super::constants::clean_docstring(text);
            self.load_const(loc(node.loc), krait_bytecode::Const::Str(text));
            self.store(Loc::NONE, known::DOC);
        }
        let removed = self.optimize >= 2 && docstring(body).is_some();
        self.stmts_without_docstring(rest, removed)?;
        if !self.string_annotations() {
            self.deferred_annotations(start)?;
        }
        Ok(())
    }

    pub(super) fn stmt(&mut self, stmt: &'a Stmt<'a>) -> Result {
        self.depth.enter()?;
        self.stmt_kind(stmt)?;
        self.depth.leave();
        Ok(())
    }

    fn stmt_kind(&mut self, stmt: &'a Stmt<'a>) -> Result {
        let at = loc(stmt.loc);
        match stmt.node {
            StmtKind::FunctionDef(def) => self.function(stmt, def, false),
            StmtKind::AsyncFunctionDef(def) => self.function(stmt, def, true),
            StmtKind::ClassDef(def) => self.class(stmt, def),
            StmtKind::TypeAlias { name, type_params, value } => {
                self.type_alias(stmt, name, type_params, value)
            }
            StmtKind::Return { value } => self.return_statement(at, value),
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.expr(value)?;
                for (number, target) in targets.iter().enumerate() {
                    if number + 1 < targets.len() {
                        self.op_i(at, Op::COPY, 1);
                    }
                    self.expr(target)?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.augmented_assignment(at, target, op, value),
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated_assignment(at, target, annotation, value, simple != 0)
            }
            StmtKind::For(node) => self.for_loop(at, node),
            StmtKind::AsyncFor(node) => self.async_for_loop(at, node),
            StmtKind::While { test, body, orelse } => self.while_loop(at, test, body, orelse),
            StmtKind::If { test, body, orelse } => self.if_statement(test, body, orelse),
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases),
            StmtKind::Raise { exc, cause } => {
                let mut count = 0;
                if let Some(exc) = exc {
                    self.expr(exc)?;
                    count += 1;
                    if let Some(cause) = cause {
                        self.expr(cause)?;
                        count += 1;
                    }
                }
                self.op_i(at, Op::RAISE_VARARGS, count);
                Ok(())
            }
            StmtKind::Try(node) if node.finalbody.is_empty() => self.try_except(at, node),
            StmtKind::Try(node) => self.try_finally(at, node, false),
            StmtKind::TryStar(node) if node.finalbody.is_empty() => self.try_star(at, node),
            StmtKind::TryStar(node) => self.try_finally(at, node, true),
            StmtKind::Assert { test, msg } => self.assert_statement(at, test, msg),
            StmtKind::Import { names } => self.import(at, names),
            StmtKind::ImportFrom { module, names, level } => self.import_from(at, module, names, level),
            StmtKind::Global { .. } | StmtKind::Nonlocal { .. } => Ok(()),
            StmtKind::Expr { value } => self.expression_statement(at, value),
            StmtKind::Pass => {
                self.op(at, Op::NOP);
                Ok(())
            }
            StmtKind::Break => self.break_statement(at),
            StmtKind::Continue => self.continue_statement(at),
            StmtKind::With { items, body, .. } => self.with_statement(items, body, false),
            StmtKind::AsyncWith { items, body, .. } => self.with_statement(items, body, true),
        }
    }

    fn expression_statement(&mut self, at: Loc, value: &'a Expr<'a>) -> Result {
        if self.interactive && self.unit.kind == UnitKind::Module {
            self.expr(value)?;
            self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::Print as u32);
            self.op(Loc::NONE, Op::POP_TOP);
            return Ok(());
        }
        if self.constant_value(value).is_some() {
            self.op(at, Op::NOP);
            return Ok(());
        }
        self.expr(value)?;
        self.op(Loc::NONE, Op::POP_TOP);
        Ok(())
    }

    fn return_statement(&mut self, at: Loc, value: Option<&'a Expr<'a>>) -> Result {
        let scope = self.scope();
        if !scope.is_function_like() {
            return self.error(at, "'return' outside function");
        }
        if value.is_some() && scope.coroutine && scope.generator {
            return self.error(at, "'return' with value in async generator");
        }
        let constant = value.and_then(|value| self.constant_value(value));
        let keep_top = value.is_some() && constant.is_none();
        let mut here = at;
        if let Some(value) = value {
            if keep_top {
                self.expr(value)?;
            } else {
                here = loc(value.loc);
                self.op(here, Op::NOP);
            }
        }
        if value.is_none_or(|value| value.loc.lineno != at.line) {
            here = at;
            self.op(here, Op::NOP);
        }
        self.unwind_all(&mut here, keep_top, false)?;
        if value.is_none() {
            self.load_none(here);
        } else if let Some(constant) = constant {
            self.load_const(here, constant);
        }
        self.op(here, Op::RETURN_VALUE);
        Ok(())
    }

    fn break_statement(&mut self, at: Loc) -> Result {
        let mut here = at;
        self.op(here, Op::NOP);
        let Some(block) = self.unwind_all(&mut here, false, true)? else {
            return self.error(at, "'break' outside loop");
        };
        self.unwind(&mut here, &block, false)?;
        if let Some(exit) = block.exit {
            self.op_j(here, Op::JUMP, exit);
        }
        Ok(())
    }

    fn continue_statement(&mut self, at: Loc) -> Result {
        let mut here = at;
        self.op(here, Op::NOP);
        let Some(block) = self.unwind_all(&mut here, false, true)? else {
            return self.error(at, "'continue' not properly in loop");
        };
        self.op_j(here, Op::JUMP, block.start);
        Ok(())
    }

    fn if_statement(&mut self, test: &'a Expr<'a>, body: &'a [Stmt<'a>], orelse: &'a [Stmt<'a>]) -> Result {
        let end = self.label();
        let next = if orelse.is_empty() { end } else { self.label() };
        self.jump_if(test, next, false)?;
        self.conditional(body)?;
        if !orelse.is_empty() {
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
            self.place(next);
            self.conditional(orelse)?;
        }
        self.place(end);
        Ok(())
    }

    fn assert_statement(&mut self, at: Loc, test: &'a Expr<'a>, msg: Option<&'a Expr<'a>>) -> Result {
        let always_true = match test.node {
            ExprKind::Tuple { elts, .. } => !elts.is_empty(),
            ExprKind::Constant { value: Constant::Tuple(items), .. } => !items.is_empty(),
            _ => false,
        };
        if always_true {
            self.warn(at, "assertion is always true, perhaps remove parentheses?".to_owned());
        }
        if self.optimize > 0 {
            return Ok(());
        }
        let end = self.label();
        self.jump_if(test, end, true)?;
        self.op_i(at, Op::LOAD_COMMON_CONSTANT, CommonConstant::AssertionError as u32);
        if let Some(msg) = msg {
            self.expr(msg)?;
            self.op_i(at, Op::CALL, 0);
        }
        self.op_i(loc(test.loc), Op::RAISE_VARARGS, 1);
        self.place(end);
        Ok(())
    }

    /// The value of a constant expression, as the tree has it (nothing is folded here). `__debug__` is one.
    pub(super) fn constant_value(&self, expr: &Expr<'_>) -> Option<krait_bytecode::Const> {
        match expr.node {
            ExprKind::Constant { ref value, .. } => Some(super::constants::constant(value)),
            ExprKind::Name { id: "__debug__", ctx: ExprContext::Load } => {
                Some(krait_bytecode::Const::Bool(self.optimize == 0))
            }
            _ => None,
        }
    }
}
