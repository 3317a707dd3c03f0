//! The opcode enums and their facts, generated from the instruction table. [`Opcode`] is what code objects
//! hold; [`AnyOpcode`] adds the compiler's pseudo-instructions.

use crate::InstructionFlags;

/// An instruction's effect as a function of its operand.
type Effect = fn(i64) -> i64;

macro_rules! define_opcodes {
    (
        instructions { $($(#[$doc:meta])* $name:ident = $number:literal, caches $caches:literal, ($pops:expr) => ($pushes:expr), [$($flag:ident)*];)* }
        specialized { $($sname:ident = $snumber:literal of $sfamily:ident, [$($sflag:ident)*];)* }
        instrumented { $($iname:ident = $inumber:literal of $ibase:ident, [$($iflag:ident)*];)* }
        pseudo { $($(#[$pdoc:meta])* $pname:ident = $pnumber:literal, ($ppops:expr) => ($ppushes:expr), [$($pflag:ident)*], [$($target:ident)*];)* }
    ) => {
        /// A real instruction: what a code object's bytes hold.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Opcode {
            $($(#[$doc])* $name = $number,)*
            $(#[doc = concat!("Quickened form of `", stringify!($sfamily), "`.")] $sname = $snumber,)*
            $(#[doc = concat!("`", stringify!($ibase), "` with monitoring events.")] $iname = $inumber,)*
        }

        /// A real or pseudo-instruction: what the compiler works with.
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u16)]
        pub enum AnyOpcode {
            $($(#[$doc])* $name = $number,)*
            $(#[doc = concat!("Quickened form of `", stringify!($sfamily), "`.")] $sname = $snumber,)*
            $(#[doc = concat!("`", stringify!($ibase), "` with monitoring events.")] $iname = $inumber,)*
            $($(#[$pdoc])* $pname = $pnumber,)*
        }

        const BY_NUMBER: [Option<Opcode>; 256] = {
            let mut table = [None; 256];
            $(table[$number] = Some(Opcode::$name);)*
            $(table[$snumber] = Some(Opcode::$sname);)*
            $(table[$inumber] = Some(Opcode::$iname);)*
            table
        };

        /// The number of inline-cache entries after each opcode; 0 for unused numbers. Specialised and
        /// instrumented forms have those of their general form.
        pub const CACHE_ENTRIES: [u8; 256] = {
            let mut table = [0; 256];
            $(table[$number] = $caches;)*
            $(table[$snumber] = table[Opcode::$sfamily as usize];)*
            $(table[$inumber] = table[Opcode::$ibase as usize];)*
            table
        };

        /// For each opcode its general form: the family of a specialised one, the base of an instrumented
        /// one, otherwise itself (unused numbers too).
        pub const DEOPT: [u8; 256] = {
            let mut table = [0; 256];
            let mut number = 0;
            while number < 256 {
                table[number] = number as u8;
                number += 1;
            }
            $(table[$snumber] = Opcode::$sfamily as u8;)*
            $(table[$inumber] = Opcode::$ibase as u8;)*
            table
        };

        const NAMES: [Option<&str>; LIMIT] = {
            let mut table = [None; LIMIT];
            $(table[$number] = Some(stringify!($name));)*
            $(table[$snumber] = Some(stringify!($sname));)*
            $(table[$inumber] = Some(stringify!($iname));)*
            $(table[$pnumber] = Some(stringify!($pname));)*
            table
        };

        const FLAGS: [InstructionFlags; LIMIT] = {
            let mut table = [InstructionFlags::NONE; LIMIT];
            $(table[$number] = InstructionFlags::NONE$(.union(InstructionFlags::$flag))*;)*
            $(table[$snumber] = InstructionFlags::NONE$(.union(InstructionFlags::$sflag))*;)*
            $(table[$inumber] = InstructionFlags::NONE$(.union(InstructionFlags::$iflag))*;)*
            $(table[$pnumber] = InstructionFlags::NONE$(.union(InstructionFlags::$pflag))*;)*
            table
        };

        const EFFECTS: [Option<(Effect, Effect)>; LIMIT] = {
            let mut table: [Option<(Effect, Effect)>; LIMIT] = [None; LIMIT];
            $(table[$number] = Some(($pops, $pushes));)*
            $(table[$snumber] = table[Opcode::$sfamily as usize];)*
            $(table[$inumber] = table[Opcode::$ibase as usize];)*
            $(table[$pnumber] = Some(($ppops, $ppushes));)*
            table
        };

        /// The general instructions and stand-alone instrumented ones, by number.
        pub const GENERAL: &[Opcode] = &[$(Opcode::$name,)*];
        /// Every specialised form with its family, in the order of the families' definitions.
        pub const SPECIALIZED: &[(Opcode, Opcode)] = &[$((Opcode::$sname, Opcode::$sfamily),)*];
        /// Every instrumented form with its base.
        pub const INSTRUMENTED: &[(Opcode, Opcode)] = &[$((Opcode::$iname, Opcode::$ibase),)*];
        /// Every pseudo-instruction with the real ones it may turn into.
        pub const PSEUDO: &[(AnyOpcode, &[Opcode])] = &[$((AnyOpcode::$pname, &[$(Opcode::$target),*]),)*];

        impl From<Opcode> for AnyOpcode {
            fn from(opcode: Opcode) -> Self {
                match opcode {
                    $(Opcode::$name => Self::$name,)*
                    $(Opcode::$sname => Self::$sname,)*
                    $(Opcode::$iname => Self::$iname,)*
                }
            }
        }

        impl AnyOpcode {
            /// The instruction of that number.
            #[must_use]
            pub fn from_number(number: u16) -> Option<Self> {
                match u8::try_from(number) {
                    Ok(real) => Opcode::from_number(real).map(Self::from),
                    Err(_) => match number {
                        $($pnumber => Some(Self::$pname),)*
                        _ => None,
                    },
                }
            }
        }
    };
}

/// One more than the highest number, pseudo-instructions included.
pub const LIMIT: usize = 267;

for_each_instruction!(define_opcodes);

/// Opcodes from this number on have an operand.
pub const HAVE_ARGUMENT: u8 = Opcode::WITH_EXCEPT_START as u8;

/// Opcodes from this number on are instrumented.
pub const MIN_INSTRUMENTED_OPCODE: u8 = Opcode::INSTRUMENTED_END_FOR as u8;

impl Opcode {
    /// The instruction of that number.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        BY_NUMBER[number as usize]
    }

    /// The opcode's number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name, as in `dis`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize].unwrap_or("")
    }

    /// How many 16-bit cache entries follow the instruction.
    #[must_use]
    pub const fn caches(self) -> usize {
        CACHE_ENTRIES[self as usize] as usize
    }

    /// The general form of a specialised or instrumented instruction; otherwise itself.
    #[must_use]
    pub const fn deopt(self) -> Self {
        match BY_NUMBER[DEOPT[self as usize] as usize] {
            Some(general) => general,
            None => self,
        }
    }

    /// Whether this is a form with monitoring events, or a probe for line or instruction events.
    #[must_use]
    pub const fn is_instrumented(self) -> bool {
        self as u16 >= MIN_INSTRUMENTED_OPCODE as u16 && (self as u16) < 256
    }

    /// The facts about the instruction.
    #[must_use]
    pub const fn flags(self) -> InstructionFlags {
        FLAGS[self as usize]
    }
}

impl AnyOpcode {
    /// The opcode's number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The real instruction, if it is one.
    #[must_use]
    pub const fn real(self) -> Option<Opcode> {
        let number = self as u16;
        if number < 256 { BY_NUMBER[number as usize] } else { None }
    }

    /// Whether the instruction exists only inside the compiler.
    #[must_use]
    pub const fn is_pseudo(self) -> bool {
        self as u16 >= 256
    }

    /// The name, as in `dis`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self as usize].unwrap_or("")
    }

    /// How many 16-bit cache entries follow the instruction.
    #[must_use]
    pub const fn caches(self) -> usize {
        let number = self as usize;
        if number < 256 { CACHE_ENTRIES[number] as usize } else { 0 }
    }

    /// Whether this is a form with monitoring events, or a probe for line or instruction events.
    #[must_use]
    pub const fn is_instrumented(self) -> bool {
        self as u16 >= MIN_INSTRUMENTED_OPCODE as u16 && (self as u16) < 256
    }

    /// The facts about the instruction.
    #[must_use]
    pub const fn flags(self) -> InstructionFlags {
        FLAGS[self as usize]
    }

    /// Has an operand.
    #[must_use]
    pub const fn has_arg(self) -> bool {
        self.flags().contains(InstructionFlags::ARG)
    }

    /// The operand indexes the constants.
    #[must_use]
    pub const fn has_const(self) -> bool {
        self.flags().contains(InstructionFlags::CONST)
    }

    /// The operand indexes the names.
    #[must_use]
    pub const fn has_name(self) -> bool {
        self.flags().contains(InstructionFlags::NAME)
    }

    /// The operand is a jump target (block-pushing pseudo-instructions excluded).
    #[must_use]
    pub const fn has_jump(self) -> bool {
        self.flags().contains(InstructionFlags::JUMP)
    }

    /// The operand is a cell or free variable.
    #[must_use]
    pub const fn has_free(self) -> bool {
        self.flags().contains(InstructionFlags::FREE)
    }

    /// The operand is a local variable.
    #[must_use]
    pub const fn has_local(self) -> bool {
        self.flags().contains(InstructionFlags::LOCAL)
    }

    /// Polls the eval breaker.
    #[must_use]
    pub const fn has_eval_break(self) -> bool {
        self.flags().contains(InstructionFlags::EVAL_BREAK)
    }

    /// Opens a protected region: `SETUP_FINALLY`, `SETUP_CLEANUP`, `SETUP_WITH`.
    #[must_use]
    pub const fn is_block_push(self) -> bool {
        matches!(self, Self::SETUP_FINALLY | Self::SETUP_CLEANUP | Self::SETUP_WITH)
    }

    /// Has a label for an operand: a jump or a block push.
    #[must_use]
    pub const fn has_target(self) -> bool {
        self.has_jump() || self.is_block_push()
    }

    /// How many values it takes off the stack.
    #[must_use]
    pub fn popped(self, oparg: u32) -> i64 {
        EFFECTS[self as usize].map_or(0, |(pops, _)| pops(i64::from(oparg)))
    }

    /// How many values it puts on the stack.
    #[must_use]
    pub fn pushed(self, oparg: u32) -> i64 {
        EFFECTS[self as usize].map_or(0, |(_, pushes)| pushes(i64::from(oparg)))
    }

    /// The net change of the stack's depth. `jump` asks for the change on the way to the target: a block push has an
    /// effect only there (for its handler).
    #[must_use]
    pub fn stack_effect(self, oparg: u32, jump: bool) -> i64 {
        if self.is_block_push() && !jump { 0 } else { self.pushed(oparg) - self.popped(oparg) }
    }
}

impl PartialEq<Opcode> for AnyOpcode {
    fn eq(&self, other: &Opcode) -> bool {
        self.number() == u16::from(other.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        let mut count = 0;
        for number in 0..LIMIT as u16 {
            if let Some(op) = AnyOpcode::from_number(number) {
                assert_eq!(op.number(), number);
                assert!(!op.name().is_empty());
                count += 1;
            }
        }
        assert_eq!(count, GENERAL.len() + SPECIALIZED.len() + INSTRUMENTED.len() + PSEUDO.len());
    }

    #[test]
    fn effects() {
        assert_eq!(AnyOpcode::CALL.stack_effect(2, false), -3);
        assert_eq!(AnyOpcode::SETUP_CLEANUP.stack_effect(0, false), 0);
        assert_eq!(AnyOpcode::SETUP_CLEANUP.stack_effect(0, true), 2);
        assert_eq!(AnyOpcode::UNPACK_EX.stack_effect(0x102, false), 3);
        assert_eq!(Opcode::LOAD_ATTR_SLOT.caches(), 9);
        assert_eq!(Opcode::INSTRUMENTED_CALL.caches(), 3);
        assert_eq!(Opcode::INSTRUMENTED_CALL.deopt(), Opcode::CALL);
        assert_eq!(HAVE_ARGUMENT, 43);
        assert_eq!(MIN_INSTRUMENTED_OPCODE, 234);
    }
}
