//! Numbers of seconds as Python code gives them, in nanoseconds (`PyTime_t`).

use crate::error::PyResult;
use crate::object::PyObject;
use crate::objects::PyFloat;
use crate::objects::exceptions::types;
use crate::py::Py;
use crate::raise;

/// What becomes of parts of a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards infinity.
    Ceiling,
    /// To the nearest, half to even.
    HalfEven,
    /// Away from zero: timeouts (`_PyTime_ROUND_TIMEOUT`).
    Up,
}

impl Rounding {
    /// Rounds to a whole number.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Rounding::Floor => x.floor(),
            Rounding::Ceiling => x.ceil(),
            Rounding::HalfEven => x.round_ties_even(),
            Rounding::Up if x < 0.0 => x.floor(),
            Rounding::Up => x.ceil(),
        }
    }
}

const PER_SECOND: i64 = 1_000_000_000;

/// `_PyTime_FromSecondsObject`: an int or float number of seconds.
pub fn nanos_from_seconds(py: Py<'_>, seconds: &PyObject, rounding: Rounding) -> PyResult<i64> {
    let too_large = || raise!(py, OverflowError, "timestamp out of range for C PyTime_t");
    if let Some(x) = seconds.downcast::<PyFloat>() {
        let x = x.value();
        if x.is_nan() {
            return Err(raise!(py, ValueError, "Invalid value NaN (not a number)"));
        }
        let nanos = rounding.apply(x * PER_SECOND as f64);
        // The upper bound itself is not representable.
        return if (i64::MIN as f64..i64::MAX as f64).contains(&nanos) {
            Ok(nanos as i64)
        } else {
            Err(too_large())
        };
    }
    match seconds.index(py) {
        Ok(n) => n.as_i64().and_then(|n| n.checked_mul(PER_SECOND)).ok_or_else(too_large),
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            let ty = seconds.ty().qualified_name();
            Err(raise!(py, TypeError, "'{ty}' object cannot be interpreted as an integer or float"))
        }
        Err(raised) => Err(raised),
    }
}

/// `_PyTime_ObjectToTimespec`: an int or float number of seconds, split; nanoseconds are 0 to 999,999,999.
pub fn seconds_and_nanos(py: Py<'_>, seconds: &PyObject, rounding: Rounding) -> PyResult<(i64, u32)> {
    let too_large = || raise!(py, OverflowError, "timestamp out of range for platform time_t");
    if let Some(x) = seconds.downcast::<PyFloat>() {
        let x = x.value();
        if x.is_nan() {
            return Err(raise!(py, ValueError, "Invalid value NaN (not a number)"));
        }
        let (mut whole, part) = (x.trunc(), x.fract());
        let mut nanos = rounding.apply(part * PER_SECOND as f64);
        if nanos >= PER_SECOND as f64 {
            nanos -= PER_SECOND as f64;
            whole += 1.0;
        } else if nanos < 0.0 {
            nanos += PER_SECOND as f64;
            whole -= 1.0;
        }
        // The upper bound itself is not representable.
        return if (i64::MIN as f64..i64::MAX as f64).contains(&whole) {
            Ok((whole as i64, nanos as u32))
        } else {
            Err(too_large())
        };
    }
    whole_seconds(py, seconds).map(|s| (s, 0))
}

/// `_PyTime_ObjectToTime_t`: an int or float number of seconds as a whole one.
pub fn time_t(py: Py<'_>, seconds: &PyObject, rounding: Rounding) -> PyResult<i64> {
    let too_large = || raise!(py, OverflowError, "timestamp out of range for platform time_t");
    let Some(x) = seconds.downcast::<PyFloat>() else {
        let whole = seconds.index(py)?;
        return whole.as_i64().ok_or_else(too_large);
    };
    let x = x.value();
    if x.is_nan() {
        return Err(raise!(py, ValueError, "Invalid value NaN (not a number)"));
    }
    let whole = rounding.apply(x);
    if (i64::MIN as f64..i64::MAX as f64).contains(&whole) { Ok(whole as i64) } else { Err(too_large()) }
}

fn whole_seconds(py: Py<'_>, seconds: &PyObject) -> PyResult<i64> {
    match seconds.index(py) {
        Ok(n) => {
            n.as_i64().ok_or_else(|| raise!(py, OverflowError, "timestamp out of range for platform time_t"))
        }
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            let ty = seconds.ty().qualified_name();
            Err(raise!(py, TypeError, "argument must be int or float, not {ty}"))
        }
        Err(raised) => Err(raised),
    }
}
