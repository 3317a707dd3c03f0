//! Looking an instruction up in a code object's exception table (`co_exceptiontable`): the binary form only.
//! Each entry is four variable-length numbers (start, length, target, depth << 1 | lasti), all offsets in code units; the first byte
//! of an entry has its high bit set, which makes binary search possible.

/// Where an exception goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    /// The handler's first instruction, in code units.
    pub target: usize,
    /// Stack slots that stay below it.
    pub depth: usize,
    /// The offset of the raising instruction is pushed below the exception.
    pub lasti: bool,
}

const START_BIT: u8 = 0x80;
const MORE_BIT: u8 = 0x40;

fn number(table: &[u8], at: &mut usize) -> Option<usize> {
    let first = *table.get(*at)?;
    *at += 1;
    let mut value = usize::from(first & 0x3f);
    let mut more = first & MORE_BIT != 0;
    while more {
        let byte = *table.get(*at)?;
        *at += 1;
        value = (value << 6) | usize::from(byte & 0x3f);
        more = byte & MORE_BIT != 0;
    }
    Some(value)
}

/// The handler that covers the instruction at `offset` (in code units).
pub fn find(table: &[u8], offset: usize) -> Option<Handler> {
    let entry_at = |mut at: usize| {
        while at > 0 && table.get(at).is_some_and(|b| b & START_BIT == 0) {
            at -= 1;
        }
        at
    };
    // Narrow down to a few bytes by the entries' starts, then scan.
    let (mut low, mut high) = (0, table.len());
    while high - low > 32 {
        let middle = entry_at(low + (high - low) / 2);
        if middle <= low {
            break;
        }
        let mut at = middle;
        if number(table, &mut at)? > offset {
            high = middle;
        } else {
            low = middle;
        }
    }
    let mut at = low;
    while at < table.len() {
        let start = number(table, &mut at)?;
        if start > offset {
            return None;
        }
        let length = number(table, &mut at)?;
        let target = number(table, &mut at)?;
        let depth_lasti = number(table, &mut at)?;
        if offset < start + length {
            return Some(Handler { target, depth: depth_lasti >> 1, lasti: depth_lasti & 1 != 0 });
        }
    }
    None
}

/// A range of instructions and its handler.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// First instruction covered, in code units.
    pub start: usize,
    /// End of the range.
    pub end: usize,
    /// Where an exception goes from there.
    pub handler: Handler,
}

/// All entries of a table.
pub fn entries(table: &[u8]) -> Vec<Entry> {
    let mut all = Vec::new();
    let mut at = 0;
    let mut next = || {
        Some((
            number(table, &mut at)?,
            number(table, &mut at)?,
            number(table, &mut at)?,
            number(table, &mut at)?,
        ))
    };
    while let Some((start, length, target, depth_lasti)) = next() {
        let handler = Handler { target, depth: depth_lasti >> 1, lasti: depth_lasti & 1 != 0 };
        all.push(Entry { start, end: start + length, handler });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(out: &mut Vec<u8>, value: usize, first: u8) {
        let mut parts = vec![(value & 0x3f) as u8];
        let mut rest = value >> 6;
        while rest != 0 {
            parts.push((rest & 0x3f) as u8 | MORE_BIT);
            rest >>= 6;
        }
        parts.reverse();
        parts[0] |= first;
        out.extend(parts);
    }

    fn entry(out: &mut Vec<u8>, start: usize, end: usize, target: usize, depth: usize, lasti: bool) {
        put(out, start, START_BIT);
        put(out, end - start, 0);
        put(out, target, 0);
        put(out, depth << 1 | usize::from(lasti), 0);
    }

    #[test]
    fn finds_by_range() {
        let mut table = Vec::new();
        for i in 0..100 {
            entry(&mut table, i * 10 + 2, i * 10 + 9, 5000 + i, i % 5, i % 2 == 1);
        }
        for i in 0..100 {
            let expected = Handler { target: 5000 + i, depth: i % 5, lasti: i % 2 == 1 };
            assert_eq!(find(&table, i * 10 + 2), Some(expected));
            assert_eq!(find(&table, i * 10 + 8), Some(expected));
            assert_eq!(find(&table, i * 10 + 9), None);
            assert_eq!(find(&table, i * 10 + 1), None);
        }
        assert_eq!(find(&[], 0), None);
        assert_eq!(find(&table, 100_000), None);
    }
}
