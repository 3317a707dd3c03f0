//! The constants of a code object while its graph is optimised, and the folding of instruction sequences that
//! make constants. Not here: the arithmetic (see `constant_arithmetic`).

use std::collections::HashMap;

use krait_bytecode::{AnyOpcode, Const, Intrinsic1, Location};

use super::constant_arithmetic::{binary, deduplicate, unary};
use super::graph::{Block, BlockInstr, Graph};
use crate::unit::Interner;

/// Longer sequences are not folded, for CPython does not.
const MAX_SEQUENCE: usize = 30;
/// Shorter lists and sets are built element by element.
const MIN_CONST_SEQUENCE_SIZE: usize = 3;

/// The constant that an instruction pushes.
fn loaded(consts: &Interner<Const>, instr: &BlockInstr) -> Option<Const> {
    match instr.opcode {
        AnyOpcode::LOAD_CONST => consts.values().get(instr.oparg as usize).cloned(),
        AnyOpcode::LOAD_SMALL_INT => Some(Const::Int(i64::from(instr.oparg))),
        _ => None,
    }
}

fn loads_const(opcode: AnyOpcode) -> bool {
    matches!(opcode, AnyOpcode::LOAD_CONST | AnyOpcode::LOAD_SMALL_INT)
}

/// Makes an instruction push a constant.
fn set_load(consts: &mut Interner<Const>, instr: &mut BlockInstr, value: Const) {
    match value {
        Const::Int(small @ 0..=255) => instr.set(AnyOpcode::LOAD_SMALL_INT, small as u32),
        // One NaN is not equal to another, and constants are merged by equality.
        nan @ (Const::Float(_) | Const::Complex(..)) if is_nan(&nan) => {
            let index = consts.push(nan);
            instr.set(AnyOpcode::LOAD_CONST, index);
        }
        other => {
            let index = consts.intern(other);
            instr.set(AnyOpcode::LOAD_CONST, index);
        }
    }
}

fn is_nan(value: &Const) -> bool {
    match value {
        Const::Float(value) => value.is_nan(),
        Const::Complex(real, imag) => real.is_nan() || imag.is_nan(),
        _ => false,
    }
}

/// The indices of the `count` instructions before `end` if all push constants; `NOP`s between are skipped.
fn const_loads_before(instrs: &[BlockInstr], end: usize, count: usize) -> Option<Vec<usize>> {
    let mut found = Vec::with_capacity(count);
    let mut position = end;
    while found.len() < count {
        position = position.checked_sub(1)?;
        match instrs[position].opcode {
            AnyOpcode::NOP => {}
            opcode if loads_const(opcode) => found.push(position),
            _ => return None,
        }
    }
    found.reverse();
    Some(found)
}

fn remove(instr: &mut BlockInstr) {
    instr.set_nop();
    instr.loc = Location::NONE;
}

/// What a block's constants decide: conditional jumps, `is None` tests, truth values.
pub(super) fn optimize_loads(block: &mut Block, consts: &mut Interner<Const>) {
    let instrs = &mut block.instrs;
    let mut source = BlockInstr::new(AnyOpcode::NOP, 0, Location::NONE);
    for i in 0..instrs.len() {
        if instrs[i].opcode == AnyOpcode::LOAD_CONST
            && let Some(value @ Const::Int(0..=255)) = consts.values().get(instrs[i].oparg as usize).cloned()
        {
            set_load(consts, &mut instrs[i], value);
        }
        let copies_constant =
            loads_const(source.opcode) && instrs[i].opcode == AnyOpcode::COPY && instrs[i].oparg == 1;
        if !copies_constant {
            source = instrs[i];
        }
        let Some(value) = loaded(consts, &source) else { continue };
        match instrs.get(i + 1).map(|next| next.opcode) {
            Some(
                next @ (AnyOpcode::POP_JUMP_IF_FALSE
                | AnyOpcode::POP_JUMP_IF_TRUE
                | AnyOpcode::JUMP_IF_FALSE
                | AnyOpcode::JUMP_IF_TRUE),
            ) => {
                let jump_if_true = matches!(next, AnyOpcode::POP_JUMP_IF_TRUE | AnyOpcode::JUMP_IF_TRUE);
                // The other two leave the value on the stack.
                if matches!(next, AnyOpcode::POP_JUMP_IF_FALSE | AnyOpcode::POP_JUMP_IF_TRUE) {
                    instrs[i].set_nop();
                }
                if value.is_true() == jump_if_true {
                    instrs[i + 1].opcode = AnyOpcode::JUMP;
                } else {
                    instrs[i + 1].set_nop();
                }
            }
            Some(AnyOpcode::IS_OP) if matches!(value, Const::None) => fold_none_test(instrs, i),
            Some(AnyOpcode::TO_BOOL) => {
                let index = consts.intern(Const::Bool(value.is_true()));
                instrs[i].set_nop();
                instrs[i + 1].set(AnyOpcode::LOAD_CONST, index);
            }
            _ => {}
        }
    }
}

