//! `datetime.datetime`: class methods and conversions.

use krait_interp::import::import_module;
use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::exceptions::types;
use krait_runtime::objects::str::StrBuilder;
use krait_runtime::prelude::*;

use super::calendar;
use super::date::{Date, ctime};
use super::datetime::{DateTime, REPLACE};
use super::delta::{TimeDelta, true_quotient};
use super::fields::{character, int_or, invalid_iso, zone as zone_argument};
use super::format::{self, Detail, Text};
use super::time::{Time, parsed_zone};
use super::timezone::utc;
use super::{isoformat, zone};

/// A datetime of Unix seconds and microseconds, in local time or UTC.
fn from_timestamp(
    py: Py<'_>,
    cls: &PyType,
    local: bool,
    seconds: i64,
    micros: i32,
    tz: Option<&PyObject>,
) -> PyResult<Ref<PyObject>> {
    let t = if local { zone::local_time(py, seconds)? } else { zone::utc_time(py, seconds)? };
    let (date, [hour, minute, second, _]) = zone::parts_of(&t);
    let clock = [hour, minute, second, micros];
    let mut fold = 0;
    if local && tz.is_none() {
        // The second of two readings of the same local time?
        let shown = zone::seconds_of(py, date, clock)?;
        let probe = zone::local_seconds(py, zone::EPOCH + seconds - zone::MAX_FOLD);
        let probe = match probe {
            Ok(probe) => probe,
            Err(raised) => {
                // Before the first year there is nothing to ask.
                py.clear_error(raised);
                shown - zone::MAX_FOLD
            }
        };
        let transition = shown - probe - zone::MAX_FOLD;
        if transition < 0 && zone::local_seconds(py, zone::EPOCH + seconds + transition)? == shown {
            fold = 1;
        }
    }
    DateTime::create(py, cls, date, clock, tz, fold)
}

/// What a zone makes of a datetime in UTC.
fn in_zone(py: Py<'_>, datetime: Ref<PyObject>, tz: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
    match tz {
        Some(tz) => tz.call_method(py, id!(py, "fromutc"), &[&datetime]),
        None => Ok(datetime),
    }
}

fn now_parts() -> (i64, i32) {
    let now = std::time::SystemTime::now();
    match now.duration_since(std::time::UNIX_EPOCH) {
        Ok(since) => (since.as_secs() as i64, since.subsec_micros() as i32),
        Err(before) => {
            let micros = -(before.duration().as_micros() as i64);
            (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000) as i32)
        }
    }
}

fn deprecated(py: Py<'_>, text: &str) -> PyResult<()> {
    py.warn(types::DeprecationWarning(), text, 1)
}

/// The zone of local time when a local datetime is shown.
fn zone_of_local(py: Py<'_>, datetime: &DateTime) -> PyResult<Ref<PyObject>> {
    let moment = |fold| zone::moment_of_local(py, datetime.date.parts(), datetime.clock(), fold);
    let late = datetime.fold() != 0;
    let (own, other) = (moment(late)?, moment(!late)?);
    // In a gap the first reading is the later moment, before the change: each is shown in the zone that it was read in.
    let moment = if (other > own) == late { other } else { own };
    zone::local_zone(py, moment - zone::EPOCH)
}

impl DateTime {
    fn replaced(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [year, month, day, hour, minute, second, micro, tz, fold] = REPLACE.slots(py, args)?;
        let ((y, mo, d), [h, mi, s, us]) = (self.date.parts(), self.clock());
        let date = (int_or(py, year, y)?, int_or(py, month, mo)?, int_or(py, day, d)?);
        let clock =
            [int_or(py, hour, h)?, int_or(py, minute, mi)?, int_or(py, second, s)?, int_or(py, micro, us)?];
        let fold = int_or(py, fold, self.fold())?;
        let own = self.zone();
        let tz = match tz {
            Some(tz) => zone_argument(py, Some(tz))?,
            None => own.as_deref(),
        };
        if fold != 0 && fold != 1 {
            bail!(py, ValueError, "fold must be either 0 or 1, not {fold}");
        }
        DateTime::create(py, self.ty(), date, clock, tz, fold)
    }

    fn reduced(&self, py: Py<'_>, with_fold: bool) -> PyResult<Ref<PyTuple>> {
        let mut data = self.bytes();
        if with_fold && self.fold() != 0 {
            let [_, _, month, ..] = &mut data;
            *month |= 0x80;
        }
        let state = PyBytes::new(py, &data)?;
        let args = match self.zone() {
            Some(tz) => PyTuple::new(py, &[&state, &tz])?,
            None => PyTuple::new(py, &[&state])?,
        };
        PyTuple::pair(py, self.ty().to_ref(), args.upcast())
    }
}

