//! The exceptions of module `decimal`, and raising them for conditions.

use krait_numeric::decimal::status;
use krait_runtime::local::{InterpreterLocal, new_exception_class};
use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;

macro_rules! exceptions {
    ($($name:ident = $text:literal: $($base:expr),*;)*) => { $(
        pub(super) static $name: InterpreterLocal = InterpreterLocal::new(|py| {
            let bases: Vec<Ref<PyObject>> = vec![$($base(py)?),*];
            let bases: Vec<&PyObject> = bases.iter().map(|base| &**base).collect();
            new_exception_class(py, concat!("decimal.", $text), None, &bases)
        });
    )* };
}

fn builtin(ty: &'static PyType) -> PyResult<Ref<PyObject>> {
    Ok(ty.to_ref())
}

exceptions! {
    DECIMAL_EXCEPTION = "DecimalException": |_py| builtin(types::ArithmeticError());
    CLAMPED = "Clamped": |py| DECIMAL_EXCEPTION.get(py);
    ROUNDED = "Rounded": |py| DECIMAL_EXCEPTION.get(py);
    SUBNORMAL = "Subnormal": |py| DECIMAL_EXCEPTION.get(py);
    INEXACT = "Inexact": |py| DECIMAL_EXCEPTION.get(py);
    INVALID_OPERATION = "InvalidOperation": |py| DECIMAL_EXCEPTION.get(py);
    FLOAT_OPERATION = "FloatOperation": |py| DECIMAL_EXCEPTION.get(py), |_py| builtin(types::TypeError());
    DIVISION_BY_ZERO = "DivisionByZero": |py| DECIMAL_EXCEPTION.get(py), |_py| builtin(types::ZeroDivisionError());
    OVERFLOW = "Overflow": |py| INEXACT.get(py), |py| ROUNDED.get(py);
    UNDERFLOW = "Underflow": |py| INEXACT.get(py), |py| ROUNDED.get(py), |py| SUBNORMAL.get(py);
    CONVERSION_SYNTAX = "ConversionSyntax": |py| INVALID_OPERATION.get(py);
    DIVISION_IMPOSSIBLE = "DivisionImpossible": |py| INVALID_OPERATION.get(py);
    DIVISION_UNDEFINED = "DivisionUndefined": |py| INVALID_OPERATION.get(py), |_py| builtin(types::ZeroDivisionError());
    INVALID_CONTEXT = "InvalidContext": |py| INVALID_OPERATION.get(py);
}

/// The signals, in the order of signal dicts.
pub(super) static SIGNALS: [(&InterpreterLocal, u32, &str); 9] = [
    (&INVALID_OPERATION, status::INVALID, "InvalidOperation"),
    (&FLOAT_OPERATION, status::FLOAT_OPERATION, "FloatOperation"),
    (&DIVISION_BY_ZERO, status::DIVISION_BY_ZERO, "DivisionByZero"),
    (&OVERFLOW, status::OVERFLOW, "Overflow"),
    (&UNDERFLOW, status::UNDERFLOW, "Underflow"),
    (&SUBNORMAL, status::SUBNORMAL, "Subnormal"),
    (&INEXACT, status::INEXACT, "Inexact"),
    (&ROUNDED, status::ROUNDED, "Rounded"),
    (&CLAMPED, status::CLAMPED, "Clamped"),
];

/// The conditions that count as invalid operations.
static CONDITIONS: [(&InterpreterLocal, u32); 5] = [
    (&INVALID_OPERATION, status::INVALID_OPERATION),
    (&CONVERSION_SYNTAX, status::CONVERSION_SYNTAX),
    (&DIVISION_IMPOSSIBLE, status::DIVISION_IMPOSSIBLE),
    (&DIVISION_UNDEFINED, status::DIVISION_UNDEFINED),
    (&INVALID_CONTEXT, status::INVALID_CONTEXT),
];

/// All exception classes with their names.
pub(super) static ALL: [(&InterpreterLocal, &str); 14] = [
    (&DECIMAL_EXCEPTION, "DecimalException"),
    (&CLAMPED, "Clamped"),
    (&ROUNDED, "Rounded"),
    (&SUBNORMAL, "Subnormal"),
    (&INEXACT, "Inexact"),
    (&INVALID_OPERATION, "InvalidOperation"),
    (&FLOAT_OPERATION, "FloatOperation"),
    (&DIVISION_BY_ZERO, "DivisionByZero"),
    (&OVERFLOW, "Overflow"),
    (&UNDERFLOW, "Underflow"),
    (&CONVERSION_SYNTAX, "ConversionSyntax"),
    (&DIVISION_IMPOSSIBLE, "DivisionImpossible"),
    (&DIVISION_UNDEFINED, "DivisionUndefined"),
    (&INVALID_CONTEXT, "InvalidContext"),
];

/// The names of the signals among `flags`, as reprs of contexts show them: by the order of the bits.
pub(super) fn names(flags: u32) -> String {
    let mut found: Vec<(u32, &str)> = SIGNALS
        .iter()
        .filter(|(_, bits, _)| flags & bits != 0)
        .map(|(_, bits, name)| {
            (if *bits == status::INVALID { status::CONVERSION_SYNTAX } else { *bits }, *name)
        })
        .collect();
    found.sort_unstable();
    found.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

/// Raises the exception for trapped conditions, with a list of all of them.
#[cold]
pub(super) fn raise(py: Py<'_>, trapped: u32) -> Raised {
    if trapped & status::MALLOC_ERROR != 0 {
        return py.no_memory();
    }
    let make = || -> PyResult<Raised> {
        let mut list = Vec::new();
        for (class, bit) in &CONDITIONS {
            if trapped & bit != 0 {
                list.push(class.get(py)?);
            }
        }
        for (class, bits, _) in SIGNALS.iter().skip(1) {
            if trapped & bits != 0 {
                list.push(class.get(py)?);
            }
        }
        let list = PyList::from_vec(py, list)?;
        for (class, bits, _) in &SIGNALS {
            if trapped & bits != 0 {
                return Ok(py.raise_object(&*class.class(py)?, Some(&list)));
            }
        }
        Ok(raise!(py, SystemError, "unknown error flag"))
    };
    make().unwrap_or_else(|raised| raised)
}

const NO_SIGNAL: &str = "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   \
                         Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]";

/// The bits of a signal's class.
pub(super) fn bits_of(py: Py<'_>, class: &PyObject) -> PyResult<u32> {
    for (signal, bits, _) in &SIGNALS {
        if signal.get(py)?.is(class) {
            return Ok(*bits);
        }
    }
    Err(raise!(py, KeyError, "{NO_SIGNAL}"))
}

/// The classes among `flags`, in a list.
pub(super) fn list(py: Py<'_>, flags: u32) -> PyResult<Ref<PyList>> {
    let mut found = Vec::new();
    for (class, bits, _) in &SIGNALS {
        if flags & bits != 0 {
            found.push(class.get(py)?);
        }
    }
    PyList::from_vec(py, found)
}
