//! `types.SimpleNamespace`.

use crate::prelude::*;

/// `_PyNamespaceObject`.
#[pyclass(module = "types", name = "SimpleNamespace", basetype, gc, dict = ns_dict)]
#[repr(C)]
pub struct PyNamespace {
    base: PyObject,
    #[pymember("__dict__", object, readonly)]
    ns_dict: Member<PyDict>,
}

impl PyNamespace {
    /// A namespace with these attributes: `sys.flags` and kin.
    pub fn new(py: Py<'_>, attributes: Option<&PyDict>) -> PyResult<Ref<PyObject>> {
        let dict = match attributes {
            Some(d) => d.copy(py)?,
            None => PyDict::new(py)?,
        };
        PyNamespace { base: PyObject::HEADER, ns_dict: Member::new(dict) }.alloc_exact(py).map(Ref::upcast)
    }

    fn dict(&self, py: Py<'_>) -> PyResult<Ref<PyDict>> {
        self.ns_dict.get().ok_or_else(|| raise!(py, SystemError, "namespace was cleared"))
    }
}

/// `PyArg_ValidateKeywordArguments`.
fn names_only(py: Py<'_>, dict: &PyDict) -> PyResult<()> {
    if dict.items_snapshot().iter().any(|(key, _)| key.downcast::<PyStr>().is_none()) {
        bail!(py, TypeError, "keywords must be strings")
    }
    Ok(())
}

#[pymethods]
impl PyNamespace {
    #[slot]
    fn tp_new(
        py: Py<'_>,
        cls: &PyType,
        _args: &PyTuple,
        _kwargs: Option<&PyDict>,
    ) -> PyResult<Ref<PyObject>> {
        PyNamespace { base: PyObject::HEADER, ns_dict: Member::new(PyDict::new(py)?) }.alloc(py, cls)
    }
    #[slot]
    fn tp_init(&self, py: Py<'_>, args: &PyTuple, kwargs: Option<&PyDict>) -> PyResult<()> {
        check_positional(py, &self.ty().dunder_name(), args.len() as isize, 0, 1)?;
        let own = self.dict(py)?;
        if let Some(source) = args.get(0) {
            let dict = match source.downcast_exact::<PyDict>() {
                Some(d) => d.new_ref(),
                None => {
                    let d = PyDict::new(py)?;
                    d.update(py, source)?;
                    d
                }
            };
            names_only(py, &dict)?;
            own.update(py, &dict)?;
        }
        match kwargs {
            Some(kwargs) => {
                names_only(py, kwargs)?;
                own.update(py, kwargs)
            }
            None => Ok(()),
        }
    }
    #[slot]
    fn tp_repr(&self, py: Py<'_>) -> PyResult<Ref<PyStr>> {
        let name = if self.is_exactly(PyNamespace::type_object()) {
            "namespace".to_owned()
        } else {
            self.ty().dunder_name()
        };
        let Some(_guard) = py.repr_enter(self)? else { return PyStr::new(py, &format!("{name}(...)")) };
        let mut parts = Vec::new();
        for (key, value) in self.dict(py)?.items_snapshot() {
            if let Some(key) = key.downcast::<PyStr>()
                && !key.is_empty()
            {
                parts.push(format!("{key}={}", value.repr(py)?));
            }
        }
        PyStr::new(py, &format!("{name}({})", parts.join(", ")))
    }
    #[slot]
    fn tp_richcompare(&self, py: Py<'_>, other: &PyObject, op: CompareOp) -> PyResult<Ref<PyObject>> {
        match other.downcast::<PyNamespace>() {
            Some(other) => self.dict(py)?.rich_compare(py, &*other.dict(py)?, op),
            None => Ok(py.not_implemented()),
        }
    }
    #[pymethod]
    fn __reduce__(&self, py: Py<'_>) -> PyResult<Ref<PyTuple>> {
        let empty = PyTuple::new(py, &[])?;
        PyTuple::new(py, &[self.ty(), &empty, &*self.dict(py)?])
    }
    #[pymethod]
    #[sig("($self, /, **changes)")]
    fn __replace__(&self, py: Py<'_>, changes: Kwargs<'_>) -> PyResult<Ref<PyObject>> {
        let new = self.ty().call(py, &[])?;
        let Some(target) = new.downcast::<PyNamespace>() else {
            bail!(
                py,
                TypeError,
                "expect {} type, but {}() returned '{}' object",
                PyNamespace::type_object().qualified_name(),
                self.ty().qualified_name(),
                new.ty().qualified_name()
            )
        };
        target.dict(py)?.update(py, &*self.dict(py)?)?;
        target.dict(py)?.update(py, &*changes.to_dict(py)?)?;
        Ok(new)
    }
}
