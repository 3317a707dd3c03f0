//! The exception table (`co_exceptiontable`): which handler protects which instructions. An entry is four varints
//! (start, length, target, depth and lasti flag), six bits a byte, most significant first; bit 7 marks an
//! entry's first byte.

/// A protected range. Offsets are in code units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExceptionEntry {
    /// First code unit.
    pub start: u32,
    /// Code unit after the last.
    pub end: u32,
    /// The handler.
    pub target: u32,
    /// Stack depth to unwind to before the handler's values are pushed.
    pub depth: u32,
    /// Whether the raising instruction's offset is pushed below the exception.
    pub lasti: bool,
}

/// Appends an entry.
pub fn write_entry(table: &mut Vec<u8>, entry: &ExceptionEntry) {
    write_item(table, entry.start, 0x80);
    write_item(table, entry.end - entry.start, 0);
    write_item(table, entry.target, 0);
    write_item(table, entry.depth << 1 | u32::from(entry.lasti), 0);
}

fn write_item(table: &mut Vec<u8>, value: u32, mut mark: u8) {
    for shift in [24, 18, 12, 6] {
        if value >> shift != 0 {
            table.push((value >> shift) as u8 & 0x3f | 0x40 | mark);
            mark = 0;
        }
    }
    table.push(value as u8 & 0x3f | mark);
}

/// Reads a table from first to last entry. A truncated last entry is left out.
#[derive(Clone, Debug)]
pub struct ExceptionTable<'a> {
    rest: &'a [u8],
}

impl<'a> ExceptionTable<'a> {
    /// A reader for a code object's table.
    #[must_use]
    pub fn new(table: &'a [u8]) -> Self {
        Self { rest: table }
    }

    /// The handler that protects a code unit. Entries do not overlap and are sorted.
    #[must_use]
    pub fn lookup(self, unit: u32) -> Option<ExceptionEntry> {
        for entry in self {
            if unit < entry.start {
                return None;
            }
            if unit < entry.end {
                return Some(entry);
            }
        }
        None
    }

    fn item(&mut self) -> Option<u32> {
        let mut value = 0u32;
        loop {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value = value << 6 | u32::from(byte & 0x3f);
            if byte & 0x40 == 0 {
                return Some(value);
            }
        }
    }
}

impl Iterator for ExceptionTable<'_> {
    type Item = ExceptionEntry;

    fn next(&mut self) -> Option<ExceptionEntry> {
        let start = self.item()?;
        let length = self.item()?;
        let target = self.item()?;
        let depth_lasti = self.item()?;
        Some(ExceptionEntry {
            start,
            end: start.saturating_add(length),
            target,
            depth: depth_lasti >> 1,
            lasti: depth_lasti & 1 == 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_round_trip() {
        let entries = [
            ExceptionEntry { start: 0, end: 70, target: 5000, depth: 0, lasti: false },
            ExceptionEntry { start: 100, end: 300_000, target: 1 << 25, depth: 3, lasti: true },
        ];
        let mut table = Vec::new();
        entries.iter().for_each(|entry| write_entry(&mut table, entry));
        assert_eq!(ExceptionTable::new(&table).collect::<Vec<_>>(), entries);
        assert_eq!(ExceptionTable::new(&table).lookup(69), Some(entries[0]));
        assert_eq!(ExceptionTable::new(&table).lookup(70), None);
        assert_eq!(ExceptionTable::new(&table).lookup(100), Some(entries[1]));
    }
}
