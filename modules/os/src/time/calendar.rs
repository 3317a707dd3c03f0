//! Calendar time: `struct_time`, conversion, formatting, the time zone.

use std::ffi::CString;

use krait_macros::pymodule_part;
use krait_runtime::objects::exceptions::OrRaise;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::objects::structseq::StructSeq;
use krait_runtime::prelude::*;
use krait_runtime::system::time::{self as system, Calendar};
use krait_runtime::time::{Rounding, time_t};

/// `struct_time`.
pub static STRUCT_TIME: StructSeq = StructSeq::new(
    "time.struct_time",
    "The time value as returned by gmtime(), localtime(), and strptime(), and\n accepted by asctime(), mktime() and strftime().  May be considered as a\n sequence of 9 integers.\n\n Note that several fields' values are not the same as those defined by\n the C language standard for struct tm.  For example, the value of the\n field tm_year is the actual year, not year - 1900.  See individual\n fields' descriptions for details.",
    &[
        ("tm_year", "year, for example, 1993"),
        ("tm_mon", "month of year, range [1, 12]"),
        ("tm_mday", "day of month, range [1, 31]"),
        ("tm_hour", "hours, range [0, 23]"),
        ("tm_min", "minutes, range [0, 59]"),
        ("tm_sec", "seconds, range [0, 61])"),
        ("tm_wday", "day of week, range [0, 6], Monday is 0"),
        ("tm_yday", "day of year, range [1, 366]"),
        ("tm_isdst", "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        ("tm_zone", "abbreviation of timezone name"),
        ("tm_gmtoff", "offset from UTC in seconds"),
    ],
    9,
);

/// `time.struct_time` of the C structure.
fn struct_time(py: Py<'_>, t: &Calendar) -> PyResult<Ref<PyObject>> {
    let numbers = [
        i64::from(t.tm_year) + 1900,
        i64::from(t.tm_mon) + 1,
        i64::from(t.tm_mday),
        i64::from(t.tm_hour),
        i64::from(t.tm_min),
        i64::from(t.tm_sec),
        i64::from(t.tm_wday + 6) % 7,
        i64::from(t.tm_yday) + 1,
        i64::from(t.tm_isdst),
    ];
    let mut fields = numbers.into_iter().map(|n| n.into_py(py)).collect::<PyResult<Vec<_>>>()?;
    fields.push(PyStr::from_os_bytes(py, &system::zone_name(t))?.upcast());
    fields.push(t.tm_gmtoff.into_py(py)?);
    STRUCT_TIME.make(py, fields)
}

/// The seconds that a function was given, or now.
fn seconds_or_now(py: Py<'_>, seconds: Option<&PyObject>) -> PyResult<i64> {
    match seconds.filter(|s| !s.is_none()) {
        Some(seconds) => time_t(py, seconds, Rounding::Floor),
        None => system::clock_spec(libc::CLOCK_REALTIME).map(|t| t.tv_sec).or_raise(py),
    }
}

/// A time tuple, with the zone's name if it has one.
fn parse(py: Py<'_>, function: &str, time: &PyObject) -> PyResult<(Calendar, Option<CString>)> {
    let Some(tuple) = time.downcast::<PyTuple>() else {
        bail!(py, TypeError, "Tuple or struct_time argument required")
    };
    if tuple.len() != 9 {
        bail!(py, TypeError, "{function}(): illegal time tuple argument")
    }
    let mut numbers = [0i32; 9];
    for (place, item) in numbers.iter_mut().zip(tuple.as_slice().to_vec()) {
        *place = krait_runtime::args::extract::<i32>(py, &item, "time", 0)?;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, dst] = numbers;
    let Some(year) = year.checked_sub(1900) else { bail!(py, OverflowError, "year out of range") };
    let mut t = system::empty_calendar();
    t.tm_year = year;
    t.tm_mon = month.wrapping_sub(1);
    t.tm_mday = day;
    t.tm_hour = hour;
    t.tm_min = minute;
    t.tm_sec = second;
    t.tm_wday = weekday.wrapping_add(1) % 7;
    t.tm_yday = yearday.wrapping_sub(1);
    t.tm_isdst = dst;
    let mut zone = None;
    if time.is_exactly(STRUCT_TIME.ty(py)?) {
        let name = time.get_attr(py, id!(py, "tm_zone"))?;
        if let Some(name) = name.downcast::<PyStr>() {
            zone = CString::new(name.to_os_bytes(py)?).ok();
        }
        let offset = time.get_attr(py, id!(py, "tm_gmtoff"))?;
        if !offset.is_none() {
            t.tm_gmtoff = krait_runtime::args::extract::<i64>(py, &offset, "time", 0)?;
        }
    }
    Ok((t, zone))
}

/// Refuses fields that would make the C library read past its tables; zeros for month and days count as "first".
fn check(py: Py<'_>, t: &mut Calendar) -> PyResult<()> {
    if t.tm_mon == -1 {
        t.tm_mon = 0;
    }
    if t.tm_mday == 0 {
        t.tm_mday = 1;
    }
    if t.tm_yday == -1 {
        t.tm_yday = 0;
    }
    let fields = [
        (t.tm_mon, 0, 11, "month"),
        (t.tm_mday, 1, 31, "day of month"),
        (t.tm_hour, 0, 23, "hour"),
        (t.tm_min, 0, 59, "minute"),
        (t.tm_sec, 0, 61, "seconds"),
        (t.tm_wday, 0, 6, "day of week"),
        (t.tm_yday, 0, 365, "day of year"),
    ];
    for (value, low, high, name) in fields {
        if value < low || value > high {
            bail!(py, ValueError, "{name} out of range")
        }
    }
    Ok(())
}

fn asctime_text(t: &Calendar) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = DAYS.get(t.tm_wday as usize).copied().unwrap_or("???");
    let month = MONTHS.get(t.tm_mon as usize).copied().unwrap_or("???");
    format!(
        "{day} {month}{:3} {:02}:{:02}:{:02} {}",
        t.tm_mday,
        t.tm_hour,
        t.tm_min,
        t.tm_sec,
        i64::from(t.tm_year) + 1900
    )
}

