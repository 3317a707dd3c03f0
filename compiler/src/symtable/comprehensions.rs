//! The first pass over comprehensions and the assignment expressions within them.

use krait_syntax::ast::{Comprehension, Expr, ExprKind, Location};

use super::build::{Builder, Result};
use super::flags::*;
use super::scope::{ComprehensionKind, NodeKey, NodeRole, ScopeKind, SymbolTable};
use crate::error::CompileError;
use crate::names::known;

impl Builder {
    /// A comprehension or generator expression.
    pub(super) fn comprehension(
        &mut self,
        node: &Expr<'_>,
        kind: ComprehensionKind,
        generators: &[Comprehension<'_>],
        element: &Expr<'_>,
        value: Option<&Expr<'_>>,
    ) -> Result {
        let Some((outermost, inner)) = generators.split_first() else {
            return Err(CompileError::other(
                crate::error::ErrorKind::Value,
                "comprehension with no generators",
            ));
        };
        // The outermost iterable is evaluated in the scope around.
        self.iterable(&outermost.iter)?;
        let name = match kind {
            ComprehensionKind::List => known::LISTCOMP,
            ComprehensionKind::Dict => known::DICTCOMP,
            ComprehensionKind::Set => known::SETCOMP,
            ComprehensionKind::Generator => known::GENEXPR,
        };
        let key = NodeKey::new(node, NodeRole::Comprehension);
        self.enter(name, ScopeKind::Function, Some(key), node.loc)?;
        self.scope_mut().comprehension = Some(kind);
        if outermost.is_async != 0 {
            self.scope_mut().coroutine = true;
        }
        // It comes in as the only argument.
        self.define(known::DOT_ZERO, DEF_PARAM, node.loc)?;
        self.comprehension_target(&outermost.target)?;
        self.exprs(outermost.ifs)?;
        for generator in inner {
            self.comprehension_target(&generator.target)?;
            self.iterable(&generator.iter)?;
            self.exprs(generator.ifs)?;
            if generator.is_async != 0 {
                self.scope_mut().coroutine = true;
            }
        }
        if let Some(value) = value {
            self.expr(value)?;
        }
        self.expr(element)?;
        let is_generator = kind == ComprehensionKind::Generator;
        self.scope_mut().generator = is_generator;
        let is_async = self.scope().coroutine && !is_generator;
        self.leave();
        if is_async {
            let around = self.scope();
            if !self.is_async_def() && around.comprehension.is_none() && !self.allows_await_here() {
                return Err(CompileError::syntax(
                    "asynchronous comprehension outside of an asynchronous function",
                    node.loc,
                ));
            }
            self.scope_mut().coroutine = true;
        }
        Ok(())
    }

    fn iterable(&mut self, iter: &Expr<'_>) -> Result {
        self.scope_mut().comp_iter_expr += 1;
        self.expr(iter)?;
        self.scope_mut().comp_iter_expr -= 1;
        Ok(())
    }

    fn comprehension_target(&mut self, target: &Expr<'_>) -> Result {
        self.scope_mut().comp_iter_target = true;
        self.expr(target)?;
        self.scope_mut().comp_iter_target = false;
        Ok(())
    }

    /// Whether the current scope is the body of an `async def`.
    pub(super) fn is_async_def(&self) -> bool {
        let scope = self.scope();
        scope.is_function_like() && scope.coroutine
    }

    /// Whether the flag for top-level `await` applies to the current scope.
    pub(super) fn allows_await_here(&self) -> bool {
        self.top_level_await && self.scope().kind == ScopeKind::Module
    }

    /// `yield` may not stand in a comprehension.
    pub(super) fn forbid_yield_in_comprehension(&self, loc: Location) -> Result {
        let message = match self.scope().comprehension {
            None => return Ok(()),
            Some(ComprehensionKind::List) => "'yield' inside list comprehension",
            Some(ComprehensionKind::Set) => "'yield' inside set comprehension",
            Some(ComprehensionKind::Dict) => "'yield' inside dict comprehension",
            Some(ComprehensionKind::Generator) => "'yield' inside generator expression",
        };
        Err(CompileError::syntax(message, loc))
    }

    /// `target := value`.
    pub(super) fn named_expression(
        &mut self,
        node: &Expr<'_>,
        target: &Expr<'_>,
        value: &Expr<'_>,
    ) -> Result {
        self.forbid_in_annotation("named expression", node.loc)?;
        if self.scope().comp_iter_expr > 0 {
            return Err(CompileError::syntax(
                "assignment expression cannot be used in a comprehension iterable expression",
                node.loc,
            ));
        }
        if self.scope().comprehension.is_some() {
            self.bind_outside_comprehension(target)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// An assignment expression in a comprehension binds in the scope around the comprehension (PEP 572).
    fn bind_outside_comprehension(&mut self, target: &Expr<'_>) -> Result {
        let ExprKind::Name { id, .. } = target.node else { return Ok(()) };
        let name = self.intern(id);
        let loc = target.loc;
        for at in (0..self.stack.len()).rev() {
            let Some(&scope_id) = self.stack.get(at) else { break };
            let scope = self.table.scope(scope_id);
            let (kind, comprehension) = (scope.kind, scope.comprehension);
            if comprehension.is_some() {
                let flags = self.lookup_in(scope_id, name);
                if flags & DEF_COMP_ITER != 0 && flags & (DEF_LOCAL | DEF_GLOBAL) != 0 {
                    return self.error(
                        name,
                        loc,
                        "assignment expression cannot rebind comprehension iteration variable '",
                        "'",
                    );
                }
                continue;
            }
            let message = match kind {
                ScopeKind::Function => {
                    let global = self.lookup_in(scope_id, name) & DEF_GLOBAL != 0;
                    self.define(name, if global { DEF_GLOBAL } else { DEF_NONLOCAL }, loc)?;
                    self.record_directive(name, loc);
                    return self.define_in(scope_id, name, DEF_LOCAL, loc);
                }
                ScopeKind::Module => {
                    self.define(name, DEF_GLOBAL, loc)?;
                    self.record_directive(name, loc);
                    return self.define_in(SymbolTable::TOP, name, DEF_GLOBAL, loc);
                }
                ScopeKind::Class => {
                    "assignment expression within a comprehension cannot be used in a class body"
                }
                ScopeKind::TypeParameters => {
                    "assignment expression within a comprehension cannot be used within the definition of a generic"
                }
                ScopeKind::TypeAlias => {
                    "assignment expression within a comprehension cannot be used in a type alias"
                }
                ScopeKind::TypeVariable => {
                    "assignment expression within a comprehension cannot be used in a TypeVar bound"
                }
                // Not forbidden: the name goes to the scope around.
                ScopeKind::Annotation => continue,
            };
            return Err(CompileError::syntax(message, loc));
        }
        Ok(())
    }
}
