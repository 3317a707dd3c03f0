//! A flat list of instructions with labels: what code generation writes and the flow graph is built from, and, after
//! optimisation, what the assembler reads. Not here: basic blocks (see `flowgraph`).

use krait_bytecode::{AnyOpcode, Location};

/// A jump target that may be used before its place is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Label(pub(crate) u32);

/// The handler of the protected region an instruction lies in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExceptHandler {
    /// Index of the handler's first instruction.
    pub target: u32,
    /// Stack depth to unwind to.
    pub start_depth: u32,
    /// Whether the raising instruction's offset is pushed below the exception.
    pub preserve_lasti: bool,
}

/// An instruction. A jump or block push has a [`Label`]'s number for an operand before the label map is
/// applied, and the target's instruction index after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instr {
    /// What to do.
    pub opcode: AnyOpcode,
    /// Its operand.
    pub oparg: u32,
    /// Where it comes from.
    pub loc: Location,
    /// Its exception handler (set by the flow graph).
    pub handler: Option<ExceptHandler>,
}

/// Instructions and the places of labels among them.
#[derive(Clone, Debug, Default)]
pub struct InstructionSequence {
    instructions: Vec<Instr>,
    /// For each label the index of the instruction it stands before.
    places: Vec<Option<u32>>,
    annotations: Option<Box<InstructionSequence>>,
}

impl InstructionSequence {
    /// An empty sequence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A label of its own, to be placed by [`use_label`](Self::use_label).
    pub fn new_label(&mut self) -> Label {
        let label = Label(self.places.len() as u32);
        self.places.push(None);
        label
    }

    /// Places a label before the next instruction.
    pub fn use_label(&mut self, label: Label) {
        let here = self.instructions.len() as u32;
        if let Some(place) = self.places.get_mut(label.0 as usize) {
            *place = Some(here);
        }
    }

    /// Where a label stands; None if it was never placed.
    #[must_use]
    pub fn place_of(&self, label: Label) -> Option<usize> {
        self.places.get(label.0 as usize).copied().flatten().map(|place| place as usize)
    }

    /// Appends an instruction. `oparg` is 0 for one without an operand.
    pub fn addop(&mut self, opcode: impl Into<AnyOpcode>, oparg: u32, loc: Location) {
        self.instructions.push(Instr { opcode: opcode.into(), oparg, loc, handler: None });
    }

    /// Appends a jump or block push to a label.
    pub fn addop_jump(&mut self, opcode: impl Into<AnyOpcode>, target: Label, loc: Location) {
        self.addop(opcode, target.0, loc);
    }

    /// Appends an instruction that has everything set.
    pub fn push(&mut self, instruction: Instr) {
        self.instructions.push(instruction);
    }

    /// Inserts an instruction at an index; labels there or behind move with their instructions.
    pub fn insert(&mut self, index: usize, opcode: impl Into<AnyOpcode>, oparg: u32, loc: Location) {
        let index = index.min(self.instructions.len());
        self.instructions.insert(index, Instr { opcode: opcode.into(), oparg, loc, handler: None });
        for place in self.places.iter_mut().flatten() {
            if *place as usize >= index {
                *place += 1;
            }
        }
    }

    /// Changes the operand of an instruction already there.
    pub fn set_oparg(&mut self, index: usize, oparg: u32) {
        if let Some(instruction) = self.instructions.get_mut(index) {
            instruction.oparg = oparg;
        }
    }

    /// Sets the code that replaces `ANNOTATIONS_PLACEHOLDER`; it contains no jumps.
    pub fn set_annotations(&mut self, annotations: InstructionSequence) {
        self.annotations = Some(Box::new(annotations));
    }

    /// The code that replaces `ANNOTATIONS_PLACEHOLDER`.
    #[must_use]
    pub fn annotations(&self) -> Option<&InstructionSequence> {
        self.annotations.as_deref()
    }

    /// The instructions.
    #[must_use]
    pub fn instructions(&self) -> &[Instr] {
        &self.instructions
    }

    /// How many instructions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.instructions.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instructions.is_empty()
    }

    /// The last instruction.
    #[must_use]
    pub fn last(&self) -> Option<&Instr> {
        self.instructions.last()
    }

    /// How many labels have been made.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.places.len()
    }
}
