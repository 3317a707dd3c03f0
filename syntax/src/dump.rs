//! Trees as text, exactly as Python's `ast.dump(tree, include_attributes=True)` gives them.
//! For tests: comparing two parsers is comparing these.

use crate::ast::*;

/// The text of a tree.
pub fn dump(module: &Mod<'_>) -> String {
    let mut out = Dump { text: String::new() };
    match *module {
        Mod::Module { body, type_ignores } => out.node("Module", |n| {
            n.list("body", body, Dump::stmt);
            n.list("type_ignores", type_ignores, |d, t| {
                d.node("TypeIgnore", |n| {
                    n.int("lineno", t.lineno);
                    n.text("tag", t.tag);
                });
            });
        }),
        Mod::Interactive { body } => out.node("Interactive", |n| n.list("body", body, Dump::stmt)),
        Mod::Expression { body } => out.node("Expression", |n| n.expr("body", body)),
        Mod::FunctionType { argtypes, returns } => out.node("FunctionType", |n| {
            n.list("argtypes", argtypes, Dump::expr);
            n.expr("returns", returns);
        }),
    }
    out.text
}

/// Python's `repr` of a string.
pub fn repr_text(text: Wtf8<'_>) -> String {
    let quote = if text.0.contains(&b'\'') && !text.0.contains(&b'"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for code in text.code_points() {
        match code {
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            13 => out.push_str("\\r"),
            92 => out.push_str("\\\\"),
            _ if code == quote as u32 => {
                out.push('\\');
                out.push(quote);
            }
            _ => match char::from_u32(code) {
                Some(c) if crate::identifier::is_printable(c) => out.push(c),
                _ if code < 0x100 => out.push_str(&format!("\\x{code:02x}")),
                _ if code < 0x10000 => out.push_str(&format!("\\u{code:04x}")),
                _ => out.push_str(&format!("\\U{code:08x}")),
            },
        }
    }
    out.push(quote);
    out
}

/// Python's `repr` of bytes.
pub fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\\' => out.push_str("\\\\"),
            _ if byte as char == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..0x7f => out.push(byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

/// Python's `repr` of a float.
pub fn repr_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

/// Python's `repr` of a complex number with a real part of zero, as in source.
pub fn repr_complex(real: f64, imag: f64) -> String {
    let part = |value: f64| {
        let text = repr_float(value);
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    };
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imag));
    }
    let sign = if imag.is_sign_negative() { "" } else { "+" };
    format!("({}{sign}{}j)", part(real), part(imag))
}

/// An integer in decimal.
pub fn repr_integer(value: Integer<'_>) -> String {
    if let Some(small) = value.to_i64() {
        return small.to_string();
    }
    let mut places = value.digits.to_vec();
    let mut chunks = Vec::new();
    while !places.is_empty() {
        let mut rest = 0u64;
        for place in places.iter_mut().rev() {
            let current = rest << 32 | u64::from(*place);
            *place = (current / 1_000_000_000) as u32;
            rest = current % 1_000_000_000;
        }
        chunks.push(rest);
        while places.last() == Some(&0) {
            places.pop();
        }
    }
    let mut out = String::from(if value.negative { "-" } else { "" });
    for (index, chunk) in chunks.iter().rev().enumerate() {
        out.push_str(&if index == 0 { chunk.to_string() } else { format!("{chunk:09}") });
    }
    out
}

/// Python's `repr` of a constant.
pub fn repr_constant(value: &Constant<'_>) -> String {
    match *value {
        Constant::None => "None".to_owned(),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Ellipsis => "Ellipsis".to_owned(),
        Constant::Str(text) => repr_text(text),
        Constant::Bytes(bytes) => repr_bytes(bytes),
        Constant::Int(value) => repr_integer(value),
        Constant::Float(value) => repr_float(value),
        Constant::Complex { real, imag } => repr_complex(real, imag),
        Constant::Tuple(items) => {
            let items: Vec<_> = items.iter().map(repr_constant).collect();
            let comma = if items.len() == 1 { "," } else { "" };
            format!("({}{comma})", items.join(", "))
        }
        Constant::FrozenSet([]) => "frozenset()".to_owned(),
        Constant::FrozenSet(items) => {
            let items: Vec<_> = items.iter().map(repr_constant).collect();
            format!("frozenset({{{}}})", items.join(", "))
        }
    }
}

struct Dump {
    text: String,
}

/// The fields of a node being written.
struct Fields<'d> {
    dump: &'d mut Dump,
    first: bool,
}

