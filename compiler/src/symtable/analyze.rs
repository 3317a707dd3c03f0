//! The second pass: decides for every name of every scope where it lives (local, cell, free, global), and which
//! comprehensions are compiled into the scope around them (PEP 709).

use std::borrow::Cow;

use super::build::Result;
use super::flags::*;
use super::scope::{ComprehensionKind, ScopeId, ScopeKind, SymbolTable};
use crate::error::{CompileError, Depth};
use crate::names::{NameId, QuickMap, QuickSet, known};

type Set = QuickSet<NameId>;

/// Names that only classes provide, and only to the functions within them.
const CLASS_CELLS: [NameId; 3] = [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS];

/// Decides all names of a table.
pub(super) fn analyze(table: &mut SymbolTable, depth: Depth) -> Result {
    let mut analysis = Analysis { table, depth };
    analysis.block(SymbolTable::TOP, None, Cow::Owned(Set::default()), Cow::Owned(Set::default()), None)?;
    Ok(())
}

struct Analysis<'t> {
    table: &'t mut SymbolTable,
    depth: Depth,
}

/// What a block learns about its own names.
#[derive(Default)]
struct Decisions {
    scopes: QuickMap<NameId, u32>,
    local: Set,
    free: Set,
}

impl Analysis<'_> {
    /// Analyses one scope and those within it; gives back the names it needs from outside.
    /// `bound` holds the names of enclosing functions (`None` at the top), `global` those declared global there,
    /// `class` is the class whose namespace an annotation scope can see.
    fn block(
        &mut self,
        id: ScopeId,
        bound: Option<Cow<'_, Set>>,
        global: Cow<'_, Set>,
        type_params: Cow<'_, Set>,
        class: Option<ScopeId>,
    ) -> Result<Set> {
        self.depth.enter()?;
        let (mut bound, mut global, mut type_params) = (bound, global, type_params);
        let scope = self.table.scope(id);
        let kind = scope.kind;
        let function_like = scope.is_function_like();
        let sees_class = scope.can_see_class_scope;
        // The namespace of a class has no effect on the names that its functions see.
        let outside = if kind == ScopeKind::Class { Some((bound.clone(), global.clone())) } else { None };

        let mut found = Decisions::default();
        found.scopes.reserve(scope.symbols.len());
        let class_scope = class.map(|class| self.table.scope(class));
        for (name, flags) in scope.symbols.iter() {
            let decided = if flags & DEF_GLOBAL != 0 {
                if flags & DEF_NONLOCAL != 0 {
                    return Err(self.directive_error(id, name, "name '", "' is nonlocal and global"));
                }
                if !global.contains(&name) {
                    global.to_mut().insert(name);
                }
                if let Some(bound) = &mut bound
                    && bound.contains(&name)
                {
                    bound.to_mut().remove(&name);
                }
                GLOBAL_EXPLICIT
            } else if flags & DEF_NONLOCAL != 0 {
                let Some(bound) = &bound else {
                    return Err(self.directive_error_text(
                        id,
                        name,
                        "nonlocal declaration not allowed at module level".to_owned(),
                    ));
                };
                if !bound.contains(&name) {
                    return Err(self.directive_error(id, name, "no binding for nonlocal '", "' found"));
                }
                if type_params.contains(&name) {
                    return Err(self.directive_error(
                        id,
                        name,
                        "nonlocal binding not allowed for type parameter '",
                        "'",
                    ));
                }
                found.free.insert(name);
                FREE
            } else if flags & DEF_BOUND != 0 {
                found.local.insert(name);
                if global.contains(&name) {
                    global.to_mut().remove(&name);
                }
                if flags & DEF_TYPE_PARAM != 0 {
                    type_params.to_mut().insert(name);
                } else if type_params.contains(&name) {
                    type_params.to_mut().remove(&name);
                }
                LOCAL
            } else {
                // A name bound in the class around an annotation scope may be there at run time or not; if not,
                // the global one counts, never that of an enclosing function (PEP 695).
                // The cell of the class's own namespace stands outside this, whatever the class binds.
                let in_class = match class_scope {
                    Some(class) if name != known::CLASSDICT => class.symbol(name),
                    _ => 0,
                };
                if in_class & DEF_GLOBAL != 0 {
                    GLOBAL_EXPLICIT
                } else if in_class & DEF_BOUND != 0 && in_class & DEF_NONLOCAL == 0 {
                    GLOBAL_IMPLICIT
                } else if bound.as_ref().is_some_and(|bound| bound.contains(&name)) {
                    found.free.insert(name);
                    FREE
                } else {
                    GLOBAL_IMPLICIT
                }
            };
            found.scopes.insert(name, decided);
        }

        let children = self.table.scope(id).children.clone();
        let mut inner_free = Set::default();
        let mut inlined_cells = Set::default();
        if !children.is_empty() {
            // What the scopes within can see.
            let (mut inner_bound, inner_global) = match outside {
                Some((bound, global)) => (bound.map_or_else(Set::default, Cow::into_owned), global),
                None => {
                    let mut inner = bound.as_ref().map_or_else(Set::default, |bound| bound.as_ref().clone());
                    if function_like {
                        inner.extend(found.local.iter().copied());
                    }
                    (inner, Cow::Borrowed(global.as_ref()))
                }
            };
            if kind == ScopeKind::Class {
                inner_bound.extend(CLASS_CELLS);
            }
            for &child in &children {
                let entry = self.table.scope(child);
                let child_class = match () {
                    () if !entry.can_see_class_scope => None,
                    () if kind == ScopeKind::Class => Some(id),
                    () => class,
                };
                // Comprehensions in annotation scopes of classes stay functions.
                let inline =
                    !matches!(entry.comprehension, None | Some(ComprehensionKind::Generator)) && !sees_class;
                let mut child_free = self.block(
                    child,
                    Some(Cow::Borrowed(&inner_bound)),
                    Cow::Borrowed(inner_global.as_ref()),
                    Cow::Borrowed(type_params.as_ref()),
                    child_class,
                )?;
                if inline {
                    self.inline(id, child, &mut found, &mut child_free, &mut inlined_cells);
                    self.table.scope_mut(child).comp_inlined = true;
                }
                inner_free.extend(child_free);
            }
            self.splice_inlined(id, &children);
        }

        if function_like {
            for (name, scope) in &mut found.scopes {
                if *scope == LOCAL && (inner_free.contains(name) || inlined_cells.contains(name)) {
                    *scope = CELL;
                    inner_free.remove(name);
                }
            }
        } else if kind == ScopeKind::Class {
            let entry = self.table.scope_mut(id);
            entry.needs_class_closure = inner_free.remove(&known::CLASS);
            entry.needs_classdict = inner_free.remove(&known::CLASSDICT);
            if inner_free.remove(&known::CONDITIONAL_ANNOTATIONS) {
                entry.has_conditional_annotations = true;
            }
        }
        self.update(id, &found, bound.as_deref(), &inner_free, &inlined_cells);
        let mut free = found.free;
        free.extend(inner_free);
        self.depth.leave();
        Ok(free)
    }

    /// Replaces inlined comprehensions among the children by their own children.
    fn splice_inlined(&mut self, id: ScopeId, children: &[ScopeId]) {
        if children.iter().any(|&child| self.table.scope(child).comp_inlined) {
            let mut spliced = Vec::with_capacity(children.len());
            for &child in children {
                let entry = self.table.scope(child);
                if entry.comp_inlined {
                    spliced.extend_from_slice(&entry.children);
                } else {
                    spliced.push(child);
                }
            }
            self.table.scope_mut(id).children = spliced;
        }
    }

    /// Moves the names of a comprehension into the scope that it is compiled into.
    fn inline(
        &mut self,
        id: ScopeId,
        comprehension: ScopeId,
        found: &mut Decisions,
        free: &mut Set,
        inlined_cells: &mut Set,
    ) {
        let symbols: Vec<_> = self.table.scope(comprehension).symbols.iter().collect();
        let in_class = self.table.scope(id).kind == ScopeKind::Class;
        let mut to_remove = Vec::new();
        for (name, flags) in symbols {
            if flags & DEF_PARAM != 0 {
                continue;
            }
            let mut scope = scope_of(flags);
            let only_flags = flags & ((1 << SCOPE_OFFSET) - 1);
            if scope == CELL || only_flags & DEF_COMP_CELL != 0 {
                inlined_cells.insert(name);
            }
            let existing = self.table.scope(id).symbols.get(name);
            match existing {
                None => {
                    if scope == FREE && in_class && CLASS_CELLS.contains(&name) {
                        // The class provides the cell to functions, but not to its own body.
                        scope = GLOBAL_IMPLICIT;
                        to_remove.push(name);
                        // … unless some function within the comprehension needs it.
                        if !self.free_in_child(comprehension, name) {
                            free.remove(&name);
                        }
                    }
                    self.table.scope_mut(id).symbols.set(name, only_flags);
                    found.scopes.insert(name, scope);
                }
                // What is free in the comprehension and local around it is simply local now,
                // unless some function within the comprehension needs it.
                Some(existing) => {
                    if scope == FREE && in_class && CLASS_CELLS.contains(&name) {
                        // Bound in the class body too: the comprehension sees neither that nor the cell.
                        let flags = only_flags | GLOBAL_IMPLICIT << SCOPE_OFFSET;
                        self.table.scope_mut(comprehension).symbols.set(name, flags);
                        if !self.free_in_child(comprehension, name) {
                            free.remove(&name);
                        }
                    }
                    if scope == FREE && existing & DEF_NONLOCAL != 0 && !in_class {
                        self.table.scope_mut(id).symbols.set(name, existing | only_flags & USE);
                    }
                    if existing & DEF_BOUND != 0
                        && !in_class
                        && free.contains(&name)
                        && !self.free_in_child(comprehension, name)
                    {
                        free.remove(&name);
                        self.table.scope_mut(id).symbols.set(name, existing | only_flags & USE);
                    }
                }
            }
        }
        for name in to_remove {
            self.table.scope_mut(comprehension).symbols.remove(name);
        }
    }

    fn free_in_child(&self, id: ScopeId, name: NameId) -> bool {
        self.table.scope(id).children.iter().any(|&child| self.table.scope(child).scope(name) == FREE)
    }

    /// Writes the decisions into the flags of the symbols, and hands names that inner scopes need outwards.
    fn update(
        &mut self,
        id: ScopeId,
        found: &Decisions,
        bound: Option<&Set>,
        free: &Set,
        inlined_cells: &Set,
    ) {
        let scope = self.table.scope_mut(id);
        let class_flag = scope.kind == ScopeKind::Class || scope.can_see_class_scope;
        for (name, flags) in scope.symbols.iter_mut() {
            if inlined_cells.contains(&name) {
                *flags |= DEF_COMP_CELL;
            }
            *flags |= found.scopes.get(&name).copied().unwrap_or(0) << SCOPE_OFFSET;
        }
        let mut free: Vec<NameId> = free.iter().copied().collect();
        free.sort_unstable();
        for name in free {
            if let Some(flags) = scope.symbols.get(name) {
                if class_flag {
                    scope.symbols.set(name, flags | DEF_FREE_CLASS);
                }
                continue;
            }
            if bound.is_some_and(|bound| !bound.contains(&name)) {
                continue;
            }
            scope.symbols.set(name, FREE << SCOPE_OFFSET);
        }
    }

    fn directive_error(&self, id: ScopeId, name: NameId, before: &str, after: &str) -> CompileError {
        self.directive_error_text(id, name, format!("{before}{}{after}", self.table.names.text(name)))
    }

    /// An error at the `global` or `nonlocal` statement of a name.
    fn directive_error_text(&self, id: ScopeId, name: NameId, message: String) -> CompileError {
        let directives = &self.table.scope(id).directives;
        let loc = directives.iter().find(|directive| directive.0 == name).map(|directive| directive.1);
        CompileError::syntax(message, loc.unwrap_or_default())
    }
}
