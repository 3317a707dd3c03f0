//! Names and kinds of a frame's slots.

use krait_bytecode::{CodeFlags, LocalKind, PyString};

use crate::unit::Unit;

/// `co_localsplusnames` and `co_localspluskinds`.
pub(super) fn names_and_kinds(unit: &Unit, count: usize) -> (Vec<PyString>, Vec<u8>) {
    let flag = |bit: u32| u32::from(unit.flags & bit != 0);
    let parameters = [
        (unit.posonlyargcount, LocalKind::ARG_POS),
        (unit.argcount, LocalKind::ARG_POS | LocalKind::ARG_KW),
        (unit.kwonlyargcount, LocalKind::ARG_KW),
        (flag(CodeFlags::VARARGS), LocalKind::ARG_VAR | LocalKind::ARG_POS),
        (flag(CodeFlags::VARKEYWORDS), LocalKind::ARG_VAR | LocalKind::ARG_KW),
    ];
    let parameter_kinds =
        parameters.into_iter().flat_map(|(count, kind)| std::iter::repeat_n(kind, count as usize));
    let mut names = Vec::with_capacity(count);
    let mut kinds = Vec::with_capacity(count);
    for (name, parameter) in unit.varnames.values().iter().zip(parameter_kinds.chain(std::iter::repeat(0))) {
        let mut kind = LocalKind::LOCAL | parameter;
        if unit.fasthidden.contains_key(name) {
            kind |= LocalKind::HIDDEN;
        }
        if unit.cellvars.get(name).is_some() {
            kind |= LocalKind::CELL;
        }
        names.push(name.clone());
        kinds.push(kind);
    }
    for name in unit.cellvars.values() {
        if unit.varnames.get(name).is_none() {
            names.push(name.clone());
            kinds.push(LocalKind::CELL);
        }
    }
    for name in unit.freevars.values() {
        names.push(name.clone());
        kinds.push(LocalKind::FREE);
    }
    (names, kinds)
}
