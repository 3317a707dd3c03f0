//! Showing exceptions that nobody handles: `sys.excepthook`'s and `sys.unraisablehook`'s own work, `SystemExit`. The text normally
//! comes from the library's `traceback`; here is also a plain writer for when that cannot be used.

use std::io::Write as _;

use krait_runtime::objects::exceptions::{PyBaseException, types};
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::objects::{PyInt, PyStr};
use krait_runtime::prelude::*;

use crate::objects::traceback::PyTraceback;

/// Repetitions of one line that a plain traceback shows.
const REPEATS: usize = 3;
/// Entries that a plain traceback shows by default (`sys.tracebacklimit`).
const DEFAULT_LIMIT: i64 = 1000;

/// A name in module `sys`.
fn sys_object(py: Py<'_>, name: &PyStr) -> Option<Ref<PyObject>> {
    let sysdict = py.interp().sysdict.get()?;
    match sysdict.downcast::<PyDict>()?.get_str(py, name) {
        Ok(found) => found,
        Err(raised) => {
            py.clear_error(raised);
            None
        }
    }
}

fn set_sys_object(py: Py<'_>, name: &PyStr, value: &PyObject) {
    if let Some(sysdict) = py.interp().sysdict.get()
        && let Some(dict) = sysdict.downcast::<PyDict>()
        && let Err(raised) = dict.set(py, name, value)
    {
        py.clear_error(raised);
    }
}

/// Writes to `file`, or to the process's standard error when there is none yet.
fn write(py: Py<'_>, file: Option<&PyObject>, text: &str) -> PyResult<()> {
    match file {
        Some(file) => {
            let text = PyStr::new(py, text)?;
            file.call_method(py, id!(py, "write"), &[&text]).map(drop)
        }
        None => {
            // Nobody is left to tell when this fails.
            let _ = std::io::stderr().write_all(text.as_bytes());
            Ok(())
        }
    }
}

fn flush(py: Py<'_>, file: Option<&PyObject>) {
    if let Some(file) = file
        && let Err(raised) = file.call_method(py, id!(py, "flush"), &[])
    {
        py.clear_error(raised);
    }
}

/// `sys.stderr`: `Err` when it is None (write nothing), `Ok(None)` when there is none yet.
fn stderr(py: Py<'_>) -> Result<Option<Ref<PyObject>>, ()> {
    match sys_object(py, id!(py, "stderr")) {
        Some(file) if file.is_none() => Err(()),
        file => Ok(file),
    }
}

/// Shows an exception on `sys.stderr` (`PyErr_Display`, which is what `sys.__excepthook__` does).
pub fn show(py: Py<'_>, value: &PyObject, traceback: Option<&PyObject>) {
    let Ok(file) = stderr(py) else { return };
    show_on(py, file.as_deref(), value, traceback);
}

/// The same on a file.
pub fn show_in(py: Py<'_>, file: &PyObject, value: &PyObject, traceback: Option<&PyObject>) {
    show_on(py, Some(file), value, traceback);
}

fn show_on(py: Py<'_>, file: Option<&PyObject>, value: &PyObject, traceback: Option<&PyObject>) {
    if let (Some(e), Some(tb)) = (value.downcast::<PyBaseException>(), traceback)
        && e.traceback().is_none()
        && PyTraceback::check(tb)
    {
        e.set_traceback(Some(tb.to_ref()));
    }
    if file.is_some() {
        match show_by_library(py, value) {
            Ok(()) => {
                flush(py, file);
                return;
            }
            Err(raised) => py.clear_error(raised),
        }
    }
    let is_lost = file.is_none() && py.interp().importlib.is_some();
    let shown = if is_lost { Ok(()) } else { show_plainly(py, file, value) };
    let failed = shown.map_err(|raised| py.clear_error(raised)).is_err();
    if is_lost || failed {
        show_lost(py, value);
    }
    flush(py, file);
}

