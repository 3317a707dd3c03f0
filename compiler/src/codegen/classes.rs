//! Class definitions.

use krait_bytecode::{Const, Intrinsic1};
use krait_syntax::ast::{ClassDef, Expr, ExprKind, Stmt};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use super::scopes::NewUnit;
use super::unit_state::UnitKind;
use crate::names::known;
use crate::symtable::{NodeKey, NodeRole};

impl<'a> Generator<'a, '_> {
    pub(super) fn class(&mut self, stmt: &'a Stmt<'a>, def: &'a ClassDef<'a>) -> Result {
        self.exprs(def.decorator_list)?;
        let firstlineno = Self::first_line(stmt, def.decorator_list);
        let at = loc(stmt.loc);
        let name = self.intern(def.name);
        let generic = !def.type_params.is_empty();
        if generic {
            let scope = self.scope_of_node(NodeKey::new(def, NodeRole::ClassTypeParams))?;
            let params_name = self.intern(&format!("<generic parameters of {}>", def.name));
            let new = NewUnit { private: Some(name), ..NewUnit::default() };
            self.enter(scope, UnitKind::Annotations, params_name, firstlineno, &new)?;
            self.type_params(def.type_params)?;
            self.store(at, known::DOT_TYPE_PARAMS);
        }
        self.class_body(at, def, firstlineno)?;
        if generic {
            self.load(at, known::DOT_TYPE_PARAMS);
            self.op_i(at, Op::CALL_INTRINSIC_1, Intrinsic1::SubscriptGeneric as u32);
            self.store(at, known::DOT_GENERIC_BASE);
            self.call_arguments(at, 2, def.bases, Some(known::DOT_GENERIC_BASE), def.keywords)?;
            let code = self.finish_and_exit(false)?;
            self.make_closure(at, code, 0);
            self.op(at, Op::PUSH_NULL);
            self.op_i(at, Op::CALL, 0);
        } else {
            self.call_arguments(at, 2, def.bases, None, def.keywords)?;
        }
        self.apply_decorators(def.decorator_list);
        self.store(at, name);
        Ok(())
    }

    /// Generates the class body and leaves `__build_class__`, its function and the name on the stack.
    fn class_body(&mut self, stmt_loc: Loc, def: &'a ClassDef<'a>, firstlineno: i32) -> Result {
        let name = self.intern(def.name);
        let scope = self.scope_of_node(NodeKey::new(def, NodeRole::Class))?;
        let new = NewUnit { private: Some(name), ..NewUnit::default() };
        self.enter(scope, UnitKind::Class, name, firstlineno, &new)?;
        let at = Loc::new(firstlineno, firstlineno, 0, 0);
        self.load(at, known::NAME);
        self.store(at, known::MODULE);
        let qualname = krait_bytecode::PyString::from(self.unit.qualname.as_str());
        self.load_const(at, Const::Str(qualname));
        self.store(at, known::QUALNAME);
        self.load_const(at, Const::Int(i64::from(firstlineno)));
        self.store(at, known::FIRSTLINENO);
        if !def.type_params.is_empty() {
            self.load(at, known::DOT_TYPE_PARAMS);
            self.store(at, known::TYPE_PARAMS);
        }
        let (needs_classdict, needs_class) = (self.scope().needs_classdict, self.scope().needs_class_closure);
        if needs_classdict {
            self.op(at, Op::LOAD_LOCALS);
            self.store_class_cell(at, known::CLASSDICT);
        }
        self.body(at, def.body, false)?;
        // From here on everything is artificial.
        let attributes = std::mem::take(&mut self.unit.static_attributes);
        let attributes = attributes.into_iter().map(Const::str).collect();
        self.load_const(Loc::NONE, Const::tuple(attributes));
        self.store(Loc::NONE, known::STATIC_ATTRIBUTES);
        if needs_classdict {
            let index = self.deref_index(known::CLASSDICT, crate::symtable::CELL);
            self.op_i(Loc::NONE, Op::LOAD_CLOSURE, index);
            self.store(Loc::NONE, known::CLASSDICTCELL);
        }
        if needs_class {
            let index = self.deref_index(known::CLASS, crate::symtable::CELL);
            self.op_i(Loc::NONE, Op::LOAD_CLOSURE, index);
            self.op_i(Loc::NONE, Op::COPY, 1);
            self.store(Loc::NONE, known::CLASSCELL);
        } else {
            self.load_none(Loc::NONE);
        }
        self.op(Loc::NONE, Op::RETURN_VALUE);
        let code = self.finish_and_exit(true)?;
        // The line of the class, not of a decorator.
        self.op(stmt_loc, Op::LOAD_BUILD_CLASS);
        self.op(stmt_loc, Op::PUSH_NULL);
        self.make_closure(stmt_loc, code, 0);
        self.load_name_const(stmt_loc, name);
        Ok(())
    }

    /// Notes `self.attr = …` for the class around the method.
    pub(super) fn note_static_attribute(&mut self, value: &Expr<'_>, attr: &str) {
        if !matches!(value.node, ExprKind::Name { id: "self", .. }) {
            return;
        }
        if let Some(class) = self.outer.iter_mut().rev().find(|unit| unit.kind == UnitKind::Class)
            && !class.static_attributes.contains(attr)
        {
            class.static_attributes.insert(attr.to_owned());
        }
    }
}
