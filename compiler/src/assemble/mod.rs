//! The assembler: from final instructions to a code object's bytes and tables.

mod jumps;
mod slots;

use krait_bytecode::exception_table::{self, ExceptionEntry};
use krait_bytecode::location_table::LocationTableWriter;
use krait_bytecode::{CodeObject, Location, Opcode};

use crate::flowgraph::Optimized;
use crate::instruction_sequence::Instr;
use crate::unit::AssembleError;

/// Makes the code object.
pub(crate) fn assemble(optimized: Optimized) -> Result<CodeObject, AssembleError> {
    let Optimized { unit, mut instructions, consts, stack_depth, slots } = optimized;
    resolve_next_locations(&mut instructions);
    let offsets = jumps::resolve(&mut instructions);
    let code = emit(&instructions)?;
    let (localsplusnames, localspluskinds) = slots::names_and_kinds(&unit, slots);
    Ok(CodeObject {
        argcount: unit.posonlyargcount + unit.argcount,
        posonlyargcount: unit.posonlyargcount,
        kwonlyargcount: unit.kwonlyargcount,
        stacksize: stack_depth,
        flags: unit.flags,
        firstlineno: unit.firstlineno,
        code,
        consts,
        names: unit.names.into_values(),
        localsplusnames,
        localspluskinds,
        filename: unit.filename,
        name: unit.name,
        qualname: unit.qualname,
        linetable: locations(&instructions, unit.firstlineno),
        exceptiontable: exceptions(&instructions, &offsets),
    })
}

/// [`Location::NEXT`] means the following instruction's position; before a jump or exit, none.
fn resolve_next_locations(instrs: &mut [Instr]) {
    let mut following = Location::NONE;
    for instr in instrs.iter_mut().rev() {
        if instr.loc == Location::NEXT {
            let ends = instr.opcode.has_jump()
                || matches!(
                    instr.opcode.real(),
                    Some(Opcode::RETURN_VALUE | Opcode::RAISE_VARARGS | Opcode::RERAISE)
                );
            instr.loc = if ends { Location::NONE } else { following };
        }
        following = instr.loc;
    }
}

fn emit(instrs: &[Instr]) -> Result<Vec<u8>, AssembleError> {
    let mut code = Vec::with_capacity(instrs.len() * 4);
    for instr in instrs {
        let Some(opcode) = instr.opcode.real() else {
            let name = instr.opcode.name();
            return Err(AssembleError::System(format!("pseudo-instruction {name} reached the assembler")));
        };
        for shift in [24, 16, 8] {
            if instr.oparg >> shift != 0 {
                code.extend([Opcode::EXTENDED_ARG.number(), (instr.oparg >> shift) as u8]);
            }
        }
        code.extend([opcode.number(), instr.oparg as u8]);
        code.resize(code.len() + 2 * opcode.caches(), 0);
    }
    Ok(code)
}

fn locations(instrs: &[Instr], firstlineno: i32) -> Vec<u8> {
    let mut writer = LocationTableWriter::new(firstlineno);
    let mut current = Location::NONE;
    let mut units = 0;
    for instr in instrs {
        if instr.loc != current {
            writer.add(current, units);
            current = instr.loc;
            units = 0;
        }
        units += jumps::size(instr);
    }
    writer.add(current, units);
    writer.finish()
}

fn exceptions(instrs: &[Instr], offsets: &[u32]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut start = 0;
    let mut current = None;
    let mut end = 0;
    let close = |table: &mut Vec<u8>, handler: Option<crate::ExceptHandler>, start: u32, end: u32| {
        if let Some(handler) = handler {
            let below = 1 + u32::from(handler.preserve_lasti);
            let entry = ExceptionEntry {
                start,
                end,
                target: offsets.get(handler.target as usize).copied().unwrap_or(end),
                depth: handler.start_depth.saturating_sub(below),
                lasti: handler.preserve_lasti,
            };
            exception_table::write_entry(table, &entry);
        }
    };
    for instr in instrs {
        let target = instr.handler.map(|handler| handler.target);
        if target != current.map(|handler: crate::ExceptHandler| handler.target) {
            close(&mut table, current, start, end);
            start = end;
            current = instr.handler;
        }
        end += jumps::size(instr);
    }
    close(&mut table, current, start, end);
    table
}