/// Formats: stretches of ASCII go to the C library, everything else stands for itself.
fn format(py: Py<'_>, pattern: &PyStr, t: &Calendar, zone: Option<&CString>) -> PyResult<Ref<PyStr>> {
    py.expect_room(16 * pattern.len())?;
    let mut out = StrBuilder::new();
    let mut stretch: Vec<u8> = Vec::new();
    let flush = |out: &mut StrBuilder, stretch: &mut Vec<u8>| {
        if stretch.is_empty() {
            return Ok(());
        }
        let c_pattern = CString::new(core::mem::take(stretch)).unwrap_or_default();
        let text = system::format(&c_pattern, t, zone.map(|z| z.as_c_str()));
        out.push(py, &*PyStr::from_os_bytes(py, &text)?)
    };
    for c in pattern.to_code_points() {
        match u8::try_from(c) {
            Ok(b) if b != 0 && b.is_ascii() => stretch.push(b),
            _ => {
                flush(&mut out, &mut stretch)?;
                out.push_code_point(py, c)?;
            }
        }
    }
    flush(&mut out, &mut stretch)?;
    out.finish(py)
}

/// What `tzset` tells of the zone: seconds west, the same in summer, whether there is a summer time, the two names.
fn zone_facts() -> (i64, i64, bool, [Vec<u8>; 2]) {
    const YEAR: i64 = (365 * 24 + 6) * 3600;
    let now = system::clock_spec(libc::CLOCK_REALTIME).map_or(0, |t| t.tv_sec);
    let january = now / YEAR * YEAR;
    let look = |seconds| match system::local(seconds) {
        Ok(t) => (-t.tm_gmtoff, system::zone_name(&t)),
        Err(_) => (0, b"UTC".to_vec()),
    };
    let (winter, winter_name) = look(january);
    let (summer, summer_name) = look(january + YEAR / 2);
    if winter < summer {
        // South of the equator.
        (summer, winter, true, [summer_name, winter_name])
    } else {
        (winter, summer, winter != summer, [winter_name, summer_name])
    }
}

