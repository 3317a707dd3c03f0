//! The abstract grammar as one table: every node class with its fields. What Python's module `ast` shows (classes, `_fields`,
//! docstrings) and the conversions between objects and [`crate::ast`] are made from it, by handing a callback macro to
//! [`for_each_node_class!`](crate::for_each_node_class).

/// Calls `$callback!` with the whole table, as a sequence of `GROUP name(RUST TYPES) { CLASS [in BOX] (fields)… }`.
///
/// A group says how the Rust type of [`ast`](crate::ast) is shaped:
/// - `plain`: an enum without locations;
/// - `located`, `spanned`: a struct of `node` (an enum) and `loc`; `spanned` ones always have an end;
/// - `single`: a sum with one class, which is a struct; `handler` likewise, with `loc`;
/// - `choice`: an enum without fields;
/// - `product`, `located_product`: a struct that is no alternative of anything.
///
/// `in BOX` names the struct behind a reference in which an enum's variant keeps its fields. A field is `name: type`, with `[*]` for a
/// sequence (`[? *]`: with gaps) and `[?]` for an optional one; a trailing underscore is not part of its name.
#[macro_export]
macro_rules! for_each_node_class {
    ($callback:path) => {
        $callback! {
            plain mod(Mod) {
                Module(body: stmt[*], type_ignores: type_ignore[*]),
                Interactive(body: stmt[*]),
                Expression(body: expr),
                FunctionType(argtypes: expr[*], returns: expr),
            }
            located stmt(Stmt, StmtKind) {
                FunctionDef in FunctionDef(name: identifier, args: arguments, body: stmt[*], decorator_list: expr[*], returns: expr[?], type_comment: string[?], type_params: type_param[*]),
                AsyncFunctionDef in FunctionDef(name: identifier, args: arguments, body: stmt[*], decorator_list: expr[*], returns: expr[?], type_comment: string[?], type_params: type_param[*]),
                ClassDef in ClassDef(name: identifier, bases: expr[*], keywords: keyword[*], body: stmt[*], decorator_list: expr[*], type_params: type_param[*]),
                Return(value: expr[?]),
                Delete(targets: expr[*]),
                Assign(targets: expr[*], value: expr, type_comment: string[?]),
                TypeAlias(name: expr, type_params: type_param[*], value: expr),
                AugAssign(target: expr, op: operator, value: expr),
                AnnAssign(target: expr, annotation: expr, value: expr[?], simple: int),
                For in For(target: expr, iter: expr, body: stmt[*], orelse: stmt[*], type_comment: string[?]),
                AsyncFor in For(target: expr, iter: expr, body: stmt[*], orelse: stmt[*], type_comment: string[?]),
                While(test: expr, body: stmt[*], orelse: stmt[*]),
                If(test: expr, body: stmt[*], orelse: stmt[*]),
                With(items: withitem[*], body: stmt[*], type_comment: string[?]),
                AsyncWith(items: withitem[*], body: stmt[*], type_comment: string[?]),
                Match(subject: expr, cases: match_case[*]),
                Raise(exc: expr[?], cause: expr[?]),
                Try in Try(body: stmt[*], handlers: excepthandler[*], orelse: stmt[*], finalbody: stmt[*]),
                TryStar in Try(body: stmt[*], handlers: excepthandler[*], orelse: stmt[*], finalbody: stmt[*]),
                Assert(test: expr, msg: expr[?]),
                Import(names: alias[*]),
                ImportFrom(module: identifier[?], names: alias[*], level: int[?]),
                Global(names: identifier[*]),
                Nonlocal(names: identifier[*]),
                Expr(value: expr),
                Pass(),
                Break(),
                Continue(),
            }
            located expr(Expr, ExprKind) {
                BoolOp(op: boolop, values: expr[*]),
                NamedExpr(target: expr, value: expr),
                BinOp(left: expr, op: operator, right: expr),
                UnaryOp(op: unaryop, operand: expr),
                Lambda(args: arguments, body: expr),
                IfExp(test: expr, body: expr, orelse: expr),
                Dict(keys: expr[? *], values: expr[*]),
                Set(elts: expr[*]),
                ListComp(elt: expr, generators: comprehension[*]),
                SetComp(elt: expr, generators: comprehension[*]),
                DictComp(key: expr, value: expr, generators: comprehension[*]),
                GeneratorExp(elt: expr, generators: comprehension[*]),
                Await(value: expr),
                Yield(value: expr[?]),
                YieldFrom(value: expr),
                Compare(left: expr, ops: cmpop[*], comparators: expr[*]),
                Call(func: expr, args: expr[*], keywords: keyword[*]),
                FormattedValue(value: expr, conversion: int, format_spec: expr[?]),
                Interpolation(value: expr, str: constant, conversion: int, format_spec: expr[?]),
                JoinedStr(values: expr[*]),
                TemplateStr(values: expr[*]),
                Constant(value: constant, kind: string[?]),
                Attribute(value: expr, attr: identifier, ctx: expr_context),
                Subscript(value: expr, slice: expr, ctx: expr_context),
                Starred(value: expr, ctx: expr_context),
                Name(id: identifier, ctx: expr_context),
                List(elts: expr[*], ctx: expr_context),
                Tuple(elts: expr[*], ctx: expr_context),
                Slice(lower: expr[?], upper: expr[?], step: expr[?]),
            }
            choice expr_context(ExprContext) { Load(), Store(), Del(), }
            choice boolop(BoolOp) { And(), Or(), }
            choice operator(Operator) {
                Add(), Sub(), Mult(), MatMult(), Div(), Mod(), Pow(), LShift(), RShift(), BitOr(), BitXor(), BitAnd(), FloorDiv(),
            }
            choice unaryop(UnaryOp) { Invert(), Not(), UAdd(), USub(), }
            choice cmpop(CmpOp) { Eq(), NotEq(), Lt(), LtE(), Gt(), GtE(), Is(), IsNot(), In(), NotIn(), }
            product comprehension(Comprehension) {
                Comprehension(target: expr, iter: expr, ifs: expr[*], is_async: int),
            }
            handler excepthandler(ExceptHandler) {
                ExceptHandler(type_: expr[?], name: identifier[?], body: stmt[*]),
            }
            product arguments(Arguments) {
                Arguments(posonlyargs: arg[*], args: arg[*], vararg: arg[?], kwonlyargs: arg[*], kw_defaults: expr[? *], kwarg: arg[?], defaults: expr[*]),
            }
            located_product arg(Arg) { Arg(arg: identifier, annotation: expr[?], type_comment: string[?]), }
            located_product keyword(Keyword) { Keyword(arg: identifier[?], value: expr), }
            located_product alias(Alias) { Alias(name: identifier, asname: identifier[?]), }
            product withitem(WithItem) { WithItem(context_expr: expr, optional_vars: expr[?]), }
            product match_case(MatchCase) { MatchCase(pattern: pattern, guard: expr[?], body: stmt[*]), }
            spanned pattern(Pattern, PatternKind) {
                MatchValue(value: expr),
                MatchSingleton(value: constant),
                MatchSequence(patterns: pattern[*]),
                MatchMapping(keys: expr[*], patterns: pattern[*], rest: identifier[?]),
                MatchClass(cls: expr, patterns: pattern[*], kwd_attrs: identifier[*], kwd_patterns: pattern[*]),
                MatchStar(name: identifier[?]),
                MatchAs(pattern: pattern[?], name: identifier[?]),
                MatchOr(patterns: pattern[*]),
            }
            single type_ignore(TypeIgnore) { TypeIgnore(lineno: int, tag: string), }
            spanned type_param(TypeParam, TypeParamKind) {
                TypeVar(name: identifier, bound: expr[?], default_value: expr[?]),
                ParamSpec(name: identifier, default_value: expr[?]),
                TypeVarTuple(name: identifier, default_value: expr[?]),
            }
        }
    };
}

