//! Function definitions and lambdas.

use krait_bytecode::{Const, Intrinsic2, function_attribute};
use krait_syntax::ast::{Arguments, Expr, FunctionDef, Stmt};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use super::scopes::NewUnit;
use super::unit_state::UnitKind;
use crate::names::known;
use crate::preprocess::{docstring, effective_body};
use crate::symtable::{NodeKey, NodeRole};

impl<'a> Generator<'a, '_> {
    /// The first line of a definition is that of its first decorator.
    pub(super) fn first_line(stmt: &Stmt<'_>, decorators: &[Expr<'_>]) -> i32 {
        decorators.first().map_or(stmt.loc.lineno, |decorator| decorator.loc.lineno)
    }

    pub(super) fn apply_decorators(&mut self, decorators: &[Expr<'_>]) {
        for decorator in decorators.iter().rev() {
            self.op_i(loc(decorator.loc), Op::CALL, 0);
        }
    }

    pub(super) fn function(
        &mut self,
        stmt: &'a Stmt<'a>,
        def: &'a FunctionDef<'a>,
        is_async: bool,
    ) -> Result {
        self.exprs(def.decorator_list)?;
        let firstlineno = Self::first_line(stmt, def.decorator_list);
        let at = loc(stmt.loc);
        let name = self.intern(def.name);
        let generic = !def.type_params.is_empty();
        let mut flags = self.default_arguments(at, def.args)?;
        let mut hidden_args = 0;
        if generic {
            hidden_args = (flags & 3).count_ones();
            if hidden_args == 2 {
                self.op_i(at, Op::SWAP, 2);
            }
            let scope = self.scope_of_node(NodeKey::new(def, NodeRole::FunctionTypeParams))?;
            let params_name = self.intern(&format!("<generic parameters of {}>", def.name));
            let new = NewUnit { argcount: hidden_args, ..NewUnit::default() };
            self.enter(scope, UnitKind::Annotations, params_name, firstlineno, &new)?;
            self.type_params(def.type_params)?;
            for number in 0..hidden_args {
                self.op_i(at, Op::LOAD_FAST, number);
            }
        }
        flags |= self.signature_annotations(at, def)?;
        self.function_body(def, is_async, flags, firstlineno, at)?;
        if generic {
            self.op_i(at, Op::SWAP, 2);
            self.op_i(at, Op::CALL_INTRINSIC_2, Intrinsic2::SetFunctionTypeParams as u32);
            let code = self.finish_and_exit(false)?;
            self.make_closure(at, code, 0);
            if hidden_args > 0 {
                self.op_i(at, Op::SWAP, hidden_args + 1);
                self.op_i(at, Op::CALL, hidden_args - 1);
            } else {
                self.op(at, Op::PUSH_NULL);
                self.op_i(at, Op::CALL, 0);
            }
        }
        self.apply_decorators(def.decorator_list);
        self.store(at, name);
        Ok(())
    }

    fn function_body(
        &mut self,
        def: &'a FunctionDef<'a>,
        is_async: bool,
        flags: u32,
        firstlineno: i32,
        at: Loc,
    ) -> Result {
        let scope = self.scope_of_node(NodeKey::new(def, NodeRole::Function))?;
        let kind = if is_async { UnitKind::AsyncFunction } else { UnitKind::Function };
        let name = self.intern(def.name);
        self.enter(scope, kind, name, firstlineno, &argument_counts(def.args))?;
        let (mut body, only_docstring) = effective_body(def.body, self.optimize);
        if let Some(pass) = only_docstring {
            self.op(loc(pass), Op::NOP);
        }
        if body.len() == def.body.len()
            && let Some((_, text)) = docstring(body)
        {
            body = body.get(1..).unwrap_or_default();
            self.unit.has_docstring = true;
            self.unit.consts.intern(Const::Str(super::constants::clean_docstring(text)));
        }
        let start = self.label();
        self.place(start);
        let wrap = self.scope().coroutine || self.scope().generator;
        if wrap {
            self.in_stopiteration_block(start)?;
        }
        self.stmts_without_docstring(body, self.optimize >= 2 && docstring(def.body).is_some())?;
        if wrap {
            self.wrap_in_stopiteration_handler();
            self.pop_block();
        }
        let code = self.finish_and_exit(true)?;
        self.make_closure(at, code, flags);
        Ok(())
    }

    /// Leaves the defaults on the stack and says which there are.
    fn default_arguments(&mut self, at: Loc, args: &'a Arguments<'a>) -> Result<u32> {
        let mut flags = 0;
        if !args.defaults.is_empty() {
            self.exprs(args.defaults)?;
            self.op_i(at, Op::BUILD_TUPLE, args.defaults.len() as u32);
            flags |= function_attribute::DEFAULTS;
        }
        let mut count = 0;
        for (arg, default) in args.kwonlyargs.iter().zip(args.kw_defaults) {
            if let Some(default) = default {
                let name = self.intern(arg.arg);
                let name = self.mangle(name);
                self.load_name_const(at, name);
                self.expr(default)?;
                count += 1;
            }
        }
        if count > 0 {
            self.op_i(at, Op::BUILD_MAP, count);
            flags |= function_attribute::KWDEFAULTS;
        }
        Ok(flags)
    }

    pub(super) fn lambda(
        &mut self,
        expr: &'a Expr<'a>,
        args: &'a Arguments<'a>,
        body: &'a Expr<'a>,
    ) -> Result {
        let at = loc(expr.loc);
        let flags = self.default_arguments(at, args)?;
        let scope = self.scope_of_node(NodeKey::new(expr, NodeRole::Lambda))?;
        self.enter(scope, UnitKind::Lambda, known::ANGLE_LAMBDA, expr.loc.lineno, &argument_counts(args))?;
        self.expr(body)?;
        let code = if self.scope().generator {
            self.finish_and_exit(false)?
        } else {
            self.op(loc(body.loc), Op::RETURN_VALUE);
            self.finish_and_exit(true)?
        };
        self.make_closure(at, code, flags);
        Ok(())
    }
}

fn argument_counts(args: &Arguments<'_>) -> NewUnit {
    NewUnit {
        private: None,
        argcount: args.args.len() as u32,
        posonlyargcount: args.posonlyargs.len() as u32,
        kwonlyargcount: args.kwonlyargs.len() as u32,
    }
}
