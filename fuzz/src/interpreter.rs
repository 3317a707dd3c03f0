//! An interpreter inside the fuzzer: each target gives it a function in Python that is called with the input. What the function lets
//! out is a finding; so is whatever the interpreter itself does not survive.

use std::cell::OnceCell;

use krait_runtime::prelude::*;

struct Harness {
    py: Py<'static>,
    check: Ref<PyObject>,
}

thread_local! {
    static HARNESS: OnceCell<Harness> = const { OnceCell::new() };
}

/// Imports and the clock that ends what takes exponential time on purpose, for every harness.
const COMMON: &str = include_str!("common.py");

fn start(source: &str) -> Option<Harness> {
    let py = krait_cli::interpreter(&["-I", "-S"])?;
    let namespace = PyDict::new(py).ok()?;
    let run = || -> PyResult<Ref<PyObject>> {
        let builtins = krait_interp::import::import_module(py, "builtins")?;
        let exec = builtins.get_attr(py, &*PyStr::new(py, "exec")?)?;
        for text in [COMMON, source] {
            exec.call(py, &[&*PyStr::new(py, text)?, &namespace])?;
        }
        namespace.get_named(py, "check")?.ok_or_else(|| raise!(py, NameError, "no check"))
    };
    match run() {
        Ok(check) => Some(Harness { py, check }),
        Err(raised) => {
            krait_interp::display::report(py, raised, false);
            None
        }
    }
}

/// Calls `check` of the source, which is always the same one in a process, with the input.
///
/// # Panics
/// When `check` raises.
pub fn check(source: &str, data: &[u8]) {
    HARNESS.with(|cell| {
        let harness = cell.get_or_init(|| start(source).expect("the interpreter comes up"));
        let py = harness.py;
        let outcome = PyBytes::new(py, data).and_then(|bytes| harness.check.call(py, &[&bytes]));
        if let Err(raised) = outcome {
            krait_interp::display::report(py, raised, false);
            panic!("the harness raised");
        }
    });
}
