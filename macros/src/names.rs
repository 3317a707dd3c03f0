//! Finds the Python name of a Rust type for `#[pymethods]`, which sees only the `impl`: from the `#[pyclass]` in the same file,
//! from those expanded before, or from the crate's other source files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::options;

/// Rust type name to docstring key (`list`, `itertools.chain`).
type Names = HashMap<String, String>;

fn expanded() -> &'static Mutex<Names> {
    static EXPANDED: OnceLock<Mutex<Names>> = OnceLock::new();
    EXPANDED.get_or_init(Mutex::default)
}

/// Remembers a `#[pyclass]` that was expanded.
pub fn register(rust: &str, key: &str) {
    expanded().lock().unwrap_or_else(PoisonError::into_inner).insert(rust.to_owned(), key.to_owned());
}

/// The key of the Rust type `rust`; `file` is where it was asked.
pub fn find(rust: &str, file: Option<&Path>) -> Option<String> {
    if let Some(found) = file.and_then(|file| in_file(file, rust)) {
        return Some(found);
    }
    if let Some(found) = expanded().lock().unwrap_or_else(PoisonError::into_inner).get(rust) {
        return Some(found.clone());
    }
    in_crate().get(rust).cloned()
}

/// The file that the macro was called in.
pub fn call_site_file() -> Option<PathBuf> {
    proc_macro::Span::call_site().local_file()
}

fn in_file(file: &Path, rust: &str) -> Option<String> {
    static FILES: OnceLock<Mutex<HashMap<PathBuf, Names>>> = OnceLock::new();
    let mut files = FILES.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let names = files
        .entry(file.to_owned())
        .or_insert_with(|| std::fs::read_to_string(file).map(|text| scan(&text)).unwrap_or_default());
    names.get(rust).cloned()
}

fn in_crate() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::new();
        if let Some(root) = std::env::var_os("CARGO_MANIFEST_DIR") {
            walk(&Path::new(&root).join("src"), &mut names);
        }
        names
    })
}

fn walk(folder: &Path, names: &mut Names) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            names.extend(scan(&text));
        }
    }
}

/// Every `#[pyclass(…)] struct NAME` of a source text. A textual scan: the file need not parse, nor its macros be expanded.
pub fn scan(text: &str) -> Names {
    let mut names = Names::new();
    for (at, marker) in text.match_indices("#[pyclass") {
        let rest = text.get(at + marker.len()..).unwrap_or("");
        let Some(end) = attribute_end(rest) else { continue };
        let arguments = rest.get(..end).unwrap_or("").trim();
        let arguments = arguments.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or("");
        let after = rest.get(end..).unwrap_or("");
        let Some(position) = after.find("struct ") else { continue };
        let rust: String = after
            .get(position + "struct ".len()..)
            .unwrap_or("")
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let Ok(tokens) = arguments.parse() else { continue };
        if let Ok(arguments) = options::arguments(tokens)
            && !rust.is_empty()
        {
            names.insert(rust.clone(), key(&arguments, &rust));
        }
    }
    names
}

/// The docstring key that a `#[pyclass]` with these arguments has.
pub fn key(arguments: &[options::Argument], rust: &str) -> String {
    let text = |wanted: &str| arguments.iter().find(|a| a.name == wanted).and_then(|a| a.text().ok());
    let name = text("name").unwrap_or_else(|| rust.to_owned());
    match text("module") {
        Some(module) if module != "builtins" => format!("{module}.{name}"),
        _ => name,
    }
}

/// Where the `]` stands that closes an attribute.
fn attribute_end(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        if quoted {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => quoted = false,
                _ => {}
            }
            continue;
        }
        match c {
            '"' => quoted = true,
            '(' | '[' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ')' | ']' => depth -= 1,
            _ => {}
        }
    }
    None
}