/// How often a field holds a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// Once.
    One,
    /// Once or `None`.
    Optional,
    /// A list.
    Many,
    /// A list in which `None` may stand.
    Sparse,
}

impl Quantity {
    const fn of(mark: &str) -> Quantity {
        match mark.as_bytes() {
            b"*" => Quantity::Many,
            b"?*" => Quantity::Sparse,
            b"?" => Quantity::Optional,
            _ => Quantity::One,
        }
    }
}

/// A field of a node class.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    written: &'static str,
    /// `expr`, `identifier`, `int`… : a group of classes or a built-in type.
    pub kind: &'static str,
    /// How often.
    pub quantity: Quantity,
}

impl Field {
    const fn new(written: &'static str, kind: &'static str, quantity: Quantity) -> Field {
        Field { written, kind, quantity }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.written.trim_end_matches('_')
    }

    fn describe(&self) -> String {
        let mark = match self.quantity {
            Quantity::One => "",
            Quantity::Optional => "?",
            Quantity::Many => "*",
            Quantity::Sparse => "?*",
        };
        format!("{}{mark} {}", self.kind, self.name())
    }
}

/// What a group's Rust type looks like: see [`for_each_node_class!`](crate::for_each_node_class).
#[allow(missing_docs)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    plain,
    located,
    spanned,
    single,
    handler,
    choice,
    product,
    located_product,
}

