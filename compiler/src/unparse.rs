//! Expressions back to text, as `from __future__ import annotations` stores annotations (PEP 563).
//! Parentheses come from precedence alone, so the text need not equal the source.

use krait_bytecode::PyString;
use krait_syntax::ast::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprKind, Keyword, Operator, UnaryOp,
};

use crate::error::{CompileError, Depth, ErrorKind};

type Result<T = ()> = std::result::Result<T, CompileError>;

/// How tightly an expression must bind to stand without parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Tuple,
    Test,
    Or,
    And,
    Not,
    Comparison,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Arithmetic,
    Term,
    Factor,
    Power,
    Await,
    Atom,
}

impl Level {
    const EXPR: Level = Level::BitOr;

    fn next(self) -> Self {
        use Level::*;
        match self {
            Tuple => Test,
            Test => Or,
            Or => And,
            And => Not,
            Not => Comparison,
            Comparison => BitOr,
            BitOr => BitXor,
            BitXor => BitAnd,
            BitAnd => Shift,
            Shift => Arithmetic,
            Arithmetic => Term,
            Term => Factor,
            Factor => Power,
            Power => Await,
            Await | Atom => Atom,
        }
    }
}

/// The text of an expression.
pub(crate) fn expression(expr: &Expr<'_>, depth: Depth) -> Result<PyString> {
    let mut writer = Writer { out: Vec::new(), depth };
    writer.expr(expr, Level::Test)?;
    Ok(PyString::from_bytes(&writer.out).unwrap_or_default())
}

struct Writer {
    out: Vec<u8>,
    depth: Depth,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn parens(&mut self, needed: bool, body: impl FnOnce(&mut Self) -> Result) -> Result {
        if needed {
            self.text("(");
        }
        body(self)?;
        if needed {
            self.text(")");
        }
        Ok(())
    }

