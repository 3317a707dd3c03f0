//! The first pass: the state of the walk over the tree, entering and leaving scopes, noting names.
//! What each kind of node means stands in `statements`, `expressions`, `arguments` and `comprehensions`.

use krait_syntax::ast::{ExprContext, Location, Mod};

use super::analyze::analyze;
use super::flags::*;
use super::scope::{NodeKey, Scope, ScopeId, ScopeKind, SymbolTable};
use crate::compile::Options;
use crate::error::{CompileError, Depth};
use crate::future::{self, Future};
use crate::names::{NameId, known};

pub(super) type Result<T = ()> = std::result::Result<T, CompileError>;

/// Makes the symbol table of a tree. `future` tells the features in force.
pub(crate) fn build(tree: &Mod<'_>, future: &Future, options: &Options<'_>) -> Result<SymbolTable> {
    let depth = Depth::new(options.stack_limit);
    let mut builder = Builder {
        table: SymbolTable::new(),
        stack: Vec::new(),
        current: SymbolTable::TOP,
        private: None,
        depth,
        string_annotations: future.features & future::ANNOTATIONS != 0,
        last_future: future.last,
        optimize: options.optimize,
        top_level_await: options.top_level_await,
    };
    builder.enter(known::TOP, ScopeKind::Module, None, Location::default())?;
    match *tree {
        Mod::Module { body, .. } | Mod::Interactive { body } => builder.body(body)?,
        Mod::Expression { body } => builder.expr(body)?,
        Mod::FunctionType { .. } => {
            return Err(CompileError::other(
                crate::error::ErrorKind::Runtime,
                "this compiler does not handle FunctionTypes",
            ));
        }
    }
    builder.leave();
    let mut table = builder.table;
    analyze(&mut table, depth)?;
    Ok(table)
}

/// The walk.
pub(super) struct Builder {
    pub(super) table: SymbolTable,
    /// The open scopes, the innermost last.
    pub(super) stack: Vec<ScopeId>,
    pub(super) current: ScopeId,
    /// The class whose private names are mangled here.
    pub(super) private: Option<NameId>,
    pub(super) depth: Depth,
    pub(super) string_annotations: bool,
    /// Where the last valid future statement stands.
    pub(super) last_future: Option<Location>,
    pub(super) optimize: u8,
    pub(super) top_level_await: bool,
}

impl Builder {
    pub(super) fn scope(&self) -> &Scope {
        self.table.scope(self.current)
    }

    pub(super) fn scope_mut(&mut self) -> &mut Scope {
        self.table.scope_mut(self.current)
    }

    pub(super) fn intern(&mut self, text: &str) -> NameId {
        self.table.names.intern(text)
    }

    /// A scope that is not entered yet.
    pub(super) fn new_scope(
        &mut self,
        name: NameId,
        kind: ScopeKind,
        key: Option<NodeKey>,
        loc: Location,
    ) -> ScopeId {
        let mut scope = Scope::new(kind, name, loc);
        if !self.stack.is_empty() {
            let parent = self.scope();
            scope.nested = parent.nested || parent.is_function_like();
            scope.method = parent.kind == ScopeKind::Class && kind == ScopeKind::Function;
        }
        let id = self.table.add(scope);
        if let Some(key) = key {
            self.table.bind(key, id);
        }
        id
    }

    /// Opens a scope.
    pub(super) fn enter(
        &mut self,
        name: NameId,
        kind: ScopeKind,
        key: Option<NodeKey>,
        loc: Location,
    ) -> Result<ScopeId> {
        let id = self.new_scope(name, kind, key, loc);
        self.enter_existing(id)?;
        // These scopes are called with the wanted format of annotations (PEP 649).
        if matches!(kind, ScopeKind::Annotation | ScopeKind::TypeVariable | ScopeKind::TypeAlias) {
            self.define(known::DOT_FORMAT, DEF_PARAM, loc)?;
            self.define(known::DOT_FORMAT, USE, loc)?;
        }
        Ok(id)
    }

