//! Removal of what other passes leave behind: `NOP`s, values pushed only to be dropped, jumps to the next
//! instruction, tiny jump targets.

use krait_bytecode::{AnyOpcode, Location};

use super::graph::{BlockId, Graph, is_unconditional_jump};
use crate::unit::AssembleError;

/// An exit block of at most so many instructions is copied to where it is jumped to from.
const MAX_COPY_SIZE: usize = 4;

/// Removes `NOP`s that no line event needs; how many.
pub(super) fn remove_redundant_nops(graph: &mut Graph) -> usize {
    graph.chain().into_iter().map(|id| remove_nops_of_block(graph, id)).sum()
}

fn remove_nops_of_block(graph: &mut Graph, id: BlockId) -> usize {
    if !graph[id].instrs.iter().any(|instr| instr.opcode == AnyOpcode::NOP) {
        return 0;
    }
    let mut instrs = std::mem::take(&mut graph[id].instrs);
    let before = instrs.len();
    let mut kept = 0;
    let mut previous_line = -1;
    for position in 0..before {
        let instr = instrs[position];
        let line = instr.loc.line;
        if instr.opcode == AnyOpcode::NOP {
            if line < 0 || line == previous_line {
                continue;
            }
            if let Some(next) = instrs.get_mut(position + 1) {
                if next.loc.line == line {
                    continue;
                }
                if next.loc.line < 0 {
                    next.loc = instr.loc;
                    continue;
                }
            } else if let Some(next) = graph.nonempty_from(graph[id].next) {
                let next_line = graph[next]
                    .instrs
                    .iter()
                    .find(|instr| instr.opcode != AnyOpcode::NOP || instr.loc.line >= 0)
                    .map_or(Location::NONE.line, |instr| instr.loc.line);
                if next_line == line {
                    continue;
                }
            }
        }
        instrs[kept] = instr;
        kept += 1;
        previous_line = line;
    }
    let left: Vec<_> = instrs.drain(kept..).map(|instr| instr.except).collect();
    graph[id].left_handlers.splice(0..0, left);
    graph[id].instrs = instrs;
    before - kept
}

/// Also removes constants and copies that are popped at once.
pub(super) fn remove_redundant_nops_and_pairs(graph: &mut Graph) {
    let chain = graph.chain();
    let mut done = false;
    while !done {
        done = true;
        let mut previous: Option<(BlockId, usize)> = None;
        for &id in &chain {
            remove_nops_of_block(graph, id);
            if graph[id].labelled {
                previous = None;
            }
            for position in 0..graph[id].instrs.len() {
                if graph[id].instrs[position].opcode == AnyOpcode::POP_TOP {
                    let source = previous.map(|(block, position)| {
                        let instr = graph[block].instrs[position];
                        (instr.opcode, instr.oparg)
                    });
                    if matches!(
                        source,
                        Some((AnyOpcode::LOAD_CONST | AnyOpcode::LOAD_SMALL_INT, _) | (AnyOpcode::COPY, 1))
                    ) {
                        if let Some((block, position)) = previous {
                            graph[block].instrs[position].set_nop();
                        }
                        graph[id].instrs[position].set_nop();
                        done = false;
                    }
                }
                previous = Some((id, position));
            }
            let ends_in_jump =
                previous.is_some_and(|(block, position)| graph[block].instrs[position].is_jump());
            if ends_in_jump || !graph[id].falls_through() {
                previous = None;
            }
        }
    }
}

/// Turns jumps to the following block into `NOP`s; how many.
fn remove_redundant_jumps(graph: &mut Graph) -> Result<usize, AssembleError> {
    let mut changes = 0;
    for id in graph.chain() {
        let Some(&last) = graph[id].last() else { continue };
        if is_unconditional_jump(last.opcode) {
            let Some(target) = graph.nonempty_from(last.target) else {
                return Err(AssembleError::System("jump target is NULL".to_owned()));
            };
            if graph.nonempty_from(graph[id].next) == Some(target) {
                changes += 1;
                if let Some(last) = graph[id].instrs.last_mut() {
                    last.set_nop();
                }
            }
        }
    }
    Ok(changes)
}

/// Both until nothing changes; jumps become fewer each time, so it ends.
pub(super) fn remove_redundant_nops_and_jumps(graph: &mut Graph) -> Result<(), AssembleError> {
    loop {
        remove_redundant_nops(graph);
        if remove_redundant_jumps(graph)? == 0 {
            return Ok(());
        }
    }
}

/// Replaces a jump to a small exit block, or to one without line numbers that does not fall through, by that block's
/// instructions.
pub(super) fn inline_small_or_no_lineno_blocks(graph: &mut Graph) {
    let chain = graph.chain();
    loop {
        let mut changed = false;
        for &id in &chain {
            changed |= inline_target_of(graph, id);
        }
        if !changed {
            return;
        }
    }
}

fn inline_target_of(graph: &mut Graph, id: BlockId) -> bool {
    let Some(&last) = graph[id].last() else { return false };
    let (true, Some(target)) = (is_unconditional_jump(last.opcode), last.target) else { return false };
    let block = &graph[target];
    let small_exit = block.exits_scope() && block.instrs.len() <= MAX_COPY_SIZE;
    let no_lineno_no_fallthrough = block.has_no_lineno() && !block.falls_through();
    // A block that jumps to itself would be copied for ever.
    if !(small_exit || no_lineno_no_fallthrough) || target == id {
        return false;
    }
    let copied = block.instrs.clone();
    graph[id].take_left_handlers(copied.len());
    let instrs = &mut graph[id].instrs;
    if let Some(jump) = instrs.last_mut() {
        jump.set_nop();
    }
    instrs.extend(copied);
    if let (true, Some(new_last)) = (no_lineno_no_fallthrough, instrs.last_mut())
        && is_unconditional_jump(new_last.opcode)
        && last.opcode == AnyOpcode::JUMP
    {
        new_last.opcode = AnyOpcode::JUMP;
    }
    graph[target].predecessors = graph[target].predecessors.saturating_sub(1);
    true
}
