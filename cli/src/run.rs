//! Running what the command line names: a command, a module, a script, standard input; and the end of the process.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use krait_interp::compile::{Source, compile_source};
use krait_interp::import::import_module;
use krait_interp::{display, execute};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_syntax::Mode;

use crate::options::Run;

/// Runs, and gives the exit status.
pub fn run(py: Py<'_>, what: &Run) -> i32 {
    let outcome = match what {
        Run::Command(code) => run_command(py, code),
        Run::Module(name) => run_module(py, name, true),
        Run::File(name) => run_file(py, name),
        Run::Stdin => run_stdin(py),
    };
    let mut status = match outcome {
        Ok(status) => status,
        Err(raised) => report(py, raised),
    };
    if inspects(py) && !matches!(what, Run::Stdin) {
        status = crate::prompt::after_program(py);
    }
    status
}

fn inspects(py: Py<'_>) -> bool {
    let inspect = py.interp().config.borrow().inspect > 0;
    inspect && std::io::IsTerminal::is_terminal(&std::io::stdin())
        || py.interp().config.borrow().interactive > 0
}

/// Shows the exception and gives the status it ends the program with; a `KeyboardInterrupt` is remembered (see [`leave`]).
pub fn report(py: Py<'_>, raised: Raised) -> i32 {
    let interrupted = py.error_matches(types::KeyboardInterrupt());
    let status = display::report(py, raised, true);
    if interrupted { INTERRUPTED } else { status }
}

/// Status that stands for "ended by an unhandled KeyboardInterrupt".
pub const INTERRUPTED: i32 = 0x1_0002;

/// The namespace of `__main__`.
pub fn main_dict(py: Py<'_>) -> PyResult<Ref<PyDict>> {
    let main = import_module(py, "__main__")?;
    match main.downcast::<PyModule>() {
        Some(module) => Ok(module.dict()),
        None => bail!(py, SystemError, "__main__ is no module"),
    }
}

/// `sys.path[0]`: put in front unless `-P` or `-I` forbid.
fn prepend_path(py: Py<'_>, entry: &[u8]) -> PyResult<()> {
    if py.interp().config.borrow().safe_path {
        return Ok(());
    }
    insert_path(py, entry)
}

fn insert_path(py: Py<'_>, entry: &[u8]) -> PyResult<()> {
    let path = py.required_sys_object(id!(py, "path"))?;
    if let Some(path) = path.downcast::<PyList>() {
        path.insert(py, 0, PyStr::from_os_bytes(py, entry)?.upcast())?;
    }
    Ok(())
}

fn run_command(py: Py<'_>, code: &[u8]) -> PyResult<i32> {
    prepend_path(py, b"")?;
    let mut source = dedent(code);
    source.push(b'\n');
    let filename = PyStr::new(py, "<string>")?;
    let globals = main_dict(py)?;
    let code = compile_source(py, Source::Bytes(&source), &filename, Mode::Exec, 0, -1)?;
    execute::run_code(py, &code, &globals, None)?;
    Ok(0)
}

/// 3.14 takes common indentation off a `-c` command, as `textwrap.dedent` does.
fn dedent(code: &[u8]) -> Vec<u8> {
    let lines = || code.split(|&b| b == b'\n');
    let blank = |line: &[u8]| line.iter().all(|b| matches!(b, b' ' | b'\t'));
    let mut margin: Option<&[u8]> = None;
    for line in lines().filter(|l| !blank(l)) {
        let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let indent = line.get(..indent).unwrap_or_default();
        margin = Some(match margin {
            None => indent,
            Some(m) => {
                let common = m.iter().zip(indent).take_while(|(a, b)| a == b).count();
                m.get(..common).unwrap_or_default()
            }
        });
    }
    let margin = margin.unwrap_or_default().len();
    let mut out = Vec::with_capacity(code.len());
    for (i, line) in lines().enumerate() {
        if i > 0 {
            out.push(b'\n');
        }
        if margin > 0 && blank(line) {
            continue;
        }
        out.extend_from_slice(line.get(margin..).unwrap_or(line));
    }
    out
}