    /// Opens a scope made before, or one again.
    pub(super) fn enter_existing(&mut self, id: ScopeId) -> Result {
        if let Some(&parent_id) = self.stack.last() {
            let parent = self.table.scope(parent_id);
            let (iterables, mangled) = (parent.comp_iter_expr, parent.mangled_names);
            let scope = self.table.scope_mut(id);
            scope.comp_iter_expr = iterables;
            if scope.kind != ScopeKind::Class && mangled.is_some() {
                scope.mangled_names = mangled;
            }
            // Annotations that stay strings must not affect the scopes around them.
            let detached = scope.kind == ScopeKind::Annotation && self.string_annotations;
            let parent = self.table.scope_mut(parent_id);
            if !detached && parent.annotation_block != Some(id) {
                parent.children.push(id);
            }
        }
        self.stack.push(id);
        self.current = id;
        Ok(())
    }

    /// Closes the current scope.
    pub(super) fn leave(&mut self) {
        self.stack.pop();
        if let Some(&last) = self.stack.last() {
            self.current = last;
        }
    }

    /// The flags of a name in a scope.
    pub(super) fn lookup_in(&mut self, scope: ScopeId, name: NameId) -> u32 {
        let mangled = self.table.mangle(self.private, self.current, name);
        self.table.scope(scope).symbol(mangled)
    }

    /// Notes something of a name in the current scope.
    pub(super) fn define(&mut self, name: NameId, flag: u32, loc: Location) -> Result {
        let ctx = if flag == USE { ExprContext::Load } else { ExprContext::Store };
        self.define_as(name, flag, loc, ctx)
    }

    /// The same where the name may also be deleted.
    pub(super) fn define_as(&mut self, name: NameId, flag: u32, loc: Location, ctx: ExprContext) -> Result {
        if flag & (DEF_PARAM | DEF_LOCAL | DEF_IMPORT) != 0 {
            self.check_name(name, loc, ctx)?;
        }
        if flag & DEF_TYPE_PARAM != 0
            && let Some(set) = self.scope().mangled_names
            && let Some(set) = self.table.mangled_sets.get_mut(set as usize)
        {
            set.insert(name);
        }
        self.define_in(self.current, name, flag, loc)
    }

    /// Notes something of a name in a given scope.
    pub(super) fn define_in(&mut self, scope: ScopeId, name: NameId, flag: u32, loc: Location) -> Result {
        let mangled = self.table.mangle(self.private, self.current, name);
        let entry = self.table.scope(scope);
        let old = entry.symbols.get(mangled).unwrap_or(0);
        if flag & DEF_PARAM != 0 && old & DEF_PARAM != 0 {
            return self.error(name, loc, "duplicate argument '", "' in function definition");
        }
        if flag & DEF_TYPE_PARAM != 0 && old & DEF_TYPE_PARAM != 0 {
            return self.error(name, loc, "duplicate type parameter '", "'");
        }
        let mut flags = old | flag;
        if entry.comp_iter_target {
            if flags & (DEF_GLOBAL | DEF_NONLOCAL) != 0 {
                return self.error(
                    name,
                    loc,
                    "comprehension inner loop cannot rebind assignment expression target '",
                    "'",
                );
            }
            flags |= DEF_COMP_ITER;
        }
        let entry = self.table.scope_mut(scope);
        entry.symbols.set(mangled, flags);
        if flag & DEF_PARAM != 0 {
            entry.varnames.push(mangled);
        } else if flag & DEF_GLOBAL != 0 {
            let top = &mut self.table.scope_mut(SymbolTable::TOP).symbols;
            top.set(mangled, top.get(mangled).unwrap_or(0) | flag);
        }
        Ok(())
    }

    /// `__debug__` is a constant.
    pub(super) fn check_name(&self, name: NameId, loc: Location, ctx: ExprContext) -> Result {
        if name != known::DEBUG {
            return Ok(());
        }
        match ctx {
            ExprContext::Load => Ok(()),
            ExprContext::Store => Err(CompileError::syntax("cannot assign to __debug__", loc)),
            ExprContext::Del => Err(CompileError::syntax("cannot delete __debug__", loc)),
        }
    }

    /// An error about a name.
    pub(super) fn error<T>(&self, name: NameId, loc: Location, before: &str, after: &str) -> Result<T> {
        Err(CompileError::syntax(format!("{before}{}{after}", self.table.names.text(name)), loc))
    }

    /// Remembers where a `global` or `nonlocal` stands.
    pub(super) fn record_directive(&mut self, name: NameId, loc: Location) {
        let mangled = self.table.mangle(self.private, self.current, name);
        self.scope_mut().directives.push((mangled, loc));
    }
}
