//! `datetime.date`.

use krait_interp::import::import_module;
use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::str::hash_bytes;
use krait_runtime::prelude::*;

use super::calendar::{self, IsoError, MAX_ORDINAL};
use super::datetime::DateTime;
use super::delta::TimeDelta;
use super::fields::{check_date, date_arguments, int, int_or, invalid_iso, pickled};
use super::format::{self, Text};
use super::iso_calendar::IsoCalendarDate;
use super::{isoformat, zone};

/// `datetime.date`. Layout as in CPython, where `datetime` continues right behind the date's four bytes.
#[pyclass(module = "datetime", name = "date", basetype)]
#[repr(C)]
pub struct Date {
    base: PyObject,
    /// -1 until asked for.
    pub(super) hash: Cell<isize>,
    /// A time zone follows; never in a plain date.
    pub(super) has_zone: u8,
    /// Year (big-endian), month, day.
    pub(super) data: [u8; 4],
    /// Hour, minute and second of a `datetime`.
    pub(super) clock: [u8; 3],
}

static SIGNATURE: Signature = Signature {
    function: "function",
    names: &["year", "month", "day"],
    posonly: 0,
    pos: 3,
    // The first three are, but each is converted before the next is missed.
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::ParseTuple,
};

static REPLACE: Signature = Signature { function: "replace", style: Style::Clinic, ..SIGNATURE };

/// "date value out of range"
#[cold]
pub(super) fn out_of_range(py: Py<'_>) -> Raised {
    raise!(py, OverflowError, "date value out of range")
}

impl Date {
    /// The date's part of a value.
    pub(super) fn fields((year, month, day): (i32, i32, i32), clock: [u8; 3], has_zone: bool) -> Date {
        let [high, low] = (year as u16).to_be_bytes();
        Date {
            base: PyObject::HEADER,
            hash: Cell::new(-1),
            has_zone: has_zone.into(),
            data: [high, low, month as u8, day as u8],
            clock,
        }
    }

    /// Year, month, day.
    #[inline]
    pub(super) fn parts(&self) -> (i32, i32, i32) {
        let [high, low, month, day] = self.data;
        (i32::from(high) << 8 | i32::from(low), month.into(), day.into())
    }

    /// A date of a class, of fields that are in range.
    pub(super) fn alloc_as(py: Py<'_>, cls: &PyType, date: (i32, i32, i32)) -> PyResult<Ref<PyObject>> {
        alloc_payload(py, cls, Date::fields(date, [0; 3], false)).map(Ref::upcast)
    }

    /// A date of a class; subclasses are called with the fields.
    pub(super) fn create(py: Py<'_>, cls: &PyType, date: (i32, i32, i32)) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, Date::type_object()) {
            check_date(py, date)?;
            return Date::alloc_as(py, cls, date);
        }
        if core::ptr::eq(cls, DateTime::type_object()) {
            check_date(py, date)?;
            return DateTime::alloc_as(py, cls, date, [0; 4], None, 0);
        }
        let (year, month, day) = date;
        let args = [PyInt::new(py, year.into())?, PyInt::new(py, month.into())?, PyInt::new(py, day.into())?];
        let [year, month, day] = &args;
        cls.call(py, &[year, month, day])
    }

    fn ordinal(&self) -> i32 {
        let (year, month, day) = self.parts();
        calendar::to_ordinal(year, month, day)
    }

    fn from_arguments(
        py: Py<'_>,
        cls: &PyType,
        [year, month, day]: [Option<&PyObject>; 3],
    ) -> PyResult<Ref<PyObject>> {
        let date = date_arguments(py, &SIGNATURE, [year, month, day])?;
        check_date(py, date)?;
        Date::alloc_as(py, cls, date)
    }

    fn from_pickle(py: Py<'_>, cls: &PyType, args: &[&PyObject]) -> PyResult<Option<Ref<PyObject>>> {
        let [only] = args else { return Ok(None) };
        let state = pickled::<4>(py, Some(only), "date", |state| {
            let [_, _, month, _] = state;
            (1..=12).contains(month)
        })?;
        let Some([high, low, month, day]) = state else { return Ok(None) };
        let date = (i32::from(high) << 8 | i32::from(low), month.into(), day.into());
        Date::alloc_as(py, cls, date).map(Some)
    }

    /// The same day as `days` later.
    fn moved(&self, py: Py<'_>, days: i64) -> PyResult<Ref<PyObject>> {
        let ordinal = i64::from(self.ordinal()) + days;
        if !(1..=i64::from(MAX_ORDINAL)).contains(&ordinal) {
            return Err(out_of_range(py));
        }
        Date::create(py, self.ty(), calendar::from_ordinal(ordinal as i32))
    }

    fn replaced(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [year, month, day] = REPLACE.slots(py, args)?;
        let (y, m, d) = self.parts();
        Date::create(py, self.ty(), (int_or(py, year, y)?, int_or(py, month, m)?, int_or(py, day, d)?))
    }
}

