//! The list of earlier lines, and the files that keep it. Not here: walking through it while a line is edited (`session`).

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Earlier lines, the oldest first.
#[derive(Default)]
pub struct History {
    lines: VecDeque<Vec<u8>>,
    /// How many old lines a limit has pushed out: numbers that users see go on.
    dropped: usize,
    limit: Option<usize>,
}

impl History {
    /// None yet.
    pub const fn new() -> History {
        History { lines: VecDeque::new(), dropped: 0, limit: None }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line at a position from 0.
    pub fn line(&self, position: usize) -> Option<&[u8]> {
        self.lines.get(position).map(Vec::as_slice)
    }

    /// The line with a number from 1 on.
    pub fn numbered(&self, number: i32) -> Option<&[u8]> {
        let position = usize::try_from(number).ok()?.checked_sub(self.dropped + 1)?;
        self.line(position)
    }

    /// The newest line.
    pub fn last(&self) -> Option<&[u8]> {
        self.lines.back().map(Vec::as_slice)
    }

    /// Adds a line.
    pub fn add(&mut self, line: Vec<u8>) {
        self.lines.push_back(line);
        self.keep_limit();
    }

    /// Keeps this many lines from now on.
    pub fn set_limit(&mut self, limit: Option<usize>) {
        self.limit = limit;
        self.keep_limit();
    }

    fn keep_limit(&mut self) {
        while self.limit.is_some_and(|limit| self.lines.len() > limit) {
            self.lines.pop_front();
            self.dropped += 1;
        }
    }

    /// Removes the line at a position; false if there is none.
    pub fn remove(&mut self, position: usize) -> bool {
        self.lines.remove(position).is_some()
    }

    /// Replaces the line at a position; false if there is none.
    pub fn replace(&mut self, position: usize, line: Vec<u8>) -> bool {
        self.lines.get_mut(position).map(|old| *old = line).is_some()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.dropped = 0;
    }

    /// Adds the lines of a file.
    pub fn read(&mut self, path: &Path) -> io::Result<()> {
        let text = fs::read(path)?;
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        if lines.last().is_some_and(|last| last.is_empty()) {
            lines.pop();
        }
        for line in lines {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() {
                self.add(line.to_vec());
            }
        }
        Ok(())
    }

    /// Writes all lines to a file of its own.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_lines(path, self.lines.iter().map(Vec::as_slice))
    }

    /// Writes the newest lines behind those of a file that exists.
    pub fn append(&self, path: &Path, count: usize) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).open(path)?;
        let first = self.lines.len().saturating_sub(count);
        let mut text = Vec::new();
        for line in self.lines.iter().skip(first) {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        file.write_all(&text)
    }
}

/// Leaves the newest lines of a file.
pub fn truncate_file(path: &Path, count: usize) -> io::Result<()> {
    let text = fs::read(path)?;
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.len() <= count {
        return Ok(());
    }
    let kept = lines.get(lines.len() - count..).unwrap_or_default();
    write_lines(path, kept.iter().map(|line| line.strip_suffix(b"\n").unwrap_or(line)))
}

/// A new file takes the old one's place only when it is complete; what is no plain file is written in place.
fn write_lines<'a>(path: &Path, lines: impl Iterator<Item = &'a [u8]>) -> io::Result<()> {
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let plain = fs::symlink_metadata(path).map_or(true, |facts| facts.is_file());
    if !plain {
        return options.open(path)?.write_all(&text);
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!("-{}.tmp", std::process::id()));
    let temporary = Path::new(&temporary);
    let outcome = (|| {
        options.open(temporary)?.write_all(&text)?;
        fs::rename(temporary, path)
    })();
    if outcome.is_err() {
        drop(fs::remove_file(temporary));
    }
    outcome
}
