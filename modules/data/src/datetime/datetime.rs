//! `datetime.datetime`: fields, construction, arithmetic, comparison. `datetime_methods.rs` has conversions.

use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::str::{StrBuilder, hash_bytes};
use krait_runtime::prelude::*;

use super::calendar::{self, MAX_ORDINAL};
use super::date::{Date, out_of_range};
use super::delta::TimeDelta;
use super::fields::{
    check_clock, check_date, date_arguments, int_or, pickled, pickled_zone, zone as zone_argument,
};
use super::time::{pack_clock, unpack_clock};
use super::zone;

/// `datetime.datetime`.
#[pyclass(module = "datetime", name = "datetime", base = Date, basetype)]
#[repr(C)]
pub struct DateTime {
    pub(super) date: Date,
    micro: [u8; 3],
    fold: u8,
    zone: Member<PyObject>,
}

static SIGNATURE: Signature = Signature {
    function: "function",
    names: &["year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    posonly: 0,
    pos: 8,
    // The first three are, but each is converted before the next is missed.
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::ParseTuple,
};

pub(super) static REPLACE: Signature = Signature { function: "replace", style: Style::Clinic, ..SIGNATURE };

impl DateTime {
    /// A datetime of a class, of fields that are in range.
    pub(super) fn alloc_as(
        py: Py<'_>,
        cls: &PyType,
        date: (i32, i32, i32),
        clock: [i32; 4],
        zone: Option<&PyObject>,
        fold: i32,
    ) -> PyResult<Ref<PyObject>> {
        let [hour, minute, second, a, b, c] = pack_clock(clock);
        let new = DateTime {
            date: Date::fields(date, [hour, minute, second], zone.is_some()),
            micro: [a, b, c],
            fold: fold as u8,
            zone: Member::from_option(zone.map(PyObject::to_ref)),
        };
        alloc_payload(py, cls, new).map(Ref::upcast)
    }

    /// A datetime of a class; subclasses are called with the fields.
    pub(super) fn create(
        py: Py<'_>,
        cls: &PyType,
        date: (i32, i32, i32),
        clock: [i32; 4],
        zone: Option<&PyObject>,
        fold: i32,
    ) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, DateTime::type_object()) {
            check_date(py, date)?;
            check_clock(py, clock, fold)?;
            return DateTime::alloc_as(py, cls, date, clock, zone, fold);
        }
        let mut args = Vec::with_capacity(8);
        let [hour, minute, second, micro] = clock;
        for part in [date.0, date.1, date.2, hour, minute, second, micro] {
            args.push(part.into_py(py)?);
        }
        args.push(zone.map_or_else(|| py.none(), PyObject::to_ref));
        let args = PyTuple::from_vec(py, args)?;
        if fold == 0 {
            return cls.call_dict(py, &args, None);
        }
        let keywords = PyDict::new(py)?;
        keywords.set(py, id!(py, "fold"), &*PyInt::new(py, fold.into())?)?;
        cls.call_dict(py, &args, Some(&keywords))
    }

    #[inline]
    fn clock_bytes(&self) -> [u8; 6] {
        let ([hour, minute, second], [a, b, c]) = (self.date.clock, self.micro);
        [hour, minute, second, a, b, c]
    }

    /// All ten bytes that say when, without zone and fold.
    pub(super) fn bytes(&self) -> [u8; 10] {
        let ([a, b, c, d], [e, f, g, h, i, j]) = (self.date.data, self.clock_bytes());
        [a, b, c, d, e, f, g, h, i, j]
    }

    #[inline]
    pub(super) fn clock(&self) -> [i32; 4] {
        unpack_clock(self.clock_bytes())
    }

    pub(super) fn micros(&self) -> i32 {
        let [.., micro] = self.clock();
        micro
    }

    pub(crate) fn zone(&self) -> Option<Ref<PyObject>> {
        self.zone.get()
    }

    pub(super) fn fold(&self) -> i32 {
        self.fold.into()
    }

    pub(super) fn offset(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        zone::utcoffset(py, self.zone().as_deref(), self)
    }

    /// What the clock shows, in seconds since 1970 as if it showed UTC.
    pub(crate) fn unix_reading(&self) -> i64 {
        (self.total() / 1_000_000) as i64 - zone::EPOCH
    }

    /// The year.
    pub(crate) fn year_number(&self) -> i32 {
        self.date.parts().0
    }

    /// The second of two readings of the same local time.
    pub(crate) fn is_folded(&self) -> bool {
        self.fold != 0
    }

    /// Microseconds since ordinal 0.
    fn total(&self) -> i128 {
        let (year, month, day) = self.date.parts();
        let [hour, minute, second, micro] = self.clock().map(i128::from);
        let days = i128::from(calendar::to_ordinal(year, month, day));
        (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + micro
    }

    /// Date and clock `factor` times `delta` later.
    pub(super) fn moved(
        &self,
        py: Py<'_>,
        delta: &TimeDelta,
        factor: i128,
    ) -> PyResult<((i32, i32, i32), [i32; 4])> {
        const DAY: i128 = 86_400_000_000;
        let total = self.total() + factor * delta.total();
        let days = total.div_euclid(DAY);
        if !(1..=i128::from(MAX_ORDINAL)).contains(&days) {
            return Err(out_of_range(py));
        }
        let micros = total.rem_euclid(DAY) as i64;
        let seconds = (micros / 1_000_000) as i32;
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60, (micros % 1_000_000) as i32];
        Ok((calendar::from_ordinal(days as i32), clock))
    }

    /// `self + factor * delta`, of the same class.
    pub(crate) fn shifted(&self, py: Py<'_>, delta: &TimeDelta, factor: i128) -> PyResult<Ref<PyObject>> {
        let (date, clock) = self.moved(py, delta, factor)?;
        DateTime::create(py, self.ty(), date, clock, self.zone().as_deref(), 0)
    }

    /// `self - other`.
    pub(super) fn difference(&self, py: Py<'_>, other: &DateTime) -> PyResult<Ref<TimeDelta>> {
        let mut micros = self.total() - other.total();
        if self.zone.as_raw() != other.zone.as_raw() {
            match (self.offset(py)?, other.offset(py)?) {
                (None, None) => {}
                (Some(a), Some(b)) => micros -= a.total() - b.total(),
                _ => bail!(py, TypeError, "can't subtract offset-naive and offset-aware datetimes"),
            }
        }
        TimeDelta::new(py, 0, micros.div_euclid(1_000_000) as i64, micros.rem_euclid(1_000_000) as i64)
    }

    /// The same time with the other fold has another offset: such a time equals none in another zone (PEP 495).
    fn depends_on_fold(&self, py: Py<'_>, offset: Option<&TimeDelta>) -> PyResult<bool> {
        let tz = self.zone();
        let flipped = DateTime::alloc_as(
            py,
            DateTime::type_object(),
            self.date.parts(),
            self.clock(),
            tz.as_deref(),
            1 - self.fold(),
        )?;
        let other = zone::utcoffset(py, tz.as_deref(), &flipped)?;
        Ok(other.as_ref().map(|delta| delta.parts()) != offset.map(TimeDelta::parts))
    }

    fn from_arguments(py: Py<'_>, cls: &PyType, given: [Option<&PyObject>; 9]) -> PyResult<Ref<PyObject>> {
        let [year, month, day, hour, minute, second, micro, tz, fold] = given;
        let date = date_arguments(py, &SIGNATURE, [year, month, day])?;
        let clock =
            [int_or(py, hour, 0)?, int_or(py, minute, 0)?, int_or(py, second, 0)?, int_or(py, micro, 0)?];
        let fold = int_or(py, fold, 0)?;
        check_date(py, date)?;
        check_clock(py, clock, fold)?;
        let tz = zone_argument(py, tz)?;
        DateTime::alloc_as(py, cls, date, clock, tz, fold)
    }

    fn from_pickle(py: Py<'_>, cls: &PyType, args: &[&PyObject]) -> PyResult<Option<Ref<PyObject>>> {
        let (first, tz) = match args {
            [first] => (*first, None),
            [first, tz] => (*first, Some(*tz)),
            _ => return Ok(None),
        };
        let state = pickled::<10>(py, Some(first), "datetime", |state| {
            let [_, _, month, ..] = state;
            *month < 256 && (1..=12).contains(&(month & 0x7f))
        })?;
        let Some([a, b, month, day, hour, minute, second, x, y, z]) = state else { return Ok(None) };
        let tz = pickled_zone(py, tz)?;
        let date = (i32::from(a) << 8 | i32::from(b), i32::from(month & 0x7f), i32::from(day));
        let clock = unpack_clock([hour, minute, second, x, y, z]);
        DateTime::alloc_as(py, cls, date, clock, tz, i32::from(month >> 7)).map(Some)
    }
}

