//! `datetime.IsoCalendarDate`, what `isocalendar()` returns: a tuple with names.

use krait_runtime::objects::r#type::flags;
use krait_runtime::prelude::*;

/// `datetime.IsoCalendarDate`.
#[pyclass(
    module = "datetime",
    name = "IsoCalendarDate",
    base = PyTuple,
    manual,
    itemsize = 8,
    basicsize = 40,
    flags = flags::TUPLE_SUBCLASS,
    heap,
    immutable,
    doc = "The result of date.isocalendar() or datetime.isocalendar()\n\nThis object may be accessed either as a tuple of\n  ((year, week, weekday)),\nor via the object attributes as named in the above tuple."
)]
#[repr(C)]
pub struct IsoCalendarDate {
    base: PyTuple,
}

impl IsoCalendarDate {
    pub(super) fn make(
        py: Py<'_>,
        cls: &PyType,
        (year, week, weekday): (i32, i32, i32),
    ) -> PyResult<Ref<PyTuple>> {
        PyTuple::of_type(py, cls, &[year.into_py(py)?, week.into_py(py)?, weekday.into_py(py)?])
    }

    fn field(&self, py: Py<'_>, i: usize) -> Ref<PyObject> {
        self.base.get(i).map_or_else(|| py.none(), PyObject::to_ref)
    }
}

#[pymethods(class = "datetime.IsoCalendarDate")]
impl IsoCalendarDate {
    #[new]
    #[sig("(year, week, weekday)")]
    fn new(py: Py<'_>, cls: &PyType, year: i32, week: i32, weekday: i32) -> PyResult<Ref<PyTuple>> {
        IsoCalendarDate::make(py, cls, (year, week, weekday))
    }
    #[getter]
    fn year(&self, py: Py<'_>) -> Ref<PyObject> {
        self.field(py, 0)
    }
    #[getter]
    fn week(&self, py: Py<'_>) -> Ref<PyObject> {
        self.field(py, 1)
    }
    #[getter]
    fn weekday(&self, py: Py<'_>) -> Ref<PyObject> {
        self.field(py, 2)
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let mut text = format!("{}(", self.ty().name());
        for (i, name) in ["year", "week", "weekday"].iter().enumerate() {
            let value = self.field(py, i).str(py)?;
            text += &format!("{}{name}={}", if i > 0 { ", " } else { "" }, value.to_string_lossy());
        }
        PyStr::new(py, &(text + ")"))
    }
    #[pymethod]
    #[sig("($self, /)")]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let plain = PyTuple::new(py, &[&self.field(py, 0), &self.field(py, 1), &self.field(py, 2)])?;
        PyTuple::pair(py, PyTuple::type_object().to_ref(), PyTuple::new(py, &[&plain])?.upcast())
    }
}
