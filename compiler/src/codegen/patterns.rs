//! `match` statements (PEP 634).

use krait_bytecode::{BinaryOperator, Const};
use krait_syntax::ast::{
    CmpOp, Constant, Expr, ExprKind, MatchCase, Operator, Pattern, PatternKind, UnaryOp,
};

use super::constants::{complex_sum, constant, negated};
use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use crate::error::{CompileError, ErrorKind};
use crate::instruction_sequence::Label;
use crate::names::NameId;

/// What a pattern must know of those around it.
#[derive(Clone, Default)]
struct Context {
    /// Names captured so far; their values lie on the stack, to be stored once the whole pattern matches.
    stores: Vec<NameId>,
    /// Whether a pattern that always matches may stand here.
    allow_irrefutable: bool,
    /// Where to jump on failure with so many values to pop.
    fail_pop: Vec<Label>,
    /// How many values lie above the captured ones.
    on_top: usize,
}

fn is_wildcard(pattern: &Pattern<'_>) -> bool {
    matches!(pattern.node, PatternKind::MatchAs { pattern: None, name: None })
}

fn is_star_wildcard(pattern: &Pattern<'_>) -> bool {
    matches!(pattern.node, PatternKind::MatchStar { name: None })
}

impl<'a> Generator<'a, '_> {
    pub(super) fn match_statement(&mut self, subject: &'a Expr<'a>, cases: &'a [MatchCase<'a>]) -> Result {
        self.expr(subject)?;
        let end = self.label();
        let Some((last, first)) = cases.split_last() else {
            self.place(end);
            return Ok(());
        };
        let has_default = is_wildcard(last.pattern) && !first.is_empty();
        let tested = if has_default { first } else { cases };
        for (number, case) in tested.iter().enumerate() {
            let at = loc(case.pattern.loc);
            let is_last = number + 1 == tested.len();
            if !is_last {
                self.op_i(at, Op::COPY, 1);
            }
            let mut context = Context {
                // A pattern that always matches must be guarded or the last.
                allow_irrefutable: case.guard.is_some() || number + 1 == cases.len(),
                ..Context::default()
            };
            self.pattern(case.pattern, &mut context)?;
            for name in std::mem::take(&mut context.stores) {
                self.store(at, name);
            }
            if let Some(guard) = case.guard {
                let fail = self.fail_label(&mut context, 0);
                self.jump_if(guard, fail, false)?;
            }
            if !is_last {
                // The place of what follows is better for branch events.
                self.op(Loc::NEXT, Op::POP_TOP);
            }
            self.conditional(case.body)?;
            self.op_j(Loc::NONE, Op::JUMP, end);
            // The cleanup belongs to the pattern that failed.
            self.place_fail_labels(at, &mut context);
        }
        if has_default {
            let at = loc(last.pattern.loc);
            // Shows the line of the default case to tracers.
            self.op(at, Op::NOP);
            if let Some(guard) = last.guard {
                self.jump_if(guard, end, false)?;
            }
            self.conditional(last.body)?;
        }
        self.place(end);
        Ok(())
    }

    fn fail_label(&mut self, context: &mut Context, pops: usize) -> Label {
        loop {
            if let Some(&label) = context.fail_pop.get(pops) {
                return label;
            }
            let label = self.label();
            context.fail_pop.push(label);
        }
    }

    /// Jumps to where everything above the subject is popped.
    fn jump_to_fail(&mut self, at: Loc, context: &mut Context, opcode: Op) {
        let pops = context.on_top + context.stores.len();
        let label = self.fail_label(context, pops);
        self.op_j(at, opcode, label);
    }

    fn place_fail_labels(&mut self, at: Loc, context: &mut Context) {
        while let Some(label) = context.fail_pop.pop() {
            self.place(label);
            if !context.fail_pop.is_empty() {
                self.op(at, Op::POP_TOP);
            }
        }
    }

    /// Moves the top under `count - 1` values.
    fn rotate(&mut self, at: Loc, count: usize) {
        for depth in (2..=count).rev() {
            self.op_i(at, Op::SWAP, depth as u32);
        }
    }

    /// Captures the top under a name, or drops it.
    fn capture(&mut self, at: Loc, name: Option<&str>, context: &mut Context) -> Result {
        let Some(name) = name else {
            self.op(at, Op::POP_TOP);
            return Ok(());
        };
        let id = self.intern(name);
        if context.stores.contains(&id) {
            return self.error(at, format!("multiple assignments to name '{name}' in pattern"));
        }
        self.rotate(at, context.on_top + context.stores.len() + 1);
        context.stores.push(id);
        Ok(())
    }

    fn pattern(&mut self, pattern: &'a Pattern<'a>, context: &mut Context) -> Result {
        self.depth.enter()?;
        let at = loc(pattern.loc);
        match pattern.node {
            PatternKind::MatchValue { value } => self.value_pattern(at, value, context)?,
            PatternKind::MatchSingleton { ref value } => {
                self.load_const(at, constant(value));
                self.compare(at, CmpOp::Is);
                self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
            }
            PatternKind::MatchSequence { patterns } => self.sequence_pattern(at, patterns, context)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.mapping_pattern(at, keys, patterns, rest, context)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => {
                self.class_pattern(at, cls, patterns, (kwd_attrs, kwd_patterns), context)?;
            }
            PatternKind::MatchStar { name } => self.capture(at, name, context)?,
            PatternKind::MatchAs { pattern: inner, name } => self.as_pattern(at, inner, name, context)?,
            PatternKind::MatchOr { patterns } => self.or_pattern(at, patterns, context)?,
        }
        self.depth.leave();
        Ok(())
    }

    fn subpattern(&mut self, pattern: &'a Pattern<'a>, context: &mut Context) -> Result {
        let before = std::mem::replace(&mut context.allow_irrefutable, true);
        self.pattern(pattern, context)?;
        context.allow_irrefutable = before;
        Ok(())
    }

    /// The value of a literal in a pattern: the only place where 3.14 folds on the tree.
    fn pattern_constant(&self, value: &Expr<'_>) -> Option<Const> {
        match value.node {
            ExprKind::UnaryOp { op: UnaryOp::USub, operand } => match operand.node {
                ExprKind::Constant { ref value, .. } => negated(value),
                _ => None,
            },
            ExprKind::BinOp { left, op: op @ (Operator::Add | Operator::Sub), right } => {
                let ExprKind::Constant { value: Constant::Complex { real, imag }, .. } = right.node else {
                    return None;
                };
                complex_sum(&self.pattern_constant(left)?, imag, real, op == Operator::Sub)
            }
            _ => self.constant_value(value),
        }
    }

    fn load_pattern_value(&mut self, value: &'a Expr<'a>) -> Result<bool> {
        if let Some(folded) = self.pattern_constant(value) {
            self.load_const(loc(value.loc), folded);
            return Ok(true);
        }
        if !matches!(value.node, ExprKind::Attribute { .. }) {
            return Ok(false);
        }
        self.expr(value)?;
        Ok(true)
    }

    fn value_pattern(&mut self, at: Loc, value: &'a Expr<'a>, context: &mut Context) -> Result {
        if !self.load_pattern_value(value)? {
            return self.error(at, "patterns may only match literals and attribute lookups");
        }
        self.compare(at, CmpOp::Eq);
        self.op(at, Op::TO_BOOL);
        self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
        Ok(())
    }

    fn as_pattern(
        &mut self,
        at: Loc,
        pattern: Option<&'a Pattern<'a>>,
        name: Option<&'a str>,
        context: &mut Context,
    ) -> Result {
        let Some(pattern) = pattern else {
            if !context.allow_irrefutable {
                return match name {
                    Some(name) => {
                        self.error(at, format!("name capture '{name}' makes remaining patterns unreachable"))
                    }
                    None => self.error(at, "wildcard makes remaining patterns unreachable"),
                };
            }
            return self.capture(at, name, context);
        };
        // A copy to store later.
        context.on_top += 1;
        self.op_i(at, Op::COPY, 1);
        self.pattern(pattern, context)?;
        context.on_top -= 1;
        self.capture(at, name, context)
    }

    /// Checks the length of the subject.
    fn check_length(&mut self, at: Loc, length: usize, op: CmpOp, context: &mut Context) {
        self.op(at, Op::GET_LEN);
        self.load_int(at, length);
        self.compare(at, op);
        self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
    }

    fn sequence_pattern(&mut self, at: Loc, patterns: &'a [Pattern<'a>], context: &mut Context) -> Result {
        let mut star = None;
        let mut only_wildcards = true;
        let mut star_wildcard = false;
        for (number, pattern) in patterns.iter().enumerate() {
            if matches!(pattern.node, PatternKind::MatchStar { .. }) {
                if star.is_some() {
                    return self.error(at, "multiple starred names in sequence pattern");
                }
                star_wildcard = is_star_wildcard(pattern);
                only_wildcards &= star_wildcard;
                star = Some(number);
            } else {
                only_wildcards &= is_wildcard(pattern);
            }
        }
        context.on_top += 1;
        self.op(at, Op::MATCH_SEQUENCE);
        self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
        if star.is_none() {
            self.check_length(at, patterns.len(), CmpOp::Eq, context);
        } else if patterns.len() > 1 {
            self.check_length(at, patterns.len() - 1, CmpOp::GtE, context);
        }
        context.on_top -= 1;
        if only_wildcards {
            self.op(at, Op::POP_TOP);
            return Ok(());
        }
        match star {
            Some(star) if star_wildcard => self.sequence_by_subscript(at, patterns, star, context),
            _ => self.sequence_by_unpacking(at, patterns, context),
        }
    }

    fn sequence_by_unpacking(
        &mut self,
        at: Loc,
        patterns: &'a [Pattern<'a>],
        context: &mut Context,
    ) -> Result {
        let star = patterns.iter().position(|pattern| matches!(pattern.node, PatternKind::MatchStar { .. }));
        match star {
            Some(star) => {
                let after = patterns.len() - star - 1;
                if star >= 1 << 8 || after >= (i32::MAX >> 8) as usize {
                    return self.error(at, "too many expressions in star-unpacking sequence pattern");
                }
                self.op_i(at, Op::UNPACK_EX, star as u32 | (after as u32) << 8);
            }
            None => self.op_i(at, Op::UNPACK_SEQUENCE, patterns.len() as u32),
        }
        context.on_top += patterns.len();
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        Ok(())
    }

    /// With `*_` only the items that matter are looked at.
    fn sequence_by_subscript(
        &mut self,
        at: Loc,
        patterns: &'a [Pattern<'a>],
        star: usize,
        context: &mut Context,
    ) -> Result {
        context.on_top += 1;
        for (number, pattern) in patterns.iter().enumerate() {
            if is_wildcard(pattern) || number == star {
                continue;
            }
            self.op_i(at, Op::COPY, 1);
            if number < star {
                self.load_int(at, number);
            } else {
                // The subject may not know negative indices.
                self.op(at, Op::GET_LEN);
                self.load_int(at, patterns.len() - number);
                self.binary(at, BinaryOperator::Subtract);
            }
            self.binary(at, BinaryOperator::Subscript);
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 1;
        self.op(at, Op::POP_TOP);
        Ok(())
    }

    /// Fails unless the top is not None.
    fn fail_if_none(&mut self, at: Loc, context: &mut Context) {
        self.op_i(at, Op::COPY, 1);
        self.load_none(at);
        self.op_i(at, Op::IS_OP, 1);
        self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
    }

    fn class_pattern(
        &mut self,
        at: Loc,
        cls: &'a Expr<'a>,
        patterns: &'a [Pattern<'a>],
        (attrs, attr_patterns): (&'a [&'a str], &'a [Pattern<'a>]),
        context: &mut Context,
    ) -> Result {
        if attrs.len() != attr_patterns.len() {
            let message = format!(
                "kwd_attrs ({}) / kwd_patterns ({}) length mismatch in class pattern",
                attrs.len(),
                attr_patterns.len()
            );
            return Err(CompileError::other(ErrorKind::Runtime, message));
        }
        for (number, attr) in attrs.iter().enumerate() {
            let rest = attrs.iter().zip(attr_patterns).skip(number + 1);
            if let Some((_, pattern)) = rest.into_iter().find(|(other, _)| *other == attr) {
                return self
                    .error(loc(pattern.loc), format!("attribute name repeated in class pattern: {attr}"));
            }
        }
        self.expr(cls)?;
        let ids: Vec<NameId> = attrs.iter().map(|attr| self.intern(attr)).collect();
        let names = ids.into_iter().map(|id| Const::Str(self.string(id))).collect();
        self.load_const(at, Const::tuple(names));
        self.op_i(at, Op::MATCH_CLASS, patterns.len() as u32);
        context.on_top += 1;
        self.fail_if_none(at, context);
        let count = patterns.len() + attrs.len();
        self.op_i(at, Op::UNPACK_SEQUENCE, count as u32);
        context.on_top += count;
        context.on_top -= 1;
        for pattern in patterns.iter().chain(attr_patterns) {
            context.on_top -= 1;
            if is_wildcard(pattern) {
                self.op(at, Op::POP_TOP);
            } else {
                self.subpattern(pattern, context)?;
            }
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        at: Loc,
        keys: &'a [Expr<'a>],
        patterns: &'a [Pattern<'a>],
        rest: Option<&'a str>,
        context: &mut Context,
    ) -> Result {
        if keys.len() != patterns.len() {
            let message = format!(
                "keys ({}) / patterns ({}) length mismatch in mapping pattern",
                keys.len(),
                patterns.len()
            );
            return Err(CompileError::other(ErrorKind::Runtime, message));
        }
        context.on_top += 1;
        self.op(at, Op::MATCH_MAPPING);
        self.jump_to_fail(at, context, Op::POP_JUMP_IF_FALSE);
        if keys.is_empty() && rest.is_none() {
            context.on_top -= 1;
            self.op(at, Op::POP_TOP);
            return Ok(());
        }
        if !keys.is_empty() {
            self.check_length(at, keys.len(), CmpOp::GtE, context);
        }
        self.mapping_keys(at, keys)?;
        self.op_i(at, Op::BUILD_TUPLE, keys.len() as u32);
        self.op(at, Op::MATCH_KEYS);
        // Now the keys and the values, or None, lie above the subject.
        context.on_top += 2;
        self.fail_if_none(at, context);
        self.op_i(at, Op::UNPACK_SEQUENCE, keys.len() as u32);
        context.on_top += keys.len();
        context.on_top -= 1;
        for pattern in patterns {
            context.on_top -= 1;
            self.subpattern(pattern, context)?;
        }
        context.on_top -= 2;
        if rest.is_none() {
            self.op(at, Op::POP_TOP);
            self.op(at, Op::POP_TOP);
            return Ok(());
        }
        // rest = dict(subject); for key in keys: del rest[key]
        self.op_i(at, Op::BUILD_MAP, 0);
        self.op_i(at, Op::SWAP, 3);
        self.op_i(at, Op::DICT_UPDATE, 2);
        self.op_i(at, Op::UNPACK_SEQUENCE, keys.len() as u32);
        for depth in (1..=keys.len()).rev() {
            self.op_i(at, Op::COPY, 1 + depth as u32);
            self.op_i(at, Op::SWAP, 2);
            self.op(at, Op::DELETE_SUBSCR);
        }
        self.capture(at, rest, context)
    }

    fn mapping_keys(&mut self, at: Loc, keys: &'a [Expr<'a>]) -> Result {
        let mut seen: Vec<Const> = Vec::new();
        for key in keys {
            if let Some(value) = self.pattern_constant(key) {
                if seen.iter().any(|other| equal_keys(other, &value)) {
                    let text = key_repr(&value);
                    return self.error(at, format!("mapping pattern checks duplicate key ({text})"));
                }
                seen.push(value);
            } else if !matches!(key.node, ExprKind::Attribute { .. }) {
                return self.error(at, "mapping pattern keys may only match literals and attribute lookups");
            }
            self.load_pattern_value(key)?;
        }
        Ok(())
    }

    fn or_pattern(&mut self, at: Loc, patterns: &'a [Pattern<'a>], context: &mut Context) -> Result {
        let end = self.label();
        // The names of the first alternative, which the others must bind too.
        let mut control: Vec<NameId> = Vec::new();
        for (number, alternative) in patterns.iter().enumerate() {
            let alternative_loc = loc(alternative.loc);
            let mut inner = Context {
                // A pattern that always matches must be the last.
                allow_irrefutable: number + 1 == patterns.len() && context.allow_irrefutable,
                ..Context::default()
            };
            self.op_i(alternative_loc, Op::COPY, 1);
            self.pattern(alternative, &mut inner)?;
            if number == 0 {
                control.clone_from(&inner.stores);
            } else {
                self.reorder_captures(at, alternative_loc, &control, &mut inner)?;
            }
            self.op_j(alternative_loc, Op::JUMP, end);
            self.place_fail_labels(alternative_loc, &mut inner);
        }
        // None matched: pop the copy of the subject.
        self.op(at, Op::POP_TOP);
        self.jump_to_fail(at, context, Op::JUMP);
        self.place(end);
        let rotations = control.len() + 1 + context.on_top + context.stores.len();
        for name in control {
            self.rotate(at, rotations);
            if context.stores.contains(&name) {
                let text = self.table.names.text(name);
                return self.error(at, format!("multiple assignments to name '{text}' in pattern"));
            }
            context.stores.push(name);
        }
        self.op(at, Op::POP_TOP);
        Ok(())
    }

    /// Brings captured values into the order of the first alternative.
    fn reorder_captures(&mut self, at: Loc, place: Loc, control: &[NameId], inner: &mut Context) -> Result {
        const DIFFERENT: &str = "alternative patterns bind different names";
        if inner.stores.len() != control.len() {
            return self.error(at, DIFFERENT);
        }
        for (wanted, name) in control.iter().enumerate().rev() {
            let Some(found) = inner.stores.iter().position(|other| other == name) else {
                return self.error(at, DIFFERENT);
            };
            if found != wanted {
                let rotated: Vec<NameId> = inner.stores.drain(..=found).collect();
                let to = wanted - found;
                inner.stores.splice(to..to, rotated);
                for _ in 0..=found {
                    self.rotate(place, wanted + 1);
                }
            }
        }
        Ok(())
    }
}

/// Whether two keys are the same to a dict.
fn equal_keys(a: &Const, b: &Const) -> bool {
    fn number(value: &Const) -> Option<(f64, f64)> {
        Some(match value {
            Const::Bool(value) => (f64::from(u8::from(*value)), 0.0),
            Const::Int(value) if value.unsigned_abs() <= 1 << 53 => (*value as f64, 0.0),
            Const::Float(value) => (*value, 0.0),
            Const::Complex(real, imag) => (*real, *imag),
            _ => return None,
        })
    }
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// A key as the error shows it.
fn key_repr(value: &Const) -> String {
    match value {
        Const::None => "None".to_owned(),
        Const::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Const::Int(value) => value.to_string(),
        Const::BigInt(value) => value.to_string(),
        Const::Float(value) if value.fract() == 0.0 && value.abs() < 1e16 => format!("{value:.1}"),
        Const::Float(value) => value.to_string(),
        Const::Complex(real, imag) if *real == 0.0 => format!("{imag}j"),
        Const::Complex(real, imag) => format!("({real}{imag:+}j)"),
        Const::Str(text) => quoted(&text.to_string_lossy()),
        Const::Bytes(bytes) => format!("b'{}'", bytes.escape_ascii()),
        _ => "...".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
