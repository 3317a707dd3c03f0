//! Comprehensions: functions of their own, or compiled into the code around them (PEP 709).

use krait_syntax::ast::{Comprehension, Expr, ExprKind};

use super::emit::{Loc, Op, loc};
use super::frame_blocks::BlockKind;
use super::generator::{Generator, Result};
use super::scopes::NewUnit;
use super::unit_state::UnitKind;
use crate::instruction_sequence::Label;
use crate::names::{NameId, known};
use crate::symtable::{CELL, DEF_LOCAL, DEF_NONLOCAL, FREE, NodeKey, NodeRole, ScopeId, ScopeKind, scope_of};

/// What a comprehension collects.
#[derive(Clone, Copy)]
enum Element<'a> {
    Generator(&'a Expr<'a>),
    List(&'a Expr<'a>),
    Set(&'a Expr<'a>),
    Dict(&'a Expr<'a>, &'a Expr<'a>),
}

impl<'a> Element<'a> {
    fn first(self) -> &'a Expr<'a> {
        match self {
            Element::Generator(element) | Element::List(element) | Element::Set(element) => element,
            Element::Dict(key, _) => key,
        }
    }
}

/// What to undo after an inlined comprehension.
struct Inlined {
    /// Variables of the scope around that were put aside on the stack.
    pushed: Vec<NameId>,
    cleanup: Option<Label>,
    /// Flags of names that mean something else inside.
    replaced: Vec<(NameId, u32)>,
    /// Names that became fast locals outside a function, with what they were before.
    hidden: Vec<NameId>,
}

