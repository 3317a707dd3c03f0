//! The backtracking machine: one attempt at one place. Choices live on a stack of its own, never on the native one.
//!
//! Marks are undone through a trail and loop rounds are immutable records, so coming back to a choice restores all
//! that the path had changed. A look-around or atomic body runs above an "edge" on the same stack; when the body
//! matches, the choices above its edge are dropped.

use super::charclass::{self, LocaleTable};
use super::charset::{CharSet, Fold};
use super::opcodes as op;
use super::program::{Alternative, Exclusive, Inst, Item, OneLoop, Peek, Program};
use super::state::{Abort, Choice, Interrupted, Kind, NO_REPEAT, Round, State, UNSET, Undo, push};
use super::subject::CodeUnit;

/// Steps between two polls.
const FUEL: usize = 1 << 14;

pub(super) struct Machine<'m, T> {
    pub program: &'m Program,
    /// The text up to the end of the region to match; it begins at the true beginning.
    pub text: &'m [T],
    pub state: &'m mut State,
    pub locale: &'m LocaleTable,
    pub poll: &'m mut dyn FnMut() -> Result<(), Interrupted>,
    pub fuel: usize,
    /// Whether only a match up to the end counts.
    pub whole: bool,
    /// A place where the match may not end: the place of an empty match already found.
    pub forbidden: Option<usize>,
}

/// Where to go on, if anywhere.
type Next = Option<(u32, usize)>;

