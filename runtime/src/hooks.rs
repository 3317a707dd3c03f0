//! What the runtime asks of the layers above it, as function pointers that they set at start-up: reporting errors that nobody can
//! catch, issuing warnings.

use core::cell::Cell;

use crate::error::{PyResult, Raised};
use crate::object::{PyObject, Static};
use crate::objects::{PyStr, PyType};
use crate::py::Py;

/// `sys.unraisablehook` with the exception, a message that replaces "Exception ignored in", and the object it happened in.
pub type ReportUnraisable = fn(Py<'_>, exc: &PyObject, message: Option<&str>, object: Option<&PyObject>);
/// `warnings.warn`-like: category, message, stack level, the object that the warning is about.
pub type Warn = fn(
    Py<'_>,
    category: &PyType,
    message: &str,
    stacklevel: isize,
    source: Option<&PyObject>,
) -> PyResult<()>;

/// `PyErr_WarnExplicitObject`: category, message (text or instance), file name, line.
pub type WarnExplicit =
    fn(Py<'_>, category: &PyType, message: &PyObject, filename: &PyStr, lineno: i32) -> PyResult<()>;

/// The pointers; `None` until start-up has come that far.
pub struct Hooks {
    /// See [`ReportUnraisable`].
    pub report_unraisable: Cell<Option<ReportUnraisable>>,
    /// See [`Warn`].
    pub warn: Cell<Option<Warn>>,
    /// See [`WarnExplicit`].
    pub warn_explicit: Cell<Option<WarnExplicit>>,
}

/// One set for the process: the functions are the same in every interpreter.
pub static HOOKS: Static<Hooks> = Static(Hooks {
    report_unraisable: Cell::new(None),
    warn: Cell::new(None),
    warn_explicit: Cell::new(None),
});

impl Py<'_> {
    /// Reports an error that nobody can catch: in a destructor, a callback, at exit.
    #[cold]
    pub fn report_unraisable(self, raised: Raised, message: Option<&str>, object: Option<&PyObject>) {
        let exc = self.fetch(raised);
        if let Some(report) = HOOKS.report_unraisable.get() {
            report(self, &exc, message, object);
        }
    }

    /// `warnings.warn(message, category, stacklevel)`; an error when a filter turns it into one.
    pub fn warn(self, category: &PyType, message: &str, stacklevel: isize) -> PyResult<()> {
        match HOOKS.warn.get() {
            Some(warn) => warn(self, category, message, stacklevel, None),
            None => Ok(()),
        }
    }

    /// `warnings.warn(message, category, source=source)`: what is shown tells where `source` was made, or how to learn that
    /// (`PyErr_ResourceWarning`).
    pub fn warn_about(self, category: &PyType, message: &str, source: &PyObject) -> PyResult<()> {
        match HOOKS.warn.get() {
            Some(warn) => warn(self, category, message, 1, Some(source)),
            None => Ok(()),
        }
    }

    /// A warning about a line of a source file; an error when a filter turns it into one.
    pub fn warn_explicit(
        self,
        category: &PyType,
        message: &PyObject,
        filename: &PyStr,
        lineno: i32,
    ) -> PyResult<()> {
        match HOOKS.warn_explicit.get() {
            Some(warn) => warn(self, category, message, filename, lineno),
            None => Ok(()),
        }
    }
}