/// What is said of an exception when `sys.stderr` cannot be written to (`_PyObject_Dump`).
fn show_lost(py: Py<'_>, value: &PyObject) {
    let repr = value.repr(py).map_err(|raised| py.clear_error(raised)).map(|text| text.to_string());
    stderr_line!(
        "object address  : {:#x}\nobject refcount : {}\nobject type     : {:#x}\nobject type name: {}\nobject repr     : \
         {}\nlost sys.stderr",
        value.id(),
        value.refcnt(),
        value.ty().id(),
        value.ty().name(),
        repr.as_deref().unwrap_or("<exception>"),
    );
}

fn show_by_library(py: Py<'_>, value: &PyObject) -> PyResult<()> {
    let traceback = crate::import::import_module(py, "traceback")?;
    let print = traceback.get_attr(py, id!(py, "_print_exception_bltin"))?;
    print.call(py, &[value]).map(drop)
}

fn show_plainly(py: Py<'_>, file: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
    let mut seen = Vec::new();
    show_chain(py, file, value, &mut seen)
}

fn show_chain(py: Py<'_>, file: Option<&PyObject>, value: &PyObject, seen: &mut Vec<usize>) -> PyResult<()> {
    py.check_stack(" while printing an exception")?;
    seen.push(value.id());
    let Some(exc) = value.downcast::<PyBaseException>() else {
        let text = format!(
            "TypeError: print_exception(): Exception expected for value, {} found\n",
            value.ty().name()
        );
        return write(py, file, &text);
    };
    let cause = exc.cause().filter(|c| !c.is_none());
    if let Some(cause) = cause {
        if !seen.contains(&cause.id()) {
            show_chain(py, file, &cause, seen)?;
            let text = "\nThe above exception was the direct cause of the following exception:\n\n";
            write(py, file, text)?;
        }
    } else if let Some(context) = exc.context().filter(|c| !c.is_none())
        && !exc.suppresses_context()
        && !seen.contains(&context.id())
    {
        show_chain(py, file, &context, seen)?;
        write(py, file, "\nDuring handling of the above exception, another exception occurred:\n\n")?;
    }
    if let Some(tb) = exc.traceback()
        && let Some(tb) = tb.downcast::<PyTraceback>()
    {
        show_traceback(py, file, tb)?;
    }
    show_syntax_error(py, file, value)?;
    let line = exception_line(py, value);
    write(py, file, &line)
}

/// "module.Name", without the module where that goes without saying.
fn class_name(py: Py<'_>, ty: &PyType) -> String {
    let attribute = |name: &PyStr| -> Option<String> {
        match ty.get_attr(py, name) {
            Ok(text) => text.downcast::<PyStr>().map(|t| t.to_string()),
            Err(raised) => {
                py.clear_error(raised);
                None
            }
        }
    };
    let module = attribute(id!(py, "__module__")).unwrap_or_else(|| "<unknown>".to_owned());
    let name = attribute(id!(py, "__qualname__")).unwrap_or_else(|| "<unknown>".to_owned());
    if matches!(module.as_str(), "builtins" | "__main__") { name } else { format!("{module}.{name}") }
}

/// "module.Name: text".
fn exception_line(py: Py<'_>, value: &PyObject) -> String {
    let name = class_name(py, value.ty());
    let text = if value.ty().is_subtype(types::SyntaxError()) {
        syntax_message(py, value)
    } else {
        match value.str(py) {
            Ok(text) => text.to_string(),
            Err(raised) => {
                py.clear_error(raised);
                "<exception str() failed>".to_owned()
            }
        }
    };
    if text.is_empty() { format!("{name}\n") } else { format!("{name}: {text}\n") }
}

fn text_of(py: Py<'_>, object: &PyObject, name: &PyStr) -> Option<Ref<PyObject>> {
    match object.get_attr(py, name) {
        Ok(value) => Some(value).filter(|v| !v.is_none()),
        Err(raised) => {
            py.clear_error(raised);
            None
        }
    }
}

fn syntax_message(py: Py<'_>, value: &PyObject) -> String {
    match text_of(py, value, id!(py, "msg")) {
        Some(msg) => {
            msg.downcast::<PyStr>().map_or_else(|| "<no detail available>".to_owned(), |m| m.to_string())
        }
        None => "<no detail available>".to_owned(),
    }
}

