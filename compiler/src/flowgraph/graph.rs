//! Basic blocks in an arena, chained in the order of their emission, and the facts about them that passes share.
//! Not here: what any pass does.

use krait_bytecode::{AnyOpcode, Location};

use crate::instruction_sequence::{ExceptHandler, Instr, InstructionSequence};
use crate::unit::AssembleError;

/// A block's place in the arena.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct BlockId(u32);

impl BlockId {
    pub(super) const ENTRY: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An instruction in a block. Jumps and block pushes have a `target` instead of an operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockInstr {
    pub(super) opcode: AnyOpcode,
    pub(super) oparg: u32,
    pub(super) loc: Location,
    pub(super) target: Option<BlockId>,
    /// The handler of exceptions raised here.
    pub(super) except: Option<BlockId>,
}

impl BlockInstr {
    pub(super) fn new(opcode: AnyOpcode, oparg: u32, loc: Location) -> Self {
        Self { opcode, oparg, loc, target: None, except: None }
    }

    /// Replaces operation and operand; location and handler stay.
    pub(super) fn set(&mut self, opcode: AnyOpcode, oparg: u32) {
        self.opcode = opcode;
        self.oparg = oparg;
    }

    pub(super) fn set_nop(&mut self) {
        self.set(AnyOpcode::NOP, 0);
        self.target = None;
    }

    pub(super) fn is_jump(&self) -> bool {
        self.opcode.has_jump()
    }
}

/// Instructions that are entered only at the first and left only at the last.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    pub(super) instrs: Vec<BlockInstr>,
    /// The handlers of instructions that once stood behind the last one. CPython appends `NOT_TAKEN` without
    /// setting its handler, so it takes over the one left in that place, which shows in exception tables.
    pub(super) left_handlers: Vec<Option<BlockId>>,
    pub(super) next: Option<BlockId>,
    /// Some jump has it for a target (or had, while the graph was built).
    pub(super) labelled: bool,
    pub(super) visited: bool,
    pub(super) except_handler: bool,
    pub(super) preserve_lasti: bool,
    pub(super) cold: bool,
    pub(super) warm: bool,
    pub(super) predecessors: u32,
    /// Stack depth at the start; negative while unknown.
    pub(super) start_depth: i32,
    /// Bit i: local i may be unbound at the start.
    pub(super) unsafe_locals: u64,
}

impl Block {
    /// Notes that so many places behind the last instruction are about to be filled.
    pub(super) fn take_left_handlers(&mut self, count: usize) -> Option<BlockId> {
        let first = self.left_handlers.first().copied().flatten();
        self.left_handlers.drain(..count.min(self.left_handlers.len()));
        first
    }

    pub(super) fn last(&self) -> Option<&BlockInstr> {
        self.instrs.last()
    }

    pub(super) fn falls_through(&self) -> bool {
        !self.last().is_some_and(|last| is_scope_exit(last.opcode) || is_unconditional_jump(last.opcode))
    }

    pub(super) fn exits_scope(&self) -> bool {
        self.last().is_some_and(|last| is_scope_exit(last.opcode))
    }

    pub(super) fn has_no_lineno(&self) -> bool {
        self.instrs.iter().all(|instr| instr.loc.line < 0)
    }
}

pub(super) fn is_scope_exit(opcode: AnyOpcode) -> bool {
    matches!(opcode, AnyOpcode::RETURN_VALUE | AnyOpcode::RAISE_VARARGS | AnyOpcode::RERAISE)
}

pub(super) fn is_unconditional_jump(opcode: AnyOpcode) -> bool {
    matches!(
        opcode,
        AnyOpcode::JUMP
            | AnyOpcode::JUMP_NO_INTERRUPT
            | AnyOpcode::JUMP_FORWARD
            | AnyOpcode::JUMP_BACKWARD
            | AnyOpcode::JUMP_BACKWARD_NO_INTERRUPT
    )
}

pub(super) fn is_terminator(opcode: AnyOpcode) -> bool {
    opcode.has_jump() || is_scope_exit(opcode)
}

/// The control-flow graph of one code object.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) blocks: Vec<Block>,
}

