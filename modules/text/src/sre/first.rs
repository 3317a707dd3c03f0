//! What a piece of code must begin with, worked out once so that the machine can skip hopeless places.

use super::program::{Exclusive, Inst, Item, Peek, Program, Start};

/// Nested branches looked into; deeper ones count as unknown.
const DEPTH: u32 = 6;
/// Instructions looked through before giving up, so that crafted nesting costs no quadratic time.
const REACH: u32 = 64;

impl Program {
    /// The first character that the code at `pc` must take, if it is one condition.
    pub(super) fn first_item(&self, mut pc: u32) -> Option<Item> {
        for _ in 0..REACH {
            match *self.insts.get(pc as usize)? {
                Inst::Mark(_) => pc += 1,
                Inst::Jump(to) if to > pc => pc = to,
                Inst::Atomic { .. } => pc += 1,
                Inst::One(item) => return Some(item),
                Inst::RepeatOne(one) | Inst::MinRepeatOne(one) if one.times.min > 0 => return Some(one.item),
                Inst::PossessiveRepeatOne { item, times } if times.min > 0 => return Some(item),
                Inst::PossessiveRepeat { times, .. } if times.min > 0 => pc += 1,
                Inst::Repeat { until } => match self.insts.get(until as usize)? {
                    Inst::MaxUntil { body, times } | Inst::MinUntil { body, times } if times.min > 0 => {
                        pc = *body
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }

    /// The answers of an item for the characters below 256; `None` if they are not fixed.
    fn table(&self, item: Item) -> Option<[bool; 256]> {
        let mut ch = 0u32;
        let mut each = |holds: &dyn Fn(u32) -> bool| {
            [(); 256].map(|()| {
                ch += 1;
                holds(ch - 1)
            })
        };
        match item {
            Item::All => Some([true; 256]),
            Item::Literal(lit) => Some(each(&|ch| ch == lit)),
            Item::NotLiteral(lit) => Some(each(&|ch| ch != lit)),
            Item::Set(set) => self.sets.get(set as usize)?.table().copied(),
        }
    }

    /// Adds to `table` what the code at `pc` may begin with; false if that is unknown.
    fn first_table(&self, pc: u32, table: &mut [bool; 256], depth: u32) -> bool {
        if let Some(item) = self.first_item(pc) {
            let Some(more) = self.table(item) else { return false };
            for (held, also) in table.iter_mut().zip(more) {
                *held |= also;
            }
            return true;
        }
        let mut pc = pc;
        while let Some(Inst::Mark(_)) = self.insts.get(pc as usize) {
            pc += 1;
        }
        match self.insts.get(pc as usize) {
            Some(&Inst::Branch { first, count }) if depth > 0 => {
                let mut each = self.alternatives.iter().skip(first as usize).take(count as usize);
                each.all(|alternative| self.first_table(alternative.pc, table, depth - 1))
            }
            _ => false,
        }
    }

    /// Whether no character satisfies both.
    fn exclusive(&self, item: Item, next: Item) -> Exclusive {
        let holds = |item: Item, ch: u32| match item {
            Item::All => Some(true),
            Item::Literal(lit) => Some(ch == lit),
            Item::NotLiteral(lit) => Some(ch != lit),
            Item::Set(set) => self.sets.get(set as usize).and_then(|set| set.fixed(ch)),
        };
        let always = match (item, next) {
            (_, Item::Literal(lit)) => holds(item, lit) == Some(false),
            (Item::Literal(lit), _) => holds(next, lit) == Some(false),
            _ => false,
        };
        if always {
            return Exclusive::Always;
        }
        match (self.table(item), self.table(next)) {
            (Some(one), Some(two)) if one.iter().zip(&two).all(|(one, two)| !(one & two)) => Exclusive::Bytes,
            _ => Exclusive::No,
        }
    }

    /// Fills in what loops and alternatives know about what follows.
    pub(super) fn link_firsts(&mut self) {
        for pc in 0..self.insts.len() {
            let next = self.first_item(pc as u32 + 1);
            let whole = self.insts.get(pc + 2) == Some(&Inst::Success);
            let peek = match (self.insts.get(pc + 1), next) {
                (Some(&Inst::One(item)), _) if whole => Peek::Whole(item),
                (_, Some(item)) => Peek::First(item),
                _ => Peek::Unknown,
            };
            if let Some(Inst::Assert { peek: known, .. } | Inst::AssertNot { peek: known, .. }) =
                self.insts.get_mut(pc)
            {
                *known = peek;
                continue;
            }
            let exclusive = match self.insts.get(pc) {
                Some(Inst::RepeatOne(one)) => {
                    next.map_or(Exclusive::No, |next| self.exclusive(one.item, next))
                }
                Some(Inst::MinRepeatOne(_)) => Exclusive::No,
                _ => continue,
            };
            if let Some(Inst::RepeatOne(one) | Inst::MinRepeatOne(one)) = self.insts.get_mut(pc) {
                one.next = next;
                one.exclusive = exclusive;
            }
        }
        for index in 0..self.alternatives.len() {
            let first = self.alternatives.get(index).and_then(|alternative| self.first_item(alternative.pc));
            if let Some(alternative) = self.alternatives.get_mut(index) {
                alternative.first = first;
            }
        }
    }

    /// The item of a loop without upper limit that opens the pattern. When an attempt at one place of a run of its
    /// characters has failed, those at the later places of the run would try the tail at some of the same places
    /// again, so a search passes over them. That needs a tail that cannot tell where the match began.
    pub(super) fn find_leading_run(&self) -> Option<Item> {
        let mut marked = false;
        for inst in &self.insts {
            match inst {
                Inst::Mark(_) => marked = true,
                Inst::RepeatOne(one) | Inst::MinRepeatOne(one) if one.times.most() == usize::MAX => {
                    let told = marked && self.insts.iter().any(|inst| matches!(inst, Inst::GroupRef { .. }));
                    return (!told).then_some(one.item);
                }
                _ => return None,
            }
        }
        None
    }

    /// Where a search may start, when INFO did not say.
    pub(super) fn find_start(&self) -> Start {
        match self.insts.first() {
            Some(Inst::At(super::opcodes::AT_BEGINNING | super::opcodes::AT_BEGINNING_STRING)) => {
                Start::Anchored
            }
            _ => match self.first_item(0) {
                Some(Item::All) => Start::Any,
                Some(item) => Start::One(item),
                None => {
                    let mut table = Box::new([false; 256]);
                    if self.first_table(0, &mut table, DEPTH) { Start::Table(table) } else { Start::Any }
                }
            },
        }
    }
}