/// The place of a `SyntaxError`: file, line, caret.
fn show_syntax_error(py: Py<'_>, file: Option<&PyObject>, value: &PyObject) -> PyResult<()> {
    if !value.ty().is_subtype(types::SyntaxError()) {
        return Ok(());
    }
    let Some(line) = text_of(py, value, id!(py, "lineno")) else { return Ok(()) };
    let filename = text_of(py, value, id!(py, "filename"));
    let filename = match filename.as_ref().and_then(|f| f.downcast::<PyStr>()) {
        Some(name) => name.to_string(),
        None => "<string>".to_owned(),
    };
    write(py, file, &format!("  File \"{filename}\", line {}\n", line.str(py)?))?;
    let Some(text) = text_of(py, value, id!(py, "text")) else { return Ok(()) };
    let Some(text) = text.downcast::<PyStr>() else { return Ok(()) };
    let text = text.to_string();
    let shown = text.trim_end_matches('\n');
    let stripped = shown.trim_start_matches([' ', '\t', '\x0c']);
    write(py, file, &format!("    {stripped}\n"))?;
    let column = |name| {
        let value = text_of(py, value, name)?;
        value.downcast::<PyInt>().and_then(PyInt::as_i64)
    };
    let Some(start) = column(id!(py, "offset")) else { return Ok(()) };
    let indent = (shown.chars().count() - stripped.chars().count()) as i64;
    let start = start - 1 - indent;
    let end = column(id!(py, "end_offset")).map_or(start + 1, |end| end - 1 - indent).max(start + 1);
    if start < 0 {
        return Ok(());
    }
    let spaces: String =
        stripped.chars().take(start as usize).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
    write(py, file, &format!("    {spaces}{}\n", "^".repeat((end - start).clamp(1, 1000) as usize)))
}

/// The entries of a traceback, innermost last (`PyTraceBack_Print`).
pub fn show_traceback(py: Py<'_>, file: Option<&PyObject>, tb: &PyTraceback) -> PyResult<()> {
    let limit = match sys_object(py, id!(py, "tracebacklimit")) {
        Some(limit) => {
            limit.downcast::<PyInt>().map_or(DEFAULT_LIMIT, |n| n.as_i64().unwrap_or(DEFAULT_LIMIT))
        }
        None => DEFAULT_LIMIT,
    };
    if limit <= 0 {
        return Ok(());
    }
    write(py, file, "Traceback (most recent call last):\n")?;
    let mut entries = Vec::new();
    let mut link = Some(tb.new_ref());
    while let Some(entry) = link {
        link = entry.tb_next.get();
        entries.push(entry);
    }
    let skip = entries.len().saturating_sub(limit as usize);
    let mut last: Option<(String, i32, String)> = None;
    let mut count = 0;
    for entry in entries.iter().skip(skip) {
        let Some(frame) = entry.tb_frame.get() else { continue };
        let code = frame.code();
        let here = (code.filename().to_string(), entry.line(), code.name().to_string());
        if last.as_ref() != Some(&here) {
            repeated(py, file, count)?;
            count = 0;
        }
        count += 1;
        if count <= REPEATS {
            let (filename, line, name) = &here;
            write(py, file, &format!("  File \"{filename}\", line {line}, in {name}\n"))?;
            if let Some(source) = source_line(filename, *line) {
                write(py, file, &format!("    {source}\n"))?;
            }
        }
        last = Some(here);
    }
    repeated(py, file, count)
}

fn repeated(py: Py<'_>, file: Option<&PyObject>, count: usize) -> PyResult<()> {
    match count.saturating_sub(REPEATS) {
        0 => Ok(()),
        1 => write(py, file, "  [Previous line repeated 1 more time]\n"),
        n => write(py, file, &format!("  [Previous line repeated {n} more times]\n")),
    }
}

/// A line of a source file, without indentation.
pub fn source_line(filename: &str, line: i32) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    if filename.starts_with('<') {
        return None;
    }
    let text = std::fs::read_to_string(filename).ok()?;
    let line = text.lines().nth(index)?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Reports an exception that cannot be passed on (`PyErr_FormatUnraisable`): through `sys.unraisablehook`.
