//! Character sets: the operand of IN and of the case-blind literals, with a table for the first 256 characters.

use super::charclass::{self, C_LOCALE, LocaleTable};
use super::opcodes as op;
use super::subject::CodeUnit;

/// How a character is folded before the set is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    /// As it is.
    None,
    /// Lower case of ASCII.
    Ascii,
    /// Lower case of Unicode.
    Unicode,
    /// Both cases of the locale.
    Locale,
}

/// One member of a set, asked in order until one decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SetItem {
    /// From here on a member means "not in the set".
    Negate,
    /// One character.
    Literal(u32),
    /// A character equal to this as it is or in either case of the locale.
    EitherCase(u32),
    /// First and last.
    Range(u32, u32),
    /// A range that the character or its upper case is in.
    RangeUpper(u32, u32),
    /// A category number.
    Category(u32),
    /// Bits of the first 256 characters.
    Bits([u32; 8]),
    /// Block number of each 256 characters of the BMP, and the blocks' bits.
    Blocks(Box<[u8]>, Box<[u32]>),
}

/// Whether `ch` is in category `number`.
pub(super) fn in_category(number: u32, ch: u32, locale: &LocaleTable) -> bool {
    let positive = match number & !1 {
        op::CATEGORY_DIGIT => charclass::ascii_digit(ch),
        op::CATEGORY_SPACE => charclass::ascii_space(ch),
        op::CATEGORY_WORD => charclass::ascii_word(ch),
        op::CATEGORY_LINEBREAK => ch == 10,
        op::CATEGORY_LOC_WORD => locale.is_word(ch),
        op::CATEGORY_UNI_DIGIT => charclass::unicode_digit(ch),
        op::CATEGORY_UNI_SPACE => charclass::unicode_space(ch),
        op::CATEGORY_UNI_WORD => charclass::unicode_word(ch),
        op::CATEGORY_UNI_LINEBREAK => charclass::unicode_linebreak(ch),
        _ => return false,
    };
    positive != (number & 1 == 1)
}

fn bit(words: &[u32], index: u32) -> bool {
    words.get((index >> 5) as usize).is_some_and(|word| word >> (index & 31) & 1 == 1)
}

/// A set of characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    table: Box<[bool; 256]>,
    items: Vec<SetItem>,
    fold: Fold,
    /// Whether the answer depends on the locale of the moment, which makes the table void.
    pub dynamic: bool,
}

impl CharSet {
    pub fn new(items: Vec<SetItem>, fold: Fold) -> Self {
        let dynamic = fold == Fold::Locale
            || items.iter().any(|item| match item {
                SetItem::EitherCase(_) => true,
                SetItem::Category(number) => number & !1 == op::CATEGORY_LOC_WORD,
                _ => false,
            });
        let mut set = Self { table: Box::new([false; 256]), items, fold, dynamic };
        if !dynamic {
            let mut ch = 0;
            let table = [(); 256].map(|()| {
                let held = set.ask(ch, &C_LOCALE);
                ch += 1;
                held
            });
            *set.table = table;
        }
        set
    }

    /// Whether the set holds the character.
    #[inline]
    pub fn contains<T: CodeUnit>(&self, unit: T, locale: &LocaleTable) -> bool {
        match u8::try_from(unit.code()) {
            Ok(byte) if !self.dynamic => self.low(byte),
            _ => self.ask(unit.code(), locale),
        }
    }

    /// Whether a set that is not dynamic holds a character below 256.
    #[inline]
    pub fn low(&self, byte: u8) -> bool {
        self.table.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// The answers for the characters below 256, if they are fixed.
    pub fn table(&self) -> Option<&[bool; 256]> {
        (!self.dynamic).then_some(&*self.table)
    }

    /// Whether the set holds a given code point, when that does not depend on the locale.
    pub fn fixed(&self, ch: u32) -> Option<bool> {
        (!self.dynamic).then(|| self.ask(ch, &C_LOCALE))
    }

    /// Length of the run of members that `text` begins with.
    #[inline]
    pub fn run<T: CodeUnit>(&self, text: &[T], locale: &LocaleTable) -> usize {
        let outside = if T::BYTE && !self.dynamic {
            let table = &*self.table;
            text.iter().position(|unit| !table.get((unit.code() & 255) as usize).copied().unwrap_or(false))
        } else {
            text.iter().position(|&unit| !self.contains(unit, locale))
        };
        outside.unwrap_or(text.len())
    }

    /// Where the first member stands.
    #[inline]
    pub fn find<T: CodeUnit>(&self, text: &[T], locale: &LocaleTable) -> Option<usize> {
        if T::BYTE && !self.dynamic {
            let table = &*self.table;
            text.iter().position(|unit| table.get((unit.code() & 255) as usize).copied().unwrap_or(false))
        } else {
            text.iter().position(|&unit| self.contains(unit, locale))
        }
    }

    #[inline(never)]
    fn ask(&self, ch: u32, locale: &LocaleTable) -> bool {
        match self.fold {
            Fold::None => self.holds(ch, locale),
            Fold::Ascii => self.holds(charclass::ascii_lower(ch), locale),
            Fold::Unicode => self.holds(charclass::unicode_lower(ch), locale),
            Fold::Locale => {
                let (low, up) = (locale.lower(ch), locale.upper(ch));
                // Either case decides: it puts the character in, or out of a complement.
                if self.items.first() == Some(&SetItem::Negate) {
                    self.holds(low, locale) && self.holds(up, locale)
                } else {
                    self.holds(low, locale) || self.holds(up, locale)
                }
            }
        }
    }

    fn holds(&self, ch: u32, locale: &LocaleTable) -> bool {
        let mut yes = true;
        for item in &self.items {
            let found = match item {
                SetItem::Negate => {
                    yes = !yes;
                    false
                }
                &SetItem::Literal(lit) => ch == lit,
                &SetItem::EitherCase(lit) => ch == lit || locale.lower(ch) == lit || locale.upper(ch) == lit,
                &SetItem::Range(low, high) => (low..=high).contains(&ch),
                &SetItem::RangeUpper(low, high) => {
                    (low..=high).contains(&ch) || (low..=high).contains(&charclass::unicode_upper(ch))
                }
                &SetItem::Category(number) => in_category(number, ch, locale),
                SetItem::Bits(bits) => ch < 256 && bit(bits, ch),
                SetItem::Blocks(index, bits) => {
                    let block = index.get((ch >> 8) as usize);
                    block.is_some_and(|&block| bit(bits, (u32::from(block) << 8) | (ch & 255)))
                }
            };
            if found {
                return yes;
            }
        }
        !yes
    }
}
