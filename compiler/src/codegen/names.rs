//! Loading, storing and deleting variables.

use krait_syntax::ast::ExprContext;

use super::emit::{Loc, Op};
use super::generator::Generator;
use crate::names::{NameId, known};
use crate::symtable::{CELL, FREE, GLOBAL_EXPLICIT, GLOBAL_IMPLICIT, LOCAL, ScopeKind};

impl Generator<'_, '_> {
    /// Loads, stores or deletes a variable.
    pub(super) fn name_op(&mut self, loc: Loc, name: NameId, ctx: ExprContext) {
        use ExprContext::{Del, Load, Store};
        let name = self.mangle(name);
        let scope = self.scope();
        let place = scope.scope(name);
        let function_like = scope.is_function_like();
        let sees_class = scope.can_see_class_scope;
        let in_class = scope.kind == ScopeKind::Class;
        let inlined = self.unit.in_inlined > 0;
        match place {
            FREE | CELL => {
                let index = self.deref_index(name, place);
                let opcode = match ctx {
                    Load if in_class && !inlined => {
                        self.op(loc, Op::LOAD_LOCALS);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    Load if sees_class => {
                        self.load_classdict(loc);
                        Op::LOAD_FROM_DICT_OR_DEREF
                    }
                    Load => Op::LOAD_DEREF,
                    Store => Op::STORE_DEREF,
                    Del => Op::DELETE_DEREF,
                };
                self.op_i(loc, opcode, index);
            }
            LOCAL if function_like || self.unit.fasthidden.get(&name) == Some(&true) => {
                let index = self.unit.varnames.add(name);
                let opcode = match ctx {
                    Load => Op::LOAD_FAST,
                    Store => Op::STORE_FAST,
                    Del => Op::DELETE_FAST,
                };
                self.op_i(loc, opcode, index);
            }
            GLOBAL_IMPLICIT | GLOBAL_EXPLICIT if function_like || place == GLOBAL_EXPLICIT => {
                let index = self.unit.names.add(name);
                match ctx {
                    Load if sees_class && place == GLOBAL_IMPLICIT => {
                        self.load_classdict(loc);
                        self.op_i(loc, Op::LOAD_FROM_DICT_OR_GLOBALS, index);
                    }
                    Load => self.op_i(loc, Op::LOAD_GLOBAL, index << 1),
                    Store => self.op_i(loc, Op::STORE_GLOBAL, index),
                    Del => self.op_i(loc, Op::DELETE_GLOBAL, index),
                }
            }
            _ => {
                let index = self.unit.names.add(name);
                match ctx {
                    Load if in_class && inlined => self.op_i(loc, Op::LOAD_GLOBAL, index << 1),
                    Load => self.op_i(loc, Op::LOAD_NAME, index),
                    Store => self.op_i(loc, Op::STORE_NAME, index),
                    Del => self.op_i(loc, Op::DELETE_NAME, index),
                }
            }
        }
    }

    /// The number of a cell or free variable, as operands count them.
    pub(super) fn deref_index(&mut self, name: NameId, place: u32) -> u32 {
        if place != CELL {
            // Annotations learn only here that they need the cells of their class.
            return self.unit.cellvars.len() + self.unit.freevars.add(name);
        }
        let index = self.unit.cellvars.get(name);
        if index.is_none() {
            self.unit.missing_cell = Some(name);
        }
        index.unwrap_or(0)
    }

    fn load_classdict(&mut self, loc: Loc) {
        let index = self.deref_index(known::CLASSDICT, FREE);
        self.op_i(loc, Op::LOAD_DEREF, index);
    }

    pub(super) fn load(&mut self, loc: Loc, name: NameId) {
        self.name_op(loc, name, ExprContext::Load);
    }

    pub(super) fn store(&mut self, loc: Loc, name: NameId) {
        self.name_op(loc, name, ExprContext::Store);
    }

    pub(super) fn store_text(&mut self, loc: Loc, name: &str) {
        let name = self.intern(name);
        self.store(loc, name);
    }

    /// Stores into a cell of a class, which `name_op` would store into its namespace.
    pub(super) fn store_class_cell(&mut self, loc: Loc, name: NameId) {
        let index = self.deref_index(name, CELL);
        self.op_i(loc, Op::STORE_DEREF, index);
    }
}
