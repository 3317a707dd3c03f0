//! What an instruction's operand means and what its execution may do, as a bit set.

use core::ops::BitOr;

/// A set of facts about an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct InstructionFlags(u16);

impl InstructionFlags {
    /// No fact at all.
    pub const NONE: Self = Self(0);
    /// Has an operand.
    pub const ARG: Self = Self(1 << 0);
    /// The operand indexes the constants.
    pub const CONST: Self = Self(1 << 1);
    /// The operand indexes the names (perhaps shifted: see the instruction).
    pub const NAME: Self = Self(1 << 2);
    /// The operand is a jump distance; in the compiler, a label.
    pub const JUMP: Self = Self(1 << 3);
    /// The operand is a cell or free variable.
    pub const FREE: Self = Self(1 << 4);
    /// The operand is a local variable (two of them in super-instructions).
    pub const LOCAL: Self = Self(1 << 5);
    /// Polls the eval breaker: signals and other threads may run here.
    pub const EVAL_BREAK: Self = Self(1 << 6);
    /// May fall back to the family's general form.
    pub const DEOPT: Self = Self(1 << 7);
    /// May raise.
    pub const ERROR: Self = Self(1 << 8);
    /// May run arbitrary Python code, finalizers included.
    pub const ESCAPES: Self = Self(1 << 9);
    /// No effect but on the evaluation stack and the locals.
    pub const PURE: Self = Self(1 << 10);
    /// Pseudo-instruction that opens a protected region.
    pub const EXC: Self = Self(1 << 11);

    /// The set with the facts of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all facts of `other` hold.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The raw bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }
}

impl BitOr for InstructionFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}
