//! Running what the command line names: a command, a module, a script, standard input; and the end of the process.

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use krait_interp::compile::{Source, compile_source};
use krait_interp::import::{find_builtin, import_module};
use krait_interp::objects::PyCode;
use krait_interp::{display, execute};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_syntax::Mode;

use crate::options::Run;
use crate::prompt;

/// Runs, and gives the exit status.
pub fn run(py: Py<'_>, what: &Run) -> i32 {
    prompt::banner(py, *what != Run::Stdin);
    let outcome = match what {
        Run::Command(code) => run_command(py, code),
        Run::Module(name) => run_module_option(py, name),
        Run::File(name) => run_file(py, name),
        Run::Stdin => run_stdin(py),
    };
    let status = match outcome {
        Ok(status) => status,
        Err(raised) => report(py, raised),
    };
    prompt::after_program(py, status)
}

/// Whether somebody sits at standard input, or `-i` says so.
pub fn stdin_is_interactive(py: Py<'_>) -> bool {
    py.interp().config.borrow().interactive > 0 || std::io::stdin().is_terminal()
}

/// Shows the exception and gives the status it ends the program with; a `KeyboardInterrupt` is remembered (see `main.rs`).
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
    py.interp().config.borrow_mut().first_path = Some(entry.to_vec());
    insert_path(py, entry)
}

fn insert_path(py: Py<'_>, entry: &[u8]) -> PyResult<()> {
    let path = py.required_sys_object(id!(py, "path"))?;
    if let Some(path) = path.downcast::<PyList>() {
        path.insert(py, 0, PyStr::from_os_bytes(py, entry)?.upcast())?;
    }
    Ok(())
}

/// Has `linecache` know the source of code that stands in no file, so that tracebacks can show it.
pub fn register_source(py: Py<'_>, code: &PyCode, source: &PyObject, filename: &PyStr) -> PyResult<()> {
    let linecache = import_module(py, "linecache")?;
    linecache.call_method(py, id!(py, "_register_code"), &[code, source, filename]).map(drop)
}

fn run_command(py: Py<'_>, code: &[u8]) -> PyResult<i32> {
    prepend_path(py, b"")?;
    let text = PyStr::from_os_bytes(py, code)?;
    py.audit("cpython.run_command", &[&text])?;
    let bytes = match text.call_method(py, id!(py, "encode"), &[]) {
        Ok(bytes) => bytes,
        Err(raised) => {
            stderr_line!("Unable to decode the command from the command line:");
            return Err(raised);
        }
    };
    let Ok(bytes) = bytes.downcast_into::<PyBytes>() else {
        return Ok(1);
    };
    let mut source = dedent(bytes.as_bytes());
    source.push(b'\n');
    let filename = PyStr::new(py, "<string>")?;
    let globals = main_dict(py)?;
    let code = compile_source(py, Source::Bytes(&source), &filename, Mode::Exec, IGNORE_COOKIE, -1)?;
    let shown = PyStr::from_wtf8(py, &source)?;
    if find_builtin("posix").is_some()
        && let Err(raised) = register_source(py, &code, &shown, &filename)
    {
        py.clear_error(raised);
    }
    execute::run_code(py, &code, &globals, None)?;
    Ok(0)
}

/// The source is UTF-8 whatever its first lines say.
const IGNORE_COOKIE: u32 = krait_interp::compile::flags::IGNORE_COOKIE;
const SCRIPT: u32 = krait_interp::compile::flags::SCRIPT;

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

fn run_module_option(py: Py<'_>, name: &[u8]) -> PyResult<i32> {
    if let Ok(folder) = std::env::current_dir() {
        prepend_path(py, &folder.into_os_string().into_vec())?;
    }
    run_module(py, name, true)
}

/// `runpy._run_module_as_main`.
fn run_module(py: Py<'_>, name: &[u8], alter_argv: bool) -> PyResult<i32> {
    let name = PyStr::from_os_bytes(py, name)?;
    py.audit("cpython.run_module", &[&name])?;
    let runpy = import_module(py, "runpy")?;
    let function = runpy.get_attr(py, id!(py, "_run_module_as_main"))?;
    function.call(py, &[&name, PyBool::get(alter_argv)])?;
    Ok(0)
}

/// A path made absolute by the working folder, otherwise as it is.
fn absolute(name: &[u8]) -> Vec<u8> {
    if name.starts_with(b"/") {
        return name.to_vec();
    }
    let Ok(folder) = std::env::current_dir() else { return name.to_vec() };
    let mut path = folder.into_os_string().into_vec();
    path.push(b'/');
    path.extend_from_slice(name.strip_prefix(b"./").unwrap_or(name));
    path
}

/// The folder that a script stands in, links followed.
fn folder_of(name: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(OsString::from_vec(name.to_vec()));
    let real = std::fs::canonicalize(&path).unwrap_or(path);
    real.parent().unwrap_or(Path::new("")).as_os_str().to_owned().into_vec()
}

