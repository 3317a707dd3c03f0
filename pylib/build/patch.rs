//! Applies `patches.txt`: edits that give borrowed files the text they have in CPython.
//! A patch that does not match exactly once fails the build, so a new release of the crate cannot slip by.

use super::collect::Library;
use std::error::Error;
use std::fs;
use std::path::Path;

const FILE: &str = "==== ";
const OLD: &str = "---- old";
const NEW: &str = "---- new";
const END: &str = "---- end";

/// Reads the patches in `list` and applies each to its file.
///
/// A patch is a line `==== FILE`, then any remarks, then the old text between `---- old` and `---- new` and the new
/// text up to `---- end`.
pub fn apply(list: &Path, library: &mut Library) -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={}", list.display());
    let text = fs::read_to_string(list)?;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(file) = line.strip_prefix(FILE) else {
            continue;
        };
        lines
            .by_ref()
            .find(|line| *line == OLD)
            .ok_or_else(|| format!("patch of {file}: no `{OLD}` line"))?;
        let old = block(&mut lines, NEW, file)?;
        let new = block(&mut lines, END, file)?;
        let contents = library.get_mut(file).ok_or_else(|| format!("patch of {file}: no such file"))?;
        let source = std::str::from_utf8(contents)?;
        match source.matches(old.as_str()).count() {
            1 => *contents = source.replacen(&old, &new, 1).into_bytes(),
            n => return Err(format!("patch of {file}: the old text occurs {n} times:\n{old}").into()),
        }
    }
    Ok(())
}

/// The lines up to `end`, each with its newline.
fn block<'a>(lines: &mut impl Iterator<Item = &'a str>, end: &str, file: &str) -> Result<String, String> {
    let mut text = String::new();
    for line in lines {
        if line == end {
            return Ok(text);
        }
        text.push_str(line);
        text.push('\n');
    }
    Err(format!("patch of {file}: no `{end}` line"))
}