#[pymethods(class = "datetime.datetime", part = "conversions")]
impl DateTime {
    #[classmethod]
    #[sig("($type, /, tz=None)")]
    fn now(cls: &PyType, py: Py<'_>, tz: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let tz = zone_argument(py, tz)?;
        let (seconds, micros) = now_parts();
        in_zone(py, from_timestamp(py, cls, tz.is_none(), seconds, micros, tz)?, tz)
    }
    #[classmethod]
    #[sig("($type, /)")]
    fn utcnow(cls: &PyType, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        deprecated(
            py,
            "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware \
             objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).",
        )?;
        let (seconds, micros) = now_parts();
        from_timestamp(py, cls, false, seconds, micros, None)
    }
    #[classmethod]
    #[sig("($type, timestamp, tz=None)")]
    fn fromtimestamp(
        cls: &PyType,
        py: Py<'_>,
        timestamp: &PyObject,
        tz: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let tz = zone_argument(py, tz)?;
        let (seconds, micros) = zone::timestamp(py, timestamp)?;
        in_zone(py, from_timestamp(py, cls, tz.is_none(), seconds, micros, tz)?, tz)
    }
    #[classmethod]
    #[sig("($type, timestamp, /)")]
    fn utcfromtimestamp(cls: &PyType, py: Py<'_>, timestamp: &PyObject) -> PyResult<Ref<PyObject>> {
        deprecated(
            py,
            "datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use \
             timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).",
        )?;
        let (seconds, micros) = zone::timestamp(py, timestamp)?;
        from_timestamp(py, cls, false, seconds, micros, None)
    }
    #[classmethod]
    #[sig("($type, string, format, /)")]
    fn strptime(cls: &PyType, py: Py<'_>, string: &PyStr, format: &PyStr) -> PyResult<Ref<PyObject>> {
        let module = import_module(py, "_strptime")?;
        module.call_method(py, id!(py, "_strptime_datetime_datetime"), &[cls, string, format])
    }
    #[classmethod]
    #[raw]
    fn combine(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        static SIGNATURE: Signature = Signature {
            function: "combine",
            names: &["date", "time", "tzinfo"],
            posonly: 0,
            pos: 3,
            required: 2,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
            style: Style::Clinic,
        };
        let [date, time, tz] = SIGNATURE.slots(py, args)?;
        let wrong = |n: usize, want: &str, value: Option<&PyObject>| {
            let got = value.map_or("None", |value| if value.is_none() { "None" } else { value.ty().name() });
            raise!(py, TypeError, "combine() argument {n} must be {want}, not {got}")
        };
        let Some(day) = date.and_then(PyObject::downcast::<Date>) else {
            return Err(wrong(1, "datetime.date", date));
        };
        let Some(clock) = time.and_then(PyObject::downcast::<Time>) else {
            return Err(wrong(2, "datetime.time", time));
        };
        let own = clock.zone();
        let tz = match tz {
            Some(tz) => zone_argument(py, Some(tz))?,
            None => own.as_deref(),
        };
        DateTime::create(py, cls, day.parts(), clock.clock(), tz, clock.is_folded().into())
    }
    #[classmethod]
    #[sig("($type, string, /)")]
    fn fromisoformat(cls: &PyType, py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(text) = string.downcast::<PyStr>() else {
            bail!(py, TypeError, "fromisoformat: argument must be str");
        };
        let points = text.to_code_points();
        let bad = |_: isoformat::Invalid| invalid_iso(py, text);
        if points.len() < 7 {
            return Err(invalid_iso(py, text));
        }
        let separator = isoformat::separator(&points).map_err(bad)?;
        let day = points.get(..separator.min(points.len())).unwrap_or_default();
        let mut date = isoformat::bytes(day).and_then(|bytes| isoformat::date(&bytes)).map_err(bad)?;
        let (mut clock, mut tz) = ([0; 4], None);
        if let Some(rest) = points.get(separator + 1..)
            && points.len() > separator
        {
            let parsed = isoformat::bytes(rest).and_then(|bytes| isoformat::time(&bytes)).map_err(bad)?;
            clock = parsed.clock;
            tz = parsed_zone(py, parsed.offset)?;
        }
        if let [24, minute, second, micro] = clock
            && (1..=12).contains(&date.1)
        {
            if (minute, second, micro) != (0, 0, 0) {
                bail!(py, ValueError, "minute, second, and microsecond must be 0 when hour is 24");
            }
            let (year, month, day) = date;
            if day <= calendar::days_in_month(year, month) {
                // Midnight at the end of the day is the next day's beginning.
                clock = [0; 4];
                date = if day < calendar::days_in_month(year, month) {
                    (year, month, day + 1)
                } else if month < 12 {
                    (year, month + 1, 1)
                } else {
                    (year + 1, 1, 1)
                };
            }
        }
        DateTime::create(py, cls, date, clock, tz.as_deref(), 0)
    }