impl<T: CodeUnit> Machine<'_, T> {
    /// Tries to match from instruction `pc` at position `at`; the end of the match if there is one.
    pub fn attempt(&mut self, pc: u32, at: usize) -> Result<Option<usize>, Abort> {
        self.state.reset();
        self.burn(1)?;
        Run { machine: self, repeat: NO_REPEAT, edge: 0 }.run(pc, at)
    }

    /// Counts work done, and polls when enough has been.
    #[inline]
    pub fn burn(&mut self, work: usize) -> Result<(), Abort> {
        match self.fuel.checked_sub(work) {
            Some(left) => self.fuel = left,
            None => {
                self.fuel = FUEL;
                (self.poll)()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn set(&self, index: u32) -> Option<&CharSet> {
        self.program.sets.get(index as usize)
    }

    #[inline]
    fn unit_is(&self, item: Item, unit: T) -> bool {
        match item {
            Item::All => true,
            Item::Literal(lit) => unit.code() == lit,
            Item::NotLiteral(lit) => unit.code() != lit,
            Item::Set(set) => self.set(set).is_some_and(|set| set.contains(unit, self.locale)),
        }
    }

    /// Whether a character that satisfies the item stands at `at`.
    #[inline]
    fn item_at(&self, item: Item, at: usize) -> bool {
        self.text.get(at).is_some_and(|&unit| self.unit_is(item, unit))
    }

    #[inline]
    fn may_begin(&self, first: Option<Item>, at: usize) -> bool {
        first.is_none_or(|item| self.item_at(item, at))
    }

    /// Length of the run of the item's characters at `at`, up to `most`.
    #[inline]
    pub fn run_length(&self, item: Item, at: usize, most: usize) -> usize {
        let Some(rest) = self.text.get(at..) else { return 0 };
        let rest = rest.get(..most).unwrap_or(rest);
        match item {
            Item::All => rest.len(),
            Item::Literal(lit) => T::from_code(lit)
                .map_or(0, |lit| rest.iter().position(|&unit| unit != lit).unwrap_or(rest.len())),
            Item::NotLiteral(lit) => {
                T::from_code(lit).and_then(|lit| T::find(rest, lit)).unwrap_or(rest.len())
            }
            Item::Set(set) => self.set(set).map_or(0, |set| set.run(rest, self.locale)),
        }
    }

    /// The last place in `low..=high` where the tail may begin.
    #[inline]
    fn last_start(&self, next: Option<Item>, low: usize, high: usize) -> Option<usize> {
        let Some(next) = next else { return Some(high) };
        let last = high.min(self.text.len().checked_sub(1)?);
        let part = self.text.get(low..=last)?;
        let found = match next {
            Item::All => part.len().checked_sub(1),
            Item::Literal(lit) => T::rfind(part, T::from_code(lit)?),
            item => part.iter().rposition(|&unit| self.unit_is(item, unit)),
        };
        found.map(|index| low + index)
    }

    /// The first place in `low..=high` where the tail may begin, going only over the item's characters.
    #[inline]
    fn next_start(&self, one: &OneLoop, low: usize, high: usize) -> Option<usize> {
        let Some(next) = one.next else { return (low <= high).then_some(low) };
        let mut at = low;
        while at <= high {
            let &unit = self.text.get(at)?;
            if self.unit_is(next, unit) {
                return Some(at);
            }
            if !self.unit_is(one.item, unit) {
                return None;
            }
            at += 1;
        }
        None
    }

    fn is_word(&self, at: Option<usize>, word: impl Fn(u32) -> bool) -> bool {
        at.and_then(|at| self.text.get(at)).is_some_and(|unit| word(unit.code()))
    }

    fn boundary(&self, at: usize, word: impl Fn(u32) -> bool) -> bool {
        self.is_word(at.checked_sub(1), &word) != self.is_word(Some(at), &word)
    }

    fn newline_at(&self, at: usize) -> bool {
        self.text.get(at).is_some_and(|unit| unit.code() == 10)
    }

    fn position_holds(&self, position: u32, at: usize) -> bool {
        let end = self.text.len();
        match position {
            op::AT_BEGINNING | op::AT_BEGINNING_STRING => at == 0,
            op::AT_BEGINNING_LINE => at.checked_sub(1).is_none_or(|before| self.newline_at(before)),
            op::AT_END => at >= end || at + 1 == end && self.newline_at(at),
            op::AT_END_LINE => at >= end || self.newline_at(at),
            op::AT_END_STRING => at >= end,
            op::AT_BOUNDARY => self.boundary(at, charclass::ascii_word),
            op::AT_NON_BOUNDARY => !self.boundary(at, charclass::ascii_word),
            op::AT_LOC_BOUNDARY => self.boundary(at, |ch| self.locale.is_word(ch)),
            op::AT_LOC_NON_BOUNDARY => !self.boundary(at, |ch| self.locale.is_word(ch)),
            op::AT_UNI_BOUNDARY => self.boundary(at, charclass::unicode_word),
            op::AT_UNI_NON_BOUNDARY => !self.boundary(at, charclass::unicode_word),
            _ => false,
        }
    }

    /// The span of a group, if it has matched.
    fn group(&self, group: u32) -> Option<(usize, usize)> {
        let index = (group as usize).checked_mul(2)?;
        match (*self.state.marks.get(index)?, *self.state.marks.get(index + 1)?) {
            (start, end) if start != UNSET && end != UNSET && start <= end => Some((start, end)),
            _ => None,
        }
    }

    /// Where the text of the group, standing again at `at`, ends.
    fn again(&self, group: u32, fold: Fold, at: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let model = self.text.get(start..end)?;
        let until = at.checked_add(model.len())?;
        let text = self.text.get(at..until)?;
        let same = match fold {
            Fold::None => model == text,
            Fold::Ascii => alike(model, text, charclass::ascii_lower),
            Fold::Unicode => alike(model, text, charclass::unicode_lower),
            Fold::Locale => alike(model, text, |ch| self.locale.lower(ch)),
        };
        same.then_some(until)
    }

    #[inline(always)]
    fn set_mark(&mut self, mark: u32, at: usize) -> Result<(), Abort> {
        let state = &mut *self.state;
        let Some(slot) = state.marks.get_mut(mark as usize) else { return Ok(()) };
        if !state.choices.is_empty() {
            let undo = Undo { mark, last_mark: state.last_mark, last_index: state.last_index, at: *slot };
            push(&mut state.trail, undo)?;
        }
        *slot = at;
        state.last_mark = state.last_mark.max(mark as i32);
        if mark & 1 == 1 {
            state.last_index = (mark / 2 + 1) as i32;
        }
        Ok(())
    }

    /// Undoes the marks set since the trail had this length.
    #[inline]
    fn undo(&mut self, length: usize) {
        let state = &mut *self.state;
        while state.trail.len() > length {
            let Some(undo) = state.trail.pop() else { return };
            if let Some(slot) = state.marks.get_mut(undo.mark as usize) {
                *slot = undo.at;
            }
            state.last_mark = undo.last_mark;
            state.last_index = undo.last_index;
        }
    }
}

fn alike<T: CodeUnit>(one: &[T], two: &[T], lower: impl Fn(u32) -> u32) -> bool {
    one.iter().zip(two).all(|(one, two)| lower(one.code()) == lower(two.code()))
}

/// The registers of an attempt, besides instruction and position.
struct Run<'r, 'm, T> {
    machine: &'r mut Machine<'m, T>,
    /// The innermost open loop.
    repeat: u32,
    /// One more than the index of the innermost edge; 0 if there is none.
    edge: usize,
}

impl<T: CodeUnit> Run<'_, '_, T> {
    fn run(&mut self, mut pc: u32, mut at: usize) -> Result<Option<usize>, Abort> {
        let program = self.machine.program;
        loop {
            let next = match program.insts.get(pc as usize) {
                Some(&Inst::One(item)) => {
                    if self.machine.item_at(item, at) {
                        (pc, at) = (pc + 1, at + 1);
                        continue;
                    }
                    None
                }
                Some(&Inst::Jump(to)) => {
                    pc = to;
                    continue;
                }
                Some(&Inst::Mark(mark)) => {
                    self.machine.set_mark(mark, at)?;
                    pc += 1;
                    continue;
                }
                Some(Inst::RepeatOne(one)) => self.repeat_one(one, pc, at)?,
                Some(Inst::MinRepeatOne(one)) => self.min_repeat_one(one, pc, at)?,
                Some(&Inst::PossessiveRepeatOne { item, times }) => {
                    let length = self.machine.run_length(item, at, times.most());
                    (length >= times.min as usize).then_some((pc + 1, at + length))
                }
                Some(&Inst::Branch { first, count }) => self.branch(pc, at, first, first + count)?,
                Some(&Inst::At(position)) => {
                    self.machine.position_holds(position, at).then_some((pc + 1, at))
                }
                Some(&Inst::Repeat { until }) => {
                    self.round(self.repeat, 0, UNSET)?;
                    Some((until, at))
                }
                Some(&Inst::MaxUntil { body, times }) => {
                    self.machine.burn(1)?;
                    let Some(round) = self.current() else { return Ok(None) };
                    if round.count < times.min {
                        self.round(round.outer, round.count + 1, round.last)?;
                        Some((body, at))
                    } else if times.allows(round.count) && at != round.last {
                        self.choose(Kind::MaxTail, pc, at, 0)?;
                        self.round(round.outer, round.count.saturating_add(1), at)?;
                        Some((body, at))
                    } else {
                        self.repeat = round.outer;
                        Some((pc + 1, at))
                    }
                }
                Some(&Inst::MinUntil { body, times }) => {
                    self.machine.burn(1)?;
                    let Some(round) = self.current() else { return Ok(None) };
                    if round.count < times.min {
                        self.round(round.outer, round.count + 1, round.last)?;
                        Some((body, at))
                    } else {
                        if times.allows(round.count) && at != round.last {
                            self.choose(Kind::MinBody, pc, at, 0)?;
                        }
                        self.repeat = round.outer;
                        Some((pc + 1, at))
                    }
                }
                Some(&Inst::GroupRef { group, fold }) => {
                    self.machine.again(group, fold, at).map(|end| (pc + 1, end))
                }
                Some(&Inst::GroupExists { group, no }) => {
                    Some((if self.machine.group(group).is_some() { pc + 1 } else { no }, at))
                }
                Some(&Inst::Assert { back, next, peek }) => {
                    let start = at.checked_sub(back as usize);
                    match (start, peek) {
                        (Some(start), Peek::Whole(item)) => {
                            self.machine.item_at(item, start).then_some((next, at))
                        }
                        (Some(start), Peek::First(item)) if !self.machine.item_at(item, start) => None,
                        (Some(start), _) => {
                            self.open_edge(Kind::Edge, pc, at)?;
                            Some((pc + 1, start))
                        }
                        (None, _) => None,
                    }
                }
                Some(&Inst::AssertNot { back, next, peek }) => {
                    let start = at.checked_sub(back as usize);
                    match (start, peek) {
                        (Some(start), Peek::Whole(item)) => {
                            (!self.machine.item_at(item, start)).then_some((next, at))
                        }
                        (Some(start), Peek::First(item)) if !self.machine.item_at(item, start) => {
                            Some((next, at))
                        }
                        (Some(start), _) => {
                            self.open_edge(Kind::EdgeNot, pc, at)?;
                            Some((pc + 1, start))
                        }
                        (None, _) => Some((next, at)),
                    }
                }
                Some(Inst::Atomic { .. }) => {
                    self.open_edge(Kind::Edge, pc, at)?;
                    Some((pc + 1, at))
                }
                Some(Inst::PossessiveRepeat { .. }) => {
                    self.round(self.repeat, 0, UNSET)?;
                    self.possessive_round(pc, at)?
                }
                Some(Inst::Success) if self.edge > 0 => self.close_edge(at)?,
                Some(Inst::Success) => {
                    let machine = &*self.machine;
                    if !(machine.whole && at != machine.text.len() || machine.forbidden == Some(at)) {
                        return Ok(Some(at));
                    }
                    None
                }
                Some(Inst::Fail) | None => None,
            };
            (pc, at) = match next {
                Some(next) => next,
                None if self.machine.state.choices.is_empty() => return Ok(None),
                None => match self.backtrack()? {
                    Some(next) => next,
                    None => return Ok(None),
                },
            };
        }
    }

    #[inline]
    fn choose(&mut self, kind: Kind, pc: u32, at: usize, extra: usize) -> Result<(), Abort> {
        let state = &mut *self.machine.state;
        let (repeats, trail) = (state.rounds.len() as u32, state.trail.len());
        push(&mut state.choices, Choice { kind, pc, at, extra, repeat: self.repeat, repeats, trail })
    }

    #[inline]
    fn current(&self) -> Option<Round> {
        self.machine.state.rounds.get(self.repeat as usize).copied()
    }

    /// Makes a round record the current one.
    #[inline]
    fn round(&mut self, outer: u32, count: u32, last: usize) -> Result<(), Abort> {
        let rounds = &mut self.machine.state.rounds;
        self.repeat = u32::try_from(rounds.len()).map_err(|_| Abort::Memory)?;
        push(rounds, Round { outer, count, last })
    }

    #[inline]
    fn repeat_one(&mut self, one: &OneLoop, pc: u32, at: usize) -> Result<Next, Abort> {
        let machine = &mut *self.machine;
        let length = machine.run_length(one.item, at, one.times.most());
        machine.burn(length >> 6)?;
        let low = at + one.times.min as usize;
        let high = at + length;
        if high < low {
            return Ok(None);
        }
        if one.exclusive == Exclusive::Always || T::BYTE && one.exclusive == Exclusive::Bytes {
            return Ok(machine.may_begin(one.next, high).then_some((pc + 1, high)));
        }
        let Some(start) = machine.last_start(one.next, low, high) else { return Ok(None) };
        if start > low {
            self.choose(Kind::RepeatOne, pc, start, low)?;
        }
        Ok(Some((pc + 1, start)))
    }

    #[inline]
    fn min_repeat_one(&mut self, one: &OneLoop, pc: u32, at: usize) -> Result<Next, Abort> {
        let min = one.times.min as usize;
        if self.machine.run_length(one.item, at, min) < min {
            return Ok(None);
        }
        let high = at.saturating_add(one.times.most()).min(self.machine.text.len());
        self.lazy_from(one, pc, at + min, high)
    }

    /// Goes on with the tail of a lazy loop at the first possible place from `low`.
    fn lazy_from(&mut self, one: &OneLoop, pc: u32, low: usize, high: usize) -> Result<Next, Abort> {
        let Some(start) = self.machine.next_start(one, low, high) else { return Ok(None) };
        self.machine.burn((start - low) >> 6)?;
        if start < high {
            self.choose(Kind::MinRepeatOne, pc, start, high)?;
        }
        Ok(Some((pc + 1, start)))
    }

    /// Enters the first possible alternative from `from` on, leaving a choice if another one is possible.
    #[inline]
    fn branch(&mut self, pc: u32, at: usize, from: u32, to: u32) -> Result<Next, Abort> {
        let program = self.machine.program;
        let Some(rest) = program.alternatives.get(from as usize..to as usize) else { return Ok(None) };
        let mut possible =
            rest.iter().zip(from..).filter(|(alternative, _)| self.machine.may_begin(alternative.first, at));
        let Some((&Alternative { pc: entry, .. }, _)) = possible.next() else { return Ok(None) };
        if let Some((_, index)) = possible.next() {
            self.choose(Kind::Branch, pc, at, index as usize)?;
        }
        Ok(Some((entry, at)))
    }

    fn open_edge(&mut self, kind: Kind, pc: u32, at: usize) -> Result<(), Abort> {
        self.choose(kind, pc, at, self.edge)?;
        self.edge = self.machine.state.choices.len();
        Ok(())
    }

    /// The body above the innermost edge has matched: its choices go, its marks stay.
    fn close_edge(&mut self, at: usize) -> Result<Next, Abort> {
        let program = self.machine.program;
        let state = &mut *self.machine.state;
        state.choices.truncate(self.edge);
        let Some(edge) = state.choices.pop() else { return Ok(None) };
        self.edge = edge.extra;
        self.repeat = edge.repeat;
        state.rounds.truncate(edge.repeats as usize);
        if state.choices.is_empty() && edge.kind != Kind::EdgeNot {
            state.trail.clear();
        }
        Ok(match program.insts.get(edge.pc as usize) {
            Some(&Inst::Assert { next, .. }) => Some((next, edge.at)),
            Some(&Inst::Atomic { next }) => Some((next, at)),
            Some(&Inst::PossessiveRepeat { times, .. }) => {
                // No choice can come back into this loop, so its record may be changed.
                if let Some(round) = state.rounds.get_mut(edge.repeat as usize) {
                    if round.count >= times.min {
                        round.last = edge.at;
                    }
                    round.count = round.count.saturating_add(1);
                }
                self.possessive_round(edge.pc, at)?
            }
            _ => {
                // What must not match has matched.
                self.machine.undo(edge.trail);
                None
            }
        })
    }

    /// Starts another round of a possessive loop, or goes on behind it.
    fn possessive_round(&mut self, pc: u32, at: usize) -> Result<Next, Abort> {
        self.machine.burn(1)?;
        let Some(&Inst::PossessiveRepeat { times, next }) = self.machine.program.insts.get(pc as usize)
        else {
            return Ok(None);
        };
        let Some(round) = self.current() else { return Ok(None) };
        if round.count < times.min || times.allows(round.count) && at != round.last {
            self.open_edge(Kind::EdgeLoop, pc, at)?;
            return Ok(Some((pc + 1, at)));
        }
        self.repeat = round.outer;
        Ok(Some((next, at)))
    }

    /// Comes back to the latest choice that offers another way.
    fn backtrack(&mut self) -> Result<Next, Abort> {
        let program = self.machine.program;
        loop {
            self.machine.burn(1)?;
            let Some(choice) = self.machine.state.choices.pop() else { return Ok(None) };
            self.machine.undo(choice.trail);
            self.machine.state.rounds.truncate(choice.repeats as usize);
            self.repeat = choice.repeat;
            let Choice { pc, at, extra, .. } = choice;
            let next = match (choice.kind, program.insts.get(pc as usize)) {
                (Kind::Branch, Some(&Inst::Branch { first, count })) => {
                    self.branch(pc, at, extra as u32, first + count)?
                }
                (Kind::RepeatOne, Some(Inst::RepeatOne(one))) => {
                    match self.machine.last_start(one.next, extra, at - 1) {
                        Some(start) => {
                            if start > extra {
                                self.choose(Kind::RepeatOne, pc, start, extra)?;
                            }
                            Some((pc + 1, start))
                        }
                        None => None,
                    }
                }
                (Kind::MinRepeatOne, Some(Inst::MinRepeatOne(one))) => {
                    if self.machine.item_at(one.item, at) {
                        self.lazy_from(one, pc, at + 1, extra)?
                    } else {
                        None
                    }
                }
                (Kind::MaxTail, _) => {
                    self.repeat = self.current().map_or(NO_REPEAT, |round| round.outer);
                    Some((pc + 1, at))
                }
                (Kind::MinBody, Some(&Inst::MinUntil { body, .. })) => {
                    if let Some(round) = self.current() {
                        self.round(round.outer, round.count.saturating_add(1), at)?;
                    }
                    Some((body, at))
                }
                (Kind::EdgeNot, Some(&Inst::AssertNot { next, .. })) => {
                    self.edge = extra;
                    Some((next, at))
                }
                (Kind::EdgeLoop, Some(&Inst::PossessiveRepeat { times, next })) => {
                    self.edge = extra;
                    match self.current() {
                        Some(round) if round.count >= times.min => {
                            self.repeat = round.outer;
                            Some((next, at))
                        }
                        _ => None,
                    }
                }
                (Kind::Edge | Kind::EdgeLoop | Kind::EdgeNot, _) => {
                    self.edge = extra;
                    None
                }
                _ => None,
            };
            if next.is_some() {
                return Ok(next);
            }
        }
    }
}
