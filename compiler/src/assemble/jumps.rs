//! Jump directions and distances.

use krait_bytecode::AnyOpcode;

use crate::instruction_sequence::Instr;

/// `END_ASYNC_FOR` names its loop's `END_SEND`, which is so many code units after the `SEND` it targets.
const END_SEND_OFFSET: u32 = 5;

/// The size of an instruction in code units, with its `EXTENDED_ARG`s and caches.
pub(super) fn size(instr: &Instr) -> u32 {
    let extended = match instr.oparg {
        0..=0xff => 0,
        0x100..=0xffff => 1,
        0x1_0000..=0xff_ffff => 2,
        _ => 3,
    };
    extended + 1 + instr.opcode.caches() as u32
}

/// Gives jumps without direction the right one, and all jumps their distance. Returns each instruction's offset in
/// code units.
pub(super) fn resolve(instrs: &mut [Instr]) -> Vec<u32> {
    for (index, instr) in instrs.iter_mut().enumerate() {
        let forward = instr.oparg as usize > index;
        instr.opcode = match (instr.opcode, forward) {
            (AnyOpcode::JUMP | AnyOpcode::JUMP_NO_INTERRUPT, true) => AnyOpcode::JUMP_FORWARD,
            (AnyOpcode::JUMP, false) => AnyOpcode::JUMP_BACKWARD,
            (AnyOpcode::JUMP_NO_INTERRUPT, false) => AnyOpcode::JUMP_BACKWARD_NO_INTERRUPT,
            (other, _) => other,
        };
    }
    let targets: Vec<usize> = instrs.iter().map(|instr| instr.oparg as usize).collect();
    let mut offsets = vec![0; instrs.len()];
    // A jump's size depends on its distance, which depends on sizes: until nothing changes.
    loop {
        let mut offset = 0;
        for (instr, place) in instrs.iter().zip(&mut offsets) {
            *place = offset;
            offset += size(instr);
        }
        let end = offset;
        let mut changed = false;
        let mut offset = 0;
        for (instr, &target) in instrs.iter_mut().zip(&targets) {
            let old_size = size(instr);
            offset += old_size;
            if instr.opcode.has_jump() {
                let target = offsets.get(target).copied().unwrap_or(end);
                instr.oparg = if instr.opcode == AnyOpcode::END_ASYNC_FOR {
                    offset.saturating_sub(target).saturating_sub(END_SEND_OFFSET)
                } else {
                    offset.abs_diff(target)
                };
                changed |= size(instr) != old_size;
            }
        }
        if !changed {
            return offsets;
        }
    }
}
