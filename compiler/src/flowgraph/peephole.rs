//! Local improvements inside one block, and jumps to jumps.

use krait_bytecode::{AnyOpcode, Const};

use super::graph::{BlockId, BlockInstr, Graph};
use super::{constants, swaps};
use crate::unit::Interner;

/// Improves one block.
pub(super) fn optimize_block(graph: &mut Graph, id: BlockId, consts: &mut Interner<Const>) {
    // The block's instructions are taken out, so a jump to the block itself must look here.
    let mut instrs = std::mem::take(&mut graph[id].instrs);
    let mut i = 0;
    while i < instrs.len() {
        if instrs[i].is_jump() {
            if thread_jump(graph, id, &mut instrs, i) {
                continue;
            }
        } else {
            optimize_instruction(&mut instrs, i, consts);
        }
        i += 1;
    }
    let mut i = 0;
    while i < instrs.len() {
        if instrs[i].opcode == AnyOpcode::SWAP {
            i = swaps::minimise_run(&mut instrs, i);
            swaps::apply_statically(&mut instrs, i);
        }
        i += 1;
    }
    graph[id].instrs = instrs;
}

fn optimize_instruction(instrs: &mut [BlockInstr], i: usize, consts: &mut Interner<Const>) {
    use AnyOpcode as Op;
    let BlockInstr { opcode, oparg, loc, .. } = instrs[i];
    let next = instrs.get(i + 1).map_or(Op::NOP, |next| next.opcode);
    match (opcode, next) {
        (Op::BUILD_TUPLE, Op::UNPACK_SEQUENCE)
            if (1..=3).contains(&oparg) && instrs[i + 1].oparg == oparg =>
        {
            instrs[i].set_nop();
            if oparg == 1 {
                instrs[i + 1].set_nop();
            } else {
                instrs[i + 1].opcode = Op::SWAP;
            }
        }
        (Op::BUILD_TUPLE, _) => constants::fold_tuple(instrs, i, consts),
        (Op::BUILD_LIST | Op::BUILD_SET, _) => constants::optimize_list_or_set(instrs, i, consts),
        (Op::COMPARE_OP, Op::TO_BOOL) => {
            instrs[i].set_nop();
            instrs[i + 1].set(opcode, oparg | krait_bytecode::Comparison::TO_BOOL);
        }
        (Op::CONTAINS_OP | Op::IS_OP, Op::TO_BOOL) => {
            instrs[i].set_nop();
            instrs[i + 1].set(opcode, oparg);
        }
        (Op::CONTAINS_OP | Op::IS_OP, Op::UNARY_NOT) => {
            instrs[i].set_nop();
            instrs[i + 1].set(opcode, oparg ^ 1);
        }

        (Op::UNARY_NOT, Op::TO_BOOL) => {
            instrs[i].set_nop();
            instrs[i + 1].set(Op::UNARY_NOT, 0);
        }
        (Op::UNARY_NOT, Op::UNARY_NOT) => {
            instrs[i].set_nop();
            instrs[i + 1].set_nop();
        }
        (Op::UNARY_NOT | Op::UNARY_INVERT | Op::UNARY_NEGATIVE, _) => {
            constants::fold_unary(instrs, i, consts)
        }
        (Op::LIST_APPEND | Op::SET_ADD, Op::GET_ITER | Op::CONTAINS_OP) => {
            constants::fold_long_display(instrs, i, consts);
        }
        (Op::CALL_INTRINSIC_1, _) => constants::fold_intrinsic(instrs, i, consts),
        (Op::BINARY_OP, _) => constants::fold_binary(instrs, i, consts),
        (Op::STORE_FAST, Op::STORE_FAST)
            if instrs[i + 1].oparg == oparg && instrs[i + 1].loc.line == loc.line =>
        {
            instrs[i].set(Op::POP_TOP, 0);
        }
        (Op::SWAP, _) if oparg == 1 => instrs[i].set_nop(),
        (Op::LOAD_GLOBAL, Op::PUSH_NULL) if oparg & 1 == 0 => {
            instrs[i].oparg |= 1;
            instrs[i + 1].set_nop();
        }
        _ => {}
    }
}

/// A jump to a jump goes to where that goes. Whether the instruction at `i` is to be looked at again.
fn thread_jump(graph: &mut Graph, id: BlockId, instrs: &mut Vec<BlockInstr>, i: usize) -> bool {
    use AnyOpcode as Op;
    let BlockInstr { opcode, target: Some(target), .. } = instrs[i] else { return false };
    let landing = if target == id { instrs.first().copied() } else { graph[target].instrs.first().copied() };
    let Some(landing) = landing else { return false };
    let new_opcode = match (opcode, landing.opcode) {
        (Op::POP_JUMP_IF_NONE | Op::POP_JUMP_IF_NOT_NONE, Op::JUMP)
        | (Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE, Op::JUMP)
        | (Op::JUMP_IF_FALSE, Op::JUMP | Op::JUMP_IF_FALSE)
        | (Op::JUMP_IF_TRUE, Op::JUMP | Op::JUMP_IF_TRUE)
        | (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP_NO_INTERRUPT) => opcode,
        (Op::JUMP | Op::JUMP_NO_INTERRUPT, Op::JUMP) => Op::JUMP,
        (Op::JUMP_IF_FALSE, Op::JUMP_IF_TRUE) | (Op::JUMP_IF_TRUE, Op::JUMP_IF_FALSE) => {
            // The opposite test of the same value falls through.
            let next = graph[target].next;
            instrs[i].target = next.or(Some(target));
            return next.is_some();
        }
        _ => return false,
    };
    if landing.target == Some(target) || i + 1 != instrs.len() {
        return false;
    }
    instrs[i].set_nop();
    graph[id].take_left_handlers(1);
    instrs.push(BlockInstr { target: landing.target, ..BlockInstr::new(new_opcode, 0, landing.loc) });
    true
}
