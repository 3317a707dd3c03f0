//! Lines typed at the terminal, for `input()` and the plain prompt: through the editor that a module has set, else as the terminal
//! gives them.

use std::sync::{Mutex, PoisonError};

use krait_runtime::prelude::*;
use krait_runtime::system::{Errno, descriptor};

/// Writes a prompt and reads a line with its newline; `None` at the end of the input.
pub type Editor = fn(Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>>;

static EDITOR: Mutex<Option<Editor>> = Mutex::new(None);

/// Lines come through an editor from now on.
pub fn set_editor(editor: Editor) {
    *EDITOR.lock().unwrap_or_else(PoisonError::into_inner) = Some(editor);
}

/// Whether somebody sits at standard input and output.
pub fn is_attended() -> bool {
    descriptor::is_terminal(0) && descriptor::is_terminal(1)
}

/// A line with its newline from standard input; `None` at its end.
pub fn read(py: Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    let editor = *EDITOR.lock().unwrap_or_else(PoisonError::into_inner);
    match editor.filter(|_| is_attended()) {
        Some(editor) => editor(py, prompt),
        None => read_plainly(py, prompt),
    }
}

fn read_plainly(py: Py<'_>, prompt: &[u8]) -> PyResult<Option<Vec<u8>>> {
    // A prompt that cannot be shown stops nobody.
    let _ = descriptor::write(2, prompt);
    let mut line = Vec::new();
    let mut byte = [0];
    // One byte at a time: what follows the line is for whoever reads next.
    while line.last() != Some(&b'\n') {
        match py.retry(|| descriptor::read(0, &mut byte).map_err(Errno))? {
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) => line.extend_from_slice(&byte),
            Err(Errno(error)) => return Err(py.raise_errno(error)),
        }
    }
    Ok(Some(line))
}
