//! The exceptions of the DB-API, and which of SQLite's codes raises which.

use std::ffi::CString;

use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::sqlite::{Failure, describe};

use super::constants::CODES;

macro_rules! errors {
    ($($name:ident = $text:literal, $base:expr;)*) => {
        $(
            #[doc = concat!("`sqlite3.", $text, "`.")]
            pub static $name: InterpreterLocal =
                InterpreterLocal::new(|py| new_exception_class(py, concat!("sqlite3.", $text), None, &[&*$base(py)?]));
        )*
        /// All of them with their names.
        pub const ALL: &[(&str, &InterpreterLocal)] = &[$(($text, &$name)),*];
    };
}

errors! {
    WARNING = "Warning", |_| Ok::<_, Raised>(types::Exception().to_ref());
    ERROR = "Error", |_| Ok::<_, Raised>(types::Exception().to_ref());
    INTERFACE_ERROR = "InterfaceError", |py| ERROR.get(py);
    DATABASE_ERROR = "DatabaseError", |py| ERROR.get(py);
    DATA_ERROR = "DataError", |py| DATABASE_ERROR.get(py);
    OPERATIONAL_ERROR = "OperationalError", |py| DATABASE_ERROR.get(py);
    INTEGRITY_ERROR = "IntegrityError", |py| DATABASE_ERROR.get(py);
    INTERNAL_ERROR = "InternalError", |py| DATABASE_ERROR.get(py);
    PROGRAMMING_ERROR = "ProgrammingError", |py| DATABASE_ERROR.get(py);
    NOT_SUPPORTED_ERROR = "NotSupportedError", |py| DATABASE_ERROR.get(py);
}

/// `return Err(…)` with a `ProgrammingError`.
macro_rules! programming_error {
    ($py:expr, $($arg:tt)+) => {
        return Err($crate::sqlite::errors::PROGRAMMING_ERROR.raise($py, ::core::format_args!($($arg)+)))
    };
}
pub(crate) use programming_error;

/// SQLite's codes that the code here speaks of.
pub mod code {
    #![allow(missing_docs, reason = "SQLite's names")]
    pub const OK: i32 = 0;
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const NOMEM: i32 = 7;
    pub const ABORT: i32 = 4;
    pub const DENY: i32 = 1;
    pub const ROW: i32 = 100;
    pub const DONE: i32 = 101;
}

fn class_of(code: i32) -> &'static InterpreterLocal {
    match code & 0xFF {
        2 | 12 => &INTERNAL_ERROR,
        1 | 3 | 4 | 5 | 6 | 8 | 9 | 10 | 13 | 14 | 15 | 16 | 17 => &OPERATIONAL_ERROR,
        18 => &DATA_ERROR,
        19 | 20 => &INTEGRITY_ERROR,
        21 | 25 => &INTERFACE_ERROR,
        _ => &DATABASE_ERROR,
    }
}

/// Raises what SQLite said. An exception that a callback left is kept instead.
#[cold]
pub fn raise_failure(py: Py<'_>, failure: &Failure) -> Raised {
    if py.has_error() {
        return Raised::already(py);
    }
    if failure.code & 0xFF == code::NOMEM {
        return py.no_memory();
    }
    let make = || -> PyResult<Ref<PyObject>> {
        let message = PyStr::new(py, &String::from_utf8_lossy(&failure.message))?;
        let error = class_of(failure.code).class(py)?.call(py, &[&message])?;
        let name = CODES.iter().find(|(_, code)| *code == failure.code).map_or("unknown", |(name, _)| *name);
        error.set_attr(py, id!(py, "sqlite_errorcode"), &*failure.code.into_py(py)?)?;
        error.set_attr(py, id!(py, "sqlite_errorname"), &*PyStr::new(py, name)?)?;
        Ok(error)
    };
    match make() {
        Ok(error) => py.raise_instance(error),
        Err(raised) => raised,
    }
}

/// Raises what a code means, when the database has no message for it.
#[cold]
pub fn raise_code(py: Py<'_>, code: i32) -> Raised {
    raise_failure(py, &Failure { code, message: describe(code) })
}

/// A string for SQLite: UTF-8, without zeros.
pub fn c_string(py: Py<'_>, text: &PyStr) -> PyResult<CString> {
    let text = text.to_utf8(py)?;
    CString::new(text.as_bytes()).map_err(|_| raise!(py, ValueError, "embedded null character"))
}