#[pymethods(class = "datetime.datetime", parts(conversions))]
impl DateTime {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        if args.len() <= 2 {
            let positional: Vec<&PyObject> = args.as_slice().iter().map(|arg| &**arg).collect();
            if let Some(datetime) = DateTime::from_pickle(py, cls, &positional)? {
                return Ok(datetime);
            }
        }
        DateTime::from_arguments(py, cls, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(datetime) = DateTime::from_pickle(py, cls, args.positional())? {
            return Ok(datetime);
        }
        DateTime::from_arguments(py, cls, SIGNATURE.slots(py, args)?)
    }

    #[getter]
    fn hour(&self) -> i32 {
        let [hour, ..] = self.clock();
        hour
    }
    #[getter]
    fn minute(&self) -> i32 {
        let [_, minute, ..] = self.clock();
        minute
    }
    #[getter]
    fn second(&self) -> i32 {
        let [_, _, second, _] = self.clock();
        second
    }
    #[getter]
    fn microsecond(&self) -> i32 {
        self.micros()
    }
    #[getter]
    fn tzinfo(&self) -> Option<Ref<PyObject>> {
        self.zone()
    }
    #[getter(name = "fold")]
    fn get_fold(&self) -> u8 {
        self.fold
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let (year, month, day) = self.date.parts();
        let [hour, minute, second, micro] = self.clock();
        let mut text = format!("{}({year}, {month}, {day}, {hour}, {minute}", self.ty().name());
        if micro != 0 {
            text += &format!(", {second}, {micro}");
        } else if second != 0 {
            text += &format!(", {second}");
        }
        if self.fold != 0 {
            text += ", fold=1";
        }
        let mut out = StrBuilder::new();
        out.push_str(py, &text)?;
        if let Some(tz) = self.zone() {
            out.push_str(py, ", tzinfo=")?;
            out.push(py, &*tz.repr(py)?)?;
        }
        out.push_str(py, ")")?;
        out.finish(py)
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        let blank = PyStr::new(py, " ")?;
        self.call_method(py, id!(py, "isoformat"), &[&blank])
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if self.date.hash.get() == -1 {
            let tz = self.zone();
            let offset = if self.fold != 0 && tz.is_some() {
                let unfolded = DateTime::alloc_as(
                    py,
                    DateTime::type_object(),
                    self.date.parts(),
                    self.clock(),
                    tz.as_deref(),
                    0,
                )?;
                zone::utcoffset(py, tz.as_deref(), &unfolded)?
            } else {
                zone::utcoffset(py, tz.as_deref(), self)?
            };
            let hash = match offset {
                None => hash_bytes(&self.bytes()),
                Some(offset) => {
                    let micros = self.total() - offset.total();
                    let seconds = micros.div_euclid(1_000_000) as i64;
                    TimeDelta::new(py, 0, seconds, micros.rem_euclid(1_000_000) as i64)?
                        .as_object()
                        .hash(py)?
                }
            };
            self.date.hash.set(hash);
        }
        Ok(self.date.hash.get())
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<DateTime>() else { return Ok(py.not_implemented()) };
        if self.zone.as_raw() == other.zone.as_raw() {
            return op.holds(self.bytes().cmp(&other.bytes())).into_py(py);
        }
        let (a, b) = (self.offset(py)?, other.offset(py)?);
        let mut order = match (&a, &b) {
            (None, None) => self.bytes().cmp(&other.bytes()),
            (Some(a), Some(b)) => (self.total() - a.total()).cmp(&(other.total() - b.total())),
            _ => {
                return match op {
                    CompareOp::Eq => false.into_py(py),
                    CompareOp::Ne => true.into_py(py),
                    _ => Err(raise!(py, TypeError, "can't compare offset-naive and offset-aware datetimes")),
                };
            }
        };
        if matches!(op, CompareOp::Eq | CompareOp::Ne)
            && order.is_eq()
            && (self.depends_on_fold(py, a.as_deref())? || other.depends_on_fold(py, b.as_deref())?)
        {
            order = core::cmp::Ordering::Greater;
        }
        op.holds(order).into_py(py)
    }
    #[slot]
    fn nb_add(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        match (
            a.downcast::<DateTime>(),
            b.downcast::<TimeDelta>(),
            a.downcast::<TimeDelta>(),
            b.downcast::<DateTime>(),
        ) {
            (Some(datetime), Some(delta), ..) | (.., Some(delta), Some(datetime)) => {
                datetime.shifted(py, delta, 1)
            }
            _ => Ok(py.not_implemented()),
        }
    }
    #[slot]
    fn nb_subtract(py: Py<'_>, a: &PyObject, b: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(datetime) = a.downcast::<DateTime>() else { return Ok(py.not_implemented()) };
        if let Some(other) = b.downcast::<DateTime>() {
            return datetime.difference(py, other).map(Ref::upcast);
        }
        match b.downcast::<TimeDelta>() {
            Some(delta) => datetime.shifted(py, delta, -1),
            None => Ok(py.not_implemented()),
        }
    }
}
