//! NFC, NFD, NFKC and NFKD (Unicode Standard Annex #15), with the quick check that lets most text pass untouched.

use crate::database::{Version, decomposition_row, is_assigned, record};
use crate::tables::decomposition::{COMPOSITIONS, CORRECTED};

/// A normalisation form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition.
    Nfkd,
    /// Canonical composition.
    Nfc,
    /// Compatibility decomposition, then canonical composition.
    Nfkc,
}

impl Form {
    /// The form of a name such as `NFC`.
    pub fn from_name(name: &str) -> Option<Form> {
        match name {
            "NFC" => Some(Form::Nfc),
            "NFD" => Some(Form::Nfd),
            "NFKC" => Some(Form::Nfkc),
            "NFKD" => Some(Form::Nfkd),
            _ => None,
        }
    }

    /// Place of its two bits in `Record::quick`.
    fn shift(self) -> u32 {
        match self {
            Form::Nfd => 0,
            Form::Nfkd => 2,
            Form::Nfc => 4,
            Form::Nfkc => 6,
        }
    }

    fn composes(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn is_compatible(self) -> bool {
        matches!(self, Form::Nfkd | Form::Nfkc)
    }
}

const S: u32 = 0xAC00;
const L: u32 = 0x1100;
const V: u32 = 0x1161;
const T: u32 = 0x11A7;
const L_COUNT: u32 = 19;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;

/// The two or three jamo of a Hangul syllable.
pub(crate) fn hangul_parts(cp: u32) -> Option<([u32; 3], usize)> {
    let s = cp.checked_sub(S).filter(|s| *s < L_COUNT * V_COUNT * T_COUNT)?;
    let tail = s % T_COUNT;
    let parts = [L + s / (V_COUNT * T_COUNT), V + s % (V_COUNT * T_COUNT) / T_COUNT, T + tail];
    Some((parts, if tail == 0 { 2 } else { 3 }))
}

/// What the quick check finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quick {
    /// Normalised.
    Yes,
    /// Only normalising tells.
    Maybe,
    /// Not normalised.
    No,
}

/// The quick check over a text.
pub fn quick_check(form: Form, text: impl Iterator<Item = u32>) -> Quick {
    let mut result = Quick::Yes;
    let mut previous = 0;
    for cp in text {
        // Below U+00A0 everything stays in every form.
        if cp < 0xA0 {
            previous = 0;
            continue;
        }
        let record = record(cp);
        if record.combining != 0 && previous > record.combining {
            return Quick::No;
        }
        previous = record.combining;
        match record.quick >> form.shift() & 3 {
            0 => {}
            1 => result = Quick::Maybe,
            _ => return Quick::No,
        }
    }
    result
}

fn decompose_into(cp: u32, compatible: bool, version: Version, out: &mut Vec<u32>) {
    if cp < 0xA0 {
        out.push(cp);
        return;
    }
    if let Some((parts, count)) = hangul_parts(cp) {
        out.extend(parts.iter().take(count));
        return;
    }
    match decomposition_row(cp) {
        Some((tag, text)) if (tag == 0 || compatible) && is_assigned(cp, version) => {
            if version == Version::V3_2
                && let Some((_, old)) = CORRECTED.iter().find(|c| c.0 == cp)
            {
                out.push(*old);
                return;
            }
            // The tables hold one step; the chains are short.
            for c in char::decode_utf16(text.iter().copied()) {
                decompose_into(
                    c.map_or_else(|e| e.unpaired_surrogate().into(), u32::from),
                    compatible,
                    version,
                    out,
                );
            }
        }
        _ => out.push(cp),
    }
}

/// Puts runs of combining marks into the order of their classes.
fn order(text: &mut [u32]) {
    let class = |cp: &u32| if *cp < 0x300 { 0 } else { record(*cp).combining };
    for run in text.chunk_by_mut(|a, b| (class(a) != 0) == (class(b) != 0)) {
        if run.len() > 1 && run.first().is_some_and(|c| class(c) != 0) {
            run.sort_by_key(class);
        }
    }
}

