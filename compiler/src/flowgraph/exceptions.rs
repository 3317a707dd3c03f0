//! From block pushes and pops to a handler for every instruction.

use krait_bytecode::{AnyOpcode, resume};

use super::graph::{BlockId, Graph};

/// Marks the blocks that are entered by an exception.
pub(super) fn mark_handlers(graph: &mut Graph) {
    for index in 0..graph.blocks.len() {
        for position in 0..graph.blocks[index].instrs.len() {
            let instr = graph.blocks[index].instrs[position];
            if let (true, Some(target)) = (instr.opcode.is_block_push(), instr.target) {
                graph[target].except_handler = true;
            }
        }
    }
}

/// Walks the graph with the stack of open regions; sets each instruction's handler and takes `POP_BLOCK` out.
pub(super) fn label_targets(graph: &mut Graph) {
    graph.clear_visited();
    let mut todo: Vec<(BlockId, Vec<BlockId>)> = vec![(BlockId::ENTRY, Vec::new())];
    graph.visit(BlockId::ENTRY);
    while let Some((id, mut open)) = todo.pop() {
        let mut instrs = std::mem::take(&mut graph[id].instrs);
        let mut yield_depth = None;
        for instr in &mut instrs {
            let handler = open.last().copied();
            match (instr.opcode, instr.target) {
                (opcode, Some(target)) if opcode.is_block_push() => {
                    if graph.visit(target) {
                        todo.push((target, open.clone()));
                    }
                    if opcode != AnyOpcode::SETUP_FINALLY {
                        graph[target].preserve_lasti = true;
                    }
                    open.push(target);
                }
                (AnyOpcode::POP_BLOCK, _) => {
                    open.pop();
                    instr.set_nop();
                }
                (_, Some(target)) => {
                    instr.except = handler;
                    if graph.visit(target) {
                        todo.push((target, open.clone()));
                    }
                }
                (AnyOpcode::RESUME, _) => {
                    instr.except = handler;
                    if instr.oparg != resume::AT_FUNC_START {
                        if yield_depth == Some(1) {
                            instr.oparg |= resume::EXCEPT_DEPTH1_MASK;
                        }
                        yield_depth = None;
                    }
                }
                (opcode, None) => {
                    instr.except = handler;
                    if opcode == AnyOpcode::YIELD_VALUE {
                        yield_depth = Some(open.len());
                    }
                }
            }
        }
        graph[id].instrs = instrs;
        if let (true, Some(next)) = (graph[id].falls_through(), graph[id].next)
            && graph.visit(next)
        {
            todo.push((next, open));
        }
    }
}
