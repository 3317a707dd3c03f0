//! Local variables: which loads must check for unbound ones, and instructions that do two at once.

use krait_bytecode::AnyOpcode;

use super::cleanup::remove_redundant_nops;
use super::graph::{BlockId, BlockInstr, Graph};

/// So many locals are followed from block to block.
const TRACKED: usize = 64;

/// Blocks to look at again, and which locals may be unbound there.
struct Worklist(Vec<BlockId>);

impl Worklist {
    fn push(&mut self, graph: &mut Graph, id: BlockId, unsafe_locals: u64) {
        let block = &mut graph[id];
        let both = block.unsafe_locals | unsafe_locals;
        if block.unsafe_locals != both {
            block.unsafe_locals = both;
            if graph.visit(id) {
                self.0.push(id);
            }
        }
    }
}

/// Turns loads of locals that may be unbound into `LOAD_FAST_CHECK`.
pub(super) fn check_uninitialized_loads(graph: &mut Graph, locals: usize, parameters: usize) {
    if locals == 0 {
        return;
    }
    let mut tracked = locals;
    if locals > TRACKED {
        scan_untracked(graph, locals);
        tracked = TRACKED;
    }
    graph.clear_visited();
    let mut worklist = Worklist(Vec::new());
    let start = (parameters..tracked).fold(0, |mask, local| mask | 1u64 << local);
    worklist.push(graph, BlockId::ENTRY, start);
    for id in graph.chain() {
        scan(graph, id, &mut worklist);
    }
    while let Some(id) = worklist.0.pop() {
        graph[id].visited = false;
        scan(graph, id, &mut worklist);
    }
}

fn scan(graph: &mut Graph, id: BlockId, worklist: &mut Worklist) {
    let mut unsafe_locals = graph[id].unsafe_locals;
    for position in 0..graph[id].instrs.len() {
        let instr = graph[id].instrs[position];
        if let Some(handler) = instr.except {
            worklist.push(graph, handler, unsafe_locals);
        }
        if instr.oparg as usize >= TRACKED {
            continue;
        }
        let bit = 1u64 << instr.oparg;
        match instr.opcode {
            AnyOpcode::DELETE_FAST | AnyOpcode::LOAD_FAST_AND_CLEAR | AnyOpcode::STORE_FAST_MAYBE_NULL => {
                unsafe_locals |= bit;
            }
            AnyOpcode::STORE_FAST | AnyOpcode::LOAD_FAST_CHECK => unsafe_locals &= !bit,
            AnyOpcode::LOAD_FAST => {
                if unsafe_locals & bit != 0 {
                    graph[id].instrs[position].opcode = AnyOpcode::LOAD_FAST_CHECK;
                }
                unsafe_locals &= !bit;
            }
            _ => {}
        }
    }
    if let (true, Some(next)) = (graph[id].falls_through(), graph[id].next) {
        worklist.push(graph, next, unsafe_locals);
    }
    let jump = graph[id].last().filter(|last| last.is_jump()).and_then(|last| last.target);
    if let Some(target) = jump {
        worklist.push(graph, target, unsafe_locals);
    }
}

/// The locals beyond those tracked are known only within a block, so that time stays linear.
fn scan_untracked(graph: &mut Graph, locals: usize) {
    // In which block each was last seen bound.
    let mut bound_in = vec![0usize; locals - TRACKED];
    for (number, id) in graph.chain().into_iter().enumerate() {
        for instr in &mut graph[id].instrs {
            if !instr.opcode.has_local() {
                continue;
            }
            let state = (instr.oparg as usize).checked_sub(TRACKED).and_then(|index| bound_in.get_mut(index));
            let Some(state) = state else { continue };
            match instr.opcode {
                AnyOpcode::DELETE_FAST
                | AnyOpcode::LOAD_FAST_AND_CLEAR
                | AnyOpcode::STORE_FAST_MAYBE_NULL => {
                    *state = 0;
                }
                AnyOpcode::STORE_FAST => *state = number + 1,
                AnyOpcode::LOAD_FAST => {
                    if *state != number + 1 {
                        instr.opcode = AnyOpcode::LOAD_FAST_CHECK;
                    }
                    *state = number + 1;
                }
                _ => {}
            }
        }
    }
}

/// Pairs of loads and stores of low-numbered locals become one instruction.
pub(super) fn insert_superinstructions(graph: &mut Graph) {
    for id in graph.chain() {
        let instrs = &mut graph[id].instrs;
        for i in 1..instrs.len() {
            let [first, second] = [instrs[i - 1].opcode, instrs[i].opcode];
            let combined = match (first, second) {
                (AnyOpcode::LOAD_FAST, AnyOpcode::LOAD_FAST) => AnyOpcode::LOAD_FAST_LOAD_FAST,
                (AnyOpcode::STORE_FAST, AnyOpcode::LOAD_FAST) => AnyOpcode::STORE_FAST_LOAD_FAST,
                (AnyOpcode::STORE_FAST, AnyOpcode::STORE_FAST) => AnyOpcode::STORE_FAST_STORE_FAST,
                _ => continue,
            };
            combine(instrs, i, combined);
        }
    }
    remove_redundant_nops(graph);
}

fn combine(instrs: &mut [BlockInstr], second: usize, combined: AnyOpcode) {
    let (a, b) = (instrs[second - 1], instrs[second]);
    let lines_differ = a.loc.line >= 0 && b.loc.line >= 0 && a.loc.line != b.loc.line;
    if lines_differ || a.oparg >= 16 || b.oparg >= 16 {
        return;
    }
    instrs[second - 1].set(combined, a.oparg << 4 | b.oparg);
    instrs[second].set_nop();
}
