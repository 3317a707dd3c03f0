//! The location table (`co_linetable`): a position for every code unit. Each entry is a byte with bit 7 set, the code
//! in bits 3 to 6 and the number of code units less one below, then the position in one of these forms:
//!
//! | code | position |
//! | --- | --- |
//! | 0–9 | same line; one byte: column `code * 8 + (byte >> 4)`, end column `byte & 15` further |
//! | 10–12 | line `code - 10` further; a byte each for column and end column |
//! | 13 | signed line difference; no columns |
//! | 14 | signed line difference, lines spanned, column + 1, end column + 1, as varints |
//! | 15 | no position |

use crate::Location;
use crate::varint::{read_signed, read_unsigned, write_signed, write_unsigned};

const ONE_LINE: u8 = 10;
const NO_COLUMNS: u8 = 13;
const LONG: u8 = 14;
const NO_POSITION: u8 = 15;

/// An entry covers at most so many code units.
const MAX_UNITS: u32 = 8;

/// Builds a table from first to last instruction.
#[derive(Debug)]
pub struct LocationTableWriter {
    table: Vec<u8>,
    line: i32,
}

impl LocationTableWriter {
    /// An empty table for code that starts at a line.
    #[must_use]
    pub fn new(firstlineno: i32) -> Self {
        Self { table: Vec::new(), line: firstlineno }
    }

    /// The position of the next so many code units.
    pub fn add(&mut self, loc: Location, mut units: u32) {
        while units > MAX_UNITS {
            self.entry(loc, MAX_UNITS);
            units -= MAX_UNITS;
        }
        if units > 0 {
            self.entry(loc, units);
        }
    }

    /// The table.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.table
    }

    fn first_byte(&mut self, code: u8, units: u32) {
        self.table.push(0x80 | code << 3 | (units - 1) as u8);
    }

    fn entry(&mut self, loc: Location, units: u32) {
        if loc.line == Location::NONE.line {
            self.first_byte(NO_POSITION, units);
            return;
        }
        let delta = loc.line.wrapping_sub(self.line);
        let (col, end_col) = (loc.col, loc.end_col);
        if col < 0 || end_col < 0 {
            if loc.end_line == loc.line || loc.end_line < 0 {
                self.first_byte(NO_COLUMNS, units);
                write_signed(&mut self.table, delta);
                self.line = loc.line;
                return;
            }
        } else if loc.end_line == loc.line {
            if delta == 0 && col < 80 && (0..16).contains(&(end_col - col)) {
                self.first_byte((col >> 3) as u8, units);
                self.table.push((col as u8 & 7) << 4 | (end_col - col) as u8);
                return;
            }
            if (0..3).contains(&delta) && col < 128 && end_col < 128 {
                self.first_byte(ONE_LINE + delta as u8, units);
                self.table.extend([col as u8, end_col as u8]);
                self.line = loc.line;
                return;
            }
        }
        self.first_byte(LONG, units);
        write_signed(&mut self.table, delta);
        write_unsigned(&mut self.table, loc.end_line.wrapping_sub(loc.line).max(0) as u32);
        write_unsigned(&mut self.table, col.wrapping_add(1).max(0) as u32);
        write_unsigned(&mut self.table, end_col.wrapping_add(1).max(0) as u32);
        self.line = loc.line;
    }
}

/// A table with the same lines and nothing else.
#[must_use]
pub fn without_columns(table: &[u8], firstlineno: i32) -> Vec<u8> {
    let mut writer = LocationTableWriter::new(firstlineno);
    for range in LocationTable::new(table, firstlineno) {
        let loc = Location { end_line: range.loc.line, col: -1, end_col: -1, ..range.loc };
        writer.add(loc, ((range.end - range.start) / 2) as u32);
    }
    writer.finish()
}

/// A run of code units with one position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocationRange {
    /// First byte offset.
    pub start: usize,
    /// Byte offset after the last.
    pub end: usize,
    /// The position, [`Location::NONE`] if none.
    pub loc: Location,
}

/// Reads a table from first to last entry. Corrupt tables give wrong positions, nothing worse.
#[derive(Clone, Debug)]
pub struct LocationTable<'a> {
    rest: &'a [u8],
    line: i32,
    offset: usize,
}

impl<'a> LocationTable<'a> {
    /// A reader for a code object's table.
    #[must_use]
    pub fn new(table: &'a [u8], firstlineno: i32) -> Self {
        Self { rest: table, line: firstlineno, offset: 0 }
    }

    /// The position of the instruction at a byte offset.
    #[must_use]
    pub fn lookup(mut self, offset: usize) -> Option<Location> {
        self.find(|range| offset < range.end).map(|range| range.loc)
    }

    fn byte(&mut self) -> i32 {
        match self.rest.split_first() {
            Some((&byte, rest)) => {
                self.rest = rest;
                i32::from(byte)
            }
            None => 0,
        }
    }
}

impl Iterator for LocationTable<'_> {
    type Item = LocationRange;

    fn next(&mut self) -> Option<LocationRange> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        let code = first >> 3 & 15;
        let mut loc = Location { line: self.line, end_line: self.line, col: -1, end_col: -1 };
        match code {
            NO_POSITION => loc = Location::NONE,
            LONG => {
                loc.line = self.line.wrapping_add(read_signed(&mut self.rest));
                loc.end_line = loc.line.wrapping_add(read_unsigned(&mut self.rest) as i32);
                loc.col = (read_unsigned(&mut self.rest) as i32).wrapping_sub(1);
                loc.end_col = (read_unsigned(&mut self.rest) as i32).wrapping_sub(1);
            }
            NO_COLUMNS => {
                loc.line = self.line.wrapping_add(read_signed(&mut self.rest));
                loc.end_line = loc.line;
            }
            ONE_LINE..NO_COLUMNS => {
                loc.line = self.line.wrapping_add(i32::from(code - ONE_LINE));
                loc.end_line = loc.line;
                loc.col = self.byte();
                loc.end_col = self.byte();
            }
            _ => {
                let second = self.byte();
                loc.col = i32::from(code) << 3 | second >> 4;
                loc.end_col = loc.col + (second & 15);
            }
        }
        if code != NO_POSITION {
            self.line = loc.line;
        }
        let start = self.offset;
        self.offset += 2 * (usize::from(first & 7) + 1);
        Some(LocationRange { start, end: self.offset, loc })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_round_trip() {
        let positions = [
            (Location::new(1, 1, 0, 3), 1),
            (Location::new(1, 1, 79, 94), 2),
            (Location::new(2, 2, 100, 127), 20),
            (Location::NONE, 3),
            (Location::new(1, 1, -1, -1), 1),
            (Location::new(70000, 70010, 5, 4000), 8),
            (Location::new(3, 3, 4, 200), 9),
        ];
        let mut writer = LocationTableWriter::new(1);
        for (loc, units) in positions {
            writer.add(loc, units);
        }
        let table = writer.finish();
        let mut offset = 0;
        for (loc, units) in positions {
            for unit in 0..units as usize {
                assert_eq!(LocationTable::new(&table, 1).lookup(offset + 2 * unit), Some(loc));
            }
            offset += 2 * units as usize;
        }
        assert_eq!(LocationTable::new(&table, 1).last().map(|range| range.end), Some(offset));
    }

    #[test]
    fn garbage_is_harmless() {
        for byte in 0..=255u8 {
            LocationTable::new(&[byte, 0xff, 0xff, byte, 0xff, 0xff, 0xff, 0xff, 0xff, byte], 1).count();
        }
    }
}