/// `message` stands before the object's repr: "Exception ignored while closing generator".
pub fn unraisable(py: Py<'_>, raised: Raised, message: &str, object: Option<&PyObject>) {
    let exc = py.fetch(raised);
    report_uncatchable(py, &exc, Some(message), object);
}

/// The type of what `sys.unraisablehook` gets.
pub static UNRAISABLE_ARGS: StructSeq = StructSeq::immutable(
    "UnraisableHookArgs",
    "UnraisableHookArgs\n\nType used to pass arguments to sys.unraisablehook.",
    &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("err_msg", "Error message"),
        ("object", "Object causing the exception"),
    ],
    5,
    true,
);

/// The same; without a message it says in which object (`PyErr_WriteUnraisable`).
pub fn report_uncatchable(py: Py<'_>, exc: &PyObject, message: Option<&str>, object: Option<&PyObject>) {
    if let Err(raised) = report_unraisable(py, exc, message, object) {
        py.clear_error(raised);
    }
}

fn report_unraisable(
    py: Py<'_>,
    exc: &PyObject,
    message: Option<&str>,
    object: Option<&PyObject>,
) -> PyResult<()> {
    // With a message the object is part of it; hooks get the object only without.
    let (text, object) = match (message, object) {
        (Some(message), Some(object)) => (Some(format!("{message} {}", safe_repr(py, object))), None),
        (message, object) => (message.map(str::to_owned), object),
    };
    let none = py.none();
    let text = text.into_py(py)?;
    let object = object.unwrap_or(&none);
    let traceback = traceback_or_here(py, exc)?;
    let hook = sys_object(py, id!(py, "unraisablehook"));
    let Some(hook) = hook else {
        return write_unraisable_fields(py, exc.ty(), exc, &traceback, &text, object);
    };
    let fields = vec![exc.ty().to_ref(), exc.to_ref(), traceback.clone(), text.clone(), object.to_ref()];
    let args = UNRAISABLE_ARGS.make(py, fields)?;
    let outcome = py.audit("sys.unraisablehook", &[&hook, &args]).and_then(|()| {
        if hook.is_none() {
            return write_unraisable_fields(py, exc.ty(), exc, &traceback, &text, object);
        }
        hook.call(py, &[&args]).map(drop)
    });
    match outcome {
        Ok(()) => Ok(()),
        // The hook failed: show its failure in its place.
        Err(raised) => {
            let failure = py.fetch(raised);
            let traceback = traceback_or_here(py, &failure)?;
            let text = "Exception ignored in sys.unraisablehook".into_py(py)?;
            write_unraisable_fields(py, failure.ty(), &failure, &traceback, &text, &hook)
        }
    }
}

/// An exception's traceback; one that was never raised in Python code gets the running frame's.
fn traceback_or_here(py: Py<'_>, exc: &PyObject) -> PyResult<Ref<PyObject>> {
    let Some(e) = exc.downcast::<PyBaseException>() else { return Ok(py.none()) };
    if let Some(traceback) = e.traceback() {
        return Ok(traceback);
    }
    match crate::objects::frame::current_frame_object(py, 0)? {
        Some(frame) => {
            let traceback = PyTraceback::here(py, &frame)?.upcast();
            e.set_traceback(Some(traceback.clone()));
            Ok(traceback)
        }
        None => Ok(py.none()),
    }
}

/// What `sys.__unraisablehook__` writes of the fields it gets: neither chain nor notes.
pub fn write_unraisable_fields(
    py: Py<'_>,
    exc_type: &PyObject,
    exc_value: &PyObject,
    traceback: &PyObject,
    message: &PyObject,
    object: &PyObject,
) -> PyResult<()> {
    let Ok(file) = stderr(py) else { return Ok(()) };
    let file = file.as_deref();
    let message = match message.is_none() {
        true => None,
        false => Some(message.str(py)?.to_string()),
    };
    match (message, object.is_none()) {
        (Some(message), false) => write(py, file, &format!("{message}: {}\n", safe_repr(py, object)))?,
        (None, false) => write(py, file, &format!("Exception ignored in: {}\n", safe_repr(py, object)))?,
        (Some(message), true) => write(py, file, &format!("{message}:\n"))?,
        (None, true) => {}
    }
    if let Some(traceback) = traceback.downcast::<PyTraceback>()
        && let Err(raised) = show_traceback(py, file, traceback)
    {
        py.clear_error(raised);
    }
    let Some(class) = exc_type.downcast::<PyType>() else { return Ok(()) };
    let mut line = class_name(py, class);
    if !exc_value.is_none() {
        line.push_str(": ");
        match exc_value.str(py) {
            Ok(text) => line.push_str(&text.to_string()),
            Err(raised) => {
                py.clear_error(raised);
                line.push_str("<exception str() failed>");
            }
        }
    }
    line.push('\n');
    write(py, file, &line)?;
    flush(py, file);
    Ok(())
}

