//! How deep the evaluation stack gets, and how deep it is at the start of each block.

use krait_bytecode::AnyOpcode;

use super::graph::{BlockId, Graph, is_scope_exit, is_unconditional_jump};
use crate::unit::AssembleError;

/// Sets every block's depth; returns the maximum.
pub(super) fn calculate(graph: &mut Graph) -> Result<u32, AssembleError> {
    for block in &mut graph.blocks {
        block.start_depth = i32::MIN;
    }
    let mut todo = Vec::new();
    enter(graph, BlockId::ENTRY, 0, &mut todo)?;
    let mut max = 0;
    while let Some(id) = todo.pop() {
        let mut depth = i64::from(graph[id].start_depth);
        let mut next = graph[id].next;
        for position in 0..graph[id].instrs.len() {
            let instr = graph[id].instrs[position];
            let new_depth = depth + instr.opcode.stack_effect(instr.oparg, false);
            if new_depth < 0 {
                return Err(AssembleError::Value("Invalid CFG, stack underflow".to_owned()));
            }
            max = max.max(new_depth);
            // The target of END_ASYNC_FOR is for monitoring only: nothing jumps there.
            let target = instr.target.filter(|_| instr.opcode != AnyOpcode::END_ASYNC_FOR);
            if let Some(target) = target {
                let target_depth = depth + instr.opcode.stack_effect(instr.oparg, true);
                max = max.max(target_depth);
                enter(graph, target, target_depth, &mut todo)?;
            }
            depth = new_depth;
            if is_unconditional_jump(instr.opcode) || is_scope_exit(instr.opcode) {
                next = None;
                break;
            }
        }
        if let Some(next) = next {
            enter(graph, next, depth, &mut todo)?;
        }
    }
    u32::try_from(max).map_err(|_| AssembleError::Overflow("stack depth exceeds limit".to_owned()))
}

fn enter(graph: &mut Graph, id: BlockId, depth: i64, todo: &mut Vec<BlockId>) -> Result<(), AssembleError> {
    let depth =
        i32::try_from(depth).map_err(|_| AssembleError::Overflow("stack depth exceeds limit".to_owned()))?;
    let block = &mut graph[id];
    if block.start_depth < 0 {
        block.start_depth = depth;
        todo.push(id);
        Ok(())
    } else if block.start_depth == depth {
        Ok(())
    } else {
        Err(AssembleError::Value("Invalid CFG, inconsistent stackdepth".to_owned()))
    }
}
