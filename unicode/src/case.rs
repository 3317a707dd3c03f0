//! Case mappings of single code points, simple and full, and whole-string case conversion with the final-sigma rule.

use crate::character::{is_case_ignorable, is_cased, record};
use crate::tables::types::{CASES, MULTI_CASE, MULTI_FOLD, MULTI_LOWER, MULTI_TITLE, MULTI_UPPER};

/// No full mapping is longer than this.
pub const MAX_EXPANSION: usize = 3;

/// The result of a full case mapping: one to three code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    len: u8,
    cps: [u32; MAX_EXPANSION],
}

impl Mapping {
    #[inline]
    fn one(cp: u32) -> Mapping {
        Mapping { len: 1, cps: [cp, 0, 0] }
    }

    fn many(cps: &[u32]) -> Mapping {
        let mut mapping = Mapping { len: cps.len() as u8, cps: [0; MAX_EXPANSION] };
        for (to, from) in mapping.cps.iter_mut().zip(cps) {
            *to = *from;
        }
        mapping
    }

    /// The code points.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.cps[..self.len as usize]
    }
}

#[inline]
fn shifted(cp: u32, distance: i32) -> u32 {
    cp.wrapping_add_signed(distance)
}

/// Simple lower case: always one code point. What `re` uses.
#[inline]
pub fn to_lower(cp: u32) -> u32 {
    shifted(cp, CASES[record(cp).case as usize].lower)
}

/// Simple upper case: always one code point.
#[inline]
pub fn to_upper(cp: u32) -> u32 {
    shifted(cp, CASES[record(cp).case as usize].upper)
}

/// Simple title case: always one code point.
#[inline]
pub fn to_title(cp: u32) -> u32 {
    shifted(cp, CASES[record(cp).case as usize].title)
}

macro_rules! full_mappings {
    ($($(#[$doc:meta])* $name:ident, $field:ident, $table:ident;)*) => {
        $($(#[$doc])*
        #[inline]
        pub fn $name(cp: u32) -> Mapping {
            let record = record(cp);
            if record.flags & MULTI_CASE != 0
                && let Ok(row) = $table.binary_search_by_key(&cp, |row| row.0)
            {
                return Mapping::many($table[row].1);
            }
            Mapping::one(shifted(cp, CASES[record.case as usize].$field))
        })*
    };
}

full_mappings! {
    /// Full lower case; a capital sigma gives the non-final form.
    full_lower, lower, MULTI_LOWER;
    /// Full upper case.
    full_upper, upper, MULTI_UPPER;
    /// Full title case.
    full_title, title, MULTI_TITLE;
    /// Full case folding.
    full_fold, fold, MULTI_FOLD;
}

const CAPITAL_SIGMA: u32 = 0x3A3;

/// Whether the capital sigma at `at` ends a word: a cased character stands before it and none after it, skipping
/// case-ignorable ones. `get` reads the text of `len` characters.
fn is_final_sigma(get: &impl Fn(usize) -> u32, at: usize, len: usize) -> bool {
    let before = (0..at).rev().map(get).find(|&c| !is_case_ignorable(c));
    let after = (at + 1..len).map(get).find(|&c| !is_case_ignorable(c));
    before.is_some_and(is_cased) && !after.is_some_and(is_cased)
}

fn push_lower(get: &impl Fn(usize) -> u32, at: usize, len: usize, c: u32, out: &mut Vec<u32>) {
    if c == CAPITAL_SIGMA {
        out.push(if is_final_sigma(get, at, len) { 0x3C2 } else { 0x3C3 });
    } else {
        out.extend_from_slice(full_lower(c).as_slice());
    }
}

/// `str.lower()` of a text of `len` characters read through `get`.
pub fn lower_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    let mut out = Vec::with_capacity(len);
    for i in 0..len {
        push_lower(&get, i, len, get(i), &mut out);
    }
    out
}

/// `str.upper()`.
pub fn upper_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    let mut out = Vec::with_capacity(len);
    for i in 0..len {
        out.extend_from_slice(full_upper(get(i)).as_slice());
    }
    out
}

/// `str.casefold()`.
pub fn fold_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    let mut out = Vec::with_capacity(len);
    for i in 0..len {
        out.extend_from_slice(full_fold(get(i)).as_slice());
    }
    out
}

/// `str.title()`.
pub fn title_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    let mut out = Vec::with_capacity(len);
    let mut in_word = false;
    for i in 0..len {
        let c = get(i);
        if in_word {
            push_lower(&get, i, len, c, &mut out);
        } else {
            out.extend_from_slice(full_title(c).as_slice());
        }
        in_word = is_cased(c);
    }
    out
}

/// `str.capitalize()`.
pub fn capitalize_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    let mut out = Vec::with_capacity(len);
    if len > 0 {
        out.extend_from_slice(full_title(get(0)).as_slice());
    }
    for i in 1..len {
        push_lower(&get, i, len, get(i), &mut out);
    }
    out
}

/// `str.swapcase()`.
pub fn swapcase_text(get: impl Fn(usize) -> u32, len: usize) -> Vec<u32> {
    use crate::character::{is_lower, is_upper};
    let mut out = Vec::with_capacity(len);
    for i in 0..len {
        let c = get(i);
        if is_upper(c) {
            push_lower(&get, i, len, c, &mut out);
        } else if is_lower(c) {
            out.extend_from_slice(full_upper(c).as_slice());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(f: fn(&dyn Fn(usize) -> u32, usize) -> Vec<u32>, s: &str) -> String {
        let cps: Vec<u32> = s.chars().map(u32::from).collect();
        f(&|i| cps[i], cps.len()).into_iter().filter_map(char::from_u32).collect()
    }

    #[test]
    fn whole_texts() {
        assert_eq!(apply(|g, n| lower_text(g, n), "ΑΣ ΣΑΣ. Σ İ"), "ας σας. σ i̇");
        assert_eq!(apply(|g, n| upper_text(g, n), "straße ŉ ﬃ"), "STRASSE ʼN FFI");
        assert_eq!(apply(|g, n| title_text(g, n), "they're ǆ ßa 1st"), "They'Re ǅ Ssa 1St");
        assert_eq!(apply(|g, n| capitalize_text(g, n), "ǆ FOO ΑΣ"), "ǅ foo ας");
        assert_eq!(apply(|g, n| swapcase_text(g, n), "aBß ΑΣ"), "AbSS ας");
        assert_eq!(apply(|g, n| fold_text(g, n), "ẞß Ꭰ"), "ssss Ꭰ");
    }
}
