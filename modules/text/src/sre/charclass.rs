//! What `re` asks of one character: case mappings and classes in the ASCII, Unicode and locale manner.
//! The only file of the engine that asks `krait-unicode`.

use krait_unicode::{case, character};

/// The C library's single-byte classes, filled in by whoever may call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocaleTable {
    /// `tolower` of each byte.
    pub lower: [u8; 256],
    /// `toupper` of each byte.
    pub upper: [u8; 256],
    /// `isalnum` of each byte.
    pub alnum: [bool; 256],
}

impl LocaleTable {
    #[allow(clippy::indexing_slicing, reason = "evaluated at compile time")]
    const fn of_c() -> Self {
        let mut table = Self { lower: [0; 256], upper: [0; 256], alnum: [false; 256] };
        let mut at = 0;
        while at < 256 {
            let byte = at as u8;
            table.lower[at] = byte.to_ascii_lowercase();
            table.upper[at] = byte.to_ascii_uppercase();
            table.alnum[at] = byte.is_ascii_alphanumeric();
            at += 1;
        }
        table
    }

    /// Lower case in the locale; what is no byte stays as it is.
    #[inline]
    pub fn lower(&self, ch: u32) -> u32 {
        byte(ch).and_then(|at| self.lower.get(at)).map_or(ch, |&low| u32::from(low))
    }

    /// Upper case in the locale; what is no byte stays as it is.
    #[inline]
    pub fn upper(&self, ch: u32) -> u32 {
        byte(ch).and_then(|at| self.upper.get(at)).map_or(ch, |&up| u32::from(up))
    }

    /// `\w` in the locale.
    #[inline]
    pub fn is_word(&self, ch: u32) -> bool {
        ch == u32::from(b'_') || byte(ch).and_then(|at| self.alnum.get(at)).copied().unwrap_or(false)
    }
}

/// The "C" locale.
pub static C_LOCALE: LocaleTable = LocaleTable::of_c();

#[inline]
fn byte(ch: u32) -> Option<usize> {
    u8::try_from(ch).ok().map(usize::from)
}

#[inline]
fn ascii(ch: u32) -> Option<u8> {
    u8::try_from(ch).ok().filter(u8::is_ascii)
}

/// Lower case of ASCII letters: `_sre.ascii_tolower`.
#[inline]
pub fn ascii_lower(ch: u32) -> u32 {
    ascii(ch).map_or(ch, |b| u32::from(b.to_ascii_lowercase()))
}

/// Whether ASCII knows another case of the character: `_sre.ascii_iscased`.
pub fn ascii_is_cased(ch: u32) -> bool {
    ascii(ch).is_some_and(|b| b.is_ascii_alphabetic())
}

/// Lower case, one character to one: `_sre.unicode_tolower`.
#[inline]
pub fn unicode_lower(ch: u32) -> u32 {
    case::to_lower(ch)
}

/// Upper case, one character to one.
#[inline]
pub fn unicode_upper(ch: u32) -> u32 {
    case::to_upper(ch)
}

/// Whether the character has another case: `_sre.unicode_iscased`.
pub fn unicode_is_cased(ch: u32) -> bool {
    let low = unicode_lower(ch);
    ch != low || ch != unicode_upper(ch)
}

/// `[0-9]`.
pub fn ascii_digit(ch: u32) -> bool {
    ascii(ch).is_some_and(|b| b.is_ascii_digit())
}

/// ASCII white space, vertical tab included.
pub fn ascii_space(ch: u32) -> bool {
    matches!(ch, 9..=13 | 32)
}

/// `[a-zA-Z0-9_]`.
#[inline]
pub fn ascii_word(ch: u32) -> bool {
    ascii(ch).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A decimal digit of any script.
pub fn unicode_digit(ch: u32) -> bool {
    character::is_decimal(ch)
}

/// White space as `str.isspace()` has it.
pub fn unicode_space(ch: u32) -> bool {
    character::is_space(ch)
}

/// `str.isalnum()` or the underscore.
#[inline]
pub fn unicode_word(ch: u32) -> bool {
    if ch < 128 { ascii_word(ch) } else { character::is_alnum(ch) }
}

/// A line break as `str.splitlines()` has it.
pub fn unicode_linebreak(ch: u32) -> bool {
    character::is_linebreak(ch)
}
