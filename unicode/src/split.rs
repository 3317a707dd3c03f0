//! Splitting, stripping and partitioning: index ranges only, handed to the caller one by one so that it can build its
//! objects (and fail) as it likes. The functions for the right side go from right to left; `most` is the greatest
//! number of cuts.

use crate::search;
use crate::unit::CodeUnit;
use std::ops::Range;

/// `split(None, most)`: words between runs of spaces.
pub fn split_spaces<T: CodeUnit, E>(
    text: &[T],
    most: usize,
    is_space: impl Fn(T) -> bool,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    let skip = |from: usize, space: bool| {
        text.iter().skip(from).position(|c| is_space(*c) != space).map_or(text.len(), |n| from + n)
    };
    let mut at = skip(0, true);
    let mut cuts = 0;
    while at < text.len() {
        if cuts == most {
            // The rest stays whole, with the spaces at its end.
            return each(at..text.len());
        }
        let end = skip(at, false);
        each(at..end)?;
        cuts += 1;
        at = skip(end, true);
    }
    Ok(())
}

/// `rsplit(None, most)`, from right to left.
pub fn rsplit_spaces<T: CodeUnit, E>(
    text: &[T],
    most: usize,
    is_space: impl Fn(T) -> bool,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    let skip = |to: usize, space: bool| {
        text.iter().take(to).rposition(|c| is_space(*c) != space).map_or(0, |last| last + 1)
    };
    let mut at = skip(text.len(), true);
    let mut cuts = 0;
    while at > 0 {
        if cuts == most {
            return each(0..at);
        }
        let start = skip(at, false);
        each(start..at)?;
        cuts += 1;
        at = skip(start, true);
    }
    Ok(())
}

/// `split(separator, most)`; the separator is not empty.
pub fn split<T: CodeUnit, E>(
    text: &[T],
    separator: &[T],
    most: usize,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    let mut from = 0;
    if let [unit] = separator {
        for _ in 0..most {
            let Some(n) = T::find_unit(&text[from..], *unit) else { break };
            each(from..from + n)?;
            from += n + 1;
        }
        return each(from..text.len());
    }
    for at in search::places(text, separator).take(most) {
        each(from..at)?;
        from = at + separator.len();
    }
    each(from..text.len())
}

/// `rsplit(separator, most)`, from right to left; the separator is not empty.
pub fn rsplit<T: CodeUnit, E>(
    text: &[T],
    separator: &[T],
    most: usize,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    let mut to = text.len();
    if !separator.is_empty() {
        for _ in 0..most {
            let Some(at) = search::rfind(&text[..to], separator) else { break };
            each(at + separator.len()..to)?;
            to = at;
        }
    }
    each(0..to)
}

/// `splitlines(keep_ends)`. `\r\n` is one end of line.
pub fn split_lines<T: CodeUnit, E>(
    text: &[T],
    keep_ends: bool,
    is_linebreak: impl Fn(T) -> bool,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    let mut from = 0;
    while from < text.len() {
        let end = text.iter().skip(from).position(|c| is_linebreak(*c)).map_or(text.len(), |n| from + n);
        let pair = || matches!(text.get(end..end + 2), Some([a, b]) if a.get() == 13 && b.get() == 10);
        let next = if end == text.len() {
            end
        } else if pair() {
            end + 2
        } else {
            end + 1
        };
        each(from..if keep_ends { next } else { end })?;
        from = next;
    }
    Ok(())
}

/// Which sides to strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// `lstrip`.
    Left,
    /// `rstrip`.
    Right,
    /// `strip`.
    Both,
}

/// What stays after stripping the units that `strip` accepts.
pub fn strip<T: CodeUnit>(text: &[T], sides: Sides, strip: impl Fn(T) -> bool) -> Range<usize> {
    let start = match sides {
        Sides::Right => 0,
        _ => text.iter().position(|c| !strip(*c)).unwrap_or(text.len()),
    };
    let end = match sides {
        Sides::Left => text.len(),
        _ => text.iter().rposition(|c| !strip(*c)).map_or(start, |last| last + 1),
    };
    start..end.max(start)
}

/// `partition` (or `rpartition`): where the separator stands.
pub fn partition<T: CodeUnit>(text: &[T], separator: &[T], last: bool) -> Option<Range<usize>> {
    let at = if last { search::rfind(text, separator) } else { search::find(text, separator) }?;
    Some(at..at + separator.len())
}

/// Whether `bytes` methods take a byte for a space.
#[inline]
pub fn is_ascii_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether `bytes.splitlines` breaks at a byte.
#[inline]
pub fn is_ascii_linebreak(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(
        run: impl FnOnce(&mut dyn FnMut(Range<usize>) -> Result<(), ()>) -> Result<(), ()>,
        text: &str,
    ) -> Vec<String> {
        let mut out = Vec::new();
        run(&mut |r| {
            out.push(text[r].to_string());
            Ok(())
        })
        .expect("no failure");
        out
    }

    #[test]
    fn splits() {
        let spaces = |t: &str, n| all(|e| split_spaces(t.as_bytes(), n, is_ascii_space, e), t);
        assert_eq!(spaces("  a b  c ", usize::MAX), ["a", "b", "c"]);
        assert_eq!(spaces("  a b  c ", 1), ["a", "b  c "]);
        assert_eq!(spaces("  a b  c ", 0), ["a b  c "]);
        assert!(spaces("   ", 3).is_empty());
        let rspaces = |t: &str, n| all(|e| rsplit_spaces(t.as_bytes(), n, is_ascii_space, e), t);
        assert_eq!(rspaces("  a b  c ", 1), ["c", "  a b"]);
        assert_eq!(rspaces("  a b  c ", usize::MAX), ["c", "b", "a"]);
        let by = |t: &str, n| all(|e| split(t.as_bytes(), b",", n, e), t);
        assert_eq!(by("a,,b,", usize::MAX), ["a", "", "b", ""]);
        assert_eq!(by("a,,b,", 1), ["a", ",b,"]);
        let rby = |t: &str, n| all(|e| rsplit(t.as_bytes(), b"--", n, e), t);
        assert_eq!(rby("a---b", usize::MAX), ["b", "a-"]);
        assert_eq!(rby("a--b--c", 1), ["c", "a--b"]);
        let lines = |t: &str, k| all(|e| split_lines(t.as_bytes(), k, is_ascii_linebreak, e), t);
        assert_eq!(lines("a\r\nb\n\rc", false), ["a", "b", "", "c"]);
        assert_eq!(lines("a\r\nb\n\rc\n", true), ["a\r\n", "b\n", "\r", "c\n"]);
    }

    #[test]
    fn strips() {
        let s = |t: &str, sides| strip(t.as_bytes(), sides, is_ascii_space);
        assert_eq!(s(" a ", Sides::Both), 1..2);
        assert_eq!(s(" a ", Sides::Left), 1..3);
        assert_eq!(s(" a ", Sides::Right), 0..2);
        assert_eq!(s("  ", Sides::Both).len(), 0);
        assert_eq!(s("  ", Sides::Right), 0..0);
    }
}
