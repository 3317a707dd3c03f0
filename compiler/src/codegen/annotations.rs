//! Annotations: the functions `__annotate__` that evaluate them on demand (PEP 649), or their text (PEP 563).

use krait_bytecode::{CommonConstant, Comparison, Const, function_attribute};
use krait_syntax::ast::{Arg, Expr, ExprKind, FunctionDef};

use super::emit::{Loc, Op, loc};
use super::generator::{Generator, Result};
use super::scopes::NewUnit;
use super::unit_state::{DeferredAnnotation, UnitKind};
use crate::names::{NameId, known};
use crate::symtable::{FREE, NodeKey, NodeRole, ScopeId};

/// `annotationlib.Format.VALUE_WITH_FAKE_GLOBALS`: the highest format that generated functions understand.
const VALUE_WITH_FAKE_GLOBALS: i64 = 2;

impl<'a> Generator<'a, '_> {
    /// Begins a function that takes a format and refuses those it does not know.
    pub(super) fn enter_format_function(&mut self, at: Loc, scope: ScopeId, name: NameId) -> Result {
        self.enter(scope, UnitKind::Annotations, name, at.line, &NewUnit::ONE_POSITIONAL)?;
        let body = self.label();
        self.op_i(at, Op::LOAD_FAST, 0);
        self.load_const(at, Const::Int(VALUE_WITH_FAKE_GLOBALS));
        self.op_i(at, Op::COMPARE_OP, Comparison::Greater.oparg());
        self.op_j(at, Op::POP_JUMP_IF_FALSE, body);
        self.op_i(at, Op::LOAD_COMMON_CONSTANT, CommonConstant::NotImplementedError as u32);
        self.op_i(at, Op::RAISE_VARARGS, 1);
        self.place(body);
        Ok(())
    }

    /// Ends `__annotate__`, and leaves it on the stack.
    fn leave_annotate(&mut self, at: Loc) -> Result {
        self.op(at, Op::RETURN_VALUE);
        let mut code = self.finish_and_exit(true)?;
        // Inside the symbol table the parameter has a name that no annotation can use.
        if let Some(parameter) = code.localsplusnames.first_mut() {
            *parameter = self.string(known::FORMAT);
        }
        self.make_closure(at, code, 0);
        Ok(())
    }

    /// The annotations of a signature.
    pub(super) fn signature_annotations(&mut self, at: Loc, def: &'a FunctionDef<'a>) -> Result<u32> {
        let function = self.scope_of_node(NodeKey::new(def, NodeRole::Function))?;
        if !self.table.scope(function).annotations_used {
            return Ok(0);
        }
        let scope = self.scope_of_node(NodeKey::new(def, NodeRole::Signature))?;
        self.enter_format_function(at, scope, known::ANNOTATE)?;
        let args = def.args;
        let mut count = 0;
        let parameters = args.args.iter().chain(args.posonlyargs).chain(args.vararg).chain(args.kwonlyargs);
        for arg in parameters.chain(args.kwarg) {
            count += self.parameter_annotation(at, arg)?;
        }
        if let Some(returns) = def.returns {
            self.named_annotation(at, known::RETURN, returns)?;
            count += 1;
        }
        self.op_i(at, Op::BUILD_MAP, count);
        self.leave_annotate(at)?;
        Ok(function_attribute::ANNOTATE)
    }

    fn parameter_annotation(&mut self, at: Loc, arg: &'a Arg<'a>) -> Result<u32> {
        let Some(annotation) = arg.annotation else { return Ok(0) };
        let name = self.intern(arg.arg);
        let name = self.mangle(name);
        self.named_annotation(at, name, annotation)?;
        Ok(1)
    }

    fn named_annotation(&mut self, at: Loc, name: NameId, annotation: &'a Expr<'a>) -> Result {
        self.load_name_const(at, name);
        if self.string_annotations() {
            return self.annotation_text(annotation);
        }
        // *args: *Ts
        if let ExprKind::Starred { value, .. } = annotation.node {
            self.expr(value)?;
            self.op_i(at, Op::UNPACK_SEQUENCE, 1);
            return Ok(());
        }
        self.expr(annotation)
    }

    fn annotation_text(&mut self, annotation: &'a Expr<'a>) -> Result {
        let text = crate::unparse::expression(annotation, self.depth.anew())?;
        self.load_const(loc(annotation.loc), Const::Str(text));
        Ok(())
    }

    pub(super) fn annotated_assignment(
        &mut self,
        at: Loc,
        target: &'a Expr<'a>,
        annotation: &'a Expr<'a>,
        value: Option<&'a Expr<'a>>,
        simple: bool,
    ) -> Result {
        if let Some(value) = value {
            self.expr(value)?;
            self.expr(target)?;
        }
        match target.node {
            ExprKind::Name { id, .. }
                if simple && matches!(self.unit.kind, UnitKind::Module | UnitKind::Class) =>
            {
                if self.string_annotations() {
                    self.annotation_text(annotation)?;
                    self.op_name(at, Op::LOAD_NAME, known::ANNOTATIONS);
                    let name = self.intern(id);
                    let name = self.mangle(name);
                    self.load_name_const(at, name);
                    self.op(at, Op::STORE_SUBSCR);
                } else {
                    self.defer_annotation(at, id, annotation);
                }
            }
            ExprKind::Attribute { value: object, .. } if value.is_none() => self.evaluate_and_drop(object)?,
            ExprKind::Subscript { value: object, slice, .. } if value.is_none() => {
                self.evaluate_and_drop(object)?;
                self.evaluate_subscript(slice)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Remembers an annotation for `__annotate__`; where it may not be executed, notes at run time that it was.
    fn defer_annotation(&mut self, at: Loc, name: &'a str, annotation: &'a Expr<'a>) {
        let conditional = self.unit.kind == UnitKind::Module || self.unit.in_conditional_block;
        let condition = conditional.then_some(self.unit.next_condition);
        self.unit.deferred_annotations.push(DeferredAnnotation { name, annotation, loc: at, condition });
        let Some(condition) = condition else { return };
        self.unit.next_condition += 1;
        if self.unit.kind == UnitKind::Class {
            let index = self.deref_index(known::CONDITIONAL_ANNOTATIONS, crate::symtable::CELL);
            self.op_i(at, Op::LOAD_DEREF, index);
        } else {
            self.op_name(at, Op::LOAD_NAME, known::CONDITIONAL_ANNOTATIONS);
        }
        self.load_const(at, Const::Int(i64::from(condition)));
        self.op_i(at, Op::SET_ADD, 1);
        self.op(at, Op::POP_TOP);
    }

    /// Targets with an annotation but no value are evaluated as far as they would be for storing.
    fn evaluate_and_drop(&mut self, expr: &'a Expr<'a>) -> Result {
        self.expr(expr)?;
        self.op(loc(expr.loc), Op::POP_TOP);
        Ok(())
    }

    fn evaluate_subscript(&mut self, slice: &'a Expr<'a>) -> Result {
        match slice.node {
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().try_for_each(|part| self.evaluate_and_drop(part))
            }
            ExprKind::Tuple { elts, .. } => {
                self.depth.enter()?;
                elts.iter().try_for_each(|elt| self.evaluate_subscript(elt))?;
                self.depth.leave();
                Ok(())
            }
            _ => self.evaluate_and_drop(slice),
        }
    }

    /// Generates `__annotate__` of a module or class from the annotations met in its body.
    pub(super) fn deferred_annotations(&mut self, at: Loc) -> Result {
        let deferred = std::mem::take(&mut self.unit.deferred_annotations);
        let Some(scope) = self.scope().annotation_block.filter(|_| !deferred.is_empty()) else {
            return Ok(());
        };
        let in_class = self.unit.kind == UnitKind::Class;
        // In a module it stands before everything else, since the module may end early.
        let body = (!in_class).then(|| std::mem::take(&mut self.unit.sequence));
        self.enter_format_function(at, scope, known::ANNOTATE)?;
        self.op_i(at, Op::BUILD_MAP, 0);
        for annotation in &deferred {
            let name = self.intern(annotation.name);
            let name = self.mangle(name);
            let not_set = self.label();
            let here = annotation.loc;
            if let Some(condition) = annotation.condition {
                self.load_const(here, Const::Int(i64::from(condition)));
                if in_class {
                    let index = self.deref_index(known::CONDITIONAL_ANNOTATIONS, FREE);
                    self.op_i(here, Op::LOAD_DEREF, index);
                } else {
                    let index = self.unit.names.add(known::CONDITIONAL_ANNOTATIONS);
                    self.op_i(here, Op::LOAD_GLOBAL, index << 1);
                }
                self.op_i(here, Op::CONTAINS_OP, 0);
                self.op_j(here, Op::POP_JUMP_IF_FALSE, not_set);
            }
            self.expr(annotation.annotation)?;
            self.op_i(here, Op::COPY, 2);
            self.load_name_const(here, name);
            self.op(at, Op::STORE_SUBSCR);
            self.place(not_set);
        }
        self.leave_annotate(at)?;
        self.store(at, if in_class { known::ANNOTATE_FUNC } else { known::ANNOTATE });
        if let Some(body) = body {
            let annotations = std::mem::replace(&mut self.unit.sequence, body);
            self.unit.sequence.set_annotations(annotations);
        }
        Ok(())
    }
}
