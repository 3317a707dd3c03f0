//! Asking time zones, the machine's local time, and offsets as text.

use krait_runtime::objects::exceptions::types;
use krait_runtime::prelude::*;
use krait_runtime::system::time as system;

use super::calendar::{MAX_YEAR, MIN_YEAR, to_ordinal};
use super::delta::TimeDelta;
use super::timezone::TimeZone;

/// Refuses offsets of a day or more.
pub fn check_range(py: Py<'_>, offset: &TimeDelta) -> PyResult<()> {
    let (days, seconds, micros) = offset.parts();
    if (days == -1 && seconds == 0 && micros < 1) || !(-1..1).contains(&days) {
        let shown = offset.repr(py)?;
        bail!(
            py,
            ValueError,
            "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}",
            shown.to_string_lossy()
        );
    }
    Ok(())
}

fn offset_from(
    py: Py<'_>,
    zone: &PyObject,
    name: &'static PyStr,
    method: &str,
    argument: &PyObject,
) -> PyResult<Option<Ref<TimeDelta>>> {
    let answer = zone.call_method(py, name, &[argument])?;
    if answer.is_none() {
        return Ok(None);
    }
    match answer.downcast_into::<TimeDelta>() {
        Ok(delta) => {
            check_range(py, &delta)?;
            Ok(Some(delta))
        }
        Err(other) => Err(py.raise(
            types::TypeError(),
            format_args!("tzinfo.{method}() must return None or timedelta, not '{}'", other.ty().name()),
        )),
    }
}

/// `zone.utcoffset(argument)`.
#[inline]
pub fn utcoffset(
    py: Py<'_>,
    zone: Option<&PyObject>,
    argument: &PyObject,
) -> PyResult<Option<Ref<TimeDelta>>> {
    let Some(zone) = zone else { return Ok(None) };
    if let Some(fixed) = zone.downcast_exact::<TimeZone>() {
        return Ok(Some(fixed.offset.clone()));
    }
    offset_from(py, zone, id!(py, "utcoffset"), "utcoffset", argument)
}

/// `zone.dst(argument)`.
pub fn dst(py: Py<'_>, zone: Option<&PyObject>, argument: &PyObject) -> PyResult<Option<Ref<TimeDelta>>> {
    let Some(zone) = zone else { return Ok(None) };
    offset_from(py, zone, id!(py, "dst"), "dst", argument)
}

/// `zone.tzname(argument)`.
pub fn tzname(py: Py<'_>, zone: Option<&PyObject>, argument: &PyObject) -> PyResult<Option<Ref<PyStr>>> {
    let Some(zone) = zone else { return Ok(None) };
    let answer = zone.call_method(py, id!(py, "tzname"), &[argument])?;
    if answer.is_none() {
        return Ok(None);
    }
    match answer.downcast_into::<PyStr>() {
        Ok(name) => Ok(Some(name)),
        Err(other) => Err(py.raise(
            types::TypeError(),
            format_args!("tzinfo.tzname() must return None or a string, not '{}'", other.ty().name()),
        )),
    }
}

/// An offset as ±HH:MM, with seconds and microseconds when there are any.
pub fn offset_text(offset: &TimeDelta, separator: &str) -> String {
    let total = offset.total();
    let sign = if total < 0 { '-' } else { '+' };
    let micros = total.unsigned_abs();
    let (seconds, micros) = ((micros / 1_000_000) as u64, (micros % 1_000_000) as u64);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = format!("{sign}{hours:02}{separator}{minutes:02}");
    if seconds != 0 || micros != 0 {
        text += &format!("{separator}{seconds:02}");
    }
    if micros != 0 {
        text += &format!(".{micros:06}");
    }
    text
}

/// Seconds from the first of January of year 0's end to the Unix epoch: ordinals count days from there.
pub const EPOCH: i64 = 719163 * 86400;

/// The largest distance between two readings of the same clock time.
pub const MAX_FOLD: i64 = 24 * 3600;

/// A calendar time in seconds since ordinal 0.
pub fn seconds_of(py: Py<'_>, date: (i32, i32, i32), clock: [i32; 4]) -> PyResult<i64> {
    if !(MIN_YEAR..=MAX_YEAR).contains(&date.0) {
        bail!(py, ValueError, "year must be in {MIN_YEAR}..{MAX_YEAR}, not {}", date.0);
    }
    let ordinal = i64::from(to_ordinal(date.0, date.1, date.2));
    let [hour, minute, second, _] = clock.map(i64::from);
    Ok(((ordinal * 24 + hour) * 60 + minute) * 60 + second)
}

