//! Checks of trees that no parser made: what `compile` demands of a tree of `ast` objects before it goes to work.
//! Not here: the types of fields, which the conversion from objects checks.

use crate::ast::*;

/// Which exception class a malformed tree gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InvalidKind {
    /// `ValueError`
    Value,
    /// `TypeError`
    Type,
}

/// What is wrong with a tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// The class of the exception.
    pub kind: InvalidKind,
    /// The message.
    pub message: String,
}

type Checked = Result<(), Invalid>;

fn value(message: impl Into<String>) -> Checked {
    Err(Invalid { kind: InvalidKind::Value, message: message.into() })
}

fn type_(message: impl Into<String>) -> Checked {
    Err(Invalid { kind: InvalidKind::Type, message: message.into() })
}

/// Whether a compiler may rely on the tree. Recurses as deep as the tree is: who made the tree has limited its depth.
pub fn validate(module: &Mod<'_>) -> Checked {
    match *module {
        Mod::Module { body, .. } | Mod::Interactive { body } => stmts(body),
        Mod::Expression { body } => load(body),
        Mod::FunctionType { argtypes, returns } => {
            loads(argtypes)?;
            load(returns)
        }
    }
}

fn location(loc: &Location) -> Checked {
    let Location { lineno, col_offset, end_lineno, end_col_offset } = *loc;
    if lineno > end_lineno {
        return value(format!("AST node line range ({lineno}, {end_lineno}) is not valid"));
    }
    if (lineno < 0 && end_lineno != lineno) || (col_offset < 0 && col_offset != end_col_offset) {
        return value(format!(
            "AST node column range ({col_offset}, {end_col_offset}) for line range ({lineno}, {end_lineno}) is not valid"
        ));
    }
    if lineno == end_lineno && col_offset > end_col_offset {
        return value(format!("line {lineno}, column {col_offset}-{end_col_offset} is not a valid range"));
    }
    Ok(())
}

fn name(name: &str) -> Checked {
    match name {
        "None" | "True" | "False" => value(format!("identifier field can't represent '{name}' constant")),
        _ => Ok(()),
    }
}

fn nonempty<T>(items: &[T], what: &str, owner: &str) -> Checked {
    if items.is_empty() { value(format!("empty {what} on {owner}")) } else { Ok(()) }
}

