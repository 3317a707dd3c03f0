//! `datetime.tzinfo`, the abstract base of time zones.

use krait_runtime::prelude::*;

use super::datetime::DateTime;
use super::zone;

/// `datetime.tzinfo`.
#[pyclass(module = "datetime", name = "tzinfo", basetype)]
#[repr(C)]
pub struct TzInfo {
    base: PyObject,
}

impl TzInfo {
    /// The part of a derived type's value.
    pub(crate) const fn header() -> TzInfo {
        TzInfo { base: PyObject::HEADER }
    }
}

fn missing(py: Py<'_>, method: &str) -> Raised {
    raise!(py, NotImplementedError, "a tzinfo subclass must implement {method}()")
}

#[pymethods(class = "datetime.tzinfo")]
impl TzInfo {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        TzInfo { base: PyObject::HEADER }.alloc(py, cls).map(Ref::upcast)
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn tzname(&self, py: Py<'_>, _dt: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(missing(py, "tzname"))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn utcoffset(&self, py: Py<'_>, _dt: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(missing(py, "utcoffset"))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn dst(&self, py: Py<'_>, _dt: &PyObject) -> PyResult<Ref<PyObject>> {
        Err(missing(py, "dst"))
    }
    #[pymethod]
    #[sig("($self, dt, /)")]
    fn fromutc(&self, py: Py<'_>, dt: &PyObject) -> PyResult<Ref<PyObject>> {
        let Some(dt) = dt.downcast::<DateTime>() else {
            bail!(py, TypeError, "fromutc: argument must be a datetime");
        };
        let zone = dt.zone();
        if zone.as_ref().is_none_or(|zone| !zone.is(self)) {
            bail!(py, ValueError, "fromutc: dt.tzinfo is not self");
        }
        let Some(offset) = zone::utcoffset(py, zone.as_deref(), dt)? else {
            bail!(py, ValueError, "fromutc: non-None utcoffset() result required");
        };
        let Some(dst) = zone::dst(py, zone.as_deref(), dt)? else {
            bail!(py, ValueError, "fromutc: non-None dst() result required");
        };
        let result = dt.shifted(py, &*offset.minus(py, &dst)?, 1)?;
        let Some(moved) = result.downcast::<DateTime>() else { return Ok(result) };
        let Some(dst) = zone::dst(py, moved.zone().as_deref(), moved)? else {
            bail!(py, ValueError, "fromutc: tz.dst() gave inconsistent results; cannot convert");
        };
        if dst.is_nonzero() { moved.shifted(py, &dst, 1) } else { Ok(result) }
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let args = match self.get_attr_optional(py, id!(py, "__getinitargs__"))? {
            Some(method) => method.call(py, &[])?,
            None => PyTuple::empty(py)?.upcast(),
        };
        let state = self.call_method(py, id!(py, "__getstate__"), &[])?;
        PyTuple::new(py, &[self.ty(), &args, &state])
    }
}
