//! Type parameters and type aliases (PEP 695, PEP 696).

use krait_bytecode::{Const, Intrinsic1, Intrinsic2, function_attribute};
use krait_syntax::ast::{Expr, ExprKind, Stmt, TypeParam, TypeParamKind};

use super::emit::{Op, loc};
use super::generator::{Generator, Result};
use super::scopes::NewUnit;
use super::unit_state::UnitKind;
use crate::names::NameId;
use crate::symtable::{NodeKey, NodeRole};

impl<'a> Generator<'a, '_> {
    /// Makes the type parameters, binds them, and leaves their tuple on the stack.
    pub(super) fn type_params(&mut self, params: &'a [TypeParam<'a>]) -> Result {
        let mut seen_default = false;
        for param in params {
            let at = loc(param.loc);
            let (name, intrinsic, default, starred) = match param.node {
                TypeParamKind::TypeVar { name, default_value, .. } => {
                    (name, Intrinsic1::TypeVar, default_value, false)
                }
                TypeParamKind::ParamSpec { name, default_value } => {
                    (name, Intrinsic1::ParamSpec, default_value, false)
                }
                TypeParamKind::TypeVarTuple { name, default_value } => {
                    (name, Intrinsic1::TypeVarTuple, default_value, true)
                }
            };
            let id = self.intern(name);
            self.load_name_const(at, id);
            if let TypeParamKind::TypeVar { bound: Some(bound), .. } = param.node {
                self.lazy_value(bound, id, NodeKey::new(param, NodeRole::Bound), false)?;
                let intrinsic = match bound.node {
                    ExprKind::Tuple { .. } => Intrinsic2::TypeVarWithConstraints,
                    _ => Intrinsic2::TypeVarWithBound,
                };
                self.op_i(at, Op::CALL_INTRINSIC_2, intrinsic as u32);
            } else {
                self.op_i(at, Op::CALL_INTRINSIC_1, intrinsic as u32);
            }
            if let Some(default) = default {
                seen_default = true;
                self.lazy_value(default, id, NodeKey::new(param, NodeRole::Default), starred)?;
                self.op_i(at, Op::CALL_INTRINSIC_2, Intrinsic2::SetTypeParamDefault as u32);
            } else if seen_default {
                return self.error(
                    at,
                    format!("non-default type parameter '{name}' follows default type parameter"),
                );
            }
            self.op_i(at, Op::COPY, 1);
            self.store(at, id);
        }
        if let Some(first) = params.first() {
            self.op_i(loc(first.loc), Op::BUILD_TUPLE, params.len() as u32);
        }
        Ok(())
    }

    /// A function that evaluates a bound, constraints or default when asked.
    fn lazy_value(&mut self, value: &'a Expr<'a>, name: NameId, key: NodeKey, starred: bool) -> Result {
        let at = loc(value.loc);
        self.load_const(at, default_format());
        let scope = self.scope_of_node(key)?;
        self.enter_format_function(at, scope, name)?;
        match value.node {
            ExprKind::Starred { value, .. } if starred => {
                self.expr(value)?;
                self.op_i(at, Op::UNPACK_SEQUENCE, 1);
            }
            _ => self.expr(value)?,
        }
        self.op(at, Op::RETURN_VALUE);
        let code = self.finish_and_exit(true)?;
        self.make_closure(at, code, function_attribute::DEFAULTS);
        Ok(())
    }

    pub(super) fn type_alias(
        &mut self,
        stmt: &'a Stmt<'a>,
        name: &'a Expr<'a>,
        params: &'a [TypeParam<'a>],
        value: &'a Expr<'a>,
    ) -> Result {
        let at = loc(stmt.loc);
        let text = match name.node {
            ExprKind::Name { id, .. } => id,
            _ => "",
        };
        let id = self.intern(text);
        let generic = !params.is_empty();
        if generic {
            let scope = self.scope_of_node(NodeKey::new(stmt, NodeRole::AliasTypeParams))?;
            let params_name = self.intern(&format!("<generic parameters of {text}>"));
            self.enter(scope, UnitKind::Annotations, params_name, at.line, &NewUnit::default())?;
            self.load_name_const(at, id);
            self.type_params(params)?;
        } else {
            self.load_name_const(at, id);
            self.load_none(at);
        }
        self.load_const(at, default_format());
        let scope = self.scope_of_node(NodeKey::new(stmt, NodeRole::AliasValue))?;
        self.enter_format_function(at, scope, id)?;
        self.expr(value)?;
        self.op(at, Op::RETURN_VALUE);
        let code = self.finish_and_exit(false)?;
        self.make_closure(at, code, function_attribute::DEFAULTS);
        self.op_i(at, Op::BUILD_TUPLE, 3);
        self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::TypeAlias as u32);
        if generic {
            let code = self.finish_and_exit(false)?;
            self.make_closure(at, code, 0);
            self.op(at, Op::PUSH_NULL);
            self.op_i(at, Op::CALL, 0);
        }
        self.store(at, id);
        Ok(())
    }
}

/// The default of the format parameter: `annotationlib.Format.VALUE`.
fn default_format() -> Const {
    Const::tuple(vec![Const::Int(1)])
}