fn stmts(body: &[Stmt<'_>]) -> Checked {
    body.iter().try_for_each(stmt)
}

fn block(body: &[Stmt<'_>], owner: &str) -> Checked {
    nonempty(body, "body", owner)?;
    stmts(body)
}

fn load(node: &Expr<'_>) -> Checked {
    expr(node, ExprContext::Load)
}

fn loads(nodes: &[Expr<'_>]) -> Checked {
    nodes.iter().try_for_each(load)
}

fn optional(node: Option<&Expr<'_>>) -> Checked {
    node.map_or(Ok(()), load)
}

fn targets(nodes: &[Expr<'_>], ctx: ExprContext) -> Checked {
    nonempty(nodes, "targets", if ctx == ExprContext::Del { "Delete" } else { "Assign" })?;
    nodes.iter().try_for_each(|node| expr(node, ctx))
}

fn keywords(nodes: &[Keyword<'_>]) -> Checked {
    nodes.iter().try_for_each(|keyword| load(keyword.value))
}

fn comprehensions(generators: &[Comprehension<'_>]) -> Checked {
    if generators.is_empty() {
        return value("comprehension with no generators");
    }
    generators.iter().try_for_each(|generator| {
        expr(&generator.target, ExprContext::Store)?;
        load(&generator.iter)?;
        loads(generator.ifs)
    })
}

fn args(nodes: &[Arg<'_>]) -> Checked {
    nodes.iter().try_for_each(|arg| {
        location(&arg.loc)?;
        optional(arg.annotation)
    })
}

fn arguments(node: &Arguments<'_>) -> Checked {
    args(node.posonlyargs)?;
    args(node.args)?;
    optional(node.vararg.and_then(|arg| arg.annotation))?;
    args(node.kwonlyargs)?;
    optional(node.kwarg.and_then(|arg| arg.annotation))?;
    if node.defaults.len() > node.posonlyargs.len() + node.args.len() {
        return value("more positional defaults than args on arguments");
    }
    if node.kw_defaults.len() != node.kwonlyargs.len() {
        return value("length of kwonlyargs is not the same as kw_defaults on arguments");
    }
    loads(node.defaults)?;
    node.kw_defaults.iter().try_for_each(|default| optional(default.as_ref()))
}

/// What a node says of how it is used; none for what can only be loaded.
fn context_of(node: &ExprKind<'_>) -> Option<ExprContext> {
    match *node {
        ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::Name { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => Some(ctx),
        _ => None,
    }
}

fn expr(node: &Expr<'_>, ctx: ExprContext) -> Checked {
    location(&node.loc)?;
    if let ExprKind::Name { id, .. } = node.node {
        name(id)?;
    }
    match context_of(&node.node) {
        None if ctx != ExprContext::Load => {
            return value(format!("expression which can't be assigned to in {ctx:?} context"));
        }
        Some(actual) if actual != ctx => {
            return value(format!("expression must have {ctx:?} context but has {actual:?} instead"));
        }
        _ => {}
    }
    match node.node {
        ExprKind::BoolOp { values, .. } => {
            if values.len() < 2 {
                return value("BoolOp with less than 2 values");
            }
            loads(values)
        }
        ExprKind::BinOp { left, right, .. } => {
            load(left)?;
            load(right)
        }
        ExprKind::UnaryOp { operand, .. } => load(operand),
        ExprKind::Lambda { args, body } => {
            arguments(args)?;
            load(body)
        }
        ExprKind::IfExp { test, body, orelse } => {
            load(test)?;
            load(body)?;
            load(orelse)
        }
        ExprKind::Dict { keys, values } => {
            if keys.len() != values.len() {
                return value("Dict doesn't have the same number of keys as values");
            }
            keys.iter().try_for_each(|key| optional(key.as_ref()))?;
            loads(values)
        }
        ExprKind::ListComp { elt, generators }
        | ExprKind::SetComp { elt, generators }
        | ExprKind::GeneratorExp { elt, generators } => {
            comprehensions(generators)?;
            load(elt)
        }
        ExprKind::DictComp { key, value, generators } => {
            comprehensions(generators)?;
            load(key)?;
            load(value)
        }
        ExprKind::Yield { value } => optional(value),
        ExprKind::YieldFrom { value } | ExprKind::Await { value } | ExprKind::Attribute { value, .. } => {
            load(value)
        }
        ExprKind::Compare { left, ops, comparators } => {
            if comparators.is_empty() {
                return value("Compare with no comparators");
            }
            if comparators.len() != ops.len() {
                return value("Compare has a different number of comparators and operands");
            }
            loads(comparators)?;
            load(left)
        }
        ExprKind::Call { func, args, keywords: words } => {
            load(func)?;
            loads(args)?;
            keywords(words)
        }
        ExprKind::FormattedValue { value, format_spec, .. }
        | ExprKind::Interpolation { value, format_spec, .. } => {
            load(value)?;
            optional(format_spec)
        }
        ExprKind::Set { elts: values }
        | ExprKind::JoinedStr { values }
        | ExprKind::TemplateStr { values } => loads(values),
        ExprKind::Subscript { value, slice, .. } => {
            load(slice)?;
            load(value)
        }
        ExprKind::Starred { value, ctx } => expr(value, ctx),
        ExprKind::Slice { lower, upper, step } => {
            optional(lower)?;
            optional(upper)?;
            optional(step)
        }
        ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
            elts.iter().try_for_each(|elt| expr(elt, ctx))
        }
        ExprKind::NamedExpr { target, value } => {
            if !matches!(target.node, ExprKind::Name { .. }) {
                return type_("NamedExpr target must be a Name");
            }
            load(value)
        }
        ExprKind::Constant { .. } | ExprKind::Name { .. } => Ok(()),
    }
}

fn type_params(params: &[TypeParam<'_>]) -> Checked {
    params.iter().try_for_each(|param| {
        location(&param.loc)?;
        match param.node {
            TypeParamKind::TypeVar { name: id, bound, default_value } => {
                name(id)?;
                optional(bound)?;
                optional(default_value)
            }
            TypeParamKind::ParamSpec { name: id, default_value }
            | TypeParamKind::TypeVarTuple { name: id, default_value } => {
                name(id)?;
                optional(default_value)
            }
        }
    })
}

/// A plain number, or its negation: which kinds count is up to the caller.
fn is_number(node: &Expr<'_>, real: bool, imaginary: bool) -> bool {
    match node.node {
        ExprKind::Constant { value: Constant::Int(_) | Constant::Float(_), .. } => real,
        ExprKind::Constant { value: Constant::Complex { .. }, .. } => imaginary,
        _ => false,
    }
}

fn is_negated_number(node: &Expr<'_>, real: bool, imaginary: bool) -> bool {
    match node.node {
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => is_number(operand, real, imaginary),
        _ => false,
    }
}

fn pattern_value(node: &Expr<'_>) -> Checked {
    load(node)?;
    let good = match node.node {
        ExprKind::Constant { value: constant, .. } => {
            if matches!(
                constant,
                Constant::Int(_)
                    | Constant::Float(_)
                    | Constant::Complex { .. }
                    | Constant::Str(_)
                    | Constant::Bytes(_)
            ) {
                return Ok(());
            }
            return value("unexpected constant inside of a literal pattern");
        }
        ExprKind::Attribute { .. } | ExprKind::JoinedStr { .. } | ExprKind::TemplateStr { .. } => true,
        ExprKind::UnaryOp { .. } => is_negated_number(node, true, true),
        ExprKind::BinOp { left, op: Operator::Add | Operator::Sub, right } => {
            (is_number(left, true, false) || is_negated_number(left, true, false))
                && is_number(right, false, true)
        }
        _ => false,
    };
    if good { Ok(()) } else { value("patterns may only match literals and attribute lookups") }
}

fn capture(id: &str) -> Checked {
    if id == "_" { value("can't capture name '_' in patterns") } else { name(id) }
}

fn patterns(nodes: &[Pattern<'_>], star: bool) -> Checked {
    nodes.iter().try_for_each(|node| pattern(node, star))
}

fn pattern(node: &Pattern<'_>, star: bool) -> Checked {
    location(&node.loc)?;
    match node.node {
        PatternKind::MatchValue { value } => pattern_value(value),
        PatternKind::MatchSingleton { value: constant } => match constant {
            Constant::None | Constant::True | Constant::False => Ok(()),
            _ => value("MatchSingleton can only contain True, False and None"),
        },
        PatternKind::MatchSequence { patterns: nodes } => patterns(nodes, true),
        PatternKind::MatchMapping { keys, patterns: nodes, rest } => {
            if keys.len() != nodes.len() {
                return value("MatchMapping doesn't have the same number of keys as patterns");
            }
            rest.map_or(Ok(()), capture)?;
            for key in keys {
                let constant = match key.node {
                    ExprKind::Constant { value, .. } => Some(value),
                    _ => None,
                };
                if !matches!(constant, Some(Constant::None | Constant::True | Constant::False)) {
                    pattern_value(key)?;
                }
            }
            patterns(nodes, false)
        }
        PatternKind::MatchClass { cls, patterns: nodes, kwd_attrs, kwd_patterns } => {
            if kwd_attrs.len() != kwd_patterns.len() {
                return value("MatchClass doesn't have the same number of keyword attributes as patterns");
            }
            load(cls)?;
            let mut class = cls;
            loop {
                match class.node {
                    ExprKind::Name { .. } => break,
                    ExprKind::Attribute { value, .. } => class = value,
                    _ => {
                        return value("MatchClass cls field can only contain Name or Attribute nodes.");
                    }
                }
            }
            kwd_attrs.iter().try_for_each(|attr| name(attr))?;
            patterns(nodes, false)?;
            patterns(kwd_patterns, false)
        }
        PatternKind::MatchStar { name } => {
            if !star {
                return value("can't use MatchStar here");
            }
            name.map_or(Ok(()), capture)
        }
        PatternKind::MatchAs { pattern: inner, name } => {
            name.map_or(Ok(()), capture)?;
            match inner {
                None => Ok(()),
                Some(_) if name.is_none() => {
                    value("MatchAs must specify a target name if a pattern is given")
                }
                Some(inner) => pattern(inner, false),
            }
        }
        PatternKind::MatchOr { patterns: nodes } => {
            if nodes.len() < 2 {
                return value("MatchOr requires at least 2 patterns");
            }
            patterns(nodes, false)
        }
    }
}

fn function(def: &FunctionDef<'_>, owner: &str) -> Checked {
    name(def.name)?;
    block(def.body, owner)?;
    type_params(def.type_params)?;
    arguments(def.args)?;
    loads(def.decorator_list)?;
    optional(def.returns)
}

fn for_(node: &For<'_>, owner: &str) -> Checked {
    expr(node.target, ExprContext::Store)?;
    load(node.iter)?;
    block(node.body, owner)?;
    stmts(node.orelse)
}

fn with(items: &[WithItem<'_>], body: &[Stmt<'_>], owner: &str) -> Checked {
    nonempty(items, "items", owner)?;
    for item in items {
        load(item.context_expr)?;
        item.optional_vars.map_or(Ok(()), |vars| expr(vars, ExprContext::Store))?;
    }
    block(body, owner)
}

fn aliases(names: &[Alias<'_>], owner: &str) -> Checked {
    nonempty(names, "names", owner)?;
    for alias in names {
        name(alias.name)?;
        alias.asname.map_or(Ok(()), name)?;
    }
    Ok(())
}

fn try_(node: &Try<'_>, owner: &str) -> Checked {
    block(node.body, owner)?;
    if node.handlers.is_empty() {
        if node.finalbody.is_empty() {
            return value(format!("{owner} has neither except handlers nor finalbody"));
        }
        if !node.orelse.is_empty() {
            return value(format!("{owner} has orelse but no except handlers"));
        }
    }
    for handler in node.handlers {
        location(&handler.loc)?;
        optional(handler.type_)?;
        handler.name.map_or(Ok(()), name)?;
        block(handler.body, "ExceptHandler")?;
    }
    stmts(node.finalbody)?;
    stmts(node.orelse)
}

fn stmt(node: &Stmt<'_>) -> Checked {
    location(&node.loc)?;
    match node.node {
        StmtKind::FunctionDef(def) => function(def, "FunctionDef"),
        StmtKind::AsyncFunctionDef(def) => function(def, "AsyncFunctionDef"),
        StmtKind::ClassDef(def) => {
            name(def.name)?;
            block(def.body, "ClassDef")?;
            type_params(def.type_params)?;
            loads(def.bases)?;
            keywords(def.keywords)?;
            loads(def.decorator_list)
        }
        StmtKind::Return { value } => optional(value),
        StmtKind::Delete { targets: nodes } => targets(nodes, ExprContext::Del),
        StmtKind::Assign { targets: nodes, value, .. } => {
            targets(nodes, ExprContext::Store)?;
            load(value)
        }
        StmtKind::AugAssign { target, value, .. } => {
            expr(target, ExprContext::Store)?;
            load(value)
        }
        StmtKind::AnnAssign { target, annotation, value, simple } => {
            if simple != 0 && !matches!(target.node, ExprKind::Name { .. }) {
                return type_("AnnAssign with simple non-Name target");
            }
            expr(target, ExprContext::Store)?;
            optional(value)?;
            load(annotation)
        }
        StmtKind::TypeAlias { name, type_params: params, value } => {
            if !matches!(name.node, ExprKind::Name { .. }) {
                return type_("TypeAlias with non-Name name");
            }
            expr(name, ExprContext::Store)?;
            type_params(params)?;
            load(value)
        }
        StmtKind::For(node) => for_(node, "For"),
        StmtKind::AsyncFor(node) => for_(node, "AsyncFor"),
        StmtKind::While { test, body, orelse } => {
            load(test)?;
            block(body, "While")?;
            stmts(orelse)
        }
        StmtKind::If { test, body, orelse } => {
            load(test)?;
            block(body, "If")?;
            stmts(orelse)
        }
        StmtKind::With { items, body, .. } => with(items, body, "With"),
        StmtKind::AsyncWith { items, body, .. } => with(items, body, "AsyncWith"),
        StmtKind::Match { subject, cases } => {
            load(subject)?;
            nonempty(cases, "cases", "Match")?;
            cases.iter().try_for_each(|case| {
                pattern(case.pattern, false)?;
                optional(case.guard)?;
                block(case.body, "match_case")
            })
        }
        StmtKind::Raise { exc: None, cause: Some(_) } => value("Raise with cause but no exception"),
        StmtKind::Raise { exc, cause } => {
            optional(exc)?;
            optional(cause)
        }
        StmtKind::Try(node) => try_(node, "Try"),
        StmtKind::TryStar(node) => try_(node, "TryStar"),
        StmtKind::Assert { test, msg } => {
            load(test)?;
            optional(msg)
        }
        StmtKind::Import { names } => aliases(names, "Import"),
        StmtKind::ImportFrom { names, level, .. } => {
            if level.is_some_and(|level| level < 0) {
                return value("Negative ImportFrom level");
            }
            aliases(names, "ImportFrom")
        }
        StmtKind::Global { names } => nonempty(names, "names", "Global"),
        StmtKind::Nonlocal { names } => nonempty(names, "names", "Nonlocal"),
        StmtKind::Expr { value } => load(value),
        StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsed_trees_are_valid() {
        let arena = bumpalo::Bump::new();
        let source = "def f[T: int](a, /, b=1, *c, d=2, e, **g) -> int:\n    with a as (b, *c):\n        del x[1], y.z\n    match a:\n        case {'x': -1+2j, **r} | A(b, c=[*_]) if x:\n            return [i async for i in (yield) if i]\n";
        let parsed = crate::parse(&arena, source, crate::ParseOptions::default()).expect("is valid");
        assert_eq!(validate(&parsed.module), Ok(()));
    }

    #[test]
    fn contexts_must_fit() {
        let name =
            Expr { node: ExprKind::Name { id: "x", ctx: ExprContext::Store }, loc: Location::default() };
        let error = validate(&Mod::Expression { body: &name }).expect_err("is faulty");
        assert_eq!(error.message, "expression must have Load context but has Store instead");
    }
}
