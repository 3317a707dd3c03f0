//! The first pass over statements: which names they bind, which scopes they open.

use krait_syntax::ast::{
    Alias, ClassDef, ExceptHandler, Expr, ExprKind, FunctionDef, Location, MatchCase, Pattern, PatternKind,
    Stmt, StmtKind, Try, TypeParam, TypeParamKind,
};

use super::build::{Builder, Result};
use super::flags::*;
use super::scope::{NodeKey, NodeRole, ScopeKind};
use crate::error::CompileError;
use crate::names::{NameId, known};
use crate::preprocess::effective_body;

impl Builder {
    /// The body of a module, class or function.
    pub(super) fn body(&mut self, body: &[Stmt<'_>]) -> Result {
        self.stmts(effective_body(body, self.optimize).0)
    }

    fn stmts(&mut self, stmts: &[Stmt<'_>]) -> Result {
        stmts.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// Statements that may not be executed.
    fn conditional(&mut self, stmts: &[Stmt<'_>]) -> Result {
        let before = std::mem::replace(&mut self.scope_mut().in_conditional_block, true);
        self.stmts(stmts)?;
        self.scope_mut().in_conditional_block = before;
        Ok(())
    }

    fn stmt(&mut self, stmt: &Stmt<'_>) -> Result {
        self.depth.enter()?;
        self.stmt_kind(stmt)?;
        self.depth.leave();
        Ok(())
    }

    fn stmt_kind(&mut self, stmt: &Stmt<'_>) -> Result {
        let loc = stmt.loc;
        match stmt.node {
            StmtKind::FunctionDef(def) => self.function(def, loc, false),
            StmtKind::AsyncFunctionDef(def) => self.function(def, loc, true),
            StmtKind::ClassDef(def) => self.class(def, loc),
            StmtKind::TypeAlias { name, type_params, value } => {
                self.type_alias(stmt, name, type_params, value)
            }
            StmtKind::Return { value } => {
                if let Some(value) = value {
                    self.expr(value)?;
                    self.scope_mut().returns_value = true;
                }
                Ok(())
            }
            StmtKind::Delete { targets } => self.exprs(targets),
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(target, annotation, value, simple != 0, loc)
            }
            StmtKind::For(node) => {
                self.expr(node.target)?;
                self.expr(node.iter)?;
                self.conditional(node.body)?;
                self.conditional(node.orelse)
            }
            StmtKind::AsyncFor(node) => {
                self.allow_module_coroutine();
                if !self.scope().coroutine {
                    return Err(CompileError::syntax("'async for' outside async function", loc));
                }
                self.expr(node.target)?;
                self.expr(node.iter)?;
                self.conditional(node.body)?;
                self.conditional(node.orelse)
            }
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.conditional(body)?;
                self.conditional(orelse)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                cases.iter().try_for_each(|case| self.match_case(case))
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc)?;
                if exc.is_some() { self.optional(cause) } else { Ok(()) }
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => self.try_statement(node),
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.optional(msg)
            }
            StmtKind::Import { names } => names.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::ImportFrom { module, names, level } => {
                names.iter().try_for_each(|alias| self.alias(alias))?;
                let here = (loc.lineno, loc.col_offset);
                if module == Some("__future__")
                    && level.unwrap_or(0) == 0
                    && self.last_future.is_none_or(|last| here > (last.lineno, last.col_offset))
                {
                    let message = "from __future__ imports must occur at the beginning of the file";
                    return Err(CompileError::syntax(message, loc));
                }
                Ok(())
            }
            StmtKind::Global { names } => self.declaration(names, loc, DEF_GLOBAL, "global"),
            StmtKind::Nonlocal { names } => self.declaration(names, loc, DEF_NONLOCAL, "nonlocal"),
            StmtKind::Expr { value } => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
            StmtKind::With { items, body, .. } => self.with(items, body),
            StmtKind::AsyncWith { items, body, .. } => {
                self.allow_module_coroutine();
                if !self.scope().coroutine {
                    return Err(CompileError::syntax("'async with' outside async function", loc));
                }
                self.with(items, body)
            }
        }
    }

    fn with(&mut self, items: &[krait_syntax::ast::WithItem<'_>], body: &[Stmt<'_>]) -> Result {
        for item in items {
            self.expr(item.context_expr)?;
            self.optional(item.optional_vars)?;
        }
        self.conditional(body)
    }

    /// With top-level `await` allowed, a module that uses it is a coroutine.
    pub(super) fn allow_module_coroutine(&mut self) {
        if self.top_level_await && self.scope().kind == ScopeKind::Module {
            self.scope_mut().coroutine = true;
        }
    }

    fn try_statement(&mut self, node: &Try<'_>) -> Result {
        self.conditional(node.body)?;
        for handler in node.handlers {
            self.except_handler(handler)?;
        }
        self.conditional(node.orelse)?;
        self.conditional(node.finalbody)
    }

    fn except_handler(&mut self, handler: &ExceptHandler<'_>) -> Result {
        let before = std::mem::replace(&mut self.scope_mut().in_conditional_block, true);
        self.optional(handler.type_)?;
        if let Some(name) = handler.name {
            let name = self.intern(name);
            self.define(name, DEF_LOCAL, handler.loc)?;
        }
        self.stmts(handler.body)?;
        self.scope_mut().in_conditional_block = before;
        Ok(())
    }

    fn function(&mut self, def: &FunctionDef<'_>, loc: Location, is_async: bool) -> Result {
        let name = self.intern(def.name);
        self.define(name, DEF_LOCAL, loc)?;
        self.exprs(def.args.defaults)?;
        def.args.kw_defaults.iter().flatten().try_for_each(|default| self.expr(default))?;
        self.exprs(def.decorator_list)?;
        let generic = !def.type_params.is_empty();
        if generic {
            let key = NodeKey::new(def, NodeRole::FunctionTypeParams);
            self.enter_type_params(name, key, loc)?;
            // Also without any defaults.
            self.define(known::DOT_DEFAULTS, DEF_PARAM, loc)?;
            if def.args.kw_defaults.iter().any(Option::is_some) {
                self.define(known::DOT_KWDEFAULTS, DEF_PARAM, loc)?;
            }
            self.type_params(def.type_params)?;
        }
        let key = NodeKey::new(def, NodeRole::Function);
        let scope = self.new_scope(name, ScopeKind::Function, Some(key), loc);
        self.signature_annotations(def, loc, scope)?;
        self.enter_existing(scope)?;
        self.scope_mut().coroutine = is_async;
        self.parameters(def.args)?;
        self.body(def.body)?;
        self.leave();
        if generic {
            self.leave();
        }
        Ok(())
    }

    fn class(&mut self, def: &ClassDef<'_>, loc: Location) -> Result {
        let name = self.intern(def.name);
        self.define(name, DEF_LOCAL, loc)?;
        self.exprs(def.decorator_list)?;
        let outer = self.private;
        let generic = !def.type_params.is_empty();
        if generic {
            self.enter_type_params(name, NodeKey::new(def, NodeRole::ClassTypeParams), loc)?;
            for hidden in [known::DOT_TYPE_PARAMS, known::DOT_GENERIC_BASE] {
                self.define(hidden, DEF_LOCAL, loc)?;
                self.define(hidden, USE, loc)?;
            }
            self.private = Some(name);
            let set = self.table.mangled_sets.len() as u32;
            self.table.mangled_sets.push(Default::default());
            self.scope_mut().mangled_names = Some(set);
            self.type_params(def.type_params)?;
        }
        self.exprs(def.bases)?;
        self.keywords(def.keywords)?;
        self.enter(name, ScopeKind::Class, Some(NodeKey::new(def, NodeRole::Class)), loc)?;
        self.private = Some(name);
        if generic {
            self.define(known::TYPE_PARAMS, DEF_LOCAL, loc)?;
            self.define(known::DOT_TYPE_PARAMS, USE, loc)?;
        }
        self.body(def.body)?;
        self.leave();
        if generic {
            self.leave();
        }
        self.private = outer;
        Ok(())
    }

    /// Opens the scope of type parameters.
    fn enter_type_params(&mut self, name: NameId, key: NodeKey, loc: Location) -> Result {
        let in_class = self.scope().kind == ScopeKind::Class;
        self.enter(name, ScopeKind::TypeParameters, Some(key), loc)?;
        if in_class {
            self.scope_mut().can_see_class_scope = true;
            self.define(known::CLASSDICT, USE, loc)?;
        }
        Ok(())
    }

    fn type_params(&mut self, params: &[TypeParam<'_>]) -> Result {
        params.iter().try_for_each(|param| self.type_param(param))
    }

    fn type_param(&mut self, param: &TypeParam<'_>) -> Result {
        let (name, bound, default, info) = match param.node {
            TypeParamKind::TypeVar { name, bound, default_value } => {
                (name, bound, default_value, "a TypeVar default")
            }
            TypeParamKind::ParamSpec { name, default_value } => {
                (name, None, default_value, "a ParamSpec default")
            }
            TypeParamKind::TypeVarTuple { name, default_value } => {
                (name, None, default_value, "a TypeVarTuple default")
            }
        };
        let id = self.intern(name);
        self.define(id, DEF_TYPE_PARAM | DEF_LOCAL, param.loc)?;
        if id == known::CLASSDICT {
            return self.error(id, param.loc, "reserved name '", "' cannot be used for type parameter");
        }
        if let Some(bound) = bound {
            let info = match bound.node {
                ExprKind::Tuple { .. } => "a TypeVar constraint",
                _ => "a TypeVar bound",
            };
            self.type_variable(bound, id, NodeKey::new(param, NodeRole::Bound), info)?;
        }
        if let Some(default) = default {
            self.type_variable(default, id, NodeKey::new(param, NodeRole::Default), info)?;
        }
        Ok(())
    }

    fn type_variable(&mut self, value: &Expr<'_>, name: NameId, key: NodeKey, info: &'static str) -> Result {
        let in_class = self.scope().can_see_class_scope;
        self.enter(name, ScopeKind::TypeVariable, Some(key), value.loc)?;
        self.scope_mut().can_see_class_scope = in_class;
        if in_class {
            self.define(known::CLASSDICT, USE, value.loc)?;
        }
        self.scope_mut().scope_info = Some(info);
        self.expr(value)?;
        self.leave();
        Ok(())
    }

    fn type_alias(
        &mut self,
        stmt: &Stmt<'_>,
        name: &Expr<'_>,
        params: &[TypeParam<'_>],
        value: &Expr<'_>,
    ) -> Result {
        self.expr(name)?;
        let text = match name.node {
            ExprKind::Name { id, .. } => id,
            _ => "",
        };
        let id = self.intern(text);
        let in_class = self.scope().kind == ScopeKind::Class;
        let generic = !params.is_empty();
        if generic {
            self.enter_type_params(id, NodeKey::new(stmt, NodeRole::AliasTypeParams), stmt.loc)?;
            self.type_params(params)?;
        }
        self.enter(id, ScopeKind::TypeAlias, Some(NodeKey::new(stmt, NodeRole::AliasValue)), stmt.loc)?;
        self.scope_mut().can_see_class_scope = in_class;
        if in_class {
            self.define(known::CLASSDICT, USE, value.loc)?;
        }
        self.expr(value)?;
        self.leave();
        if generic {
            self.leave();
        }
        Ok(())
    }

    fn annotated(
        &mut self,
        target: &Expr<'_>,
        annotation: &Expr<'_>,
        value: Option<&Expr<'_>>,
        simple: bool,
        loc: Location,
    ) -> Result {
        if let ExprKind::Name { id, .. } = target.node {
            let name = self.intern(id);
            let flags = self.lookup_in(self.current, name);
            if simple && flags & (DEF_GLOBAL | DEF_NONLOCAL) != 0 && self.current != super::SymbolTable::TOP {
                let after = if flags & DEF_GLOBAL != 0 { "' can't be global" } else { "' can't be nonlocal" };
                return self.error(name, loc, "annotated name '", after);
            }
            if simple {
                self.define(name, DEF_ANNOT | DEF_LOCAL, target.loc)?;
            } else if value.is_some() {
                self.define(name, DEF_LOCAL, target.loc)?;
            }
        } else {
            self.expr(target)?;
        }
        self.variable_annotation(annotation)?;
        self.optional(value)
    }

    /// `global` or `nonlocal`.
    fn declaration(&mut self, names: &[&str], loc: Location, flag: u32, word: &str) -> Result {
        for name in names {
            let id = self.intern(name);
            let flags = self.lookup_in(self.current, id);
            if flags & (DEF_PARAM | DEF_LOCAL | USE | DEF_ANNOT) != 0 {
                let message = if flags & DEF_PARAM != 0 {
                    format!("name '{name}' is parameter and {word}")
                } else if flags & USE != 0 {
                    format!("name '{name}' is used prior to {word} declaration")
                } else if flags & DEF_ANNOT != 0 {
                    format!("annotated name '{name}' can't be {word}")
                } else {
                    format!("name '{name}' is assigned to before {word} declaration")
                };
                return Err(CompileError::syntax(message, loc));
            }
            self.define(id, flag, loc)?;
            self.record_directive(id, loc);
        }
        Ok(())
    }

    fn alias(&mut self, alias: &Alias<'_>) -> Result {
        let name = alias.asname.unwrap_or(alias.name);
        if name == "*" {
            if self.scope().kind != ScopeKind::Module {
                return Err(CompileError::syntax("import * only allowed at module level", alias.loc));
            }
            return Ok(());
        }
        let first = name.split_once('.').map_or(name, |(first, _)| first);
        let id = self.intern(first);
        self.define(id, DEF_IMPORT, alias.loc)
    }

    fn match_case(&mut self, case: &MatchCase<'_>) -> Result {
        self.pattern(case.pattern)?;
        self.optional(case.guard)?;
        self.conditional(case.body)
    }

    fn pattern(&mut self, pattern: &Pattern<'_>) -> Result {
        self.depth.enter()?;
        match pattern.node {
            PatternKind::MatchValue { value } => self.expr(value)?,
            PatternKind::MatchSingleton { .. } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.patterns(patterns)?;
            }
            PatternKind::MatchStar { name } => self.capture(name, pattern.loc)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
                self.capture(rest, pattern.loc)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                for (attr, pattern) in kwd_attrs.iter().zip(kwd_patterns) {
                    let attr = self.intern(attr);
                    self.check_name(attr, pattern.loc, krait_syntax::ast::ExprContext::Store)?;
                }
                self.patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern: inner, name } => {
                if let Some(inner) = inner {
                    self.pattern(inner)?;
                }
                self.capture(name, pattern.loc)?;
            }
        }
        self.depth.leave();
        Ok(())
    }

    fn patterns(&mut self, patterns: &[Pattern<'_>]) -> Result {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern))
    }

    fn capture(&mut self, name: Option<&str>, loc: Location) -> Result {
        match name {
            Some(name) => {
                let name = self.intern(name);
                self.define(name, DEF_LOCAL, loc)
            }
            None => Ok(()),
        }
    }
}
