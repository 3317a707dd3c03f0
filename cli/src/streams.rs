//! The standard files of `sys`: text files around the three descriptors, in the encoding that start-up chose. A closed descriptor
//! becomes `None`.

use krait_interp::import::import_module;
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::entry::is_open;

/// Makes `sys.stdin`, `sys.stdout`, `sys.stderr`, their underscored twins, and `builtins.open`.
pub fn init(py: Py<'_>) -> PyResult<()> {
    let io = import_module(py, "_io")?;
    let open = io.get_attr(py, id!(py, "open"))?;
    if let Some(builtins) = py.interp().builtins.get() {
        builtins.set_item(py, id!(py, "open"), &open)?;
    }
    let (encoding, errors) = {
        let config = py.interp().config.borrow();
        (
            config.stdio_encoding.clone().unwrap_or_else(|| "utf-8".to_owned()),
            config.stdio_errors.clone().unwrap_or_else(|| "strict".to_owned()),
        )
    };
    let files = [("stdin", errors.as_str()), ("stdout", errors.as_str()), ("stderr", "backslashreplace")];
    for (fd, (name, errors)) in files.into_iter().enumerate() {
        let file = make(py, &io, fd as i32, name, &encoding, errors)?;
        py.set_sys_object(&*PyStr::new_interned(py, &format!("__{name}__"))?, Some(&file))?;
        py.set_sys_object(&*PyStr::new_interned(py, name)?, Some(&file))?;
    }
    Ok(())
}

fn make(
    py: Py<'_>,
    io: &PyObject,
    fd: i32,
    name: &str,
    encoding: &str,
    errors: &str,
) -> PyResult<Ref<PyObject>> {
    if !is_open(fd) {
        return Ok(py.none());
    }
    match wrap(py, io, fd, name, encoding, errors) {
        Ok(file) => Ok(file),
        // A descriptor that is open but good for nothing.
        Err(raised) if py.error_matches(types::OSError()) => {
            py.clear_error(raised);
            Ok(py.none())
        }
        Err(raised) => Err(raised),
    }
}

fn wrap(
    py: Py<'_>,
    io: &PyObject,
    fd: i32,
    name: &str,
    encoding: &str,
    errors: &str,
) -> PyResult<Ref<PyObject>> {
    let writing = fd != 0;
    let buffered = !py.interp().config.borrow().unbuffered;
    // Text reading needs a buffer below it in any case.
    let buffering = if buffered || !writing { -1 } else { 0 };
    let none = py.none();
    let open = io.get_attr(py, id!(py, "open"))?;
    let mode = if writing { "wb" } else { "rb" }.into_py(py)?;
    let args: [&PyObject; 7] =
        [&*fd.into_py(py)?, &mode, &*buffering.into_py(py)?, &none, &none, &none, PyBool::get(false)];
    let buffer = open.call(py, &args)?;
    let raw = if buffering == 0 { buffer.clone() } else { buffer.get_attr(py, id!(py, "raw"))? };
    raw.set_attr(py, id!(py, "name"), &*format!("<{name}>").into_py(py)?)?;
    let is_terminal = raw.call_method(py, id!(py, "isatty"), &[])?.is_true(py)?;
    let line_buffering = buffered && (is_terminal || fd == 2);
    let class = io.get_attr(py, id!(py, "TextIOWrapper"))?;
    let text = class.call(
        py,
        &[
            &buffer,
            &*encoding.into_py(py)?,
            &*errors.into_py(py)?,
            id!(py, "\n"),
            PyBool::get(line_buffering),
            PyBool::get(!buffered && writing),
        ],
    )?;
    text.set_attr(py, id!(py, "mode"), &*if writing { "w" } else { "r" }.into_py(py)?)?;
    Ok(text)
}

/// Whether standard input is a folder, which Python refuses.
pub fn stdin_is_folder() -> bool {
    is_open(0) && std::fs::metadata("/dev/stdin").is_ok_and(|m| m.is_dir())
}