/// The character that two others compose to.
fn compose_pair(first: u32, second: u32) -> Option<u32> {
    if record(second).quick >> Form::Nfc.shift() & 3 != 1 {
        return None;
    }
    if let Some(l) = first.checked_sub(L).filter(|l| *l < L_COUNT)
        && let Some(v) = second.checked_sub(V).filter(|v| *v < V_COUNT)
    {
        return Some(S + (l * V_COUNT + v) * T_COUNT);
    }
    if let Some(s) = first.checked_sub(S).filter(|s| *s < L_COUNT * V_COUNT * T_COUNT && s % T_COUNT == 0)
        && let Some(t) = second.checked_sub(T).filter(|t| *t > 0 && *t < T_COUNT)
    {
        return Some(S + s + t);
    }
    let row = COMPOSITIONS.binary_search_by_key(&(first, second), |row| (row.0, row.1)).ok()?;
    Some(COMPOSITIONS[row].2)
}

/// Composes a decomposed and ordered text in place.
fn compose(text: &mut Vec<u32>) {
    let mut kept = 0;
    let mut starter = None;
    let mut last_class = 0;
    for i in 0..text.len() {
        let cp = text[i];
        let class = if cp < 0x300 { 0 } else { record(cp).combining };
        if let Some(at) = starter {
            // Blocked, if a mark of the same or a higher class, or another starter, stands between.
            let adjacent = kept == at + 1;
            if (adjacent || (last_class < class && last_class != 0))
                && let Some(composed) = compose_pair(text[at], cp)
            {
                text[at] = composed;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last_class = class;
        text[kept] = cp;
        kept += 1;
    }
    text.truncate(kept);
}

/// Normalises a text whether it needs it or not.
pub fn normalize(form: Form, text: impl Iterator<Item = u32>, version: Version) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.size_hint().0);
    for cp in text {
        decompose_into(cp, form.is_compatible(), version, &mut out);
    }
    order(&mut out);
    if form.composes() {
        compose(&mut out);
    }
    out
}

/// Normalises a text; `None` if the quick check shows that it is normalised already.
pub fn normalize_if_needed(
    form: Form,
    text: impl Iterator<Item = u32> + Clone,
    version: Version,
) -> Option<Vec<u32>> {
    if version == Version::V16 && quick_check(form, text.clone()) == Quick::Yes {
        return None;
    }
    Some(normalize(form, text, version))
}

/// `is_normalized()`.
pub fn is_normalized(form: Form, text: impl Iterator<Item = u32> + Clone, version: Version) -> bool {
    if version == Version::V16 {
        match quick_check(form, text.clone()) {
            Quick::Yes => return true,
            Quick::No => return false,
            Quick::Maybe => {}
        }
    }
    normalize(form, text.clone(), version).into_iter().eq(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(form: Form, text: &str) -> String {
        let cps = normalize(form, text.chars().map(u32::from), Version::V16);
        cps.into_iter().filter_map(char::from_u32).collect()
    }

    #[test]
    fn forms() {
        assert_eq!(n(Form::Nfd, "é각"), "e\u{301}\u{1100}\u{1161}\u{11a8}");
        assert_eq!(n(Form::Nfc, "e\u{301}\u{1100}\u{1161}\u{11a8}"), "é각");
        assert_eq!(n(Form::Nfkc, "ﬁ①\u{fdfa}").chars().count(), 21);
        assert_eq!(n(Form::Nfd, "a\u{301}\u{323}"), "a\u{323}\u{301}");
        assert_eq!(n(Form::Nfc, "a\u{301}\u{323}"), "\u{1ea1}\u{301}");
        assert!(is_normalized(Form::Nfc, "é".chars().map(u32::from), Version::V16));
        assert!(!is_normalized(Form::Nfd, "é".chars().map(u32::from), Version::V16));
        assert!(!is_normalized(Form::Nfc, "e\u{301}".chars().map(u32::from), Version::V16));
    }
}