impl Graph {
    /// Cuts a sequence into blocks; jump operands become block references.
    pub(super) fn build(sequence: &InstructionSequence) -> Result<Self, AssembleError> {
        let source = sequence.instructions();
        let mut is_target = vec![false; source.len() + 1];
        for instr in source {
            if instr.opcode.has_target()
                && let Some(mark) = place(sequence, instr.oparg).and_then(|place| is_target.get_mut(place))
            {
                *mark = true;
            }
        }
        let mut graph = Self { blocks: vec![Block::default()] };
        let mut block_at: Vec<Option<BlockId>> = vec![None; source.len() + 1];
        let mut current = BlockId::ENTRY;
        for (index, instr) in source.iter().enumerate() {
            let target = is_target[index];
            if instr.opcode == AnyOpcode::ANNOTATIONS_PLACEHOLDER {
                if let Some(annotations) = sequence.annotations() {
                    for extra in annotations.instructions() {
                        current = graph.block_for_next(current, false);
                        let instr = BlockInstr::new(extra.opcode, extra.oparg, extra.loc);
                        graph[current].instrs.push(instr);
                    }
                }
                if target {
                    // A label before the placeholder belongs to what follows it.
                    is_target[index + 1] = true;
                    current = graph.block_for_next(current, true);
                    block_at[index] = Some(current);
                }
                continue;
            }
            current = graph.block_for_next(current, target);
            if target {
                graph[current].labelled = true;
                block_at[index] = Some(current);
            }
            let oparg = if instr.opcode.has_target() { 0 } else { instr.oparg };
            graph[current].instrs.push(BlockInstr::new(instr.opcode, oparg, instr.loc));
            if instr.opcode.has_target() {
                // Only labels are known so far: remember the instruction's index until all blocks exist.
                let place = place(sequence, instr.oparg).ok_or_else(malformed)?;
                if let Some(last) = graph[current].instrs.last_mut() {
                    last.oparg = place as u32;
                }
            }
        }
        if is_target.last() == Some(&true) {
            current = graph.block_for_next(current, true);
            graph[current].labelled = true;
            if let Some(last) = block_at.last_mut() {
                *last = Some(current);
            }
        }
        for block in &mut graph.blocks {
            for instr in &mut block.instrs {
                if instr.opcode.has_target() {
                    let target = block_at.get(instr.oparg as usize).copied().flatten();
                    instr.target = Some(target.ok_or_else(malformed)?);
                    instr.oparg = 0;
                }
            }
        }
        Ok(graph)
    }

    /// The block that the next instruction goes to.
    fn block_for_next(&mut self, current: BlockId, labelled: bool) -> BlockId {
        let block = &self[current];
        let terminated = block.last().is_some_and(|last| is_terminator(last.opcode));
        if terminated || labelled && (!block.instrs.is_empty() || block.labelled) {
            let new = self.add_block(Block { labelled, ..Block::default() });
            self[current].next = Some(new);
            new
        } else {
            current
        }
    }

    /// A block in the arena, in no chain yet.
    pub(super) fn add_block(&mut self, block: Block) -> BlockId {
        let id = BlockId(self.blocks.len() as u32);
        self.blocks.push(block);
        id
    }

    /// The blocks in their order of emission.
    pub(super) fn chain(&self) -> Vec<BlockId> {
        let mut chain = Vec::with_capacity(self.blocks.len());
        let mut next = Some(BlockId::ENTRY);
        while let Some(id) = next {
            chain.push(id);
            next = self[id].next;
        }
        chain
    }

    /// The block itself or the first one behind it that has instructions.
    pub(super) fn nonempty_from(&self, mut block: Option<BlockId>) -> Option<BlockId> {
        while let Some(id) = block {
            if !self[id].instrs.is_empty() {
                return block;
            }
            block = self[id].next;
        }
        None
    }

    /// Prepares a traversal: no block visited.
    pub(super) fn clear_visited(&mut self) {
        for block in &mut self.blocks {
            block.visited = false;
        }
    }

    /// Marks a block visited; whether it was not before.
    pub(super) fn visit(&mut self, id: BlockId) -> bool {
        !std::mem::replace(&mut self[id].visited, true)
    }

    /// A terminator must be the last of its block.
    pub(super) fn check(&self) -> Result<(), AssembleError> {
        for block in &self.blocks {
            let body = block.instrs.split_last().map_or(&[][..], |(_, body)| body);
            if body.iter().any(|instr| is_terminator(instr.opcode)) {
                return Err(malformed());
            }
        }
        Ok(())
    }

    /// The blocks as one list; targets and handlers become instruction indices.
    pub(super) fn flatten(&self) -> Vec<Instr> {
        let chain = self.chain();
        let mut start = vec![0u32; self.blocks.len()];
        let mut count = 0;
        for &id in &chain {
            start[id.index()] = count as u32;
            count += self[id].instrs.len();
        }
        let mut list = Vec::with_capacity(count);
        for &id in &chain {
            for instr in &self[id].instrs {
                let oparg = instr.target.map_or(instr.oparg, |target| start[target.index()]);
                let handler = instr.except.map(|handler| ExceptHandler {
                    target: start[handler.index()],
                    start_depth: self[handler].start_depth.max(0) as u32,
                    preserve_lasti: self[handler].preserve_lasti,
                });
                list.push(Instr { opcode: instr.opcode, oparg, loc: instr.loc, handler });
            }
        }
        list
    }
}

fn place(sequence: &InstructionSequence, label: u32) -> Option<usize> {
    sequence.place_of(crate::Label(label))
}

fn malformed() -> AssembleError {
    AssembleError::System("malformed control flow graph.".to_owned())
}

impl std::ops::Index<BlockId> for Graph {
    type Output = Block;

    fn index(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }
}

impl std::ops::IndexMut<BlockId> for Graph {
    fn index_mut(&mut self, id: BlockId) -> &mut Block {
        &mut self.blocks[id.index()]
    }
}
