//! Adaptive counters: 12 bits of value, 4 of back-off exponent, in the first inline-cache word of a family's instructions.

use crate::frame::CodeUnit;

/// A counter with exponential back-off (`_Py_BackoffCounter`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter(u16);

const BACKOFF_BITS: u32 = 4;
const MAX_BACKOFF: u16 = 12;
const UNREACHABLE: u16 = 15;

impl Counter {
    /// Of new code.
    pub const WARM_UP: Counter = Counter::new(1, 1);
    /// After a form was chosen: how many misses it takes to try again.
    pub const COOL_DOWN: Counter = Counter::new(52, 0);
    /// Of `FOR_ITER` over keys, values or items of a dict, or a set: there are no forms for these, but a short way. Run down as it is, with a
    /// backoff that no other has.
    pub const WALKS: Counter = Counter::new(0, 14);
    /// Of `JUMP_BACKWARD`.
    pub const JUMP_BACKWARD: Counter = Counter::new(4095, 12);

    /// A counter of these parts.
    pub const fn new(value: u16, backoff: u16) -> Counter {
        Counter(value << BACKOFF_BITS | backoff)
    }

    /// The counter in a cache word.
    #[inline(always)]
    pub fn from_unit(unit: CodeUnit) -> Counter {
        Counter(unit.word())
    }

    /// As a cache word.
    #[inline(always)]
    pub fn unit(self) -> CodeUnit {
        CodeUnit::from_word(self.0)
    }

    /// Run down.
    #[inline(always)]
    pub fn triggers(self) -> bool {
        self.0 < UNREACHABLE
    }

    /// One less.
    #[inline(always)]
    pub fn advance(self) -> Counter {
        Counter(self.0.wrapping_sub(1 << BACKOFF_BITS))
    }

    /// Not run down yet.
    pub fn pause(self) -> Counter {
        Counter(self.0 | 1 << BACKOFF_BITS)
    }

    /// Starts again, from twice as high.
    pub fn back_off(self) -> Counter {
        let backoff = self.0 & ((1 << BACKOFF_BITS) - 1);
        if backoff < MAX_BACKOFF {
            Counter::new((1 << (backoff + 1)) - 1, backoff + 1)
        } else {
            Counter::new((1 << MAX_BACKOFF) - 1, MAX_BACKOFF)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backs_off() {
        assert_eq!(Counter::WARM_UP.0, 17);
        assert_eq!(Counter::COOL_DOWN.0, 832);
        let c = Counter::WARM_UP.advance();
        assert!(c.triggers());
        assert_eq!(c.back_off(), Counter::new(3, 2));
        assert_eq!(Counter::new(0, 12).back_off(), Counter::new(4095, 12));
    }
}
