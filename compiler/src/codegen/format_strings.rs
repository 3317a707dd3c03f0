//! f-strings, t-strings (PEP 750), and `%` formats that become joined strings.

use krait_bytecode::{Const, PyString};
use krait_syntax::ast::{Constant, Expr, ExprKind};

use super::collections::STACK_USE_GUIDELINE;
use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use crate::names::known;
use crate::preprocess::FormatPiece;

/// The operand of `CONVERT_VALUE` for `s`, `r` or `a`.
fn conversion_operand(conversion: i32) -> Option<u32> {
    match u8::try_from(conversion) {
        Ok(b's') => Some(1),
        Ok(b'r') => Some(2),
        Ok(b'a') => Some(3),
        _ => None,
    }
}

impl<'a> Generator<'a, '_> {
    pub(super) fn joined_string(&mut self, at: Loc, values: &'a [Expr<'a>]) -> Result {
        self.join(at, values.len(), |generator, number| match values.get(number) {
            Some(value) => generator.expr(value),
            None => Ok(()),
        })
    }

    /// Joins so many pieces, each put on the stack by `piece`.
    fn join(&mut self, at: Loc, count: usize, mut piece: impl FnMut(&mut Self, usize) -> Result) -> Result {
        if count > STACK_USE_GUIDELINE {
            self.load_const(at, Const::str(""));
            self.load_method(at, known::JOIN);
            self.op_i(at, Op::BUILD_LIST, 0);
            for number in 0..count {
                piece(self, number)?;
                self.op_i(at, Op::LIST_APPEND, 1);
            }
            self.op_i(at, Op::CALL, 1);
            return Ok(());
        }
        for number in 0..count {
            piece(self, number)?;
        }
        match count {
            0 => self.load_const(at, Const::str("")),
            1 => {}
            _ => self.op_i(at, Op::BUILD_STRING, count as u32),
        }
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        at: Loc,
        value: &'a Expr<'a>,
        conversion: i32,
        spec: Option<&'a Expr<'a>>,
    ) -> Result {
        self.expr(value)?;
        if let Some(operand) = conversion_operand(conversion) {
            self.op_i(at, Op::CONVERT_VALUE, operand);
        }
        match spec {
            Some(spec) => {
                self.expr(spec)?;
                self.op(at, Op::FORMAT_WITH_SPEC);
            }
            None => self.op(at, Op::FORMAT_SIMPLE),
        }
        Ok(())
    }

    pub(super) fn percent_format(&mut self, at: Loc, pieces: Vec<FormatPiece<'a>>) -> Result {
        self.join(at, pieces.len(), |generator, number| {
            match pieces.get(number) {
                // Literal parts have no place in the source.
                Some(FormatPiece::Text(text)) => {
                    generator.load_const(Loc::NONE, Const::str(text.as_str()));
                }
                Some(FormatPiece::Value { value, conversion, spec }) => {
                    let at = loc(value.loc);
                    generator.expr(value)?;
                    if let Some(operand) = conversion_operand(i32::from(*conversion)) {
                        generator.op_i(at, Op::CONVERT_VALUE, operand);
                    }
                    match spec {
                        Some(spec) => {
                            generator.load_const(at, Const::Str(PyString::from(spec.as_str())));
                            generator.op(at, Op::FORMAT_WITH_SPEC);
                        }
                        None => generator.op(at, Op::FORMAT_SIMPLE),
                    }
                }
                None => {}
            }
            Ok(())
        })
    }

    /// Strings and interpolations alternate, beginning and ending with a string.
    pub(super) fn template_string(&mut self, at: Loc, values: &'a [Expr<'a>]) -> Result {
        let mut strings = 0;
        let mut after_string = false;
        let interpolations =
            values.iter().filter(|value| matches!(value.node, ExprKind::Interpolation { .. }));
        for value in values {
            if matches!(value.node, ExprKind::Interpolation { .. }) {
                if !after_string {
                    self.load_const(at, Const::str(""));
                    strings += 1;
                }
                after_string = false;
            } else {
                self.expr(value)?;
                strings += 1;
                after_string = true;
            }
        }
        if !after_string {
            self.load_const(at, Const::str(""));
            strings += 1;
        }
        self.op_i(at, Op::BUILD_TUPLE, strings);
        let mut count = 0;
        for value in interpolations {
            self.expr(value)?;
            count += 1;
        }
        self.op_i(at, Op::BUILD_TUPLE, count);
        self.op(at, Op::BUILD_TEMPLATE);
        Ok(())
    }

    pub(super) fn interpolation(
        &mut self,
        at: Loc,
        value: &'a Expr<'a>,
        text: &Constant<'a>,
        conversion: i32,
        spec: Option<&'a Expr<'a>>,
    ) -> Result {
        self.expr(value)?;
        self.load_const(at, super::constants::constant(text));
        let mut operand = 2 | conversion_operand(conversion).unwrap_or(0) << 2;
        if let Some(spec) = spec {
            self.expr(spec)?;
            operand |= 1;
        }
        self.op_i(at, Op::BUILD_INTERPOLATION, operand);
        Ok(())
    }
}
