//! The data of the symbol table: scopes, their symbols in order of first mention, and the way from a node of the
//! tree to the scope it opens. No decisions are taken here.

use krait_syntax::ast::Location;

use super::flags::{SCOPE_MASK, SCOPE_OFFSET};
use crate::names::{NameId, Names, QuickMap, QuickSet};

/// The number of a scope in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

/// What opens a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// A function, lambda or comprehension.
    Function,
    /// A class body.
    Class,
    /// A module, expression or interactive statement.
    Module,
    /// The annotations of a function, class or module (PEP 649).
    Annotation,
    /// The value of a type alias (PEP 695).
    TypeAlias,
    /// The type parameters of a generic function, class or alias (PEP 695).
    TypeParameters,
    /// The bound, constraints or default of a type parameter.
    TypeVariable,
}

/// Which comprehension a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComprehensionKind {
    /// `[…]`
    List,
    /// `{k: v …}`
    Dict,
    /// `{…}`
    Set,
    /// `(…)`
    Generator,
}

/// What a node is to the scope it opens: one node may open several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeRole {
    /// The body of a function.
    Function,
    /// The body of a class.
    Class,
    /// A lambda.
    Lambda,
    /// A comprehension or generator expression.
    Comprehension,
    /// The type parameters of a function.
    FunctionTypeParams,
    /// The type parameters of a class.
    ClassTypeParams,
    /// The type parameters of a type alias.
    AliasTypeParams,
    /// The value of a type alias.
    AliasValue,
    /// The annotations of a function's signature.
    Signature,
    /// The bound or constraints of a type parameter.
    Bound,
    /// The default of a type parameter.
    Default,
}

/// The identity of a node that opens a scope: its address and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeKey(usize, NodeRole);

impl NodeKey {
    /// The key of a node.
    pub fn new<T>(node: &T, role: NodeRole) -> Self {
        NodeKey(std::ptr::from_ref(node).addr(), role)
    }
}

impl std::hash::Hash for NodeKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_usize(self.0 ^ (self.1 as usize) << 56);
    }
}

/// The symbols of a scope with their flags, in order of first mention.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    entries: Vec<(NameId, u32)>,
    /// Only for more than a few entries.
    index: QuickMap<NameId, u32>,
}

const FEW: usize = 8;

impl Symbols {
    fn position(&self, name: NameId) -> Option<usize> {
        if self.entries.len() <= FEW {
            self.entries.iter().position(|entry| entry.0 == name)
        } else {
            self.index.get(&name).map(|&at| at as usize)
        }
    }

    /// The flags of a name.
    pub fn get(&self, name: NameId) -> Option<u32> {
        self.position(name).and_then(|at| self.entries.get(at)).map(|entry| entry.1)
    }

    /// Sets the flags of a name; a new name goes to the end.
    pub fn set(&mut self, name: NameId, flags: u32) {
        if let Some(entry) = self.position(name).and_then(|at| self.entries.get_mut(at)) {
            entry.1 = flags;
            return;
        }
        self.entries.push((name, flags));
        match self.entries.len() {
            len if len <= FEW => {}
            len if len == FEW + 1 => {
                self.index =
                    self.entries.iter().enumerate().map(|(at, entry)| (entry.0, at as u32)).collect();
            }
            len => {
                self.index.insert(name, len as u32 - 1);
            }
        }
    }

    /// Takes a name out.
    pub fn remove(&mut self, name: NameId) {
        if let Some(at) = self.position(name) {
            self.entries.remove(at);
            self.index = if self.entries.len() > FEW {
                self.entries.iter().enumerate().map(|(at, entry)| (entry.0, at as u32)).collect()
            } else {
                QuickMap::default()
            };
        }
    }

