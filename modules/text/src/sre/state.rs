//! What a match leaves behind (span and groups) and the reusable memory that it works in.

use super::program::Program;

/// The caller's poll asked to stop (Ctrl-C).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Why a match was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abort {
    /// The backtracking memory could not grow: a `MemoryError`.
    Memory,
    /// The poll asked to stop; its exception is set.
    Interrupted,
}

impl From<Interrupted> for Abort {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// A mark that no group has reached.
pub(super) const UNSET: usize = usize::MAX;
/// No repeat is open.
pub(super) const NO_REPEAT: u32 = u32::MAX;
/// Most bytes that each of the growing tables may take.
const MEMORY_LIMIT: usize = 1 << 32;
/// Most marks that memory is given for.
const MOST_MARKS: usize = 1 << 27;
/// Tables bigger than this are given back after the match.
const KEEP: usize = 1 << 14;

/// What to do when a path fails: see the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Try the alternative whose index is `extra`.
    Branch,
    /// Give back one character, down to position `extra`.
    RepeatOne,
    /// Take one more character, up to position `extra`.
    MinRepeatOne,
    /// The greedy loop takes no further round: go on behind it.
    MaxTail,
    /// The lazy loop's tail failed: try one more round.
    MinBody,
    /// Edge of a look-ahead, look-behind or atomic group: it failed. `extra` is the edge outside.
    Edge,
    /// Edge of a negative look-around: it held. `extra` is the edge outside.
    EdgeNot,
    /// Edge of one round of a possessive loop. `extra` is the edge outside.
    EdgeLoop,
}

/// A point to come back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub kind: Kind,
    pub pc: u32,
    pub at: usize,
    pub extra: usize,
    pub repeat: u32,
    pub repeats: u32,
    pub trail: usize,
}

/// One round of a loop. Never changed while a choice may come back to it, so that no undoing is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// The loop around, as it was when this one was entered.
    pub outer: u32,
    /// Rounds begun.
    pub count: u32,
    /// Where the latest optional round began, against rounds that take nothing.
    pub last: usize,
}

/// A mark's value before it was set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Undo {
    pub mark: u32,
    pub last_mark: i32,
    pub last_index: i32,
    pub at: usize,
}

/// The outcome of a match, with the memory that matching uses. Make one for a program and reuse it.
#[derive(Debug, Default)]
pub struct State {
    /// Where the match begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Two positions for each group; see [`State::group`].
    pub(super) marks: Vec<usize>,
    /// Highest mark set, -1 if none.
    pub(super) last_mark: i32,
    /// Number of the group closed last, -1 if none: `Match.lastindex`.
    pub(super) last_index: i32,
    pub(super) choices: Vec<Choice>,
    pub(super) rounds: Vec<Round>,
    pub(super) trail: Vec<Undo>,
}

impl State {
    /// Memory for matching `program`.
    pub fn new(program: &Program) -> Result<Self, Abort> {
        let count = program.marks();
        let mut marks = Vec::new();
        // Only crafted code has marks by the million.
        if count > MOST_MARKS || marks.try_reserve_exact(count).is_err() {
            return Err(Abort::Memory);
        }
        marks.resize(count, UNSET);
        Ok(Self { marks, last_mark: -1, last_index: -1, ..Self::default() })
    }

    /// Span of a group of the match just made; group 0 is the whole. `None` for a group that took no part and one
    /// that does not exist. Only crafted code can yield a span that ends before it begins; it is given as it is.
    pub fn group(&self, number: usize) -> Option<(usize, usize)> {
        let Some(index) = number.checked_sub(1) else {
            return Some((self.start, self.end));
        };
        let mut pair = self.marks.iter().skip(index.checked_mul(2)?);
        match (*pair.next()?, *pair.next()?) {
            (UNSET, _) | (_, UNSET) => None,
            span => Some(span),
        }
    }

    /// `Match.lastindex`: number of the group closed last.
    pub fn lastindex(&self) -> Option<usize> {
        usize::try_from(self.last_index).ok()
    }

    /// Number of the highest mark set (twice the group's number less two, plus one for its end).
    pub fn lastmark(&self) -> Option<usize> {
        usize::try_from(self.last_mark).ok()
    }

    /// Forgets the groups and all points to come back to.
    pub(super) fn reset(&mut self) {
        if self.last_mark >= 0 {
            self.marks.fill(UNSET);
        }
        self.last_mark = -1;
        self.last_index = -1;
        self.choices.clear();
        self.rounds.clear();
        self.trail.clear();
    }

    /// Gives back the memory of an unusually deep match.
    pub(super) fn settle(&mut self) {
        if self.choices.capacity() > KEEP || self.rounds.capacity() > KEEP || self.trail.capacity() > KEEP {
            self.choices = Vec::new();
            self.rounds = Vec::new();
            self.trail = Vec::new();
        }
    }
}

/// Pushes where memory may run out.
#[inline]
pub(super) fn push<T>(table: &mut Vec<T>, item: T) -> Result<(), Abort> {
    if table.len() == table.capacity() {
        grow(table)?;
    }
    table.push(item);
    Ok(())
}

#[cold]
fn grow<T>(table: &mut Vec<T>) -> Result<(), Abort> {
    let more = table.len().max(32);
    if (table.len() + more).saturating_mul(size_of::<T>()) > MEMORY_LIMIT {
        return Err(Abort::Memory);
    }
    table.try_reserve_exact(more).map_err(|_| Abort::Memory)
}
