//! A checked pattern in the form that the machine runs: instructions whose targets are known to exist.

use super::charset::{CharSet, Fold};

/// The code list is malformed: "invalid SRE code".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// One character's condition; sets are indices into the program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// Any character.
    All,
    /// Exactly this.
    Literal(u32),
    /// Anything but this.
    NotLiteral(u32),
    /// A member of the set.
    Set(u32),
}

/// Which run of a single-character loop can be followed by its tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exclusive {
    /// Any length may be.
    No,
    /// Only the longest, in texts of units below 256.
    Bytes,
    /// Only the longest.
    Always,
}

/// Limits of a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub min: u32,
    pub max: u32,
}

impl Times {
    /// The upper limit as a count of characters.
    pub fn most(self) -> usize {
        if self.max == super::opcodes::MAX_REPEAT { usize::MAX } else { self.max as usize }
    }

    /// Whether another round may follow `count` rounds.
    pub fn allows(self, count: u32) -> bool {
        count < self.max || self.max == super::opcodes::MAX_REPEAT
    }
}

/// A loop over one character. `next` stands for what the tail must begin with, if that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OneLoop {
    pub item: Item,
    pub times: Times,
    pub next: Option<Item>,
    pub exclusive: Exclusive,
}

/// What is known about the body of a look-around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peek {
    /// Nothing.
    Unknown,
    /// It begins with such a character.
    First(Item),
    /// It is such a character.
    Whole(Item),
}

/// One instruction. Targets are indices of instructions; the body of a compound one follows it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inst {
    /// This path fails.
    Fail,
    /// The pattern, or the look-around or atomic body, has matched.
    Success,
    /// One character.
    One(Item),
    /// A position; the operand is that of AT.
    At(u32),
    /// Set a mark.
    Mark(u32),
    /// Go on elsewhere.
    Jump(u32),
    /// Alternatives `first..first + count` of the program's list.
    Branch { first: u32, count: u32 },
    /// The text of a group again.
    GroupRef { group: u32, fold: Fold },
    /// Go to `no` unless the group has matched.
    GroupExists { group: u32, no: u32 },
    /// Look ahead, or behind by `back`; `next` follows the body.
    Assert { back: u32, next: u32, peek: Peek },
    /// The same for "must not match".
    AssertNot { back: u32, next: u32, peek: Peek },
    /// A body that is not entered again once matched.
    Atomic { next: u32 },
    /// Opens a loop that ends at `until`.
    Repeat { until: u32 },
    /// Decides about another round, greedily.
    MaxUntil { body: u32, times: Times },
    /// Decides about another round, lazily.
    MinUntil { body: u32, times: Times },
    /// A greedy loop that gives nothing back; its rounds are atomic.
    PossessiveRepeat { times: Times, next: u32 },
    /// Greedy loop over one character.
    RepeatOne(OneLoop),
    /// Lazy loop over one character.
    MinRepeatOne(OneLoop),
    /// Possessive loop over one character.
    PossessiveRepeatOne { item: Item, times: Times },
}

/// One alternative of a branch; `first` is what it must begin with, if known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    pub pc: u32,
    pub first: Option<Item>,
}

/// How a search finds places worth a try.
#[derive(Clone, Debug)]
pub(super) enum Start {
    /// Everywhere.
    Any,
    /// Only at the beginning of the text.
    Anchored,
    /// Where this character condition holds.
    One(Item),
    /// Where the table holds; characters from 256 are always worth a try.
    Table(Box<[bool; 256]>),
    /// Where this text stands.
    Prefix(Box<[u32]>),
}

/// A checked pattern.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) insts: Vec<Inst>,
    pub(super) sets: Vec<CharSet>,
    pub(super) alternatives: Vec<Alternative>,
    pub(super) groups: u32,
    pub(super) start: Start,
    /// The prefix as bytes with its searcher, where it is bytes at all.
    pub(super) finder: Option<Box<memchr::memmem::Finder<'static>>>,
    /// Whether the prefix is the whole pattern.
    pub(super) literal: bool,
    /// Characters and instructions of the prefix that a search need not look at again.
    pub(super) prefix_skip: usize,
    /// The item of an endless loop that opens the pattern; see [`Program::find_leading_run`].
    pub(super) leading_run: Option<Item>,
    /// Characters that a match takes at least.
    pub(super) min_width: usize,
}

impl Program {
    /// Checks the code list of a pattern with so many groups (not counting group 0).
    pub fn new(code: &[u32], groups: u32) -> Result<Self, Invalid> {
        super::lower::lower(code, groups)
    }

    /// Number of groups, not counting group 0.
    pub fn groups(&self) -> u32 {
        self.groups
    }

    /// Number of marks: two for each group that the code really has.
    pub(super) fn marks(&self) -> usize {
        let highest = self.insts.iter().filter_map(|inst| match inst {
            Inst::Mark(mark) => Some(*mark as usize + 1),
            _ => None,
        });
        highest.max().unwrap_or(0).next_multiple_of(2)
    }
}
