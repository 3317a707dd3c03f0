//! Beginning and finishing code objects, and making functions of them.

use krait_bytecode::{CodeFlags, CodeObject, Const, PyString, function_attribute};

use super::emit::{Loc, Op};
use super::frame_blocks::BlockKind;
use super::generator::{Generator, Result};
use super::unit_state::{NameTable, UnitKind, UnitState};
use crate::error::{CompileError, ErrorKind};
use crate::names::{NameId, known};
use crate::symtable::{
    CELL, DEF_COMP_CELL, DEF_FREE_CLASS, FREE, GLOBAL_EXPLICIT, NodeKey, ScopeId, ScopeKind, scope_of,
};
use crate::unit::{AssembleError, Interner, Unit};

/// What is known of a code object from its definition.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NewUnit {
    pub(super) private: Option<NameId>,
    pub(super) argcount: u32,
    pub(super) posonlyargcount: u32,
    pub(super) kwonlyargcount: u32,
}

impl NewUnit {
    /// A function with one positional-only parameter.
    pub(super) const ONE_POSITIONAL: Self =
        NewUnit { private: None, argcount: 0, posonlyargcount: 1, kwonlyargcount: 0 };
}

impl<'a> Generator<'a, '_> {
    /// The scope that a node opens.
    pub(super) fn scope_of_node(&self, key: NodeKey) -> Result<ScopeId> {
        self.table
            .lookup(key)
            .ok_or_else(|| CompileError::other(ErrorKind::System, "unknown symbol table entry"))
    }

    /// Begins a code object inside the current one.
    pub(super) fn enter(
        &mut self,
        scope: ScopeId,
        kind: UnitKind,
        name: NameId,
        firstlineno: i32,
        new: &NewUnit,
    ) -> Result {
        self.depth.enter()?;
        let outer = std::mem::replace(&mut self.unit, UnitState::new(scope, kind, name, firstlineno));
        self.outer.push(outer);
        self.begin_unit(scope, kind, name, firstlineno, new);
        Ok(())
    }

    /// Sets up the current code object.
    pub(super) fn begin_unit(
        &mut self,
        scope: ScopeId,
        kind: UnitKind,
        name: NameId,
        firstlineno: i32,
        new: &NewUnit,
    ) {
        let mut unit = UnitState::new(scope, kind, name, firstlineno);
        unit.argcount = new.argcount;
        unit.posonlyargcount = new.posonlyargcount;
        unit.kwonlyargcount = new.kwonlyargcount;
        unit.private = new.private.or_else(|| self.outer.last().and_then(|outer| outer.private));
        let entry = self.table.scope(scope);
        for &name in &entry.varnames {
            unit.varnames.add(name);
        }
        let mut cells = Vec::new();
        let mut frees = Vec::new();
        for (name, flags) in entry.symbols.iter() {
            if scope_of(flags) == CELL || flags & DEF_COMP_CELL != 0 {
                cells.push(name);
            }
            if scope_of(flags) == FREE || flags & DEF_FREE_CLASS != 0 {
                frees.push(name);
            }
        }
        let names = &self.table.names;
        cells.sort_unstable_by(|&a, &b| names.text(a).cmp(names.text(b)));
        frees.sort_unstable_by(|&a, &b| names.text(a).cmp(names.text(b)));
        let implicit = [
            (entry.needs_class_closure, known::CLASS),
            (entry.needs_classdict, known::CLASSDICT),
            (entry.has_conditional_annotations, known::CONDITIONAL_ANNOTATIONS),
        ];
        cells.extend(implicit.iter().filter(|cell| cell.0).map(|cell| cell.1));
        for name in cells {
            unit.cellvars.add(name);
        }
        for name in frees {
            unit.freevars.add(name);
        }
        self.unit = unit;
        if kind != UnitKind::Module {
            self.set_qualname();
        } else {
            self.unit.qualname = "<module>".to_owned();
        }
        let line = if kind == UnitKind::Module { 0 } else { firstlineno };
        let loc = Loc::new(line, firstlineno, 0, 0);
        self.op_i(loc, Op::RESUME, krait_bytecode::resume::AT_FUNC_START);
        if kind == UnitKind::Module {
            self.op(loc, Op::ANNOTATIONS_PLACEHOLDER);
        }
    }

    fn set_qualname(&mut self) {
        let name = self.table.names.text(self.unit.name).to_owned();
        self.unit.qualname = name;
        let mut depth = self.outer.len();
        // Directly in the module.
        if depth <= 1 {
            return;
        }
        let Some(mut parent) = self.outer.last() else { return };
        if parent.kind == UnitKind::Annotations {
            // Type parameters and annotations do not count.
            if depth == 2 {
                return;
            }
            depth -= 2;
            match self.outer.get(depth) {
                Some(grandparent) => parent = grandparent,
                None => return,
            }
        }
        if matches!(self.unit.kind, UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Class) {
            let mangled = self.table.names.mangle(parent.private, self.unit.name);
            if self.table.scope(parent.scope).scope(mangled) == GLOBAL_EXPLICIT {
                return;
            }
        }
        let locals = match parent.kind {
            UnitKind::Function | UnitKind::AsyncFunction | UnitKind::Lambda => ".<locals>",
            _ => "",
        };
        self.unit.qualname = format!("{}{locals}.{}", parent.qualname, self.unit.qualname);
    }

    fn code_flags(&self) -> u32 {
        let scope = self.scope();
        let mut flags = self.features & FEATURES_IN_FLAGS;
        if scope.is_function_like() {
            flags |= CodeFlags::NEWLOCALS | CodeFlags::OPTIMIZED;
            for (set, flag) in [
                (scope.nested, CodeFlags::NESTED),
                (scope.generator && !scope.coroutine, CodeFlags::GENERATOR),
                (scope.generator && scope.coroutine, CodeFlags::ASYNC_GENERATOR),
                (!scope.generator && scope.coroutine, CodeFlags::COROUTINE),
                (scope.varargs, CodeFlags::VARARGS),
                (scope.varkeywords, CodeFlags::VARKEYWORDS),
                (self.unit.has_docstring, CodeFlags::HAS_DOCSTRING),
                (scope.method, CodeFlags::METHOD),
            ] {
                if set {
                    flags |= flag;
                }
            }
        }
        if self.top_level_await && scope.kind == ScopeKind::Module && scope.coroutine && !scope.generator {
            flags |= CodeFlags::COROUTINE;
        }
        flags
    }

    /// Finishes the current code object. `add_none` makes it return None at the end.
    pub(super) fn finish_unit(&mut self, add_none: bool) -> Result<CodeObject> {
        if add_none {
            self.load_none(Loc::NONE);
        }
        self.op(Loc::NONE, Op::RETURN_VALUE);
        if let Some(name) = self.unit.missing_cell {
            let (name, code) = (self.table.names.text(name), &self.unit.qualname);
            let message = format!("cell '{name}' is unknown in '{code}'");
            return Err(CompileError::other(ErrorKind::System, message));
        }
        let flags = self.code_flags();
        let empty = UnitState::new(self.unit.scope, self.unit.kind, self.unit.name, self.unit.firstlineno);
        let state = std::mem::replace(&mut self.unit, empty);
        let unit = Unit {
            name: self.string(state.name),
            qualname: PyString::from(state.qualname),
            filename: self.filename.clone(),
            flags,
            firstlineno: state.firstlineno,
            argcount: state.argcount,
            posonlyargcount: state.posonlyargcount,
            kwonlyargcount: state.kwonlyargcount,
            consts: state.consts,
            names: self.strings_of(&state.names),
            varnames: self.strings_of(&state.varnames),
            cellvars: self.strings_of(&state.cellvars),
            freevars: self.strings_of(&state.freevars),
            fasthidden: state.fasthidden.iter().map(|(&name, &hidden)| (self.string(name), hidden)).collect(),
            sequence: state.sequence,
        };
        crate::optimize_and_assemble(unit).map_err(|error| match error {
            AssembleError::System(message) => CompileError::other(ErrorKind::System, message),
            AssembleError::Value(message) => CompileError::other(ErrorKind::Value, message),
            AssembleError::Overflow(message) => CompileError::other(ErrorKind::Overflow, message),
        })
    }

    fn strings_of(&mut self, names: &NameTable) -> Interner<PyString> {
        names.names().iter().map(|&name| self.string(name)).collect()
    }

    /// Goes back to the code object around.
    pub(super) fn exit(&mut self) {
        self.depth.leave();
        if let Some(outer) = self.outer.pop() {
            self.unit = outer;
        }
    }

    /// Finishes the current code object and goes back to the one around.
    pub(super) fn finish_and_exit(&mut self, add_none: bool) -> Result<CodeObject> {
        let code = self.finish_unit(add_none)?;
        self.exit();
        Ok(code)
    }

    /// Turns a StopIteration that leaves a generator into a RuntimeError (PEP 479).
    pub(super) fn wrap_in_stopiteration_handler(&mut self) {
        let handler = self.label();
        self.unit.sequence.insert(0, Op::SETUP_CLEANUP, handler.0, Loc::NONE);
        self.load_none(Loc::NONE);
        self.op(Loc::NONE, Op::RETURN_VALUE);
        self.place(handler);
        self.op_i(Loc::NONE, Op::CALL_INTRINSIC_1, krait_bytecode::Intrinsic1::StopIterationError as u32);
        self.op_i(Loc::NONE, Op::RERAISE, 1);
    }

    /// The body of a function, in the block that the handler above makes.
    pub(super) fn in_stopiteration_block(&mut self, start: crate::Label) -> Result {
        self.push_block(Loc::NONE, BlockKind::StopIteration, start, None)
    }

    /// Makes a function of a code object on the stack. `flags` say which of its attributes lie there.
    pub(super) fn make_closure(&mut self, loc: Loc, code: CodeObject, mut flags: u32) {
        let free: Vec<PyString> = code.freevars().cloned().collect();
        if !free.is_empty() {
            let count = free.len() as u32;
            for name in free {
                let id = self.intern(name.as_str().unwrap_or(""));
                let index = self.closure_index(id);
                self.op_i(loc, Op::LOAD_CLOSURE, index);
            }
            flags |= function_attribute::CLOSURE;
            self.op_i(loc, Op::BUILD_TUPLE, count);
        }
        self.load_const(loc, Const::Code(code.into()));
        self.op(loc, Op::MAKE_FUNCTION);
        for attribute in [
            function_attribute::CLOSURE,
            function_attribute::ANNOTATIONS,
            function_attribute::ANNOTATE,
            function_attribute::KWDEFAULTS,
            function_attribute::DEFAULTS,
        ] {
            if flags & attribute != 0 {
                self.op_i(loc, Op::SET_FUNCTION_ATTRIBUTE, attribute);
            }
        }
    }

    /// Whether a name is a cell of the current code object or comes from outside.
    pub(super) fn reference_kind(&self, name: NameId) -> u32 {
        let implicit = [known::CLASS, known::CLASSDICT, known::CONDITIONAL_ANNOTATIONS];
        if self.unit.kind == UnitKind::Class && implicit.contains(&name) {
            return CELL;
        }
        self.scope().scope(name)
    }

    fn closure_index(&mut self, name: NameId) -> u32 {
        let is_cell = self.unit.cellvars.get(name).is_some();
        let place = match self.unit.freevars.get(name) {
            Some(_) if !is_cell || self.reference_kind(name) != CELL => FREE,
            _ => CELL,
        };
        self.deref_index(name, place)
    }
}

/// The future features that code objects carry.
const FEATURES_IN_FLAGS: u32 = 0x1fe_0000;
