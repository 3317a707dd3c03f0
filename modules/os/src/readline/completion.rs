//! Completion: asking the completer for matches, and showing them.

use krait_runtime::prelude::*;

use super::line::{Char, decode, encode};
use super::state::state;
use super::{COMPLETER, DISPLAY_HOOK, text_of};

/// The matches of the word before the cursor.
pub struct Matches {
    /// Where the word begins.
    pub begin: usize,
    /// And ends.
    pub end: usize,
    /// What they have in common.
    pub common: Vec<Char>,
    /// In order, each once.
    pub all: Vec<Vec<Char>>,
}

/// Asks the completer; what it raises ends the list. `kind` is what `get_completion_type` tells it.
pub fn matches(py: Py<'_>, kind: u8) -> PyResult<Option<Matches>> {
    let (begin, end, word) = {
        let mut state = state();
        let end = state.line.point.min(state.line.text.len());
        let mut begin = end;
        while begin > 0 && state.line.text.get(begin - 1).is_some_and(|c| !state.delimiters.contains(c)) {
            begin -= 1;
        }
        state.completed = (begin, end);
        state.completion_type = i32::from(kind);
        (begin, end, state.line.text.get(begin..end).unwrap_or_default().to_vec())
    };
    let completer = COMPLETER.get(py)?;
    if completer.is_none() {
        return Ok(None);
    }
    let word = text_of(py, &encode(&word))?;
    let mut all = Vec::new();
    for number in 0_i64.. {
        let answer = match completer.call(py, &[&word, &*number.into_py(py)?]) {
            Ok(answer) => answer,
            Err(raised) => {
                py.clear_error(raised);
                break;
            }
        };
        let Some(text) = answer.downcast::<PyStr>() else { break };
        match text.to_os_bytes(py) {
            Ok(bytes) => all.push(decode(&bytes)),
            Err(raised) => {
                py.clear_error(raised);
                break;
            }
        }
    }
    all.sort();
    all.dedup();
    let Some(first) = all.first() else { return Ok(None) };
    let ignore_case = state().keymap.on("completion-ignore-case", false);
    let same = |a: Char, b: Char| a == b || ignore_case && folded(a) == folded(b);
    let mut common = first.clone();
    for other in &all {
        let len = common.iter().zip(other).take_while(|(a, b)| same(**a, **b)).count();
        common.truncate(len);
    }
    Ok(Some(Matches { begin, end, common, all }))
}

fn folded(c: Char) -> Char {
    char::from_u32(c).and_then(|c| c.to_lowercase().next()).map_or(c, u32::from)
}

/// Shows the matches through the hook; false if there is none.
pub fn show_by_hook(py: Py<'_>, matches: &Matches) -> PyResult<bool> {
    let hook = DISPLAY_HOOK.get(py)?;
    if hook.is_none() {
        return Ok(false);
    }
    let list = PyList::new(py)?;
    for text in &matches.all {
        list.append(py, text_of(py, &encode(text))?.upcast())?;
    }
    let longest = matches.all.iter().map(|text| encode(text).len()).max().unwrap_or(0);
    let common = text_of(py, &encode(&matches.common))?;
    if let Err(raised) = hook.call(py, &[&common, &list, &*longest.into_py(py)?]) {
        py.clear_error(raised);
    }
    Ok(true)
}

/// The matches in columns, as many as fit side by side, sorted downwards.
pub fn in_columns(all: &[Vec<Char>], columns: usize) -> Vec<u8> {
    let longest = all.iter().map(Vec::len).max().unwrap_or(0) + 2;
    let across = (columns / longest).max(1);
    let rows = all.len().div_ceil(across).max(1);
    let mut out = Vec::new();
    for row in 0..rows {
        for (column, text) in all.iter().skip(row).step_by(rows).enumerate() {
            out.extend_from_slice(&encode(text));
            if column + 1 < across {
                out.resize(out.len() + longest.saturating_sub(text.len()), b' ');
            }
        }
        out.push(b'\n');
    }
    out
}