impl Fields<'_> {
    fn field(&mut self, name: &str) -> &mut Dump {
        if !self.first {
            self.dump.text.push_str(", ");
        }
        self.first = false;
        self.dump.text.push_str(name);
        self.dump.text.push('=');
        self.dump
    }

    fn list<T>(&mut self, name: &str, items: &[T], each: impl Fn(&mut Dump, &T)) {
        if items.is_empty() {
            return;
        }
        let dump = self.field(name);
        dump.text.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                dump.text.push_str(", ");
            }
            each(dump, item);
        }
        dump.text.push(']');
    }

    fn int(&mut self, name: &str, value: i32) {
        let text = value.to_string();
        self.field(name).text.push_str(&text);
    }

    fn text(&mut self, name: &str, value: &str) {
        let text = repr_text(Wtf8::from_text(value));
        self.field(name).text.push_str(&text);
    }

    fn optional_text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    fn word(&mut self, name: &str, value: &str) {
        let dump = self.field(name);
        dump.text.push_str(value);
        dump.text.push_str("()");
    }

    fn ctx(&mut self, value: ExprContext) {
        self.word("ctx", &format!("{value:?}"));
    }

    fn constant(&mut self, name: &str, value: &Constant<'_>) {
        let text = repr_constant(value);
        self.field(name).text.push_str(&text);
    }

    fn expr(&mut self, name: &str, value: &Expr<'_>) {
        self.field(name).expr(value);
    }

    fn optional(&mut self, name: &str, value: Option<&Expr<'_>>) {
        if let Some(value) = value {
            self.expr(name, value);
        }
    }

    fn body(&mut self, name: &str, body: &[Stmt<'_>]) {
        self.list(name, body, Dump::stmt);
    }

    fn exprs(&mut self, name: &str, items: &[Expr<'_>]) {
        self.list(name, items, Dump::expr);
    }

    fn names(&mut self, name: &str, names: &[Name<'_>]) {
        self.list(name, names, |d, n| d.text.push_str(&repr_text(Wtf8::from_text(n))));
    }

    fn loc(&mut self, loc: &Location) {
        self.int("lineno", loc.lineno);
        self.int("col_offset", loc.col_offset);
        self.int("end_lineno", loc.end_lineno);
        self.int("end_col_offset", loc.end_col_offset);
    }

    fn function(&mut self, def: &FunctionDef<'_>) {
        self.text("name", def.name);
        self.field("args").arguments(def.args);
        self.body("body", def.body);
        self.exprs("decorator_list", def.decorator_list);
        self.optional("returns", def.returns);
        self.optional_text("type_comment", def.type_comment);
        self.list("type_params", def.type_params, Dump::type_param);
    }

    fn for_(&mut self, node: &For<'_>) {
        self.expr("target", node.target);
        self.expr("iter", node.iter);
        self.body("body", node.body);
        self.body("orelse", node.orelse);
        self.optional_text("type_comment", node.type_comment);
    }

    fn try_(&mut self, node: &Try<'_>) {
        self.body("body", node.body);
        self.list("handlers", node.handlers, |d, h| {
            d.node("ExceptHandler", |n| {
                n.optional("type", h.type_);
                n.optional_text("name", h.name);
                n.body("body", h.body);
                n.loc(&h.loc);
            });
        });
        self.body("orelse", node.orelse);
        self.body("finalbody", node.finalbody);
    }

    fn with(&mut self, items: &[WithItem<'_>], body: &[Stmt<'_>], type_comment: Option<&str>) {
        self.list("items", items, |d, i| {
            d.node("withitem", |n| {
                n.expr("context_expr", i.context_expr);
                n.optional("optional_vars", i.optional_vars);
            });
        });
        self.body("body", body);
        self.optional_text("type_comment", type_comment);
    }

    fn aliases(&mut self, names: &[Alias<'_>]) {
        self.list("names", names, |d, a| {
            d.node("alias", |n| {
                n.text("name", a.name);
                n.optional_text("asname", a.asname);
                n.loc(&a.loc);
            });
        });
    }

    fn keywords(&mut self, keywords: &[Keyword<'_>]) {
        self.list("keywords", keywords, |d, k| {
            d.node("keyword", |n| {
                n.optional_text("arg", k.arg);
                n.expr("value", k.value);
                n.loc(&k.loc);
            });
        });
    }

    fn generators(&mut self, generators: &[Comprehension<'_>]) {
        self.list("generators", generators, |d, c| {
            d.node("comprehension", |n| {
                n.expr("target", &c.target);
                n.expr("iter", &c.iter);
                n.exprs("ifs", c.ifs);
                n.int("is_async", c.is_async);
            });
        });
    }
}

impl Dump {
    fn node(&mut self, name: &str, fields: impl FnOnce(&mut Fields<'_>)) {
        self.text.push_str(name);
        self.text.push('(');
        fields(&mut Fields { dump: self, first: true });
        self.text.push(')');
    }

    fn optional_item(&mut self, item: &Option<Expr<'_>>) {
        match item {
            Some(expr) => self.expr(expr),
            None => self.text.push_str("None"),
        }
    }

    fn arg(&mut self, arg: &Arg<'_>) {
        self.node("arg", |n| {
            n.text("arg", arg.arg);
            n.optional("annotation", arg.annotation);
            n.optional_text("type_comment", arg.type_comment);
            n.loc(&arg.loc);
        });
    }

    fn arguments(&mut self, args: &Arguments<'_>) {
        self.node("arguments", |n| {
            n.list("posonlyargs", args.posonlyargs, Dump::arg);
            n.list("args", args.args, Dump::arg);
            if let Some(arg) = args.vararg {
                n.field("vararg").arg(arg);
            }
            n.list("kwonlyargs", args.kwonlyargs, Dump::arg);
            n.list("kw_defaults", args.kw_defaults, Dump::optional_item);
            if let Some(arg) = args.kwarg {
                n.field("kwarg").arg(arg);
            }
            n.exprs("defaults", args.defaults);
        });
    }

    fn type_param(&mut self, param: &TypeParam<'_>) {
        let (class, name, bound, default_value) = match param.node {
            TypeParamKind::TypeVar { name, bound, default_value } => ("TypeVar", name, bound, default_value),
            TypeParamKind::ParamSpec { name, default_value } => ("ParamSpec", name, None, default_value),
            TypeParamKind::TypeVarTuple { name, default_value } => {
                ("TypeVarTuple", name, None, default_value)
            }
        };
        self.node(class, |n| {
            n.text("name", name);
            n.optional("bound", bound);
            n.optional("default_value", default_value);
            n.loc(&param.loc);
        });
    }

    fn pattern(&mut self, pattern: &Pattern<'_>) {
        let class = match pattern.node {
            PatternKind::MatchValue { .. } => "MatchValue",
            PatternKind::MatchSingleton { .. } => "MatchSingleton",
            PatternKind::MatchSequence { .. } => "MatchSequence",
            PatternKind::MatchMapping { .. } => "MatchMapping",
            PatternKind::MatchClass { .. } => "MatchClass",
            PatternKind::MatchStar { .. } => "MatchStar",
            PatternKind::MatchAs { .. } => "MatchAs",
            PatternKind::MatchOr { .. } => "MatchOr",
        };
        self.node(class, |n| {
            match pattern.node {
                PatternKind::MatchValue { value } => n.expr("value", value),
                PatternKind::MatchSingleton { value } => n.constant("value", &value),
                PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                    n.list("patterns", patterns, Dump::pattern);
                }
                PatternKind::MatchMapping { keys, patterns, rest } => {
                    n.exprs("keys", keys);
                    n.list("patterns", patterns, Dump::pattern);
                    n.optional_text("rest", rest);
                }
                PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                    n.expr("cls", cls);
                    n.list("patterns", patterns, Dump::pattern);
                    n.names("kwd_attrs", kwd_attrs);
                    n.list("kwd_patterns", kwd_patterns, Dump::pattern);
                }
                PatternKind::MatchStar { name } => n.optional_text("name", name),
                PatternKind::MatchAs { pattern, name } => {
                    if let Some(pattern) = pattern {
                        n.field("pattern").pattern(pattern);
                    }
                    n.optional_text("name", name);
                }
            }
            n.loc(&pattern.loc);
        });
    }

    fn stmt(&mut self, stmt: &Stmt<'_>) {
        let class = match stmt.node {
            StmtKind::FunctionDef(_) => "FunctionDef",
            StmtKind::AsyncFunctionDef(_) => "AsyncFunctionDef",
            StmtKind::ClassDef(_) => "ClassDef",
            StmtKind::Return { .. } => "Return",
            StmtKind::Delete { .. } => "Delete",
            StmtKind::Assign { .. } => "Assign",
            StmtKind::TypeAlias { .. } => "TypeAlias",
            StmtKind::AugAssign { .. } => "AugAssign",
            StmtKind::AnnAssign { .. } => "AnnAssign",
            StmtKind::For(_) => "For",
            StmtKind::AsyncFor(_) => "AsyncFor",
            StmtKind::While { .. } => "While",
            StmtKind::If { .. } => "If",
            StmtKind::With { .. } => "With",
            StmtKind::AsyncWith { .. } => "AsyncWith",
            StmtKind::Match { .. } => "Match",
            StmtKind::Raise { .. } => "Raise",
            StmtKind::Try(_) => "Try",
            StmtKind::TryStar(_) => "TryStar",
            StmtKind::Assert { .. } => "Assert",
            StmtKind::Import { .. } => "Import",
            StmtKind::ImportFrom { .. } => "ImportFrom",
            StmtKind::Global { .. } => "Global",
            StmtKind::Nonlocal { .. } => "Nonlocal",
            StmtKind::Expr { .. } => "Expr",
            StmtKind::Pass => "Pass",
            StmtKind::Break => "Break",
            StmtKind::Continue => "Continue",
        };
        self.node(class, |n| {
            n.stmt_fields(&stmt.node);
            n.loc(&stmt.loc);
        });
    }

    fn expr(&mut self, expr: &Expr<'_>) {
        let class = match expr.node {
            ExprKind::BoolOp { .. } => "BoolOp",
            ExprKind::NamedExpr { .. } => "NamedExpr",
            ExprKind::BinOp { .. } => "BinOp",
            ExprKind::UnaryOp { .. } => "UnaryOp",
            ExprKind::Lambda { .. } => "Lambda",
            ExprKind::IfExp { .. } => "IfExp",
            ExprKind::Dict { .. } => "Dict",
            ExprKind::Set { .. } => "Set",
            ExprKind::ListComp { .. } => "ListComp",
            ExprKind::SetComp { .. } => "SetComp",
            ExprKind::DictComp { .. } => "DictComp",
            ExprKind::GeneratorExp { .. } => "GeneratorExp",
            ExprKind::Await { .. } => "Await",
            ExprKind::Yield { .. } => "Yield",
            ExprKind::YieldFrom { .. } => "YieldFrom",
            ExprKind::Compare { .. } => "Compare",
            ExprKind::Call { .. } => "Call",
            ExprKind::FormattedValue { .. } => "FormattedValue",
            ExprKind::Interpolation { .. } => "Interpolation",
            ExprKind::JoinedStr { .. } => "JoinedStr",
            ExprKind::TemplateStr { .. } => "TemplateStr",
            ExprKind::Constant { .. } => "Constant",
            ExprKind::Attribute { .. } => "Attribute",
            ExprKind::Subscript { .. } => "Subscript",
            ExprKind::Starred { .. } => "Starred",
            ExprKind::Name { .. } => "Name",
            ExprKind::List { .. } => "List",
            ExprKind::Tuple { .. } => "Tuple",
            ExprKind::Slice { .. } => "Slice",
        };
        self.node(class, |n| {
            n.expr_fields(&expr.node);
            n.loc(&expr.loc);
        });
    }
}

impl Fields<'_> {
    fn stmt_fields(&mut self, node: &StmtKind<'_>) {
        match *node {
            StmtKind::FunctionDef(def) | StmtKind::AsyncFunctionDef(def) => self.function(def),
            StmtKind::ClassDef(def) => {
                self.text("name", def.name);
                self.exprs("bases", def.bases);
                self.keywords(def.keywords);
                self.body("body", def.body);
                self.exprs("decorator_list", def.decorator_list);
                self.list("type_params", def.type_params, Dump::type_param);
            }
            StmtKind::Return { value } => self.optional("value", value),
            StmtKind::Delete { targets } => self.exprs("targets", targets),
            StmtKind::Assign { targets, value, type_comment } => {
                self.exprs("targets", targets);
                self.expr("value", value);
                self.optional_text("type_comment", type_comment);
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.expr("name", name);
                self.list("type_params", type_params, Dump::type_param);
                self.expr("value", value);
            }
            StmtKind::AugAssign { target, op, value } => {
                self.expr("target", target);
                self.word("op", &format!("{op:?}"));
                self.expr("value", value);
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.expr("target", target);
                self.expr("annotation", annotation);
                self.optional("value", value);
                self.int("simple", simple);
            }
            StmtKind::For(node) | StmtKind::AsyncFor(node) => self.for_(node),
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr("test", test);
                self.body("body", body);
                self.body("orelse", orelse);
            }
            StmtKind::With { items, body, type_comment }
            | StmtKind::AsyncWith { items, body, type_comment } => {
                self.with(items, body, type_comment);
            }
            StmtKind::Match { subject, cases } => {
                self.expr("subject", subject);
                self.list("cases", cases, |d, c| {
                    d.node("match_case", |n| {
                        n.field("pattern").pattern(c.pattern);
                        n.optional("guard", c.guard);
                        n.body("body", c.body);
                    });
                });
            }
            StmtKind::Raise { exc, cause } => {
                self.optional("exc", exc);
                self.optional("cause", cause);
            }
            StmtKind::Try(node) | StmtKind::TryStar(node) => self.try_(node),
            StmtKind::Assert { test, msg } => {
                self.expr("test", test);
                self.optional("msg", msg);
            }
            StmtKind::Import { names } => self.aliases(names),
            StmtKind::ImportFrom { module, names, level } => {
                self.optional_text("module", module);
                self.aliases(names);
                if let Some(level) = level {
                    self.int("level", level);
                }
            }
            StmtKind::Global { names } | StmtKind::Nonlocal { names } => self.names("names", names),
            StmtKind::Expr { value } => self.expr("value", value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn expr_fields(&mut self, node: &ExprKind<'_>) {
        match *node {
            ExprKind::BoolOp { op, values } => {
                self.word("op", &format!("{op:?}"));
                self.exprs("values", values);
            }
            ExprKind::NamedExpr { target, value } => {
                self.expr("target", target);
                self.expr("value", value);
            }
            ExprKind::BinOp { left, op, right } => {
                self.expr("left", left);
                self.word("op", &format!("{op:?}"));
                self.expr("right", right);
            }
            ExprKind::UnaryOp { op, operand } => {
                self.word("op", &format!("{op:?}"));
                self.expr("operand", operand);
            }
            ExprKind::Lambda { args, body } => {
                self.field("args").arguments(args);
                self.expr("body", body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                self.expr("test", test);
                self.expr("body", body);
                self.expr("orelse", orelse);
            }
            ExprKind::Dict { keys, values } => {
                self.list("keys", keys, Dump::optional_item);
                self.exprs("values", values);
            }
            ExprKind::Set { elts } => self.exprs("elts", elts),
            ExprKind::ListComp { elt, generators }
            | ExprKind::SetComp { elt, generators }
            | ExprKind::GeneratorExp { elt, generators } => {
                self.expr("elt", elt);
                self.generators(generators);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.expr("key", key);
                self.expr("value", value);
                self.generators(generators);
            }
            ExprKind::Await { value } | ExprKind::YieldFrom { value } => self.expr("value", value),
            ExprKind::Yield { value } => self.optional("value", value),
            ExprKind::Compare { left, ops, comparators } => {
                self.expr("left", left);
                self.list("ops", ops, |d, op| d.text.push_str(&format!("{op:?}()")));
                self.exprs("comparators", comparators);
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr("func", func);
                self.exprs("args", args);
                self.keywords(keywords);
            }
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.expr("value", value);
                self.int("conversion", conversion);
                self.optional("format_spec", format_spec);
            }
            ExprKind::Interpolation { value, str, conversion, format_spec } => {
                self.expr("value", value);
                self.constant("str", str);
                self.int("conversion", conversion);
                self.optional("format_spec", format_spec);
            }
            ExprKind::JoinedStr { values } | ExprKind::TemplateStr { values } => self.exprs("values", values),
            ExprKind::Constant { value, kind } => {
                self.constant("value", &value);
                self.optional_text("kind", kind.copied());
            }
            ExprKind::Attribute { value, attr, ctx } => {
                self.expr("value", value);
                self.text("attr", attr);
                self.ctx(ctx);
            }
            ExprKind::Subscript { value, slice, ctx } => {
                self.expr("value", value);
                self.expr("slice", slice);
                self.ctx(ctx);
            }
            ExprKind::Starred { value, ctx } => {
                self.expr("value", value);
                self.ctx(ctx);
            }
            ExprKind::Name { id, ctx } => {
                self.text("id", id);
                self.ctx(ctx);
            }
            ExprKind::List { elts, ctx } | ExprKind::Tuple { elts, ctx } => {
                self.exprs("elts", elts);
                self.ctx(ctx);
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional("lower", lower);
                self.optional("upper", upper);
                self.optional("step", step);
            }
        }
    }
}
