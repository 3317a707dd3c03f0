//! Character names: `unicodedata.name()`, `unicodedata.lookup()` and `\N{…}`, with aliases and named sequences.
//! Names are words of a dictionary; see `generate.py` for the layout of the tables.

use crate::database::{Version, is_assigned};
use crate::normalize::hangul_parts;
use crate::tables::names as t;
use std::cmp::Ordering;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A character.
    Character(u32),
    /// A named sequence: `lookup()` gives it, `\N{…}` does not.
    Sequence(&'static [u32]),
}

fn u16_at(part: usize, i: usize) -> usize {
    let at = part + 2 * i;
    t::NAMES.get(at..at + 2).map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8)
}

fn u24_at(part: usize, i: usize) -> usize {
    let at = part + 3 * i;
    t::NAMES
        .get(at..at + 3)
        .map_or(0, |b| usize::from(b[0]) | usize::from(b[1]) << 8 | usize::from(b[2]) << 16)
}

/// Text of a word.
fn word(i: usize) -> &'static [u8] {
    let (from, to) = (u24_at(t::WORD_PLACES, i), u24_at(t::WORD_PLACES, i + 1));
    t::NAMES.get(t::WORD_TEXT + from..t::WORD_TEXT + to).unwrap_or_default()
}

/// Codes of a name.
fn codes(i: usize) -> &'static [u8] {
    let (from, to) = (u24_at(t::NAME_PLACES, i), u24_at(t::NAME_PLACES, i + 1));
    t::NAMES.get(t::NAME_CODES + from..t::NAME_CODES + to).unwrap_or_default()
}