    #[pymethod(name = "date")]
    #[sig("($self, /)")]
    fn to_date(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Date::alloc_as(py, Date::type_object(), self.date.parts())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn time(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Time::alloc_as(py, Time::type_object(), self.clock(), None, self.fold())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn timetz(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        Time::alloc_as(py, Time::type_object(), self.clock(), self.zone().as_deref(), self.fold())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn ctime(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        ctime(py, self.date.parts(), self.clock())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn timetuple(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let dst = zone::dst(py, self.zone().as_deref(), self)?;
        let flag = dst.map_or(-1, |dst| dst.is_nonzero().into());
        format::struct_time(py, self.date.parts(), self.clock(), flag)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn utctimetuple(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let (date, clock) = match self.offset(py)? {
            Some(offset) => self.moved(py, &offset, -1)?,
            None => (self.date.parts(), self.clock()),
        };
        format::struct_time(py, date, clock, 0)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn timestamp(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        if self.zone().is_some() {
            let epoch =
                DateTime::alloc_as(py, DateTime::type_object(), (1970, 1, 1), [0; 4], Some(&*utc(py)?), 0)?;
            let Some(epoch) = epoch.downcast::<DateTime>() else { return Ok(py.none()) };
            return true_quotient(py, self.difference(py, epoch)?.total(), 1_000_000);
        }
        let moment = zone::moment_of_local(py, self.date.parts(), self.clock(), self.fold() != 0)?;
        ((moment - zone::EPOCH) as f64 + f64::from(self.micros()) / 1e6).into_py(py)
    }
    #[pymethod]
    #[raw]
    fn isoformat(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyStr>> {
        static SIGNATURE: Signature = Signature {
            function: "isoformat",
            names: &["sep", "timespec"],
            posonly: 0,
            pos: 2,
            required: 0,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
            style: Style::Clinic,
        };
        let [separator, timespec] = SIGNATURE.slots(py, args)?;
        let separator = separator.map_or(Ok(u32::from(b'T')), |sep| character(py, "isoformat", sep))?;
        let clock = self.clock();
        let detail = Detail::parse(py, timespec, self.micros(), 2)?;
        let mut text = Text::new();
        text.date(self.date.parts());
        if let Ok(c @ 0..128) = u8::try_from(separator) {
            text.push(c);
            text.clock(clock, detail);
            if let Some(offset) = self.offset(py)? {
                text.offset(&offset);
            }
            return PyStr::from_ascii(py, text.as_bytes());
        }
        let mut out = StrBuilder::new();
        out.push_ascii(py, text.as_bytes())?;
        out.push_code_point(py, separator)?;
        let mut text = Text::new();
        text.clock(clock, detail);
        if let Some(offset) = self.offset(py)? {
            text.offset(&offset);
        }
        out.push_ascii(py, text.as_bytes())?;
        out.finish(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn utcoffset(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        self.offset(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn dst(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        zone::dst(py, self.zone().as_deref(), self)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn tzname(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        zone::tzname(py, self.zone().as_deref(), self)
    }
    #[pymethod]
    #[raw]
    fn replace(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.replaced(py, args)
    }
    #[pymethod]
    #[raw]
    fn __replace__(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        self.replaced(py, args)
    }
    #[pymethod]
    #[sig("($self, tz=None)")]
    fn astimezone(&self, py: Py<'_>, tz: Option<&PyObject>) -> PyResult<Ref<PyObject>> {
        let tz = zone_argument(py, tz)?;
        let own = match self.zone() {
            Some(own) => own,
            None => zone_of_local(py, self)?,
        };
        if let Some(tz) = tz
            && own.is(tz)
        {
            return Ok(self.to_ref());
        }
        let mut offset = zone::utcoffset(py, Some(&own), self)?;
        if offset.is_none() {
            let local = zone_of_local(py, self)?;
            offset = zone::utcoffset(py, Some(&local), self)?;
        }
        let Some(offset) = offset else { return Ok(self.to_ref()) };
        let (date, clock) = self.moved(py, &offset, -1)?;
        let result = DateTime::create(py, self.ty(), date, clock, Some(&*utc(py)?), 0)?;
        let local;
        let target = match tz {
            Some(tz) => tz,
            None => {
                let seconds = zone::seconds_of(py, date, clock)? - zone::EPOCH;
                local = zone::local_zone(py, seconds)?;
                &*local
            }
        };
        // The zone converts a datetime that claims to be its own.
        let result = DateTime::create(py, self.ty(), date, clock, Some(target), 0).or(Ok(result))?;
        target.call_method(py, id!(py, "fromutc"), &[&result])
    }
    #[pymethod]
    #[sig("($self, proto, /)")]
    fn __reduce_ex__(&self, py: Py<'_>, proto: i32) -> PyResult<Ref<PyTuple>> {
        self.reduced(py, proto > 3)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.reduced(py, false)
    }
}