    fn list(&mut self, elts: &[Expr<'_>], level: Level) -> Result {
        for (number, elt) in elts.iter().enumerate() {
            if number > 0 {
                self.text(", ");
            }
            self.expr(elt, level)?;
        }
        Ok(())
    }

    fn expr(&mut self, expr: &Expr<'_>, level: Level) -> Result {
        self.depth.enter()?;
        self.kind(expr, level)?;
        self.depth.leave();
        Ok(())
    }

    fn kind(&mut self, expr: &Expr<'_>, level: Level) -> Result {
        match expr.node {
            ExprKind::BoolOp { op, values } => {
                let (word, own) = match op {
                    BoolOp::And => (" and ", Level::And),
                    BoolOp::Or => (" or ", Level::Or),
                };
                self.parens(level > own, |w| {
                    for (number, value) in values.iter().enumerate() {
                        if number > 0 {
                            w.text(word);
                        }
                        w.expr(value, own.next())?;
                    }
                    Ok(())
                })
            }
            ExprKind::NamedExpr { target, value } => self.parens(level > Level::Tuple, |w| {
                w.expr(target, Level::Atom)?;
                w.text(" := ");
                w.expr(value, Level::Atom)
            }),
            ExprKind::BinOp { left, op, right } => self.binary(left, op, right, level),
            ExprKind::UnaryOp { op, operand } => {
                let (word, own) = match op {
                    UnaryOp::Invert => ("~", Level::Factor),
                    UnaryOp::Not => ("not ", Level::Not),
                    UnaryOp::UAdd => ("+", Level::Factor),
                    UnaryOp::USub => ("-", Level::Factor),
                };
                self.parens(level > own, |w| {
                    w.text(word);
                    w.expr(operand, own)
                })
            }
            ExprKind::Lambda { args, body } => self.parens(level > Level::Test, |w| {
                let any = !args.posonlyargs.is_empty()
                    || !args.args.is_empty()
                    || !args.kwonlyargs.is_empty()
                    || args.vararg.is_some()
                    || args.kwarg.is_some();
                w.text(if any { "lambda " } else { "lambda" });
                w.arguments(args)?;
                w.text(": ");
                w.expr(body, Level::Test)
            }),
            ExprKind::IfExp { test, body, orelse } => self.parens(level > Level::Test, |w| {
                w.expr(body, Level::Test.next())?;
                w.text(" if ");
                w.expr(test, Level::Test.next())?;
                w.text(" else ");
                w.expr(orelse, Level::Test)
            }),
            ExprKind::Dict { keys, values } => {
                self.text("{");
                for (number, (key, value)) in keys.iter().zip(values).enumerate() {
                    if number > 0 {
                        self.text(", ");
                    }
                    match key {
                        Some(key) => {
                            self.expr(key, Level::Test)?;
                            self.text(": ");
                            self.expr(value, Level::Test)?;
                        }
                        None => {
                            self.text("**");
                            self.expr(value, Level::EXPR)?;
                        }
                    }
                }
                self.text("}");
                Ok(())
            }
            ExprKind::Set { elts } => {
                self.text("{");
                self.list(elts, Level::Test)?;
                self.text("}");
                Ok(())
            }
            ExprKind::ListComp { elt, generators } => self.comprehension("[", elt, None, generators, "]"),
            ExprKind::SetComp { elt, generators } => self.comprehension("{", elt, None, generators, "}"),
            ExprKind::GeneratorExp { elt, generators } => self.comprehension("(", elt, None, generators, ")"),
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension("{", key, Some(value), generators, "}")
            }
            ExprKind::Await { value } => self.parens(level > Level::Await, |w| {
                w.text("await ");
                w.expr(value, Level::Atom)
            }),
            ExprKind::Yield { value } => {
                self.text("(yield");
                if let Some(value) = value {
                    self.text(" ");
                    self.expr(value, Level::Test)?;
                }
                self.text(")");
                Ok(())
            }
            ExprKind::YieldFrom { value } => {
                self.text("(yield from ");
                self.expr(value, Level::Test)?;
                self.text(")");
                Ok(())
            }
            ExprKind::Compare { left, ops, comparators } => self.parens(level > Level::Comparison, |w| {
                w.expr(left, Level::Comparison.next())?;
                for (op, comparator) in ops.iter().zip(comparators) {
                    w.text(comparison(*op));
                    w.expr(comparator, Level::Comparison.next())?;
                }
                Ok(())
            }),
            ExprKind::Call { func, args, keywords } => self.call(func, args, keywords),
            ExprKind::JoinedStr { values } => {
                self.text("f");
                self.format_string(values)
            }
            ExprKind::TemplateStr { values } => {
                self.text("t");
                self.format_string(values)
            }
            ExprKind::FormattedValue { conversion, format_spec, .. }
            | ExprKind::Interpolation { conversion, format_spec, .. } => {
                let mut body = Vec::new();
                let text = self.field_text(&expr.node)?;
                self.replacement_field(&mut body, &text, conversion, format_spec)?;
                self.text("f");
                self.quote(&body);
                Ok(())
            }
            ExprKind::Constant { value, kind } => {
                if kind.is_some() {
                    self.text("u");
                }
                self.constant(&value)
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, Level::Atom)?;
                // `1 .real`: without the blank the dot would belong to the number.
                let after_int = matches!(value.node, ExprKind::Constant { value: Constant::Int(_), .. });
                self.text(if after_int { " ." } else { "." });
                self.text(attr);
                Ok(())
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, Level::Atom)?;
                self.text("[");
                self.expr(slice, Level::Tuple)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Starred { value, .. } => {
                self.text("*");
                self.expr(value, Level::EXPR)
            }
            ExprKind::Name { id, .. } => {
                self.text(id);
                Ok(())
            }
            ExprKind::List { elts, .. } => {
                self.text("[");
                self.list(elts, Level::Test)?;
                self.text("]");
                Ok(())
            }
            ExprKind::Tuple { elts, .. } => {
                if elts.is_empty() {
                    self.text("()");
                    return Ok(());
                }
                self.parens(level > Level::Tuple, |w| {
                    w.list(elts, Level::Test)?;
                    if elts.len() == 1 {
                        w.text(",");
                    }
                    Ok(())
                })
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, Level::Test)?;
                }
                self.text(":");
                if let Some(upper) = upper {
                    self.expr(upper, Level::Test)?;
                }
                if let Some(step) = step {
                    self.text(":");
                    self.expr(step, Level::Test)?;
                }
                Ok(())
            }
        }
    }

    fn binary(&mut self, left: &Expr<'_>, op: Operator, right: &Expr<'_>, level: Level) -> Result {
        let (word, own) = match op {
            Operator::Add => (" + ", Level::Arithmetic),
            Operator::Sub => (" - ", Level::Arithmetic),
            Operator::Mult => (" * ", Level::Term),
            Operator::MatMult => (" @ ", Level::Term),
            Operator::Div => (" / ", Level::Term),
            Operator::Mod => (" % ", Level::Term),
            Operator::FloorDiv => (" // ", Level::Term),
            Operator::LShift => (" << ", Level::Shift),
            Operator::RShift => (" >> ", Level::Shift),
            Operator::BitOr => (" | ", Level::BitOr),
            Operator::BitXor => (" ^ ", Level::BitXor),
            Operator::BitAnd => (" & ", Level::BitAnd),
            Operator::Pow => (" ** ", Level::Power),
        };
        // Only the power binds to the right.
        let right_first = op == Operator::Pow;
        self.parens(level > own, |w| {
            w.expr(left, if right_first { own.next() } else { own })?;
            w.text(word);
            w.expr(right, if right_first { own } else { own.next() })
        })
    }

    fn arguments(&mut self, args: &Arguments<'_>) -> Result {
        let positional = args.posonlyargs.len() + args.args.len();
        let mut first = true;
        let separate = |w: &mut Self, first: &mut bool| {
            if !std::mem::replace(first, false) {
                w.text(", ");
            }
        };
        for (number, arg) in args.posonlyargs.iter().chain(args.args).enumerate() {
            separate(self, &mut first);
            self.arg(arg)?;
            let default = (number + args.defaults.len()).checked_sub(positional);
            if let Some(default) = default.and_then(|at| args.defaults.get(at)) {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
            if number + 1 == args.posonlyargs.len() {
                self.text(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self, &mut first);
            self.text("*");
            if let Some(vararg) = args.vararg {
                self.arg(vararg)?;
            }
        }
        for (number, arg) in args.kwonlyargs.iter().enumerate() {
            separate(self, &mut first);
            self.arg(arg)?;
            if let Some(Some(default)) = args.kw_defaults.get(number) {
                self.text("=");
                self.expr(default, Level::Test)?;
            }
        }
        if let Some(kwarg) = args.kwarg {
            separate(self, &mut first);
            self.text("**");
            self.arg(kwarg)?;
        }
        Ok(())
    }

    fn arg(&mut self, arg: &Arg<'_>) -> Result {
        self.text(arg.arg);
        if let Some(annotation) = arg.annotation {
            self.text(": ");
            self.expr(annotation, Level::Test)?;
        }
        Ok(())
    }

    fn comprehension(
        &mut self,
        open: &str,
        elt: &Expr<'_>,
        value: Option<&Expr<'_>>,
        generators: &[Comprehension<'_>],
        close: &str,
    ) -> Result {
        self.text(open);
        self.expr(elt, Level::Test)?;
        if let Some(value) = value {
            self.text(": ");
            self.expr(value, Level::Test)?;
        }
        for generator in generators {
            self.text(if generator.is_async != 0 { " async for " } else { " for " });
            self.expr(&generator.target, Level::Tuple)?;
            self.text(" in ");
            self.expr(&generator.iter, Level::Test.next())?;
            for test in generator.ifs {
                self.text(" if ");
                self.expr(test, Level::Test.next())?;
            }
        }
        self.text(close);
        Ok(())
    }

    fn call(&mut self, func: &Expr<'_>, args: &[Expr<'_>], keywords: &[Keyword<'_>]) -> Result {
        self.expr(func, Level::Atom)?;
        // A lone generator expression brings its own parentheses.
        if let ([Expr { node: ExprKind::GeneratorExp { .. }, .. }], []) = (args, keywords) {
            return self.list(args, Level::Test);
        }
        self.text("(");
        self.list(args, Level::Test)?;
        for (number, keyword) in keywords.iter().enumerate() {
            if number > 0 || !args.is_empty() {
                self.text(", ");
            }
            match keyword.arg {
                Some(arg) => {
                    self.text(arg);
                    self.text("=");
                }
                None => self.text("**"),
            }
            self.expr(keyword.value, Level::Test)?;
        }
        self.text(")");
        Ok(())
    }

    fn constant(&mut self, value: &Constant<'_>) -> Result {
        match *value {
            Constant::None => self.text("None"),
            Constant::True => self.text("True"),
            Constant::False => self.text("False"),
            Constant::Ellipsis => self.text("..."),
            Constant::Str(text) => self.quote(text.as_bytes()),
            Constant::Bytes(bytes) => self.bytes(bytes),
            Constant::Int(_) => {
                let text = match crate::codegen::constant(value) {
                    krait_bytecode::Const::Int(small) => small.to_string(),
                    krait_bytecode::Const::BigInt(big) => big.to_string(),
                    _ => String::new(),
                };
                self.text(&text);
            }
            Constant::Float(value) => self.text(&float(value)),
            Constant::Complex { real, imag } => {
                if real == 0.0 && real.is_sign_positive() {
                    self.text(&format!("{}j", short_float(imag)));
                } else {
                    let sign = if imag.is_sign_negative() { "" } else { "+" };
                    self.text(&format!("({}{sign}{}j)", short_float(real), short_float(imag)));
                }
            }
            Constant::Tuple(_) | Constant::FrozenSet(_) => {
                return Err(CompileError::other(ErrorKind::System, "constant collection in an annotation"));
            }
        }
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
        self.out.extend([b'b', quote]);
        for &byte in bytes {
            match byte {
                b'\t' => self.text("\\t"),
                b'\n' => self.text("\\n"),
                b'\r' => self.text("\\r"),
                b'\\' => self.text("\\\\"),
                _ if byte == quote => self.out.extend([b'\\', quote]),
                0x20..0x7f => self.out.push(byte),
                _ => self.text(&format!("\\x{byte:02x}")),
            }
        }
        self.out.push(quote);
    }

    /// Text as `repr()` shows it. Characters that are not printable are told only below U+00A0 and for surrogates.
    fn quote(&mut self, text: &[u8]) {
        let quote = if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' };
        self.text(if quote == '"' { "\"" } else { "'" });
        for point in krait_syntax::ast::Wtf8(text).code_points() {
            match char::from_u32(point) {
                Some('\t') => self.text("\\t"),
                Some('\n') => self.text("\\n"),
                Some('\r') => self.text("\\r"),
                Some('\\') => self.text("\\\\"),
                Some(c) if c == quote => {
                    self.text("\\");
                    self.text(c.encode_utf8(&mut [0; 4]));
                }
                Some(c) if !c.is_control() && c != '\u{a0}' && c != '\u{ad}' => {
                    self.text(c.encode_utf8(&mut [0; 4]));
                }
                _ if point < 0x100 => self.text(&format!("\\x{point:02x}")),
                _ => self.text(&format!("\\u{point:04x}")),
            }
        }
        self.text(if quote == '"' { "\"" } else { "'" });
    }

    fn format_string(&mut self, values: &[Expr<'_>]) -> Result {
        let mut body = Vec::new();
        self.format_body(&mut body, values)?;
        self.quote(&body);
        Ok(())
    }

    fn format_body(&mut self, body: &mut Vec<u8>, values: &[Expr<'_>]) -> Result {
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
                ExprKind::JoinedStr { values } => self.format_body(body, values)?,
                ExprKind::FormattedValue { conversion, format_spec, .. }
                | ExprKind::Interpolation { conversion, format_spec, .. } => {
                    let text = self.field_text(&value.node)?;
                    self.replacement_field(body, &text, conversion, format_spec)?;
                }
                _ => {
                    return Err(CompileError::other(
                        ErrorKind::System,
                        "unknown expression kind inside f-string",
                    ));
                }
            }
        }
        Ok(())
    }

    /// The expression of a replacement field; that of a t-string as it was written.
    fn field_text(&mut self, field: &ExprKind<'_>) -> Result<Vec<u8>> {
        let value = match *field {
            ExprKind::Interpolation { str: Constant::Str(text), .. } => return Ok(text.as_bytes().to_vec()),
            ExprKind::Interpolation { value, .. } | ExprKind::FormattedValue { value, .. } => value,
            _ => return Ok(Vec::new()),
        };
        let outer = std::mem::take(&mut self.out);
        let result = self.expr(value, Level::Test.next());
        let text = std::mem::replace(&mut self.out, outer);
        result.map(|()| text)
    }

    fn replacement_field(
        &mut self,
        body: &mut Vec<u8>,
        text: &[u8],
        conversion: i32,
        spec: Option<&Expr<'_>>,
    ) -> Result {
        // `{{` would be a brace.
        body.extend_from_slice(if text.first() == Some(&b'{') { b"{ " } else { b"{" });
        body.extend_from_slice(text);
        if let Ok(conversion) = u8::try_from(conversion) {
            body.extend([b'!', conversion]);
        }
        if let Some(spec) = spec {
            body.push(b':');
            self.depth.enter()?;
            self.format_body(body, std::slice::from_ref(spec))?;
            self.depth.leave();
        }
        body.push(b'}');
        Ok(())
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

/// A float as `repr()` shows it, except that infinity is a number too large (it has no literal of its own).
fn float(value: f64) -> String {
    let text = short_float(value);
    if value.is_finite() && !text.contains(['.', 'e']) { text + ".0" } else { text }
}

fn short_float(value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "1e309".to_owned() } else { "-1e309".to_owned() };
    }
    let plain = value.abs();
    if plain != 0.0 && !(1e-4..1e16).contains(&plain) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |rest| ("-", rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{value}")
}