/// The place in `0..len` that `compare` finds equal, by bisection.
fn bisect(len: usize, compare: impl Fn(usize) -> Ordering) -> Option<usize> {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle) {
            Ordering::Equal => return Some(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

const HANGUL: &str = "HANGUL SYLLABLE ";

/// `name()`; `None` if the character has none (in that version).
pub fn name(cp: u32, version: Version) -> Option<String> {
    if version == Version::V3_2 && !is_assigned(cp, version) {
        return None;
    }
    if hangul_parts(cp).is_some() {
        let s = (cp - 0xAC00) as usize;
        return Some(format!("{HANGUL}{}{}{}", t::LEADS[s / 588], t::VOWELS[s % 588 / 28], t::TAILS[s % 28]));
    }
    for (prefix, named, ranges) in &t::RULES {
        if *named && ranges.iter().any(|(first, last)| (*first..=*last).contains(&cp)) {
            return Some(format!("{prefix}{cp:04X}"));
        }
    }
    let at = bisect(t::PLAIN, |i| (u24_at(t::NAME_POINTS, i) as u32).cmp(&cp))?;
    let mut out = Vec::with_capacity(t::LONGEST);
    let mut codes = codes(at).iter().map(|b| usize::from(*b));
    while let Some(code) = codes.next() {
        let code = if code < 192 { code } else { 192 + ((code - 192) << 8 | codes.next().unwrap_or(0)) };
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(word(u16_at(t::CODE_WORDS, code)));
    }
    String::from_utf8(out).ok()
}

/// The longest of `parts` that the text begins with: which one, and the rest.
fn longest<'a>(parts: &[&str], text: &'a [u8]) -> Option<(u32, &'a [u8])> {
    let best =
        (0..).zip(parts).filter(|(_, p)| text.starts_with(p.as_bytes())).max_by_key(|(_, p)| p.len())?;
    Some((best.0, text.get(best.1.len()..)?))
}

fn hangul(text: &[u8]) -> Option<u32> {
    let (l, text) = longest(&t::LEADS, text)?;
    // Vowels are never empty, so the longest lead is the right one.
    let (v, text) = longest(&t::VOWELS, text)?;
    let (t, text) = longest(&t::TAILS, text)?;
    text.is_empty().then_some(0xAC00 + (l * 21 + v) * 28 + t)
}

/// `lookup()`: finds a name, in any case of ASCII letters. In 3.2 it knows no aliases and sequences but, as CPython has
/// it, later characters too.
pub fn lookup(name: &[u8], version: Version) -> Option<Named> {
    if name.len() > t::LONGEST {
        return None;
    }
    find(&name.to_ascii_uppercase(), version)
}

fn find(name: &[u8], version: Version) -> Option<Named> {
    if let Some(rest) = name.strip_prefix(HANGUL.as_bytes()) {
        return hangul(rest).map(Named::Character);
    }
    for (prefix, _, ranges) in &t::RULES {
        if let Some(digits) = name.strip_prefix(prefix.as_bytes())
            && matches!(digits.len(), 4 | 5)
            && digits.iter().all(u8::is_ascii_hexdigit)
            && !(digits.len() == 5 && digits.starts_with(b"0"))
        {
            let cp = u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
            if ranges.iter().any(|(first, last)| (*first..=*last).contains(&cp)) {
                return Some(Named::Character(cp));
            }
        }
    }
    let mut wanted = Vec::with_capacity(name.len());
    for part in name.split(|b| *b == b' ') {
        let at = bisect(t::WORDS, |i| word(i).cmp(part))?;
        let code = u16_at(t::WORD_CODES, at);
        match code.checked_sub(192) {
            None => wanted.push(code as u8),
            Some(rest) => wanted.extend([192 + (rest >> 8) as u8, rest as u8]),
        }
    }
    let at = bisect(t::TOTAL, |i| codes(u16_at(t::NAME_ORDER, i)).cmp(&wanted))?;
    let at = u16_at(t::NAME_ORDER, at);
    match at.checked_sub(t::PLAIN) {
        None => Some(Named::Character(u24_at(t::NAME_POINTS, at) as u32)),
        Some(_) if version == Version::V3_2 => None,
        Some(hidden) => match t::ALIASES.get(hidden) {
            Some(cp) => Some(Named::Character(*cp)),
            None => t::SEQUENCES.get(hidden - t::ALIASES.len()).map(|s| Named::Sequence(s)),
        },
    }
}

/// The character of `\N{…}`.
pub fn lookup_character(name: &[u8]) -> Option<u32> {
    match lookup(name, Version::V16)? {
        Named::Character(cp) => Some(cp),
        Named::Sequence(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for cp in 0..0x110000 {
            if let Some(n) = name(cp, Version::V16) {
                assert_eq!(lookup(n.as_bytes(), Version::V16), Some(Named::Character(cp)), "{n}");
            }
        }
    }

    #[test]
    fn special_names() {
        let find = |n: &str| lookup(n.as_bytes(), Version::V16);
        let one = |cp| Some(Named::Character(cp));
        assert_eq!(find("cjk unified ideograph-4e00"), one(0x4E00));
        assert_eq!(find("CJK UNIFIED IDEOGRAPH-04E00"), None);
        assert_eq!(find("CJK UNIFIED IDEOGRAPH-004E00"), None);
        assert_eq!(find("hangul syllable gag"), one(0xAC01));
        assert_eq!(find("HANGUL SYLLABLE "), None);
        assert_eq!(find("TANGUT IDEOGRAPH-17000"), one(0x17000));
        assert_eq!(find("NBSP"), one(0xA0));
        assert_eq!(find("KEYCAP DIGIT ONE"), Some(Named::Sequence(&[0x31, 0xFE0F, 0x20E3])));
        assert_eq!(lookup_character(b"KEYCAP DIGIT ONE"), None);
        assert_eq!(find("Latin Small Letter A"), one(0x61));
        for bad in [
            "",
            " ",
            "LATIN",
            "LATIN SMALL LETTER",
            "LATIN  SMALL LETTER A",
            "é",
            "CJK UNIFIED IDEOGRAPH-F900",
        ] {
            assert_eq!(find(bad), None, "{bad}");
        }
        assert_eq!(name(0x17000, Version::V16), None);
        assert_eq!(name(0x1F600, Version::V3_2), None);
        assert_eq!(lookup(b"GRINNING FACE", Version::V3_2), one(0x1F600));
        assert_eq!(lookup(b"NBSP", Version::V3_2), None);
    }
}
