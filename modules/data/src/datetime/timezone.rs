//! `datetime.timezone`: a fixed offset from UTC.

use krait_runtime::args::{Signature, Style};
use krait_runtime::local::InterpreterLocal;
use krait_runtime::prelude::*;

use super::datetime::DateTime;
use super::delta::TimeDelta;
use super::tzinfo::TzInfo;
use super::zone;

/// `datetime.timezone`.
#[pyclass(module = "datetime", name = "timezone", base = TzInfo)]
#[repr(C)]
pub struct TimeZone {
    base: TzInfo,
    pub(super) offset: Ref<TimeDelta>,
    name: Option<Ref<PyStr>>,
}

/// `timezone.utc`.
static UTC: InterpreterLocal =
    InterpreterLocal::new(|py| TimeZone::make(py, TimeDelta::new(py, 0, 0, 0)?, None).map(Ref::upcast));

/// `timezone.utc`.
pub fn utc(py: Py<'_>) -> PyResult<Ref<PyObject>> {
    UTC.get(py)
}

static SIGNATURE: Signature = Signature {
    function: "timezone",
    names: &["offset", "name"],
    posonly: 0,
    pos: 2,
    required: 1,
    kwonly_required: 0,
    varargs: false,
    varkw: false,
    style: Style::Clinic,
};

impl TimeZone {
    fn make(py: Py<'_>, offset: Ref<TimeDelta>, name: Option<Ref<PyStr>>) -> PyResult<Ref<TimeZone>> {
        zone::check_range(py, &offset)?;
        // The header is written by the allocation.
        let base = TzInfo::header();
        alloc_payload(py, TimeZone::type_object(), TimeZone { base, offset, name })
    }

    /// A zone; the one without offset and name is always the same object.
    pub fn create(py: Py<'_>, offset: Ref<TimeDelta>, name: Option<Ref<PyStr>>) -> PyResult<Ref<PyObject>> {
        if name.is_none() && !offset.is_nonzero() {
            return utc(py);
        }
        TimeZone::make(py, offset, name).map(Ref::upcast)
    }

    fn check_instance(py: Py<'_>, dt: &PyObject, method: &str) -> PyResult<()> {
        if dt.is_none() || dt.downcast::<DateTime>().is_some() {
            return Ok(());
        }
        Err(raise!(
            py,
            TypeError,
            "{method}(dt) argument must be a datetime instance or None, not {}",
            dt.ty().name()
        ))
    }

    /// The name, or one made of the offset.
    pub(super) fn text(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        if !self.offset.is_nonzero() {
            return PyStr::new(py, "UTC");
        }
        PyStr::new(py, &format!("UTC{}", zone::offset_text(&self.offset, ":")))
    }

    fn from_arguments(py: Py<'_>, [offset, name]: [Option<&PyObject>; 2]) -> PyResult<Ref<PyObject>> {
        let what = |x: &PyObject| if x.is_none() { "None".to_owned() } else { x.ty().name().to_owned() };
        let offset = match offset.and_then(PyObject::downcast::<TimeDelta>) {
            Some(offset) => offset.new_ref(),
            None => {
                let shown = offset.map(what).unwrap_or_default();
                bail!(py, TypeError, "timezone() argument 1 must be datetime.timedelta, not {shown}");
            }
        };
        let name = match name {
            None => None,
            Some(name) => match name.downcast::<PyStr>() {
                Some(name) => Some(name.new_ref()),
                None => bail!(py, TypeError, "timezone() argument 2 must be str, not {}", what(name)),
            },
        };
        TimeZone::create(py, offset, name)
    }
}

#[pymethods(class = "datetime.timezone")]
impl TimeZone {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        TimeZone::from_arguments(py, SIGNATURE.tuple_slots(py, args, kwargs)?)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        if utc(py)?.is(self) {
            return PyStr::new(py, "datetime.timezone.utc");
        }
        let mut out = krait_runtime::objects::str::StrBuilder::new();
        out.push_str(py, self.ty().name())?;
        out.push_str(py, "(")?;
        out.push(py, &*self.offset.as_object().repr(py)?)?;
        if let Some(name) = &self.name {
            out.push_str(py, ", ")?;
            out.push(py, &*name.as_object().repr(py)?)?;
        }
        out.push_str(py, ")")?;
        out.finish(py)
    }
    #[slot]
    fn tp_str(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        self.text(py)
    }
    #[slot]
    fn tp_hash(&self, py: Py<'_>) -> PyResult<isize> {
        self.offset.as_object().hash(py)
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        match other.downcast::<TimeZone>() {
            Some(other) if matches!(op, CompareOp::Eq | CompareOp::Ne) => {
                op.holds(self.offset.parts().cmp(&other.offset.parts())).into_py(py)
            }
            _ => Ok(py.not_implemented()),
        }
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn tzname(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Ref<PyStr>> {
        TimeZone::check_instance(py, dt, "tzname")?;
        self.text(py)
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn utcoffset(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Ref<TimeDelta>> {
        TimeZone::check_instance(py, dt, "utcoffset")?;
        Ok(self.offset.clone())
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn dst(&self, py: Py<'_>, dt: &PyObject) -> PyResult<()> {
        TimeZone::check_instance(py, dt, "dst")
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn fromutc(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(dt) = dt.downcast::<DateTime>() else {
            bail!(py, TypeError, "fromutc: argument must be a datetime");
        };
        if dt.zone().is_none_or(|zone| !zone.is(self)) {
            bail!(py, ValueError, "fromutc: dt.tzinfo is not self");
        }
        dt.shifted(py, &self.offset, 1)
    }
    #[pymethod]
    fn __getinitargs__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        match &self.name {
            Some(name) => PyTuple::new(py, &[&self.offset, name]),
            None => PyTuple::new(py, &[&self.offset]),
        }
    }
}
