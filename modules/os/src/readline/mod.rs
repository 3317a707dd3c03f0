//! Module `readline`: an editor for lines on a terminal, with the functions and the init files of GNU Readline.

mod completion;
mod display;
mod history;
mod keymap;
mod line;
mod session;
mod state;
mod vi;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

static COMPLETER: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));
static STARTUP_HOOK: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));
static PRE_INPUT_HOOK: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));
static DISPLAY_HOOK: InterpreterLocal = InterpreterLocal::new(|py| Ok(py.none()));

/// Text of the terminal as a `str`.
fn text_of(py: Py<'_>, bytes: &[u8]) -> PyResult<Ref<PyStr>> {
    PyStr::from_os_bytes(py, bytes)
}

/// The bytes of a `str` argument.
fn bytes_of(py: Py<'_>, object: &PyObject) -> PyResult<Vec<u8>> {
    let Some(text) = object.downcast::<PyStr>() else {
        bail!(py, TypeError, "bad argument type for built-in operation")
    };
    let bytes = text.to_os_bytes(py)?;
    if bytes.contains(&0) {
        bail!(py, ValueError, "embedded null character");
    }
    Ok(bytes)
}

/// The file that a parameter names, or `~/NAME`; announced to audit hooks.
fn file(py: Py<'_>, object: Option<&PyObject>, default: &str, mode: &str) -> PyResult<PathBuf> {
    let object = object.filter(|object| !object.is_none());
    let path = match object {
        Some(object) => PathBuf::from(OsString::from_vec(object.fs_bytes(py)?.into_bytes())),
        None => keymap::home_path(default),
    };
    let shown = match object {
        Some(object) => object.to_ref(),
        None => default.into_py(py)?.upcast(),
    };
    py.audit("open", &[&shown, &*mode.into_py(py)?, &*0.into_py(py)?])?;
    Ok(path)
}

fn or_raise<T>(py: Py<'_>, outcome: std::io::Result<T>) -> PyResult<T> {
    outcome.map_err(|error| py.raise_io_error(&error, None))
}

fn set_hook(
    py: Py<'_>,
    hook: &'static InterpreterLocal,
    name: &str,
    function: Option<&PyObject>,
) -> PyResult<()> {
    match function.filter(|function| !function.is_none()) {
        None => hook.set(py, py.none()),
        Some(function) if function.is_callable() => hook.set(py, function.to_ref()),
        Some(_) => bail!(py, TypeError, "{name}(func): argument not callable"),
    }
    Ok(())
}

/// The module.
#[pymodule(name = "readline")]
pub mod readline {
    use krait_runtime::prelude::*;

    use super::history::truncate_file;
    use super::state::state;
    use super::{
        COMPLETER, DISPLAY_HOOK, PRE_INPUT_HOOK, STARTUP_HOOK, bytes_of, file, keymap, line, or_raise,
        session, set_hook, text_of,
    };

    /// The library whose functions these are, and its version.
    #[pyattr(name = "backend")]
    const BACKEND: &str = "readline";
    #[pyattr]
    const _READLINE_VERSION: i32 = 0x0803;
    #[pyattr]
    const _READLINE_RUNTIME_VERSION: i32 = 0x0803;
    #[pyattr]
    const _READLINE_LIBRARY_VERSION: &str = "8.3";

    #[pyexec]
    fn exec(_py: Py<'_>, _module: &PyModule) -> PyResult<()> {
        let mut state = state();
        drop(state.keymap.read_file(&keymap::default_init_file()));
        state.variables_changed();
        krait_interp::terminal_line::set_editor(session::read_line);
        Ok(())
    }

    #[pyfunction]
    fn parse_and_bind(py: Py<'_>, string: &PyObject) -> PyResult<()> {
        let line = bytes_of(py, string)?;
        let mut state = state();
        state.keymap.line(&line);
        state.variables_changed();
        Ok(())
    }

    #[pyfunction]
    fn read_init_file(py: Py<'_>, filename: Option<&PyObject>) -> PyResult<()> {
        let given = filename.is_some_and(|name| !name.is_none());
        let mut path = file(py, filename, "<readline_init_file>", "r")?;
        if !given {
            path = keymap::default_init_file();
        }
        let outcome = {
            let mut state = state();
            let outcome = state.keymap.read_file(&path);
            state.variables_changed();
            outcome
        };
        if given { or_raise(py, outcome) } else { Ok(()) }
    }

    #[pyfunction]
    fn read_history_file(py: Py<'_>, filename: Option<&PyObject>) -> PyResult<()> {
        let path = file(py, filename, "~/.history", "r")?;
        let outcome = state().history.read(&path);
        or_raise(py, outcome)
    }

