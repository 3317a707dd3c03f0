//! The table of docstrings and text signatures that CPython reports (`docstrings.txt`, made by `docstrings.py`).
//! Not here: what a signature means (`signature.rs`).

use std::collections::HashMap;
use std::sync::OnceLock;

static TEXT: &str = include_str!("../docstrings.txt");

fn table() -> &'static HashMap<&'static str, Option<String>> {
    static TABLE: OnceLock<HashMap<&'static str, Option<String>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = HashMap::new();
        let mut key = None;
        let mut lines: Vec<&str> = Vec::new();
        let mut finish = |key: Option<&'static str>, lines: &mut Vec<&str>| {
            if let Some(key) = key {
                table.insert(key, if lines.is_empty() { None } else { Some(lines.join("\n")) });
            }
            lines.clear();
        };
        // Not `lines()`: a docstring's last line may be empty, and carriage returns belong to the text.
        for line in TEXT.strip_suffix('\n').unwrap_or(TEXT).split('\n') {
            if let Some(next) = line.strip_prefix("= ") {
                finish(key, &mut lines);
                key = Some(next);
            } else {
                lines.push(line.strip_prefix('\\').unwrap_or(line));
            }
        }
        finish(key, &mut lines);
        table
    })
}

/// What CPython knows of `key`: `None` when there is no such object, `Some(None)` when it has no docstring.
pub fn lookup(key: &str) -> Option<Option<&'static str>> {
    table().get(key).map(Option::as_deref)
}

/// The text signature at the head of a raw docstring: the part in parentheses.
pub fn text_signature<'a>(doc: &'a str, name: &str) -> Option<&'a str> {
    let rest = doc.strip_prefix(name)?;
    if !rest.starts_with('(') {
        return None;
    }
    let end = rest.find(")\n--\n\n")?;
    rest.get(..=end)
}