    /// All names with their flags.
    pub fn iter(&self) -> impl Iterator<Item = (NameId, u32)> + '_ {
        self.entries.iter().copied()
    }

    /// All flags, to be changed in place.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (NameId, &mut u32)> {
        self.entries.iter_mut().map(|entry| (entry.0, &mut entry.1))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// One scope.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What opened it.
    pub kind: ScopeKind,
    /// Its name as module `symtable` shows it.
    pub name: NameId,
    /// Where its node stands.
    pub loc: Location,
    /// Its names.
    pub symbols: Symbols,
    /// Parameters in the order of the code object.
    pub varnames: Vec<NameId>,
    /// The scopes within, without those that were inlined.
    pub children: Vec<ScopeId>,
    /// `global` and `nonlocal` statements, for errors found later.
    pub(super) directives: Vec<(NameId, Location)>,
    /// In the type parameters of a class: the only names to mangle (index of a set in the table).
    pub(super) mangled_names: Option<u32>,
    /// Whether some enclosing scope is a function.
    pub nested: bool,
    /// Whether it yields.
    pub generator: bool,
    /// Whether it is `async def`, or awaits.
    pub coroutine: bool,
    /// Whether any parameter or the result is annotated.
    pub annotations_used: bool,
    /// Set for comprehensions.
    pub comprehension: Option<ComprehensionKind>,
    /// `*args`.
    pub varargs: bool,
    /// `**kwargs`.
    pub varkeywords: bool,
    /// Whether some `return` has a value.
    pub returns_value: bool,
    /// Class whose methods use `__class__` or `super`.
    pub needs_class_closure: bool,
    /// Class whose annotation scopes need its namespace.
    pub needs_classdict: bool,
    /// Comprehension that is compiled into the scope around it (PEP 709).
    pub comp_inlined: bool,
    /// Names are now targets of a comprehension.
    pub(super) comp_iter_target: bool,
    /// How many iterables of comprehensions enclose the current expression.
    pub(super) comp_iter_expr: u32,
    /// Annotation scope right inside a class.
    pub can_see_class_scope: bool,
    /// Function right inside a class.
    pub method: bool,
    /// Some annotations may or may not be executed.
    pub has_conditional_annotations: bool,
    /// The current statement stands within `if`, `for`, …
    pub(super) in_conditional_block: bool,
    /// The current annotation is never evaluated.
    pub(super) in_unevaluated_annotation: bool,
    /// The scope of the annotated variables.
    pub annotation_block: Option<ScopeId>,
    /// What a type-variable scope is for, in errors.
    pub(super) scope_info: Option<&'static str>,
}

impl Scope {
    pub(super) fn new(kind: ScopeKind, name: NameId, loc: Location) -> Self {
        Scope {
            kind,
            name,
            loc,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            mangled_names: None,
            nested: false,
            generator: false,
            coroutine: false,
            annotations_used: false,
            comprehension: None,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            comp_inlined: false,
            comp_iter_target: false,
            comp_iter_expr: 0,
            can_see_class_scope: false,
            method: false,
            has_conditional_annotations: false,
            in_conditional_block: false,
            in_unevaluated_annotation: false,
            annotation_block: None,
            scope_info: None,
        }
    }

    /// Whether its variables are fast locals: everything but modules and classes.
    pub fn is_function_like(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }

    /// The flags of a name, 0 if it is not mentioned here.
    pub fn symbol(&self, name: NameId) -> u32 {
        self.symbols.get(name).unwrap_or(0)
    }

    /// Where a name lives, 0 if it is not mentioned here.
    pub fn scope(&self, name: NameId) -> u32 {
        (self.symbol(name) >> SCOPE_OFFSET) & SCOPE_MASK
    }
}

/// All scopes of a program.
#[derive(Debug)]
pub struct SymbolTable {
    /// The identifiers of the program.
    pub names: Names,
    scopes: Vec<Scope>,
    by_node: QuickMap<NodeKey, ScopeId>,
    pub(super) mangled_sets: Vec<QuickSet<NameId>>,
}

impl SymbolTable {
    pub(super) fn new() -> Self {
        SymbolTable {
            names: Names::default(),
            scopes: Vec::new(),
            by_node: QuickMap::default(),
            mangled_sets: Vec::new(),
        }
    }

    /// The scope of the module.
    pub const TOP: ScopeId = ScopeId(0);

    pub(super) fn add(&mut self, scope: Scope) -> ScopeId {
        let id = ScopeId(self.scopes.len() as u32);
        self.scopes.push(scope);
        id
    }

    pub(super) fn bind(&mut self, key: NodeKey, scope: ScopeId) {
        self.by_node.insert(key, scope);
    }

    /// A scope by number.
    #[allow(clippy::indexing_slicing)] // Numbers are made only by `add`, and scopes are never removed.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }

    /// A scope by number, to be changed.
    #[allow(clippy::indexing_slicing)] // As above.
    pub(crate) fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        &mut self.scopes[id.0 as usize]
    }

    /// The scope that a node opens.
    pub fn lookup(&self, key: NodeKey) -> Option<ScopeId> {
        self.by_node.get(&key).copied()
    }

    /// The name as it is stored in a scope, seen from inside class `private`.
    pub(crate) fn mangle(&mut self, private: Option<NameId>, scope: ScopeId, name: NameId) -> NameId {
        if private.is_none() {
            return name;
        }
        // In the type parameters of a class only the parameters themselves are private (PEP 695).
        if let Some(set) = self.scope(scope).mangled_names
            && !self.mangled_sets.get(set as usize).is_some_and(|set| set.contains(&name))
        {
            return name;
        }
        self.names.mangle(private, name)
    }
}