/// A sum of classes, or a product, which is its own only class.
#[derive(Debug)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Its classes, with their names as the Rust enum has them.
    pub classes: &'static [(&'static str, &'static [Field])],
}

const LOCATION: &[Field] = &[
    Field::new("lineno", "int", Quantity::One),
    Field::new("col_offset", "int", Quantity::One),
    Field::new("end_lineno", "int", Quantity::Optional),
    Field::new("end_col_offset", "int", Quantity::Optional),
];
const SPAN: &[Field] = &[
    Field::new("lineno", "int", Quantity::One),
    Field::new("col_offset", "int", Quantity::One),
    Field::new("end_lineno", "int", Quantity::One),
    Field::new("end_col_offset", "int", Quantity::One),
];

impl Group {
    /// The fields of all nodes of the group: where they stand in the source.
    #[must_use]
    pub fn attributes(&self) -> &'static [Field] {
        match self.shape {
            Shape::located | Shape::handler | Shape::located_product => LOCATION,
            Shape::spanned => SPAN,
            Shape::plain | Shape::single | Shape::choice | Shape::product => &[],
        }
    }

    /// Whether the group is a class of its own, not a base class of alternatives.
    #[must_use]
    pub fn is_product(&self) -> bool {
        matches!(self.shape, Shape::product | Shape::located_product)
    }

    /// The docstring of the base class.
    #[must_use]
    pub fn doc(&self) -> String {
        let alternatives: Vec<_> =
            self.classes.iter().map(|(name, fields)| describe_class(name, fields)).collect();
        if self.shape == Shape::choice {
            return format!("{} = {}", self.name, alternatives.join(" | "));
        }
        let indent = " ".repeat(self.name.len());
        format!("{} = {}", self.name, alternatives.join(&format!("\n{indent} | ")))
    }
}

/// The docstring of a class.
#[must_use]
pub fn describe_class(name: &str, fields: &[Field]) -> String {
    if fields.is_empty() {
        return name.to_owned();
    }
    let fields: Vec<_> = fields.iter().map(Field::describe).collect();
    format!("{name}({})", fields.join(", "))
}

macro_rules! define_groups {
    ($($shape:ident $name:ident($($rust:ident),*) { $($class:ident $(in $boxed:ident)? ($($field:ident: $kind:ident $([$($mark:tt)*])?),*),)* })*) => {
        /// The whole table.
        pub static GROUPS: &[Group] = &[$(Group {
            name: stringify!($name),
            shape: Shape::$shape,
            classes: &[$((stringify!($class), &[$(
                Field::new(stringify!($field), stringify!($kind), Quantity::of(concat!($($(stringify!($mark)),*)?)))
            ),*])),*],
        }),*];

        /// Every class that has instances of its own, in the table's order.
        #[allow(missing_docs)]
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Class { $($($class,)*)* }
    };
}

crate::for_each_node_class!(define_groups);

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> &'static Group {
        GROUPS.iter().find(|group| group.name == name).expect("is a group")
    }

    #[test]
    fn docstrings_are_the_grammar() {
        assert_eq!(group("boolop").doc(), "boolop = And | Or");
        assert_eq!(
            group("mod").doc(),
            "mod = Module(stmt* body, type_ignore* type_ignores)\n    | Interactive(stmt* body)\n    | Expression(expr body)\n    | FunctionType(expr* argtypes, expr returns)"
        );
        let (_, fields) = group("excepthandler").classes[0];
        assert_eq!(
            describe_class("ExceptHandler", fields),
            "ExceptHandler(expr? type, identifier? name, stmt* body)"
        );
    }
}
