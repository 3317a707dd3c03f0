//! The tree as CPython's own passes leave it before code generation: what `compile` with `PyCF_OPTIMIZED_AST` returns. Code
//! generation does not use it: it asks `preprocess` on the way, and leaves all other folding to the flow graph.

use std::cell::Cell;

use bumpalo::Bump;
use krait_syntax::ast::*;

use crate::compile::Options;
use crate::error::{CompileError, Depth};
use crate::preprocess::{FormatPiece, docstring, effective_body, percent_format};

/// Rewrites a tree: `__debug__`, simple `%` formats, numbers in patterns, docstrings at level 2.
pub(crate) fn optimize_tree<'a>(
    arena: &'a Bump,
    tree: &Mod<'a>,
    options: &Options<'_>,
    lazy: bool,
) -> Result<Mod<'a>, CompileError> {
    let depth = Cell::new(Depth::new(options.stack_limit));
    let folder = Folder { arena, optimize: options.optimize, lazy, depth, failed: Cell::new(false) };
    let tree = match tree.fold(&folder) {
        Mod::Module { body, type_ignores } => Mod::Module { body: folder.body(body), type_ignores },
        Mod::Interactive { body } => Mod::Interactive { body: folder.body(body) },
        other => other,
    };
    if folder.failed.get() { Err(CompileError::recursion()) } else { Ok(tree) }
}

struct Folder<'a> {
    arena: &'a Bump,
    optimize: u8,
    /// Annotations are kept as text, so they stay as written.
    lazy: bool,
    depth: Cell<Depth>,
    /// Set when the tree is too deep; what comes of it is of no use then.
    failed: Cell<bool>,
}

impl Folder<'_> {
    /// Counts a level of nesting while `fold` runs, if there is room for it.
    fn nested<T: Copy>(&self, node: &T, fold: impl FnOnce() -> T) -> T {
        let before = self.depth.get();
        let mut depth = before;
        if self.failed.get() || depth.enter().is_err() {
            self.failed.set(true);
            return *node;
        }
        self.depth.set(depth);
        let folded = fold();
        self.depth.set(before);
        folded
    }
}

/// Code that the optimiser put in stands nowhere.
const NOWHERE: Location = Location { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };

trait Fold<'a>: Sized {
    fn fold(&self, folder: &Folder<'a>) -> Self;
}

impl<'a, T: Fold<'a>> Fold<'a> for &'a T {
    fn fold(&self, folder: &Folder<'a>) -> Self {
        folder.arena.alloc((**self).fold(folder))
    }
}

impl<'a, T: Fold<'a>> Fold<'a> for Option<T> {
    fn fold(&self, folder: &Folder<'a>) -> Self {
        self.as_ref().map(|inner| inner.fold(folder))
    }
}

impl<'a, T: Fold<'a>> Fold<'a> for &'a [T] {
    fn fold(&self, folder: &Folder<'a>) -> Self {
        folder.arena.alloc_slice_fill_iter(self.iter().map(|item| item.fold(folder)))
    }
}

