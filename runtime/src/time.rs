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