fn iso_component(py: Py<'_>, value: &PyObject) -> PyResult<i32> {
    match int(py, value) {
        Ok(n) => Ok(n),
        Err(raised) if py.error_matches(krait_runtime::objects::exceptions::types::OverflowError()) => {
            py.clear_error(raised);
            Err(raise!(py, ValueError, "ISO calendar component out of range"))
        }
        Err(raised) => Err(raised),
    }
}

#[pymethods(class = "datetime.date")]
impl Date {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if let (Some(first), 1) = (args.get(0), args.len())
            && let Some(date) = Date::from_pickle(py, cls, &[first])?
        {
            return Ok(date);
        }
        Date::from_arguments(py, cls, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(date) = Date::from_pickle(py, cls, args.positional())? {
            return Ok(date);
        }
        Date::from_arguments(py, cls, SIGNATURE.slots(py, args)?)
    }

    #[classmethod]
    #[sig("($type, timestamp, /)")]
    fn fromtimestamp(cls: &PyType, py: Py<'_>, timestamp: &PyObject) -> PyResult<Ref<PyObject>> {
        let seconds = zone::whole_timestamp(py, timestamp)?;
        let (date, _) = zone::parts_of(&zone::local_time(py, seconds)?);
        Date::create(py, cls, date)
    }
    #[classmethod]
    #[sig("($type, /)")]
    fn today(cls: &PyType, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let now = import_module(py, "time")?.call_method(py, id!(py, "time"), &[])?;
        cls.call_method(py, id!(py, "fromtimestamp"), &[&now])
    }
    #[classmethod]
    #[sig("($type, ordinal, /)")]
    fn fromordinal(cls: &PyType, py: Py<'_>, ordinal: &PyObject) -> PyResult<Ref<PyObject>> {
        let ordinal = int(py, ordinal)?;
        if ordinal < 1 {
            bail!(py, ValueError, "ordinal must be >= 1");
        }
        if ordinal > MAX_ORDINAL {
            // The year is computed before it is refused.
            return Date::create(py, cls, calendar::from_ordinal(ordinal.min(i32::MAX - 400)));
        }
        Date::create(py, cls, calendar::from_ordinal(ordinal))
    }
    #[classmethod]
    #[sig("($type, string, /)")]
    fn fromisoformat(cls: &PyType, py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(text) = string.downcast::<PyStr>() else {
            bail!(py, TypeError, "fromisoformat: argument must be str");
        };
        match isoformat::bytes(&text.to_code_points()).and_then(|bytes| isoformat::date(&bytes)) {
            Ok(date) => Date::create(py, cls, date),
            Err(_) => Err(invalid_iso(py, text)),
        }
    }
    #[classmethod]
    #[sig("($type, year, week, day)")]
    fn fromisocalendar(
        cls: &PyType,
        py: Py<'_>,
        year: &PyObject,
        week: &PyObject,
        day: &PyObject,
    ) -> PyResult<Ref<PyObject>> {
        let (year, week, day) = (iso_component(py, year)?, iso_component(py, week)?, iso_component(py, day)?);
        match calendar::from_iso_calendar(year, week, day) {
            Ok(date) => Date::create(py, cls, date),
            Err(IsoError::Year) => Err(raise!(py, ValueError, "year must be in 1..9999, not {year}")),
            Err(IsoError::Week) => Err(raise!(py, ValueError, "Invalid week: {week}")),
            Err(IsoError::Day) => Err(raise!(py, ValueError, "Invalid weekday: {day} (range is [1, 7])")),
            Err(IsoError::Range) => Err(raise!(py, ValueError, "year must be in 1..9999, not 10000")),
        }
    }
    #[classmethod]
    #[sig("($type, string, format, /)")]
    fn strptime(cls: &PyType, py: Py<'_>, string: &PyStr, format: &PyStr) -> PyResult<Ref<PyObject>> {
        let module = import_module(py, "_strptime")?;
        module.call_method(py, id!(py, "_strptime_datetime_date"), &[cls, string, format])
    }

    #[getter]
    fn year(&self) -> i32 {
        self.parts().0
    }
    #[getter]
    fn month(&self) -> i32 {
        self.parts().1
    }
    #[getter]
    fn day(&self) -> i32 {
        self.parts().2
    }

