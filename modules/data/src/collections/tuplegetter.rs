//! `_tuplegetter`: the descriptor behind a named tuple's field.

use krait_runtime::prelude::*;

/// `collections._tuplegetter`.
#[pyclass(module = "collections", name = "_tuplegetter", gc, heap, immutable)]
#[repr(C)]
pub struct TupleGetter {
    base: PyObject,
    index: isize,
    #[pymember("__doc__", object)]
    doc: Member<PyObject>,
}

#[pymethods]
impl TupleGetter {
    #[new]
    #[sig("(index, doc, /)")]
    fn getter_new(py: Py<'_>, cls: &PyType, index: isize, doc: &PyObject) -> PyResult<Ref<PyObject>> {
        TupleGetter { base: PyObject::HEADER, index, doc: Member::new(doc.to_ref()) }.alloc(py, cls)
    }

    #[slot]
    fn tp_descr_get(
        &self,
        py: Py<'_>,
        instance: Option<&PyObject>,
        _owner: Option<&PyObject>,
    ) -> PyResult<Ref<PyObject>> {
        let Some(instance) = instance else { return Ok(self.to_ref()) };
        let Some(tuple) = instance.downcast::<PyTuple>() else {
            if instance.is_none() {
                return Ok(self.to_ref());
            }
            bail!(
                py,
                TypeError,
                "descriptor for index '{}' for tuple subclasses doesn't apply to '{}' object",
                self.index,
                instance.ty().name()
            );
        };
        match usize::try_from(self.index).ok().and_then(|index| tuple.get(index)) {
            Some(item) => Ok(item.to_ref()),
            None => Err(raise!(py, IndexError, "tuple index out of range")),
        }
    }

    #[slot]
    fn tp_descr_set(&self, py: Py<'_>, _instance: &PyObject, value: Option<&PyObject>) -> PyResult<()> {
        if value.is_none() {
            bail!(py, AttributeError, "can't delete attribute");
        }
        bail!(py, AttributeError, "can't set attribute")
    }

    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let doc = self.doc.get().unwrap_or_else(|| py.none()).repr(py)?;
        let start = format!("{}({}, ", self.ty().short_name(), self.index);
        PyStr::concat_display(py, &start, "", &doc, ")")
    }

    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let (index, doc) = (self.index.into_py(py)?, self.doc.get().unwrap_or_else(|| py.none()));
        let args = PyTuple::new(py, &[&index, &doc])?;
        PyTuple::new(py, &[self.ty(), &args])
    }
}
