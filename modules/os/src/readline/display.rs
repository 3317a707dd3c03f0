//! How the line looks on the terminal: what is written to show it and to put the cursor in its place.

use krait_unicode::database::{Version, category, east_asian_width};

use super::line::{Char, encode};

/// Where the shown line begins, and where the cursor was left.
pub struct Display {
    prompt: Vec<Char>,
    /// Rows above the cursor that belong to the line.
    row: usize,
    /// What is on the screen: text and cursor.
    shown: (Vec<Char>, usize),
    /// The terminal cannot move its cursor up.
    pub dumb: bool,
    /// Columns.
    pub columns: usize,
}

/// Begins a new row of the line, except on a dumb terminal.
const NEWLINE: Char = 10;

/// How many columns a character takes that is shown as it is.
fn width(c: Char) -> usize {
    if c < 127 {
        return 1;
    }
    match category(c, Version::V16) {
        "Mn" | "Me" | "Cf" => 0,
        _ => match east_asian_width(c, Version::V16) {
            "W" | "F" => 2,
            _ => 1,
        },
    }
}

/// A character as it is shown at a column: control characters with a caret, tabs as blanks. How many columns it takes.
fn show(c: Char, column: usize, out: &mut Vec<Char>) -> usize {
    match c {
        9 => {
            let blanks = 8 - column % 8;
            out.resize(out.len() + blanks, 32);
            blanks
        }
        0..32 | 127 => {
            out.extend([u32::from(b'^'), c ^ 64]);
            2
        }
        _ => {
            out.push(c);
            width(c)
        }
    }
}

impl Display {
    /// Nothing shown.
    pub const fn new() -> Display {
        Display { prompt: Vec::new(), row: 0, shown: (Vec::new(), 0), dumb: false, columns: 80 }
    }

    /// Begins a line with a prompt: what to write. Only the last line of the prompt is written again later.
    pub fn start(&mut self, prompt: &[Char]) -> Vec<u8> {
        let newline = prompt.iter().rposition(|c| *c == 10).map_or(0, |at| at + 1);
        let (above, own) = prompt.split_at_checked(newline).unwrap_or((prompt, &[]));
        self.prompt = own.to_vec();
        self.row = 0;
        self.shown = (Vec::new(), 0);
        let mut out = encode(&visible(above));
        out.extend_from_slice(&encode(&visible(own)));
        out
    }

    /// Replaces the prompt for a while.
    pub fn set_prompt(&mut self, prompt: Vec<Char>) -> Vec<Char> {
        core::mem::replace(&mut self.prompt, prompt)
    }

    /// The prompt.
    pub fn prompt(&self) -> &[Char] {
        &self.prompt
    }

    /// Somebody else wrote: the next line is shown where the cursor is.
    pub fn forget(&mut self) {
        self.row = 0;
        self.shown = (Vec::new(), usize::MAX);
    }

    /// The next refresh writes the whole line again, where it is.
    pub fn invalidate(&mut self) {
        self.shown = (Vec::new(), usize::MAX);
    }

    /// What to write so that the line is seen.
    pub fn refresh(&mut self, text: &[Char], point: usize) -> Vec<u8> {
        if self.shown.1 == point && self.shown.0 == text {
            return Vec::new();
        }
        let typed = self.appended(text, point);
        let mut out = match typed {
            Some(out) => out,
            None if self.dumb => self.rewrite_dumb(text, point),
            None => self.rewrite(text, point),
        };
        self.shown = (text.to_vec(), point);
        if out.is_empty() {
            out.extend_from_slice(b"\r");
        }
        out
    }

    /// The common case: characters typed at the end of a line that stays in its row.
    fn appended(&self, text: &[Char], point: usize) -> Option<Vec<u8>> {
        let (old, old_point) = &self.shown;
        if point != text.len() || *old_point != old.len() || !text.starts_with(old) || text.contains(&NEWLINE)
        {
            return None;
        }
        let mut column = self.prompt_width();
        let (mut all, mut known) = (Vec::new(), 0);
        for (index, &c) in text.iter().enumerate() {
            if index == old.len() {
                known = all.len();
            }
            column += show(c, column, &mut all);
        }
        (column < self.columns && old.len() < text.len())
            .then(|| encode(all.get(known..).unwrap_or_default()))
    }