    #[pymethod]
    #[sig("($self, /)")]
    fn ctime(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        ctime(py, self.parts(), [0; 4])
    }
    #[pymethod]
    #[sig("($self, format)")]
    fn strftime(&self, py: Py<'_>, format: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(format) = format.downcast::<PyStr>() else {
            let what = if format.is_none() { "None" } else { format.ty().name() };
            bail!(py, TypeError, "strftime() argument 1 must be str, not {what}");
        };
        let tuple = self.call_method(py, id!(py, "timetuple"), &[])?;
        let (tz, micros) = match self.downcast::<DateTime>() {
            Some(datetime) => (datetime.zone(), datetime.micros()),
            None => (None, 0),
        };
        format::strftime(py, format, &tuple, tz.as_deref(), self, micros)
    }
    #[pymethod]
    #[sig("($self, format, /)")]
    fn __format__(&self, py: Py<'_>, format: &PyObject) -> PyResult<Ref<PyObject>> {
        format_with(py, self, format)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn isoformat(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut text = Text::new();
        text.date(self.parts());
        PyStr::from_ascii(py, text.as_bytes())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn isoweekday(&self) -> i32 {
        let (year, month, day) = self.parts();
        calendar::weekday(year, month, day) + 1
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn weekday(&self) -> i32 {
        let (year, month, day) = self.parts();
        calendar::weekday(year, month, day)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn isocalendar(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (year, month, day) = self.parts();
        IsoCalendarDate::make(py, IsoCalendarDate::type_object(), calendar::iso_calendar(year, month, day))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn timetuple(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        format::struct_time(py, self.parts(), [0; 4], -1)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn toordinal(&self) -> i32 {
        self.ordinal()
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
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let state = PyBytes::new(py, &self.data)?;
        PyTuple::pair(py, self.ty().to_ref(), PyTuple::new(py, &[&state])?.upcast())
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (year, month, day) = self.parts();
        PyStr::new(py, &format!("{}({year}, {month}, {day})", self.ty().name()))
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.call_method(py, id!(py, "isoformat"), &[])
    }
    #[slot]
    fn tp_hash(&self, _py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() == -1 {
            self.hash.set(hash_bytes(&self.data));
        }
        Ok(self.hash.get())
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        // A date and a datetime say nothing about each other.
        match other.downcast::<Date>() {
            Some(other)
                if self.downcast::<DateTime>().is_some() == other.downcast::<DateTime>().is_some() =>
            {
                op.holds(self.data.cmp(&other.data)).into_py(py)
            }
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        if a.downcast::<DateTime>().is_some() || b.downcast::<DateTime>().is_some() {
            return Ok(py.not_implemented());
        }
        match (
            a.downcast::<Date>(),
            b.downcast::<TimeDelta>(),
            a.downcast::<TimeDelta>(),
            b.downcast::<Date>(),
        ) {
            (Some(date), Some(delta), ..) | (.., Some(delta), Some(date)) => {
                date.moved(py, delta.days.into())
            }
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        if a.downcast::<DateTime>().is_some() || b.downcast::<DateTime>().is_some() {
            return Ok(py.not_implemented());
        }
        let Some(date) = a.downcast::<Date>() else { return Ok(py.not_implemented()) };
        if let Some(other) = b.downcast::<Date>() {
            let days = date.ordinal() - other.ordinal();
            return TimeDelta::new(py, days.into(), 0, 0).map(Ref::upcast);
        }
        match b.downcast::<TimeDelta>() {
            Some(delta) => date.moved(py, -i64::from(delta.days)),
            None => Ok(py.not_implemented()),
        }
    }
}

/// "Wed Jan  1 00:00:00 2020"
pub(super) fn ctime(
    py: Py<'_>,
    (year, month, day): (i32, i32, i32),
    [hour, minute, second, _]: [i32; 4],
) -> PyResult<Ref<PyStr>> {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let weekday = DAYS.get(calendar::weekday(year, month, day) as usize).copied().unwrap_or_default();
    let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    PyStr::new(py, &format!("{weekday} {name} {day:2} {hour:02}:{minute:02}:{second:02} {year:04}"))
}

/// `__format__`: `str()` without a format, `strftime` with one.
pub(super) fn format_with(py: Py<'_>, object: &PyObject, format: &PyObject) -> PyResult<Ref<PyObject>> {
    let Some(format) = format.downcast::<PyStr>() else {
        let what = if format.is_none() { "None" } else { format.ty().name() };
        bail!(py, TypeError, "__format__() argument 1 must be str, not {what}");
    };
    if format.is_empty() {
        return object.str(py).map(Ref::upcast);
    }
    object.call_method(py, id!(py, "strftime"), &[format])
}
