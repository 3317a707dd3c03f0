//! Probes in code: an instruction with an event becomes its `INSTRUMENTED_` form, one that begins a line `INSTRUMENTED_LINE`, any
//! one `INSTRUMENTED_INSTRUCTION`; what stood there before is kept beside the code. Line probes stand in front of instruction
//! probes, those in front of the others.

use core::cell::Cell;

use krait_bytecode::Opcode;
use krait_bytecode::opcode::{CACHE_ENTRIES, DEOPT};
use krait_runtime::Py;
use krait_runtime::monitoring::{TOOLS, event};

use super::state;
use crate::eval_breaker::EVENTS;
use crate::exception_table;
use crate::frame::CodeUnit;
use crate::objects::code::PyCode;
use crate::specialize::counter::Counter;

/// What monitoring keeps of a code object.
pub struct CodeMonitoring {
    /// For each local event the tools that watch it in this code object.
    pub local: [Cell<u8>; event::LOCAL],
    /// The state's tool versions that `local` goes by.
    tool_versions: [Cell<u32>; TOOLS],
    /// For each local event the tools that watched it when the code was instrumented last.
    active: [Cell<u8>; event::LOCAL],
    units: Box<[UnitData]>,
    /// Whether `units` has been filled.
    analysed: Cell<bool>,
}

/// One code unit's probes.
#[derive(Default)]
struct UnitData {
    /// Tools for the instruction's own event.
    tools: Cell<u8>,
    line_tools: Cell<u8>,
    instruction_tools: Cell<u8>,
    /// The opcode behind the line probe.
    behind_line: Cell<u8>,
    /// The opcode behind the instruction probe.
    behind_instruction: Cell<u8>,
    /// The line that begins here, or -1.
    line: Cell<i32>,
    /// For instructions at a branch's ends: the index of the branch instruction.
    source: Cell<u32>,
}

impl CodeMonitoring {
    /// For code of so many units; nobody watches.
    pub fn new(units: usize) -> CodeMonitoring {
        CodeMonitoring {
            local: Default::default(),
            tool_versions: Default::default(),
            active: Default::default(),
            units: (0..units).map(|_| UnitData::default()).collect(),
            analysed: Cell::new(false),
        }
    }

    /// Drops the local events of tools that have been given up since they were set.
    pub fn forget_former_tools(&self, py: Py<'_>) {
        for (tool, (mine, now)) in self.tool_versions.iter().zip(&state(py).tool_versions).enumerate() {
            if mine.replace(now.get()) != now.get() {
                for tools in &self.local {
                    tools.set(tools.get() & !(1 << tool));
                }
            }
        }
    }

    /// The tools that watch event `number` of the instruction at index `at`.
    pub fn tools(&self, at: usize, number: usize) -> u8 {
        let Some(unit) = self.units.get(at) else { return 0 };
        match number {
            event::LINE => unit.line_tools.get(),
            event::INSTRUCTION => unit.instruction_tools.get(),
            _ => unit.tools.get(),
        }
    }

    /// The line that begins at index `at`.
    pub fn line(&self, at: usize) -> i32 {
        self.units.get(at).map_or(-1, |u| u.line.get())
    }

    /// The branch instruction that leads to the one at index `at`.
    pub fn source(&self, at: usize) -> usize {
        match self.units.get(at) {
            // Behind another probe the instruction itself is the one executed before.
            Some(u) if u.line_tools.get() | u.instruction_tools.get() == 0 => u.source.get() as usize,
            _ => at,
        }
    }

    /// The opcode behind the line probe at index `at`.
    pub fn behind_line(&self, at: usize) -> u8 {
        self.units.get(at).map_or(Opcode::NOP as u8, |u| u.behind_line.get())
    }

    /// The opcode behind the instruction probe at index `at`.
    pub fn behind_instruction(&self, at: usize) -> u8 {
        self.units.get(at).map_or(Opcode::NOP as u8, |u| u.behind_instruction.get())
    }
}

