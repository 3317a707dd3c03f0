//! Checks a code list and lowers it to a `Program`. Nesting is kept on a stack of regions, so that no code list,
//! however deep, can exhaust the native stack.

use std::collections::HashMap;

use super::charset::{CharSet, Fold, SetItem};
use super::opcodes as op;
use super::program::{Alternative, Exclusive, Inst, Invalid, Item, OneLoop, Peek, Program, Start, Times};

/// What ends a stretch of code.
#[derive(Clone, Copy)]
enum Close {
    /// The whole: SUCCESS, and nothing after it.
    Root,
    /// SUCCESS; instruction `0` wants to know where the code goes on.
    Body(usize),
    /// MAX_UNTIL or MIN_UNTIL; instruction `0` opened the loop.
    Loop(usize, Times),
    /// JUMP to behind the branch, then the next alternative.
    Alternative,
    /// The "yes" code of a conditional; instruction `0` wants to know where "no" is.
    Yes(usize),
    /// The "no" code; the jump `0` leads behind it.
    No(usize),
}

#[derive(Clone, Copy)]
struct Region {
    end: usize,
    close: Close,
}

/// A branch whose alternatives are being read.
struct OpenBranch {
    inst: usize,
    starts: Vec<u32>,
    jumps: Vec<usize>,
    target: Option<usize>,
}

/// Facts of the INFO block at the head.
#[derive(Default)]
struct Info {
    prefix: Vec<u32>,
    prefix_skip: usize,
    literal: bool,
    first: Option<Item>,
    min_width: usize,
}

struct Lowering<'c> {
    code: &'c [u32],
    groups: u32,
    at: usize,
    insts: Vec<Inst>,
    sets: Vec<CharSet>,
    folded: HashMap<(u32, u32), u32>,
    alternatives: Vec<Alternative>,
    regions: Vec<Region>,
    branches: Vec<OpenBranch>,
    info: Info,
}

/// The program of a code list.
pub(super) fn lower(code: &[u32], groups: u32) -> Result<Program, Invalid> {
    if groups > op::MAX_GROUPS || code.len() >= u32::MAX as usize {
        return Err(Invalid);
    }
    let end = code.len().checked_sub(1).ok_or(Invalid)?;
    let mut lowering = Lowering {
        code,
        groups,
        at: 0,
        insts: Vec::new(),
        sets: Vec::new(),
        folded: HashMap::new(),
        alternatives: Vec::new(),
        regions: vec![Region { end, close: Close::Root }],
        branches: Vec::new(),
        info: Info::default(),
    };
    lowering.run()?;
    Ok(lowering.finish())
}