fn run_file(py: Py<'_>, given: &[u8]) -> PyResult<i32> {
    let name = absolute(given);
    let filename = PyStr::from_os_bytes(py, &name)?;
    if has_importer(py, &filename)? {
        insert_path(py, &name)?;
        return run_module(py, b"__main__", false);
    }
    prepend_path(py, &folder_of(given))?;
    py.audit("cpython.run_file", &[&filename])?;
    let path = PathBuf::from(OsString::from_vec(name));
    match read_script(&path) {
        Ok(source) => run_source(py, &source, &filename).map(|()| 0),
        Err(error) => {
            let program = py.sys_object(id!(py, "executable"))?.unwrap_or_else(|| py.none()).str(py)?;
            let errno = error.raw_os_error().unwrap_or(0);
            let text = krait_runtime::objects::exceptions::os_error::error_text(errno);
            stderr_line!("{program}: can't open file {}: [Errno {errno}] {text}", filename.repr(py)?);
            Ok(2)
        }
    }
}

/// Whether modules can be imported from the path: it is a folder or an archive.
fn has_importer(py: Py<'_>, path: &PyStr) -> PyResult<bool> {
    let external = import_module(py, "_frozen_importlib_external")?;
    let finder = external.get_attr(py, id!(py, "PathFinder"))?;
    let importer = finder.call_method(py, id!(py, "_path_importer_cache"), &[path])?;
    Ok(!importer.is_none())
}

/// Executes a script's contents, source or bytecode, in `__main__`.
pub fn run_source(py: Py<'_>, contents: &[u8], filename: &PyStr) -> PyResult<()> {
    let globals = main_dict(py)?;
    let set_file = globals.get_str(py, id!(py, "__file__"))?.is_none();
    if set_file {
        globals.set(py, id!(py, "__file__"), filename)?;
        globals.set(py, id!(py, "__cached__"), &py.none())?;
    }
    let outcome = run_contents(py, contents, filename, &globals);
    if set_file {
        let saved = py.take_error();
        for name in [id!(py, "__file__"), id!(py, "__cached__")] {
            if let Err(raised) = globals.remove(py, name) {
                py.clear_error(raised);
            }
        }
        if let Some(saved) = saved {
            let _ = py.restore(saved);
        }
    }
    outcome
}

fn run_contents(py: Py<'_>, contents: &[u8], filename: &PyStr, globals: &PyDict) -> PyResult<()> {
    let magic = krait_bytecode::pyc::MAGIC_NUMBER;
    let is_bytecode = filename.to_string_lossy().ends_with(".pyc") || contents.starts_with(&magic);
    if is_bytecode {
        set_loader(py, globals, filename, "SourcelessFileLoader")?;
        if contents.len() >= magic.len() && !contents.starts_with(&magic) {
            bail!(py, RuntimeError, "Bad magic number in .pyc file")
        }
        let Some(body) = contents.get(16..) else { bail!(py, EOFError, "EOF read where not expected") };
        let code = krait_mod_sys::marshal::load_bytes(py, body, true)?;
        let Ok(code) = code.downcast_into::<PyCode>() else {
            bail!(py, RuntimeError, "Bad code object in .pyc file")
        };
        return execute::run_code(py, &code, globals, None).map(drop);
    }
    // Standard input is no file that a loader could read again.
    if !filename.eq_str("<stdin>") {
        set_loader(py, globals, filename, "SourceFileLoader")?;
    }
    let skip = py.interp().config.borrow().skip_first_line;
    let source = if skip { without_first_line(contents) } else { contents };
    let code = compile_source(py, Source::Bytes(source), filename, Mode::Exec, SCRIPT, -1)?;
    execute::run_code(py, &code, globals, None).map(drop)
}

fn read_script(path: &Path) -> std::io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(std::io::Error::from_raw_os_error(libc::EISDIR));
    }
    std::fs::read(path)
}

/// `-x`: the first line is not Python; its end stays, so that lines keep their numbers.
fn without_first_line(source: &[u8]) -> &[u8] {
    let end = source.iter().position(|&b| b == b'\n').unwrap_or(source.len());
    source.get(end..).unwrap_or_default()
}

/// `__main__.__loader__`, as `runpy` and `inspect` expect it.
fn set_loader(py: Py<'_>, globals: &PyDict, filename: &PyStr, class: &str) -> PyResult<()> {
    let external = import_module(py, "_frozen_importlib_external")?;
    let class = external.get_attr(py, &*PyStr::new(py, class)?)?;
    let loader = class.call(py, &[id!(py, "__main__"), filename])?;
    globals.set(py, id!(py, "__loader__"), &loader)
}

fn run_stdin(py: Py<'_>) -> PyResult<i32> {
    prepend_path(py, b"")?;
    if stdin_is_interactive(py) {
        return Ok(prompt::interactive(py));
    }
    py.audit("cpython.run_stdin", &[])?;
    let mut source = Vec::new();
    let read = py.detach(|| std::io::stdin().lock().read_to_end(&mut source));
    if let Err(error) = read {
        return Err(py.raise_io_error(&error, None));
    }
    run_source(py, &source, &*PyStr::new(py, "<stdin>")?).map(|()| 0)
}
