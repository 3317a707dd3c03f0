//! From the optimiser's form to real instructions: frame slots of cells, the function's prologue, pseudo-instructions,
//! jump directions.

use krait_bytecode::{AnyOpcode, CodeFlags, Location};

use super::cleanup::remove_redundant_nops;
use super::graph::{Block, BlockId, BlockInstr, Graph};
use crate::unit::Unit;

/// `JUMP_IF_FALSE` and `JUMP_IF_TRUE` keep the value they test.
pub(super) fn convert_conditional_jumps(graph: &mut Graph) {
    for block in &mut graph.blocks {
        let Some(last) = block.instrs.last_mut() else { continue };
        last.opcode = match last.opcode {
            AnyOpcode::JUMP_IF_FALSE => AnyOpcode::POP_JUMP_IF_FALSE,
            AnyOpcode::JUMP_IF_TRUE => AnyOpcode::POP_JUMP_IF_TRUE,
            _ => continue,
        };
        let jump = *last;
        let with = |opcode, oparg| BlockInstr { opcode, oparg, target: None, ..jump };
        let at = block.instrs.len() - 1;
        block.take_left_handlers(2);
        block.instrs.splice(at..at, [with(AnyOpcode::COPY, 1), with(AnyOpcode::TO_BOOL, 0)]);
    }
}

/// Numbers the frame slots (locals, then cells that are not parameters, then free variables), adds the prologue. How
/// many slots there are.
pub(super) fn prepare_localsplus(graph: &mut Graph, unit: &Unit) -> usize {
    let locals = unit.varnames.len();
    let cells = unit.cellvars.len();
    let frees = unit.freevars.len();
    // Where each cell or free variable lives before slots are dropped.
    let mut slots: Vec<usize> = unit
        .cellvars
        .values()
        .iter()
        .enumerate()
        .map(|(index, name)| unit.varnames.get(name).map_or(locals + index, |local| local as usize))
        .chain((0..frees).map(|index| locals + cells + index))
        .collect();
    insert_prologue(graph, unit, &slots);
    // A cell that is a local variable too needs no slot of its own.
    let mut dropped = 0;
    for (index, slot) in slots.iter_mut().enumerate() {
        if *slot == index + locals {
            *slot -= dropped;
        } else {
            dropped += 1;
        }
    }
    for block in &mut graph.blocks {
        for instr in &mut block.instrs {
            if matches!(
                instr.opcode,
                AnyOpcode::MAKE_CELL
                    | AnyOpcode::LOAD_CLOSURE
                    | AnyOpcode::LOAD_DEREF
                    | AnyOpcode::STORE_DEREF
                    | AnyOpcode::DELETE_DEREF
                    | AnyOpcode::LOAD_FROM_DICT_OR_DEREF
            ) && let Some(&slot) = slots.get(instr.oparg as usize)
            {
                instr.oparg = slot as u32;
            }
        }
    }
    locals + cells + frees - dropped
}

fn insert_prologue(graph: &mut Graph, unit: &Unit, slots: &[usize]) {
    let mut prologue = Vec::new();
    if !unit.freevars.is_empty() {
        let count = unit.freevars.len() as u32;
        prologue.push(BlockInstr::new(AnyOpcode::COPY_FREE_VARS, count, Location::NONE));
    }
    let mut cells: Vec<usize> = (0..unit.cellvars.len()).collect();
    cells.sort_by_key(|&cell| slots[cell]);
    for cell in cells {
        prologue.push(BlockInstr::new(AnyOpcode::MAKE_CELL, cell as u32, Location::NONE));
    }
    if unit.flags & (CodeFlags::GENERATOR | CodeFlags::COROUTINE | CodeFlags::ASYNC_GENERATOR) != 0 {
        // The generator that is returned is not on the stack of the frame when it resumes, but None is.
        let loc = Location::new(unit.firstlineno, unit.firstlineno, -1, -1);
        prologue.push(BlockInstr::new(AnyOpcode::RETURN_GENERATOR, 0, loc));
        prologue.push(BlockInstr::new(AnyOpcode::POP_TOP, 0, loc));
    }
    graph[BlockId::ENTRY].take_left_handlers(prologue.len());
    graph[BlockId::ENTRY].instrs.splice(0..0, prologue);
}

/// Pseudo-instructions that have done their work.
pub(super) fn convert_pseudo_ops(graph: &mut Graph) {
    for block in &mut graph.blocks {
        for instr in &mut block.instrs {
            match instr.opcode {
                AnyOpcode::LOAD_CLOSURE => instr.opcode = AnyOpcode::LOAD_FAST,
                AnyOpcode::STORE_FAST_MAYBE_NULL => instr.opcode = AnyOpcode::STORE_FAST,
                opcode if opcode.is_block_push() => instr.set_nop(),
                _ => {}
            }
        }
    }
    remove_redundant_nops(graph);
}

/// Conditional jumps go only forward: a backward one is reversed, over a jump back.
pub(super) fn normalize_jumps(graph: &mut Graph) {
    graph.clear_visited();
    let mut next = Some(BlockId::ENTRY);
    while let Some(id) = next {
        graph.visit(id);
        normalize_jump_of(graph, id);
        next = graph[id].next;
    }
}

fn normalize_jump_of(graph: &mut Graph, id: BlockId) {
    let Some(&last) = graph[id].last() else { return };
    let reversed = match last.opcode {
        AnyOpcode::POP_JUMP_IF_FALSE => AnyOpcode::POP_JUMP_IF_TRUE,
        AnyOpcode::POP_JUMP_IF_TRUE => AnyOpcode::POP_JUMP_IF_FALSE,
        AnyOpcode::POP_JUMP_IF_NONE => AnyOpcode::POP_JUMP_IF_NOT_NONE,
        AnyOpcode::POP_JUMP_IF_NOT_NONE => AnyOpcode::POP_JUMP_IF_NONE,
        _ => return,
    };
    let Some(target) = last.target else { return };
    let not_taken = BlockInstr::new(AnyOpcode::NOT_TAKEN, 0, last.loc);
    if !graph[target].visited {
        let except = graph[id].take_left_handlers(1);
        graph[id].instrs.push(BlockInstr { except, ..not_taken });
        return;
    }
    let jump = BlockInstr { opcode: AnyOpcode::JUMP, except: None, ..last };
    let following = graph[id].next;
    let backward = graph.add_block(Block {
        instrs: vec![not_taken, jump],
        next: following,
        cold: graph[id].cold,
        start_depth: graph[target].start_depth,
        ..Block::default()
    });
    let block = &mut graph[id];
    block.next = Some(backward);
    if let Some(last) = block.instrs.last_mut() {
        last.opcode = reversed;
        last.target = following.or(Some(backward));
    }
}
