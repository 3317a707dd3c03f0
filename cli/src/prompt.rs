//! The interactive prompt: the library's `_pyrepl` on a terminal, else statements read line by line from standard input.

use std::io::{BufRead, IsTerminal};

use krait_interp::compile::{Source, flags};
use krait_interp::execute;
use krait_interp::import::import_module;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_syntax::Mode;
use krait_syntax::ast::{Mod, Stmt, StmtKind};

use crate::run::{INTERRUPTED, main_dict, register_source, report, run_source, stdin_is_interactive};

/// What comes first when somebody talks to Krait, or wants to know everything it does.
pub fn banner(py: Py<'_>, runs_program: bool) {
    let (quiet, verbose, site) = {
        let config = py.interp().config.borrow();
        (config.quiet != 0, config.verbose != 0, config.no_site == 0)
    };
    if quiet || !verbose && (runs_program || !stdin_is_interactive(py)) {
        return;
    }
    stderr_line!("Python {} on {}", krait_mod_sys::sys::VERSION_TEXT, std::env::consts::OS);
    if site {
        stderr_line!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
}

/// The prompt of a `krait` without program. Gives the exit status.
pub fn interactive(py: Py<'_>) -> i32 {
    {
        let mut config = py.interp().config.borrow_mut();
        // `SystemExit` ends the session, also under `-i`.
        config.inspect = 0;
        config.interactive = config.interactive.max(1);
    }
    if let Err(raised) = run_startup_file(py) {
        let status = report(py, raised);
        if py.interp().finalizing.get() {
            return status;
        }
    }
    run_interactive_hook(py);
    session(py, false)
}

/// The prompt after a program that ran under `-i` or `PYTHONINSPECT`, which the program itself may have set.
pub fn after_program(py: Py<'_>, status: i32) -> i32 {
    let asked = {
        let config = py.interp().config.borrow();
        config.inspect > 0
            || config.ignore_environment == 0
                && krait_runtime::system::entry::variable(c"PYTHONINSPECT").is_some_and(|v| !v.is_empty())
    };
    if !asked || !stdin_is_interactive(py) {
        return status;
    }
    py.interp().config.borrow_mut().inspect = 0;
    run_interactive_hook(py);
    session(py, true)
}

/// `PYTHONSTARTUP`'s file.
fn run_startup_file(py: Py<'_>) -> PyResult<()> {
    if py.interp().config.borrow().ignore_environment != 0 {
        return Ok(());
    }
    let Some(name) = krait_runtime::system::entry::variable(c"PYTHONSTARTUP").filter(|n| !n.is_empty())
    else {
        return Ok(());
    };
    let filename = PyStr::from_os_bytes(py, &name)?;
    py.audit("cpython.run_startup", &[&filename])?;
    let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(name);
    let path = std::path::PathBuf::from(name);
    match std::fs::read(&path) {
        Ok(source) => run_source(py, &source, &filename),
        Err(error) => {
            stderr_line!("Could not open PYTHONSTARTUP");
            Err(py.raise_io_error(&error, Some(&filename)))
        }
    }
}

/// `sys.__interactivehook__`, which `site` sets.
fn run_interactive_hook(py: Py<'_>) {
    let outcome = (|| {
        let Some(hook) = py.sys_object(id!(py, "__interactivehook__"))? else { return Ok(()) };
        py.audit("cpython.run_interactivehook", &[&hook])?;
        hook.call(py, &[]).map(drop)
    })();
    if let Err(raised) = outcome {
        stderr_line!("Failed calling sys.__interactivehook__");
        report(py, raised);
    }
}

/// Talks. After a program it is the library's prompt that runs `PYTHONSTARTUP`'s file.
fn session(py: Py<'_>, after_program: bool) -> i32 {
    let plain = krait_runtime::system::entry::variable(c"PYTHON_BASIC_REPL").is_some_and(|v| !v.is_empty());
    let outcome = if plain || !std::io::stdin().is_terminal() {
        read_statements(py)
    } else {
        library_prompt(py, after_program)
    };
    match outcome {
        Ok(status) => status,
        Err(raised) => report(py, raised),
    }
}

/// `_pyrepl.main.interactive_console`.
fn library_prompt(py: Py<'_>, run_startup_file: bool) -> PyResult<i32> {
    let module = import_module(py, "_pyrepl.main")?;
    let function = module.get_attr(py, id!(py, "interactive_console"))?;
    let main = import_module(py, "__main__")?;
    function.call(py, &[&main, PyBool::get(false), PyBool::get(run_startup_file)])?;
    Ok(0)
}

/// What one reading gave.
enum Line {
    Text(Vec<u8>),
    End,
}

fn read_line(py: Py<'_>, prompt: &PyStr) -> PyResult<Line> {
    let prompt = py.sys_object(prompt)?.unwrap_or_else(|| py.none());
    let prompt = match prompt.str(py) {
        Ok(prompt) => prompt.to_string(),
        Err(raised) => {
            py.clear_error(raised);
            String::new()
        }
    };
    if std::io::stdin().is_terminal() {
        return Ok(match krait_interp::terminal_line::read(py, prompt.as_bytes())? {
            Some(line) => Line::Text(line),
            None => {
                py.write_stderr("\n");
                Line::End
            }
        });
    }
    stderr_text!("{prompt}");
    let mut line = Vec::new();
    loop {
        let mut part = Vec::new();
        let read = py.detach(|| std::io::stdin().lock().read_until(b'\n', &mut part));
        match read {
            Ok(0) if line.is_empty() => {
                py.write_stderr("\n");
                return Ok(Line::End);
            }
            Ok(0) => return Ok(Line::Text(line)),
            // CPython reads C strings: a null byte takes the rest of its line away, and the next line goes on with this one.
            Ok(_) => match part.iter().position(|byte| *byte == 0) {
                Some(null) => line.extend_from_slice(part.get(..null).unwrap_or_default()),
                None => {
                    line.append(&mut part);
                    return Ok(Line::Text(line));
                }
            },
            Err(error) => return Err(py.raise_io_error(&error, None)),
        }
    }
}

/// The plain prompt (`sys._baserepl`): statements from standard input until it ends, each executed at once. Gives the exit status.
pub fn read_statements(py: Py<'_>) -> PyResult<i32> {
    let prompts: [(&PyStr, &str); 2] = [(id!(py, "ps1"), ">>> "), (id!(py, "ps2"), "... ")];
    for (name, text) in prompts {
        if py.sys_object(name)?.is_none() {
            py.set_sys_object(name, Some(&*text.into_py(py)?))?;
        }
    }
    let mut number = 0;
    let mut status = 0;
    // What `from __future__` statements have switched on stays on.
    let mut features = 0;
    loop {
        let (source, at_end) = match read_statement(py, features) {
            Ok(read) => read,
            Err(raised) => {
                status = shown(py, raised);
                continue;
            }
        };
        if !source.is_empty() {
            let outcome = run_statement(py, &source, number, &mut features);
            number += 1;
            status = match outcome {
                Ok(()) => 0,
                Err(raised) => {
                    if py.error_matches(types::SystemExit()) {
                        return Err(raised);
                    }
                    shown(py, raised)
                }
            };
            flush(py);
        }
        if at_end {
            return Ok(status);
        }
    }
}

/// Reports an error of a statement. Only an interrupt is still told of at the end.
fn shown(py: Py<'_>, raised: Raised) -> i32 {
    let status = report(py, raised);
    if status == INTERRUPTED { status } else { 0 }
}

/// The lines of one statement, and whether the input ended with it.
fn read_statement(py: Py<'_>, features: u32) -> PyResult<(Vec<u8>, bool)> {
    let mut source = Vec::new();
    let mut prompt = id!(py, "ps1");
    loop {
        match read_line(py, prompt)? {
            // The end is told of once more when nothing comes before it.
            Line::End => {
                let at_end = source.is_empty();
                return Ok((source, at_end));
            }
            Line::Text(line) => source.extend_from_slice(&line),
        }
        if source.last() != Some(&b'\n') {
            prompt = id!(py, "ps2");
            continue;
        }
        let blank = source.iter().all(|b| b.is_ascii_whitespace());
        if blank || !wants_more(py, &source, features)? {
            return Ok((source, false));
        }
        prompt = id!(py, "ps2");
    }
}

/// Whether the statement is only the beginning of one.
fn wants_more(py: Py<'_>, source: &[u8], features: u32) -> PyResult<bool> {
    let filename = PyStr::new(py, "<stdin>")?;
    let flags = flags::ALLOW_INCOMPLETE_INPUT | flags::DONT_IMPLY_DEDENT | flags::IGNORE_COOKIE | features;
    let arena = bumpalo::Bump::new();
    let blank = source.strip_suffix(b"\n").is_none_or(|rest| rest.is_empty() || rest.ends_with(b"\n"));
    let parsed = krait_interp::compile::parse_quietly(
        py,
        &arena,
        Source::Bytes(source),
        &filename,
        Mode::Single,
        flags,
    );
    match parsed {
        // A compound statement goes on until an empty line.
        Ok(Mod::Interactive { body: [statement, ..] }) => Ok(!blank && is_compound(statement)),
        Ok(_) => Ok(false),
        Err(raised) => {
            let more = py.error_matches(types::_IncompleteInputError());
            py.clear_error(raised);
            Ok(more)
        }
    }
}

fn is_compound(statement: &Stmt<'_>) -> bool {
    use StmtKind::*;
    matches!(
        statement.node,
        FunctionDef(_)
            | AsyncFunctionDef(_)
            | ClassDef(_)
            | For(_)
            | AsyncFor(_)
            | While { .. }
            | If { .. }
            | With { .. }
            | AsyncWith { .. }
            | Match { .. }
            | Try(_)
            | TryStar(_)
    )
}

fn run_statement(py: Py<'_>, source: &[u8], number: usize, features: &mut u32) -> PyResult<()> {
    if source.iter().all(|b| b.is_ascii_whitespace()) {
        return Ok(());
    }
    let shown = PyStr::new(py, "<stdin>")?;
    let globals = main_dict(py)?;
    let given = flags::IGNORE_COOKIE | *features;
    // Errors of syntax speak of "<stdin>"; running code has a name of its own, under which its source can be found.
    let arena = bumpalo::Bump::new();
    let tree =
        krait_interp::compile::parse_source(py, &arena, Source::Bytes(source), &shown, Mode::Single, given)?;
    let name = PyStr::new(py, &format!("<stdin-{number}>"))?;
    let code = krait_interp::compile::compile_tree(py, &tree, &name, given, -1)?;
    *features |= code.co_flags.get() as u32 & flags::FUTURES;
    let text = PyStr::from_wtf8(py, source)?;
    if let Err(raised) = register_source(py, &code, &text, &shown) {
        py.clear_error(raised);
    }
    execute::run_code(py, &code, &globals, None).map(drop)
}

fn flush(py: Py<'_>) {
    for name in [id!(py, "stderr"), id!(py, "stdout")] {
        let outcome = match py.sys_object(name) {
            Ok(Some(file)) if !file.is_none() => file.call_method(py, id!(py, "flush"), &[]).map(drop),
            Ok(_) => Ok(()),
            Err(raised) => Err(raised),
        };
        if let Err(raised) = outcome {
            py.clear_error(raised);
        }
    }
}
