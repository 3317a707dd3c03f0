//! Substring search for `str` and `bytes`: find, count, and the places that `replace` and `split` work on. Both texts have
//! one layout; the caller widens a narrower needle, and knows that a wider one occurs nowhere.

use crate::unit::CodeUnit;

/// First place of `needle`; an empty one is found at 0.
pub fn find<T: CodeUnit>(text: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [unit] => T::find_unit(text, *unit),
        _ if needle.len() > text.len() => None,
        _ => T::find_units(text, needle),
    }
}

/// Last place of `needle`; an empty one is found at the end.
pub fn rfind<T: CodeUnit>(text: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => Some(text.len()),
        [unit] => T::rfind_unit(text, *unit),
        _ if needle.len() > text.len() => None,
        _ => T::rfind_units(text, needle),
    }
}

/// Whether `needle` occurs.
pub fn contains<T: CodeUnit>(text: &[T], needle: &[T]) -> bool {
    find(text, needle).is_some()
}

/// Places of `needle` (not empty) from the left, not overlapping.
pub fn places<'a, T: CodeUnit>(text: &'a [T], needle: &'a [T]) -> impl Iterator<Item = usize> + 'a {
    // An empty needle, which has no places here, is not for the iterators.
    (!needle.is_empty()).then(|| T::places(text, needle)).into_iter().flatten()
}

/// `text.count(needle)`, at most `most`; an empty needle occurs around every unit.
pub fn count<T: CodeUnit>(text: &[T], needle: &[T], most: usize) -> usize {
    match needle {
        [] => (text.len() + 1).min(most),
        [unit] if most >= text.len() => text.iter().filter(|c| *c == unit).count(),
        _ => places(text, needle).take(most).count(),
    }
}

/// From so many units on a text is long.
const COUNTED: usize = 1 << 16;

/// `text.replace(old, new, most)`; `None` if nothing is to be replaced, so that the caller can give back the same object.
pub fn replace<T: CodeUnit>(text: &[T], old: &[T], new: &[T], most: usize) -> Option<Vec<T>> {
    if most == 0 || (old.is_empty() && new.is_empty()) {
        return None;
    }
    if old.is_empty() {
        let inserted = most.min(text.len() + 1);
        let mut out = Vec::with_capacity(text.len() + new.len().saturating_mul(inserted));
        for i in 0..inserted {
            out.extend_from_slice(new);
            out.extend(text.get(i));
        }
        out.extend_from_slice(text.get(inserted..).unwrap_or_default());
        return Some(out);
    }
    let first = find(text, old)?;
    if let ([old], [new]) = (old, new) {
        let mut out = text.to_vec();
        let mut left = most;
        for c in out.iter_mut().skip(first) {
            if c == old && left > 0 {
                *c = *new;
                left -= 1;
            }
        }
        return Some(out);
    }
    let growth = new.len().saturating_sub(old.len());
    // Long texts are counted first: growing step by step would take twice the room.
    let inserted = if growth > 0 && text.len() >= COUNTED { count(text, old, most) } else { 1 };
    let mut out = Vec::with_capacity(text.len() + growth.saturating_mul(inserted));
    let mut done = 0;
    for at in places(text, old).take(most) {
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(new);
        done = at + old.len();
    }
    out.extend_from_slice(&text[done..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_bytes() {
        assert_eq!(find(b"hello", b"l"), Some(2));
        assert_eq!(rfind(b"hello", b"l"), Some(3));
        assert_eq!(find(b"hello", b"lo"), Some(3));
        assert_eq!(find(b"hello", b""), Some(0));
        assert_eq!(rfind(b"hello", b""), Some(5));
        assert_eq!(find(b"a", b"ab"), None);
        assert_eq!(count(b"aaaa", b"aa", usize::MAX), 2);
        assert_eq!(count(b"abc", b"", usize::MAX), 4);
        assert_eq!(count(b"aaaa", b"a", 3), 3);
        let r = |t: &str, a: &str, b: &str, n| {
            replace(t.as_bytes(), a.as_bytes(), b.as_bytes(), n).map(|v| String::from_utf8(v).expect("ascii"))
        };
        assert_eq!(r("abab", "b", "xy", usize::MAX).as_deref(), Some("axyaxy"));
        assert_eq!(r("abab", "b", "c", 1).as_deref(), Some("acab"));
        assert_eq!(r("ab", "", "-", usize::MAX).as_deref(), Some("-a-b-"));
        assert_eq!(r("ab", "", "-", 2).as_deref(), Some("-a-b"));
        assert_eq!(r("ab", "", "-", 1).as_deref(), Some("-ab"));
        assert_eq!(r("abc", "abc", "", usize::MAX).as_deref(), Some(""));
        assert_eq!(r("abc", "x", "y", usize::MAX), None);
        assert_eq!(r("", "", "y", usize::MAX).as_deref(), Some("y"));
    }
}
