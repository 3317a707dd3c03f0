//! `_thread._excepthook` and its argument: what happens when a `threading.Thread`'s `run` raises.

use krait_interp::display;
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;

pub(super) static HOOK_ARGS: StructSeq = StructSeq::new(
    "_thread._ExceptHookArgs",
    "ExceptHookArgs\n\nType used to pass arguments to threading.excepthook.",
    &[
        ("exc_type", "Exception type"),
        ("exc_value", "Exception value"),
        ("exc_traceback", "Exception traceback"),
        ("thread", "Thread"),
    ],
    4,
);

/// Shows the exception, with the thread's name, unless it is a `SystemExit`.
pub(super) fn excepthook(py: Py<'_>, args: &PyObject) -> PyResult<()> {
    let (true, Some(fields)) = (args.is_exactly(HOOK_ARGS.ty(py)?), args.downcast::<PyTuple>()) else {
        bail!(py, TypeError, "_thread.excepthook argument type must be ExceptHookArgs");
    };
    let [exc_type, value, traceback, thread] = fields.as_slice() else { return Ok(()) };
    if exc_type.is(types::SystemExit()) {
        return Ok(());
    }
    let file = match py.sys_object(id!(py, "stderr"))?.filter(|file| !file.is_none()) {
        Some(file) => file,
        None if thread.is_none() => return Ok(()),
        // The one that was there when the thread was made.
        None => match thread.get_attr_optional(py, id!(py, "_stderr"))?.filter(|file| !file.is_none()) {
            Some(file) => file,
            None => return Ok(()),
        },
    };
    let name = match thread.is_none() {
        true => None,
        false => thread.get_attr_optional(py, id!(py, "_name"))?,
    };
    let name = match name {
        None => py.thread().thread_id.get().to_string(),
        Some(name) => match name.str(py) {
            Ok(name) => name.to_string(),
            Err(raised) => {
                py.clear_error(raised);
                "<failed to get thread name>".to_owned()
            }
        },
    };
    let heading = PyStr::new(py, &format!("Exception in thread {name}:\n"))?;
    file.call_method(py, id!(py, "write"), &[&heading])?;
    display::show_in(py, &file, value, Some(traceback));
    file.call_method(py, id!(py, "flush"), &[]).map(drop)
}