fn set_zone(py: Py<'_>, module: &PyModule) -> PyResult<()> {
    system::read_zone();
    let (timezone, altzone, daylight, [a, b]) = zone_facts();
    module.add(py, "timezone", &*timezone.into_py(py)?)?;
    module.add(py, "altzone", &*altzone.into_py(py)?)?;
    module.add(py, "daylight", &*i32::from(daylight).into_py(py)?)?;
    let (a, b) = (PyStr::from_os_bytes(py, &a)?, PyStr::from_os_bytes(py, &b)?);
    module.add(py, "tzname", &*PyTuple::pair(py, a.upcast(), b.upcast())?)
}

/// The functions.
#[pymodule_part(name = "time")]
pub mod calendar {
    use krait_runtime::objects::exceptions::OrRaise;
    use krait_runtime::prelude::*;
    use krait_runtime::system::time as system;

    use super::{STRUCT_TIME, asctime_text, check, format, parse, seconds_or_now, set_zone, struct_time};

    #[pyattr]
    const _STRUCT_TM_ITEMS: i32 = 11;

    #[pyfunction]
    #[style(parse_tuple)]
    fn gmtime(py: Py<'_>, seconds: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let seconds = seconds_or_now(py, seconds)?;
        struct_time(py, &system::universal(seconds).or_raise(py)?)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn localtime(py: Py<'_>, seconds: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let seconds = seconds_or_now(py, seconds)?;
        struct_time(py, &system::local(seconds).or_raise(py)?)
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn ctime(py: Py<'_>, seconds: Option<&PyObject>) -> PyResult<String> {
        let seconds = seconds_or_now(py, seconds)?;
        Ok(asctime_text(&system::local(seconds).or_raise(py)?))
    }

    #[pyfunction]
    fn asctime(py: Py<'_>, time: Option<&PyObject>) -> PyResult<String> {
        let t = match time {
            Some(time) => {
                let (mut t, _) = parse(py, "asctime", time)?;
                check(py, &mut t)?;
                t
            }
            None => system::local(seconds_or_now(py, None)?).or_raise(py)?,
        };
        Ok(asctime_text(&t))
    }

    #[pyfunction]
    fn mktime(py: Py<'_>, time: &PyObject) -> PyResult<f64> {
        let (mut t, _) = parse(py, "mktime", time)?;
        match system::make(&mut t) {
            Some(seconds) => Ok(seconds as f64),
            None => bail!(py, OverflowError, "mktime argument out of range"),
        }
    }

    #[pyfunction]
    #[style(parse_tuple)]
    fn strftime(py: Py<'_>, pattern: &PyStr, time: Option<&PyObject>) -> PyResult<Ref<PyStr>> {
        let (mut t, zone) = match time {
            Some(time) => parse(py, "strftime", time)?,
            None => (system::local(seconds_or_now(py, None)?).or_raise(py)?, None),
        };
        check(py, &mut t)?;
        t.tm_isdst = t.tm_isdst.clamp(-1, 1);
        let zone = match zone {
            // A plain tuple has no zone: that of the place, by whether it is summer there.
            None if time.is_some() => {
                let names = super::zone_facts().3;
                let [winter, summer] = names;
                let name = if t.tm_isdst > 0 { summer } else { winter };
                if t.tm_isdst < 0 { None } else { std::ffi::CString::new(name).ok() }
            }
            zone => zone,
        };
        format(py, pattern, &t, zone.as_ref())
    }

    #[pyfunction]
    #[raw(fastcall)]
    fn strptime(py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let module = krait_interp::import::import_module(py, "_strptime")?;
        module.get_attr(py, id!(py, "_strptime_time"))?.call_args(py, args)
    }

    #[pyfunction]
    fn tzset(module: &PyModule, py: Py<'_>) -> PyResult<()> {
        set_zone(py, module)
    }

    #[pyexec]
    fn exec(py: Py<'_>, module: &PyModule) -> PyResult<()> {
        module.add(py, "struct_time", STRUCT_TIME.ty(py)?)?;
        set_zone(py, module)
    }
}
