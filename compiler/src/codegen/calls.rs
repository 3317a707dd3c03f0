//! Calls: plain ones, methods, `super()`, and `any`/`all`/`tuple` of a generator expression.

use krait_bytecode::{CommonConstant, Const, Intrinsic1};
use krait_syntax::ast::{CmpOp, Expr, ExprContext, ExprKind, Keyword};

use super::collections::{Builders, STACK_USE_GUIDELINE};
use super::emit::{Loc, Op, loc};
use super::expressions::attribute_location;
use super::generator::{Generator, Result};
use crate::instruction_sequence::Label;
use crate::names::{NameId, known};
use crate::symtable::{DEF_IMPORT, FREE, GLOBAL_IMPLICIT, NodeKey, NodeRole, SymbolTable};

impl<'a> Generator<'a, '_> {
    pub(super) fn call(
        &mut self,
        at: Loc,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        self.check_keywords(keywords)?;
        if self.method_call(at, func, args, keywords)? {
            return Ok(());
        }
        self.check_called(func);
        let end = self.label();
        self.expr(func)?;
        self.call_of_generator(func, args, keywords, end)?;
        self.op(loc(func.loc), Op::PUSH_NULL);
        self.call_arguments(at, 0, args, None, keywords)?;
        self.place(end);
        Ok(())
    }

    fn check_keywords(&self, keywords: &[Keyword<'_>]) -> Result {
        let mut seen = crate::names::QuickSet::default();
        for (number, keyword) in keywords.iter().enumerate() {
            let Some(arg) = keyword.arg else { continue };
            // Few keywords are compared, many are hashed.
            let repeated = if keywords.len() <= 8 {
                keywords.iter().take(number).any(|earlier| earlier.arg == Some(arg))
            } else {
                !seen.insert(arg)
            };
            if repeated {
                return self.error(loc(keyword.loc), format!("keyword argument repeated: {arg}"));
            }
        }
        Ok(())
    }

    /// `object.method(…)` without making the bound method; false if that is not what it is.
    fn method_call(
        &mut self,
        at: Loc,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
    ) -> Result<bool> {
        let ExprKind::Attribute { value, attr, ctx: ExprContext::Load } = func.node else { return Ok(false) };
        // The attribute of an imported module is no method.
        if let ExprKind::Name { id, .. } = value.node {
            let name = self.intern(id);
            if self.table.scope(SymbolTable::TOP).symbol(name) & DEF_IMPORT != 0 {
                return Ok(false);
            }
        }
        if args.len() + keywords.len() + usize::from(!keywords.is_empty()) >= STACK_USE_GUIDELINE
            || args.iter().any(|arg| matches!(arg.node, ExprKind::Starred { .. }))
            || keywords.iter().any(|keyword| keyword.arg.is_none())
        {
            return Ok(false);
        }
        let name = self.intern(attr);
        let func_loc = loc(func.loc);
        if self.can_optimize_super(value, attr) {
            let with_args = self.load_args_for_super(value)?;
            self.op_name_bits(func_loc, Op::LOAD_SUPER_ATTR, name, 2, if with_args { 3 } else { 1 });
            self.op(attribute_location(func_loc, func, attr), Op::NOP);
        } else {
            self.expr(value)?;
            self.load_method(attribute_location(func_loc, func, attr), name);
        }
        self.exprs(args)?;
        let call_loc = attribute_location(at, func, attr);
        if keywords.is_empty() {
            self.op_i(call_loc, Op::CALL, args.len() as u32);
        } else {
            keywords.iter().try_for_each(|keyword| self.expr(keyword.value))?;
            self.keyword_names(attribute_location(func_loc, func, attr), keywords);
            self.op_i(call_loc, Op::CALL_KW, (args.len() + keywords.len()) as u32);
        }
        Ok(true)
    }

    fn keyword_names(&mut self, at: Loc, keywords: &[Keyword<'_>]) {
        let names: Vec<NameId> =
            keywords.iter().filter_map(|keyword| keyword.arg).map(|arg| self.intern(arg)).collect();
        let names = names.into_iter().map(|name| Const::Str(self.string(name))).collect();
        self.load_const(at, Const::tuple(names));
    }

    /// Whether an expression is a `super(…)` that surely means the built-in, in a place where it works.
    pub(super) fn can_optimize_super(&mut self, expr: &Expr<'_>, attr: &str) -> bool {
        // The class of the super object itself, which the shortcut would not give.
        if attr == "__class__" {
            return false;
        }
        let ExprKind::Call { func, args, keywords: [] } = expr.node else { return false };
        if !matches!(func.node, ExprKind::Name { id: "super", .. }) {
            return false;
        }
        if self.scope().scope(known::SUPER) != GLOBAL_IMPLICIT
            || self.table.scope(SymbolTable::TOP).scope(known::SUPER) != 0
        {
            return false;
        }
        match args {
            [] => {
                (self.unit.argcount > 0 || self.unit.posonlyargcount > 0)
                    && self.reference_kind(known::CLASS) == FREE
            }
            [first, second] => {
                ![first, second].iter().any(|arg| matches!(arg.node, ExprKind::Starred { .. }))
            }
            _ => false,
        }
    }

    /// Loads `super`, the class and the object. Says whether they were given as arguments.
    pub(super) fn load_args_for_super(&mut self, expr: &'a Expr<'a>) -> Result<bool> {
        let ExprKind::Call { func, args, .. } = expr.node else { return Ok(false) };
        self.load(loc(func.loc), known::SUPER);
        if !args.is_empty() {
            self.exprs(args)?;
            return Ok(true);
        }
        let at = loc(expr.loc);
        let index = self.deref_index(known::CLASS, FREE);
        self.op_i(at, Op::LOAD_DEREF, index);
        if let Some(&first) = self.unit.varnames.names().first() {
            self.load(at, first);
        }
        Ok(false)
    }

    /// `any(… for …)`, `all(…)` and `tuple(…)` run as a loop here, if they are the built-ins at run time.
    fn call_of_generator(
        &mut self,
        func: &'a Expr<'a>,
        args: &'a [Expr<'a>],
        keywords: &'a [Keyword<'a>],
        end: Label,
    ) -> Result {
        let (ExprKind::Name { id, .. }, [generator], []) = (&func.node, args, keywords) else {
            return Ok(());
        };
        if !matches!(generator.node, ExprKind::GeneratorExp { .. }) {
            return Ok(());
        }
        // An asynchronous generator is no iterable; the function shall say so.
        let scope = self.scope_of_node(NodeKey::new(generator, NodeRole::Comprehension))?;
        if self.table.scope(scope).coroutine {
            return Ok(());
        }
        let (builtin, exhausted, go_on) = match *id {
            "all" => (CommonConstant::All, true, Op::POP_JUMP_IF_TRUE),
            "any" => (CommonConstant::Any, false, Op::POP_JUMP_IF_FALSE),
            "tuple" => (CommonConstant::Tuple, false, Op::JUMP),
            _ => return Ok(()),
        };
        let is_tuple = builtin == CommonConstant::Tuple;
        let at = loc(func.loc);
        let (skip, start, cleanup) = (self.label(), self.label(), self.label());
        self.op_i(at, Op::COPY, 1);
        self.op_i(at, Op::LOAD_COMMON_CONSTANT, builtin as u32);
        self.compare(at, CmpOp::Is);
        self.op_j(at, Op::POP_JUMP_IF_FALSE, skip);
        self.op(at, Op::POP_TOP);
        if is_tuple {
            self.op_i(at, Op::BUILD_LIST, 0);
        }
        self.expr(generator)?;
        self.place(start);
        self.op_j(at, Op::FOR_ITER, cleanup);
        if is_tuple {
            self.op_i(at, Op::LIST_APPEND, 2);
            self.op_j(at, Op::JUMP, start);
        } else {
            self.op(at, Op::TO_BOOL);
            self.op_j(at, go_on, start);
        }
        self.op(Loc::NONE, Op::POP_ITER);
        if !is_tuple {
            self.load_const(at, Const::Bool(!exhausted));
        }
        self.op_j(at, Op::JUMP, end);
        self.place(cleanup);
        self.op(Loc::NONE, Op::END_FOR);
        self.op(Loc::NONE, Op::POP_ITER);
        if is_tuple {
            self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::ListToTuple as u32);
        } else {
            self.load_const(at, Const::Bool(exhausted));
        }
        self.op_j(at, Op::JUMP, end);
        self.place(skip);
        Ok(())
    }

    /// Arguments and the call itself. `pushed` positional arguments lie on the stack already, the variable
    /// `last` comes after those written.
    pub(super) fn call_arguments(
        &mut self,
        at: Loc,
        pushed: u32,
        args: &'a [Expr<'a>],
        last: Option<NameId>,
        keywords: &'a [Keyword<'a>],
    ) -> Result {
        self.check_keywords(keywords)?;
        let simple = args.len() + keywords.len() * 2 <= STACK_USE_GUIDELINE
            && !args.iter().any(|arg| matches!(arg.node, ExprKind::Starred { .. }))
            && keywords.iter().all(|keyword| keyword.arg.is_some());
        if simple {
            self.exprs(args)?;
            if let Some(last) = last {
                self.load(at, last);
            }
            let count = pushed + args.len() as u32 + u32::from(last.is_some());
            if keywords.is_empty() {
                self.op_i(at, Op::CALL, count);
            } else {
                keywords.iter().try_for_each(|keyword| self.expr(keyword.value))?;
                self.keyword_names(at, keywords);
                self.op_i(at, Op::CALL_KW, count + keywords.len() as u32);
            }
            return Ok(());
        }
        match (pushed, args, last) {
            (0, [Expr { node: ExprKind::Starred { value, .. }, .. }], None) => self.expr(value)?,
            _ => self.collection(at, args, pushed, last, &Builders::TUPLE)?,
        }
        if keywords.is_empty() {
            self.op(at, Op::PUSH_NULL);
        } else {
            self.keyword_dict(at, keywords)?;
        }
        self.op(at, Op::CALL_FUNCTION_EX);
        Ok(())
    }

    fn keyword_dict(&mut self, at: Loc, keywords: &'a [Keyword<'a>]) -> Result {
        let mut have_dict = false;
        for group in keywords.chunk_by(|a, b| a.arg.is_some() && b.arg.is_some()) {
            if let [Keyword { arg: None, value, .. }] = group {
                if !have_dict {
                    self.op_i(at, Op::BUILD_MAP, 0);
                    have_dict = true;
                }
                self.expr(value)?;
                self.op_i(at, Op::DICT_MERGE, 1);
                continue;
            }
            let big = group.len() * 2 > STACK_USE_GUIDELINE;
            if big {
                self.op_i(Loc::NONE, Op::BUILD_MAP, 0);
            }
            for keyword in group {
                let name = self.intern(keyword.arg.unwrap_or(""));
                self.load_name_const(at, name);
                self.expr(keyword.value)?;
                if big {
                    self.op_i(Loc::NONE, Op::MAP_ADD, 1);
                }
            }
            if !big {
                self.op_i(at, Op::BUILD_MAP, group.len() as u32);
            }
            if have_dict {
                self.op_i(at, Op::DICT_MERGE, 1);
            }
            have_dict = true;
        }
        Ok(())
    }
}