    fn prompt_width(&self) -> usize {
        visible_marked(&self.prompt).filter(|(_, hidden)| !hidden).map(|(c, _)| width(c)).sum()
    }

    fn rewrite(&mut self, text: &[Char], point: usize) -> Vec<u8> {
        let mut out = Vec::new();
        if self.row > 0 {
            out.extend_from_slice(format!("\x1b[{}A", self.row).as_bytes());
        }
        out.extend_from_slice(b"\r");
        out.extend_from_slice(&encode(&visible(&self.prompt)));
        let mut place = Place { row: 0, column: 0, columns: self.columns };
        for (c, hidden) in visible_marked(&self.prompt) {
            if !hidden {
                place.advance(width(c));
            }
        }
        let mut cursor = (point == 0).then_some((place.row, place.column));
        let mut chars = Vec::new();
        for (index, &c) in text.iter().enumerate() {
            if c == NEWLINE {
                chars.extend([13, NEWLINE]);
                place.row += 1;
                place.column = 0;
            } else {
                let width = show(c, place.column, &mut chars);
                place.advance(width);
            }
            if index + 1 == point {
                cursor = Some((place.row, place.column));
            }
        }
        out.extend_from_slice(&encode(&chars));
        if place.column == self.columns {
            // The terminal waits behind the last column.
            out.extend_from_slice(b"\r\n");
            place.advance(0);
        }
        out.extend_from_slice(b"\x1b[J");
        let (mut row, mut column) = cursor.unwrap_or((place.row, place.column));
        if column >= self.columns {
            (row, column) = (row + 1, 0);
        }
        if row < place.row {
            out.extend_from_slice(format!("\x1b[{}A", place.row - row).as_bytes());
        }
        if (row, column) != (place.row, place.column) {
            out.extend_from_slice(b"\r");
            if column > 0 {
                out.extend_from_slice(format!("\x1b[{column}C").as_bytes());
            }
        }
        self.row = row;
        out
    }

    fn rewrite_dumb(&self, text: &[Char], point: usize) -> Vec<u8> {
        let start = self.prompt_width();
        let lay_out = |text: &[Char]| {
            let (mut out, mut column) = (Vec::new(), start);
            for &c in text {
                column += show(c, column, &mut out);
            }
            (out, column)
        };
        let mut out = vec![b'\r'];
        out.extend_from_slice(&encode(&visible(&self.prompt)));
        let (chars, end) = lay_out(text);
        out.extend_from_slice(&encode(&chars));
        let rest = lay_out(&self.shown.0).1.saturating_sub(end);
        out.resize(out.len() + rest, b' ');
        let back = rest + end - lay_out(text.get(..point).unwrap_or_default()).1;
        out.resize(out.len() + back, 8);
        out
    }

    /// What to write to go behind the line.
    pub fn finish(&mut self, text: &[Char]) -> Vec<u8> {
        let mut out = self.refresh(text, text.len());
        out.extend_from_slice(b"\n");
        self.forget();
        out
    }
}

/// A place on the screen, counted from the line's beginning.
struct Place {
    row: usize,
    column: usize,
    columns: usize,
}

impl Place {
    fn advance(&mut self, width: usize) {
        if self.column + width > self.columns || self.column == self.columns {
            self.row += 1;
            self.column = 0;
        }
        self.column += width;
    }
}

/// The prompt's characters, each with whether it takes no room: those between the marks 1 and 2.
fn visible_marked(prompt: &[Char]) -> impl Iterator<Item = (Char, bool)> + '_ {
    let mut hidden = false;
    prompt.iter().filter_map(move |&c| match c {
        1 => {
            hidden = true;
            None
        }
        2 => {
            hidden = false;
            None
        }
        c => Some((c, hidden)),
    })
}

fn visible(prompt: &[Char]) -> Vec<Char> {
    visible_marked(prompt).map(|(c, _)| c).collect()
}