/// `LOAD_CONST None; IS_OP; [TO_BOOL;] POP_JUMP_IF_…` becomes `POP_JUMP_IF_[NOT_]NONE`.
fn fold_none_test(instrs: &mut [BlockInstr], i: usize) {
    let Some(mut jump) = instrs.get(i + 2).map(|_| i + 2) else { return };
    if instrs[jump].opcode == AnyOpcode::TO_BOOL {
        instrs[jump].set_nop();
        jump += 1;
    }
    let mut invert = instrs[i + 1].oparg != 0;
    match instrs.get(jump).map(|instr| instr.opcode) {
        Some(AnyOpcode::POP_JUMP_IF_FALSE) => invert = !invert,
        Some(AnyOpcode::POP_JUMP_IF_TRUE) => {}
        _ => return,
    }
    instrs[i].set_nop();
    instrs[i + 1].set_nop();
    instrs[jump].opcode = if invert { AnyOpcode::POP_JUMP_IF_NOT_NONE } else { AnyOpcode::POP_JUMP_IF_NONE };
}

/// `BUILD_TUPLE` of constants.
pub(super) fn fold_tuple(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    let count = instrs[i].oparg as usize;
    if count > MAX_SEQUENCE {
        return;
    }
    let Some((loads, items)) = const_items(instrs, i, count, consts) else { return };
    loads.into_iter().for_each(|load| remove(&mut instrs[load]));
    set_load(consts, &mut instrs[i], Const::tuple(items));
}

fn const_items(
    instrs: &[BlockInstr],
    end: usize,
    count: usize,
    consts: &Interner<Const>,
) -> Option<(Vec<usize>, Vec<Const>)> {
    let loads = const_loads_before(instrs, end, count)?;
    let items = loads.iter().map(|&load| loaded(consts, &instrs[load])).collect::<Option<Vec<_>>>()?;
    Some((loads, items))
}

/// A list or set built element by element, with nothing but constants added before `end`: becomes one constant at `at`.
fn fold_built(
    instrs: &mut [BlockInstr],
    end: usize,
    at: usize,
    (build, add): (AnyOpcode, AnyOpcode),
    consts: &mut Interner<Const>,
) -> bool {
    let mut items = Vec::new();
    let mut expect_add = true;
    for position in (0..end).rev() {
        let instr = instrs[position];
        match instr.opcode {
            AnyOpcode::NOP => continue,
            opcode if opcode == build && instr.oparg == 0 => {
                if !expect_add {
                    return false;
                }
                for old in &mut instrs[position..at] {
                    if old.opcode != AnyOpcode::NOP {
                        remove(old);
                    }
                }
                items.reverse();
                let value = if build == AnyOpcode::BUILD_LIST {
                    Const::tuple(items)
                } else {
                    Const::FrozenSet(deduplicate(items).into())
                };
                set_load(consts, &mut instrs[at], value);
                return true;
            }
            opcode if opcode == add && expect_add && instr.oparg == 1 => {}
            _ if expect_add => return false,
            _ => match loaded(consts, &instr) {
                Some(value) => items.push(value),
                None => return false,
            },
        }
        expect_add = !expect_add;
    }
    false
}

/// The last element of a long list or set display that a loop or an `in` test takes.
pub(super) fn fold_long_display(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    let kind = match instrs[i].opcode {
        AnyOpcode::LIST_APPEND => (AnyOpcode::BUILD_LIST, AnyOpcode::LIST_APPEND),
        _ => (AnyOpcode::BUILD_SET, AnyOpcode::SET_ADD),
    };
    if fold_built(instrs, i + 1, i, kind, consts) {
        // CPython clears the places of all elements, the last one included.
        instrs[i].loc = Location::NONE;
    }
}