macro_rules! unchanged {
    ($($ty:ty),*) => { $(impl<'a> Fold<'a> for $ty { fn fold(&self, _folder: &Folder<'a>) -> Self { *self } })* };
}
unchanged!(&'a str, i32, Constant<'a>);

macro_rules! variant {
    ($folder:ident, $enum:ident $class:ident { $($field:ident)* }) => { $enum::$class { $($field: Fold::fold($field, $folder)),* } };
    ($folder:ident, $enum:ident $class:ident in $boxed:ident { $($field:ident)* }) => {
        $enum::$class($folder.arena.alloc($boxed { $($field: Fold::fold($field, $folder)),* }))
    };
}

macro_rules! pattern {
    ($enum:ident $class:ident { $($field:ident)* }) => { $enum::$class { $($field),* } };
    ($enum:ident $class:ident in $boxed:ident { $($field:ident)* }) => { $enum::$class($boxed { $($field),* }) };
}

macro_rules! folding {
    (plain $name:ident($rust:ident) { $($class:ident ($($field:ident)*))* }) => {
        impl<'a> Fold<'a> for $rust<'a> {
            fn fold(&self, folder: &Folder<'a>) -> Self {
                match self { $($rust::$class { $($field),* } => $rust::$class { $($field: Fold::fold($field, folder)),* },)* }
            }
        }
    };
    (located $name:ident($rust:ident $kind:ident) { $($class:ident $(in $boxed:ident)? ($($field:ident)*))* }) => {
        impl<'a> Fold<'a> for $rust<'a> {
            fn fold(&self, folder: &Folder<'a>) -> Self {
                let node = folder.nested(&self.node, || match &self.node {
                    $(pattern!($kind $class $(in $boxed)? { $($field)* }) =>
                        variant!(folder, $kind $class $(in $boxed)? { $($field)* }),)*
                });
                folder.$name(self, $rust { node, loc: self.loc })
            }
        }
    };
    (choice $name:ident($rust:ident) { $($class:ident ())* }) => { unchanged!($rust); };
    (product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Fold<'a> for $rust<'a> {
            fn fold(&self, folder: &Folder<'a>) -> Self {
                $rust { $($field: Fold::fold(&self.$field, folder),)* }
            }
        }
    };
    (located_product $name:ident($rust:ident) { $class:ident ($($field:ident)*) }) => {
        impl<'a> Fold<'a> for $rust<'a> {
            fn fold(&self, folder: &Folder<'a>) -> Self {
                folder.$name(self, $rust { $($field: Fold::fold(&self.$field, folder),)* loc: self.loc })
            }
        }
    };
    (spanned $($rest:tt)*) => { folding! { located $($rest)* } };
    (single $($rest:tt)*) => { folding! { product $($rest)* } };
    (handler $($rest:tt)*) => { folding! { located_product $($rest)* } };
}

macro_rules! foldings {
    ($($shape:ident $name:ident($($rust:ident),*) { $($class:ident $(in $boxed:ident)? ($($field:ident: $kind:ident $([$($mark:tt)*])?),*),)* })*) => {
        $(folding! { $shape $name($($rust)*) { $($class $(in $boxed)? ($($field)*))* } })*
    };
}

krait_syntax::for_each_node_class!(foldings);

impl<'a> Folder<'a> {
    fn keyword(&self, _old: &Keyword<'a>, new: Keyword<'a>) -> Keyword<'a> {
        new
    }

    fn alias(&self, _old: &Alias<'a>, new: Alias<'a>) -> Alias<'a> {
        new
    }

    fn excepthandler(&self, _old: &ExceptHandler<'a>, new: ExceptHandler<'a>) -> ExceptHandler<'a> {
        new
    }

    fn type_param(&self, _old: &TypeParam<'a>, new: TypeParam<'a>) -> TypeParam<'a> {
        new
    }

    fn arg(&self, old: &Arg<'a>, new: Arg<'a>) -> Arg<'a> {
        if self.lazy { Arg { annotation: old.annotation, ..new } } else { new }
    }

    /// A body without its docstring at level 2; what then stands first must not be taken for one.
    fn body(&self, body: &'a [Stmt<'a>]) -> &'a [Stmt<'a>] {
        let (rest, pass) = effective_body(body, self.optimize);
        if let Some(loc) = pass {
            return self.arena.alloc_slice_copy(&[Stmt { node: StmtKind::Pass, loc }]);
        }
        if rest.len() == body.len() {
            return body;
        }
        let rest = self.arena.alloc_slice_copy(rest);
        if let (Some((text, _)), Some(first)) = (docstring(rest), rest.first_mut()) {
            let values = self.arena.alloc_slice_copy(&[*text]);
            let value = self.arena.alloc(Expr { node: ExprKind::JoinedStr { values }, loc: text.loc });
            first.node = StmtKind::Expr { value };
        }
        rest
    }

    fn function(&self, old: &FunctionDef<'a>, new: &FunctionDef<'a>) -> &'a FunctionDef<'a> {
        let returns = if self.lazy { old.returns } else { new.returns };
        self.arena.alloc(FunctionDef { body: self.body(new.body), returns, ..*new })
    }

    fn stmt(&self, old: &Stmt<'a>, new: Stmt<'a>) -> Stmt<'a> {
        let node = match (old.node, new.node) {
            (StmtKind::FunctionDef(old), StmtKind::FunctionDef(new)) => {
                StmtKind::FunctionDef(self.function(old, new))
            }
            (StmtKind::AsyncFunctionDef(old), StmtKind::AsyncFunctionDef(new)) => {
                StmtKind::AsyncFunctionDef(self.function(old, new))
            }
            (_, StmtKind::ClassDef(def)) => {
                StmtKind::ClassDef(self.arena.alloc(ClassDef { body: self.body(def.body), ..*def }))
            }
            (StmtKind::AnnAssign { annotation, .. }, StmtKind::AnnAssign { target, value, simple, .. })
                if self.lazy =>
            {
                StmtKind::AnnAssign { target, annotation, value, simple }
            }
            (_, node) => node,
        };
        Stmt { node, loc: new.loc }
    }

    fn expr(&self, _old: &Expr<'a>, new: Expr<'a>) -> Expr<'a> {
        let node = match new.node {
            ExprKind::Name { id: "__debug__", ctx: ExprContext::Load } => {
                let value = if self.optimize == 0 { Constant::True } else { Constant::False };
                ExprKind::Constant { value, kind: None }
            }
            ExprKind::BinOp { left, op: Operator::Mod, right } => match percent_format(left, right) {
                Some(pieces) => self.joined(pieces),
                None => new.node,
            },
            node => node,
        };
        Expr { node, loc: new.loc }
    }

    fn text(&self, text: &str) -> Expr<'a> {
        let value = Constant::Str(Wtf8::from_text(self.arena.alloc_str(text)));
        Expr { node: ExprKind::Constant { value, kind: None }, loc: NOWHERE }
    }

    fn joined(&self, pieces: Vec<FormatPiece<'a>>) -> ExprKind<'a> {
        let values = pieces.into_iter().map(|piece| match piece {
            FormatPiece::Text(text) => self.text(&text),
            FormatPiece::Value { value, conversion, spec } => {
                let format_spec = spec.map(|spec| &*self.arena.alloc(self.text(&spec)));
                let node = ExprKind::FormattedValue { value, conversion: i32::from(conversion), format_spec };
                Expr { node, loc: value.loc }
            }
        });
        let values: Vec<_> = values.collect();
        ExprKind::JoinedStr { values: self.arena.alloc_slice_copy(&values) }
    }

    fn pattern(&self, _old: &Pattern<'a>, new: Pattern<'a>) -> Pattern<'a> {
        let node = match new.node {
            PatternKind::MatchValue { value } => {
                PatternKind::MatchValue { value: self.arena.alloc(number(value)) }
            }
            PatternKind::MatchMapping { keys, patterns, rest } => {
                let keys = self.arena.alloc_slice_fill_iter(keys.iter().map(number));
                PatternKind::MatchMapping { keys, patterns, rest }
            }
            node => node,
        };
        Pattern { node, loc: new.loc }
    }
}