/// Date and clock of a C structure; a leap second counts as the one before.
pub fn parts_of(t: &system::Calendar) -> ((i32, i32, i32), [i32; 4]) {
    ((t.tm_year + 1900, t.tm_mon + 1, t.tm_mday), [t.tm_hour, t.tm_min, t.tm_sec.min(59), 0])
}

/// `localtime` of Unix seconds.
pub fn local_time(py: Py<'_>, unix: i64) -> PyResult<system::Calendar> {
    system::local(unix).map_err(|errno| py.raise_errno(errno.0))
}

/// `gmtime` of Unix seconds.
pub fn utc_time(py: Py<'_>, unix: i64) -> PyResult<system::Calendar> {
    system::universal(unix).map_err(|errno| py.raise_errno(errno.0))
}

/// The local clock at a moment, both in seconds since ordinal 0.
pub fn local_seconds(py: Py<'_>, moment: i64) -> PyResult<i64> {
    let (date, clock) = parts_of(&local_time(py, moment - EPOCH)?);
    seconds_of(py, date, clock)
}

/// The moment at which the local clock shows a time.
pub fn moment_of_local(py: Py<'_>, date: (i32, i32, i32), clock: [i32; 4], fold: bool) -> PyResult<i64> {
    let t = seconds_of(py, date, clock)?;
    let a = local_seconds(py, t)? - t;
    let u1 = t - a;
    let t1 = local_seconds(py, u1)?;
    let b;
    if t1 == t {
        // One solution; the other one, if any, lies on the other side of a change.
        let u2 = if fold { u1 + MAX_FOLD } else { u1 - MAX_FOLD };
        b = local_seconds(py, u2)? - u2;
        if a == b {
            return Ok(u1);
        }
    } else {
        b = t1 - u1;
    }
    let u2 = t - b;
    if local_seconds(py, u2)? == t {
        return Ok(u2);
    }
    if t1 == t {
        return Ok(u1);
    }
    // Neither: the time is in a gap.
    Ok(if fold { u1.min(u2) } else { u1.max(u2) })
}

/// The machine's zone at a Unix time, as a `timezone`.
pub fn local_zone(py: Py<'_>, unix: i64) -> PyResult<Ref<PyObject>> {
    let t = local_time(py, unix)?;
    let offset = TimeDelta::new(py, 0, t.tm_gmtoff, 0)?;
    let name = PyStr::from_os_bytes(py, &system::zone_name(&t))?;
    TimeZone::create(py, offset, Some(name))
}

/// Unix seconds and microseconds of a number, rounded half to even.
pub fn timestamp(py: Py<'_>, value: &PyObject) -> PyResult<(i64, i32)> {
    let too_large = || raise!(py, OverflowError, "timestamp out of range for platform time_t");
    if let Some(x) = value.downcast::<PyFloat>() {
        let x = x.value();
        if x.is_nan() {
            bail!(py, ValueError, "Invalid value NaN (not a number)");
        }
        let mut whole = x.trunc();
        let mut micros = ((x - whole) * 1e6).round_ties_even();
        if micros >= 1e6 {
            micros -= 1e6;
            whole += 1.0;
        } else if micros < 0.0 {
            micros += 1e6;
            whole -= 1.0;
        }
        return if (i64::MIN as f64..-(i64::MIN as f64)).contains(&whole) {
            Ok((whole as i64, micros as i32))
        } else {
            Err(too_large())
        };
    }
    match value.index(py) {
        Ok(n) => n.as_i64().map(|n| (n, 0)).ok_or_else(too_large),
        Err(raised) if py.error_matches(types::TypeError()) => {
            py.clear_error(raised);
            Err(raise!(py, TypeError, "argument must be int or float, not {}", value.ty().name()))
        }
        Err(raised) => Err(raised),
    }
}

/// Whole Unix seconds of a number, rounded down.
pub fn whole_timestamp(py: Py<'_>, value: &PyObject) -> PyResult<i64> {
    let too_large = || raise!(py, OverflowError, "timestamp out of range for platform time_t");
    if let Some(x) = value.downcast::<PyFloat>() {
        let x = x.value();
        if x.is_nan() {
            bail!(py, ValueError, "Invalid value NaN (not a number)");
        }
        let whole = x.floor();
        return if (i64::MIN as f64..-(i64::MIN as f64)).contains(&whole) {
            Ok(whole as i64)
        } else {
            Err(too_large())
        };
    }
    value.index(py)?.as_i64().ok_or_else(too_large)
}
