//! Positions for instructions that code generation left without: exits, so that tracing and tracebacks see them.

use krait_bytecode::Location;

use super::graph::{Block, BlockId, Graph};

/// Gives every exit, and what can be decided besides, a position.
pub(super) fn resolve_line_numbers(graph: &mut Graph) {
    duplicate_exits_without_lineno(graph);
    propagate_line_numbers(graph);
}

fn is_exit_or_eval_check_without_lineno(block: &Block) -> bool {
    (block.exits_scope() || block.instrs.iter().any(|instr| instr.opcode.has_eval_break()))
        && block.has_no_lineno()
}

/// Where several jumps share an exit without a line, each gets a copy with its own line.
fn duplicate_exits_without_lineno(graph: &mut Graph) {
    let mut next = Some(BlockId::ENTRY);
    while let Some(id) = next {
        if let Some(&last) = graph[id].last() {
            let target = if last.is_jump() { graph.nonempty_from(last.target) } else { None };
            if let Some(target) = target {
                let block = &graph[target];
                if is_exit_or_eval_check_without_lineno(block) && block.predecessors > 1 {
                    let mut copy =
                        Block { predecessors: 1, labelled: true, left_handlers: Vec::new(), ..block.clone() };
                    if let Some(first) = copy.instrs.first_mut() {
                        first.loc = last.loc;
                    }
                    let copy = graph.add_block(copy);
                    graph[target].next = Some(copy);
                    graph[target].predecessors -= 1;
                    if let Some(jump) = graph[id].instrs.last_mut() {
                        jump.target = Some(copy);
                    }
                }
            }
        }
        next = graph[id].next;
    }
    // The rest is only fallen into, from one place.
    for id in graph.chain() {
        let block = &graph[id];
        let (Some(next), Some(last)) = (block.next, block.last()) else { continue };
        if block.falls_through() && is_exit_or_eval_check_without_lineno(&graph[next]) {
            let loc = last.loc;
            if let Some(first) = graph[next].instrs.first_mut() {
                first.loc = loc;
            }
        }
    }
}

/// Instructions without a position take that of the one before, also across to blocks with one predecessor.
fn propagate_line_numbers(graph: &mut Graph) {
    for id in graph.chain() {
        let Some(&last) = graph[id].last() else { continue };
        let mut previous = Location::NONE;
        for instr in &mut graph[id].instrs {
            if instr.loc.line == Location::NONE.line {
                instr.loc = previous;
            } else {
                previous = instr.loc;
            }
        }
        let next = if graph[id].falls_through() { graph[id].next } else { None };
        let target = if last.is_jump() { last.target } else { None };
        for successor in [next, target].into_iter().flatten() {
            let block = &mut graph[successor];
            if let (1, Some(first)) = (block.predecessors, block.instrs.first_mut())
                && first.loc.line == Location::NONE.line
            {
                first.loc = previous;
            }
        }
    }
}