/// The opcode at index `at` as the compiler wrote it.
pub fn base_opcode(code: &PyCode, at: usize) -> u8 {
    // SAFETY: callers stay inside the code.
    let mut op = unsafe { (*code.first_unit().add(at)).op };
    if let Some(monitoring) = code._co_monitoring.get() {
        if op == Opcode::INSTRUMENTED_LINE as u8 {
            op = monitoring.behind_line(at);
        }
        if op == Opcode::INSTRUMENTED_INSTRUCTION as u8 {
            op = monitoring.behind_instruction(at);
        }
    }
    DEOPT.get(op as usize).copied().unwrap_or(op)
}

/// An instruction met on a walk over the code.
#[derive(Clone, Copy)]
struct Met {
    /// Index of its unit.
    at: usize,
    op: u8,
    arg: usize,
    /// Index of the next instruction.
    next: usize,
}

fn walk(code: &PyCode) -> Vec<Met> {
    let mut all = Vec::new();
    let (mut at, mut high) = (0, 0);
    while at < code.units() {
        let op = base_opcode(code, at);
        // SAFETY: below `units`.
        let arg = high << 8 | unsafe { (*code.first_unit().add(at)).arg } as usize;
        let next = at + 1 + CACHE_ENTRIES.get(op as usize).copied().unwrap_or(0) as usize;
        high = if op == Opcode::EXTENDED_ARG as u8 { arg } else { 0 };
        all.push(Met { at, op, arg, next });
        at = next;
    }
    all
}

fn is_conditional_jump(op: u8) -> bool {
    use Opcode::*;
    [POP_JUMP_IF_FALSE, POP_JUMP_IF_TRUE, POP_JUMP_IF_NONE, POP_JUMP_IF_NOT_NONE]
        .iter()
        .any(|&j| j as u8 == op)
}

/// Finds out where lines begin and which instruction each branch target belongs to.
fn analyse(code: &PyCode, monitoring: &CodeMonitoring, all: &[Met]) {
    use Opcode::*;
    let unit = |at: usize| monitoring.units.get(at);
    let never_first =
        |op: u8| [END_ASYNC_FOR, END_FOR, END_SEND, RESUME, POP_ITER].iter().any(|&o| o as u8 == op);
    let first = code.first_traceable();
    let mut current = -1;
    let mut lines = vec![-1; code.units()];
    for met in all {
        let line = code.addr2line(met.at as isize * 2);
        if let Some(slot) = lines.get_mut(met.at) {
            *slot = if never_first(met.op) || met.at < first { -1 } else { line };
        }
        if let Some(u) = unit(met.at) {
            let begins = met.at >= first && !never_first(met.op) && line >= 0 && line != current;
            u.line.set(if begins { line } else { -1 });
        }
        if !never_first(met.op) {
            current = line;
        }
    }
    let mark = |at: usize| {
        if let (Some(u), Some(&line)) = (unit(at), lines.get(at)) {
            u.line.set(line);
        }
    };
    let mut previous: Option<Met> = None;
    for met in all {
        let target = if is_conditional_jump(met.op)
            || [JUMP_FORWARD, FOR_ITER, SEND].iter().any(|&o| o as u8 == met.op)
        {
            Some(met.next + met.arg)
        } else if [JUMP_BACKWARD, JUMP_BACKWARD_NO_INTERRUPT].iter().any(|&o| o as u8 == met.op) {
            met.next.checked_sub(met.arg)
        } else {
            None
        };
        if let Some(target) = target {
            mark(target);
            if met.op == FOR_ITER as u8
                && let Some(u) = unit(target + 1)
            {
                u.source.set(met.at as u32);
            }
        }
        if met.op == NOT_TAKEN as u8
            && let (Some(u), Some(p)) = (unit(met.at), previous)
        {
            u.source.set(p.at as u32);
        }
        if met.op == END_ASYNC_FOR as u8
            && let Some(u) = unit(met.at)
        {
            u.source.set(met.next.saturating_sub(met.arg) as u32);
        }
        previous = Some(*met);
    }
    for entry in exception_table::entries(code.exceptiontable()) {
        mark(entry.handler.target);
    }
    monitoring.analysed.set(true);
}