fn constant<'a>(node: &Expr<'a>) -> Option<Constant<'a>> {
    match node.node {
        ExprKind::Constant { value, .. } => Some(value),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => Some(match constant(operand)? {
            Constant::Int(Integer { negative, digits }) => {
                Constant::Int(Integer { negative: !negative && !digits.is_empty(), digits })
            }
            Constant::Float(value) => Constant::Float(-value),
            Constant::Complex { real, imag } => Constant::Complex { real: -real, imag: -imag },
            _ => return None,
        }),
        ExprKind::BinOp { left, op, right } => {
            let left = match constant(left)? {
                Constant::Int(value) => value.to_i64()? as f64,
                Constant::Float(value) => value,
                _ => return None,
            };
            let Constant::Complex { real, imag } = constant(right)? else { return None };
            Some(match op {
                Operator::Add => Constant::Complex { real: left + real, imag },
                Operator::Sub => Constant::Complex { real: left - real, imag: -imag },
                _ => return None,
            })
        }
        _ => None,
    }
}

/// A number of a pattern as one constant.
fn number<'a>(node: &Expr<'a>) -> Expr<'a> {
    match (node.node, constant(node)) {
        (ExprKind::UnaryOp { .. } | ExprKind::BinOp { .. }, Some(value)) => {
            Expr { node: ExprKind::Constant { value, kind: None }, loc: node.loc }
        }
        _ => *node,
    }
}