impl<'a> Generator<'a, '_> {
    pub(super) fn comprehension(&mut self, at: Loc, expr: &'a Expr<'a>) -> Result {
        let (name, generators, element) = match expr.node {
            ExprKind::ListComp { elt, generators } => (known::ANGLE_LISTCOMP, generators, Element::List(elt)),
            ExprKind::SetComp { elt, generators } => (known::ANGLE_SETCOMP, generators, Element::Set(elt)),
            ExprKind::GeneratorExp { elt, generators } => {
                (known::ANGLE_GENEXPR, generators, Element::Generator(elt))
            }
            ExprKind::DictComp { key, value, generators } => {
                (known::ANGLE_DICTCOMP, generators, Element::Dict(key, value))
            }
            _ => return Ok(()),
        };
        let Some(outermost) = generators.first() else { return Ok(()) };
        let scope = self.scope_of_node(NodeKey::new(expr, NodeRole::Comprehension))?;
        let (inlined, is_async) = (self.table.scope(scope).comp_inlined, self.table.scope(scope).coroutine);
        if inlined {
            self.outermost_iterable(outermost)?;
            let state = self.begin_inlined(at, scope)?;
            self.build_empty(at, element);
            self.op_i(at, Op::SWAP, 2);
            self.generators(at, generators, 0, 0, element, true)?;
            self.end_inlined(at, state);
            return Ok(());
        }
        let new = NewUnit { argcount: 1, ..NewUnit::default() };
        self.enter(scope, UnitKind::Comprehension, name, at.line, &new)?;
        let is_generator = matches!(element, Element::Generator(_));
        let start = self.label();
        if is_generator {
            self.in_stopiteration_block(start)?;
        } else {
            self.build_empty(at, element);
        }
        self.generators(at, generators, 0, 0, element, false)?;
        if is_generator {
            self.wrap_in_stopiteration_handler();
            self.pop_block();
        } else {
            self.op(loc(element.first().loc), Op::RETURN_VALUE);
        }
        let code = self.finish_and_exit(true)?;
        self.make_closure(at, code, 0);
        self.outermost_iterable(outermost)?;
        self.op_i(at, Op::CALL, 0);
        if is_async && !is_generator {
            self.await_top(at, 0);
        }
        Ok(())
    }

    fn outermost_iterable(&mut self, generator: &'a Comprehension<'a>) -> Result {
        self.expr(&generator.iter)?;
        let opcode = if generator.is_async != 0 { Op::GET_AITER } else { Op::GET_ITER };
        self.op(loc(generator.iter.loc), opcode);
        Ok(())
    }

    fn build_empty(&mut self, at: Loc, element: Element<'a>) {
        match element {
            Element::Generator(_) => {}
            Element::List(_) => self.op_i(at, Op::BUILD_LIST, 0),
            Element::Set(_) => self.op_i(at, Op::BUILD_SET, 0),
            Element::Dict(..) => self.op_i(at, Op::BUILD_MAP, 0),
        }
    }

    /// The clauses from `index` on. `depth` counts the iterators above the collection.
    fn generators(
        &mut self,
        at: Loc,
        generators: &'a [Comprehension<'a>],
        index: usize,
        depth: u32,
        element: Element<'a>,
        inlined: bool,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        self.depth.enter()?;
        if generator.is_async != 0 {
            self.async_generator(at, generators, index, depth, element, inlined)?;
        } else {
            self.sync_generator(at, generators, index, depth, element, inlined)?;
        }
        self.depth.leave();
        Ok(())
    }

    fn sync_generator(
        &mut self,
        at: Loc,
        generators: &'a [Comprehension<'a>],
        index: usize,
        mut depth: u32,
        element: Element<'a>,
        inlined: bool,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        let (start, if_cleanup, anchor) = (self.label(), self.label(), self.label());
        let mut is_loop = true;
        let iter_loc = loc(generator.iter.loc);
        if index == 0 {
            if !inlined {
                self.op_i(at, Op::LOAD_FAST, 0);
            }
        } else {
            // `for y in [f(x)]` just assigns.
            match generator.iter.node {
                ExprKind::List { elts: [only], .. } | ExprKind::Tuple { elts: [only], .. }
                    if !matches!(only.node, ExprKind::Starred { .. }) =>
                {
                    self.expr(only)?;
                    is_loop = false;
                }
                _ => {
                    self.expr(&generator.iter)?;
                    self.op(iter_loc, Op::GET_ITER);
                }
            }
        }
        if is_loop {
            depth += 1;
            self.place(start);
            self.op_j(iter_loc, Op::FOR_ITER, anchor);
        }
        self.expr(&generator.target)?;
        for test in generator.ifs {
            self.jump_if(test, if_cleanup, false)?;
        }
        let element_loc = self.innermost(at, generators, index, depth, element)?;
        self.place(if_cleanup);
        if is_loop {
            self.op_j(element_loc, Op::JUMP, start);
            self.place(anchor);
            self.op(Loc::NONE, Op::END_FOR);
            self.op(Loc::NONE, Op::POP_ITER);
        }
        Ok(())
    }

    fn async_generator(
        &mut self,
        at: Loc,
        generators: &'a [Comprehension<'a>],
        index: usize,
        depth: u32,
        element: Element<'a>,
        inlined: bool,
    ) -> Result {
        let Some(generator) = generators.get(index) else { return Ok(()) };
        let (start, send, except, if_cleanup) = (self.label(), self.label(), self.label(), self.label());
        if index == 0 {
            if !inlined {
                self.op_i(at, Op::LOAD_FAST, 0);
            }
        } else {
            self.expr(&generator.iter)?;
            self.op(loc(generator.iter.loc), Op::GET_AITER);
        }
        self.place(start);
        self.push_block(at, BlockKind::AsyncComprehension, start, None)?;
        self.op_j(at, Op::SETUP_FINALLY, except);
        self.op(at, Op::GET_ANEXT);
        self.load_none(at);
        self.place(send);
        self.yield_from(at, true);
        self.op(at, Op::POP_BLOCK);
        self.expr(&generator.target)?;
        for test in generator.ifs {
            self.jump_if(test, if_cleanup, false)?;
        }
        let element_loc = self.innermost(at, generators, index, depth + 1, element)?;
        self.place(if_cleanup);
        self.op_j(element_loc, Op::JUMP, start);
        self.pop_block();
        self.place(except);
        self.op_j(at, Op::END_ASYNC_FOR, send);
        Ok(())
    }

    /// The further clauses, or the element after the last one. Gives back the place of the element.
    fn innermost(
        &mut self,
        at: Loc,
        generators: &'a [Comprehension<'a>],
        index: usize,
        depth: u32,
        element: Element<'a>,
    ) -> Result<Loc> {
        let mut element_loc = loc(element.first().loc);
        if index + 1 < generators.len() {
            self.generators(at, generators, index + 1, depth, element, false)?;
            return Ok(element_loc);
        }
        self.expr(element.first())?;
        match element {
            Element::Generator(_) => {
                self.yield_value(element_loc);
                self.op(element_loc, Op::POP_TOP);
            }
            Element::List(_) => self.op_i(element_loc, Op::LIST_APPEND, depth + 1),
            Element::Set(_) => self.op_i(element_loc, Op::SET_ADD, depth + 1),
            Element::Dict(key, value) => {
                self.expr(value)?;
                element_loc = Self::pair_location(key, value);
                self.op_i(element_loc, Op::MAP_ADD, depth + 1);
            }
        }
        Ok(element_loc)
    }

    /// Makes the names of a comprehension mean what they mean inside it, and puts the variables of the same names aside.
    fn begin_inlined(&mut self, at: Loc, comprehension: ScopeId) -> Result<Inlined> {
        let in_class = self.scope().kind == ScopeKind::Class && self.unit.in_inlined == 0;
        let function_like = self.scope().is_function_like();
        self.unit.in_inlined += 1;
        let symbols: Vec<(NameId, u32)> = self.table.scope(comprehension).symbols.iter().collect();
        let mut state =
            Inlined { pushed: Vec::new(), cleanup: None, replaced: Vec::new(), hidden: Vec::new() };
        for (name, flags) in symbols {
            if name == known::DOT_ZERO {
                continue;
            }
            let around = self.scope().symbol(name);
            let (inside_scope, outside_scope) = (scope_of(flags), scope_of(around));
            if inside_scope != outside_scope
                && inside_scope != FREE
                && !(inside_scope == CELL && outside_scope == FREE)
                || in_class
            {
                state.replaced.push((name, around));
                let unit_scope = self.unit.scope;
                self.table.scope_mut(unit_scope).symbols.set(name, flags);
            }
            if flags & DEF_LOCAL == 0 || flags & DEF_NONLOCAL != 0 {
                continue;
            }
            if !function_like && self.unit.fasthidden.get(&name) != Some(&true) {
                self.unit.fasthidden.insert(name, true);
                state.hidden.push(name);
            }
            // This pushes the cell, if the variable has one; a new one is made for the comprehension.
            let index = self.unit.varnames.add(name);
            self.op_i(at, Op::LOAD_FAST_AND_CLEAR, index);
            if inside_scope == CELL {
                let place = if outside_scope == FREE && !in_class { FREE } else { CELL };
                let index = self.deref_index(name, place);
                self.op_i(at, Op::MAKE_CELL, index);
            }
            state.pushed.push(name);
        }
        if !state.pushed.is_empty() {
            // Under the iterator.
            self.op_i(at, Op::SWAP, state.pushed.len() as u32 + 1);
            let cleanup = self.label();
            state.cleanup = Some(cleanup);
            self.op_j(at, Op::SETUP_FINALLY, cleanup);
            self.push_block(at, BlockKind::InlinedComprehension, cleanup, None)?;
        }
        Ok(state)
    }

    fn end_inlined(&mut self, at: Loc, state: Inlined) {
        self.unit.in_inlined = self.unit.in_inlined.saturating_sub(1);
        if let Some(cleanup) = state.cleanup {
            let end = self.label();
            self.pop_block();
            self.op(Loc::NONE, Op::POP_BLOCK);
            self.op_j(Loc::NONE, Op::JUMP_NO_INTERRUPT, end);
            self.place(cleanup);
            // The collection, under the exception.
            self.op_i(Loc::NONE, Op::SWAP, 2);
            self.op(Loc::NONE, Op::POP_TOP);
            self.restore_variables(at, &state.pushed);
            self.op_i(Loc::NONE, Op::RERAISE, 0);
            self.place(end);
            self.restore_variables(at, &state.pushed);
        }
        let scope = self.unit.scope;
        for (name, flags) in state.replaced {
            self.table.scope_mut(scope).symbols.set(name, flags);
        }
        for name in state.hidden {
            self.unit.fasthidden.insert(name, false);
        }
    }

    fn restore_variables(&mut self, at: Loc, names: &[NameId]) {
        self.op_i(at, Op::SWAP, names.len() as u32 + 1);
        for &name in names.iter().rev() {
            let index = self.unit.varnames.add(name);
            self.op_i(at, Op::STORE_FAST_MAYBE_NULL, index);
        }
    }
}