    #[pyfunction]
    fn write_history_file(py: Py<'_>, filename: Option<&PyObject>) -> PyResult<()> {
        let path = file(py, filename, "~/.history", "w")?;
        let outcome = {
            let state = state();
            state.history.write(&path).and_then(|()| match usize::try_from(state.file_length) {
                Ok(most) => truncate_file(&path, most),
                Err(_) => Ok(()),
            })
        };
        or_raise(py, outcome)
    }

    #[pyfunction]
    fn append_history_file(py: Py<'_>, nelements: i32, filename: Option<&PyObject>) -> PyResult<()> {
        let Ok(count) = usize::try_from(nelements) else {
            bail!(py, ValueError, "nelements must be non-negative")
        };
        let path = file(py, filename, "~/.history", "a")?;
        let outcome = {
            let state = state();
            state.history.append(&path, count).and_then(|()| match usize::try_from(state.file_length) {
                Ok(most) => truncate_file(&path, most),
                Err(_) => Ok(()),
            })
        };
        or_raise(py, outcome)
    }

    #[pyfunction]
    fn set_history_length(length: i32) {
        state().file_length = length;
    }

    #[pyfunction]
    fn get_history_length() -> i32 {
        state().file_length
    }

    #[pyfunction]
    fn get_current_history_length() -> usize {
        state().history.len()
    }

    #[pyfunction]
    fn get_history_item(py: Py<'_>, index: i32) -> PyResult<Option<Ref<PyObject>>> {
        let found = state().history.numbered(index).map(<[u8]>::to_vec);
        found.map(|line| text_of(py, &line).map(Ref::upcast)).transpose()
    }

    #[pyfunction]
    fn remove_history_item(py: Py<'_>, pos: i32) -> PyResult<()> {
        let Ok(position) = usize::try_from(pos) else {
            bail!(py, ValueError, "History index cannot be negative")
        };
        if !state().history.remove(position) {
            bail!(py, ValueError, "No history item at position {pos}");
        }
        Ok(())
    }

    #[pyfunction]
    fn replace_history_item(py: Py<'_>, pos: i32, line: &PyObject) -> PyResult<()> {
        let bytes = bytes_of(py, line)?;
        let Ok(position) = usize::try_from(pos) else {
            bail!(py, ValueError, "History index cannot be negative")
        };
        if !state().history.replace(position, bytes) {
            bail!(py, ValueError, "No history item at position {pos}");
        }
        Ok(())
    }

    #[pyfunction]
    fn add_history(py: Py<'_>, string: &PyObject) -> PyResult<()> {
        let bytes = bytes_of(py, string)?;
        state().history.add(bytes);
        Ok(())
    }

    #[pyfunction]
    fn set_auto_history(enabled: bool) {
        state().auto_history = enabled;
    }

    #[pyfunction]
    fn clear_history() {
        state().history.clear();
    }

    #[pyfunction]
    fn set_completer(py: Py<'_>, function: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, &COMPLETER, "set_completer", function)
    }

    #[pyfunction]
    fn get_completer(py: Py<'_>) -> PyResult<Ref<PyObject>> {
        COMPLETER.get(py)
    }

    #[pyfunction]
    fn set_startup_hook(py: Py<'_>, function: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, &STARTUP_HOOK, "set_startup_hook", function)
    }

    #[pyfunction]
    fn set_pre_input_hook(py: Py<'_>, function: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, &PRE_INPUT_HOOK, "set_pre_input_hook", function)
    }

    #[pyfunction]
    fn set_completion_display_matches_hook(py: Py<'_>, function: Option<&PyObject>) -> PyResult<()> {
        set_hook(py, &DISPLAY_HOOK, "set_completion_display_matches_hook", function)
    }

    #[pyfunction]
    fn get_completion_type() -> i32 {
        state().completion_type
    }

    #[pyfunction]
    fn get_begidx() -> usize {
        state().completed.0
    }

    #[pyfunction]
    fn get_endidx() -> usize {
        state().completed.1
    }

    #[pyfunction]
    fn set_completer_delims(py: Py<'_>, string: &PyObject) -> PyResult<()> {
        let bytes = bytes_of(py, string)?;
        state().delimiters = line::decode(&bytes);
        Ok(())
    }

    #[pyfunction]
    fn get_completer_delims(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let bytes = line::encode(&state().delimiters);
        text_of(py, &bytes)
    }

    #[pyfunction]
    fn get_line_buffer(py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let bytes = line::encode(&state().line.text);
        text_of(py, &bytes)
    }

    #[pyfunction]
    fn insert_text(py: Py<'_>, string: &PyObject) -> PyResult<()> {
        let bytes = bytes_of(py, string)?;
        state().line.insert(&line::decode(&bytes));
        Ok(())
    }

    #[pyfunction]
    fn redisplay() {
        session::redisplay();
    }
}
