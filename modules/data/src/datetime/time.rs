//! `datetime.time`.

use krait_interp::import::import_module;
use krait_runtime::args::{Signature, Style};
use krait_runtime::objects::str::{StrBuilder, hash_bytes};
use krait_runtime::prelude::*;

use super::date::format_with;
use super::delta::TimeDelta;
use super::fields::{check_clock, int_or, invalid_iso, pickled, pickled_zone, zone as zone_argument};
use super::format::{self, Detail, Text};
use super::timezone::{TimeZone, utc};
use super::{isoformat, zone};

/// `datetime.time`.
#[pyclass(module = "datetime", name = "time", basetype)]
#[repr(C)]
pub struct Time {
    base: PyObject,
    hash: Cell<isize>,
    has_zone: u8,
    /// Hour, minute, second, microsecond (three bytes, big-endian).
    data: [u8; 6],
    fold: u8,
    zone: Member<PyObject>,
}

static SIGNATURE: Signature = Signature {
    function: "function",
    names: &["hour", "minute", "second", "microsecond", "tzinfo", "fold"],
    posonly: 0,
    pos: 5,
    required: 0,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::ParseTuple,
};

static REPLACE: Signature = Signature { function: "replace", style: Style::Clinic, ..SIGNATURE };

/// Hour, minute, second and microsecond as bytes.
pub(super) fn pack_clock([hour, minute, second, micro]: [i32; 4]) -> [u8; 6] {
    let [_, a, b, c] = micro.to_be_bytes();
    [hour as u8, minute as u8, second as u8, a, b, c]
}

/// And back.
pub(super) fn unpack_clock([hour, minute, second, a, b, c]: [u8; 6]) -> [i32; 4] {
    [hour.into(), minute.into(), second.into(), i32::from_be_bytes([0, a, b, c])]
}

impl Time {
    /// A time of a class, of fields that are in range.
    pub(super) fn alloc_as(
        py: Py<'_>,
        cls: &PyType,
        clock: [i32; 4],
        zone: Option<&PyObject>,
        fold: i32,
    ) -> PyResult<Ref<PyObject>> {
        let new = Time {
            base: PyObject::HEADER,
            hash: Cell::new(-1),
            has_zone: zone.is_some().into(),
            data: pack_clock(clock),
            fold: fold as u8,
            zone: Member::from_option(zone.map(PyObject::to_ref)),
        };
        alloc_payload(py, cls, new).map(Ref::upcast)
    }

    /// A time of a class; subclasses are called with the fields.
    fn create(
        py: Py<'_>,
        cls: &PyType,
        clock: [i32; 4],
        zone: Option<&PyObject>,
        fold: i32,
    ) -> PyResult<Ref<PyObject>> {
        if core::ptr::eq(cls, Time::type_object()) {
            check_clock(py, clock, fold)?;
            return Time::alloc_as(py, cls, clock, zone, fold);
        }
        let mut args = Vec::with_capacity(6);
        for part in clock {
            args.push(part.into_py(py)?);
        }
        args.push(zone.map_or_else(|| py.none(), PyObject::to_ref));
        let keywords = PyDict::new(py)?;
        if fold != 0 {
            keywords.set(py, id!(py, "fold"), &*PyInt::new(py, fold.into())?)?;
        }
        cls.call_dict(py, &*PyTuple::from_vec(py, args)?, Some(&keywords))
    }

    pub(super) fn clock(&self) -> [i32; 4] {
        unpack_clock(self.data)
    }

    pub(super) fn zone(&self) -> Option<Ref<PyObject>> {
        self.zone.get()
    }

    pub(super) fn is_folded(&self) -> bool {
        self.fold != 0
    }

    fn offset(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        zone::utcoffset(py, self.zone().as_deref(), &py.none())
    }

    fn from_arguments(py: Py<'_>, cls: &PyType, given: [Option<&PyObject>; 6]) -> PyResult<Ref<PyObject>> {
        let [hour, minute, second, micro, tz, fold] = given;
        let clock =
            [int_or(py, hour, 0)?, int_or(py, minute, 0)?, int_or(py, second, 0)?, int_or(py, micro, 0)?];
        let fold = int_or(py, fold, 0)?;
        check_clock(py, clock, fold)?;
        let tz = zone_argument(py, tz)?;
        Time::alloc_as(py, cls, clock, tz, fold)
    }

