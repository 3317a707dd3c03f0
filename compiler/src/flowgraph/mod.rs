//! The control-flow-graph optimiser: CPython's passes in CPython's order, so that the output is equal.
//!
//! A unit's instruction sequence is cut into basic blocks ([`graph`]), improved, and flattened again. Not
//! here: bytes and tables (see `assemble`).

mod borrow;
mod cleanup;
mod constant_arithmetic;
mod constant_complex;
mod constant_float;
mod constant_subscript;
mod constants;
mod exceptions;
mod graph;
mod line_numbers;
mod locals;
mod lowering;
mod peephole;
mod reachability;
mod stack_depth;
mod swaps;

use krait_bytecode::{CodeFlags, Const};

use crate::instruction_sequence::{Instr, InstructionSequence};
use crate::unit::{AssembleError, Interner, Unit};
use graph::Graph;

/// A unit whose instructions are final but for jump distances.
#[derive(Debug)]
pub(crate) struct Optimized {
    /// Everything but instructions and constants.
    pub(crate) unit: Unit,
    /// Real instructions; jumps have target indices.
    pub(crate) instructions: Vec<Instr>,
    /// Constants.
    pub(crate) consts: Vec<Const>,
    /// `co_stacksize`
    pub(crate) stack_depth: u32,
    /// Number of frame slots for variables.
    pub(crate) slots: usize,
}

/// Runs all passes.
pub(crate) fn optimize(mut unit: Unit) -> Result<Optimized, AssembleError> {
    let consts = std::mem::take(&mut unit.consts);
    let sequence = std::mem::take(&mut unit.sequence);
    let varargs = [CodeFlags::VARARGS, CodeFlags::VARKEYWORDS];
    let stars = varargs.into_iter().filter(|flag| unit.flags & flag != 0).count();
    let parameters = (unit.posonlyargcount + unit.argcount + unit.kwonlyargcount) as usize + stars;
    let (mut graph, consts) = optimize_graph(&sequence, consts, unit.varnames.len(), parameters)?;
    lowering::convert_conditional_jumps(&mut graph);
    let slots = lowering::prepare_localsplus(&mut graph, &unit);
    let stack_depth = stack_depth::calculate(&mut graph)?;
    lowering::convert_pseudo_ops(&mut graph);
    lowering::normalize_jumps(&mut graph);
    borrow::optimize_load_fast(&mut graph);
    Ok(Optimized { instructions: graph.flatten(), unit, consts, stack_depth, slots })
}

/// The passes that do not depend on the frame's layout.
fn optimize_graph(
    sequence: &InstructionSequence,
    mut consts: Interner<Const>,
    locals: usize,
    parameters: usize,
) -> Result<(Graph, Vec<Const>), AssembleError> {
    let mut graph = Graph::build(sequence)?;
    graph.check()?;
    exceptions::mark_handlers(&mut graph);
    exceptions::label_targets(&mut graph);

    cleanup::inline_small_or_no_lineno_blocks(&mut graph);
    reachability::remove_unreachable(&mut graph);
    line_numbers::resolve_line_numbers(&mut graph);
    let chain = graph.chain();
    for &id in &chain {
        constants::optimize_loads(&mut graph[id], &mut consts);
    }
    for &id in &chain {
        peephole::optimize_block(&mut graph, id, &mut consts);
    }
    cleanup::remove_redundant_nops_and_pairs(&mut graph);
    reachability::remove_unreachable(&mut graph);
    cleanup::remove_redundant_nops_and_jumps(&mut graph)?;

    let consts = constants::remove_unused(&mut graph, consts);
    locals::check_uninitialized_loads(&mut graph, locals, parameters);
    locals::insert_superinstructions(&mut graph);
    reachability::push_cold_blocks_to_end(&mut graph)?;
    line_numbers::resolve_line_numbers(&mut graph);
    Ok((graph, consts))
}