/// `runpy._run_module_as_main`.
fn run_module(py: Py<'_>, name: &[u8], alter_argv: bool) -> PyResult<i32> {
    if alter_argv {
        let cwd = std::env::current_dir().map(|p| p.into_os_string().into_vec()).unwrap_or_default();
        prepend_path(py, &cwd)?;
    }
    let runpy = import_module(py, "runpy")?;
    let function = runpy.get_attr(py, id!(py, "_run_module_as_main"))?;
    let name = PyStr::from_os_bytes(py, name)?;
    function.call(py, &[&name, PyBool::get(alter_argv)])?;
    Ok(0)
}

fn run_file(py: Py<'_>, name: &[u8]) -> PyResult<i32> {
    let path = PathBuf::from(OsString::from_vec(name.to_vec()));
    if is_importable_place(&path) {
        insert_path(py, name)?;
        return run_module(py, b"__main__", false);
    }
    let source = match read_script(&path) {
        Ok(source) => source,
        Err(error) => {
            let program = py.interp().config.borrow().orig_argv.first().cloned().unwrap_or_default();
            let errno = error.raw_os_error().unwrap_or(0);
            eprintln!(
                "{}: can't open file '{}': [Errno {errno}] {}",
                String::from_utf8_lossy(&program),
                std::path::absolute(&path).unwrap_or(path).display(),
                krait_runtime::objects::exceptions::os_error::error_text(errno)
            );
            return Ok(2);
        }
    };
    let folder = std::fs::canonicalize(&path).ok().and_then(|p| p.parent().map(Path::to_path_buf));
    let folder = folder.unwrap_or_else(|| path.parent().unwrap_or(Path::new("")).to_path_buf());
    prepend_path(py, &folder.into_os_string().into_vec())?;
    let filename = PyStr::from_os_bytes(py, name)?;
    let globals = main_dict(py)?;
    globals.set(py, id!(py, "__file__"), &filename)?;
    globals.set(py, id!(py, "__cached__"), &*py.none())?;
    set_loader(py, &globals, &filename, "SourceFileLoader")?;
    let source =
        if py.interp().config.borrow().skip_first_line { without_first_line(&source) } else { source };
    let outcome = compile_source(py, Source::Bytes(&source), &filename, Mode::Exec, 0, -1)
        .and_then(|code| execute::run_code(py, &code, &globals, None));
    outcome.map(|_| 0)
}

/// A folder or archive with a `__main__` inside.
fn is_importable_place(path: &Path) -> bool {
    if path.is_dir() {
        return path.join("__main__.py").exists() || path.join("__main__.pyc").exists();
    }
    let mut head = [0u8; 4];
    let zip =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip") || e.eq_ignore_ascii_case("pyz"));
    let magic =
        std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut head)).is_ok() && head == *b"PK\x03\x04";
    zip || magic
}

fn read_script(path: &Path) -> std::io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(std::io::Error::from_raw_os_error(libc::EISDIR));
    }
    std::fs::read(path)
}

/// `-x`: the first line is not Python.
fn without_first_line(source: &[u8]) -> Vec<u8> {
    match source.iter().position(|&b| b == b'\n') {
        Some(at) => source.get(at..).unwrap_or_default().to_vec(),
        None => Vec::new(),
    }
}

/// `__main__.__loader__`, as `runpy` and `inspect` expect it.
fn set_loader(py: Py<'_>, globals: &PyDict, filename: &PyStr, class: &str) -> PyResult<()> {
    let Some(importlib) = py.interp().importlib.get() else { return Ok(()) };
    let external = importlib.get_attr(py, id!(py, "_bootstrap_external"))?;
    let class = external.get_attr(py, &*PyStr::new(py, class)?)?;
    let loader = class.call(py, &[id!(py, "__main__"), filename])?;
    globals.set(py, id!(py, "__loader__"), &loader)
}

fn run_stdin(py: Py<'_>) -> PyResult<i32> {
    prepend_path(py, b"")?;
    let interactive = py.interp().config.borrow().interactive > 0;
    if interactive || std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Ok(crate::prompt::interactive(py));
    }
    let mut source = Vec::new();
    let read = py.detach(|| std::io::stdin().lock().read_to_end(&mut source));
    if let Err(error) = read {
        return Err(py.raise_io_error(&error, None));
    }
    let filename = PyStr::new(py, "<stdin>")?;
    let globals = main_dict(py)?;
    let code = compile_source(py, Source::Bytes(&source), &filename, Mode::Exec, 0, -1)?;
    execute::run_code(py, &code, &globals, None)?;
    Ok(0)
}
