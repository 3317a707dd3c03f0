//! What control can reach, and how likely: removal of dead blocks, exception handlers to the end.

use krait_bytecode::{AnyOpcode, Location};

use super::cleanup::remove_redundant_nops_and_jumps;
use super::graph::{Block, BlockId, BlockInstr, Graph};
use crate::unit::AssembleError;

/// Counts predecessors and empties the blocks that have none.
pub(super) fn remove_unreachable(graph: &mut Graph) {
    for block in &mut graph.blocks {
        block.visited = false;
        block.predecessors = 0;
    }
    graph[BlockId::ENTRY].predecessors = 1;
    graph.visit(BlockId::ENTRY);
    let mut todo = vec![BlockId::ENTRY];
    while let Some(id) = todo.pop() {
        if let (true, Some(next)) = (graph[id].falls_through(), graph[id].next) {
            if graph.visit(next) {
                todo.push(next);
            }
            graph[next].predecessors += 1;
        }
        for position in 0..graph[id].instrs.len() {
            if let Some(target) = graph[id].instrs[position].target {
                if graph.visit(target) {
                    todo.push(target);
                }
                graph[target].predecessors += 1;
            }
        }
    }
    for block in &mut graph.blocks {
        if block.predecessors == 0 {
            block.instrs.clear();
            block.except_handler = false;
        }
    }
}

/// Moves blocks that only exception handling reaches behind all others.
pub(super) fn push_cold_blocks_to_end(graph: &mut Graph) -> Result<(), AssembleError> {
    if graph[BlockId::ENTRY].next.is_none() {
        return Ok(());
    }
    mark_warm(graph);
    mark_cold(graph);
    // A cold block that falls through to a warm one needs a jump once it has moved.
    for id in graph.chain() {
        let block = &graph[id];
        let Some(next) = block.next else { continue };
        if block.cold && block.falls_through() && graph[next].warm {
            let loc = block.last().map_or(Location::NONE, |last| last.loc);
            let jump =
                BlockInstr { target: Some(next), ..BlockInstr::new(AnyOpcode::JUMP_NO_INTERRUPT, 0, loc) };
            graph[next].labelled = true;
            let explicit = graph.add_block(Block {
                instrs: vec![jump],
                next: Some(next),
                cold: true,
                predecessors: 1,
                ..Block::default()
            });
            graph[id].next = Some(explicit);
        }
    }
    let (cold, warm): (Vec<_>, Vec<_>) = graph.chain().into_iter().partition(|&id| graph[id].cold);
    if cold.is_empty() {
        return Ok(());
    }
    let order: Vec<BlockId> = warm.into_iter().chain(cold).collect();
    for (position, &id) in order.iter().enumerate() {
        graph[id].next = order.get(position + 1).copied();
    }
    remove_redundant_nops_and_jumps(graph)
}

fn mark_warm(graph: &mut Graph) {
    graph.clear_visited();
    graph.visit(BlockId::ENTRY);
    let mut todo = vec![BlockId::ENTRY];
    while let Some(id) = todo.pop() {
        graph[id].warm = true;
        push_successors(graph, id, &mut todo, |_| true);
    }
}

fn mark_cold(graph: &mut Graph) {
    graph.clear_visited();
    let mut todo = Vec::new();
    for id in graph.chain() {
        if graph[id].except_handler {
            graph.visit(id);
            todo.push(id);
        }
    }
    while let Some(id) = todo.pop() {
        graph[id].cold = true;
        push_successors(graph, id, &mut todo, |block| !block.warm);
    }
}

fn push_successors(graph: &mut Graph, id: BlockId, todo: &mut Vec<BlockId>, wanted: fn(&Block) -> bool) {
    let mut push = |graph: &mut Graph, id: BlockId| {
        if wanted(&graph[id]) && graph.visit(id) {
            todo.push(id);
        }
    };
    if let (true, Some(next)) = (graph[id].falls_through(), graph[id].next) {
        push(graph, next);
    }
    for position in 0..graph[id].instrs.len() {
        let instr = graph[id].instrs[position];
        if let (true, Some(target)) = (instr.is_jump(), instr.target) {
            push(graph, target);
        }
    }
}
