//! Fewer `SWAP`s: runs of them are minimised, and some are done by exchanging the stores that follow.

use krait_bytecode::AnyOpcode;

use super::graph::BlockInstr;

/// Replaces the run of `SWAP`s (and `NOP`s) that starts at `start` by a shortest equivalent one, right-aligned.
/// Returns the index of the run's last instruction.
pub(super) fn minimise_run(instrs: &mut [BlockInstr], start: usize) -> usize {
    let run = instrs[start..]
        .iter()
        .take_while(|instr| matches!(instr.opcode, AnyOpcode::SWAP | AnyOpcode::NOP))
        .count();
    let run = &mut instrs[start..start + run];
    let swaps = |run: &[BlockInstr]| -> Vec<usize> {
        run.iter().filter(|i| i.opcode == AnyOpcode::SWAP).map(|i| i.oparg as usize).collect()
    };
    let opargs = swaps(run);
    let depth = opargs.iter().copied().max().unwrap_or(0);
    if opargs.len() < 2 || opargs.contains(&0) {
        return start;
    }
    let mut stack: Vec<Option<usize>> = (0..depth).map(Some).collect();
    for oparg in opargs {
        stack.swap(0, oparg - 1);
    }
    // Un-shuffling cycle by cycle through the top, written backwards, is the shortest way to shuffle.
    let mut backwards = Vec::new();
    for first in 0..depth {
        if stack[first].is_none_or(|item| item == first) {
            continue;
        }
        let mut item = first;
        loop {
            if item != 0 {
                backwards.push(item as u32 + 1);
            }
            match stack[item].take() {
                Some(next) => item = next,
                None => break,
            }
        }
    }
    let mut backwards = backwards.into_iter();
    for instr in run.iter_mut().rev() {
        match backwards.next() {
            Some(oparg) => instr.set(AnyOpcode::SWAP, oparg),
            None => instr.set_nop(),
        }
    }
    start + run.len() - 1
}

/// Only what touches nothing but the top of the stack, cannot raise and runs no code but finalizers.
fn is_swappable(opcode: AnyOpcode) -> bool {
    matches!(opcode, AnyOpcode::STORE_FAST | AnyOpcode::STORE_FAST_MAYBE_NULL | AnyOpcode::POP_TOP)
}

fn stores_to(instr: &BlockInstr) -> Option<u32> {
    matches!(instr.opcode, AnyOpcode::STORE_FAST | AnyOpcode::STORE_FAST_MAYBE_NULL).then_some(instr.oparg)
}

fn next_swappable(instrs: &[BlockInstr], after: usize, line: Option<i32>) -> Option<usize> {
    for (index, instr) in instrs.iter().enumerate().skip(after + 1) {
        if line.is_some_and(|line| line >= 0 && line != instr.loc.line) {
            return None;
        }
        if instr.opcode == AnyOpcode::NOP {
            continue;
        }
        return is_swappable(instr.opcode).then_some(index);
    }
    None
}

/// From `last` backwards, does `SWAP`s by exchanging the instructions that consume the two values.
pub(super) fn apply_statically(instrs: &mut [BlockInstr], last: usize) {
    for position in (0..=last).rev() {
        let swap = instrs[position];
        if swap.opcode != AnyOpcode::SWAP {
            if swap.opcode == AnyOpcode::NOP || is_swappable(swap.opcode) {
                continue;
            }
            return;
        }
        let Some(first) = next_swappable(instrs, position, None) else { return };
        let line = instrs[first].loc.line;
        let mut second = first;
        for _ in 1..swap.oparg {
            match next_swappable(instrs, second, Some(line)) {
                Some(index) => second = index,
                None => return,
            }
        }
        // The order of stores to one variable must stay.
        let (a, b) = (stores_to(&instrs[first]), stores_to(&instrs[second]));
        if a.is_some() || b.is_some() {
            if a == b {
                return;
            }
            let between = instrs.get(first + 1..second).unwrap_or(&[]);
            if between.iter().filter_map(stores_to).any(|local| Some(local) == a || Some(local) == b) {
                return;
            }
        }
        instrs[position].set_nop();
        instrs.swap(first, second);
    }
}
