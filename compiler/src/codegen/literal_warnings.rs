//! The warnings about literals that are called, subscripted or compared by identity.

use krait_bytecode::Const;
use krait_syntax::ast::{CmpOp, Expr, ExprKind};

use super::emit::{Loc, loc};
use super::generator::Generator;

fn const_type_name(value: &Const) -> &'static str {
    match value {
        Const::None => "NoneType",
        Const::Bool(_) => "bool",
        Const::Ellipsis => "ellipsis",
        Const::Int(_) | Const::BigInt(_) => "int",
        Const::Float(_) => "float",
        Const::Complex(..) => "complex",
        Const::Str(_) => "str",
        Const::Bytes(_) => "bytes",
        Const::Tuple(_) => "tuple",
        Const::FrozenSet(_) => "frozenset",
        Const::Slice(_) => "slice",
        Const::Code(_) => "code",
    }
}

impl Generator<'_, '_> {
    /// The type that an expression surely has.
    fn inferred_type(&self, expr: &Expr<'_>) -> Option<&'static str> {
        Some(match expr.node {
            ExprKind::Tuple { .. } => "tuple",
            ExprKind::List { .. } | ExprKind::ListComp { .. } => "list",
            ExprKind::Dict { .. } | ExprKind::DictComp { .. } => "dict",
            ExprKind::Set { .. } | ExprKind::SetComp { .. } => "set",
            ExprKind::GeneratorExp { .. } => "generator",
            ExprKind::Lambda { .. } => "function",
            ExprKind::TemplateStr { .. } => "string.templatelib.Template",
            ExprKind::Interpolation { .. } => "string.templatelib.Interpolation",
            ExprKind::JoinedStr { .. } | ExprKind::FormattedValue { .. } => "str",
            ExprKind::Slice { .. } => "slice",
            _ => const_type_name(&self.constant_value(expr)?),
        })
    }

    pub(super) fn check_called(&mut self, func: &Expr<'_>) {
        let never_callable = match func.node {
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::Dict { .. }
            | ExprKind::DictComp { .. }
            | ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::FormattedValue { .. }
            | ExprKind::Interpolation { .. } => true,
            _ => self.constant_value(func).is_some(),
        };
        if never_callable && let Some(name) = self.inferred_type(func) {
            self.warn(loc(func.loc), format!("'{name}' object is not callable; perhaps you missed a comma?"));
        }
    }

    pub(super) fn check_subscripted(&mut self, value: &Expr<'_>) {
        let never_subscriptable = match value.node {
            ExprKind::Set { .. }
            | ExprKind::SetComp { .. }
            | ExprKind::GeneratorExp { .. }
            | ExprKind::TemplateStr { .. }
            | ExprKind::Interpolation { .. }
            | ExprKind::Lambda { .. } => true,
            _ => matches!(
                self.constant_value(value),
                Some(
                    Const::None
                        | Const::Bool(_)
                        | Const::Ellipsis
                        | Const::Int(_)
                        | Const::BigInt(_)
                        | Const::Float(_)
                        | Const::Complex(..)
                        | Const::FrozenSet(_)
                )
            ),
        };
        if never_subscriptable && let Some(name) = self.inferred_type(value) {
            self.warn(
                loc(value.loc),
                format!("'{name}' object is not subscriptable; perhaps you missed a comma?"),
            );
        }
    }

    pub(super) fn check_index(&mut self, value: &Expr<'_>, index: &Expr<'_>) {
        let sequence = match value.node {
            ExprKind::Tuple { .. }
            | ExprKind::List { .. }
            | ExprKind::ListComp { .. }
            | ExprKind::JoinedStr { .. }
            | ExprKind::FormattedValue { .. } => true,
            _ => {
                matches!(self.constant_value(value), Some(Const::Str(_) | Const::Bytes(_) | Const::Tuple(_)))
            }
        };
        if !sequence {
            return;
        }
        let Some(index_type) = self.inferred_type(index) else { return };
        if matches!(index_type, "int" | "bool" | "slice") {
            return;
        }
        if let Some(name) = self.inferred_type(value) {
            let message = format!(
                "{name} indices must be integers or slices, not {index_type}; perhaps you missed a comma?"
            );
            self.warn(loc(value.loc), message);
        }
    }

    /// Whether identity with an expression makes no sense.
    fn is_literal(&self, expr: &Expr<'_>) -> bool {
        match expr.node {
            ExprKind::Tuple { .. } => true,
            _ => self
                .constant_value(expr)
                .is_some_and(|value| !matches!(value, Const::None | Const::Bool(_) | Const::Ellipsis)),
        }
    }

    pub(super) fn check_comparison(
        &mut self,
        at: Loc,
        left: &Expr<'_>,
        ops: &[CmpOp],
        comparators: &[Expr<'_>],
    ) {
        let mut left = left;
        for (op, right) in ops.iter().zip(comparators) {
            if let CmpOp::Is | CmpOp::IsNot = op {
                let literal = if self.is_literal(left) {
                    Some(left)
                } else {
                    Some(right).filter(|e| self.is_literal(e))
                };
                if let Some(name) = literal.and_then(|literal| self.inferred_type(literal)) {
                    let (word, better) = if *op == CmpOp::Is { ("is", "==") } else { ("is not", "!=") };
                    self.warn(at, format!("\"{word}\" with '{name}' literal. Did you mean \"{better}\"?"));
                    return;
                }
            }
            left = right;
        }
    }
}
