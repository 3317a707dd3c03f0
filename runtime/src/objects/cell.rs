//! `cell`: the box of a variable that an inner function shares.

use crate::prelude::*;

/// `PyCellObject`.
#[pyclass(name = "cell", gc)]
#[repr(C)]
pub struct PyCell {
    pub(crate) ob_base: PyObject,
    pub(crate) ob_ref: Member<PyObject>,
}

impl PyCell {
    /// A cell around `contents`; without, an empty one.
    #[inline]
    pub fn new(py: Py<'_>, contents: Option<Ref<PyObject>>) -> PyResult<Ref<PyCell>> {
        PyCell { ob_base: PyObject::HEADER, ob_ref: Member::from_option(contents) }.alloc_exact(py)
    }

    /// The contents.
    #[inline(always)]
    pub fn get(&self) -> Option<Ref<PyObject>> {
        self.ob_ref.get()
    }

    /// Replaces the contents.
    #[inline(always)]
    pub fn set(&self, value: Option<Ref<PyObject>>) {
        drop(self.ob_ref.replace(value));
    }

    /// Replaces the contents and gives the old ones.
    #[inline(always)]
    pub fn swap(&self, value: Option<Ref<PyObject>>) -> Option<Ref<PyObject>> {
        self.ob_ref.replace(value)
    }
}

#[pymethods]
impl PyCell {
    #[slot]
    fn tp_new(py: Py<'_>, _cls: &PyType, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        no_keywords(py, "cell", kwargs)?;
        check_positional(py, "cell", args.len() as isize, 0, 1)?;
        PyCell::new(py, args.get(0).map(PyObject::to_ref)).map(Ref::upcast)
    }

    #[getter]
    fn cell_contents(&self, py: Py<'_>) -> PyResult<Ref<PyObject>> {
        self.get().ok_or_else(|| raise!(py, ValueError, "Cell is empty"))
    }

    #[setter]
    fn set_cell_contents(&self, _py: Py<'_>, value: Option<&PyObject>) -> PyResult<()> {
        self.set(value.map(PyObject::to_ref));
        Ok(())
    }

    #[slot]
    fn tp_repr(&self, _py: Py<'_>) -> String {
        match self.get() {
            None => format!("<cell at {:#x}: empty>", self.id()),
            Some(x) => format!("<cell at {:#x}: {} object at {:#x}>", self.id(), x.ty().name(), x.id()),
        }
    }

    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        let Some(other) = other.downcast_exact::<PyCell>() else { return Ok(py.not_implemented()) };
        match (self.get(), other.get()) {
            (Some(a), Some(b)) => a.rich_compare(py, &b, op),
            // An empty cell stands before a full one.
            (a, b) => Ok(PyBool::get(op.holds(a.is_some().cmp(&b.is_some()))).to_ref()),
        }
    }
}
