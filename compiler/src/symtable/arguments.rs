//! The first pass over parameters and annotations.

use krait_syntax::ast::{Arg, Arguments, Expr, FunctionDef, Location};

use super::build::{Builder, Result};
use super::flags::*;
use super::scope::{NodeKey, NodeRole, ScopeId, ScopeKind};
use crate::names::known;

impl Builder {
    /// The parameters of the current scope.
    pub(super) fn parameters(&mut self, args: &Arguments<'_>) -> Result {
        for arg in args.posonlyargs.iter().chain(args.args).chain(args.kwonlyargs) {
            self.parameter(arg)?;
        }
        if let Some(arg) = args.vararg {
            self.parameter(arg)?;
            self.scope_mut().varargs = true;
        }
        if let Some(arg) = args.kwarg {
            self.parameter(arg)?;
            self.scope_mut().varkeywords = true;
        }
        Ok(())
    }

    fn parameter(&mut self, arg: &Arg<'_>) -> Result {
        let name = self.intern(arg.arg);
        self.define(name, DEF_PARAM, arg.loc)
    }

    /// The annotations of a function's signature, which have a scope of their own (PEP 649).
    pub(super) fn signature_annotations(
        &mut self,
        def: &FunctionDef<'_>,
        loc: Location,
        function: ScopeId,
    ) -> Result {
        let in_class = self.scope().can_see_class_scope || self.scope().kind == ScopeKind::Class;
        let key = NodeKey::new(def, NodeRole::Signature);
        self.enter(known::ANNOTATE, ScopeKind::Annotation, Some(key), loc)?;
        if in_class {
            self.scope_mut().can_see_class_scope = true;
            self.define(known::CLASSDICT, USE, loc)?;
        }
        let args = def.args;
        let parameters = args.posonlyargs.iter().chain(args.args).chain(args.vararg).chain(args.kwarg);
        for annotation in
            parameters.chain(args.kwonlyargs).filter_map(|arg| arg.annotation).chain(def.returns)
        {
            self.table.scope_mut(function).annotations_used = true;
            self.expr(annotation)?;
        }
        self.leave();
        Ok(())
    }

    /// The annotation of a variable.
    pub(super) fn variable_annotation(&mut self, annotation: &Expr<'_>) -> Result {
        let parent = self.current;
        let scope = self.scope();
        let kind = scope.kind;
        // A module may be executed in parts, so all its annotations are conditional.
        let conditional = kind == ScopeKind::Module || kind == ScopeKind::Class && scope.in_conditional_block;
        if conditional && !scope.has_conditional_annotations {
            self.scope_mut().has_conditional_annotations = true;
            self.define(known::CONDITIONAL_ANNOTATIONS, USE, annotation.loc)?;
        }
        if let Some(block) = self.table.scope(parent).annotation_block {
            self.enter_existing(block)?;
        } else {
            let block = self.enter(known::ANNOTATE, ScopeKind::Annotation, None, annotation.loc)?;
            self.table.scope_mut(parent).annotation_block = Some(block);
            if kind == ScopeKind::Class && !self.string_annotations {
                self.scope_mut().can_see_class_scope = true;
                self.define(known::CLASSDICT, USE, annotation.loc)?;
            }
        }
        // Annotations of local variables are not executed and name nothing.
        self.scope_mut().in_unevaluated_annotation = kind == ScopeKind::Function;
        self.expr(annotation)?;
        self.scope_mut().in_unevaluated_annotation = false;
        self.leave();
        Ok(())
    }
}