fn safe_repr(py: Py<'_>, object: &PyObject) -> String {
    match object.repr(py) {
        Ok(repr) => repr.to_string(),
        Err(raised) => {
            py.clear_error(raised);
            "<object repr() failed>".to_owned()
        }
    }
}

/// Shows the exception that ends the program through `sys.excepthook` (`PyErr_PrintEx`), and gives the exit status; `SystemExit` is
/// shown only when its code is a text.
pub fn report(py: Py<'_>, raised: Raised, set_last: bool) -> i32 {
    if py.error_matches(types::SystemExit()) && py.interp().config.borrow().inspect == 0 {
        let exc = py.fetch(raised);
        return exit_status(py, &exc);
    }
    let exc = py.fetch(raised);
    let traceback = exc.downcast::<PyBaseException>().and_then(PyBaseException::traceback);
    let tb = traceback.clone().unwrap_or_else(|| py.none());
    if set_last {
        set_sys_object(py, id!(py, "last_exc"), &exc);
        set_sys_object(py, id!(py, "last_type"), exc.ty());
        set_sys_object(py, id!(py, "last_value"), &exc);
        set_sys_object(py, id!(py, "last_traceback"), &tb);
    }
    match sys_object(py, id!(py, "excepthook")) {
        None => {
            if let Ok(file) = stderr(py)
                && let Err(raised) = write(py, file.as_deref(), "sys.excepthook is missing\n")
            {
                py.clear_error(raised);
            }
            show(py, &exc, traceback.as_deref());
        }
        Some(hook) => {
            if let Err(raised) = py.audit("sys.excepthook", &[&hook, exc.ty(), &exc, &tb]) {
                if !py.error_matches(types::RuntimeError()) {
                    py.report_unraisable(raised, Some("Exception ignored in audit hook"), None);
                    return 1;
                }
                // The hook does not want it shown.
                py.clear_error(raised);
                return 1;
            }
            if let Err(raised) = hook.call(py, &[exc.ty(), &exc, &tb]) {
                if py.error_matches(types::SystemExit()) {
                    let exc = py.fetch(raised);
                    return exit_status(py, &exc);
                }
                let second = py.fetch(raised);
                let Ok(file) = stderr(py) else { return 1 };
                let heading = |text| {
                    if let Err(raised) = write(py, file.as_deref(), text) {
                        py.clear_error(raised);
                    }
                };
                heading("Error in sys.excepthook:\n");
                show(py, &second, None);
                heading("\nOriginal exception was:\n");
                show(py, &exc, traceback.as_deref());
            }
        }
    }
    1
}

/// The exit status that a `SystemExit` asks for; a code that is no int is written to `sys.stderr`.
pub fn exit_status(py: Py<'_>, exc: &PyObject) -> i32 {
    let code = match exc.get_attr(py, id!(py, "code")) {
        Ok(code) => code,
        Err(raised) => {
            py.clear_error(raised);
            exc.to_ref()
        }
    };
    if code.is_none() {
        return 0;
    }
    if let Some(n) = code.downcast::<PyInt>() {
        return n.as_i64().map_or(-1, |n| n as i32);
    }
    let file = sys_object(py, id!(py, "stderr")).filter(|f| !f.is_none());
    let text = match code.str(py) {
        Ok(text) => text.to_string(),
        Err(raised) => {
            py.clear_error(raised);
            String::new()
        }
    };
    if let Err(raised) = write(py, file.as_deref(), &format!("{text}\n")) {
        py.clear_error(raised);
    }
    flush(py, file.as_deref());
    1
}
