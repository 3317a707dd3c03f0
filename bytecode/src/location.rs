//! Source positions of instructions.

/// Where an instruction comes from: lines from 1, columns from 0 in UTF-8 bytes; -1 is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// First line.
    pub line: i32,
    /// Last line.
    pub end_line: i32,
    /// First column.
    pub col: i32,
    /// Column after the last.
    pub end_col: i32,
}

impl Location {
    /// An artificial instruction without a place in the source.
    pub const NONE: Self = Self { line: -1, end_line: -1, col: -1, end_col: -1 };
    /// To take the place of the following instruction (resolved by the compiler's last steps).
    pub const NEXT: Self = Self { line: -2, end_line: -2, col: -2, end_col: -2 };

    /// A full position.
    #[must_use]
    pub const fn new(line: i32, end_line: i32, col: i32, end_col: i32) -> Self {
        Self { line, end_line, col, end_col }
    }

    /// The empty range at the start of a line: where prologue instructions are.
    #[must_use]
    pub const fn at_line(line: i32) -> Self {
        Self { line, end_line: line, col: 0, end_col: 0 }
    }
}

impl Default for Location {
    fn default() -> Self {
        Self::NONE
    }
}
