//! Expressions back to source text, as `from __future__ import annotations` stores them.
//! Exactly CPython's spelling; not the text they were parsed from, and not that of Python's `ast.unparse`.

use crate::ast::*;
use crate::dump::{repr_constant, repr_text};

/// How tightly something binds; what binds looser than its surroundings gets parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Level(u8);

const TUPLE: Level = Level(0);
const TEST: Level = Level(1);
const OR: Level = Level(2);
const AND: Level = Level(3);
const NOT: Level = Level(4);
const COMPARE: Level = Level(5);
const EXPR: Level = Level(6);
const BIT_XOR: Level = Level(7);
const BIT_AND: Level = Level(8);
const SHIFT: Level = Level(9);
const ARITH: Level = Level(10);
const TERM: Level = Level(11);
const FACTOR: Level = Level(12);
const POWER: Level = Level(13);
const AWAIT: Level = Level(14);
const ATOM: Level = Level(15);

impl Level {
    fn tighter(self) -> Level {
        Level(self.0 + 1)
    }
}

/// The source text of an expression. Recurses as deep as the tree is: for parsed trees the parser's limit holds.
pub fn unparse(expr: &Expr<'_>) -> String {
    let mut writer = Writer { out: String::new() };
    writer.expr(expr, TEST);
    writer.out
}