/// List and set displays: of constants in `in` tests and loops, tuples and frozensets; elsewhere, filled from one.
pub(super) fn optimize_list_or_set(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    let next = instrs.get(i + 1).map(|next| next.opcode);
    let contains_or_iter = matches!(next, Some(AnyOpcode::GET_ITER | AnyOpcode::CONTAINS_OP));
    let display = instrs[i];
    let count = display.oparg as usize;
    if count > MAX_SEQUENCE || count < MIN_CONST_SEQUENCE_SIZE && !contains_or_iter {
        return;
    }
    let is_list = display.opcode == AnyOpcode::BUILD_LIST;
    let Some((loads, items)) = const_items(instrs, i, count, consts) else {
        if contains_or_iter && is_list {
            instrs[i].opcode = AnyOpcode::BUILD_TUPLE;
        }
        return;
    };
    let value = if is_list { Const::tuple(items) } else { Const::FrozenSet(deduplicate(items).into()) };
    let index = consts.intern(value);
    loads.into_iter().for_each(|load| remove(&mut instrs[load]));
    if contains_or_iter {
        instrs[i].set(AnyOpcode::LOAD_CONST, index);
    } else {
        instrs[i - 2].loc = display.loc;
        instrs[i - 2].set(display.opcode, 0);
        instrs[i - 1].loc = display.loc;
        instrs[i - 1].set(AnyOpcode::LOAD_CONST, index);
        instrs[i].set(if is_list { AnyOpcode::LIST_EXTEND } else { AnyOpcode::SET_UPDATE }, 1);
    }
}

/// A unary operation (or unary plus, an intrinsic) on a constant.
pub(super) fn fold_unary(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    let Some((loads, items)) = const_items(instrs, i, 1, consts) else { return };
    let opcode = instrs[i].opcode;
    let Some(value) = items.first().and_then(|operand| unary(opcode, operand)) else { return };
    loads.into_iter().for_each(|load| remove(&mut instrs[load]));
    set_load(consts, &mut instrs[i], value);
}

/// A binary operation on constants.
pub(super) fn fold_binary(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    let Some((loads, items)) = const_items(instrs, i, 2, consts) else { return };
    let [left, right] = items.as_slice() else { return };
    let operator = krait_bytecode::BinaryOperator::from_number(instrs[i].oparg);
    let Some(value) = operator.and_then(|operator| binary(operator, left, right)) else { return };
    loads.into_iter().for_each(|load| remove(&mut instrs[load]));
    set_load(consts, &mut instrs[i], value);
}

/// Intrinsics that constants can decide.
pub(super) fn fold_intrinsic(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    match Intrinsic1::from_number(instrs[i].oparg) {
        Some(Intrinsic1::ListToTuple) => {
            // A list that a call's `*` arguments or a tuple display made, element by element.
            let kind = (AnyOpcode::BUILD_LIST, AnyOpcode::LIST_APPEND);
            let folded = fold_built(instrs, i, i, kind, consts);
            if !folded && instrs.get(i + 1).is_some_and(|next| next.opcode == AnyOpcode::GET_ITER) {
                instrs[i].set_nop();
            }
        }
        Some(Intrinsic1::UnaryPositive) => fold_unary(instrs, i, consts),
        _ => {}
    }
}

/// Drops the constants that no instruction uses, except the first: it may be the docstring.
pub(super) fn remove_unused(graph: &mut Graph, consts: Interner<Const>) -> Vec<Const> {
    let consts = consts.into_values();
    let mut used = vec![false; consts.len()];
    if let Some(first) = used.first_mut() {
        *first = true;
    }
    for id in graph.chain() {
        for instr in &graph[id].instrs {
            if instr.opcode.has_const()
                && let Some(mark) = used.get_mut(instr.oparg as usize)
            {
                *mark = true;
            }
        }
    }
    let mut numbers = HashMap::new();
    let mut kept = Vec::new();
    for (index, (value, used)) in consts.into_iter().zip(used).enumerate() {
        if used {
            numbers.insert(index as u32, kept.len() as u32);
            kept.push(value);
        }
    }
    for id in graph.chain() {
        for instr in &mut graph[id].instrs {
            if instr.opcode.has_const()
                && let Some(&number) = numbers.get(&instr.oparg)
            {
                instr.oparg = number;
            }
        }
    }
    kept
}
