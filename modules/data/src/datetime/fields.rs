//! Arguments of the constructors: integers, ranges, time zones; what pickles hold.

use krait_runtime::prelude::*;

use super::calendar::{MAX_YEAR, MIN_YEAR, days_in_month};
use super::tzinfo::TzInfo;

/// A C `int`.
#[inline]
pub fn int(py: Py<'_>, value: &PyObject) -> PyResult<i32> {
    let n = match value.downcast_exact::<PyInt>().and_then(PyInt::as_compact) {
        Some(n) => n,
        None => {
            let n = value.index(py)?;
            n.as_i64()
                .ok_or_else(|| raise!(py, OverflowError, "Python int too large to convert to C long"))?
        }
    };
    if n > i32::MAX.into() {
        bail!(py, OverflowError, "signed integer is greater than maximum");
    }
    if n < i32::MIN.into() {
        bail!(py, OverflowError, "signed integer is less than minimum");
    }
    Ok(n as i32)
}

/// The value of an optional argument.
#[inline]
pub fn int_or(py: Py<'_>, value: Option<&PyObject>, default: i32) -> PyResult<i32> {
    value.map_or(Ok(default), |value| int(py, value))
}

/// Year, month and day, all required.
pub fn date_arguments(
    py: Py<'_>,
    signature: &krait_runtime::args::Signature,
    given: [Option<&PyObject>; 3],
) -> PyResult<(i32, i32, i32)> {
    let one = |i: usize, value: Option<&PyObject>| match value {
        Some(value) => int(py, value),
        None => Err(signature.missing(py, i)),
    };
    let [year, month, day] = given;
    Ok((one(0, year)?, one(1, month)?, one(2, day)?))
}

/// Refuses what is no date.
#[inline]
pub fn check_date(py: Py<'_>, (year, month, day): (i32, i32, i32)) -> PyResult<()> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
        bail!(py, ValueError, "year must be in {MIN_YEAR}..{MAX_YEAR}, not {year}");
    }
    if !(1..=12).contains(&month) {
        bail!(py, ValueError, "month must be in 1..12, not {month}");
    }
    let days = days_in_month(year, month);
    if !(1..=days).contains(&day) {
        bail!(py, ValueError, "day {day} must be in range 1..{days} for month {month} in year {year}");
    }
    Ok(())
}

/// Refuses what is no time of day.
#[inline]
pub fn check_clock(py: Py<'_>, [hour, minute, second, micro]: [i32; 4], fold: i32) -> PyResult<()> {
    if !(0..24).contains(&hour) {
        bail!(py, ValueError, "hour must be in 0..23, not {hour}");
    }
    if !(0..60).contains(&minute) {
        bail!(py, ValueError, "minute must be in 0..59, not {minute}");
    }
    if !(0..60).contains(&second) {
        bail!(py, ValueError, "second must be in 0..59, not {second}");
    }
    if !(0..1_000_000).contains(&micro) {
        bail!(py, ValueError, "microsecond must be in 0..999999, not {micro}");
    }
    if fold != 0 && fold != 1 {
        bail!(py, ValueError, "fold must be either 0 or 1, not {fold}");
    }
    Ok(())
}

/// A time zone argument; `None` for Python's `None`.
#[inline]
pub fn zone<'a>(py: Py<'_>, value: Option<&'a PyObject>) -> PyResult<Option<&'a PyObject>> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) if value.downcast::<TzInfo>().is_some() => Ok(Some(value)),
        Some(value) => Err(raise!(
            py,
            TypeError,
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            value.ty().name()
        )),
    }
}

/// The state that a pickle gives a constructor: `N` bytes, as bytes or as text of Latin-1 characters, in which byte `at` fits
/// (its upper bit may say "fold").
pub fn pickled<const N: usize>(
    py: Py<'_>,
    value: Option<&PyObject>,
    what: &str,
    fits: impl Fn(&[u32; N]) -> bool,
) -> PyResult<Option<[u8; N]>> {
    let Some(value) = value else { return Ok(None) };
    if let Some(bytes) = value.downcast::<PyBytes>() {
        let Ok(state) = <[u8; N]>::try_from(bytes.as_bytes()) else { return Ok(None) };
        return Ok(fits(&state.map(u32::from)).then_some(state));
    }
    let Some(text) = value.downcast::<PyStr>() else { return Ok(None) };
    if text.len() != N {
        return Ok(None);
    }
    let points = text.to_code_points();
    let Ok(points) = <[u32; N]>::try_from(points) else { return Ok(None) };
    if !fits(&points) {
        return Ok(None);
    }
    let mut state = [0; N];
    for (byte, point) in state.iter_mut().zip(points) {
        let Ok(value) = u8::try_from(point) else {
            bail!(
                py,
                ValueError,
                "Failed to encode latin1 string when unpickling a {what} object. pickle.load(data, encoding='latin1') is assumed."
            );
        };
        *byte = value;
    }
    Ok(Some(state))
}

/// The time zone in a pickled state.
pub fn pickled_zone<'a>(py: Py<'_>, value: Option<&'a PyObject>) -> PyResult<Option<&'a PyObject>> {
    match value {
        Some(value) if !value.is_none() && value.downcast::<TzInfo>().is_none() => {
            Err(raise!(py, TypeError, "bad tzinfo state arg"))
        }
        value => Ok(value.filter(|value| !value.is_none())),
    }
}

/// A single-character argument.
pub fn character(py: Py<'_>, function: &str, value: &PyObject) -> PyResult<u32> {
    let Some(text) = value.downcast::<PyStr>() else {
        let what = if value.is_none() { "None" } else { value.ty().name() };
        bail!(py, TypeError, "{function}() argument 1 must be a unicode character, not {what}");
    };
    match (text.len(), text.code_point(0)) {
        (1, Some(c)) => Ok(c),
        (n, _) => Err(raise!(
            py,
            TypeError,
            "{function}() argument 1 must be a unicode character, not a string of length {n}"
        )),
    }
}

/// The text for a failed `fromisoformat`.
#[cold]
pub fn invalid_iso(py: Py<'_>, text: &PyStr) -> Raised {
    match text.repr(py) {
        Ok(shown) => {
            let message = PyStr::concat_display(py, "Invalid isoformat string: ", "", &shown, "");
            match message {
                Ok(message) => {
                    py.raise_object(krait_runtime::objects::exceptions::types::ValueError(), Some(&message))
                }
                Err(raised) => raised,
            }
        }
        Err(raised) => raised,
    }
}