struct Writer {
    out: String,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Writes in parentheses if the surroundings bind tighter than this does.
    fn wrapped(&mut self, around: Level, own: Level, write: impl FnOnce(&mut Self)) {
        if around > own {
            self.text("(");
        }
        write(self);
        if around > own {
            self.text(")");
        }
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(", ");
            }
            each(self, item);
        }
    }

    fn exprs(&mut self, items: &[Expr<'_>]) {
        self.list(items, |w, e| w.expr(e, TEST));
    }

    fn expr(&mut self, expr: &Expr<'_>, around: Level) {
        match expr.node {
            ExprKind::BoolOp { op, values } => {
                let (own, word) = if op == BoolOp::And { (AND, " and ") } else { (OR, " or ") };
                self.wrapped(around, own, |w| {
                    for (index, value) in values.iter().enumerate() {
                        if index > 0 {
                            w.text(word);
                        }
                        w.expr(value, own.tighter());
                    }
                });
            }
            ExprKind::NamedExpr { target, value } => self.wrapped(around, TUPLE, |w| {
                w.expr(target, ATOM);
                w.text(" := ");
                w.expr(value, ATOM);
            }),
            ExprKind::BinOp { left, op, right } => {
                let (own, sign) = binary(op);
                let (left_level, right_level) =
                    if op == Operator::Pow { (own.tighter(), own) } else { (own, own.tighter()) };
                self.wrapped(around, own, |w| {
                    w.expr(left, left_level);
                    w.text(sign);
                    w.expr(right, right_level);
                });
            }
            ExprKind::UnaryOp { op, operand } => {
                let (own, sign) = match op {
                    UnaryOp::Invert => (FACTOR, "~"),
                    UnaryOp::Not => (NOT, "not "),
                    UnaryOp::UAdd => (FACTOR, "+"),
                    UnaryOp::USub => (FACTOR, "-"),
                };
                self.wrapped(around, own, |w| {
                    w.text(sign);
                    w.expr(operand, own);
                });
            }
            ExprKind::Lambda { args, body } => self.wrapped(around, TEST, |w| {
                w.text("lambda");
                let mut parameters = Writer { out: String::new() };
                parameters.arguments(args);
                // CPython leaves the space out if the first parameter is starred.
                if !args.posonlyargs.is_empty() || !args.args.is_empty() {
                    w.text(" ");
                }
                w.text(&parameters.out);
                w.text(": ");
                w.expr(body, TEST);
            }),
            ExprKind::IfExp { test, body, orelse } => self.wrapped(around, TEST, |w| {
                w.expr(body, TEST.tighter());
                w.text(" if ");
                w.expr(test, TEST.tighter());
                w.text(" else ");
                w.expr(orelse, TEST);
            }),
            ExprKind::Dict { keys, values } => {
                self.text("{");
                let pairs: Vec<_> = keys.iter().zip(values).collect();
                self.list(&pairs, |w, (key, value)| match key {
                    Some(key) => {
                        w.expr(key, TEST);
                        w.text(": ");
                        w.expr(value, TEST);
                    }
                    None => {
                        w.text("**");
                        w.expr(value, EXPR);
                    }
                });
                self.text("}");
            }
            ExprKind::Set { elts } => {
                self.text("{");
                self.exprs(elts);
                self.text("}");
            }
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}");
            }
            ExprKind::Await { value } => self.wrapped(around, AWAIT, |w| {
                w.text("await ");
                w.expr(value, ATOM);
            }),
            ExprKind::Yield { value: None } => self.text("(yield)"),
            ExprKind::Yield { value: Some(value) } => {
                self.text("(yield ");
                self.expr(value, TEST);
                self.text(")");
            }
            ExprKind::YieldFrom { value } => {
                self.text("(yield from ");
                self.expr(value, TEST);
                self.text(")");
            }
            ExprKind::Compare { left, ops, comparators } => self.wrapped(around, COMPARE, |w| {
                w.expr(left, COMPARE.tighter());
                for (op, right) in ops.iter().zip(comparators) {
                    w.text(comparison(*op));
                    w.expr(right, COMPARE.tighter());
                }
            }),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::FormattedValue { .. } | ExprKind::Interpolation { .. } => {
                self.formatted("f", std::slice::from_ref(expr));
            }
            ExprKind::JoinedStr { values } => self.formatted("f", values),
            ExprKind::TemplateStr { values } => self.formatted("t", values),
            ExprKind::Constant { value, kind } => {
                if kind.is_some() {
                    self.text("u");
                }
                self.constant(&value);
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, ATOM);
                let integer = matches!(value.node, ExprKind::Constant { value: Constant::Int(_), .. });
                self.text(if integer { " ." } else { "." });
                self.text(attr);
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, ATOM);
                self.text("[");
                self.expr(slice, TUPLE);
                self.text("]");
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expr(value, EXPR);
            }
            ExprKind::Name { id, .. } => self.text(id),
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.exprs(elts);
                self.text("]");
            }
            ExprKind::Tuple { elts: [], .. } => self.text("()"),
            ExprKind::Tuple { elts, .. } => self.wrapped(around, TUPLE, |w| {
                w.exprs(elts);
                if elts.len() == 1 {
                    w.text(",");
                }
            }),
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, TEST);
                }
                self.text(":");
                if let Some(upper) = upper {
                    self.expr(upper, TEST);
                }
                if let Some(step) = step {
                    self.text(":");
                    self.expr(step, TEST);
                }
            }
        }
    }

    fn constant(&mut self, value: &Constant<'_>) {
        match value {
            Constant::Ellipsis => self.text("..."),
            Constant::Tuple(items) => {
                self.text("(");
                self.list(items, |w, item| w.constant(item));
                if items.len() == 1 {
                    self.text(",");
                }
                self.text(")");
            }
            // No literal is infinite, but one too large for a float is.
            Constant::Float(_) | Constant::Complex { .. } => {
                let text = repr_constant(value).replace("inf", "1e309");
                self.text(&text);
            }
            _ => {
                let text = repr_constant(value);
                self.text(&text);
            }
        }
    }

    fn call(&mut self, func: &Expr<'_>, args: &[Expr<'_>], keywords: &[Keyword<'_>]) {
        self.expr(func, ATOM);
        if let ([only], []) = (args, keywords)
            && matches!(only.node, ExprKind::GeneratorExp { .. })
        {
            self.expr(only, TEST);
            return;
        }
        self.text("(");
        self.exprs(args);
        if !args.is_empty() && !keywords.is_empty() {
            self.text(", ");
        }
        self.list(keywords, |w, keyword| {
            match keyword.arg {
                Some(name) => {
                    w.text(name);
                    w.text("=");
                }
                None => w.text("**"),
            }
            w.expr(keyword.value, TEST);
        });
        self.text(")");
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr<'_>,
        value: Option<&Expr<'_>>,
        generators: &[Comprehension<'_>],
        close: &str,
    ) {
        self.text(open);
        self.expr(elt, TEST);
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, TEST);
        }
        for clause in generators {
            self.text(if clause.is_async != 0 { " async for " } else { " for " });
            self.expr(&clause.target, TUPLE);
            self.text(" in ");
            self.expr(&clause.iter, TEST.tighter());
            for test in clause.ifs {
                self.text(" if ");
                self.expr(test, TEST.tighter());
            }
        }
        self.text(close);
    }

    fn arguments(&mut self, args: &Arguments<'_>) {
        let mut parts: Vec<String> = Vec::new();
        let with_default = |arg: &Arg<'_>, default: Option<&Expr<'_>>| {
            let mut writer = Writer { out: arg.arg.to_owned() };
            if let Some(default) = default {
                writer.text("=");
                writer.expr(default, TEST);
            }
            writer.out
        };
        let positional = args.posonlyargs.len() + args.args.len();
        let without = positional.saturating_sub(args.defaults.len());
        for (index, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            let default = index.checked_sub(without).and_then(|i| args.defaults.get(i));
            parts.push(with_default(arg, default));
            if index + 1 == args.posonlyargs.len() {
                parts.push("/".to_owned());
            }
        }
        match args.vararg {
            Some(arg) => parts.push(format!("*{}", arg.arg)),
            None if !args.kwonlyargs.is_empty() => parts.push("*".to_owned()),
            None => {}
        }
        for (index, arg) in args.kwonlyargs.iter().enumerate() {
            let default = args.kw_defaults.get(index).and_then(Option::as_ref);
            parts.push(with_default(arg, default));
        }
        if let Some(arg) = args.kwarg {
            parts.push(format!("**{}", arg.arg));
        }
        let text = parts.join(", ");
        self.text(&text);
    }

    /// An f-string or t-string.
    fn formatted(&mut self, prefix: &str, values: &[Expr<'_>]) {
        let mut body = Vec::new();
        self.formatted_body(&mut body, values);
        let text = repr_text(Wtf8(&body));
        self.text(prefix);
        self.text(&text);
    }

    fn formatted_body(&self, body: &mut Vec<u8>, values: &[Expr<'_>]) {
        for value in values {
            match value.node {
                ExprKind::Constant { value: Constant::Str(text), .. } => {
                    for &byte in text.as_bytes() {
                        body.push(byte);
                        if matches!(byte, b'{' | b'}') {
                            body.push(byte);
                        }
                    }
                }
                ExprKind::JoinedStr { values } => self.formatted_body(body, values),
                ExprKind::FormattedValue { value, conversion, format_spec } => {
                    let mut inner = Writer { out: String::new() };
                    inner.expr(value, TEST.tighter());
                    self.field(body, inner.out.as_bytes(), conversion, format_spec);
                }
                ExprKind::Interpolation { str, conversion, format_spec, .. } => {
                    let text = match str {
                        Constant::Str(text) => text.as_bytes(),
                        _ => b"",
                    };
                    self.field(body, text, conversion, format_spec);
                }
                _ => {}
            }
        }
    }

    fn field(&self, body: &mut Vec<u8>, text: &[u8], conversion: i32, format_spec: Option<&Expr<'_>>) {
        body.push(b'{');
        if text.first() == Some(&b'{') {
            // Two braces would be one of text.
            body.push(b' ');
        }
        body.extend_from_slice(text);
        if let Ok(letter) = u8::try_from(conversion) {
            body.extend_from_slice(&[b'!', letter]);
        }
        if let Some(spec) = format_spec {
            body.push(b':');
            self.formatted_body(body, std::slice::from_ref(spec));
        }
        body.push(b'}');
    }
}

fn binary(op: Operator) -> (Level, &'static str) {
    match op {
        Operator::Add => (ARITH, " + "),
        Operator::Sub => (ARITH, " - "),
        Operator::Mult => (TERM, " * "),
        Operator::MatMult => (TERM, " @ "),
        Operator::Div => (TERM, " / "),
        Operator::Mod => (TERM, " % "),
        Operator::FloorDiv => (TERM, " // "),
        Operator::LShift => (SHIFT, " << "),
        Operator::RShift => (SHIFT, " >> "),
        Operator::BitOr => (EXPR, " | "),
        Operator::BitXor => (BIT_XOR, " ^ "),
        Operator::BitAnd => (BIT_AND, " & "),
        Operator::Pow => (POWER, " ** "),
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}
