//! Running the script that another process left here (PEP 768). Not here: how it gets here (`krait_runtime::system::remote`).

use krait_runtime::objects::{PyDict, PyStr};
use krait_runtime::system::remote;
use krait_runtime::{Py, PyResult, Raised, id};

/// Runs the script that waits, if one does. Whatever goes wrong is only reported: the program that runs here has no part in it.
#[cold]
pub fn run(py: Py<'_>) {
    let Some(path) = remote::take() else { return };
    let path = match PyStr::from_os_bytes(py, path.to_bytes()) {
        Ok(path) => path,
        Err(raised) => return py.report_unraisable(raised, Some("Can't decode debugger script"), None),
    };
    let report = |raised: Raised, what: &str| {
        py.report_unraisable(raised, Some(&format!("{what} debugger script {path}")), None);
    };
    if let Err(raised) = py.audit("cpython.remote_debugger_script", &[&path]) {
        return py.report_unraisable(
            raised,
            Some(&format!("Audit hook failed for remote debugger script {path}")),
            None,
        );
    }
    let open = || {
        let io = py.builtin(id!(py, "__import__"))?.call(py, &[id!(py, "_io")])?;
        io.get_attr(py, id!(py, "open_code"))?.call(py, &[&path])
    };
    let file = match open() {
        Ok(file) => file,
        Err(raised) => return report(raised, "Can't open"),
    };
    match file.call_method(py, id!(py, "read"), &[]) {
        Ok(source) => {
            let ran: PyResult<()> = PyDict::new(py)
                .and_then(|names| py.builtin(id!(py, "exec"))?.call(py, &[&source, &names]))
                .map(drop);
            if let Err(raised) = ran {
                report(raised, "Error executing");
            }
        }
        Err(raised) => report(raised, "Error reading"),
    }
    if let Err(raised) = file.call_method(py, id!(py, "close"), &[]) {
        report(raised, "Error closing");
    }
}