    fn from_pickle(py: Py<'_>, cls: &PyType, args: &[&PyObject]) -> PyResult<Option<Ref<PyObject>>> {
        let (first, tz) = match args {
            [first] => (*first, None),
            [first, tz] => (*first, Some(*tz)),
            _ => return Ok(None),
        };
        let state = pickled::<6>(py, Some(first), "time", |state| {
            let [hour, ..] = state;
            *hour < 256 && hour & 0x7f < 24
        })?;
        let Some(mut state) = state else { return Ok(None) };
        let tz = pickled_zone(py, tz)?;
        let [hour, ..] = &mut state;
        let fold = i32::from(*hour >> 7);
        *hour &= 0x7f;
        Time::alloc_as(py, cls, unpack_clock(state), tz, fold).map(Some)
    }

    fn replaced(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        let [hour, minute, second, micro, tz, fold] = REPLACE.slots(py, args)?;
        let [h, m, s, us] = self.clock();
        let clock =
            [int_or(py, hour, h)?, int_or(py, minute, m)?, int_or(py, second, s)?, int_or(py, micro, us)?];
        let fold = int_or(py, fold, self.fold.into())?;
        let own = self.zone();
        let tz = match tz {
            Some(tz) => zone_argument(py, Some(tz))?,
            None => own.as_deref(),
        };
        if fold != 0 && fold != 1 {
            bail!(py, ValueError, "fold must be either 0 or 1, not {fold}");
        }
        Time::create(py, self.ty(), clock, tz, fold)
    }

    fn reduced(&self, py: Py<'_>, with_fold: bool) -> PyResult<Ref<PyTuple>> {
        let mut data = self.data;
        if with_fold && self.is_folded() {
            let [hour, ..] = &mut data;
            *hour |= 0x80;
        }
        let state = PyBytes::new(py, &data)?;
        let args = match self.zone() {
            Some(tz) => PyTuple::new(py, &[&state, &tz])?,
            None => PyTuple::new(py, &[&state])?,
        };
        PyTuple::pair(py, self.ty().to_ref(), args.upcast())
    }
}