/// The event of an instruction, and the opcode that fires it.
fn probe(op: u8, arg: usize) -> Option<(usize, Opcode)> {
    use Opcode::*;
    Some(match Opcode::from_number(op)? {
        RESUME if arg & 3 == 0 => (event::PY_START, INSTRUMENTED_RESUME),
        RESUME => (event::PY_RESUME, INSTRUMENTED_RESUME),
        RETURN_VALUE => (event::PY_RETURN, INSTRUMENTED_RETURN_VALUE),
        YIELD_VALUE => (event::PY_YIELD, INSTRUMENTED_YIELD_VALUE),
        CALL => (event::CALL, INSTRUMENTED_CALL),
        CALL_KW => (event::CALL, INSTRUMENTED_CALL_KW),
        CALL_FUNCTION_EX => (event::CALL, INSTRUMENTED_CALL_FUNCTION_EX),
        LOAD_SUPER_ATTR => (event::CALL, INSTRUMENTED_LOAD_SUPER_ATTR),
        JUMP_FORWARD => (event::JUMP, INSTRUMENTED_JUMP_FORWARD),
        JUMP_BACKWARD => (event::JUMP, INSTRUMENTED_JUMP_BACKWARD),
        POP_JUMP_IF_FALSE => (event::BRANCH_RIGHT, INSTRUMENTED_POP_JUMP_IF_FALSE),
        POP_JUMP_IF_TRUE => (event::BRANCH_RIGHT, INSTRUMENTED_POP_JUMP_IF_TRUE),
        POP_JUMP_IF_NONE => (event::BRANCH_RIGHT, INSTRUMENTED_POP_JUMP_IF_NONE),
        POP_JUMP_IF_NOT_NONE => (event::BRANCH_RIGHT, INSTRUMENTED_POP_JUMP_IF_NOT_NONE),
        POP_ITER => (event::BRANCH_RIGHT, INSTRUMENTED_POP_ITER),
        END_ASYNC_FOR => (event::BRANCH_RIGHT, INSTRUMENTED_END_ASYNC_FOR),
        NOT_TAKEN => (event::BRANCH_LEFT, INSTRUMENTED_NOT_TAKEN),
        FOR_ITER => (event::BRANCH_LEFT, INSTRUMENTED_FOR_ITER),
        END_FOR => (event::STOP_ITERATION, INSTRUMENTED_END_FOR),
        END_SEND => (event::STOP_ITERATION, INSTRUMENTED_END_SEND),
        _ => return None,
    })
}

/// Brings code up to date unless it is.
pub fn bring_up_to_date(py: Py<'_>, code: &PyCode) {
    if code._co_instrumentation_version.get() != state(py).version.get() {
        update(py, code);
    }
}

