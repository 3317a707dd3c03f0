//! The character database as `unicodedata` shows it, in version 16.0 and (for `unicodedata.ucd_3_2_0`) 3.2.

use crate::normalize::hangul_parts;
use crate::tables::database::{
    BIDI, CATEGORIES, DATABASE, DATABASE_3_2, DATABASE_SHIFT, DATABASE_STAGE1, DATABASE_STAGE2, NUMBERS,
    OLD_SHIFT, OLD_STAGE1, OLD_STAGE2, Record, WIDTHS,
};
use crate::tables::decomposition::{
    DECOMPOSITION_PLACES, DECOMPOSITION_SHIFT, DECOMPOSITION_STAGE1, DECOMPOSITION_STAGE2,
    DECOMPOSITION_TAGS, DECOMPOSITION_TEXT, TAGS,
};

/// A version of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 16.0.0: `unicodedata`.
    V16,
    /// 3.2.0: `unicodedata.ucd_3_2_0`.
    V3_2,
}

impl Version {
    /// What `unidata_version` says.
    pub fn name(self) -> &'static str {
        match self {
            Version::V16 => "16.0.0",
            Version::V3_2 => "3.2.0",
        }
    }
}

const LAST: u32 = 0x10FFFF;

/// The record in 16.0.
#[inline]
pub fn record(cp: u32) -> &'static Record {
    let cp = cp.min(LAST);
    let block = DATABASE_STAGE1[(cp >> DATABASE_SHIFT) as usize] as usize;
    let row = DATABASE_STAGE2[(block << DATABASE_SHIFT) + (cp & ((1 << DATABASE_SHIFT) - 1)) as usize];
    &DATABASE[row as usize]
}

/// The record in a version.
pub fn record_in(cp: u32, version: Version) -> &'static Record {
    if version == Version::V3_2 {
        let cp = cp.min(LAST);
        let block = OLD_STAGE1[(cp >> OLD_SHIFT) as usize] as usize;
        let row = OLD_STAGE2[(block << OLD_SHIFT) + (cp & ((1 << OLD_SHIFT) - 1)) as usize] as usize;
        if let Some(row) = row.checked_sub(1) {
            return &DATABASE_3_2[row];
        }
    }
    record(cp)
}

/// `category()`, such as `Lu`.
pub fn category(cp: u32, version: Version) -> &'static str {
    CATEGORIES[record_in(cp, version).category as usize]
}

/// Whether the version assigns the code point.
pub fn is_assigned(cp: u32, version: Version) -> bool {
    record_in(cp, version).category != 0
}

/// `bidirectional()`; empty if unassigned.
pub fn bidirectional(cp: u32, version: Version) -> &'static str {
    BIDI[record_in(cp, version).bidi as usize]
}

/// `combining()`.
pub fn combining(cp: u32, version: Version) -> u8 {
    record_in(cp, version).combining
}

/// `east_asian_width()`.
pub fn east_asian_width(cp: u32, version: Version) -> &'static str {
    WIDTHS[record_in(cp, version).width as usize]
}

/// `mirrored()`.
pub fn mirrored(cp: u32, version: Version) -> bool {
    record_in(cp, version).mirrored
}

/// `decimal()`.
pub fn decimal(cp: u32, version: Version) -> Option<u8> {
    u8::try_from(record_in(cp, version).decimal).ok()
}

/// `digit()`.
pub fn digit(cp: u32, version: Version) -> Option<u8> {
    u8::try_from(record_in(cp, version).digit).ok()
}

/// `numeric()`.
pub fn numeric(cp: u32, version: Version) -> Option<f64> {
    usize::from(record_in(cp, version).number).checked_sub(1).and_then(|at| NUMBERS.get(at).copied())
}

/// One step of decomposition from the tables (Hangul syllables are not there): kind and UTF-16 text.
pub(crate) fn decomposition_row(cp: u32) -> Option<(u8, &'static [u16])> {
    let cp = cp.min(LAST);
    let block = DECOMPOSITION_STAGE1[(cp >> DECOMPOSITION_SHIFT) as usize] as usize;
    let at = (block << DECOMPOSITION_SHIFT) + (cp & ((1 << DECOMPOSITION_SHIFT) - 1)) as usize;
    let row = DECOMPOSITION_STAGE2[at] as usize;
    if row == 0 {
        return None;
    }
    let text = DECOMPOSITION_PLACES[row] as usize..DECOMPOSITION_PLACES[row + 1] as usize;
    Some((DECOMPOSITION_TAGS[row], &DECOMPOSITION_TEXT[text]))
}

/// `decomposition()`: an optional kind in angle brackets and code points in hexadecimal; empty if there is none.
pub fn decomposition(cp: u32, version: Version) -> String {
    let mut out = String::new();
    let mut push = |text: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(text);
    };
    if let Some((parts, count)) = hangul_parts(cp) {
        parts.iter().take(count).for_each(|part| push(&format!("{part:04X}")));
    } else if let Some((tag, text)) = decomposition_row(cp)
        && is_assigned(cp, version)
    {
        if tag != 0 {
            push(TAGS[tag as usize]);
        }
        for c in char::decode_utf16(text.iter().copied()) {
            push(&format!("{:04X}", c.map_or_else(|e| e.unpaired_surrogate().into(), u32::from)));
        }
    }
    out
}