#[pymethods(class = "datetime.time")]
impl Time {
    #[slot]
    fn tp_new(py: Py<'_>, cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let positional: Vec<&PyObject> = args.as_slice().iter().map(|arg| &**arg).collect();
        if let Some(time) = Time::from_pickle(py, cls, &positional)? {
            return Ok(time);
        }
        Time::from_arguments(py, cls, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_vectorcall(cls: &PyType, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyObject>> {
        if let Some(time) = Time::from_pickle(py, cls, args.positional())? {
            return Ok(time);
        }
        Time::from_arguments(py, cls, SIGNATURE.slots(py, args)?)
    }

    #[classmethod]
    #[sig("($type, string, /)")]
    fn fromisoformat(cls: &PyType, py: Py<'_>, string: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(text) = string.downcast::<PyStr>() else {
            bail!(py, TypeError, "fromisoformat: argument must be str");
        };
        let points = text.to_code_points();
        // The leading T is only there to tell times from dates.
        let points = points.strip_prefix(&[u32::from(b'T')]).unwrap_or(&points);
        let Ok(parsed) = isoformat::bytes(points).and_then(|bytes| isoformat::time(&bytes)) else {
            return Err(invalid_iso(py, text));
        };
        let clock = match parsed.clock {
            [24, 0, 0, 0] => [0; 4],
            [24, ..] => {
                bail!(py, ValueError, "minute, second, and microsecond must be 0 when hour is 24")
            }
            clock => clock,
        };
        let tz = parsed_zone(py, parsed.offset)?;
        Time::create(py, cls, clock, tz.as_deref(), 0)
    }
    #[classmethod]
    #[sig("($type, string, format, /)")]
    fn strptime(cls: &PyType, py: Py<'_>, string: &PyStr, format: &PyStr) -> PyResult<Ref<PyObject>> {
        let module = import_module(py, "_strptime")?;
        module.call_method(py, id!(py, "_strptime_datetime_time"), &[cls, string, format])
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
        let [.., micro] = self.clock();
        micro
    }
    #[getter]
    fn tzinfo(&self) -> Option<Ref<PyObject>> {
        self.zone()
    }
    #[getter(name = "fold")]
    fn get_fold(&self) -> u8 {
        self.fold
    }

    #[pymethod]
    #[raw]
    fn isoformat(&self, py: Py<'_>, args: Args<'_>) -> PyResult<Ref<PyStr>> {
        static SIGNATURE: Signature = Signature {
            function: "isoformat",
            names: &["timespec"],
            posonly: 0,
            pos: 1,
            required: 0,
            kwonly_required: 0,
            varargs: false,
            varkw: false,
            style: Style::Clinic,
        };
        let [timespec] = SIGNATURE.slots(py, args)?;
        let clock = self.clock();
        let [.., micro] = clock;
        let detail = Detail::parse(py, timespec, micro, 1)?;
        let mut text = Text::new();
        text.clock(clock, detail);
        if let Some(offset) = self.offset(py)? {
            text.offset(&offset);
        }
        PyStr::from_ascii(py, text.as_bytes())
    }
    #[pymethod]
    #[sig("($self, format)")]
    fn strftime(&self, py: Py<'_>, format: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(format) = format.downcast::<PyStr>() else {
            let what = if format.is_none() { "None" } else { format.ty().name() };
            bail!(py, TypeError, "strftime() argument 1 must be str, not {what}");
        };
        let [hour, minute, second, micro] = self.clock();
        let mut fields = Vec::with_capacity(9);
        for value in [1900, 1, 1, hour, minute, second, 0, 1, -1] {
            fields.push(value.into_py(py)?);
        }
        let tuple = PyTuple::from_vec(py, fields)?;
        format::strftime(py, format, &tuple, self.zone().as_deref(), &py.none(), micro)
    }
    #[pymethod]
    #[sig("($self, format, /)")]
    fn __format__(&self, py: Py<'_>, format: &PyObject) -> PyResult<Ref<PyObject>> {
        format_with(py, self, format)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn utcoffset(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        self.offset(py)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn dst(&self, py: Py<'_>) -> PyResult<Option<Ref<TimeDelta>>> {
        zone::dst(py, self.zone().as_deref(), &py.none())
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn tzname(&self, py: Py<'_>) -> PyResult<Option<Ref<PyStr>>> {
        zone::tzname(py, self.zone().as_deref(), &py.none())
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
    #[sig("($self, proto, /)")]
    fn __reduce_ex__(&self, py: Py<'_>, proto: i32) -> PyResult<Ref<PyTuple>> {
        self.reduced(py, proto > 3)
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        self.reduced(py, false)
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let [hour, minute, second, micro] = self.clock();
        let mut text = format!("{}({hour}, {minute}", self.ty().name());
        if micro != 0 {
            text += &format!(", {second}, {micro}");
        } else if second != 0 {
            text += &format!(", {second}");
        }
        let mut out = StrBuilder::new();
        out.push_str(py, &text)?;
        if let Some(tz) = self.zone() {
            out.push_str(py, ", tzinfo=")?;
            out.push(py, &*tz.repr(py)?)?;
        }
        out.push_str(py, if self.is_folded() { ", fold=1)" } else { ")" })?;
        out.finish(py)
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.call_method(py, id!(py, "isoformat"), &[])
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        if self.hash.get() == -1 {
            let tz = self.zone();
            // The fold does not count.
            let offset = zone::utcoffset(py, tz.as_deref(), &py.none())?;
            let hash = match offset {
                None => hash_bytes(&self.data),
                Some(offset) => {
                    let [hour, minute, second, micro] = self.clock().map(i64::from);
                    let own = TimeDelta::new(py, 0, hour * 3600 + minute * 60 + second, micro)?;
                    own.minus(py, &offset)?.as_object().hash(py)?
                }
            };
            self.hash.set(hash);
        }
        Ok(self.hash.get())
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast::<Time>() else { return Ok(py.not_implemented()) };
        let plain = || op.holds(self.data.cmp(&other.data)).into_py(py);
        if self.zone.as_raw() == other.zone.as_raw() {
            return plain();
        }
        match (self.offset(py)?, other.offset(py)?) {
            (None, None) => plain(),
            (Some(a), Some(b)) if a.parts() == b.parts() => plain(),
            (Some(a), Some(b)) => {
                let moment = |time: &Time, offset: &TimeDelta| {
                    let [hour, minute, second, micro] = time.clock().map(i128::from);
                    ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro - offset.total()
                };
                op.holds(moment(self, &a).cmp(&moment(other, &b))).into_py(py)
            }
            _ => match op {
                CompareOp::Eq => false.into_py(py),
                CompareOp::Ne => true.into_py(py),
                _ => Err(raise!(py, TypeError, "can't compare offset-naive and offset-aware times")),
            },
        }
    }
}

/// The zone of an offset that was read.
pub(super) fn parsed_zone(py: Py<'_>, offset: Option<(i32, i32)>) -> PyResult<Option<Ref<PyObject>>> {
    match offset {
        None => Ok(None),
        Some((0, 0)) => utc(py).map(Some),
        Some((seconds, micros)) => {
            TimeZone::create(py, TimeDelta::new(py, 0, seconds.into(), micros.into())?, None).map(Some)
        }
    }
}