/// Puts the probes into the code that are wanted now, and takes others out.
#[cold]
pub fn update(py: Py<'_>, code: &PyCode) {
    let global = state(py);
    let restarted = global.restart_version.get() > code._co_instrumentation_version.get();
    code._co_instrumentation_version.set(global.version.get() & !EVENTS);
    let watched = global.tools.iter().take(event::LOCAL).any(|t| t.get() != 0);
    if code._co_monitoring.get().is_none() && !watched {
        return;
    }
    let monitoring = code._co_monitoring.get_or_make(code.units());
    monitoring.forget_former_tools(py);
    let mut changed = restarted;
    let mut wanted = [(0u8, 0u8); event::LOCAL];
    for (number, want) in wanted.iter_mut().enumerate() {
        let now = global.watchers(number) | monitoring.local.get(number).map_or(0, Cell::get);
        let before = monitoring.active.get(number).map_or(0, |a| a.replace(now));
        changed |= now != before;
        // Tools that watched before stay disabled where they are.
        *want = (now, if restarted { 0 } else { before });
    }
    if !changed {
        return;
    }
    let all = walk(code);
    if !monitoring.analysed.get() {
        analyse(code, monitoring, &all);
    }
    let tools_for = |number: usize, present: u8| {
        let (now, before) = wanted.get(number).copied().unwrap_or_default();
        present & now | now & !before
    };
    for met in all.iter().filter(|met| met.at >= code.first_traceable()) {
        let Some(unit) = monitoring.units.get(met.at) else { continue };
        if let Some((number, _)) = probe(met.op, met.arg) {
            unit.tools.set(tools_for(number, unit.tools.get()));
        }
        if met.op != Opcode::EXTENDED_ARG as u8 && met.op != Opcode::RESUME as u8 {
            unit.instruction_tools.set(tools_for(event::INSTRUCTION, unit.instruction_tools.get()));
        }
        if unit.line.get() >= 0 {
            unit.line_tools.set(tools_for(event::LINE, unit.line_tools.get()));
        }
        put(code, unit, met.at, met.op, met.arg);
    }
}

/// Writes the opcode that an instruction's probes ask for.
fn put(code: &PyCode, unit: &UnitData, at: usize, base: u8, arg: usize) {
    let mut op = base;
    if unit.tools.get() != 0
        && let Some((_, instrumented)) = probe(base, arg)
    {
        op = instrumented as u8;
    }
    if unit.instruction_tools.get() != 0 {
        unit.behind_instruction.set(op);
        op = Opcode::INSTRUMENTED_INSTRUCTION as u8;
    }
    if unit.line_tools.get() != 0 {
        unit.behind_line.set(op);
        op = Opcode::INSTRUMENTED_LINE as u8;
    }
    // SAFETY: inside the code; opcodes are written in place as specialising does.
    unsafe {
        let place = code.first_unit().add(at);
        if op == base && DEOPT.get((*place).op as usize) == Some(&base) && !is_probe((*place).op) {
            // It may stay in its specialised form.
            return;
        }
        if (*place).op != op && CACHE_ENTRIES.get(base as usize).is_some_and(|&n| n > 0) {
            // What it had learnt is gone.
            *place.add(1) = Counter::WARM_UP.unit();
        }
        *place = CodeUnit { op, arg: (*place).arg };
    }
}

fn is_probe(op: u8) -> bool {
    Opcode::from_number(op).is_some_and(Opcode::is_instrumented)
}

/// Takes tools off both sides of the branch instruction at index `at`.
pub fn remove_branch(code: &PyCode, at: usize, tools: u8) {
    let Some(monitoring) = code._co_monitoring.get() else { return };
    for met in walk(code) {
        let number = match probe(met.op, met.arg) {
            Some((number @ (event::BRANCH_LEFT | event::BRANCH_RIGHT), _)) => number,
            _ => continue,
        };
        if met.at == at || monitoring.units.get(met.at).is_some_and(|u| u.source.get() as usize == at) {
            remove_tools(code, met.at, number, tools);
        }
    }
}

/// Takes tools off event `number` of the instruction at index `at`: they returned `DISABLE`.
pub fn remove_tools(code: &PyCode, at: usize, number: usize, tools: u8) {
    let Some(unit) = code._co_monitoring.get().and_then(|m| m.units.get(at)) else { return };
    let set = match number {
        event::LINE => &unit.line_tools,
        event::INSTRUCTION => &unit.instruction_tools,
        _ => &unit.tools,
    };
    set.set(set.get() & !tools);
    let base = base_opcode(code, at);
    // SAFETY: inside the code. Only `RESUME`'s operand matters here, and it has no prefix.
    let arg = unsafe { (*code.first_unit().add(at)).arg } as usize;
    put(code, unit, at, base, arg);
}