impl Lowering<'_> {
    fn run(&mut self) -> Result<(), Invalid> {
        while let Some(&region) = self.regions.last() {
            if self.at < region.end {
                self.step(region)?;
            } else if self.at == region.end {
                self.regions.pop();
                self.close(region.close)?;
            } else {
                return Err(Invalid);
            }
        }
        Ok(())
    }

    fn finish(self) -> Program {
        let info = self.info;
        let mut program = Program {
            insts: self.insts,
            sets: self.sets,
            alternatives: self.alternatives,
            groups: self.groups,
            start: Start::Any,
            finder: None,
            literal: false,
            prefix_skip: 0,
            leading_run: None,
            min_width: info.min_width,
        };
        program.link_firsts();
        program.leading_run = program.find_leading_run();
        if info.prefix.len() > 1 {
            let bytes: Option<Vec<u8>> = info.prefix.iter().map(|&ch| u8::try_from(ch).ok()).collect();
            program.finder = bytes.map(|bytes| Box::new(memchr::memmem::Finder::new(&bytes).into_owned()));
            // The skipped characters must really be the first instructions: the claim of a crafted INFO is not trusted.
            let skipped = info.prefix.iter().take(info.prefix_skip);
            let same = skipped.zip(&program.insts).all(|(&ch, inst)| *inst == Inst::One(Item::Literal(ch)));
            if same && program.insts.len() > info.prefix_skip && info.prefix_skip <= info.prefix.len() {
                program.prefix_skip = info.prefix_skip;
            }
            program.literal = info.literal;
            program.start = Start::Prefix(info.prefix.into());
        } else {
            program.start = match (info.prefix.first(), info.first) {
                (Some(&ch), _) => Start::One(Item::Literal(ch)),
                (None, Some(item)) => Start::One(item),
                (None, None) => program.find_start(),
            };
        }
        program
    }

    /// The word at `index`, which must lie before the end of the region at hand.
    fn word(&self, index: usize) -> Result<u32, Invalid> {
        match self.regions.last() {
            Some(region) if index >= region.end => Err(Invalid),
            _ => self.code.get(index).copied().ok_or(Invalid),
        }
    }

    /// Where the skip word at `index` leads, within the region.
    fn skip(&self, index: usize) -> Result<usize, Invalid> {
        let to = index.checked_add(self.word(index)? as usize).ok_or(Invalid)?;
        match self.regions.last() {
            Some(region) if to > region.end => Err(Invalid),
            _ => Ok(to),
        }
    }

    fn times(&self, index: usize) -> Result<Times, Invalid> {
        let times = Times { min: self.word(index)?, max: self.word(index + 1)? };
        if times.min > times.max { Err(Invalid) } else { Ok(times) }
    }

    fn here(&self) -> u32 {
        self.insts.len() as u32
    }

    fn emit(&mut self, inst: Inst) -> usize {
        self.insts.push(inst);
        self.insts.len() - 1
    }

    fn open(&mut self, from: usize, end: usize, close: Close) -> Result<(), Invalid> {
        if end < from {
            return Err(Invalid);
        }
        self.regions.push(Region { end, close });
        self.at = from;
        Ok(())
    }

    /// Fills in the target of an instruction that had to wait for it.
    fn patch(&mut self, index: usize) {
        let here = self.here();
        if let Some(
            Inst::Jump(to)
            | Inst::GroupExists { no: to, .. }
            | Inst::Assert { next: to, .. }
            | Inst::AssertNot { next: to, .. }
            | Inst::Atomic { next: to }
            | Inst::PossessiveRepeat { next: to, .. }
            | Inst::Repeat { until: to },
        ) = self.insts.get_mut(index)
        {
            *to = here;
        }
    }

    fn new_set(&mut self, items: Vec<SetItem>, fold: Fold) -> u32 {
        self.sets.push(CharSet::new(items, fold));
        self.sets.len() as u32 - 1
    }

    /// The item of a one-character instruction at `at`, and where the code goes on.
    fn item(&mut self, at: usize) -> Result<Option<(Item, usize)>, Invalid> {
        let code = self.word(at)?;
        let item = match code {
            op::ANY => return Ok(Some((Item::NotLiteral(10), at + 1))),
            op::ANY_ALL => return Ok(Some((Item::All, at + 1))),
            op::LITERAL => Item::Literal(self.word(at + 1)?),
            op::NOT_LITERAL => Item::NotLiteral(self.word(at + 1)?),
            op::LITERAL_IGNORE
            | op::LITERAL_UNI_IGNORE
            | op::LITERAL_LOC_IGNORE
            | op::NOT_LITERAL_IGNORE
            | op::NOT_LITERAL_UNI_IGNORE
            | op::NOT_LITERAL_LOC_IGNORE => Item::Set(self.folded_literal(code, self.word(at + 1)?)),
            op::IN | op::IN_IGNORE | op::IN_UNI_IGNORE | op::IN_LOC_IGNORE => {
                let next = self.skip(at + 1)?;
                let items = self.set_items(at + 2, next.checked_sub(1).ok_or(Invalid)?)?;
                let fold = match code {
                    op::IN => Fold::None,
                    op::IN_IGNORE => Fold::Ascii,
                    op::IN_UNI_IGNORE => Fold::Unicode,
                    _ => Fold::Locale,
                };
                return Ok(Some((Item::Set(self.new_set(items, fold)), next)));
            }
            _ => return Ok(None),
        };
        Ok(Some((item, at + 2)))
    }

    /// The set of a case-blind literal; a letter that occurs again shares it.
    fn folded_literal(&mut self, code: u32, lit: u32) -> u32 {
        if let Some(&set) = self.folded.get(&(code, lit)) {
            return set;
        }
        let fold = match code {
            op::LITERAL_IGNORE | op::NOT_LITERAL_IGNORE => Fold::Ascii,
            op::LITERAL_UNI_IGNORE | op::NOT_LITERAL_UNI_IGNORE => Fold::Unicode,
            _ => Fold::Locale,
        };
        let negated =
            matches!(code, op::NOT_LITERAL_IGNORE | op::NOT_LITERAL_UNI_IGNORE | op::NOT_LITERAL_LOC_IGNORE);
        let mut items = Vec::new();
        if negated {
            items.push(SetItem::Negate);
        }
        // Under a locale the pattern's character is compared as it is, with the text's in both cases.
        let fold = if fold == Fold::Locale {
            items.push(SetItem::EitherCase(lit));
            Fold::None
        } else {
            items.push(SetItem::Literal(lit));
            fold
        };
        let set = self.new_set(items, fold);
        self.folded.insert((code, lit), set);
        set
    }

    fn category(&self, at: usize) -> Result<SetItem, Invalid> {
        match self.word(at)? {
            number if number < op::CATEGORIES => Ok(SetItem::Category(number)),
            _ => Err(Invalid),
        }
    }

    fn words(&self, from: usize, count: usize) -> Result<&[u32], Invalid> {
        let end = from.checked_add(count).ok_or(Invalid)?;
        match self.regions.last() {
            Some(region) if end > region.end => Err(Invalid),
            _ => self.code.get(from..end).ok_or(Invalid),
        }
    }

    /// The members of a set that must end with FAILURE just at `end`.
    fn set_items(&self, mut at: usize, end: usize) -> Result<Vec<SetItem>, Invalid> {
        let mut items = Vec::new();
        while at < end {
            let (item, taken) = match self.word(at)? {
                op::NEGATE => (SetItem::Negate, 1),
                op::LITERAL => (SetItem::Literal(self.word(at + 1)?), 2),
                op::RANGE => (SetItem::Range(self.word(at + 1)?, self.word(at + 2)?), 3),
                op::RANGE_UNI_IGNORE => (SetItem::RangeUpper(self.word(at + 1)?, self.word(at + 2)?), 3),
                op::CATEGORY => (self.category(at + 1)?, 2),
                op::CHARSET => {
                    let bits = self.words(at + 1, 8)?.try_into().map_err(|_| Invalid)?;
                    (SetItem::Bits(bits), 9)
                }
                op::BIGCHARSET => {
                    let count = self.word(at + 1)?;
                    let index: Vec<u8> =
                        self.words(at + 2, 64)?.iter().flat_map(|word| word.to_ne_bytes()).collect();
                    if index.iter().any(|&block| u32::from(block) >= count) {
                        return Err(Invalid);
                    }
                    let size = (count as usize).checked_mul(8).ok_or(Invalid)?;
                    (SetItem::Blocks(index.into(), self.words(at + 66, size)?.into()), 66 + size)
                }
                _ => return Err(Invalid),
            };
            items.push(item);
            at += taken;
        }
        if at == end && self.word(end)? == op::FAILURE { Ok(items) } else { Err(Invalid) }
    }

    fn step(&mut self, region: Region) -> Result<(), Invalid> {
        let at = self.at;
        if let Some((item, next)) = self.item(at)? {
            self.emit(Inst::One(item));
            self.at = next;
            return Ok(());
        }
        match self.word(at)? {
            op::FAILURE => self.plain(Inst::Fail, 1),
            op::SUCCESS => self.plain(Inst::Success, 1),
            op::AT => match self.word(at + 1)? {
                position if position <= op::AT_UNI_NON_BOUNDARY => self.plain(Inst::At(position), 2),
                _ => return Err(Invalid),
            },
            op::MARK => match self.word(at + 1)? {
                mark if mark / 2 < self.groups => self.plain(Inst::Mark(mark), 2),
                _ => return Err(Invalid),
            },
            op::GROUPREF => self.group_ref(Fold::None)?,
            op::GROUPREF_IGNORE => self.group_ref(Fold::Ascii)?,
            op::GROUPREF_UNI_IGNORE => self.group_ref(Fold::Unicode)?,
            op::GROUPREF_LOC_IGNORE => self.group_ref(Fold::Locale)?,
            op::GROUPREF_EXISTS => {
                let group = self.group(at + 1)?;
                let end = (at + 1).checked_add(self.word(at + 2)? as usize).ok_or(Invalid)?;
                if end > region.end {
                    return Err(Invalid);
                }
                let inst = self.emit(Inst::GroupExists { group, no: 0 });
                self.open(at + 3, end, Close::Yes(inst))?;
            }
            op::JUMP => {
                // Only the end of the "yes" code of a conditional may be one here.
                let Close::Yes(inst) = region.close else { return Err(Invalid) };
                if at + 2 != region.end {
                    return Err(Invalid);
                }
                self.regions.pop();
                let end = (at + 1).checked_add(self.code.get(at + 1).copied().ok_or(Invalid)? as usize);
                let end = end
                    .filter(|end| self.regions.last().is_some_and(|outer| *end <= outer.end))
                    .ok_or(Invalid)?;
                let jump = self.emit(Inst::Jump(0));
                self.patch(inst);
                self.open(at + 2, end, Close::No(jump))?;
            }
            op::ASSERT => {
                let inst = Inst::Assert { back: self.word(at + 2)?, next: 0, peek: Peek::Unknown };
                self.body(inst, at + 3)?;
            }
            op::ASSERT_NOT => {
                let inst = Inst::AssertNot { back: self.word(at + 2)?, next: 0, peek: Peek::Unknown };
                self.body(inst, at + 3)?;
            }
            op::ATOMIC_GROUP => self.body(Inst::Atomic { next: 0 }, at + 2)?,
            op::POSSESSIVE_REPEAT => {
                let inst = Inst::PossessiveRepeat { times: self.times(at + 2)?, next: 0 };
                let end = self.skip(at + 1)?;
                let inst = self.emit(inst);
                self.open(at + 4, end, Close::Body(inst))?;
            }
            op::REPEAT => {
                let times = self.times(at + 2)?;
                let end = self.skip(at + 1)?;
                let inst = self.emit(Inst::Repeat { until: 0 });
                self.open(at + 4, end, Close::Loop(inst, times))?;
            }
            code @ (op::REPEAT_ONE | op::MIN_REPEAT_ONE | op::POSSESSIVE_REPEAT_ONE) => {
                let next = self.skip(at + 1)?;
                let times = self.times(at + 2)?;
                let (item, end) = self.item(at + 4)?.ok_or(Invalid)?;
                if end + 1 != next || self.word(end)? != op::SUCCESS {
                    return Err(Invalid);
                }
                let one = OneLoop { item, times, next: None, exclusive: Exclusive::No };
                self.emit(match code {
                    op::REPEAT_ONE => Inst::RepeatOne(one),
                    op::MIN_REPEAT_ONE => Inst::MinRepeatOne(one),
                    _ => Inst::PossessiveRepeatOne { item, times },
                });
                self.at = next;
            }
            op::BRANCH => {
                let inst = self.emit(Inst::Branch { first: 0, count: 0 });
                self.branches.push(OpenBranch { inst, starts: Vec::new(), jumps: Vec::new(), target: None });
                self.at = at + 1;
                self.alternative()?;
            }
            op::INFO => {
                let next = self.skip(at + 1)?;
                if next < at + 5 {
                    return Err(Invalid);
                }
                let info = self.read_info(at, next)?;
                if at == 0 {
                    self.info = info;
                }
                self.at = next;
            }
            _ => return Err(Invalid),
        }
        Ok(())
    }

    fn plain(&mut self, inst: Inst, words: usize) {
        self.emit(inst);
        self.at += words;
    }

    fn group(&self, at: usize) -> Result<u32, Invalid> {
        match self.word(at)? {
            group if group < self.groups => Ok(group),
            _ => Err(Invalid),
        }
    }

    fn group_ref(&mut self, fold: Fold) -> Result<(), Invalid> {
        let group = self.group(self.at + 1)?;
        self.plain(Inst::GroupRef { group, fold }, 2);
        Ok(())
    }

    /// Opens a body that ends with SUCCESS as the last word that the skip covers.
    fn body(&mut self, inst: Inst, from: usize) -> Result<(), Invalid> {
        let end = self.skip(self.at + 1)?.checked_sub(1).ok_or(Invalid)?;
        let inst = self.emit(inst);
        self.open(from, end, Close::Body(inst))
    }

    /// Reads the skip word of the next alternative, or the zero that ends the branch.
    fn alternative(&mut self) -> Result<(), Invalid> {
        let at = self.at;
        let next = self.skip(at)?;
        let here = self.here();
        if next > at {
            let end = next.checked_sub(2).ok_or(Invalid)?;
            if let Some(branch) = self.branches.last_mut() {
                branch.starts.push(here);
            }
            return self.open(at + 1, end, Close::Alternative);
        }
        self.at = at + 1;
        let branch = self.branches.pop().ok_or(Invalid)?;
        if branch.target.is_some_and(|target| target != self.at) {
            return Err(Invalid);
        }
        let first = self.alternatives.len() as u32;
        let count = branch.starts.len() as u32;
        self.alternatives.extend(branch.starts.iter().map(|&pc| Alternative { pc, first: None }));
        if let Some(inst) = self.insts.get_mut(branch.inst) {
            *inst = Inst::Branch { first, count };
        }
        for jump in branch.jumps {
            self.patch(jump);
        }
        Ok(())
    }

    /// The region is read: checks the word that must follow it.
    fn close(&mut self, close: Close) -> Result<(), Invalid> {
        let at = self.at;
        match close {
            Close::Root => {
                if self.code.get(at) != Some(&op::SUCCESS) {
                    return Err(Invalid);
                }
                self.emit(Inst::Success);
            }
            Close::Body(inst) => {
                if self.word(at)? != op::SUCCESS {
                    return Err(Invalid);
                }
                self.plain(Inst::Success, 1);
                self.patch(inst);
            }
            Close::Loop(inst, times) => {
                let body = inst as u32 + 1;
                let until = match self.word(at)? {
                    op::MAX_UNTIL => Inst::MaxUntil { body, times },
                    op::MIN_UNTIL => Inst::MinUntil { body, times },
                    _ => return Err(Invalid),
                };
                self.patch(inst);
                self.plain(until, 1);
            }
            Close::Alternative => {
                if self.word(at)? != op::JUMP {
                    return Err(Invalid);
                }
                let target = self.skip(at + 1)?;
                let jump = self.emit(Inst::Jump(0));
                let branch = self.branches.last_mut().ok_or(Invalid)?;
                branch.jumps.push(jump);
                if *branch.target.get_or_insert(target) != target {
                    return Err(Invalid);
                }
                self.at = at + 2;
                self.alternative()?;
            }
            Close::Yes(inst) => self.patch(inst),
            Close::No(jump) => self.patch(jump),
        }
        Ok(())
    }

    /// INFO: `skip flags min max [length prefix-skip prefix overlap | charset]`.
    fn read_info(&mut self, at: usize, next: usize) -> Result<Info, Invalid> {
        let flags = self.word(at + 2)?;
        let mut info = Info { min_width: self.word(at + 3)? as usize, ..Info::default() };
        let known = op::INFO_PREFIX | op::INFO_LITERAL | op::INFO_CHARSET;
        let both = op::INFO_PREFIX | op::INFO_CHARSET;
        if flags & !known != 0
            || flags & both == both
            || flags & (op::INFO_LITERAL | op::INFO_PREFIX) == op::INFO_LITERAL
        {
            return Err(Invalid);
        }
        if flags & op::INFO_PREFIX != 0 {
            let (length, skip) = (self.word(at + 5)?, self.word(at + 6)?);
            let length_words = length as usize;
            info.prefix = self.words(at + 7, length_words)?.to_vec();
            let overlaps = (at + 7).checked_add(length_words).ok_or(Invalid)?;
            if self.words(overlaps, length_words)?.iter().any(|&overlap| overlap >= length) {
                return Err(Invalid);
            }
            if overlaps + length_words != next {
                return Err(Invalid);
            }
            info.prefix_skip = skip as usize;
            info.literal = flags & op::INFO_LITERAL != 0;
        } else if flags & op::INFO_CHARSET != 0 {
            let items = self.set_items(at + 5, next.checked_sub(1).ok_or(Invalid)?)?;
            info.first = Some(Item::Set(self.new_set(items, Fold::None)));
        } else if next != at + 5 {
            return Err(Invalid);
        }
        Ok(info)
    }
}
